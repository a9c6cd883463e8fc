//! The API by which partners' systems send: files and live notifications, with an agency's token. What goes wrong is answered as
//! problem details (RFC 9457) in plain words.

mod head;
mod openapi;

use axum::{
    Router,
    body::Body,
    extract::{Multipart, Path, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::StreamExt as _;
use serde_json::json;
use vault::{Actor, StoredBlob};
use web::{Fault, Site};

pub use openapi::openapi;

use crate::{
    delivery::{DeliveryFault, DeliveryReport, State, read_delivery, receive_blob, unwatched},
    feed::{Feed, feed},
    notify::{NotificationOutcome, NotifyFault, notify},
    pages::{LARGEST, may_see, upload::Storing},
    table::Refused,
};

/// The routes of the API.
pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/api/v1/feeds/{feed}/deliveries", post(deliver).layer(axum::extract::DefaultBodyLimit::max(LARGEST)))
        .route("/api/v1/feeds/{feed}/notifications", post(take_notification))
        .route("/api/v1/deliveries/{delivery}", get(show))
        .route("/api/v1/audit/head", get(head::newest))
        .route("/api/v1/openapi.json", get(async || axum::Json(openapi())))
}

/// Problem details.
fn problem(status: StatusCode, title: &str, detail: &str, more: serde_json::Value) -> Response {
    let mut body = json!({ "title": title, "status": status.as_u16(), "detail": detail });
    if let (Some(body), serde_json::Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

async fn sender(site: &Site, headers: &HeaderMap) -> Result<Actor, Fault> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Fault::Token)?;
    share::api::token_actor(site.vault(), bearer).await?.ok_or(Fault::Token)
}

fn no_feed() -> Response {
    let names: Vec<&str> = crate::feed::feeds().iter().map(|feed| feed.name.as_str()).collect();
    problem(StatusCode::NOT_FOUND, "No such feed", &format!("The feeds are: {}.", names.join(", ")), json!({}))
}

async fn deliver(site: Site, Path(name): Path<String>, request: Request) -> web::Result {
    let actor = sender(&site, request.headers()).await?;
    let Some(feed) = feed(&name) else { return Ok(no_feed()) };
    // Whoever may not send is told before the file is taken.
    if let Err(fault) = crate::delivery::admit(site.vault(), &actor, feed, site.vault().new_id()).await {
        return refused(fault);
    }
    let multipart = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    let (file_name, stored) = if multipart {
        from_form(&site, request).await?
    } else {
        (String::new(), from_body(&site, request.into_body()).await?)
    };
    let blob = match stored {
        Ok(blob) => blob,
        Err(refused) => return Ok(not_taken(&refused, None)),
    };
    Ok(match taken(&site, &actor, feed, &file_name, &blob).await {
        Ok(report) => (StatusCode::CREATED, axum::Json(report_json(&report))).into_response(),
        Err(fault) => return refused(fault),
    })
}

async fn taken(
    site: &Site,
    actor: &Actor,
    feed: &'static Feed,
    file_name: &str,
    blob: &StoredBlob,
) -> Result<DeliveryReport, DeliveryFault> {
    let delivery = receive_blob(site.vault(), actor, feed, file_name, blob, false).await?;
    // On a task of its own: a sender that hangs up does not stop the reading.
    let vault = site.vault().clone();
    let reading = tokio::spawn(async move { read_delivery(&vault, delivery, &unwatched).await });
    reading.await.map_err(|error| DeliveryFault::File(error.to_string()))?
}

type Stored = Result<StoredBlob, Refused>;

async fn from_body(site: &Site, body: Body) -> Result<Stored, Fault> {
    let mut store = Storing::new(site.vault())?;
    let mut stream = body.into_data_stream();
    while let Some(bytes) = stream.next().await {
        let bytes =
            bytes.map_err(|_| Fault::Invalid("The upload broke off before it was whole. Nothing was kept.".into()))?;
        if let Err(refused) = store.write(&bytes)? {
            return Ok(Err(refused));
        }
    }
    store.finish().await
}

async fn from_form(site: &Site, request: Request) -> Result<(String, Stored), Fault> {
    use axum::extract::FromRequest as _;
    let unreadable = |_| Fault::Invalid("The form can’t be read. Nothing was kept.".into());
    let mut form = Multipart::from_request(request, site).await.map_err(unreadable)?;
    while let Some(mut field) = form.next_field().await? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let mut store = Storing::new(site.vault())?;
        while let Some(bytes) = field.chunk().await? {
            if let Err(refused) = store.write(&bytes)? {
                return Ok((name, Err(refused)));
            }
        }
        return Ok((name, store.finish().await?));
    }
    Err(Fault::Invalid("The form has no field `file`. Nothing was kept.".into()))
}

