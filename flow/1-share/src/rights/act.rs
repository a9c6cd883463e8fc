//! What is done with requests: recorded, stopped and set going, gathered, marked, given to a second person, approved, decided and answered. Each
//! is one transaction with its entry in the log, by the unit's data protection officer or the data owner who decides.

use std::io::{Read as _, Write as _};

use base::{Code, Date, Id, code, kind};
use serde_json::json;
use vault::{Actor, Cause, Change, Operation, Permit, Purpose, Reader, Scope, StoreError, StoredBlob, Vault, Verb};

use super::{
    Case, Everyone, KEPT_DAYS, Request, RightsError,
    answer::{self, Answered, Letter},
    clock::{self, Rules},
    codes::{Deed, Kind, MadeBy, NotDone, Outcome, Regime},
    course::{Course, Stage, Step},
    gather::{self, Gathered},
    job,
    mark::{Mark, Marks, NewMark},
    store::{self, For},
    suggest,
};
use crate::{
    agency,
    ask::{make::member_of, store as asks},
};

/// A request as it comes.
#[derive(Debug, Clone)]
pub(crate) struct NewRequest {
    /// About whom; none where nobody was found.
    pub person: Option<Id<kind::Person>>,
    pub kind: Kind,
    pub regime: Regime,
    pub made_by: MadeBy,
    /// Whether they have shown who they are.
    pub identity_shown: bool,
    pub received_on: Date,
    /// What they ask, in their words.
    pub asked: String,
    /// Which records it speaks of, where it does: their data owner decides.
    pub to: Option<vault::Facet>,
    pub form_key: String,
}

/// The member, if they are the unit's data protection officer or the data owner who decides.
struct Hand {
    member: Id<kind::Member>,
    unit: Id<kind::Agency>,
    whose: For,
}

fn unknown(error: crate::ask::AskError) -> RightsError {
    match error {
        crate::ask::AskError::Store(error) => error.into(),
        _ => RightsError::NotFound,
    }
}

async fn own_permit(
    vault: &Vault,
    actor: &Actor,
    agency: Id<kind::Agency>,
    verb: Verb,
    scope: Scope,
) -> Result<Permit, vault::Refusal> {
    let facets = vec![vault::Facet { controller: agency, category: super::category() }];
    let (purpose, facts) = (Purpose::Rights, std::collections::BTreeMap::new());
    vault.permit(vault::Ask { actor: actor.clone(), verb, scope, purpose, facets, facts }).await
}

/// A reader of requests: the unit's, or those of one agency's data owner.
///
/// # Errors
/// Not found where policy refuses.
pub(crate) async fn reader(vault: &Vault, actor: &Actor, verb: Verb, scope: Scope) -> Result<Reader, RightsError> {
    let (_, agency) = member_of(actor).map_err(unknown)?;
    let permit = own_permit(vault, actor, agency, verb, scope).await?;
    Ok(vault.read(&permit)?)
}

async fn hand(vault: &Vault, actor: &Actor) -> Result<(Hand, Id<kind::Agency>), RightsError> {
    let (member, agency) = member_of(actor).map_err(unknown)?;
    let unit = agency::unit(&vault.plain()).await?.ok_or(RightsError::NotFound)?;
    let whose = if unit.id == agency { For::Unit } else { For::Owner(agency) };
    Ok((Hand { member, unit: unit.id, whose }, agency))
}

async fn begin(
    vault: &Vault,
    actor: &Actor,
    scope: Scope,
    (operation, act): (Operation, Code),
) -> Result<(Change, Hand), RightsError> {
    let (hand, agency) = hand(vault, actor).await?;
    let permit = own_permit(vault, actor, agency, Verb::Record, scope.clone()).await?;
    let cause = Cause { actor: actor.clone(), purpose: Purpose::Rights, operation, act, scope };
    let change = vault.change_under(&permit, cause).await?;
    let duty = if hand.whose == For::Unit { "data_protection_officer" } else { "data_owner" };
    if !asks::has_duty(&change, hand.member, duty).await? {
        // The unit's own data owner decides what is asked of the unit's records.
        let owner = hand.whose == For::Unit && asks::has_duty(&change, hand.member, "data_owner").await?;
        if !owner {
            return Err(RightsError::NotFound);
        }
        return Ok((change, Hand { whose: For::Owner(agency), ..hand }));
    }
    Ok((change, hand))
}

