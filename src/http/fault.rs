//! What can go wrong with a request, as an answer to it.
//!
//! Handlers return a [`Fault`]; the [guard](super::guard) turns it into a page or into JSON, by the address that was
//! asked for.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::search;

/// A request that is not answered as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The request makes no sense.
    Bad(String),
    /// There is nothing at this address.
    NotFound,
    /// Not allowed: the host that was asked for is not this one.
    WrongHost,
    /// A token is needed.
    Unauthorised,
    /// Only GET and HEAD.
    Method,
    /// A request here has no body.
    Body,
    /// The address is too long.
    TooLong,
    /// Too much to do; come back.
    Busy,
    /// The search was given up.
    TooSlow,
    /// Our fault. The text goes to the log, not to the client.
    Internal(String),
}

impl Fault {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Body => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooLong => StatusCode::URI_TOO_LONG,
            Self::Busy | Self::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For people.
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Bad(message) => message,
            Self::NotFound => {
                "There is nothing at this address. It may have been in an index that has since changed."
            }
            Self::WrongHost => {
                "This server does not go by that name. Start it with --host NAME to allow one."
            }
            Self::Unauthorised => {
                "This server asks for a token: as a password, or as a bearer token."
            }
            Self::Method => "This server only answers GET and HEAD.",
            Self::Body => "A request to this server has no body.",
            Self::TooLong => "The address is too long.",
            Self::Busy => "The server has too much to do just now. Please try again in a moment.",
            Self::TooSlow => {
                "The search took too long and was given up. Please ask for something narrower."
            }
            Self::Internal(_) => "Something went wrong here. The server's log says what.",
        }
    }
}

impl From<search::Error> for Fault {
    fn from(error: search::Error) -> Self {
        match error {
            search::Error::TooSlow => Self::TooSlow,
            other @ search::Error::Index(_) => Self::Internal(other.to_string()),
        }
    }
}

impl From<search::query::QueryError> for Fault {
    fn from(error: search::query::QueryError) -> Self {
        Self::Bad(format!("The query was not read: {error}."))
    }
}

/// The status with the fault attached; the guard writes the body.
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// For addresses that nobody answers.
pub(super) async fn not_found() -> Fault {
    Fault::NotFound
}
