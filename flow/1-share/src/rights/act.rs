//! What is done with requests: recorded, stopped and set going, and decided. The work on an answer is in `work`, giving it in `give`. Each is one transaction with its entry in the log, by the unit's data protection officer or the data owner who decides.

use base::{Code, Date, Id, code, kind};
use serde_json::json;
use vault::{Actor, Cause, Change, Operation, Permit, Purpose, Reader, Scope, StoreError, Vault, Verb};

use super::{
    Case, KEPT_DAYS, Request, RightsError, Sought,
    clock::{self, Rules},
    codes::{Deed, Kind, MadeBy, NotDone, Outcome, Regime},
    course::{Course, CourseError, Stage, Step},
    holders, job, sealed,
    store::{self, For},
    under_way::not_under_way,
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
    /// What they gave to be found by, where nobody was.
    pub sought: Option<Sought>,
    pub form_key: String,
}

/// The member, if they are the unit's data protection officer or the data owner who decides.
pub(super) struct Hand {
    pub member: Id<kind::Member>,
    pub unit: Id<kind::Agency>,
    pub whose: For,
}

pub(super) fn unknown(error: crate::ask::AskError) -> RightsError {
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

pub(super) async fn begin(
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
    let sought = new.sought.as_ref().map(|sought| sought.sealed(vault)).transpose()?;
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
    // Whether something is deleted, everybody who holds it decides.
    let to_one = !matches!(new.kind, Kind::Access | Kind::Complaint | Kind::Erasure);
    let to = new.to.clone().filter(|_| to_one);
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
        work: None,
        holders_asked_at: None,
        held_by: hand.unit,
        category: super::category(),
    };
    if !store::insert(&mut change, &kept, (&new.form_key, sought)).await? {
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
    match new.person {
        Some(person) => {
            store::open_for(&mut change, id, person).await?;
            if new.kind == Kind::Erasure {
                sealed::gather_apart(&mut change, id, person).await?;
            }
        }
        None if new.kind == Kind::Access => sealed::seek(&mut change, id).await?,
        None => {}
    }
    watch(&mut change, id, &course, today, rules).await?;
    change.about(Scope::of("rights_request", id));
    change.note("kind", new.kind);
    change.note("regime", new.regime);
    change.commit().await?;
    Ok(id)
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
pub(super) struct Stepping {
    pub change: Change,
    pub hand: Hand,
    pub case: Case,
}

pub(super) async fn stepping(
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
    pub fn step(&self, deed: Deed) -> Step {
        Step { deed, by: self.hand.member, at: self.change.now(), code: None, words: None }
    }

    /// Takes the step and keeps it.
    pub async fn keep(&mut self, step: Step) -> Result<(), RightsError> {
        let today = self.change.now().date_in_london();
        self.case.course.take(&step, self.case.rules)?;
        let (course, rules, id) = (&self.case.course, self.case.rules, self.case.request.id);
        let number = self.case.steps.len() + 1;
        let kept =
            store::add_step(&mut self.change, (id, self.hand.unit), number, &step, &listed(course, today, rules))
                .await?;
        if !kept {
            return Err(CourseError::Already.into());
        }
        if course.is_closed() {
            store::close_for(&mut self.change, id).await?;
            if matches!(course.stage, Stage::Refused { .. } | Stage::Withdrawn { .. }) {
                sealed::end_parts(&mut self.change, id).await?;
            }
            // What was gathered is of no use any more; who asked may still come back to what they were given.
            if let Some(answer) = store::answer_in(&self.change, id).await? {
                let ends = step.at.plus_hours(24 * KEPT_DAYS);
                self.change.delete_blob_after(answer.gathered, Some(ends)).await?;
            }
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
    // What would change under work that goes on waits for it.
    if matches!(deed, Deed::IdentityAsked | Deed::ClarificationAsked | Deed::SentBack) {
        not_under_way(&stepping.change, stepping.case.request.work).await?;
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

impl Decision {
    /// As its step keeps it: what is not wholly done has a ground.
    pub(super) fn code(&self) -> String {
        match self.why.filter(|_| self.outcome != Outcome::Done) {
            Some(why) => format!("{} {why}", self.outcome),
            None => self.outcome.code().to_owned(),
        }
    }
}

/// Decides: the data owner of the agency that was named, else the unit's data protection officer. What a person says of a record that stays
/// as it is, is kept beside it. Whether something is deleted, each agency that holds it decides ([`holders::decide`]).
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
    let to_one = stepping.case.request.to_agency.is_some();
    if stepping.case.request.kind == Kind::Erasure && !to_one {
        return holders::decide(vault, stepping, decision).await;
    }
    // What a data owner was asked, nobody else decides.
    if to_one && stepping.hand.whose == For::Unit {
        return Err(RightsError::NotFound);
    }
    let words = Some(vault.seal(decision.words.as_bytes())?);
    let step = Step { code: Some(decision.code()), words, ..stepping.step(Deed::Decided) };
    stepping.keep(step).await?;
    let request = stepping.case.request.clone();
    if request.kind == Kind::Correction {
        store::keep_statement(&mut stepping.change, &request).await?;
    }
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