/// Records a request. Gives its id, or that of the one that the same form made before.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(crate) async fn record(
    vault: &Vault,
    actor: &Actor,
    new: &NewRequest,
) -> Result<Id<kind::RightsRequest>, RightsError> {
    let asked = vault.seal(new.asked.as_bytes())?;
    let rules = Rules::read(&vault.plain()).await?;
    let (mut change, hand) =
        begin(vault, actor, Scope::unit(), (Operation::Collection, code!("rights_request_recorded"))).await?;
    if hand.whose != For::Unit {
        return Err(RightsError::NotFound);
    }
    let today = change.now().date_in_london();
    if new.received_on > today {
        return Err(RightsError::Tomorrow);
    }
    if new.kind == Kind::Correction && new.to.is_none() {
        return Err(RightsError::NoAgency);
    }
    let id = change.new_id();
    let to = new.to.clone().filter(|_| new.kind != Kind::Access && new.kind != Kind::Complaint);
    let course = Course::begin(new.kind, new.regime, new.received_on, new.person.is_some(), new.identity_shown);
    let kept = Request {
        id,
        person: new.person,
        kind: new.kind,
        regime: new.regime,
        made_by: new.made_by,
        identity_shown: new.identity_shown,
        received_on: new.received_on,
        asked,
        to_agency: to.as_ref().map(|to| to.controller),
        to_category: to.map(|to| to.category),
        recorded_by: hand.member,
        recorded_at: change.now(),
        due_on: next_day(&course, today, rules),
        paused: false,
        escalated_at: None,
        closed_at: None,
        held_by: hand.unit,
        category: super::category(),
    };
    if !store::insert(&mut change, &kept, &new.form_key).await? {
        let before = store::by_form_in(&change, &new.form_key).await?;
        return before.map(|before| before.id).ok_or(RightsError::NotFound);
    }
    let received = Step {
        deed: Deed::Received,
        by: hand.member,
        at: change.now(),
        code: Some(new.made_by.code().to_owned()),
        words: None,
    };
    store::add_step(&mut change, (id, hand.unit), 1, &received, &listed(&course, today, rules)).await?;
    if let Some(person) = new.person {
        store::open_for(&mut change, id, person).await?;
    }
    watch(&mut change, id, &course, today, rules).await?;
    change.about(Scope::of("rights_request", id));
    change.note("kind", new.kind);
    change.note("regime", new.regime);
    change.commit().await?;
    Ok(id)
}

/// Records a request by its codes, once: a second call with the same ones finds it. For a demonstration, and for what came before this system
/// was there.
///
/// # Errors
/// Where it can't be, as on the page.
pub async fn record_request(
    vault: &Vault,
    actor: &Actor,
    kind: &Code,
    person: Option<Id<kind::Person>>,
    to: Option<vault::Facet>,
    (received_on, asked): (Date, &str),
) -> Result<Id<kind::RightsRequest>, web::Fault> {
    let new = NewRequest {
        person,
        kind: kind.as_str().parse().map_err(web::Fault::internal)?,
        regime: Regime::Both,
        made_by: MadeBy::Person,
        identity_shown: true,
        received_on,
        asked: asked.to_owned(),
        to,
        form_key: format!("recorded {kind} {received_on}"),
    };
    Ok(record(vault, actor, &new).await?)
}

