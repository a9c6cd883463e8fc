//! The pages of retention, under `/trust/retention`.

mod erasures;
mod holds;
mod lists;
mod queue;
mod review;
mod rules;

use std::collections::BTreeMap;

use axum::Router;
use base::{Id, kind};
use vault::{Permit, Scope, Verb};
use web::{Caller, Fault, Site};

use super::{ANSWERABLE, review as reviews, store::For};

pub(crate) fn routes() -> Router<Site> {
    rules::routes()
        .merge(queue::routes())
        .merge(review::routes())
        .merge(lists::routes())
        .merge(holds::routes())
        .merge(erasures::routes())
}

/// Tabs of retention itself, under those of trust: (text, address, whether it is this page).
type Tabs = Vec<(&'static str, &'static str, bool)>;

fn tabs(caller: &Caller, here: &str) -> Tabs {
    let mut tabs = vec![
        ("Rules", "/trust/retention", here == "/trust/retention"),
        ("Reviews", "/trust/retention/queue", here == "/trust/retention/queue"),
    ];
    if caller.has("data_protection_officer") {
        tabs.push(("Legal holds", "/trust/retention/holds", here == "/trust/retention/holds"));
    }
    tabs.push(("Erasures", "/trust/retention/erasures", here == "/trust/retention/erasures"));
    tabs
}

/// For whom this caller reads; not found for those who answer for no data.
async fn whose(site: &Site, caller: &Caller) -> Result<For, Fault> {
    caller.needs(ANSWERABLE)?;
    Ok(reviews::whose(site.vault(), &caller.actor()).await?)
}

async fn permit(site: &Site, caller: &Caller, whose: For, verb: Verb, scope: Scope) -> Result<Permit, Fault> {
    Ok(reviews::permit(site.vault(), &caller.actor(), whose, verb, scope).await?)
}

/// The names of the agencies.
async fn agencies(site: &Site) -> Result<BTreeMap<Id<kind::Agency>, String>, Fault> {
    let all = crate::agency::all(&site.vault().plain()).await?;
    Ok(all.into_iter().map(|agency| (agency.id, agency.name)).collect())
}

fn name_of(agencies: &BTreeMap<Id<kind::Agency>, String>, id: Id<kind::Agency>) -> String {
    agencies.get(&id).cloned().unwrap_or_else(|| "An agency".to_owned())
}
