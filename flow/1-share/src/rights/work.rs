//! The work on an answer to somebody who asked for what is held about them: gathered, marked, given to a second person, approved by them, and
//! fetched. Each is one transaction with its entry in the log.

use std::io::{Read as _, Write as _};

use base::{Date, Id, Timestamp, code, kind};
use serde_json::json;
use vault::{Actor, Operation, Scope, StoredBlob, Vault, Verb};

use super::{
    Case, Everyone, KEPT_DAYS, RightsError,
    act::{Said, Stepping, case_of, open, reader, stepping, take, unknown},
    answer::{self, Answered, Letter},
    codes::Deed,
    course::{Course, CourseError, Stage, Step},
    gather::{self, Gathered},
    mark::{Mark, Marks, NewMark},
    sealed,
    store::{self, For},
    suggest,
    under_way::{self, Far, GATHERING, not_under_way, payload, times},
};
use crate::ask::make::member_of;

pub(super) fn file_failed(error: impl std::fmt::Display) -> RightsError {
    RightsError::File(error.to_string())
}

pub(super) fn write_blob(vault: &Vault, bytes: &[u8]) -> Result<StoredBlob, RightsError> {
    let mut writer = vault.new_blob()?;
    writer.write_all(bytes).map_err(file_failed)?;
    Ok(writer.finish()?)
}

pub(super) async fn read_blob(vault: &Vault, id: Id<kind::Blob>) -> Result<Vec<u8>, RightsError> {
    let mut reader = vault.open_blob(id).await?.ok_or(RightsError::Gone)?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(file_failed)?;
    Ok(bytes)
}

/// Has everything found by a job ([`gather_for`]). Gives the job.
///
/// # Errors
/// [`RightsError::UnderWay`] where work on it goes on; nothing is kept then.
pub(crate) async fn ask_to_gather(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
) -> Result<Id<kind::Job>, RightsError> {
    let asked = (Operation::Administration, code!("rights_gathering_asked"));
    let mut stepping = stepping(vault, actor, id, asked).await?;
    if stepping.hand.whose != For::Unit || stepping.case.request.person.is_none() {
        return Err(RightsError::NotFound);
    }
    not_under_way(&stepping.change, stepping.case.request.work).await?;
    let step = stepping.step(Deed::Gathered);
    stepping.case.course.clone().take(&step, stepping.case.rules)?;
    let gathered = times(&stepping.case.steps, Deed::Gathered);
    let payload = payload(actor, json!({ "request": id.to_string(), "gathered": gathered }))?;
    let now = stepping.change.now();
    let job = stepping.change.enqueue_job(under_way::GATHER, &payload, now).await?;
    store::keep_work(&mut stepping.change, id, job).await?;
    stepping.change.commit().await?;
    Ok(job)
}

/// Finds everything that is held about the person, and keeps it as it is now. Done again, it stands in place of what was found before, whose
/// marks are void.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(crate) async fn gather_for(
    vault: &Vault,
    everyone: &dyn Everyone,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    far: &Far,
) -> Result<(), RightsError> {
    let case = open(vault, actor, id).await?;
    let person = case.request.person.ok_or(RightsError::NotFound)?;
    let found = gather::gather(vault, everyone, actor, person, far).await?;
    far.tell(GATHERING.len() - 1, GATHERING.len());
    let (found, blob) = keep_found(vault, found).await?;
    let mut stepping = stepping(vault, actor, id, (Operation::Consultation, code!("rights_gathered"))).await?;
    if times(&stepping.case.steps, Deed::Gathered) != times(&case.steps, Deed::Gathered) {
        return Err(CourseError::NotNow.into());
    }
    let before = store::answer_in(&stepping.change, id).await?;
    let step = stepping.step(Deed::Gathered);
    stepping.keep(step).await?;
    let now = stepping.change.now();
    // While the request is open it is kept; three months and a half are longer than any answer may take.
    stepping.change.keep_blob(&blob, &code!("rights_gathered"), Some(now.plus_hours(24 * 110))).await?;
    let answer = store::Answer {
        gathered: blob.id,
        found: found.rows,
        to_decide: found.to_decide,
        gathered_at: now,
        to_read: None,
        for_machines: None,
        made_at: None,
        ends_at: None,
    };
    store::keep_gathered(&mut stepping.change, (id, stepping.hand.unit), &answer).await?;
    if let Some(before) = before {
        stepping.change.erase_blob(before.gathered).await?;
    }
    // What is sealed is answered apart, for every request alike.
    sealed::gather_apart(&mut stepping.change, id, person).await?;
    stepping.change.note("rows", found.rows);
    stepping.change.note("unread", found.unread);
    Ok(stepping.change.commit().await?)
}

