//! The job `watch_unusual`: every night it goes through the days of the log that were not looked at yet, a page of entries at a time,
//! keeps each day’s numbers, and asks. Running it again changes nothing: a day’s numbers are replaced by the same, and each finding is
//! kept once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use base::{Date, Id, SignedDuration, code, kind, london, working::WorkingDays};
use serde_json::json;
use vault::{
    Actor, Cause, Operation, Purpose, Scope, Staff, StoreError, Vault,
    jobs::{Handler, Job, JobFault},
};

use super::{
    likeness::{self, Ends, Looker},
    manager::HOME,
    question::{self, Workers},
    rules::{self, Counts, Found, History},
    settings::Thresholds,
    store::{self, KeptDay},
    surroundings::{Look, Surroundings},
    tally::{Looks, Opened, Tally},
};

/// Its kind.
const KIND: &str = "watch_unusual";
/// A member’s and others’ days of so many days are what is usual.
const USUAL_DAYS: i64 = 28;
/// However long nobody ran it, no more days than this are gone through: a year and a quarter, so that no report lacks one.
const MOST_DAYS: i64 = 457;
/// About what lies further back, nobody is asked: the first run learns from it.
const ASKED_BACK_DAYS: i64 = 7;
/// The hour, in London, after which the day before is whole.
const HOUR: i8 = 2;

/// The job `watch_unusual`. Its payload may have `"today": true`: the day that runs is looked at too, as far as it has gone.
pub struct WatchUnusual(Arc<dyn Surroundings>);

impl WatchUnusual {
    /// With whoever knows what members’ work is.
    pub fn new(surroundings: impl Surroundings + 'static) -> Self {
        Self(Arc::new(surroundings))
    }
}

#[async_trait]
impl Handler for WatchUnusual {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let today_too = job.payload.get("today").and_then(serde_json::Value::as_bool).unwrap_or(false);
        Watch::begin(vault, self.0.as_ref(), job.actor()?).await?.run(today_too).await
    }
}

fn cause(actor: &Actor, act: base::Code) -> Cause {
    Cause {
        actor: actor.clone(),
        purpose: Purpose::Oversight,
        operation: Operation::Administration,
        act,
        scope: Scope::unit(),
    }
}

/// Enqueues the job once a day, at night. To be asked often, by whoever runs the jobs. Gives whether it did.
///
/// # Errors
/// The database’s.
pub async fn see_to_unusual(vault: &Vault) -> Result<bool, StoreError> {
    let now = vault.now();
    let yesterday = days_before(now.date_in_london(), 1);
    if now.in_london().hour() < HOUR || store::watched_until(&vault.book()).await? >= Some(yesterday) {
        return Ok(false);
    }
    enqueue(vault, &Actor::System, false).await
}

/// Enqueues the job where none waits.
pub(super) async fn enqueue(vault: &Vault, actor: &Actor, today_too: bool) -> Result<bool, StoreError> {
    struct Seen;
    impl vault::FromRow for Seen {
        fn from_row(_: &vault::Row) -> Result<Self, StoreError> {
            Ok(Self)
        }
    }
    const WAITING: &str = "SELECT id FROM job WHERE kind = 'watch_unusual' AND state IN ('waiting', 'running') LIMIT 1";
    let mut change = vault.change(cause(actor, code!("unusual_access_due"))).await?;
    let waiting: Vec<Seen> = change.rows(WAITING, vault::params![]).await?;
    if !waiting.is_empty() {
        return Ok(false);
    }
    let now = change.now();
    change.enqueue(KIND, &json!({ "today": today_too }), now).await?;
    change.commit().await?;
    Ok(true)
}

fn days_before(day: Date, days: i64) -> Date {
    day.saturating_sub(SignedDuration::from_hours(24 * days))
}

/// One run.
struct Watch<'a> {
    vault: &'a Vault,
    around: &'a dyn Surroundings,
    actor: Actor,
    staff: Staff,
    thresholds: Thresholds,
    workers: Workers,
    homes: BTreeMap<Id<kind::Member>, Vec<String>>,
    names: BTreeMap<Id<kind::Member>, Ends>,
    working: WorkingDays,
}

