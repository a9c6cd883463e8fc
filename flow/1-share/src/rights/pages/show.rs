//! One request: its clock, what was done, and what comes next.

use askama::Template;
use axum::{Extension, extract::Path};
use base::{Id, kind};
use vault::{Scope, Verb};
use web::{Caller, Choice, Form, Page, Site, time};

use super::{
    Linked, clock_of, clock_to, here, officer,
    work::{Told, told},
};
use crate::{
    ask::pages::{Names, unsealed},
    rights::{
        Case, Kind, act,
        codes::{Deed, Given, Longer, NotDone, Outcome},
        course::{CourseError, Stage},
        gather,
        holders::{self, Holder},
        store,
        store::For,
    },
};

struct Done {
    what: &'static str,
    by: String,
    when: String,
    machine: String,
    more: String,
}

/// What can be done now; each is a form of the page.
#[derive(Default)]
struct Next {
    ask_identity: bool,
    identity_seen: bool,
    ask_meaning: bool,
    clarified: bool,
    extend: bool,
    acknowledge: bool,
    gather: bool,
    again: bool,
    review: bool,
    submit: bool,
    second: bool,
    decide: bool,
    give: bool,
    refuse: bool,
}

#[derive(Template)]
#[template(path = "rights/pages/show.html")]
struct ShowPage {
    page: Page,
    form: Form,
    here: String,
    clock: Option<time::Clock>,
    part: Option<time::Clock>,
    acknowledge_by: Option<time::Clock>,
    closed: String,
    person: String,
    /// By what they were looked for, where nobody was found.
    sought: String,
    kind: &'static str,
    law: &'static str,
    regime: &'static str,
    made_by: &'static str,
    received: String,
    identity: bool,
    asked: String,
    decider: String,
    /// Of a request to delete: who is asked, and what they decided.
    holders: Vec<(String, String)>,
    /// Whether it is being found out who holds something.
    asking: bool,
    /// Whether it waits for the data owner who decides.
    awaits_decision: bool,
    found: Option<(u64, u64)>,
    files: Option<String>,
    /// What is said of work that goes on, or failed.
    work: Option<Told>,
    next: Next,
    /// What giving the answer waits for, where it is ready.
    waits: &'static str,
    longer: Vec<Choice>,
    reasons: Vec<Choice>,
    hows: Vec<Choice>,
    done: Vec<Done>,
}

/// Whether the answer is ready to be given.
fn is_ready(case: &Case) -> bool {
    let course = &case.course;
    let nobody = course.kind == Kind::Access && !course.found && course.stage == Stage::Received;
    nobody || matches!(course.stage, Stage::Approved { .. } | Stage::Decided { .. })
}

/// Who must do what before this member can give the answer; nothing where they can, or where it isn't ready.
fn waits(case: &Case, caller: Id<kind::Member>) -> &'static str {
    if !is_ready(case) {
        return "";
    }
    match case.course.may_give(caller) {
        Err(CourseError::Own) => {
            "You decided it: another data protection officer of the unit carries it out, and says how the answer was given."
        }
        Err(_) => "Nothing is given or done before they have shown who they are.",
        Ok(()) => "",
    }
}