/// What of a gathering is kept beside it.
struct Found {
    rows: u64,
    to_decide: u64,
    unread: u64,
}

/// Packs and writes it, off the threads that answer others.
async fn keep_found(vault: &Vault, gathered: Gathered) -> Result<(Found, StoredBlob), RightsError> {
    let own = vault.clone();
    let kept = tokio::task::spawn_blocking(move || {
        let (rows, unread) = (gathered.items.len() as u64, gathered.unread);
        let found = Found { rows, to_decide: suggest::all(&gathered).len() as u64, unread };
        Ok::<_, RightsError>((found, write_blob(&own, &gathered.packed()?)?))
    });
    kept.await.map_err(file_failed)?
}

/// What was gathered for a request, with its marks. Reading it needs a permit for the person, and is in the log.
pub(crate) struct Work {
    pub case: Case,
    pub gathered: Gathered,
    pub marks: Marks,
    /// Whether it is being found anew, or its files are being made.
    pub under_way: bool,
}

/// Opens what was gathered.
///
/// # Errors
/// Not found where there is none, or to anybody but the unit's data protection officer.
pub(crate) async fn work(vault: &Vault, actor: &Actor, id: Id<kind::RightsRequest>) -> Result<Work, RightsError> {
    let reader = reader(vault, actor, Verb::View, Scope::of("rights_request", id)).await?;
    let case = case_of(vault, &reader, id, For::Unit).await?;
    let answer = store::answer(&reader, id).await?.ok_or(RightsError::NotFound)?;
    let person = case.request.person.ok_or(RightsError::NotFound)?;
    if !case.course.is_closed() {
        gather::permit(vault, actor, person).await?;
    }
    let gathered = Gathered::unpacked(&read_blob(vault, answer.gathered).await?)?;
    let marks = Marks::of(store::marks(&reader, id).await?);
    let under_way = under_way::is_under_way(vault, case.request.work).await?;
    Ok(Work { case, gathered, marks, under_way })
}

/// Keeps marks of fields, each checked against what was gathered. A mark that neither withholds nor answers a suggestion takes an earlier one away.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(crate) async fn mark(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    new: &[NewMark],
) -> Result<(), RightsError> {
    let work = work(vault, actor, id).await?;
    let mut stepping = stepping(vault, actor, id, (Operation::Alteration, code!("rights_marked"))).await?;
    if stepping.hand.whose != For::Unit || stepping.case.course.stage != Stage::Assembling {
        return Err(CourseError::NotNow.into());
    }
    not_under_way(&stepping.change, stepping.case.request.work).await?;
    let mut kept = Vec::new();
    for one in new {
        let suggested = one.check(&work.gathered)?;
        if one.ground.is_none() && !suggested {
            store::unmark(&mut stepping.change, id, one.number, &one.field).await?;
            continue;
        }
        let why = if one.why.trim().is_empty() { None } else { Some(vault.seal(one.why.trim().as_bytes())?) };
        let (number, field, ground) = (one.number, one.field.clone(), one.ground);
        kept.push(Mark { number, field, ground, suggested, why, by: stepping.hand.member, at: stepping.change.now() });
    }
    store::keep_marks(&mut stepping.change, (id, stepping.hand.unit), &kept).await?;
    stepping.change.note("marks", kept.len());
    Ok(stepping.change.commit().await?)
}