impl<'a> Watch<'a> {
    async fn begin(vault: &'a Vault, around: &'a dyn Surroundings, actor: Actor) -> Result<Self, JobFault> {
        let staff = vault.staff(&actor, Purpose::Oversight, code!("unusual_access_watched")).await?;
        let workers = store::workers(&staff).await?;
        let homes = store::homes(&staff).await?;
        let names = workers.values().filter_map(|worker| Some((worker.id, Ends::of(&worker.name)?))).collect();
        let thresholds = Thresholds::read(&vault.plain()).await?;
        Ok(Self { vault, around, actor, staff, thresholds, workers, homes, names, working: WorkingDays::england() })
    }

    async fn run(&self, today_too: bool) -> Result<(), JobFault> {
        let today = self.vault.now().date_in_london();
        let (first, oldest) = (days_before(today, USUAL_DAYS), days_before(today, MOST_DAYS));
        let next = store::watched_until(&self.staff).await?.and_then(|done| done.tomorrow().ok());
        let mut day = next.map_or(first, |next| next.max(oldest));
        while day < today || (today_too && day == today) {
            self.day(day, today).await?;
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
        }
        let mut change = self.vault.change(cause(&self.actor, code!("unusual_access_asked"))).await?;
        let (asked, escalated) = question::put_all(&mut change, &self.workers, &self.thresholds).await?;
        if asked + escalated > 0 {
            change.note("asked", asked);
            change.note("escalated", escalated);
        }
        Ok(change.commit().await?)
    }

    async fn day(&self, day: Date, today: Date) -> Result<(), JobFault> {
        let bounds = london::start_of(day).and_then(|from| {
            let next = day.tomorrow().map_err(|_| base::NoSuchLocalTime)?;
            Ok((from, london::start_of(next)?))
        });
        let (from, until) = bounds.map_err(|_| JobFault::Hopeless("a day without a beginning".to_owned()))?;
        let mut tally = Tally::default();
        let (mut next, end) = store::positions(&self.staff, from, until).await?;
        while next < end {
            let page = store::entries(&self.staff, next, end).await?;
            let Some(last) = page.last().map(|line| line.position) else { break };
            for line in page {
                tally.add(line, day, &self.working, &self.thresholds);
            }
            next = last + 1;
        }
        let counts = self.counts(&tally).await?;
        let is_asked = day >= days_before(today, ASKED_BACK_DAYS);
        let found = if is_asked { self.found(day, &tally, &counts).await? } else { Vec::new() };
        let members: Vec<(Id<kind::Member>, &Looks, &str, Counts)> = tally
            .members
            .iter()
            .map(|(id, looks)| {
                let duties = self.workers.get(id).map_or("", |worker| worker.duties.as_str());
                (*id, looks, duties, counts.get(id).copied().unwrap_or_default())
            })
            .collect();
        let mut change = self.vault.change(cause(&self.actor, code!("unusual_access_counted"))).await?;
        store::keep_day(&mut change, day, from, &members, &tally.counts).await?;
        let new = store::keep_findings(&mut change, day, &found).await?;
        if day < today {
            store::set_watched_until(&mut change, day).await?;
        }
        change.note("day", day);
        change.note("found", new);
        Ok(change.commit().await?)
    }

    /// The day’s numbers of each member.
    async fn counts(&self, tally: &Tally) -> Result<BTreeMap<Id<kind::Member>, Counts>, JobFault> {
        let mut counts: BTreeMap<Id<kind::Member>, Counts> = tally
            .members
            .iter()
            .map(|(id, looks)| {
                let opened = looks.opened.len() as u64;
                let counts =
                    Counts { opened, searches: looks.searches, emergencies: looks.emergencies, ..Counts::default() };
                (*id, counts)
            })
            .collect();
        self.add_after_hours(tally, &mut counts).await?;
        self.add_outside(tally, &mut counts).await?;
        self.add_likeness(tally, &mut counts).await?;
        Ok(counts)
    }