fn not_taken(refused: &Refused, delivery: Option<String>) -> Response {
    let more = json!({ "code": refused.code, "delivery": delivery });
    problem(
        StatusCode::UNPROCESSABLE_ENTITY,
        "The file was not taken",
        &format!("{refused} Nothing of it was kept."),
        more,
    )
}

fn refused(fault: DeliveryFault) -> web::Result {
    let words = base::first_large(&fault.to_string());
    Ok(match fault {
        DeliveryFault::Refused { delivery, refused } => not_taken(&refused, Some(delivery.to_string())),
        DeliveryFault::NotAllowed { why, .. } => {
            problem(StatusCode::FORBIDDEN, "You may not send this", &words, json!({ "code": why }))
        }
        DeliveryFault::NoAgency(_) => problem(StatusCode::CONFLICT, "The feed is not set up", &words, json!({})),
        DeliveryFault::Unknown => return Err(Fault::NotFound),
        DeliveryFault::ReadElsewhere => problem(StatusCode::CONFLICT, "Being read already", &words, json!({})),
        DeliveryFault::Store(error) => return Err(error.into()),
        DeliveryFault::File(problem) => return Err(Fault::Internal(problem)),
    })
}

async fn take_notification(
    site: Site,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> web::Result {
    let actor = sender(&site, &headers).await?;
    let Some(feed) = feed(&name) else { return Ok(no_feed()) };
    let json = match serde_json::from_slice(&body) {
        Ok(json) => json,
        Err(_) => {
            return Ok(problem(
                StatusCode::BAD_REQUEST,
                "Not JSON",
                "Send one JSON object. Nothing was kept.",
                json!({}),
            ));
        }
    };
    Ok(match notify(site.vault(), &actor, feed, &json).await {
        Ok(outcome) => answer(outcome),
        Err(NotifyFault::Shape(words)) => problem(StatusCode::BAD_REQUEST, "Not one event", &words, json!({})),
        Err(NotifyFault::Names(refused)) => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The names are not the feed’s",
            &format!("{refused} Nothing was kept."),
            json!({ "code": refused.code }),
        ),
        Err(NotifyFault::Delivery(fault)) => return refused(fault),
    })
}

fn answer(outcome: NotificationOutcome) -> Response {
    let said = |status, word: &str, delivery: Option<String>| {
        (status, axum::Json(json!({ "outcome": word, "delivery": delivery }))).into_response()
    };
    match outcome {
        NotificationOutcome::Accepted(id) => said(StatusCode::CREATED, "accepted", Some(id.to_string())),
        NotificationOutcome::NewVersion(id) => said(StatusCode::CREATED, "new_version", Some(id.to_string())),
        NotificationOutcome::AlreadyHeld => said(StatusCode::OK, "already_held", None),
        NotificationOutcome::NotTaken(reasons) => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The event was not taken",
            "Correct what is listed and send it again. Nothing was kept.",
            json!({ "errors": reasons }),
        ),
    }
}

async fn show(site: Site, Path(id): Path<String>, headers: HeaderMap) -> web::Result {
    let actor = sender(&site, &headers).await?;
    let id = id.parse().map_err(|_| Fault::NotFound)?;
    let found = crate::delivery::store::find(site.vault(), id).await?.ok_or(Fault::NotFound)?;
    may_see(site.vault(), &actor, found.agency).await?;
    Ok(axum::Json(report_json(&found.report)).into_response())
}

fn report_json(report: &DeliveryReport) -> serde_json::Value {
    json!({
        "delivery": report.delivery.to_string(),
        "feed": report.feed.as_str(),
        "state": report.state.code(),
        "counts": report.counts,
        "same_as": report.same_as.map(|id| id.to_string()),
        "read_as": report.shape,
        "notes": report.notes,
        "refusal": report.refusal,
        "quarantine": (report.counts.quarantined > 0 && report.state == State::Done)
            .then(|| format!("/data/uploads/{}", report.delivery)),
    })
}
