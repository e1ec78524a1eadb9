//! Inflection of the reporting verbs in `cues.txt`.

use crate::article::Stance;

use super::words::{Form, Frame, Mark};

/// Base, third person, past, -ing, and a past participle where it differs.
const IRREGULAR: &[(&str, [&str; 5])] = &[
    ("begin", ["begin", "begins", "began", "beginning", "begun"]),
    ("find", ["find", "finds", "found", "finding", "found"]),
    ("read", ["read", "reads", "read", "reading", "read"]),
    ("say", ["say", "says", "said", "saying", "said"]),
    ("swear", ["swear", "swears", "swore", "swearing", "sworn"]),
    ("tell", ["tell", "tells", "told", "telling", "told"]),
    (
        "think",
        ["think", "thinks", "thought", "thinking", "thought"],
    ),
    (
        "undertake",
        [
            "undertake",
            "undertakes",
            "undertook",
            "undertaking",
            "undertaken",
        ],
    ),
    ("write", ["write", "writes", "wrote", "writing", "written"]),
];

/// Stance and frames of a line's head, `claims qt`.
pub(super) fn head(head: &str) -> Option<(Stance, u8)> {
    let (stance, letters) = head.split_once(' ')?;
    let mut mark = Mark::default();
    for letter in letters.chars() {
        mark.add_frame(match letter {
            'q' => Frame::Quote,
            't' => Frame::That,
            'b' => Frame::Bare,
            'o' => Frame::Object,
            'n' => Frame::Noun,
            'i' => Frame::Infinitive,
            'a' => Frame::Accused,
            _ => return None,
        });
    }
    Some((stance.parse().ok()?, mark.frames))
}

/// Calls `each` with every form of the lemma; a `*` at its end doubles the last consonant.
pub(super) fn inflect(lemma: &str, mut each: impl FnMut(&str, Form)) {
    if let Some((_, [base, third, past, ing, participle])) =
        IRREGULAR.iter().find(|(l, _)| *l == lemma)
    {
        each(base, Form::Base);
        each(third, Form::Third);
        each(past, Form::Past);
        each(ing, Form::Ing);
        each(participle, Form::Past);
        return;
    }
    let (base, doubled) = match lemma.strip_suffix('*') {
        Some(base) => {
            let last = base.len() - 1;
            (base, format!("{base}{}", &base[last..]))
        }
        None => (lemma, lemma.to_owned()),
    };
    each(base, Form::Base);
    let consonant_y = base
        .strip_suffix('y')
        .filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    if let Some(stem) = consonant_y {
        each(&format!("{stem}ies"), Form::Third);
        each(&format!("{stem}ied"), Form::Past);
        each(&format!("{base}ing"), Form::Ing);
    } else if let Some(stem) = base.strip_suffix('e') {
        each(&format!("{base}s"), Form::Third);
        each(&format!("{base}d"), Form::Past);
        let ing = if stem.ends_with('e') { base } else { stem };
        each(&format!("{ing}ing"), Form::Ing);
    } else {
        let hisses = ["s", "x", "sh", "ch"].iter().any(|end| base.ends_with(end));
        each(
            &format!("{base}{}", if hisses { "es" } else { "s" }),
            Form::Third,
        );
        each(&format!("{doubled}ed"), Form::Past);
        each(&format!("{doubled}ing"), Form::Ing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(lemma: &str) -> String {
        let mut out = Vec::new();
        inflect(lemma, |word, _| out.push(word.to_owned()));
        out.join(" ")
    }

    #[test]
    fn inflects() {
        assert_eq!(forms("say"), "say says said saying said");
        assert_eq!(forms("deny"), "deny denies denied denying");
        assert_eq!(forms("admit*"), "admit admits admitted admitting");
        assert_eq!(forms("agree"), "agree agrees agreed agreeing");
        assert_eq!(forms("announce"), "announce announces announced announcing");
        assert_eq!(forms("confess"), "confess confesses confessed confessing");
        assert_eq!(forms("post"), "post posts posted posting");
    }
}
