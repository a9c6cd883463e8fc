//! The SQL of moments.

use std::collections::BTreeMap;

use base::{Code, Id, SignedDuration, Timestamp, kind};
use vault::{Change, FromRow, Held, Permit, Reader, Row, StoreError, Value, params};

use super::{Closing, Merged, Moment, Pause, Reached, State};
use crate::moment_type::MomentType;

macro_rules! columns {
    () => {
        "id, moment_type, record, origin, person, controller, category, role, event_at, due_at, paused_micros, state, \
         paused_why, paused_by, paused_since, first_contact, first_contact_at, contact_outcome, agreed, closed_at, \
         closed_reason, closed_by, merged_into, merged_at, age_band, sex, ethnicity, area, district, assigned_to, \
         raised_at, held_at, changes"
    };
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM moment WHERE id = $1");
const BY_IDS: &str = concat!("SELECT ", columns!(), " FROM moment WHERE id IN ({in})");
const BY_ORIGIN: &str = concat!("SELECT ", columns!(), " FROM moment WHERE origin IN ({in})");
const OF_PERSON: &str = concat!("SELECT ", columns!(), " FROM moment WHERE person = $1 ORDER BY event_at DESC, id");
const MERGED_INTO: &str = concat!("SELECT ", columns!(), " FROM moment WHERE merged_into = $1 ORDER BY event_at, id");
// Where there is a limit, what the permit doesn't cover is left out before it, so that a page is a whole page.
const AFTER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM moment WHERE id > $1 AND controller || ' ' || category IN ({in}) ORDER BY id LIMIT $2"
);
// Of every one that waits only what says in whose list it is; what is shown of a page's moments is read by their ids.
// `WHERE waiting`, not a bound value: that is what the index moment_queue stands on.
const WAITING: &str = "SELECT id, moment_type, controller, category, due_at, state, assigned_to, district, raised_at, held_at \
     FROM moment WHERE waiting AND controller || ' ' || category IN ({in}) ORDER BY due_at, id LIMIT $1";
const CONTACTED_OF: &str = "SELECT id, moment_type, controller, category, due_at, state, assigned_to, district, raised_at, held_at \
     FROM moment WHERE assigned_to = $1 AND state = 'contacted' ORDER BY first_contact_at, id LIMIT $2";
const DUE_FOR_CHECK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM moment WHERE next_check_at <= $1 AND controller || ' ' || category IN ({in}) ORDER BY next_check_at, id LIMIT $2"
);
const SAVE: &str = "UPDATE moment SET record = $3, event_at = $4, due_at = $5, paused_micros = $6, state = $7, \
     waiting = $8, paused_why = $9, paused_by = $10, paused_since = $11, first_contact = $12, first_contact_at = $13, \
     contact_outcome = $14, agreed = $15, in_time = $16, closed_at = $17, closed_reason = $18, closed_by = $19, \
     merged_into = $20, merged_at = $21, assigned_to = $22, next_check_at = $23, person = $24, held_at = $25, changes = changes + 1 \
     WHERE id = $1 AND changes = $2";

impl Held for Moment {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for Moment {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            moment_type: row.parse("moment_type")?,
            record: row.id("record")?,
            origin: row.text("origin")?,
            person: row.opt_parse("person")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            role: row.text("role")?,
            event_at: row.time("event_at")?,
            due_at: row.time("due_at")?,
            paused_for: SignedDuration::from_micros(row.int("paused_micros")?),
            state: state(row)?,
            assigned_to: row.opt_parse("assigned_to")?,
            raised_at: row.time("raised_at")?,
            held_at: row.opt_time("held_at")?,
            age_band: row.parse("age_band")?,
            sex: row.parse("sex")?,
            ethnicity: row.parse("ethnicity")?,
            area: row.opt_text("area")?,
            district: row.opt_text("district")?,
            changes: row.int("changes")?,
        })
    }
}

