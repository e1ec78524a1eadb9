//! What a role as printed tells: in which field of life somebody stands, and which office of where they hold.

use std::sync::LazyLock;

use foldhash::HashMap;

use super::super::analysis::fold;

/// A field of life, as a bit.
pub(super) type Fields = u16;

const POLITICS: Fields = 1;
const LAW: Fields = 1 << 1;
const FORCES: Fields = 1 << 2;
const SPORT: Fields = 1 << 3;
const ARTS: Fields = 1 << 4;
const SCIENCE: Fields = 1 << 5;
const MEDICINE: Fields = 1 << 6;
const BUSINESS: Fields = 1 << 7;
const RELIGION: Fields = 1 << 8;
const MEDIA: Fields = 1 << 9;
const WORK: Fields = 1 << 10;
const CRIME: Fields = 1 << 11;

/// Words of roles and the field that they belong to. A word of several fields is in none.
const WORDS: &[(Fields, &str)] = &[
    (
        POLITICS,
        "president premier mayor minister senator congressman congresswoman representative governor councillor \
         councilman councilwoman alderman mp mep lawmaker legislator politician candidate deputy chancellor \
         ambassador diplomat envoy commissioner secretary prime king queen prince princess whip assemblyman \
         assemblywoman party parliamentarian statesman",
    ),
    (
        LAW,
        "judge justice lawyer attorney prosecutor barrister solicitor magistrate counsel sheriff's ombudsman",
    ),
    (
        FORCES,
        "general colonel lieutenant sergeant major corporal admiral commander brigadier soldier officer police \
         detective constable superintendent inspector sheriff trooper marshal firefighter coastguard army navy \
         commodore private supt sgt lt lieut maj col gen cpl cmdr cdr adm insp det const brig",
    ),
    (
        SPORT,
        "goalkeeper striker midfielder defender footballer winger coach quarterback pitcher catcher cyclist \
         sprinter runner swimmer boxer golfer player batsman bowler skier skater jockey wrestler gymnast rower \
         shortstop outfielder forward linebacker receiver cricketer marathoner athlete olympian driver's referee \
         umpire champion guard hockey football rugby tennis basketball baseball",
    ),
    (
        ARTS,
        "singer actor actress painter sculptor novelist poet musician composer pianist violinist cellist conductor \
         dancer choreographer filmmaker playwright comedian rapper guitarist drummer artist architect designer \
         soprano tenor baritone curator author",
    ),
    (
        SCIENCE,
        "professor scientist researcher historian economist physicist chemist biologist geologist astronomer \
         lecturer academic sociologist anthropologist archaeologist meteorologist seismologist climatologist \
         linguist statistician ecologist oceanographer hydrologist",
    ),
    (
        MEDICINE,
        "doctor surgeon nurse physician paramedic epidemiologist pharmacist midwife psychiatrist cardiologist \
         oncologist paediatrician pediatrician dentist veterinarian virologist gp",
    ),
    (
        BUSINESS,
        "ceo executive banker entrepreneur businessman businesswoman investor trader broker shareholder analyst \
         cfo financier developer retailer grocer restaurateur hotelier brewer shipowner",
    ),
    (
        RELIGION,
        "bishop archbishop cardinal pope priest imam rabbi pastor vicar reverend ayatollah monk nun patriarch \
         deacon chaplain",
    ),
    (
        MEDIA,
        "journalist reporter correspondent editor columnist anchor presenter broadcaster photographer blogger",
    ),
    (
        WORK,
        "fisherman farmer teacher carpenter plumber electrician miner docker mechanic baker butcher gardener \
         welder tailor hairdresser janitor cleaner cook chef waiter barber shopkeeper driver sailor skipper \
         harbourmaster beekeeper rancher trucker pensioner student pupil librarian engineer pilot",
    ),
    (
        CRIME,
        "defendant suspect convict burglar gangster smuggler inmate prisoner murderer robber thief",
    ),
];

/// Pairs of fields that one life joins often: they do not set two people apart.
const NEAR: &[(Fields, Fields)] = &[
    (
        POLITICS,
        LAW | FORCES | BUSINESS | SCIENCE | MEDIA | MEDICINE | RELIGION | CRIME,
    ),
    (LAW, FORCES | SCIENCE | CRIME | BUSINESS),
    (FORCES, CRIME | WORK),
    (SCIENCE, MEDICINE | ARTS | MEDIA | BUSINESS | WORK),
    (ARTS, MEDIA | BUSINESS | CRIME),
    (SPORT, MEDIA | CRIME),
    (BUSINESS, CRIME | WORK | MEDIA),
    (WORK, CRIME),
    (MEDICINE, BUSINESS | CRIME),
];

/// Offices of which each place has one, as a rule.
const LOCAL: &[&str] = &[
    "mayor",
    "sheriff",
    "bishop",
    "archbishop",
    "coach",
    "headteacher",
    "principal",
    "harbourmaster",
    "vicar",
    "manager",
];
/// The same for countries and their parts.
const NATIONAL: &[&str] = &[
    "president",
    "premier",
    "governor",
    "king",
    "queen",
    "ambassador",
    "chancellor",
];

