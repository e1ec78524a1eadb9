//! Who wrote an article, as bylines and the author fields of all formats print it: "By ANN EXAMPLE and Bo Sample, MD".

/// Particles of names, in lower case.
pub(super) const PARTICLES: &[&str] = &[
    "de", "da", "do", "dos", "del", "della", "der", "den", "van", "von", "und", "y", "e", "la",
    "le", "el", "al", "bin", "bint", "ibn", "ten", "ter", "zu", "di", "du", "af", "ap",
];

/// What stands for a byline without naming anybody, by its last word.
const STAFF: &[&str] = &[
    "staff",
    "reporter",
    "reporters",
    "correspondent",
    "agencies",
    "newsroom",
    "desk",
];

/// What publishing systems call whoever has put the text in.
const ACCOUNTS: &[&str] = &["admin", "administrator", "webmaster", "guest", "unknown"];

/// Last words of the names of papers, agencies and offices of theirs.
const OUTLETS: &[&str] = &[
    "News",
    "Times",
    "Post",
    "Press",
    "Herald",
    "Courier",
    "Gazette",
    "Tribune",
    "Journal",
    "Telegraph",
    "Agency",
    "Correspondent",
    "Editor",
    "Reporter",
    "Writer",
    "Staff",
    "Lantern",
    "Dispatch",
    "Wire",
    "Bureau",
    "Desk",
    "Newsroom",
    "Media",
    "Magazine",
    "Network",
];

/// Degrees after a name are so many letters at most, points not counted.
const LONGEST_DEGREE: usize = 5;

/// The people that author fields name, each once: "By Ann Example and Bo Sample, Science Desk" are two. What names nobody
/// that is surely a person stays as it is, but beside somebody else no outlet does.
pub(super) fn people(fields: &[String], outlet: Option<&str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for field in fields
        .iter()
        .flat_map(|field| field.split([';', '|']))
        .map(without_by)
        .map(|field| without_outlet(field, outlet))
    {
        let names = given_first(field)
            .map(|name| vec![name])
            .or_else(|| authors(field))
            .unwrap_or_else(|| vec![field.to_owned()]);
        for name in names {
            let is_account = ACCOUNTS.iter().any(|a| name.eq_ignore_ascii_case(a));
            if !name.is_empty() && !is_account && !all.contains(&name) {
                all.push(name);
            }
        }
    }
    let is_one = |name: &str| {
        let of_this = outlet.is_some_and(|o| begins_with(name, o) || begins_with(o, name));
        of_this || is_outlet(before_place(name))
    };
    if all.iter().any(|name| !is_one(name)) {
        all.retain(|name| !is_one(name));
    }
    all
}

/// "Ann Example" of "Example, Ann", as catalogues write it.
fn given_first(field: &str) -> Option<String> {
    let (family, given) = field.split_once(", ")?;
    let given = given.trim();
    let name = cased(&format!("{given} {}", family.trim()));
    let is_one = !family.trim().contains(' ')
        && given.split(' ').count() <= 2
        && !matches!(given, "Jr." | "Jr" | "Sr." | "Sr")
        && !ends_in_degree(field);
    (is_one && is_name(&name) && !is_outlet(&name)).then_some(name)
}

/// "Ann Example" of "Ann Example. Northline" and of "Ann Example - Northline".
fn without_outlet<'f>(field: &'f str, outlet: Option<&str>) -> &'f str {
    let before = outlet.and_then(|outlet| field.strip_suffix(outlet));
    let name = before.map(|before| before.trim_end_matches([' ', '.', '-', '–', '—', '/', ',']));
    match (before, name) {
        // Something must part the two.
        (Some(before), Some(name)) if !name.is_empty() && before.trim_end() != name => name,
        _ => field,
    }
}