    async fn add_after_hours(
        &self,
        tally: &Tally,
        counts: &mut BTreeMap<Id<kind::Member>, Counts>,
    ) -> Result<(), JobFault> {
        let late: Vec<(Id<kind::Member>, base::Timestamp)> =
            tally.members.iter().flat_map(|(id, looks)| looks.opened.values().flatten().map(|at| (*id, *at))).collect();
        let on_shift = self.around.on_shift(self.vault, &self.actor, &late).await?;
        for ((member, _), on_shift) in late.iter().zip(on_shift) {
            if let Some(counts) = counts.get_mut(member) {
                counts.after_hours += u64::from(!on_shift);
            }
        }
        Ok(())
    }

    async fn add_outside(
        &self,
        tally: &Tally,
        counts: &mut BTreeMap<Id<kind::Member>, Counts>,
    ) -> Result<(), JobFault> {
        let since = self.vault.now().plus_hours(-24 * USUAL_DAYS);
        let standing: BTreeSet<(Id<kind::Member>, String)> =
            store::standing(&self.staff, since).await?.into_iter().collect();
        let looks: Vec<Look> =
            looks_of(tally).filter(|look| !standing.contains(&(look.member, look.opened.1.clone()))).collect();
        let is_work = self.around.is_work(self.vault, &self.actor, &looks).await?;
        for (look, is_work) in looks.iter().zip(is_work) {
            if let (Some(counts), Some(false)) = (counts.get_mut(&look.member), is_work) {
                counts.outside += 1;
            }
        }
        Ok(())
    }

    async fn add_likeness(
        &self,
        tally: &Tally,
        counts: &mut BTreeMap<Id<kind::Member>, Counts>,
    ) -> Result<(), JobFault> {
        /// So many are compared at once, so that few names are in memory.
        const AT_ONCE: usize = 500;
        let looks: Vec<Look> = looks_of(tally).collect();
        let digest = |text: &str| self.vault.digest(HOME, text.as_bytes());
        let mut colleagues: BTreeMap<Id<kind::Member>, BTreeSet<Ends>> = BTreeMap::new();
        for part in looks.chunks(AT_ONCE) {
            let opened: Vec<Opened> = part.iter().map(|look| look.opened.clone()).collect();
            let known = self.around.known(self.vault, &self.actor, &opened).await?;
            for (look, known) in part.iter().zip(&known) {
                let Some(counts) = counts.get_mut(&look.member) else { continue };
                let own = self.names.get(&look.member);
                let colleagues = colleagues.entry(look.member).or_insert_with(|| {
                    self.names.iter().filter(|(id, _)| **id != look.member).map(|(_, name)| name.clone()).collect()
                });
                let homes = self.homes.get(&look.member).map_or(&[][..], Vec::as_slice);
                likeness::add(counts, &Looker { name: own, homes, colleagues }, known, &digest);
            }
        }
        Ok(())
    }

    async fn found<'t>(
        &self,
        day: Date,
        tally: &'t Tally,
        counts: &BTreeMap<Id<kind::Member>, Counts>,
    ) -> Result<Vec<(Id<kind::Member>, &'t Looks, Found)>, JobFault> {
        let days = store::days(&self.staff, days_before(day, USUAL_DAYS), day).await?;
        let week = days_before(day, 6);
        let mut found = Vec::new();
        for (id, looks) in &tally.members {
            let Some(counts) = counts.get(id) else { continue };
            let duties = self.workers.get(id).map_or("", |worker| worker.duties.as_str());
            let history = history(&days, *id, duties, week);
            found.extend(
                rules::findings(counts, &history, &self.thresholds).into_iter().map(|found| (*id, looks, found)),
            );
        }
        Ok(found)
    }
}

fn looks_of(tally: &Tally) -> impl Iterator<Item = Look> {
    tally.members.iter().flat_map(|(member, looks)| {
        let agency = looks.agency.parse().ok();
        looks
            .opened
            .keys()
            .filter_map(move |opened| Some(Look { member: *member, agency: agency?, opened: opened.clone() }))
    })
}

fn history(days: &[KeptDay], member: Id<kind::Member>, duties: &str, week: Date) -> History {
    let own = days.iter().filter(|day| day.member == member);
    History {
        own: own.clone().map(|day| day.counts).collect(),
        peers: days
            .iter()
            .filter(|day| day.member != member && day.duties == duties)
            .map(|day| day.counts.opened)
            .collect(),
        emergencies: own.filter(|day| day.day >= week).map(|day| day.counts.emergencies).sum(),
    }
}
