//! The job `raise_moments`: accepted records raise moments, each type once for a record, however often the job runs and
//! wherever it is killed. A new version of a record corrects the clock of its moment.

use std::collections::BTreeMap;

use async_trait::async_trait;
use base::{AgeBand, Code, EthnicGroup, Id, Postcode, Sex, SignedDuration, Timestamp, code, kind};
use serde_json::{Map, Value, json};
use vault::{
    Announcement, Ask, Cause, Change, Operation, Permit, Purpose, Scope, StoreError, Vault, Verb,
    jobs::{Handler, Job, JobFault},
};

use super::{Moment, State, store};
use crate::{
    escalation,
    moment_type::{Happening, MomentType, MomentTypes, Verdict, types},
    neighbours,
};

/// How many records go into one change, so that it stays short.
const BATCH: usize = 200;

/// An accepted record, as this job needs it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The record.
    pub record: Id<kind::Record>,
    /// Its feed and the source's own id.
    pub origin: String,
    /// Its controller.
    pub controller: Id<kind::Agency>,
    /// Its category.
    pub category: Code,
    /// When it happened.
    pub event_at: Option<Timestamp>,
    /// Its fields.
    pub body: Map<String, Value>,
}

/// Where a postcode lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The code of the small area.
    pub area: String,
    /// The name of its district.
    pub district: String,
}

/// Knows where postcodes lie.
#[async_trait]
pub trait Places: Send + Sync {
    /// The places of these postcodes, by their canonical text; those that nobody knows are left out.
    ///
    /// # Errors
    /// The database's.
    async fn places_of(&self, vault: &Vault, postcodes: &[Postcode]) -> Result<BTreeMap<String, Place>, StoreError>;
}

/// What became of a batch of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RaiseReport {
    /// New moments.
    pub raised: u64,
    /// Moments whose record came in a new version.
    pub corrected: u64,
    /// Records that suited a type but raised nothing, by type and reason.
    pub not_raised: BTreeMap<(Code, &'static str), u64>,
}

/// The job `raise_moments`.
pub struct RaiseMoments<P> {
    places: P,
    horizon_days: Option<u32>,
}

impl<P: Places> RaiseMoments<P> {
    /// With what is known of places.
    pub fn new(places: P) -> Self {
        Self { places, horizon_days: None }
    }

    /// With another horizon than the types' own: for the demo's history.
    #[must_use]
    pub fn with_history(mut self, days: u32) -> Self {
        self.horizon_days = Some(days);
        self
    }
}

#[async_trait]
impl<P: Places> Handler for RaiseMoments<P> {
    fn kind(&self) -> &'static str {
        "raise_moments"
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let category: Code = job.text("category")?.parse().map_err(|error| JobFault::Hopeless(format!("{error}")))?;
        if !types().categories().contains(&category) {
            return Ok(());
        }
        let delivery: Id<kind::Delivery> =
            job.text("delivery")?.parse().map_err(|error| JobFault::Hopeless(format!("{error}")))?;
        let line = |key: &str| job.payload.get(key).and_then(Value::as_u64).unwrap_or_default();
        let (from, to) = (line("from_line"), line("to_line"));
        let permit = vault
            .permit(Ask {
                actor: job.actor()?,
                verb: Verb::Record,
                scope: Scope::of("delivery", delivery),
                purpose: Purpose::Support,
                facets: share::api::facets(&vault.book(), &[category]).await?,
                facts: BTreeMap::new(),
            })
            .await?;
        let reader = vault.read(&permit)?;
        let incoming = neighbours::records_between(&reader, delivery, from, to).await?;
        for (n, part) in incoming.chunks(BATCH).enumerate() {
            let batch = format!("{delivery}:{from}-{to}:{n}");
            raise(vault, &permit, &batch, part, &self.places, types(), self.horizon_days).await?;
        }
        Ok(())
    }
}

/// Raises the moments of one batch of records, in one change.
///
/// # Errors
/// The database's; nothing was changed then.
pub async fn raise(
    vault: &Vault,
    permit: &Permit,
    batch: &str,
    incoming: &[Incoming],
    places: &dyn Places,
    types: &MomentTypes,
    horizon_days: Option<u32>,
) -> Result<RaiseReport, StoreError> {
    let mut report = RaiseReport::default();
    let found = suited(incoming, types, vault.now(), horizon_days, &mut report);
    if found.is_empty() && report.not_raised.is_empty() {
        return Ok(report);
    }
    let postcodes: Vec<Postcode> = found.iter().filter_map(|one| home(&one.record.body)).collect();
    let known = places.places_of(vault, &postcodes).await?;
    let place_of = |one: &Suited<'_>| home(&one.record.body).and_then(|home| known.get(home.as_str()).cloned());
    let placed = found.into_iter().map(|one| (place_of(&one), one)).collect();
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: Purpose::Support,
        operation: Operation::Alteration,
        act: code!("moments_raised"),
        scope: permit.scope().clone(),
    };
    let mut change = vault.change_under(permit, cause).await?;
    write(&mut change, placed, &mut report).await?;
    store::count_not_raised(&mut change, batch, &report.not_raised).await?;
    change.note("raised", report.raised);
    change.note("corrected", report.corrected);
    change.commit().await?;
    Ok(report)
}