/// Gives the answer to a second person, once every suggestion has a decision and nothing was left unread.
///
/// # Errors
/// [`RightsError::Undecided`], [`RightsError::Unread`].
pub(crate) async fn submit(vault: &Vault, actor: &Actor, id: Id<kind::RightsRequest>) -> Result<(), RightsError> {
    let work = work(vault, actor, id).await?;
    let mut stepping = stepping(vault, actor, id, (Operation::Administration, code!("rights_submitted"))).await?;
    not_under_way(&stepping.change, stepping.case.request.work).await?;
    let marks = Marks::of(store::marks_in(&stepping.change, id).await?);
    let undecided = marks.undecided(&suggest::all(&work.gathered)).len();
    if undecided > 0 {
        return Err(RightsError::Undecided(undecided as u64));
    }
    if work.gathered.unread > 0 {
        return Err(RightsError::Unread(work.gathered.unread));
    }
    let step = stepping.step(Deed::Submitted);
    stepping.keep(step).await?;
    Ok(stepping.change.commit().await?)
}

/// The second person sends it back, with words.
///
/// # Errors
/// As [`approve`].
pub(crate) async fn send_back(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    words: &str,
) -> Result<(), RightsError> {
    take(vault, actor, id, Deed::SentBack, &Said { code: None, words: words.to_owned() }).await
}

/// The second person approves: who neither gave it to them nor marked any of it. A job makes the files, and with that it is approved
/// ([`approve`]). Gives the job.
///
/// # Errors
/// [`RightsError::Marked`], [`CourseError::Own`], [`RightsError::UnderWay`]; nothing is kept then.
pub(crate) async fn ask_to_approve(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    unit: &str,
) -> Result<Id<kind::Job>, RightsError> {
    let mut stepping = stepping(vault, actor, id, (Operation::Administration, code!("rights_files_asked"))).await?;
    if stepping.hand.whose != For::Unit {
        return Err(RightsError::NotFound);
    }
    not_under_way(&stepping.change, stepping.case.request.work).await?;
    if store::marks_in(&stepping.change, id).await?.iter().any(|mark| mark.by == stepping.hand.member) {
        return Err(RightsError::Marked);
    }
    let step = stepping.step(Deed::Approved);
    stepping.case.course.clone().take(&step, stepping.case.rules)?;
    let submitted = times(&stepping.case.steps, Deed::Submitted);
    let payload = payload(actor, json!({ "request": id.to_string(), "submitted": submitted, "unit": unit }))?;
    let now = stepping.change.now();
    let job = stepping.change.enqueue_job(under_way::MAKE, &payload, now).await?;
    store::keep_work(&mut stepping.change, id, job).await?;
    stepping.change.commit().await?;
    Ok(job)
}

