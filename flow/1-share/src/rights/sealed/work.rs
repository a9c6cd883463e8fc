//! The work on a sealed part: looked through and marked by somebody who is named, looked at by a second one, fetched and given. Each is one
//! transaction with its entry in the log, about the part and not about the request or the person.

use std::collections::BTreeMap;

use base::{Code, Id, code, kind};
use serde_json::json;
use vault::{Actor, Ask, Cause, Change, Facet, Operation, Permit, Purpose, Scope, StoredBlob, Vault, Verb};

use super::{MAKE, Part, SealedPart, Stage, store, unnamed};
use crate::{
    ask::make::member_of,
    rights::{
        KEPT_DAYS, Kind, RightsError,
        act::unknown,
        answer::{self, Answered},
        course::{self, CourseError},
        gather::Gathered,
        mark::{Mark, Marks, NewMark},
        suggest,
        under_way::{Far, is_under_way, not_under_way, payload},
        work::{File, file_failed, may_fetch, read_blob, write_blob},
    },
};

async fn permit(vault: &Vault, actor: &Actor, verb: Verb, scope: Scope) -> Result<Permit, RightsError> {
    let (_, agency) = member_of(actor).map_err(unknown)?;
    let facets = vec![Facet { controller: agency, category: code!("rights_request_sealed") }];
    let (purpose, facts) = (Purpose::Rights, BTreeMap::new());
    Ok(vault.permit(Ask { actor: actor.clone(), verb, scope, purpose, facets, facts }).await?)
}

pub(super) fn scope(id: Id<SealedPart>) -> Scope {
    Scope::of("rights_sealed", id)
}

/// The parts of this member's agency that are not done.
///
/// # Errors
/// Not found for whoever isn't named.
pub(super) async fn list(vault: &Vault, actor: &Actor) -> Result<Vec<Part>, RightsError> {
    let (_, agency) = member_of(actor).map_err(unknown)?;
    let permit = permit(vault, actor, Verb::List, Scope::unit()).await?;
    Ok(store::open(&vault.read(&permit)?, agency).await?)
}

/// A part with what is in it.
pub(super) struct Work {
    pub part: Part,
    pub gathered: Gathered,
    pub marks: Marks,
    /// Whether its files are being made.
    pub under_way: bool,
}

/// A part without what is in it. That it was read is in the log.
///
/// # Errors
/// Not found for whoever isn't named.
pub(super) async fn read(vault: &Vault, actor: &Actor, id: Id<SealedPart>) -> Result<Part, RightsError> {
    let permit = permit(vault, actor, Verb::View, scope(id)).await?;
    store::one(&vault.read(&permit)?, id).await?.ok_or(RightsError::NotFound)
}

/// Opens a part. That it was opened is in the log.
///
/// # Errors
/// Not found for whoever isn't named; [`RightsError::Gone`] where it is no longer kept.
pub(super) async fn open(vault: &Vault, actor: &Actor, id: Id<SealedPart>) -> Result<Work, RightsError> {
    let part = read(vault, actor, id).await?;
    let gathered = Gathered::unpacked(&read_blob(vault, part.gathered).await?)?;
    let marks = Marks::of(part.marks.clone());
    let under_way = is_under_way(vault, part.work).await?;
    Ok(Work { part, gathered, marks, under_way })
}

/// A change of a part, and whose it is.
pub(super) async fn begin(
    vault: &Vault,
    actor: &Actor,
    id: Id<SealedPart>,
    (operation, act): (Operation, Code),
) -> Result<(Change, Part, Id<kind::Member>), RightsError> {
    let (member, _) = member_of(actor).map_err(unknown)?;
    let permit = permit(vault, actor, Verb::Record, scope(id)).await?;
    let cause = Cause { actor: actor.clone(), purpose: Purpose::Rights, operation, act, scope: scope(id) };
    let change = vault.change_under(&permit, cause).await?;
    let part = store::one_in(&change, id).await?.ok_or(RightsError::NotFound)?;
    Ok((change, part, member))
}

pub(super) fn not_now() -> RightsError {
    CourseError::NotNow.into()
}