fn next(case: &Case, under_way: bool, caller: Id<kind::Member>, nobody_asked: bool) -> Next {
    let course = &case.course;
    if course.is_closed() {
        return Next::default();
    }
    let access = course.kind == Kind::Access;
    let stage = &course.stage;
    let early = matches!(stage, Stage::Received | Stage::Assembling);
    if under_way {
        // What would change under it waits.
        return Next {
            identity_seen: !course.identity,
            review: *stage == Stage::Assembling,
            refuse: true,
            ..Next::default()
        };
    }
    Next {
        ask_identity: early && !course.identity,
        identity_seen: !course.identity,
        ask_meaning: early,
        clarified: matches!(stage, Stage::ClarificationAsked { .. }),
        extend: early
            && course.extended.is_none()
            && course.kind != Kind::Complaint
            && case.rules.extends(course.regime),
        acknowledge: course.kind == Kind::Complaint && course.acknowledged.is_none(),
        gather: access && course.found && *stage == Stage::Received,
        again: *stage == Stage::Assembling,
        review: *stage == Stage::Assembling,
        submit: *stage == Stage::Assembling,
        second: matches!(stage, Stage::ReadyForSecond { .. }),
        // Whether something is deleted, those who hold it decide; the unit where nobody else does.
        decide: !access
            && *stage == Stage::Received
            && case.request.to_agency.is_none()
            && (course.kind != Kind::Erasure || (case.request.holders_asked_at.is_some() && nobody_asked)),
        give: is_ready(case) && course.may_give(caller).is_ok(),
        refuse: true,
    }
}

/// What was decided, in words that fit the right; of several agencies together, what came of it.
fn decided(kind: Kind, outcome: Outcome) -> &'static str {
    match (kind, outcome) {
        (Kind::Erasure, Outcome::Done) => "It is deleted",
        (Kind::Erasure, Outcome::Partly) => "In part: some agencies keep theirs",
        (Kind::Erasure, Outcome::Not) => "It is kept",
        _ => outcome.of(kind),
    }
}

/// What an agency decided about what it holds.
fn said_by(holder: &Holder) -> String {
    match (holder.outcome, holder.why) {
        (None, _) => "Has not decided yet".to_owned(),
        (Some(Outcome::Not), Some(why)) => format!("Keeps it. {} ({})", why.words(), why.more()),
        (Some(Outcome::Not), None) => "Keeps it".to_owned(),
        (Some(_), _) => "Agreed that it is deleted".to_owned(),
    }
}

/// A step's reason in words.
fn reason(kind: Kind, deed: Deed, code: &str) -> String {
    match deed {
        Deed::Extended => code.parse::<Longer>().map_or_else(|_| String::new(), |one| one.words().to_owned()),
        Deed::Refused => {
            code.parse::<NotDone>().map_or_else(|_| String::new(), |one| format!("{} ({})", one.words(), one.more()))
        }
        Deed::Answered => code.parse::<Given>().map_or_else(|_| String::new(), |one| one.words().to_owned()),
        Deed::Decided => {
            let (outcome, why) = code.split_once(' ').unwrap_or((code, ""));
            let outcome = outcome.parse::<Outcome>().map_or("", |one| decided(kind, one));
            let why = why
                .parse::<NotDone>()
                .map_or_else(|_| String::new(), |one| format!(". {} ({})", one.words(), one.more()));
            format!("{outcome}{why}")
        }
        _ => String::new(),
    }
}

fn done(site: &Site, case: &Case, names: &Names) -> Result<Vec<Done>, web::Fault> {
    let steps = case.steps.iter().rev().map(|step| {
        let words = step.words.as_ref().map_or_else(|| Ok(String::new()), |words| unsealed(site.vault(), words))?;
        let reason = step.code.as_deref().map_or_else(String::new, |code| reason(case.request.kind, step.deed, code));
        let more = [reason, words].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(". ");
        Ok(Done {
            what: step.deed.words(),
            by: names.member(step.by).to_owned(),
            when: time::full(step.at),
            machine: step.at.to_string(),
            more,
        })
    });
    steps.collect()
}

/// The person's name, while the request is open and policy shows it; else that it is one person.
pub(super) async fn name(
    site: &Site,
    caller: &Caller,
    everyone: &dyn crate::rights::Everyone,
    case: &Case,
) -> Result<String, web::Fault> {
    let Some(person) = case.request.person else {
        let erased = case.request.kind == Kind::Erasure && case.course.is_closed();
        return Ok(if erased { "Nobody any more: they were erased" } else { "Nobody was found" }.to_owned());
    };
    if case.course.is_closed() {
        return Ok("One person. Their name is not read again once the request is closed".to_owned());
    }
    let permit = gather::permit(site.vault(), &caller.actor(), person).await?.without_sealed();
    let name = everyone.name(&site.vault().read(&permit)?, person).await?;
    Ok(name.unwrap_or_else(|| "A person whose records say no name".to_owned()))
}