/// Makes the files of an answer, and approves it: as the second person, who neither gave it to them nor marked any of it.
///
/// # Errors
/// [`RightsError::Marked`], [`CourseError::Own`]; nothing is kept then.
pub(crate) async fn approve(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    unit: &str,
    far: &Far,
) -> Result<(), RightsError> {
    let work = work(vault, actor, id).await?;
    let (member, _) = member_of(actor).map_err(unknown)?;
    if work.marks.all().any(|mark| mark.by == member) {
        return Err(RightsError::Marked);
    }
    // Before anything costly is done: whether it can be.
    let mut tried = work.case.course.clone();
    let at = vault.now();
    tried.take(&Step { deed: Deed::Approved, by: member, at, code: None, words: None }, work.case.rules)?;
    let submitted = times(&work.case.steps, Deed::Submitted);
    let request = work.case.request.clone();
    let (unit, own_vault, far) = (unit.to_owned(), vault.clone(), far.clone());
    let files = tokio::task::spawn_blocking(move || {
        let answered = Answered::of(&work.gathered, &work.marks);
        let letter = letter_of(&work.case, &unit, at.date_in_london(), Some(&answered), "");
        let pdf =
            answer::to_read(&letter.title, &answer::blocks(&letter, &answered), &far).map_err(RightsError::File)?;
        let json = answer::for_machines(&answered, &unit, request.received_on, at);
        Ok::<_, RightsError>((write_blob(&own_vault, &pdf)?, write_blob(&own_vault, json.as_bytes())?))
    });
    let (pdf, json) = files.await.map_err(file_failed)??;
    let mut stepping = stepping(vault, actor, id, (Operation::Administration, code!("rights_approved"))).await?;
    if times(&stepping.case.steps, Deed::Submitted) != submitted {
        return Err(CourseError::NotNow.into());
    }
    let step = stepping.step(Deed::Approved);
    stepping.keep(step).await?;
    let ends = stepping.change.now().plus_hours(24 * KEPT_DAYS);
    for blob in [&pdf, &json] {
        stepping.change.keep_blob(blob, &code!("rights_answer"), Some(ends)).await?;
    }
    store::keep_files(&mut stepping.change, id, (pdf.id, json.id), ends).await?;
    stepping.change.note("bytes", pdf.bytes + json.bytes);
    Ok(stepping.change.commit().await?)
}

/// The letter of a request as it stands.
pub(crate) fn letter_of(case: &Case, unit: &str, today: Date, answered: Option<&Answered<'_>>, words: &str) -> Letter {
    // Once it was given, the letter still says what was decided.
    let decided = case.steps.iter().rev().find(|step| step.deed == Deed::Decided);
    let before = decided.and_then(|step| {
        let mut course = Course::begin(
            case.request.kind,
            case.request.regime,
            case.request.received_on,
            case.request.person.is_some(),
            case.request.identity_shown,
        );
        course.take(step, case.rules).ok()?;
        Some(course.stage)
    });
    let stage = match (&case.course.stage, &before) {
        (Stage::Answered { .. }, Some(before)) => before,
        (stage, _) => stage,
    };
    answer::letter(&answer::Of {
        unit,
        kind: case.request.kind,
        regime: case.request.regime,
        received: case.request.received_on,
        today,
        stage,
        found: case.request.person.is_some(),
        answered,
        words,
    })
}

/// Whether a file may be fetched: they have shown who they are, and its time is not over.
pub(super) fn may_fetch(identity: bool, ends_at: Option<Timestamp>, now: Timestamp) -> Result<(), RightsError> {
    if !identity {
        return Err(CourseError::Identity.into());
    }
    if ends_at.is_some_and(|ends| now < ends) { Ok(()) } else { Err(RightsError::Gone) }
}

/// Which file of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    ToRead,
    ForMachines,
}

/// A file of an answer, for the unit's data protection officer. That it was fetched is in the log.
///
/// # Errors
/// Not found where it was never made; [`CourseError::Identity`] before they have shown who they are; [`RightsError::Gone`] where its time is
/// over, whether or not the daily job has been.
pub(crate) async fn fetch(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    file: File,
) -> Result<Vec<u8>, RightsError> {
    let fetched = (Operation::Disclosure, code!("rights_answer_fetched"));
    let Stepping { mut change, hand, case } = stepping(vault, actor, id, fetched).await?;
    if hand.whose != For::Unit {
        return Err(RightsError::NotFound);
    }
    let answer = store::answer_in(&change, id).await?.ok_or(RightsError::NotFound)?;
    let blob = match file {
        File::ToRead => answer.to_read,
        File::ForMachines => answer.for_machines,
    };
    let blob = blob.ok_or(RightsError::NotFound)?;
    may_fetch(case.course.identity, answer.ends_at, change.now())?;
    let bytes = read_blob(vault, blob).await?;
    change.note("file", if file == File::ToRead { "pdf" } else { "json" });
    change.commit().await?;
    Ok(bytes)
}