/// A moment of the queue: as much of it as says in whose list it is.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Which.
    pub id: Id<kind::Moment>,
    /// Its type.
    pub moment_type: Code,
    /// When its time is up.
    pub due_at: Timestamp,
    /// Whether its clock runs.
    pub is_open: bool,
    /// Whether its clock runs or stands still.
    pub is_waiting: bool,
    /// Whose it is.
    pub assigned_to: Option<Id<kind::Member>>,
    /// Where.
    pub district: Option<String>,
    raised_at: Timestamp,
    held_at: Option<Timestamp>,
    controller: Id<kind::Agency>,
    category: Code,
}

impl Listed {
    /// Whether its time is up, and somebody here could have met it: not where the record says that it was held, nor where it
    /// reached us too late.
    #[must_use]
    pub fn is_breached(&self, now: Timestamp) -> bool {
        self.is_past(now) && !super::came_late(self.raised_at, self.due_at)
    }

    /// Whether its time ran out before it reached us.
    #[must_use]
    pub fn came_late(&self, now: Timestamp) -> bool {
        self.is_past(now) && super::came_late(self.raised_at, self.due_at)
    }

    fn is_past(&self, now: Timestamp) -> bool {
        self.is_open && now >= self.due_at && !super::says_held_in_time(self.held_at, self.due_at)
    }
}

