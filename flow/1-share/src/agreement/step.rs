//! Writing agreements: a draft, a change of it, and each step of its life. All of it in a change of the caller's, whose audit
//! entry names the act; the decider reads the register anew at once, and whoever listens hears of it.

use base::{Date, Id, Timestamp, kind};
use vault::{Change, Scope};

use super::{
    Act, Agreement, AgreementError, Deed, Doer, Dossier, Hand, Mark, Stage, Step, StepError, Terms, over, store,
};
use crate::agency::bump_version;

/// Begins a draft. What is missing yet may be missing: proposing asks for all of it.
///
/// # Errors
/// [`StepError::NotTheirs`]; the database's.
pub async fn draft(change: &mut Change, hand: &Hand, terms: &Terms) -> Result<Id<kind::Agreement>, AgreementError> {
    let dossier = Dossier::begin(hand, change.now())?;
    let id = change.new_id();
    store::insert(change, id, terms, &dossier).await?;
    bump_version(change).await?;
    change.about(Scope::of("agreement", id));
    Ok(id)
}

/// An agreement as a change found it.
struct Found {
    agreement: Agreement,
    dossier: Dossier,
}

async fn find(change: &Change, id: Id<kind::Agreement>) -> Result<Found, AgreementError> {
    let agreement = store::by_id_in(change, id).await?.ok_or(AgreementError::NotFound)?;
    let dossier = store::dossier_in(change, id).await?.ok_or(AgreementError::NotFound)?;
    Ok(Found { agreement, dossier })
}

