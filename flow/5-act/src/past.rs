//! What the demo's navigators did about its older moments, so that the board has rates to show: contacts at plausible times,
//! with plausible answers, through the same rules as everyone's. Only the demo's setting-up calls it.

use std::collections::BTreeMap;

use base::{Code, Id, Random, SignedDuration, Timestamp, code, kind};
use vault::{Actor, Ask, Cause, Change, Operation, Permit, Purpose, Refusal, Scope, StoreError, Vault, Verb, params};

use crate::{
    contact::{self, Contact},
    moment::{Agreed, Attempt, How, Moment, Reason, State, attach, store},
    moment_type::{MomentType, types},
    neighbours,
    rota::{self, Districts},
};

const BATCH: usize = 100;

/// The type whose records come once a month, in the demo as in life: what nobody answered of them reached the unit too late.
const COMES_LATE: &str = "return_from_missing";

/// Why the past could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// Policy refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nobody to have done it.
    #[error("no unit is set up")]
    NoUnit,
}

/// Records contacts and endings for the moments before `as_of`, and plans the rota from then on. The same seed gives the
/// same past. Gives how many moments were acted on; a second call finds little left to do.
///
/// # Errors
/// [`PastError`].
pub async fn act_on_past(vault: &Vault, seed: u64, as_of: Timestamp) -> Result<u64, PastError> {
    let unit = neighbours::unit(&vault.plain()).await?.ok_or(PastError::NoUnit)?;
    let permit = vault
        .permit(Ask {
            actor: Actor::System,
            verb: Verb::Record,
            scope: Scope::unit(),
            purpose: Purpose::Support,
            facets: neighbours::moment_facets(vault).await?,
            facts: BTreeMap::new(),
        })
        .await?;
    let workers = workers(vault).await?;
    plan_rota(vault, &workers, as_of).await?;
    let mut acted = 0;
    loop {
        // What was answered no longer takes in what came later: that stands for itself then, and somebody acts on it too.
        attach::everyone(vault, &permit).await?;
        let now = act_once(vault, &permit, &Doers { unit, workers: &workers, seed }, as_of).await?;
        if now == 0 {
            return Ok(acted);
        }
        acted += now;
    }
}

async fn act_once(vault: &Vault, permit: &Permit, doers: &Doers<'_>, as_of: Timestamp) -> Result<u64, PastError> {
    let mut moments = attach::all(&vault.read(permit)?).await?;
    moments.retain(|moment| moment.state == State::Open && moment.assigned_to.is_none());
    moments.sort_by(|a, b| (a.event_at, &a.origin).cmp(&(b.event_at, &b.origin))); // ids differ from run to run
    let mut acted = 0;
    for part in moments.chunks(BATCH) {
        acted += write(vault, permit, doers, part, as_of).await?;
    }
    Ok(acted)
}

/// Who could have done it, and what decides.
struct Doers<'d> {
    unit: Id<kind::Agency>,
    workers: &'d Workers,
    seed: u64,
}

type Workers = BTreeMap<Code, Vec<Id<kind::Member>>>;

/// Who could be offered moments, by duty.
async fn workers(vault: &Vault) -> Result<Workers, StoreError> {
    let members = share::api::members(&vault.book()).await?;
    let mut workers = Workers::new();
    for rules in types().iter() {
        let able = members.iter().filter(|member| member.duties.iter().any(|duty| duty.code() == rules.duty.as_str()));
        workers.insert(rules.duty.clone(), able.map(|member| member.id).collect());
    }
    Ok(workers)
}

struct Dice(Random);

impl Dice {
    /// Each moment has its own, so that a demo which was stopped half-way comes to the same past as one that was not.
    fn of(seed: u64, moment: &Moment) -> Self {
        // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv
        let name = [moment.origin.as_str(), moment.moment_type.as_str()].concat();
        let own = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(Random::seeded(seed ^ own))
    }

