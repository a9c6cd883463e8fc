//! Notices for partners' own systems: `GET /api/v1/notices` and `POST /api/v1/notices/{notice}/acknowledge`, with an agency's token. JSON in and out; what
//! goes wrong is problem details (RFC 9457).

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base::{Id, code, kind};
use serde_json::json;
use vault::{Actor, Purpose};
use web::{Fault, Site};

use super::{
    Copies, Notice, NoticeError, acknowledge,
    notice::{self, Whose},
};
use crate::{agency, token::token_actor};

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/api/v1/notices", get(list)).route("/api/v1/notices/{notice}/acknowledge", post(done))
}

const MOST: u64 = 500;

fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = json!({ "title": title, "status": status.as_u16(), "detail": detail });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

async fn sender(site: &Site, headers: &HeaderMap) -> Result<(Actor, Id<kind::Agency>), Fault> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Fault::Token)?;
    let actor = token_actor(site.vault(), bearer).await?.ok_or(Fault::Token)?;
    let agency = actor.agency().ok_or(Fault::Token)?;
    Ok((actor, agency))
}

async fn list(site: Site, headers: HeaderMap) -> web::Result {
    let (actor, agency) = sender(&site, &headers).await?;
    let staff = site.vault().staff(&actor, Purpose::Rights, code!("notices_read")).await?;
    let found = notice::list(&staff, Whose::Came(agency), MOST).await?;
    let codes: std::collections::BTreeMap<_, _> = agency::all(&site.vault().plain())
        .await?
        .into_iter()
        .map(|agency| (agency.id, agency.code.to_string()))
        .collect();
    let notice = |one: &Notice| {
        json!({
            "notice": one.id.to_string(),
            "what": one.what.code(),
            "disclosure": one.disclosure.to_string(),
            "from": codes.get(&one.from),
            "category": one.data.as_str(),
            "purpose": one.purpose.code(),
            "how": one.how.code(),
            "given_by": one.via,
            "told_first_at": one.told_first_at.to_string(),
            "told_last_at": one.told_last_at.to_string(),
            "sent_at": one.made_at.to_string(),
            "due_at": one.due_at.to_string(),
            "acknowledged_at": one.acknowledged.as_ref().map(|done| done.at.to_string()),
            "copies": one.acknowledged.as_ref().map(|done| done.copies.code()),
        })
    };
    let all: Vec<serde_json::Value> = found.iter().map(notice).collect();
    Ok(axum::Json(json!({ "notices": all })).into_response())
}

async fn done(site: Site, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> web::Result {
    let (actor, _) = sender(&site, &headers).await?;
    let said: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |key: &str| said.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let (Ok(id), Ok(copies)) = (id.parse::<Id<kind::Notice>>(), text("copies").parse::<Copies>()) else {
        let known: Vec<&str> = Copies::ALL.iter().map(|copies| copies.code()).collect();
        let detail = format!(
            "Send JSON with `copies`, which is one of: {}; and `words`, if there is more to say.",
            known.join(", ")
        );
        return Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, "Not an acknowledgement", &detail));
    };
    let words: String = text("words").chars().take(1000).collect();
    match acknowledge(site.vault(), &actor, id, copies, &words).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(NoticeError::Store(error)) => Err(error.into()),
        Err(error @ NoticeError::NotFound) => Ok(problem(StatusCode::NOT_FOUND, "No such notice", &error.to_string())),
        Err(error @ NoticeError::Done) => Ok(problem(StatusCode::CONFLICT, "Acknowledged already", &error.to_string())),
        Err(error @ NoticeError::Why) => {
            Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, "A copy is kept", &error.to_string()))
        }
    }
}
