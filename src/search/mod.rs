//! Asking an index who said what.
//!
//! A [`Request`] holds a [`query::Query`], chosen facet values and what to count; [`Searcher::search`] answers it with
//! hits, their words marked, and counts that equal what choosing a value shows.

mod align;
mod answer;
mod canon;
mod collect;
mod columns;
mod compile;
mod contradict;
pub(crate) mod distance;
mod explain;
pub mod export;
mod facets;
mod folding;
mod forward;
mod highlight;
mod hints;
mod hits;
mod lookup;
mod person;
pub mod query;
mod request;
mod roster;
mod searcher;
mod suggest;
mod trail;
mod verify;
mod vocabulary;
pub mod watch;

pub use align::{Change, Op};
pub use answer::{
    ANSWER_VERSION, Answer, ArticleHit, Copy, CopyKind, FacetCounts, FacetValue, Hint, Hit, Marked,
    SpeakerHit, StatementHit,
};
pub use contradict::Difference;
pub use explain::{Around, Explanation, Found, Link};
pub use person::{Candidate, Contradiction, Depth, PersonView, RoleView, Spelling};
pub use request::{
    Counting, Facet, FacetRequest, Filter, MAX_COPIES, MAX_FACET_VALUES, MAX_LIMIT, MAX_OFFSET,
    Request, Scope, Sort,
};
pub use searcher::{Error, Searcher};
pub use verify::{Checked, Source, Verdict};
