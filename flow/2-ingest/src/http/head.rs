//! The newest signed head of the audit log, for partners to keep: with it they can show later that the log was rewritten.

use axum::{
    extract::Query,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse as _,
};
use serde::Deserialize;
use serde_json::json;
use vault::audit::ProofError;
use web::{Fault, Site};

use super::{problem, sender};

/// What the partner has kept so far.
#[derive(Deserialize)]
pub(super) struct Kept {
    /// The number of entries of the newest head that it kept; nothing or 0 for none.
    since: Option<String>,
}

/// The newest head, with the proof that nothing under the one that the partner kept was changed.
pub(super) async fn newest(site: Site, Query(kept): Query<Kept>, headers: HeaderMap) -> web::Result {
    let actor = sender(&site, &headers).await?;
    let since = match kept.since.as_deref().unwrap_or("0").trim().parse() {
        Ok(since) => since,
        Err(_) => {
            let words = "Send since=N, the number of entries of the newest head that you kept, or nothing.";
            return Ok(problem(StatusCode::BAD_REQUEST, "Not a number of entries", words, json!({})));
        }
    };
    match site.vault().give_head(&actor, since).await {
        Ok(document) => {
            Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], document.to_text())
                .into_response())
        }
        Err(ProofError::Store(error)) => Err(error.into()),
        Err(error @ (ProofError::NoHead { .. } | ProofError::Empty)) => {
            let words = format!("{error}. If you kept a head over so many entries, show it to the unit.");
            Ok(problem(StatusCode::NOT_FOUND, "No such head", &base::first_large(&words), json!({})))
        }
        Err(error @ (ProofError::Broken(_) | ProofError::Shrunk { .. })) => {
            tracing::error!(%error, "a partner asked for a proof that can't be given");
            let words = "The log is not what was signed before. Keep your heads and ask the unit.";
            Ok(problem(StatusCode::CONFLICT, "There is no such proof", words, json!({})))
        }
        Err(error) => Err(Fault::internal(error)),
    }
}
