//! The fields of an article, and the names that files give them.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::LazyLock;

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

    /// The names that stand for it without mapping, its own first. Case, spaces and hyphens do not matter.
    #[must_use]
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Id => &[
                "id",
                "_id",
                "guid",
                "uuid",
                "uri",
                "article_id",
                "document_id",
                "doc_id",
                "accession_number",
            ],
            Self::Title => &[
                "title",
                "headline",
                "headlines",
                "web_title",
                "article_title",
                "extracted_title",
            ],
            Self::Text => &[
                "text",
                "body",
                "content",
                "full_text",
                "body_text",
                "article_text",
                "article_body",
                "article_content",
                "main_text",
                "plain_text",
                "content_text",
                "clean_text",
                "body_html",
                "content_html",
                "bodies",
                "story",
                "article",
                "raw_text",
            ],
            Self::Published => &[
                "published",
                "date",
                "published_at",
                "published_date",
                "published_on",
                "publish_date",
                "publication_date",
                "pub_date",
                "date_published",
                "date_publish",
                "date_time_pub",
                "date_time",
                "web_publication_date",
                "first_published",
                "issue_date",
                "first_created",
                "version_created",
                "created_at",
                "seen_date",
                "timestamp",
            ],
            Self::Outlet => &[
                "outlet",
                "source",
                "publisher",
                "publication",
                "publication_name",
                "publication_title",
                "pub_title",
                "source_name",
                "media_name",
                "media_outlet",
                "newspaper",
                "newspaper_name",
                "site_name",
                "provider",
                "copyright_holder",
                "source_hostname",
                "source_domain",
                "domain",
                "hostname",
            ],
            Self::Byline => &[
                "byline",
                "bylines",
                "author",
                "authors",
                "author_name",
                "writer",
                "writers",
                "journalist",
                "reporter",
                "creator",
            ],
            Self::Section => &[
                "section",
                "category",
                "section_name",
                "section_title",
                "article_section",
                "categories",
                "desk",
                "rubric",
            ],
            Self::Url => &[
                "url",
                "link",
                "web_url",
                "canonical_url",
                "permalink",
                "article_url",
                "article_link",
                "page_url",
                "requested_url",
                "document_url",
                "main_entity_of_page",
                "uri",
            ],
            Self::Language => &[
                "language",
                "lang",
                "in_language",
                "language_code",
                "meta_lang",
            ],
        }
    }

    /// The field that a name stands for; what the user mapped comes first.
    pub(super) fn of_name(name: &str, mapped: &[(Field, String)]) -> Option<Self> {
        Self::ranked(name, mapped).first().map(|(field, _)| *field)
    }

    /// The fields that a name may stand for, each with how far down its list the name is: of two names for one field the
    /// first one counts.
    pub(super) fn ranked(name: &str, mapped: &[(Field, String)]) -> Vec<(Self, usize)> {
        let name = squeezed(name);
        let by_user = mapped.iter().find(|(_, column)| squeezed(column) == name);
        match by_user {
            Some((field, _)) => vec![(*field, 0)],
            None => KNOWN.get(&name).cloned().unwrap_or_default(),
        }
    }
}

/// The usual names, squeezed.
static KNOWN: LazyLock<HashMap<String, Vec<(Field, usize)>>> = LazyLock::new(|| {
    let mut known: HashMap<String, Vec<(Field, usize)>> = HashMap::new();
    for field in Field::ALL {
        for (at, name) in field.names().iter().enumerate() {
            known
                .entry(squeezed(name))
                .or_default()
                .push((*field, at + 1));
        }
    }
    known
});

/// Names of what tells a story in brief. It stands for the text only where there is none, beside a headline.
pub(super) const BRIEF: &[&str] = &[
    "lead_paragraph",
    "abstract",
    "summary",
    "description",
    "snippet",
    "excerpt",
    "standfirst",
];

/// A name as it is compared: "Pub. Date", `pub-date`, `pubDate` and `pub_date` are one, "Author(s)" is `authors`. What
/// begins with an underscore is a database's own: `_source` is no source.
pub(super) fn squeezed(name: &str) -> String {
    let own = name.starts_with('_').then_some('_');
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    own.into_iter()
        .chain(letters.flat_map(char::to_lowercase))
        .collect()
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