/// The next day on which something is due.
fn next_day(course: &Course, today: Date, rules: Rules) -> Date {
    let due = course.due(today, rules).first();
    course.acknowledge_by().map_or(due, |by| by.min(due))
}

fn listed(course: &Course, today: Date, rules: Rules) -> store::Listed {
    let stage = match course.stage {
        Stage::Received => "received",
        Stage::IdentityAsked { .. } => "identity_asked",
        Stage::ClarificationAsked { .. } => "clarification_asked",
        Stage::Assembling => "assembling",
        Stage::ReadyForSecond { .. } => "ready_for_second",
        Stage::Approved { .. } => "approved",
        Stage::Decided { .. } => "decided",
        Stage::Answered { .. } => "answered",
        Stage::Refused { .. } => "refused",
        Stage::Withdrawn { .. } => "withdrawn",
    };
    store::Listed {
        stage,
        due_on: next_day(course, today, rules),
        paused: course.due(today, rules).paused.is_some(),
        closed: course.is_closed(),
    }
}

async fn watch(
    change: &mut Change,
    id: Id<kind::RightsRequest>,
    course: &Course,
    today: Date,
    rules: Rules,
) -> Result<(), StoreError> {
    let at = clock::end_of(next_day(course, today, rules));
    change.enqueue(job::KIND, &json!({ "request": id.to_string() }), at).await
}

/// A step in one transaction: what was read before it, and what it is to become.
struct Stepping {
    change: Change,
    hand: Hand,
    case: Case,
}

async fn stepping(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    (operation, act): (Operation, Code),
) -> Result<Stepping, RightsError> {
    let rules = Rules::read(&vault.plain()).await?;
    let (change, hand) = begin(vault, actor, Scope::of("rights_request", id), (operation, act)).await?;
    let request = store::one_in(&change, id, hand.whose).await?.ok_or(RightsError::NotFound)?;
    let steps = store::steps_in(&change, id, hand.whose).await?;
    let course = request.course(&steps, rules)?;
    Ok(Stepping { change, hand, case: Case { request, steps, course, rules } })
}

impl Stepping {
    fn step(&self, deed: Deed) -> Step {
        Step { deed, by: self.hand.member, at: self.change.now(), code: None, words: None }
    }

    /// Takes the step and keeps it.
    async fn keep(&mut self, step: Step) -> Result<(), RightsError> {
        let today = self.change.now().date_in_london();
        self.case.course.take(&step, self.case.rules)?;
        let (course, rules, id) = (&self.case.course, self.case.rules, self.case.request.id);
        let number = self.case.steps.len() + 1;
        let kept =
            store::add_step(&mut self.change, (id, self.hand.unit), number, &step, &listed(course, today, rules))
                .await?;
        if !kept {
            return Err(super::course::CourseError::Already.into());
        }
        if course.is_closed() {
            store::close_for(&mut self.change, id).await?;
        } else {
            watch(&mut self.change, id, course, today, rules).await?;
        }
        self.change.note("deed", step.deed);
        if let Some(code) = &step.code {
            self.change.note("code", code);
        }
        self.case.steps.push(step);
        Ok(())
    }
}

/// What a plain step says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub code: Option<String>,
    /// In words; sealed when it is kept.
    pub words: String,
}

/// Takes a plain step of the data protection officer's: a question, an answer to it, an extension, an acknowledgement, a refusal, the end.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(crate) async fn take(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    deed: Deed,
    said: &Said,
) -> Result<(), RightsError> {
    let mut stepping = stepping(vault, actor, id, (Operation::Administration, code!("rights_step_taken"))).await?;
    if stepping.hand.whose != For::Unit {
        return Err(RightsError::NotFound);
    }
    let words = if said.words.is_empty() { None } else { Some(vault.seal(said.words.as_bytes())?) };
    let step = Step { code: said.code.clone(), words, ..stepping.step(deed) };
    stepping.keep(step).await?;
    Ok(stepping.change.commit().await?)
}

