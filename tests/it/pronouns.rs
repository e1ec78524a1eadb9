//! Who "he" and "she" are in the articles of `corpus/`: a sample drawn by chance and judged by reading, `corpus/truth/pronouns.jsonl`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// A pronoun of the sample.
#[derive(Deserialize)]
struct Truth {
    id: String,
    span: (usize, usize),
    /// The person meant; null for one whom the text does not name.
    person: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    people: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    name: String,
    #[serde(default)]
    coreferences: Vec<(usize, usize)>,
}

/// Share of the sample that must stay right, in hundredths. The articles are full of traps: news has 88 and more.
const LEAST: usize = 85;

#[test]
fn he_and_she_are_whom_a_reader_takes_them_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let truth = fs::read_to_string(root.join("corpus/truth/pronouns.jsonl")).unwrap();
    let truth: Vec<Truth> = truth
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let run = Command::new(env!("CARGO_BIN_EXE_whosaid"))
        .args(["extract", "--fast", "--format", "jsonl", "corpus"])
        .current_dir(root)
        .output()
        .unwrap();
    let mut found: HashMap<(String, usize, usize), String> = HashMap::new();
    for line in String::from_utf8(run.stdout).unwrap().lines() {
        let record: Record = serde_json::from_str(line).unwrap();
        for person in record.people {
            for span in person.coreferences {
                found.insert((record.id.clone(), span.0, span.1), person.name.clone());
            }
        }
    }
    let last = |name: &str| name.split(' ').next_back().unwrap_or_default().to_owned();
    let wrong: Vec<String> = truth
        .iter()
        .filter_map(|t| {
            let got = found.get(&(t.id.clone(), t.span.0, t.span.1));
            let is_right = got.map(|name| last(name)) == t.person.as_deref().map(last);
            (!is_right).then(|| format!("{} {:?}: {got:?}, not {:?}", t.id, t.span, t.person))
        })
        .collect();
    let right = truth.len() - wrong.len();
    println!("{right} of {}", truth.len());
    assert!(
        right * 100 >= LEAST * truth.len(),
        "{right} of {} right\n{}",
        truth.len(),
        wrong.join("\n")
    );
}