/// Keeps what was decided of fields, each checked against what is there.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(super) async fn mark(vault: &Vault, actor: &Actor, id: Id<SealedPart>, new: &[NewMark]) -> Result<(), RightsError> {
    let work = open(vault, actor, id).await?;
    let (mut change, part, member) =
        begin(vault, actor, id, (Operation::Alteration, code!("rights_sealed_marked"))).await?;
    if part.stage != Stage::Waiting || part.gathered != work.part.gathered {
        return Err(not_now());
    }
    let mut marks: BTreeMap<(u32, String), Mark> =
        part.marks.into_iter().map(|mark| ((mark.number, mark.field.clone()), mark)).collect();
    for one in new {
        let suggested = one.check(&work.gathered)?;
        let key = (one.number, one.field.clone());
        if one.ground.is_none() && !suggested {
            marks.remove(&key);
            continue;
        }
        let why = if one.why.trim().is_empty() { None } else { Some(vault.seal(one.why.trim().as_bytes())?) };
        let (number, field, ground) = (one.number, one.field.clone(), one.ground);
        marks.insert(key, Mark { number, field, ground, suggested, why, by: member, at: change.now() });
    }
    let marks: Vec<Mark> = marks.into_values().collect();
    store::keep_marks(&mut change, id, &marks).await?;
    Ok(change.commit().await?)
}

/// Says that it was looked through, and gives it to a second person who is named.
///
/// # Errors
/// [`RightsError::Undecided`].
pub(super) async fn check(vault: &Vault, actor: &Actor, id: Id<SealedPart>) -> Result<(), RightsError> {
    let work = open(vault, actor, id).await?;
    let (mut change, part, member) =
        begin(vault, actor, id, (Operation::Administration, code!("rights_sealed_checked"))).await?;
    let undecided = Marks::of(part.marks.clone()).undecided(&suggest::all(&work.gathered)).len();
    if undecided > 0 {
        return Err(RightsError::Undecided(undecided as u64));
    }
    let here = part.gathered == work.part.gathered;
    if !here || !store::go(&mut change, id, (Stage::Waiting, Stage::Checked), (Some(member), None)).await? {
        return Err(not_now());
    }
    Ok(change.commit().await?)
}

/// The second person sends it back, with words.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(super) async fn send_back(
    vault: &Vault,
    actor: &Actor,
    id: Id<SealedPart>,
    words: &str,
) -> Result<(), RightsError> {
    let said = vault.seal(words.as_bytes())?;
    let (mut change, part, member) =
        begin(vault, actor, id, (Operation::Administration, code!("rights_sealed_sent_back"))).await?;
    if part.checked_by == Some(member) {
        return Err(CourseError::Own.into());
    }
    not_under_way(&change, part.work).await?;
    if !store::go(&mut change, id, (Stage::Checked, Stage::Waiting), (None, Some(&said))).await? {
        return Err(not_now());
    }
    Ok(change.commit().await?)
}

/// Whether this member is the second person: who neither gave it to them nor marked any of it.
pub(super) fn may_approve(part: &Part, member: Id<kind::Member>) -> Result<(), RightsError> {
    if part.checked_by == Some(member) {
        return Err(CourseError::Own.into());
    }
    if part.marks.iter().any(|mark| mark.by == member) {
        return Err(RightsError::Marked);
    }
    if part.stage == Stage::Checked { Ok(()) } else { Err(not_now()) }
}

/// The second person approves: where nothing is in it, it is done; else a job makes its files, and with that it is approved ([`approve`]). Gives
/// the job.
///
/// # Errors
/// [`RightsError::Marked`], [`CourseError::Own`], [`RightsError::UnderWay`]; nothing is kept then.
pub(super) async fn ask_to_approve(
    vault: &Vault,
    actor: &Actor,
    id: Id<SealedPart>,
    names: (&str, &str),
) -> Result<Option<Id<kind::Job>>, RightsError> {
    let work = open(vault, actor, id).await?;
    if work.gathered.items.is_empty() {
        return approve(vault, actor, id, names, &Far::default()).await.map(|()| None);
    }
    let (mut change, part, member) =
        begin(vault, actor, id, (Operation::Administration, code!("rights_sealed_files_asked"))).await?;
    may_approve(&part, member)?;
    not_under_way(&change, part.work).await?;
    let told = json!({ "part": id.to_string(), "gathered": part.gathered.to_string(), "unit": names.0 });
    let now = change.now();
    let job = change.enqueue_job(MAKE, &payload(actor, told)?, now).await?;
    store::keep_work(&mut change, id, job).await?;
    change.commit().await?;
    Ok(Some(job))
}