/// What is decided on a right other than access.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub outcome: Outcome,
    pub why: Option<NotDone>,
    /// What they are told, in words.
    pub words: String,
}

/// Decides: the data owner of the agency that was named, else the unit's data protection officer. What a person says of a record that stays
/// as it is, is kept beside it.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(crate) async fn decide(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    decision: &Decision,
) -> Result<(), RightsError> {
    let mut stepping = stepping(vault, actor, id, (Operation::Alteration, code!("rights_decided"))).await?;
    // What a data owner was asked, nobody else decides.
    if stepping.case.request.to_agency.is_some() && stepping.hand.whose == For::Unit {
        return Err(RightsError::NotFound);
    }
    let code = match decision.why.filter(|_| decision.outcome != Outcome::Done) {
        Some(why) => format!("{} {why}", decision.outcome),
        None => decision.outcome.code().to_owned(),
    };
    let words = Some(vault.seal(decision.words.as_bytes())?);
    let step = Step { code: Some(code), words, ..stepping.step(Deed::Decided) };
    stepping.keep(step).await?;
    let request = stepping.case.request.clone();
    if request.kind == Kind::Correction {
        store::keep_statement(&mut stepping.change, &request).await?;
    }
    // The notices to those who were given the data before (`disclosure::tell`), the seal of a restriction (`seal::restrict`) and the
    // erasure (`retention::erase`) are called here, in this transaction.
    Ok(stepping.change.commit().await?)
}

/// Says how the answer was given; that closes the request.
///
/// # Errors
/// [`RightsError`]; nothing is kept then.
pub(crate) async fn give(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    how: super::codes::Given,
) -> Result<(), RightsError> {
    let mut stepping = stepping(vault, actor, id, (Operation::Disclosure, code!("rights_answer_given"))).await?;
    if stepping.hand.whose != For::Unit {
        return Err(RightsError::NotFound);
    }
    let step = Step { code: Some(how.code().to_owned()), ..stepping.step(Deed::Answered) };
    stepping.keep(step).await?;
    Ok(stepping.change.commit().await?)
}

fn file_failed(error: impl std::fmt::Display) -> RightsError {
    RightsError::File(error.to_string())
}

fn write_blob(vault: &Vault, bytes: &[u8]) -> Result<StoredBlob, RightsError> {
    let mut writer = vault.new_blob()?;
    writer.write_all(bytes).map_err(file_failed)?;
    Ok(writer.finish()?)
}