impl Held for Listed {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let state = row.text("state")?;
        Ok(Self {
            id: row.id("id")?,
            moment_type: row.parse("moment_type")?,
            due_at: row.time("due_at")?,
            is_open: state == "open",
            is_waiting: state == "open" || state == "paused",
            assigned_to: row.opt_parse("assigned_to")?,
            district: row.opt_text("district")?,
            raised_at: row.time("raised_at")?,
            held_at: row.opt_time("held_at")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

fn state(row: &Row) -> Result<State, StoreError> {
    Ok(match row.text("state")?.as_str() {
        "open" => State::Open,
        "paused" => State::Paused(Pause {
            why: row.parse("paused_why")?,
            by: row.id("paused_by")?,
            since: row.time("paused_since")?,
        }),
        "contacted" => State::Contacted(reached(row)?),
        "closed" => State::Closed(Closing {
            reason: row.parse("closed_reason")?,
            by: row.id("closed_by")?,
            at: row.time("closed_at")?,
            reached: row.opt_text("first_contact")?.map(|_| reached(row)).transpose()?,
        }),
        "merged" => State::Merged(Merged { into: row.id("merged_into")?, at: row.time("merged_at")? }),
        _ => {
            return Err(StoreError::BadValue {
                column: "state".to_owned(),
                problem: "not a state of a moment".to_owned(),
            });
        }
    })
}

fn reached(row: &Row) -> Result<Reached, StoreError> {
    Ok(Reached {
        contact: row.id("first_contact")?,
        at: row.time("first_contact_at")?,
        how: row.parse("contact_outcome")?,
        agreed: row.parse("agreed")?,
    })
}

fn state_code(state: &State) -> &'static str {
    match state {
        State::Open => "open",
        State::Paused(_) => "paused",
        State::Contacted(_) => "contacted",
        State::Closed(_) => "closed",
        State::Merged(_) => "merged",
    }
}

/// When something is next to be looked at: a step of escalation that lies ahead of `after`. None once it isn't open.
pub(crate) fn next_check(moment: &Moment, rules: Option<&MomentType>, after: Timestamp) -> Option<Timestamp> {
    if moment.state != State::Open {
        return None;
    }
    let steps = rules?
        .escalate
        .iter()
        .filter(|one| moment.escalates(one.step))
        .map(|one| MomentType::step_at(one.step, moment.raised_at, moment.due_at));
    steps.filter(|at| *at > after).min()
}

/// A column that says how they were reached goes by the contact's code.
fn saved(moment: &Moment, next_check_at: Option<Timestamp>) -> Vec<Value> {
    let paused = match &moment.state {
        State::Paused(pause) => Some(pause),
        _ => None,
    };
    let closed = match &moment.state {
        State::Closed(closing) => Some(closing),
        _ => None,
    };
    let merged = match &moment.state {
        State::Merged(merged) => Some(merged),
        _ => None,
    };
    let reached = moment.reached();
    params![
        moment.id,
        moment.changes,
        moment.record,
        moment.event_at,
        moment.due_at,
        i64::try_from(moment.paused_for.as_micros()).unwrap_or(i64::MAX),
        state_code(&moment.state),
        moment.is_waiting(),
        paused.map(|pause| pause.why.code()).map(str::to_owned),
        paused.map(|pause| pause.by),
        paused.map(|pause| pause.since),
        reached.map(|reached| reached.contact),
        reached.map(|reached| reached.at),
        reached.map(|reached| reached.how.code()).map(str::to_owned),
        reached.map(|reached| reached.agreed.code()).map(str::to_owned),
        moment.in_time(),
        closed.map(|closing| closing.at),
        closed.map(|closing| closing.reason.code()).map(str::to_owned),
        closed.map(|closing| closing.by),
        merged.map(|merged| merged.into),
        merged.map(|merged| merged.at),
        moment.assigned_to,
        next_check_at,
        moment.person,
        moment.held_at,
    ]
}

/// One moment, where the permit covers it.
pub(crate) async fn by_id(reader: &Reader, id: Id<kind::Moment>) -> Result<Option<Moment>, StoreError> {
    reader.first(BY_ID, params![id]).await
}

/// Moments by their ids, as far as the permit covers them.
pub(crate) async fn by_ids(reader: &Reader, ids: &[Id<kind::Moment>]) -> Result<Vec<Moment>, StoreError> {
    let keys: Vec<Value> = ids.iter().map(|id| Value::Text(Some(id.to_string()))).collect();
    reader.rows_in(BY_IDS, params![], &keys).await
}

/// One moment inside a change, where the change's permit covers it.
pub(crate) async fn for_change(change: &Change, id: Id<kind::Moment>) -> Result<Option<Moment>, StoreError> {
    Ok(change.rows_held(BY_ID, params![id]).await?.into_iter().next())
}

/// Moments by their ids, inside a change.
pub(crate) async fn many_for_change(change: &Change, ids: &[Id<kind::Moment>]) -> Result<Vec<Moment>, StoreError> {
    let keys: Vec<Value> = ids.iter().map(|id| Value::Text(Some(id.to_string()))).collect();
    change.rows_held_in(BY_IDS, params![], &keys).await
}

/// Moments by the origin of their record, inside a change.
pub(crate) async fn by_origins(change: &Change, origins: &[String]) -> Result<Vec<Moment>, StoreError> {
    let keys: Vec<Value> = origins.iter().map(|origin| Value::Text(Some(origin.clone()))).collect();
    change.rows_held_in(BY_ORIGIN, params![], &keys).await
}

/// All moments of a person, newest first.
pub(crate) async fn of_person(reader: &Reader, person: Id<kind::Person>) -> Result<Vec<Moment>, StoreError> {
    reader.rows(OF_PERSON, params![person]).await
}

/// The moments that became one with this one.
pub(crate) async fn merged_into(reader: &Reader, id: Id<kind::Moment>) -> Result<Vec<Moment>, StoreError> {
    reader.rows(MERGED_INTO, params![id]).await
}

/// All moments in the order of their ids, so many after one.
pub(crate) async fn page_after(reader: &Reader, after: &str, limit: u32) -> Result<Vec<Moment>, StoreError> {
    reader.rows_in(AFTER, params![after, limit], &covered(reader.permit())).await
}

/// What a permit covers, as statements compare it.
pub(crate) fn covered(permit: &Permit) -> Vec<Value> {
    let key = |grant: &vault::Grant| Value::Text(Some(format!("{} {}", grant.facet.controller, grant.facet.category)));
    permit.grants().iter().map(key).collect()
}

/// The moments whose clock runs or stands still, the most urgent first.
pub(crate) async fn waiting(reader: &Reader, limit: u32) -> Result<Vec<Listed>, StoreError> {
    reader.rows_in(WAITING, params![limit], &covered(reader.permit())).await
}

/// The moments of a member that were reached and are not over.
pub(crate) async fn contacted_of(
    reader: &Reader,
    member: Id<kind::Member>,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    reader.rows(CONTACTED_OF, params![member, limit]).await
}

/// The moments of which a step of escalation is due, inside a change.
pub(crate) async fn due_for_check(
    change: &Change,
    permit: &Permit,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Moment>, StoreError> {
    change.rows_held_in(DUE_FOR_CHECK, params![now, limit], &covered(permit)).await
}

/// Writes a moment back. `false` where somebody else changed it meanwhile; nothing was written then.
pub(crate) async fn save(change: &mut Change, moment: &Moment, rules: Option<&MomentType>) -> Result<bool, StoreError> {
    let next = next_check(moment, rules, Timestamp::EPOCH);
    if let Some(at) = next {
        crate::escalation::watch_at(change, at).await?;
    }
    save_with_check(change, moment, next).await
}

/// As [`save`], where the caller knows when it is next to be looked at.
pub(crate) async fn save_with_check(
    change: &mut Change,
    moment: &Moment,
    next_check_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let saved = change.execute(SAVE, saved(moment, next_check_at)).await? == 1;
    if saved && (moment.state != State::Open || moment.assigned_to.is_some()) {
        crate::escalation::store::settle(change, moment).await?;
    }
    Ok(saved)
}

/// Hands the person of a moment on to its contacts and referrals.
pub(crate) async fn name_person(change: &mut Change, moment: &Moment) -> Result<(), StoreError> {
    change.execute("UPDATE contact SET person = $2 WHERE moment = $1", params![moment.id, moment.person]).await?;
    change.execute("UPDATE referral SET person = $2 WHERE moment = $1", params![moment.id, moment.person]).await?;
    Ok(())
}

/// Inserts new moments; those whose origin and type are known already stay as they are. Gives how many were new.
pub(crate) async fn insert(change: &mut Change, moments: &[(Moment, Option<Timestamp>)]) -> Result<u64, StoreError> {
    const COLUMNS: &[&str] = &[
        "id",
        "moment_type",
        "record",
        "origin",
        "person",
        "controller",
        "category",
        "role",
        "event_at",
        "due_at",
        "state",
        "waiting",
        "age_band",
        "sex",
        "ethnicity",
        "area",
        "district",
        "raised_at",
        "held_at",
        "next_check_at",
    ];
    let rows = moments.iter().map(|(moment, next_check_at)| {
        params![
            moment.id,
            &moment.moment_type,
            moment.record,
            &moment.origin,
            moment.person,
            moment.controller,
            &moment.category,
            &moment.role,
            moment.event_at,
            moment.due_at,
            state_code(&moment.state),
            moment.is_waiting(),
            moment.age_band.as_str(),
            moment.sex.as_str(),
            moment.ethnicity.as_str(),
            moment.area.clone(),
            moment.district.clone(),
            moment.raised_at,
            moment.held_at,
            *next_check_at,
        ]
    });
    change.insert_many("moment", COLUMNS, rows.collect(), "ON CONFLICT (origin, moment_type) DO NOTHING").await
}

/// Counts what raised nothing, once for a batch.
pub(crate) async fn count_not_raised(
    change: &mut Change,
    batch: &str,
    counts: &BTreeMap<(Code, &'static str), u64>,
) -> Result<(), StoreError> {
    let rows = counts.iter().map(|((moment_type, why), n)| params![batch, moment_type, *why, *n]).collect();
    change
        .insert_many(
            "moment_not_raised",
            &["batch", "moment_type", "why", "n"],
            rows,
            "ON CONFLICT (batch, moment_type, why) DO NOTHING",
        )
        .await?;
    Ok(())
}