/// Changes what a draft or a proposal says: it is a draft then, and approvals given before are void.
///
/// # Errors
/// [`StepError`]; [`AgreementError::NotFound`]; the database's.
pub async fn redraft(
    change: &mut Change,
    id: Id<kind::Agreement>,
    revision: u64,
    hand: &Hand,
    terms: &Terms,
) -> Result<(), AgreementError> {
    let mut found = find(change, id).await?;
    let parties = found.agreement.terms.parties.clone();
    found.dossier.check(Act::Changed, hand, &parties)?;
    if found.agreement.revision != revision {
        return Err(StepError::Changed.into());
    }
    found.dossier.enact(&Deed::of(Act::Changed, ""), hand, &parties, change.now())?;
    store::save_terms(change, id, terms).await?;
    store::save_step(change, id, &found.dossier).await?;
    bump_version(change).await?;
    change.about(Scope::of("agreement", id));
    Ok(())
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enacted {
    /// The agreement as it is now.
    pub agreement: Agreement,
    /// Where it stands, and how it came there.
    pub dossier: Dossier,
}

/// Does something to an agreement. `revision` is that of what they read: what was changed meanwhile must be read again first.
///
/// # Errors
/// [`StepError`]; [`AgreementError::Invalid`] where what it says doesn't hold together yet, or a date can't be; the database's.
pub async fn enact(
    change: &mut Change,
    id: Id<kind::Agreement>,
    revision: u64,
    hand: &Hand,
    deed: &Deed,
) -> Result<Enacted, AgreementError> {
    let Found { agreement: before, mut dossier } = find(change, id).await?;
    let parties = before.terms.parties.clone();
    dossier.check(deed.act, hand, &parties)?;
    if before.revision != revision {
        // The same form sent twice: it was done by the first.
        let last = dossier.steps().last().filter(|step| step.act == deed.act && step.mark.by == hand.doer());
        let already = last.map(|step| StepError::Already(Box::new(step.clone())));
        return Err(already.unwrap_or(StepError::Changed).into());
    }
    let mut after = before.clone();
    match deed.act {
        Act::Proposed | Act::Activated => must_hold(change, &before.terms).await?,
        Act::Reviewed => after.terms.review = next_review(&before.terms, deed, change.now())?,
        Act::Assessed => after.terms.assessment = Some(reference(deed)?),
        _ => {}
    }
    dossier.enact(deed, hand, &parties, change.now())?;
    after.stage = dossier.state.stage();
    if after.terms != before.terms {
        store::save_terms(change, id, &after.terms).await?;
        after.revision += 1;
    }
    keep(change, Some(&before), &after, &dossier).await?;
    Ok(Enacted { agreement: after, dossier })
}

async fn keep(
    change: &mut Change,
    before: Option<&Agreement>,
    after: &Agreement,
    dossier: &Dossier,
) -> Result<(), AgreementError> {
    store::save_step(change, after.id, dossier).await?;
    bump_version(change).await?;
    change.about(Scope::of("agreement", after.id));
    change.note("revision", after.revision);
    Ok(over::see_to(change, before, after).await?)
}

async fn must_hold(change: &Change, terms: &Terms) -> Result<(), AgreementError> {
    let problems = store::problems(change, terms).await?;
    if problems.is_empty() { Ok(()) } else { Err(AgreementError::Invalid(problems)) }
}

fn next_review(terms: &Terms, deed: &Deed, now: Timestamp) -> Result<Date, AgreementError> {
    let today = now.date_in_london();
    deed.review.filter(|next| *next > today && *next <= terms.ends).ok_or_else(|| {
        let ends = web::time::date(terms.ends);
        AgreementError::Invalid(vec![format!("The next review must lie after today, and by the last day, {ends}.")])
    })
}

fn reference(deed: &Deed) -> Result<String, AgreementError> {
    let given =
        deed.assessment.as_deref().map(str::trim).filter(|text| !text.is_empty() && text.chars().count() <= 200);
    given.map(str::to_owned).ok_or_else(|| {
        AgreementError::Invalid(vec![
            "Enter the reference of the impact assessment, in 1 to 200 characters.".to_owned(),
        ])
    })
}

/// Adds an agreement as it was signed on paper, for whoever keeps the machine: it is active, and its first step says so.
///
/// # Errors
/// [`AgreementError::Invalid`] with everything that is wrong; the database's.
pub async fn add(change: &mut Change, terms: &Terms) -> Result<Id<kind::Agreement>, AgreementError> {
    let dossier = Dossier::entered(change.now(), "Entered at the command line, as it was signed on paper.");
    file_as(change, terms, &dossier).await
}

/// Files an agreement with everything that was done to it elsewhere, each step by whom and when: for the demonstration, and for
/// bringing agreements over from another register. Each step must be one that its doer could take.
///
/// # Errors
/// [`AgreementError`]; the database's.
pub async fn file(
    change: &mut Change,
    terms: &Terms,
    drafter: (&Hand, Timestamp),
    deeds: &[(Hand, Deed, Timestamp)],
) -> Result<Id<kind::Agreement>, AgreementError> {
    let mut dossier = Dossier::begin(drafter.0, drafter.1)?;
    for (hand, deed, at) in deeds {
        dossier.enact(deed, hand, &terms.parties, *at)?;
    }
    file_as(change, terms, &dossier).await
}

async fn file_as(change: &mut Change, terms: &Terms, dossier: &Dossier) -> Result<Id<kind::Agreement>, AgreementError> {
    if dossier.state.stage() != Stage::Drafted {
        must_hold(change, terms).await?;
    }
    let id = change.new_id();
    store::insert(change, id, terms, dossier).await?;
    bump_version(change).await?;
    let agreement = Agreement { id, terms: terms.clone(), stage: dossier.state.stage(), revision: 1 };
    over::see_to(change, None, &agreement).await?;
    Ok(id)
}

/// Brings the last day forward, at the command line: what stands on it is refused from the day after.
///
/// # Errors
/// [`AgreementError::NotFound`]; [`AgreementError::Invalid`] where it ends sooner already, or starts later.
pub async fn end(change: &mut Change, id: Id<kind::Agreement>, last: Date) -> Result<(), AgreementError> {
    let Found { agreement: before, mut dossier } = find(change, id).await?;
    if last < before.terms.starts || last > before.terms.ends {
        let problem = format!(
            "The last day must lie between the start, {}, and the end, {}.",
            before.terms.starts, before.terms.ends
        );
        return Err(AgreementError::Invalid(vec![problem]));
    }
    let mut after = before.clone();
    after.terms.ends = last;
    after.terms.review = before.terms.review.min(last);
    after.revision += 1;
    dossier.take(of_program(Act::Shortened, change.now(), &format!("Its last day is {}.", web::time::date(last))));
    store::save_terms(change, id, &after.terms).await?;
    keep(change, Some(&before), &after, &dossier).await
}

/// Records the reference of an agreement's impact assessment, at the command line.
///
/// # Errors
/// [`AgreementError::NotFound`]; [`AgreementError::Invalid`].
pub async fn assess_as_program(
    change: &mut Change,
    id: Id<kind::Agreement>,
    assessment: &str,
) -> Result<(), AgreementError> {
    let Found { agreement: before, mut dossier } = find(change, id).await?;
    let deed = Deed { assessment: Some(assessment.to_owned()), ..Deed::of(Act::Assessed, "") };
    let mut after = before.clone();
    after.terms.assessment = Some(reference(&deed)?);
    after.revision += 1;
    dossier.take(of_program(Act::Assessed, change.now(), "Recorded at the command line."));
    store::save_terms(change, id, &after.terms).await?;
    keep(change, Some(&before), &after, &dossier).await
}

fn of_program(act: Act, at: Timestamp, why: &str) -> Step {
    let mark = Mark { by: Doer::Program, at };
    Step { act, mark, party: None, as_role: String::new(), why: why.to_owned() }
}
