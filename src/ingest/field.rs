//! The fields of an article, and the names that files give them.

use std::str::FromStr;

use crate::article::UnknownName;

/// A field that a column or member can be mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The article's own id.
    Id,
    /// Headline.
    Title,
    /// The text itself.
    Text,
    /// Publication date.
    Published,
    /// Who published it.
    Outlet,
    /// Authors; in a table `;` parts them.
    Byline,
    /// Section or column.
    Section,
    /// Canonical address.
    Url,
    /// Language.
    Language,
}

impl Field {
    /// Every field.
    pub const ALL: &'static [Self] = &[
        Self::Id,
        Self::Title,
        Self::Text,
        Self::Published,
        Self::Outlet,
        Self::Byline,
        Self::Section,
        Self::Url,
        Self::Language,
    ];

    /// The names that stand for it without mapping, its own first.
    #[must_use]
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["id"],
            Self::Title => &["title", "headline"],
            Self::Text => &["text", "body", "content"],
            Self::Published => &["published", "date", "published_at"],
            Self::Outlet => &["outlet", "source", "publisher"],
            Self::Byline => &["byline", "author", "authors"],
            Self::Section => &["section", "category"],
            Self::Url => &["url"],
            Self::Language => &["language"],
        }
    }

    /// The field that a name stands for; what the user mapped comes first.
    pub(super) fn of_name(name: &str, mapped: &[(Field, String)]) -> Option<Self> {
        let by_user = mapped
            .iter()
            .find(|(_, column)| column.trim().to_lowercase().replace([' ', '-'], "_") == name);
        by_user.map(|(field, _)| *field).or_else(|| {
            Self::ALL
                .iter()
                .copied()
                .find(|f| f.names().contains(&name))
        })
    }
}

/// Parses the field's own name, as in `--map title=headline`.
impl FromStr for Field {
    type Err = UnknownName;

    fn from_str(s: &str) -> Result<Self, UnknownName> {
        let own = |f: &Self| f.names().first().copied().unwrap_or_default();
        Self::ALL
            .iter()
            .copied()
            .find(|f| own(f) == s)
            .ok_or_else(|| UnknownName {
                given: s.to_owned(),
                known: Self::ALL.iter().map(own).collect(),
            })
    }
}
