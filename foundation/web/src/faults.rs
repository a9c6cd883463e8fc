//! The page of a fault; for the API, the same as JSON.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    Fault, Page, Site,
    frame::{Frame, is_api, to_sign_in},
};

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    page: Page,
    heading: &'a str,
    words: &'a str,
    reference: &'a str,
}

/// Renders it. An internal fault is logged here, once, under the reference that the page shows.
pub(crate) fn page(site: &Site, frame: &Frame, fault: &Fault, route: &str) -> Response {
    if let Fault::SignInFirst(path) = fault {
        return to_sign_in(path);
    }
    let reference = match fault {
        Fault::Internal(problem) => {
            let reference = reference(site);
            tracing::error!(reference, route, problem, "a request failed");
            reference
        }
        _ => String::new(),
    };
    let mut response = if is_api(&frame.path) { json(fault, &reference) } else { html(site, frame, fault, &reference) };
    match fault {
        Fault::Token => {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Fault::Busy => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        _ => {}
    }
    response
}

fn html(site: &Site, frame: &Frame, fault: &Fault, reference: &str) -> Response {
    let page = Page::framed(site, frame).title(fault.heading());
    let shown = FaultPage { page, heading: fault.heading(), words: &fault.words(), reference };
    match shown.render() {
        Ok(text) => (fault.status(), Html(text)).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Sorry, something went wrong").into_response(),
    }
}

fn json(fault: &Fault, reference: &str) -> Response {
    let mut body = serde_json::json!({ "problem": fault.heading(), "detail": fault.words() });
    if let (false, Some(map)) = (reference.is_empty(), body.as_object_mut()) {
        map.insert("reference".to_owned(), reference.into());
    }
    (fault.status(), axum::Json(body)).into_response()
}

/// Eight letters and digits that can be read out on the telephone: none that looks like another.
fn reference(site: &Site) -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
    let picked: Vec<char> = site
        .random()
        .bytes::<8>()
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()).map(|letter| char::from(*letter)))
        .collect();
    let (left, right) = picked.split_at(picked.len() / 2);
    format!("{}-{}", left.iter().collect::<String>(), right.iter().collect::<String>())
}
