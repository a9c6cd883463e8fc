//! `/trust/log`, for every member: heads hold a number, a time and a hash, and nothing about anybody.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use base::Timestamp;
use vault::audit::{Document, Head, HeadGiven, ProofError};
use web::{Caller, Fault, Form, Page, Query, Site};

use crate::{
    agency::{self, Agency},
    trust,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/log", get(show))
        .route("/trust/log/newest.json", get(newest))
        .route("/trust/log/growth", get(growth))
        .route("/trust/log/heads/{file}", get(one))
}

/// So many heads on a page.
const HEADS: u32 = 10;

#[derive(Template)]
#[template(path = "log/show.html")]
struct LogPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    fingerprint: String,
    public_key: String,
    signed: Vec<HeadLine>,
    older: Option<u64>,
    is_first_page: bool,
    given: Vec<Given>,
}

struct HeadLine {
    size: u64,
    entries: String,
    at: String,
    machine_time: String,
    root: String,
}

struct Given {
    agency: String,
    what: String,
}

async fn show(site: Site, caller: Caller, page: Page, Query(form): Query) -> web::Result {
    web::render(page_of(&site, &caller, page, form).await?)
}

async fn page_of(site: &Site, caller: &Caller, page: Page, form: Form) -> Result<LogPage, Fault> {
    let vault = site.vault();
    let before = form.value("before").parse().ok();
    let heads = vault.heads(before, HEADS).await?;
    let older = heads.last().filter(|_| heads.len() == HEADS as usize).map(|head| head.size);
    let (agencies, given) = (agency::all(&vault.plain()).await?, vault.heads_given().await?);
    let mut given: Vec<Given> = agencies.iter().map(|agency| line_of(agency, &given)).collect();
    given.sort_by(|a, b| a.agency.cmp(&b.agency));
    Ok(LogPage {
        tabs: trust::tabs(caller, "/trust/log"),
        page: page.title("Check the log").with(&form),
        form,
        fingerprint: vault.audit_fingerprint(),
        public_key: hex::encode(vault.audit_public_key().to_bytes()),
        signed: heads.iter().map(head_line).collect(),
        older,
        is_first_page: before.is_none(),
        given,
    })
}

fn head_line(head: &Head) -> HeadLine {
    HeadLine {
        size: head.size,
        entries: web::thousands(head.size),
        at: when(head.at),
        machine_time: head.at.to_string(),
        // The whole of it is in the file; so much of it is read out to another partner.
        root: head.root.chars().take(16).collect(),
    }
}

fn when(at: Timestamp) -> String {
    format!("{}, {}", at.in_london().strftime("%-d %b %Y"), web::time::clock_time(at))
}

fn line_of(agency: &Agency, given: &[HeadGiven]) -> Given {
    let last = given.iter().find(|given| given.agency == agency.id);
    let what = last.map_or_else(
        || "Not yet".to_owned(),
        |given| format!("Over {} entries, on {}", web::thousands(given.size), when(given.at)),
    );
    Given { agency: agency.name.clone(), what }
}

/// The newest head, to begin with.
async fn newest(site: Site, caller: Caller) -> web::Result {
    match site.vault().give_head(&caller.actor(), 0).await {
        Ok(document) => Ok(file(&document)),
        Err(ProofError::Store(error)) => Err(error.into()),
        Err(ProofError::Empty) => Err(Fault::NotFound),
        Err(error) => Err(Fault::internal(error)),
    }
}

/// The newest head with the proof that it extends the one that was kept.
async fn growth(site: Site, caller: Caller, page: Page, Query(mut form): Query) -> web::Result {
    let typed: String = form.value("since").chars().filter(|letter| !matches!(letter, ' ' | ',')).collect();
    match typed.parse::<u64>() {
        Ok(since) if since > 0 => match site.vault().give_head(&caller.actor(), since).await {
            Ok(document) => return Ok(file(&document)),
            Err(ProofError::Store(error)) => return Err(error.into()),
            Err(error @ (ProofError::NoHead { .. } | ProofError::Empty)) => {
                form.refuse("since", format!("{}. If you kept one, show it to the unit.", sentence(&error)));
            }
            Err(error) => {
                tracing::error!(%error, "a member asked for a proof that can't be given");
                form.refuse(
                    "since",
                    "The log is not what was signed before. Keep your heads and tell your data protection officer.",
                );
            }
        },
        _ => form.refuse("since", "Enter the number of entries of a head that you kept, such as 1204"),
    }
    web::render_errors(page_of(&site, &caller, page, form).await?)
}

fn sentence(error: &ProofError) -> String {
    base::first_large(&error.to_string())
}

/// One of the heads by its size: `1204.json`.
async fn one(site: Site, _: Caller, Path(name): Path<String>) -> web::Result {
    let size = name.strip_suffix(".json").and_then(|size| size.parse().ok()).ok_or(Fault::NotFound)?;
    match site.vault().head_of(size).await {
        Ok(head) => Ok(file(&Document::Head(head))),
        Err(ProofError::Store(error)) => Err(error.into()),
        Err(_) => Err(Fault::NotFound),
    }
}

/// A file to keep, under a name that says what it is.
fn file(document: &Document) -> Response {
    let name = match document {
        Document::Head(head) => format!("head-{}.json", head.size),
        Document::Consistency(proof) => format!("growth-{}-{}.json", proof.from.size, proof.to.size),
        Document::Inclusion(proof) => format!("entry-{}.json", proof.position),
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, document.to_text()).into_response()
}