    /// Uniform from 0 to below 1.
    fn unit(&self) -> f64 {
        // 53 bits, as many as a double holds.
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
        let bits = (self.0.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    fn is(&self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// A length between two fractions of another.
    fn part_of(&self, whole: SignedDuration, from: f64, to: f64) -> SignedDuration {
        whole.mul_f64(from + self.unit() * (to - from))
    }
}

async fn write(
    vault: &Vault,
    permit: &Permit,
    doers: &Doers<'_>,
    moments: &[Moment],
    as_of: Timestamp,
) -> Result<u64, StoreError> {
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: Purpose::Support,
        operation: Operation::Alteration,
        act: code!("demo_past_made"),
        scope: Scope::unit(),
    };
    let mut change = vault.change_under(permit, cause).await?;
    let mut contacts = Vec::new();
    let mut acted = 0;
    for known in moments {
        let Some(rules) = types().get(&known.moment_type) else { continue };
        let dice = Dice::of(doers.seed, known);
        let able = doers.workers.get(&rules.duty).map(Vec::as_slice).unwrap_or_default();
        let pick = usize::try_from(dice.0.next_u64() % 1_000).unwrap_or(0) % able.len().max(1);
        let Some(by) = able.get(pick).copied() else { continue };
        let mut moment = known.clone();
        let tried = live(&mut moment, rules, by, &dice, as_of);
        for attempt in tried {
            contacts.push((contact_of(&moment, &attempt, doers.unit, &dice), format!("demo:{}", attempt.contact)));
        }
        if moment.is_waiting() && moment.came_late() && moment.moment_type.as_str() != COMES_LATE {
            raised_in_its_time(&mut change, &moment).await?;
        }
        if moment != *known {
            acted += 1;
            if !moment.is_waiting() {
                backdate(&mut change, &moment).await?;
            }
            let next = store::next_check(&moment, Some(rules), Timestamp::EPOCH);
            store::save_with_check(&mut change, &moment, next).await?;
        }
    }
    contact::store::insert_all(&mut change, &contacts).await?;
    change.note("moments", acted);
    change.commit().await?;
    Ok(acted)
}

/// In the demo all files come at once, so that moments of long ago are raised now and are breached at once. Those that were
/// answered look as they would have, had the files come in their time.
async fn backdate(change: &mut Change, moment: &Moment) -> Result<(), StoreError> {
    change.execute("DELETE FROM moment_escalation WHERE moment = $1", params![moment.id]).await?;
    raised_in_its_time(change, moment).await
}

/// As if its file had come within the hour.
async fn raised_in_its_time(change: &mut Change, moment: &Moment) -> Result<(), StoreError> {
    let raised_at = moment.event_at.plus_hours(1);
    change.execute("UPDATE moment SET raised_at = $2 WHERE id = $1", params![moment.id, raised_at]).await?;
    Ok(())
}

fn contact_of(moment: &Moment, attempt: &Attempt, unit: Id<kind::Agency>, dice: &Dice) -> Contact {
    Contact {
        id: attempt.contact,
        moment: moment.id,
        person: moment.person,
        controller: unit,
        category: code!("contact"),
        attempted_at: attempt.at,
        how: attempt.how,
        reached: attempt.reached,
        agreed: attempt.agreed,
        next_at: None,
        note: String::new(),
        made_by: attempt.by,
        written_at: attempt.at.plus(dice.part_of(SignedDuration::from_hours(3), 0.02, 1.0)),
    }
}

/// One moment's past, up to `as_of`: who tried when, and how it ended. Gives the attempts.
fn live(moment: &mut Moment, rules: &MomentType, by: Id<kind::Member>, dice: &Dice, as_of: Timestamp) -> Vec<Attempt> {
    let age = as_of.since(moment.event_at);
    let fresh = age < SignedDuration::from_hours(3 * 24);
    if fresh && dice.is(0.5) {
        moment.assigned_to = dice.is(0.5).then_some(by);
        return Vec::new(); // it still waits, as the demo begins
    }
    if age < SignedDuration::from_hours(10 * 24) && dice.is(0.06) {
        return Vec::new(); // nobody came in time
    }
    moment.assigned_to = Some(by);
    let limit = moment.due_at.since(moment.event_at);
    let weekend = moment.event_at.in_london().weekday().to_monday_zero_offset() >= 4;
    let in_time = dice.is(if weekend { 0.62 } else { 0.78 });
    let reachable = in_time || dice.is(0.6);
    let how = if dice.is(0.7) || rules.meeting == crate::moment_type::Meeting::FaceToFaceRequired {
        How::FaceToFace
    } else {
        How::Phone
    };
    let mut attempts = Vec::new();
    let mut try_at = |moment: &mut Moment, at: Timestamp, reached: bool, how: How| {
        let agreed = reached.then(|| say(dice, how));
        let attempt = Attempt { contact: Id::new(at, &dice.0), at, how, reached, agreed, by };
        if at <= as_of && moment.attempt(rules, &attempt, as_of).is_ok() {
            attempts.push(attempt);
        }
    };
    if dice.is(0.35) {
        try_at(moment, moment.event_at.plus(dice.part_of(limit, 0.05, 0.3)), false, How::Phone);
    }
    if reachable {
        let (from, to) = if in_time { (0.3, 0.97) } else { (1.05, 2.2) };
        try_at(moment, moment.event_at.plus(dice.part_of(limit, from, to)), true, how);
    }
    end(moment, rules, by, dice, as_of);
    attempts
}

/// What they say: more want support when someone stands before them (domain.md [85]).
fn say(dice: &Dice, how: How) -> Agreed {
    let yes = if how == How::FaceToFace { 0.56 } else { 0.34 };
    match dice.unit() {
        roll if roll < yes => Agreed::Yes,
        roll if roll < yes + 0.22 => Agreed::NotYet,
        _ => Agreed::No,
    }
}

/// How it ended, where it ended before `as_of`; what the rules refuse stays as it is.
fn end(moment: &mut Moment, rules: &MomentType, by: Id<kind::Member>, dice: &Dice, as_of: Timestamp) {
    let (reason, at) = match moment.reached() {
        Some(reached) if reached.agreed == Agreed::Yes => (Reason::SupportStarted, reached.at.plus_hours(5 * 24)),
        Some(reached) => (Reason::AlreadySupported, reached.at.plus_hours(9 * 24)),
        None if dice.is(0.2) => (Reason::MovedOutOfArea, moment.due_at.plus_hours(-1)),
        None => (Reason::NotReached, moment.due_at.plus_hours(7 * 24)),
    };
    if at <= as_of {
        let _ = moment.close(rules, reason, by, at); // refused where it is closed already: declined at the contact
    }
}

/// Weekdays from 8am to 8pm for the next eight days, and a Saturday morning: so that a weekend shows its gap.
async fn plan_rota(vault: &Vault, workers: &Workers, as_of: Timestamp) -> Result<(), StoreError> {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("demo_rota_made"),
        scope: Scope { kind: "staff", id: None },
    };
    let mut change = vault.change(cause).await?;
    let days = std::iter::successors(Some(as_of.date_in_london()), |day| day.tomorrow().ok()).take(8);
    for day in days {
        let weekday = day.weekday().to_monday_zero_offset();
        for (duty, members) in workers {
            // The first of each duty is on call around the clock, so that whoever opens the demo at night finds a queue; the
            // others leave the gaps of a real week.
            for (nth, member) in members.iter().enumerate().filter(|(nth, _)| *nth == 0 || weekday < 6) {
                let (first, last) = if weekday == 5 { (9, 13) } else { (8, 20) };
                let resolved = |at: base::DateTime| base::london::resolve(at).unwrap_or(as_of);
                let hour = |hour: i8| match (nth, hour == first) {
                    (0, true) => resolved(day.at(0, 0, 0, 0)),
                    (0, false) => resolved(day.tomorrow().unwrap_or(day).at(0, 0, 0, 0)),
                    _ => resolved(day.at(hour, 0, 0, 0)),
                };
                let shift = rota::store::NewShift {
                    member: *member,
                    duty: duty.clone(),
                    districts: Districts::All,
                    starts_at: hour(first),
                    ends_at: hour(last),
                    form_key: format!("demo:{member}:{duty}:{day}"),
                };
                rota::store::add(&mut change, &shift, "system").await?;
            }
        }
    }
    change.commit().await
}
