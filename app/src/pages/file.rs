//! A file for one recipient, with who is in it: what of each the decider lets the recipient's agency have, and what not and why. A second person
//! releases it here, after a look.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::{Id, first_large, kind};
use share::api::{FileHand, FilePart, FileRow, FileState, InFile, MadeFile, file_for_release, release_file};
use vault::{Actor, Refusal, Vault};
use web::{Caller, ChildFlag, Fault, Form, Page, Site, time};

use super::seen::REACHING;

#[derive(Template)]
#[template(path = "pages/file.html")]
struct FilePage {
    page: Page,
    here: String,
    /// Rendered by share.
    summary: String,
    people: Vec<InIt>,
    /// Whether they choose people, propose, release.
    drafts: bool,
    releases: bool,
    waits: bool,
}

/// Somebody who is in it.
struct InIt {
    id: Id<kind::Person>,
    name: String,
    child: ChildFlag,
    given: Vec<String>,
    left_out: Vec<String>,
}

/// What of one person goes into the file, and what does not.
struct Gathered {
    part: Option<FilePart>,
    shown: link::api::Shown,
    left_out: Vec<String>,
}

/// Asks what of one person the recipient's agency may have, and reads it. A record that doesn't say who the person was in the event is left out.
async fn gather(
    vault: &Vault,
    actor: &Actor,
    file: &MadeFile,
    person: Id<kind::Person>,
    names: &BTreeMap<Id<kind::Agency>, String>,
) -> Result<Gathered, Fault> {
    let named = |id: &Id<kind::Agency>| names.get(id).cloned().unwrap_or_else(|| "An agency".to_owned());
    let decided = match file.decide(vault, actor, person, &share::api::all_person_facets(&vault.book()).await?).await {
        Ok(decided) => decided,
        Err(Refusal::Refused { .. }) => {
            let why = "Nothing of them may be given to this recipient for this purpose".to_owned();
            return Ok(Gathered { part: None, shown: link::api::Shown::default(), left_out: vec![why] });
        }
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let reader = vault.read(decided.permit())?;
    let mut held = link::api::records_of(&reader, person).await?;
    held.retain(|row| !row.superseded);
    let ids: Vec<_> = held.iter().map(|row| row.record).collect();
    let mut records = ingest::api::records_by_ids(&reader, &ids).await?;
    records.sort_by_key(|record| std::cmp::Reverse(record.event_at.unwrap_or(record.received_at)));
    let shown = link::api::shown(&records);
    let (with_role, without): (Vec<_>, Vec<_>) =
        records.into_iter().partition(|record| record.text("role").is_some_and(|role| !role.trim().is_empty()));
    let left_out = without.iter().map(|record| {
        format!(
            "{} of {}: it does not say who they were in the event",
            share::api::category_words(&record.category),
            named(&record.controller)
        )
    });
    let left_out = left_out.collect();
    let rows = with_role.iter().map(|record| row(record, named(&record.controller))).collect();
    Ok(Gathered { part: Some(FilePart { decided, rows }), shown, left_out })
}

/// A record as a row: who they were first of all.
fn row(record: &ingest::api::Record, controller_name: String) -> FileRow {
    let text = |key: &str| record.text(key).unwrap_or_default().to_owned();
    let who = [("Name", link::api::name_of(record)), ("Date of birth", text("dob"))];
    let told = act::api::record_fields(record.category.as_str(), &record.body, record.event_at);
    let told = told.into_iter().map(|field| (field.label, field.words));
    let reached = REACHING.iter().map(|(key, label)| ((*label).to_owned(), text(key)));
    let cells = who.into_iter().map(|(label, words)| (label.to_owned(), words)).chain(told).chain(reached);
    FileRow {
        record: record.id,
        controller: record.controller,
        controller_name,
        category: record.category.clone(),
        category_name: share::api::category_words(&record.category),
        role: role_words(record.text("role").unwrap_or_default()),
        when: time::date(record.event_at.unwrap_or(record.received_at).date_in_london()),
        cells: cells.filter(|(_, words)| !words.is_empty()).collect(),
    }
}

/// A role in plain words.
fn role_words(role: &str) -> String {
    first_large(&role.trim().replace('_', " "))
}

async fn agencies(vault: &Vault) -> Result<BTreeMap<Id<kind::Agency>, String>, Fault> {
    Ok(share::api::agencies(&vault.plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect())
}

async fn gather_all(
    vault: &Vault,
    actor: &Actor,
    file: &MadeFile,
    people: &[InFile],
) -> Result<Vec<(Id<kind::Person>, Gathered)>, Fault> {
    let names = agencies(vault).await?;
    let mut all = Vec::new();
    for one in people {
        all.push((one.person, gather(vault, actor, file, one.person, &names).await?));
    }
    Ok(all)
}

/// Shows it to its maker, to those of the same agency who may release it, and to its recipient.
///
/// # Errors
/// Not found to anybody else.
pub async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::DisclosureFile>>) -> web::Result {
    let (file, hand, people) = share::api::open_file(&site, &caller, id).await?;
    let today = site.now().date_in_london();
    let gathered = gather_all(site.vault(), &caller.actor(), &file, &people).await?;
    let in_it = gathered.into_iter().map(|(id, gathered)| InIt {
        id,
        name: match &gathered.part {
            Some(_) => gathered.shown.name_or_words().to_owned(),
            None => format!("Somebody, reference {id}"),
        },
        child: ChildFlag::from(gathered.shown.age_on(today)),
        given: gathered
            .part
            .iter()
            .flat_map(|part| &part.rows)
            .map(|row| format!("{} of {}, {}: {}", row.category_name, row.controller_name, row.when, row.role))
            .collect(),
        left_out: gathered.left_out,
    });
    let summary = share::api::file_summary(&site, &caller, &page, &file, hand).await?;
    web::render(FilePage {
        here: format!("/trust/files/{id}"),
        people: in_it.collect(),
        drafts: hand == FileHand::Maker && file.state == FileState::Draft,
        releases: hand == FileHand::Second && file.state == FileState::Proposed,
        waits: hand == FileHand::Maker && file.state == FileState::Proposed,
        summary,
        page: page.title("A file for one person"),
    })
}

/// A second person releases it.
///
/// # Errors
/// [`Fault`], with what stands in the way.
pub async fn release(site: Site, caller: Caller, Path(id): Path<Id<kind::DisclosureFile>>, _: Form) -> web::Result {
    let here = format!("/trust/files/{id}");
    match release_whole(site.vault(), &caller.actor(), id).await {
        Ok(()) => Ok(web::done(&site, &here, "The file is released. Its recipient finds it on their home page")),
        Err(Fault::Conflict(_)) => Ok(web::done(&site, &here, "")),
        Err(fault) => Err(fault),
    }
}

/// Releases a file with everything that may be in it.
///
/// # Errors
/// [`Fault`], with what stands in the way.
pub async fn release_whole(vault: &Vault, actor: &Actor, id: Id<kind::DisclosureFile>) -> Result<(), Fault> {
    let (file, people) = file_for_release(vault, actor, id).await?;
    let gathered = gather_all(vault, actor, &file, &people).await?;
    let parts: Vec<FilePart> = gathered.into_iter().filter_map(|(_, gathered)| gathered.part).collect();
    Ok(release_file(vault, actor, id, &parts).await?)
}