/// Most words of a role.
const LONGEST: usize = 7;
/// Words that say nothing about who it is.
const EMPTY: &[&str] = &[
    "of", "the", "for", "and", "a", "an", "in", "at", "s", "its", "his", "her", "their", "to",
    "on", "new", "mr", "mrs", "ms", "miss", "dr", "sir",
];
/// Words that many have.
const COMMON: &[&str] = &[
    "spokesman",
    "spokeswoman",
    "spokesperson",
    "official",
    "director",
    "leader",
    "head",
    "chief",
    "minister",
    "member",
    "president",
    "chairman",
    "chairwoman",
    "chair",
    "secretary",
    "senior",
    "deputy",
    "vice",
    "officer",
    "executive",
    "manager",
    "general",
    "professor",
    "doctor",
    "rep",
    "sen",
    "senator",
    "representative",
    "us",
    "prime",
    "gov",
    "governor",
    "state",
];

/// A role taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    /// Its words, folded, without those that say nothing.
    pub(super) words: Vec<String>,
    /// Fields that it stands in.
    pub(super) fields: Fields,
    /// An office that a place has one of, and the other words of the role, which say where.
    pub(super) office: Option<Office>,
}

/// See [`Role::office`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Office {
    pub(super) head: String,
    pub(super) national: bool,
    /// The first three consonants of each word that says where: they tell places apart better than endings do ("France",
    /// "French").
    pub(super) of: Vec<String>,
}

/// Takes a role apart. One that is over tells nothing.
pub(super) fn read(role: &str) -> Role {
    let folded = fold(role);
    let all: Vec<&str> = folded.split(' ').collect();
    if all
        .iter()
        .take(2)
        .any(|w| matches!(*w, "former" | "ex" | "late" | "retired" | "then"))
    {
        return Role::default();
    }
    let mut out = Role::default();
    for word in all {
        if word.is_empty() || EMPTY.contains(&word) || out.words.iter().any(|w| w == word) {
            continue;
        }
        out.fields |= field(word);
        out.words.push(word.to_owned());
    }
    // No role is so long: a list or a heading was taken for one.
    if out.words.len() > LONGEST {
        return Role::default();
    }
    // "attorney general", "general secretary", "police officer": the rank is no rank.
    if out.fields & (POLITICS | LAW) != 0 && out.words.iter().any(|w| w == "general") {
        out.fields &= !FORCES;
    }
    let head = out
        .words
        .iter()
        .find(|w| LOCAL.contains(&w.as_str()) || NATIONAL.contains(&w.as_str()));
    out.office = head.map(|head| Office {
        head: head.clone(),
        national: NATIONAL.contains(&head.as_str()),
        of: out
            .words
            .iter()
            .filter(|w| *w != head && !COMMON.contains(&w.as_str()) && field(w) == 0)
            .map(|w| {
                let consonants = w.chars().filter(|c| !"aeiou".contains(*c));
                consonants.take(3).collect()
            })
            .collect(),
    });
    out
}

/// The field that a word belongs to, in the singular or the plural.
fn field(word: &str) -> Fields {
    static FIELDS: LazyLock<HashMap<&str, Fields>> = LazyLock::new(|| {
        let words = |(field, list): &(Fields, &'static str)| {
            let field = *field;
            list.split_whitespace().map(move |word| (word, field))
        };
        WORDS.iter().flat_map(words).collect()
    });
    let one = word.strip_suffix('s').filter(|w| w.len() > 3);
    let known = FIELDS.get(word).or_else(|| FIELDS.get(one?));
    known.copied().unwrap_or(0)
}

/// Does nobody, as a rule, stand in fields of both sets?
pub(super) fn far(a: Fields, b: Fields) -> bool {
    if a == 0 || b == 0 || a & b != 0 {
        return false;
    }
    !NEAR
        .iter()
        .any(|(one, others)| a & one != 0 && b & others != 0 || b & one != 0 && a & others != 0)
}

/// Are these one office of two places?
pub(super) fn apart(a: &Office, b: &Office) -> bool {
    a.head == b.head
        && !a.of.is_empty()
        && !b.of.is_empty()
        && !a.of.iter().any(|x| b.of.contains(x))
}

/// How much it says that two people share a word of their roles.
pub(super) fn weight(word: &str) -> f32 {
    if COMMON.contains(&word) { 0.5 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_one_life_does_not_join() {
        let far = |a: &str, b: &str| far(read(a).fields, read(b).fields);
        assert!(far("goalkeeper", "mayor of Leeds"));
        assert!(far("fisherman", "Bergen city councillor"));
        assert!(far("police spokesman", "cellist"));
        assert!(far("Supt.", "chief economist of the consultancy"));
        assert!(!far("mayor of Leeds", "governor"));
        assert!(!far("lawyer", "senator"));
        assert!(!far("retired goalkeeper", "mayor of Leeds"));
        assert!(!far("neighbour", "mayor of Leeds"));
    }

    #[test]
    fn one_office_of_two_places() {
        let two = |a: &str, b: &str| {
            let (a, b) = (read(a).office.unwrap(), read(b).office.unwrap());
            apart(&a, &b)
        };
        assert!(two("mayor of Leeds", "Bergen mayor"));
        assert!(!two("mayor of Leeds", "mayor"));
        assert!(!two("French president", "president of France"));
        assert!(!two("mayor of Leeds", "Labour mayor of Leeds"));
    }
}