/// Are the first words of `long` those of `short`?
fn begins_with(long: &str, short: &str) -> bool {
    let rest = long.strip_prefix(short);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// "Ann Example" of "By Ann Example".
fn without_by(field: &str) -> &str {
    let field = field.trim();
    match field.get(..3) {
        Some(by) if by.eq_ignore_ascii_case("by ") => field[3..].trim_start(),
        _ => field,
    }
}

/// The people of a byline, without their paper, place and degrees.
pub(super) fn authors(who: &str) -> Option<Vec<String>> {
    if who.ends_with(['.', ':', ';', ',']) && !who.ends_with("Jr.") && !ends_in_degree(who) {
        return None;
    }
    let mut authors: Vec<String> = Vec::new();
    for (i, part) in who.split(',').map(str::trim).enumerate() {
        for (j, one) in part.split(" and ").flat_map(|p| p.split(" & ")).enumerate() {
            let one = one.strip_prefix("and ").unwrap_or(one).trim();
            let name = cased(before_place(one));
            if is_name(&name) && !is_outlet(&name) {
                authors.push(name);
            } else if matches!(one, "Jr." | "Jr" | "Sr." | "Sr")
                && let Some(father) = authors.last_mut()
            {
                father.push(' ');
                father.push_str(one);
            } else if i == 0 && j == 0 {
                // "By Northline staff" names nobody, but is a byline all the same.
                if !is_staff(one) {
                    return None;
                }
                authors.push(one.to_owned());
            }
        }
    }
    (!authors.is_empty()).then_some(authors)
}

/// "Northline staff"?
pub(super) fn is_staff(name: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or_default().to_lowercase();
    STAFF.contains(&last.as_str())
}

/// "Ann Example, Ph.D."?
fn ends_in_degree(who: &str) -> bool {
    let last = who.rsplit(',').next().unwrap_or_default().trim();
    let letters = last.chars().filter(|c| c.is_alphabetic()).count();
    last.contains('.') && !last.contains(' ') && (1..=LONGEST_DEGREE).contains(&letters)
}

/// "Ann Example" of "ANN EXAMPLE", as some outlets print it. What has no vowel is an abbreviation.
fn cased(name: &str) -> String {
    let is_shouted = name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase);
    if !is_shouted {
        return name.to_owned();
    }
    let word = |word: &str| {
        let is_spoken = word.contains(['A', 'E', 'I', 'O', 'U', 'Y']) && word.chars().count() > 2;
        if word.is_ascii() && !is_spoken {
            return word.to_owned();
        }
        let mut begins = true;
        let mut out = String::with_capacity(word.len());
        for c in word.chars() {
            if begins {
                out.push(c);
            } else {
                out.extend(c.to_lowercase());
            }
            // O'Brien, Smith-Jones, McDonald
            begins = !c.is_alphabetic() || out == "Mc";
        }
        out
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// "Ann Example" of "Ann Example in Rotterdam" or "Ann Example at Canal Road".
pub(super) fn before_place(text: &str) -> &str {
    let cut = [" in ", " at ", " for ", " (", " à ", " en "]
        .iter()
        .filter_map(|word| text.find(word))
        .min();
    text[..cut.unwrap_or(text.len())].trim_end()
}

/// Does the name end like a paper's or an agency's?
pub(super) fn is_outlet(name: &str) -> bool {
    name.starts_with("The ")
        || name
            .rsplit(' ')
            .next()
            .is_some_and(|last| OUTLETS.contains(&last))
}

pub(super) fn is_capitalised(word: &str) -> bool {
    word.trim_start_matches(['‘', '’', '\'', '('])
        .starts_with(char::is_uppercase)
}

/// A person's name: two to six words with capitals, particles among them.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capitals = words.iter().filter(|w| is_capitalised(w)).count();
    (2..=6).contains(&words.len())
        && capitals >= 2
        && words
            .iter()
            .all(|w| is_capitalised(w) || PARTICLES.contains(w))
        && text
            .chars()
            .all(|c| c.is_alphabetic() || " .-'’‘".contains(c))
}

#[cfg(test)]
mod tests {
    use super::people;

    #[track_caller]
    fn check(field: &str, names: &[&str]) {
        assert_eq!(
            people(&[field.to_owned()], Some("Northline")),
            names,
            "{field}"
        );
    }

    #[test]
    fn fields() {
        check(
            "By Ann Example and Bo van Sample, Science Desk",
            &["Ann Example", "Bo van Sample"],
        );
        check(
            "Ann Example; Bo Sample | Ann Example",
            &["Ann Example", "Bo Sample"],
        );
        check("Northline staff", &["Northline staff"]);
        check("Agence Example", &["Agence Example"]);
        check("exampleann", &["exampleann"]);
        check("admin", &[]);
        check("", &[]);
    }

    #[test]
    fn degrees_are_no_people() {
        check("Ann Example, MS, RDN", &["Ann Example"]);
        check(
            "Ann Example, Ph.D., and Bo Sample, M.D.",
            &["Ann Example", "Bo Sample"],
        );
        check("Ann Example, Jr.", &["Ann Example Jr."]);
    }

    #[test]
    fn the_outlet_is_no_colleague() {
        check("Ann Example, Northline Business", &["Ann Example"]);
        check("Ann Example | Sample Media for Northline", &["Ann Example"]);
        check("Ann Example; Example Press", &["Ann Example"]);
        check("Ann Example. Northline", &["Ann Example"]);
        check("Ann Example - Northline", &["Ann Example"]);
        check("Northline", &["Northline"]);
        check("Example Press", &["Example Press"]);
    }

    #[test]
    fn capitals() {
        check("ANN EXAMPLE", &["Ann Example"]);
        check(
            "By ANN O’BRIEN-SAMPLE and B. J. MCEXAMPLE",
            &["Ann O’Brien-Sample", "B. J. McExample"],
        );
        check("ABC NEWS", &["ABC NEWS"]);
        check("ŞULE ÖRNEK", &["Şule Örnek"]);
    }
}
