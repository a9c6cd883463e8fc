//! What can go wrong with a request, in a handful of kinds that a person can act on. A handler returns a [`Fault`]; the
//! frame around all routes renders the page, and logs an internal one once, with the reference that the page shows.

use std::{fmt::Display, sync::Arc};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use vault::{Refusal, StoreError};

/// Why a request did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is nothing here.
    NotFound,
    /// The caller may not. Looks the same as [`Fault::NotFound`], since that something exists can itself be sensitive.
    Denied,
    /// Nobody is signed in; after signing in, this path.
    SignInFirst(String),
    /// The caller may, but policy refuses this data for this purpose; the text says why in plain words. Use it only where
    /// the caller already knows that the thing exists.
    Refused(String),
    /// What was sent can't be understood at all. A form that can be mended is shown again instead, with [`crate::Form`].
    Invalid(String),
    /// Somebody else changed the same thing meanwhile; the text says what was kept.
    Conflict(String),
    /// More was sent than is taken; the text gives the limit.
    TooLarge(String),
    /// Too many tries; the text says how long to wait.
    TooMany(String),
    /// The form did not come from a page of ours that this browser was shown, or that page is too old.
    Forged,
    /// An agency's token is missing or not known (API only).
    Token,
    /// The database was busy; trying again is the right thing.
    Busy,
    /// Ours to mend. The text is for the log and never for a page; it must not hold personal data.
    Internal(String),
}

/// A page, or the fault that stands in its place.
pub type Result<T = Response, E = Fault> = std::result::Result<T, E>;

impl Fault {
    /// An internal failure, from anything that can say what it is.
    pub fn internal(problem: impl Display) -> Self {
        Self::Internal(problem.to_string())
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::Denied => StatusCode::NOT_FOUND,
            Self::SignInFirst(_) => StatusCode::SEE_OTHER,
            Self::Refused(_) | Self::Forged => StatusCode::FORBIDDEN,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The heading of its page.
    #[must_use]
    pub fn heading(&self) -> &'static str {
        match self {
            Self::NotFound | Self::Denied => "Page not found",
            Self::SignInFirst(_) => "Sign in",
            Self::Refused(_) => "You can’t see this",
            Self::Invalid(_) => "That can’t be read",
            Self::Conflict(_) => "Somebody else changed this",
            Self::TooLarge(_) => "That is too large",
            Self::TooMany(_) => "Too many tries",
            Self::Forged => "This page was open for too long",
            Self::Token => "Token needed",
            Self::Busy => "Busy just now",
            Self::Internal(_) => "Sorry, something went wrong",
        }
    }

    /// What happened, what was kept, and what to do next.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::NotFound | Self::Denied => {
                "Check the address. It may also be something that you may not see: if you need it for your work, ask your \
                 data protection officer."
                    .to_owned()
            }
            Self::SignInFirst(_) => "Sign in to go on.".to_owned(),
            Self::Refused(text) | Self::Invalid(text) | Self::Conflict(text) | Self::TooLarge(text) | Self::TooMany(text) => {
                text.clone()
            }
            Self::Forged => "Nothing was saved. You may have signed out, or signed in again, since the page was opened. Go \
                             back, copy what you wrote, load the page again and send it once more."
                .to_owned(),
            Self::Token => "Send your agency’s token in the Authorization header.".to_owned(),
            Self::Busy => "Nothing was changed. Wait a few seconds and try again.".to_owned(),
            Self::Internal(_) => "This part of what you did was not saved; everything that was saved before is still there. Try \
                                  again. If it happens again, give your administrator this reference:"
                .to_owned(),
        }
    }
}

/// Marks a response in whose place the frame puts a page.
#[derive(Clone)]
pub(crate) struct Shown(pub(crate) Arc<Fault>);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = self.status();
        let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        let mut response = (status, plain, self.heading()).into_response();
        response.extensions_mut().insert(Shown(Arc::new(self)));
        response
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Nul => {
                Self::Invalid("The text holds a character that can’t be kept (NUL). Nothing was saved.".into())
            }
            StoreError::Permit("it has expired") => {
                Self::Conflict("It took more than an hour, so the permit to see this ran out. Open it again.".into())
            }
            StoreError::NoLonger => Self::Conflict(
                "What you may see here changed while the page was made: an agreement or a duty ended, or was put on hold. Nothing was \
                 saved. Open the page again: it shows what is permitted now."
                    .into(),
            ),
            other => Self::internal(other),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Refused { .. } => Self::Denied,
            Refusal::Store(error) => error.into(),
        }
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

impl From<axum::extract::multipart::MultipartError> for Fault {
    fn from(error: axum::extract::multipart::MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::TooLarge("The file is larger than we take. Nothing was kept. Split it and send the parts.".into())
        } else {
            Self::Invalid("The upload broke off before it was whole. Nothing was kept. Send it again.".into())
        }
    }
}
