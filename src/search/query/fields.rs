//! The fields that a query may name.

use crate::search::distance;

/// What a term is looked for in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The words themselves.
    #[default]
    Text,
    /// Who said it.
    Speaker,
    /// Named in what was said.
    About,
    /// Who was told.
    To,
    /// Through what.
    Via,
    /// Role of the speaker.
    Role,
    /// Organisation that the speaker is or speaks for.
    Organisation,
    /// Whom a spokesperson speaks for.
    SpeaksFor,
    /// Where it was said, dateline, or a place talked about.
    Place,
    /// Where it was said only.
    SaidIn,
    /// The dateline only.
    Dateline,
    /// When it was said, else published.
    Said,
    /// When it was published.
    Published,
    /// Direct, mixed, indirect.
    Kind,
    /// Attitude of the cue.
    Stance,
    /// Reporting words.
    Cue,
    /// Who published it.
    Outlet,
    /// Author.
    By,
    /// Language code.
    Language,
    /// What sort of source.
    Type,
    /// Headline.
    Title,
    /// Id of a statement or key of an article.
    Id,
}

/// How the value of a field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Words in any form: phrases, prefixes, fuzzy words.
    Words,
    /// A name.
    Name,
    /// A date or a range of dates.
    Days,
    /// One value out of a list, or a code.
    Code,
}

/// Names first, the one that is printed before its synonyms.
const NAMES: &[(&str, Field)] = &[
    ("text", Field::Text),
    ("content", Field::Text),
    ("speaker", Field::Speaker),
    ("who", Field::Speaker),
    ("person", Field::Speaker),
    ("about", Field::About),
    ("to", Field::To),
    ("addressee", Field::To),
    ("via", Field::Via),
    ("medium", Field::Via),
    ("role", Field::Role),
    ("org", Field::Organisation),
    ("organisation", Field::Organisation),
    ("organization", Field::Organisation),
    ("speaks-for", Field::SpeaksFor),
    ("place", Field::Place),
    ("where", Field::Place),
    ("said-in", Field::SaidIn),
    ("dateline", Field::Dateline),
    ("said", Field::Said),
    ("when", Field::Said),
    ("date", Field::Said),
    ("published", Field::Published),
    ("kind", Field::Kind),
    ("stance", Field::Stance),
    ("cue", Field::Cue),
    ("outlet", Field::Outlet),
    ("source", Field::Outlet),
    ("by", Field::By),
    ("byline", Field::By),
    ("author", Field::By),
    ("lang", Field::Language),
    ("language", Field::Language),
    ("type", Field::Type),
    ("title", Field::Title),
    ("id", Field::Id),
];

impl Field {
    /// The field with this name or synonym, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, field)| *field)
    }

    /// The name that is printed; empty for [`Field::Text`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        if self == Self::Text {
            return "";
        }
        NAMES
            .iter()
            .find(|(_, field)| *field == self)
            .map_or("", |(name, _)| name)
    }

    /// The known name nearest to `name`, if one is near.
    #[must_use]
    pub fn like(name: &str) -> Option<&'static str> {
        distance::nearest(name, NAMES.iter().map(|(known, _)| *known))
    }

    /// How values of this field are read.
    pub(crate) fn values(self) -> Values {
        match self {
            Self::Text | Self::Title | Self::Role | Self::Cue => Values::Words,
            Self::Said | Self::Published => Values::Days,
            Self::Kind | Self::Stance | Self::Language | Self::Type | Self::Id => Values::Code,
            Self::Speaker
            | Self::About
            | Self::To
            | Self::Via
            | Self::Organisation
            | Self::SpeaksFor
            | Self::Place
            | Self::SaidIn
            | Self::Dateline
            | Self::Outlet
            | Self::By => Values::Name,
        }
    }
}