struct Suited<'a> {
    record: &'a Incoming,
    rules: &'a MomentType,
    from: Timestamp,
    due: Timestamp,
    held: Option<Timestamp>,
}

fn suited<'a>(
    incoming: &'a [Incoming],
    types: &'a MomentTypes,
    now: Timestamp,
    horizon_days: Option<u32>,
    report: &mut RaiseReport,
) -> Vec<Suited<'a>> {
    let mut found: BTreeMap<(&str, &Code), Suited<'a>> = BTreeMap::new();
    for record in incoming {
        let happening = Happening { category: &record.category, event_at: record.event_at, body: &record.body };
        for rules in types.iter() {
            let why = match rules.verdict(&happening, now, horizon_days.unwrap_or(rules.horizon_days)) {
                Verdict::Raises { from, due } => {
                    // Of two versions in one batch the later counts: lines come in order.
                    let held = rules.held_at(&happening, from, now);
                    found.insert((&record.origin, &rules.code), Suited { record, rules, from, due, held });
                    continue;
                }
                Verdict::AnotherMatter => continue,
                Verdict::OutsideAges => "outside_ages",
                Verdict::NotStarted => "not_started",
                Verdict::TooLongAgo => "too_long_ago",
            };
            *report.not_raised.entry((rules.code.clone(), why)).or_default() += 1;
        }
    }
    found.into_values().collect()
}

fn home(body: &Map<String, Value>) -> Option<Postcode> {
    body.get("postcode").and_then(Value::as_str)?.parse().ok()
}

async fn write(
    change: &mut Change,
    placed: Vec<(Option<Place>, Suited<'_>)>,
    report: &mut RaiseReport,
) -> Result<(), StoreError> {
    let origins: Vec<String> = placed.iter().map(|(_, one)| one.record.origin.clone()).collect();
    let known = store::by_origins(change, &origins).await?;
    let mut new = Vec::new();
    for (place, one) in placed {
        let same = |moment: &&Moment| moment.origin == one.record.origin && moment.moment_type == one.rules.code;
        match known.iter().find(same) {
            Some(moment) => report.corrected += u64::from(correct(change, moment, &one).await?),
            None if one.rules.districts.is_empty() || in_districts(one.rules, place.as_ref()) => {
                let moment = moment_of(change, &one, place);
                let next = store::next_check(&moment, Some(one.rules), Timestamp::EPOCH);
                new.push((moment, next));
            }
            None => *report.not_raised.entry((one.rules.code.clone(), "another_district")).or_default() += 1,
        }
    }
    report.raised = store::insert(change, &new).await?;
    for (moment, _) in &new {
        let payload = json!({ "moment": moment.id.to_string() });
        change.announce(&Announcement { topic: "moment_raised", payload }).await?;
    }
    if let Some(first) = new.iter().filter_map(|(_, next)| *next).min() {
        escalation::watch_at(change, first).await?;
    }
    Ok(())
}

fn in_districts(rules: &MomentType, place: Option<&Place>) -> bool {
    // A place that isn't known is no reason to leave a child out.
    place.is_none_or(|place| rules.districts.contains(&place.district))
}

/// A newer version of the record sets the clock anew, unless the moment is over. Ids of records ascend with time.
async fn correct(change: &mut Change, known: &Moment, one: &Suited<'_>) -> Result<bool, StoreError> {
    if one.record.record <= known.record || matches!(known.state, State::Closed(_)) {
        return Ok(false);
    }
    let mut moment = known.clone();
    moment.correct(one.record.record, one.from, one.due);
    moment.held_at = one.held;
    store::save(change, &moment, Some(one.rules)).await
}

fn moment_of(change: &Change, one: &Suited<'_>, place: Option<Place>) -> Moment {
    let record = one.record;
    let happening = Happening { category: &record.category, event_at: record.event_at, body: &record.body };
    let (area, district) = place.map(|place| (place.area, place.district)).unzip();
    Moment {
        id: change.new_id(),
        moment_type: one.rules.code.clone(),
        record: record.record,
        origin: record.origin.clone(),
        person: None,
        controller: record.controller,
        category: record.category.clone(),
        role: happening.text("role").to_owned(),
        event_at: one.from,
        due_at: one.due,
        paused_for: SignedDuration::ZERO,
        state: State::Open,
        assigned_to: None,
        raised_at: change.now(),
        held_at: one.held,
        age_band: AgeBand::of(happening.age_on(one.from.date_in_london())),
        sex: happening.text("sex").parse().unwrap_or(Sex::NotKnown),
        ethnicity: happening.text("ethnicity").parse().unwrap_or(EthnicGroup::NotStated),
        area,
        district,
        changes: 0,
    }
}
