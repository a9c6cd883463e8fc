//! `/trust/processing`: the record of processing, to read, print and download.

use askama::Template;
use axum::{Router, routing::get};
use base::code;
use vault::Purpose;
use web::{Caller, Fault, Page, Site, time};

use super::{Processing, gather};
use crate::{
    oversight::transparency::{pages::file, quoted},
    trust,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/processing", get(show))
        .route("/trust/processing/record.csv", get(csv))
        .route("/trust/processing/record.json", get(json))
}

/// Who reads it.
pub(crate) const READERS: &[&str] =
    &["data_protection_officer", "data_owner", "project_manager", "board_member", "administrator"];

#[derive(Template)]
#[template(path = "oversight/processing/page.html")]
struct ProcessingPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    record: Processing,
    hash: String,
    made: String,
    people: usize,
    staff: usize,
}

pub(crate) async fn read(site: &Site, caller: &Caller) -> Result<Processing, Fault> {
    caller.needs(READERS)?;
    let staff = site.vault().staff(&caller.actor(), Purpose::Oversight, code!("processing_record_read")).await?;
    Ok(gather(site.vault(), &staff).await?)
}

async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    let record = read(&site, &caller).await?;
    let people = record.tables.iter().filter(|table| table.about.starts_with("people")).count();
    web::render(ProcessingPage {
        tabs: trust::tabs(&caller, "/trust/processing"),
        page: page.title("Record of processing"),
        hash: record.hash(),
        made: time::full(site.now()),
        people,
        staff: record.tables.len() - people,
        record,
    })
}

async fn csv(site: Site, caller: Caller) -> web::Result {
    let record = read(&site, &caller).await?;
    let mut text =
        "controller,kind,purpose,categories,recipients,agreement,days,standing,powers,bases,confidentiality,fields,\
                    conditions,retention,assessment\n"
            .to_owned();
    for controller in &record.controllers {
        for one in &controller.activities {
            let fields = [
                &controller.name,
                &controller.kind,
                &one.purpose,
                &one.categories.join("; "),
                &one.recipients.join("; "),
                &one.agreement,
                &one.days,
                &one.standing,
                &one.powers.join("; "),
                &one.bases.join("; "),
                &one.confidentiality,
                &one.fields,
                &one.conditions.join("; "),
                &one.retention,
                &one.assessment,
            ];
            text.push_str(&fields.map(|field| quoted(field)).join(","));
            text.push('\n');
        }
    }
    Ok(file("record-of-processing.csv", "text/csv", text))
}

async fn json(site: Site, caller: Caller) -> web::Result {
    let record = read(&site, &caller).await?;
    let whole = serde_json::json!({
        "made_at": site.now().to_string(),
        "sha256_of_what_is_configured": record.hash(),
        "record": record,
    });
    let text = serde_json::to_string_pretty(&whole).map_err(Fault::internal)?;
    Ok(file("record-of-processing.json", "application/json", text))
}
