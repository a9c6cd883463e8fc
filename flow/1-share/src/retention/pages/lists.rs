//! `/trust/retention/lists/{id}`: records that somebody proposes to delete together, for a second person.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::{Purpose, Scope, Verb};
use web::{Caller, Fault, Form, Page, Site, time};

use super::{agencies, name_of, permit, whose};
use crate::{
    ask::pages::{Names, unsealed},
    law::law,
    retention::{RetentionError, batch, review::DeleteReason, store},
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/retention/lists", post(propose))
        .route("/trust/retention/lists/{id}", get(show))
        .route("/trust/retention/lists/{id}/approve", post(approve))
        .route("/trust/retention/lists/{id}/withdraw", post(withdraw))
}

async fn propose(site: Site, caller: Caller, mut form: Form) -> web::Result {
    whose(&site, &caller).await?;
    let reason = form.choice::<DeleteReason>("reason", "Select why they can go");
    let owner = form.choice::<Id<kind::Agency>>("owner", "Select whose records");
    let words = form.required("words", 500, "Enter why, in a sentence");
    let form_key = form.value("form_key").to_owned();
    let (true, Some(reason), Some(owner), Some(words), 32) = (form.is_good(), reason, owner, words, form_key.len())
    else {
        let wrong: Vec<String> = form.errors().iter().map(|(_, sentence)| sentence.clone()).collect();
        return Err(Fault::Invalid(format!("{}. Nothing was proposed: go back and try again.", wrong.join(". "))));
    };
    match batch::propose(site.vault(), &caller.actor(), owner, reason, &words, &form_key).await {
        Ok((id, n)) => {
            let said = format!("{n} records are on the list. Somebody else must approve it");
            Ok(web::done(&site, &format!("/trust/retention/lists/{id}"), &said))
        }
        Err(RetentionError::NotFound) => Ok(web::done(
            &site,
            "/trust/retention/queue",
            "Each of them has an open need or a hold. Nothing was proposed",
        )),
        Err(error) => Err(error.into()),
    }
}

struct Line {
    href: String,
    title: String,
}

#[derive(Template)]
#[template(path = "retention/pages/list.html")]
struct ListPage {
    page: Page,
    here: String,
    owner: String,
    by: String,
    reason: &'static str,
    words: String,
    state: String,
    open: bool,
    own: bool,
    lines: Vec<Line>,
    report: String,
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::ReviewBatch>>) -> web::Result {
    let whose = whose(&site, &caller).await?;
    let vault = site.vault();
    let staff = vault.staff(&caller.actor(), Purpose::Rights, code!("retention_list_read")).await?;
    let batch = batch::one(&staff, whose, id).await?.ok_or(Fault::NotFound)?;
    let permit = permit(&site, &caller, whose, Verb::List, Scope::of("retention_list", id)).await?;
    let rows = store::of_batch(&vault.read(&permit)?, whose, id).await?;
    let mut members = vec![batch.by];
    members.extend(batch.settled.map(|(member, _)| member));
    let names = Names::read(&site, &caller, &members).await?;
    let settled = batch
        .settled
        .map_or_else(String::new, |(member, at)| format!(" by {}, {}", names.member(member), time::full(at)));
    let open = batch.state == "proposed";
    web::render(ListPage {
        page: page.title(format!("{} records to delete together", batch.proposed)),
        here: format!("/trust/retention/lists/{id}"),
        owner: name_of(&agencies(&site).await?, batch.owner),
        by: format!("{}, {}", names.member(batch.by), time::full(batch.at)),
        reason: batch.reason.words(),
        words: unsealed(vault, &batch.words)?,
        state: match batch.state.as_str() {
            "proposed" => "Waits for a second person".to_owned(),
            "approved" => format!("Approved{settled}; {} left out, because they had a need or a hold", batch.left_out),
            _ => format!("Withdrawn{settled}"),
        },
        open,
        own: batch.by == caller.id,
        lines: rows
            .iter()
            .map(|row| Line {
                href: format!("/trust/retention/queue/{}", row.record),
                title: format!("{}, due {}", law().category(&row.data).name, time::date(row.due_on)),
            })
            .collect(),
        report: batch.erasure.map_or_else(String::new, |erasure| format!("/trust/retention/erasures/{erasure}")),
    })
}

async fn approve(site: Site, caller: Caller, Path(id): Path<Id<kind::ReviewBatch>>, _: Form) -> web::Result {
    whose(&site, &caller).await?;
    let here = format!("/trust/retention/lists/{id}");
    match batch::approve(site.vault(), &caller.actor(), id).await {
        Ok(n) => Ok(web::done(&site, &here, &format!("{n} records are erased, with all that hung on them"))),
        Err(RetentionError::Done) => Ok(web::done(&site, &here, "")),
        Err(error) => Err(error.into()),
    }
}

async fn withdraw(site: Site, caller: Caller, Path(id): Path<Id<kind::ReviewBatch>>, _: Form) -> web::Result {
    whose(&site, &caller).await?;
    let here = format!("/trust/retention/lists/{id}");
    match batch::withdraw(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &here, "The list was withdrawn. Its records wait in the queue again")),
        Err(RetentionError::Done) => Ok(web::done(&site, &here, "")),
        Err(error) => Err(error.into()),
    }
}
