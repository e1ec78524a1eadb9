//! Who said it, to whom, where and when: `tests/suite/speakers/*.toml`, over statements found by rule.
//!
//! `expect` is every statement as a line: type and name of the speaker, then what else is known, `field: value`.

use crate::statements::{Given, check, read};

#[test]
fn sources_are_who_the_suite_says() {
    check("speakers", speakers);
}

/// The statements of a case without their content, as lines.
pub(crate) fn speakers(given: &Given) -> Vec<String> {
    let read = read(given);
    let text = given.text.as_str();
    read.statements
        .iter()
        .map(|s| {
            let speaker = &s.speaker;
            let mut line = speaker.kind.to_string();
            if let Some(name) = &speaker.name {
                line += &format!(" {name}");
            }
            let fields = [
                ("role", speaker.role.clone()),
                ("for", speaker.on_behalf_of.clone()),
                ("to", s.addressee.map(|s| s.of(text).to_owned())),
                ("via", s.medium.map(|s| s.of(text).to_owned())),
                (
                    "said",
                    s.said
                        .as_ref()
                        .map(|d| d.value.clone().unwrap_or_else(|| "?".to_owned())),
                ),
                (
                    "at",
                    s.place.map(|p| read.places.places[p as usize].name.clone()),
                ),
                ("within", s.within.map(|w| (w + 1).to_string())),
                (
                    "stance",
                    (s.stance.as_str() != "neutral").then(|| s.stance.to_string()),
                ),
            ];
            for (field, value) in fields {
                if let Some(value) = value {
                    line += &format!(", {field}: {value}");
                }
            }
            line
        })
        .collect()
}