pub(super) async fn show(
    site: Site,
    caller: Caller,
    page: Page,
    Extension(everyone): Linked,
    Path(id): Path<Id<kind::RightsRequest>>,
) -> web::Result {
    officer(&site, &caller).await?;
    let vault = site.vault();
    let reader = act::reader(vault, &caller.actor(), Verb::View, Scope::of("rights_request", id)).await?;
    let case = act::case_of(vault, &reader, id, For::Unit).await?;
    let answer = store::answer(&reader, id).await?;
    let asked = holders::all(&reader, id, caller.agency).await?;
    let by: Vec<_> = case.steps.iter().map(|step| step.by).collect();
    let names = Names::read(&site, &caller, &by).await?;
    let due = case.due(site.now().date_in_london());
    let (request, course) = (&case.request, &case.course);
    // Nothing is fetched before they have shown who they are.
    let kept_until = answer.as_ref().filter(|answer| course.identity && answer.to_read.is_some());
    let kept_until = kept_until.and_then(|answer| answer.ends_at).filter(|ends| site.now() < *ends);
    let work = told(&site, request.work, caller.id).await?;
    // What failed is said as long as it is what comes next.
    let makes = matches!(course.stage, Stage::ReadyForSecond { .. });
    let work = work.filter(|told| !course.is_closed() && (!told.failed || told.makes == makes));
    let undone = match &answer {
        Some(answer) => {
            let marks = store::marks(&reader, id).await?;
            let decided = marks.iter().filter(|mark| mark.suggested).count() as u64;
            Some((answer.found, answer.to_decide.saturating_sub(decided)))
        }
        None => None,
    };
    web::render(ShowPage {
        here: here(id),
        clock: clock_of(course, &due, &site),
        part: due.part_on.filter(|_| !course.is_closed()).map(|day| clock_to(day, &site)),
        acknowledge_by: course.acknowledge_by().map(|day| clock_to(day, &site)),
        closed: request.closed_at.map_or_else(String::new, time::full),
        person: name(&site, &caller, everyone.as_ref(), &case).await?,
        sought: store::sought(&reader, id).await?.map_or_else(String::new, |sought| sought.words()),
        kind: request.kind.words(),
        law: request.kind.more(),
        regime: request.regime.words(),
        made_by: request.made_by.words(),
        received: time::date(request.received_on),
        identity: course.identity,
        asked: unsealed(vault, &request.asked)?,
        decider: match request.to_agency {
            Some(agency) => names.agency(agency).to_owned(),
            None => asked
                .iter()
                .filter(|one| one.outcome.is_none())
                .map(|one| names.agency(one.agency))
                .collect::<Vec<_>>()
                .join(", "),
        },
        found: undone,
        files: kept_until.map(time::full),
        next: next(&case, work.as_ref().is_some_and(|told| !told.failed), caller.id, asked.is_empty()),
        waits: waits(&case, caller.id),
        awaits_decision: course.stage == Stage::Received && (request.to_agency.is_some() || !asked.is_empty()),
        asking: request.kind == Kind::Erasure
            && course.stage == Stage::Received
            && request.to_agency.is_none()
            && request.holders_asked_at.is_none(),
        holders: asked.iter().map(|one| (names.agency(one.agency).to_owned(), said_by(one))).collect(),
        work,
        longer: Longer::ALL.iter().map(|one| Choice::new(one, one.words())).collect(),
        reasons: NotDone::of(request.kind).map(|one| Choice::new(one, one.words())).collect(),
        hows: Given::ALL.iter().map(|one| Choice::new(one, one.words())).collect(),
        done: done(&site, &case, &names)?,
        form: Form::empty(),
        page: page.title(request.kind.noun()),
    })
}
