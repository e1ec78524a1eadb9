//! Tests of the whole of repair.

use super::codecs;
use super::repair;
use crate::text::Span;

/// Sentences of our own with every mark that news use.
const NEWS: &str = "“The ferry will sail,” said Ann O’Example, the harbour master. “It’s a promise – we’ve kept worse.”\n\
    The company’s chief—a former captain—didn’t reply. Tickets cost £12 or €14, down 3½ per cent…\n\
    “He told me, ‘Nobody rows to Bremen,’ and I didn’t argue,” said Jürgen Beispiel of Café Zürich, Göteborg.";

#[test]
fn every_table_is_undone() {
    for codec in 0..codecs::COUNT {
        let Some(damaged) = codecs::damage(NEWS, codec) else {
            continue;
        };
        let mended = repair(damaged.clone());
        assert_eq!(mended.text, NEWS, "{} from {damaged}", codecs::RULES[codec]);
        let twice = codecs::damage(&damaged, codec).unwrap();
        assert_eq!(repair(twice).text, NEWS, "twice {}", codecs::RULES[codec]);
    }
}

#[test]
fn dropped_controls_are_worked_out() {
    for codec in [0, codecs::LATIN_10, 3, 6] {
        let damaged: String = codecs::damage(NEWS, codec)
            .unwrap()
            .chars()
            .filter(|c| !('\u{80}'..='\u{9f}').contains(c))
            .collect();
        let mended = repair(damaged);
        let same = mended
            .text
            .chars()
            .zip(NEWS.chars())
            .filter(|(a, b)| a == b)
            .count();
        assert_eq!(mended.text, NEWS, "{} ({same})", codecs::RULES[codec]);
    }
}

#[test]
fn repairs_lead_back() {
    let damaged = "Franceâ€™s minister, Jean-NoÃ«l Beispiel";
    let mended = repair(damaged.to_owned());
    assert_eq!(mended.text, "France’s minister, Jean-Noël Beispiel");
    assert_eq!(mended.repairs.len(), 2);
    assert_eq!(mended.repairs[0].from, "â€™");
    let map = mended.map.unwrap();
    for fix in &mended.repairs {
        let source = map.source(fix.span);
        assert_eq!(
            &damaged[source.start as usize..source.end as usize],
            fix.from
        );
    }
    let begin = mended.text.find("Beispiel").unwrap();
    let source = map.source(Span::new(begin, begin + 8));
    assert_eq!(
        &damaged[source.start as usize..source.end as usize],
        "Beispiel"
    );
}