async fn read_blob(vault: &Vault, id: Id<kind::Blob>) -> Result<Vec<u8>, RightsError> {
    let mut reader = vault.open_blob(id).await?.ok_or(RightsError::Gone)?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(file_failed)?;
    Ok(bytes)
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
) -> Result<(), RightsError> {
    let case = open(vault, actor, id).await?;
    let person = case.request.person.ok_or(RightsError::NotFound)?;
    let found = gather::gather(vault, everyone, actor, person).await?;
    let bytes = serde_json::to_vec(&found).map_err(file_failed)?;
    let blob = write_blob(vault, &bytes)?;
    let mut stepping = stepping(vault, actor, id, (Operation::Consultation, code!("rights_gathered"))).await?;
    let before = store::answer_in(&stepping.change, id).await?;
    let step = stepping.step(Deed::Gathered);
    stepping.keep(step).await?;
    let now = stepping.change.now();
    // While the request is open it is kept; three months and a half are longer than any answer may take.
    stepping.change.keep_blob(&blob, &code!("rights_gathered"), Some(now.plus_hours(24 * 110))).await?;
    let answer = store::Answer {
        gathered: blob.id,
        found: found.items.len() as u64,
        to_decide: suggest::all(&found).len() as u64,
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
    stepping.change.note("rows", found.items.len());
    stepping.change.note("unread", found.unread);
    Ok(stepping.change.commit().await?)
}

/// A request with its way, for the unit's data protection officer.
///
/// # Errors
/// Not found to anybody else.
pub(crate) async fn open(vault: &Vault, actor: &Actor, id: Id<kind::RightsRequest>) -> Result<Case, RightsError> {
    let reader = reader(vault, actor, Verb::View, Scope::of("rights_request", id)).await?;
    case_of(vault, &reader, id, For::Unit).await
}

/// A request with its way, as somebody reads it.
///
/// # Errors
/// Not found where it isn't theirs.
pub(crate) async fn case_of(
    vault: &Vault,
    reader: &Reader,
    id: Id<kind::RightsRequest>,
    whose: For,
) -> Result<Case, RightsError> {
    let rules = Rules::read(&vault.plain()).await?;
    let request = store::one(reader, id, whose).await?.ok_or(RightsError::NotFound)?;
    let steps = store::steps(reader, id, whose).await?;
    let course = request.course(&steps, rules)?;
    Ok(Case { request, steps, course, rules })
}

/// What was gathered for a request, with its marks. Reading it needs a permit for the person, and is in the log.
pub(crate) struct Work {
    pub case: Case,
    pub gathered: Gathered,
    pub marks: Marks,
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
    let gathered = serde_json::from_slice(&read_blob(vault, answer.gathered).await?).map_err(file_failed)?;
    let marks = Marks::of(store::marks(&reader, id).await?);
    Ok(Work { case, gathered, marks })
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
        return Err(super::course::CourseError::NotNow.into());
    }
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

/// The second person approves: who neither gave it to them nor marked any of it. The files are made now.
///
/// # Errors
/// [`RightsError::Marked`], [`super::course::CourseError::Own`]; nothing is kept then.
pub(crate) async fn approve(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    unit: &str,
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
    let submitted = work.case.steps.len();
    let request = work.case.request.clone();
    let (unit, own_vault) = (unit.to_owned(), vault.clone());
    let files = tokio::task::spawn_blocking(move || {
        let answered = Answered::of(&work.gathered, &work.marks);
        let letter = letter_of(&work.case, &unit, at.date_in_london(), Some(&answered), "");
        let pdf = answer::to_read(&letter.title, &answer::blocks(&letter, &answered)).map_err(RightsError::File)?;
        let json = answer::for_machines(&answered, &unit, request.received_on, at);
        Ok::<_, RightsError>((write_blob(&own_vault, &pdf)?, write_blob(&own_vault, json.as_bytes())?))
    });
    let (pdf, json) = files.await.map_err(file_failed)??;
    let mut stepping = stepping(vault, actor, id, (Operation::Administration, code!("rights_approved"))).await?;
    if stepping.case.steps.len() != submitted {
        return Err(super::course::CourseError::NotNow.into());
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

/// Which file of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    ToRead,
    ForMachines,
}

/// A file of an answer, for the unit's data protection officer. That it was fetched is in the log.
///
/// # Errors
/// Not found where it was never made; [`RightsError::Gone`] where its time is over.
pub(crate) async fn fetch(
    vault: &Vault,
    actor: &Actor,
    id: Id<kind::RightsRequest>,
    file: File,
) -> Result<Vec<u8>, RightsError> {
    let (mut change, hand) =
        begin(vault, actor, Scope::of("rights_request", id), (Operation::Disclosure, code!("rights_answer_fetched")))
            .await?;
    if hand.whose != For::Unit {
        return Err(RightsError::NotFound);
    }
    let answer = store::answer_in(&change, id).await?.ok_or(RightsError::NotFound)?;
    let blob = match file {
        File::ToRead => answer.to_read,
        File::ForMachines => answer.for_machines,
    };
    let bytes = read_blob(vault, blob.ok_or(RightsError::NotFound)?).await?;
    change.note("file", if file == File::ToRead { "pdf" } else { "json" });
    change.commit().await?;
    Ok(bytes)
}