/// Makes the files of a part and approves it, as the second person; where nothing is in it, it is done.
///
/// # Errors
/// [`RightsError::Marked`], [`CourseError::Own`]; nothing is kept then.
pub(super) async fn approve(
    vault: &Vault,
    actor: &Actor,
    id: Id<SealedPart>,
    (unit, agency): (&str, &str),
    far: &Far,
) -> Result<(), RightsError> {
    let work = open(vault, actor, id).await?;
    let (member, _) = member_of(actor).map_err(unknown)?;
    may_approve(&work.part, member)?;
    let empty = work.gathered.items.is_empty();
    let files = if empty { None } else { Some(write(vault, &work, (unit, agency), far).await?) };
    let (mut change, part, _) =
        begin(vault, actor, id, (Operation::Administration, code!("rights_sealed_approved"))).await?;
    if part.gathered != work.part.gathered {
        return Err(not_now());
    }
    let ends = change.now().plus_hours(24 * KEPT_DAYS);
    for blob in files.iter().flatten() {
        change.keep_blob(blob, &code!("rights_answer"), Some(ends)).await?;
    }
    let kept = files.map(|[pdf, json]| (pdf.id, json.id, ends));
    if !store::approve(&mut change, id, member, kept).await? {
        return Err(not_now());
    }
    Ok(change.commit().await?)
}

/// Writes the part to read and the one for machines.
async fn write(
    vault: &Vault,
    work: &Work,
    (unit, agency): (&str, &str),
    far: &Far,
) -> Result<[StoredBlob; 2], RightsError> {
    let (at, received, regime) = (vault.now(), work.part.received_on, work.part.regime);
    let (gathered, marks) = (work.gathered.clone(), work.marks.clone());
    let (unit, own_vault, far) = (unit.to_owned(), vault.clone(), far.clone());
    let words = format!(
        "This part is kept apart from the rest, to protect you or somebody else. {agency} answers for it. Whoever sent you the rest of the \
         answer has not seen it."
    );
    let written = tokio::task::spawn_blocking(move || {
        let answered = Answered::of(&gathered, &marks);
        let letter = answer::letter(&answer::Of {
            unit: &unit,
            kind: Kind::Access,
            regime,
            received,
            today: at.date_in_london(),
            stage: &course::Stage::Assembling,
            found: true,
            answered: Some(&answered),
            words: &words,
        });
        let pdf =
            answer::to_read(&letter.title, &answer::blocks(&letter, &answered), &far).map_err(RightsError::File)?;
        let json = answer::for_machines(&answered, &unit, received, at);
        Ok::<_, RightsError>([write_blob(&own_vault, &pdf)?, write_blob(&own_vault, json.as_bytes())?])
    });
    written.await.map_err(file_failed)?
}

/// A file of a part. That it was fetched is in the log.
///
/// # Errors
/// Not found where it was never made; [`CourseError::Identity`] before they have shown who they are; [`RightsError::Gone`] where its time is over.
pub(super) async fn fetch(
    vault: &Vault,
    actor: &Actor,
    id: Id<SealedPart>,
    file: File,
) -> Result<Vec<u8>, RightsError> {
    let (change, part, _) = begin(vault, actor, id, (Operation::Disclosure, code!("rights_sealed_fetched"))).await?;
    let blob = match file {
        File::ToRead => part.to_read,
        File::ForMachines => part.for_machines,
    };
    let blob = blob.ok_or(RightsError::NotFound)?;
    may_fetch(part.identity, part.ends_at, change.now())?;
    let bytes = read_blob(vault, blob).await?;
    change.commit().await?;
    Ok(bytes)
}

/// Says that the person has it.
///
/// # Errors
/// [`CourseError::Identity`] before they have shown who they are.
pub(super) async fn give(vault: &Vault, actor: &Actor, id: Id<SealedPart>) -> Result<(), RightsError> {
    let (mut change, part, member) =
        begin(vault, actor, id, (Operation::Disclosure, code!("rights_sealed_given"))).await?;
    if !part.identity {
        return Err(CourseError::Identity.into());
    }
    if !store::give(&mut change, id, member).await? {
        return Err(not_now());
    }
    unnamed::given(&mut change, id).await?;
    Ok(change.commit().await?)
}
