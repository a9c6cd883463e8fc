//! The SQL of unusual access. Tables about those who work here, and counts; none about people.

use std::collections::BTreeMap;

use base::{Date, Id, Timestamp, kind};
use vault::{Change, FromRow, Row, Staff, StoreError, params};

use super::{
    Finding, Rule, State,
    rules::{Counts, Found},
    tally::{Counted, LogLine, Looks},
};

/// So many entries are read at once.
pub(super) const PAGE: u64 = 2_000;

const ENTRIES: &str = "SELECT position, at, actor_kind, actor, agency, verb, scope_kind, scope, purpose, allowed, inputs \
     FROM audit_entry WHERE position >= $1 AND position < $2 ORDER BY position LIMIT $3";
const FROM_TIME: &str = "SELECT position AS n FROM audit_entry WHERE at >= $1 ORDER BY at, position LIMIT 1";
const END: &str = "SELECT COALESCE(MAX(position) + 1, 0) AS n FROM audit_entry";

impl FromRow for LogLine {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            position: row.count("position")?,
            at: row.time("at")?,
            actor_kind: row.text("actor_kind")?,
            actor: row.text("actor")?,
            agency: row.opt_text("agency")?,
            verb: row.text("verb")?,
            scope_kind: row.text("scope_kind")?,
            scope: row.opt_text("scope")?,
            purpose: row.text("purpose")?,
            allowed: row.bool("allowed")?,
            inputs: row.text("inputs")?,
        })
    }
}

struct Number(u64);

impl FromRow for Number {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("n").map(Self)
    }
}

/// The positions, from and until, that hold every entry of a stretch of time. Entries lie nearly in the order of their times: a change
/// carries the time of its beginning, at most a moment before it is written.
pub(super) async fn positions(staff: &Staff, from: Timestamp, until: Timestamp) -> Result<(u64, u64), StoreError> {
    const SLACK: u64 = 500;
    let end: Option<Number> = staff.first(END, params![]).await?;
    let end = end.map_or(0, |number| number.0);
    let at = async |time: Timestamp| {
        let found: Option<Number> = staff.first(FROM_TIME, params![time]).await?;
        Ok::<u64, StoreError>(found.map_or(end, |number| number.0))
    };
    Ok((at(from).await?.saturating_sub(SLACK), (at(until).await? + SLACK).min(end)))
}

pub(super) async fn entries(staff: &Staff, from: u64, until: u64) -> Result<Vec<LogLine>, StoreError> {
    staff.rows(ENTRIES, params![from, until, PAGE]).await
}

struct Text(String);

impl FromRow for Text {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("value").map(Self)
    }
}

/// The last whole day that was looked at.
pub(crate) async fn watched_until(staff: &Staff) -> Result<Option<Date>, StoreError> {
    let set: Option<Text> =
        staff.first("SELECT value FROM setting WHERE name = 'unusual_watched_until'", params![]).await?;
    Ok(set.and_then(|set| set.0.parse().ok()))
}

pub(super) async fn set_watched_until(change: &mut Change, day: Date) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO setting (name, value) VALUES ('unusual_watched_until', $1) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    change.execute(SQL, params![day.to_string()]).await?;
    Ok(())
}

/// A member as questions need them.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    pub id: Id<kind::Member>,
    pub name: String,
    pub agency: Id<kind::Agency>,
    pub active: bool,
    pub line_manager: Option<Id<kind::Member>>,
    pub home: Option<String>,
    /// Sorted, apart by spaces.
    pub duties: String,
}

struct WorkerRow(Worker, Option<String>);

impl FromRow for WorkerRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let worker = Worker {
            id: row.id("id")?,
            name: row.text("name")?,
            agency: row.id("agency")?,
            active: row.bool("active")?,
            line_manager: row.opt_parse("line_manager")?,
            home: row.opt_text("home_digest")?,
            duties: String::new(),
        };
        Ok(Self(worker, row.opt_text("duty")?))
    }
}

/// Everybody who works here.
pub(crate) async fn workers(staff: &Staff) -> Result<BTreeMap<Id<kind::Member>, Worker>, StoreError> {
    const SQL: &str = "SELECT m.id, m.name, m.agency, m.active, m.line_manager, m.home_digest, d.duty FROM member m \
         LEFT JOIN member_duty d ON d.member = m.id ORDER BY m.id, d.duty";
    let rows: Vec<WorkerRow> = staff.rows(SQL, params![]).await?;
    let mut workers: BTreeMap<Id<kind::Member>, Worker> = BTreeMap::new();
    for WorkerRow(worker, duty) in rows {
        let kept = workers.entry(worker.id).or_insert(worker);
        if let Some(duty) = duty {
            if !kept.duties.is_empty() {
                kept.duties.push(' ');
            }
            kept.duties.push_str(&duty);
        }
    }
    Ok(workers)
}

struct Home(Id<kind::Member>, String);

impl FromRow for Home {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.id("member")?, row.text("digest")?))
    }
}

/// The digests of every postcode that each member gave: the one that counts, and those that they took back not long before.
pub(super) async fn homes(staff: &Staff) -> Result<BTreeMap<Id<kind::Member>, Vec<String>>, StoreError> {
    const SQL: &str = "SELECT id AS member, home_digest AS digest FROM member WHERE home_digest IS NOT NULL \
         UNION SELECT member, digest FROM member_home_before ORDER BY 1, 2";
    let mut homes: BTreeMap<Id<kind::Member>, Vec<String>> = BTreeMap::new();
    for Home(member, digest) in staff.rows(SQL, params![]).await? {
        homes.entry(member).or_default().push(digest);
    }
    Ok(homes)
}

/// A member’s day as it was kept.
pub(super) struct KeptDay {
    pub member: Id<kind::Member>,
    pub day: Date,
    pub duties: String,
    pub counts: Counts,
}

impl FromRow for KeptDay {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            member: row.id("member")?,
            day: row.parse("day")?,
            duties: row.text("duties")?,
            counts: Counts {
                opened: row.count("opened")?,
                searches: row.count("searches")?,
                outside: row.count("outside")?,
                after_hours: row.count("after_hours")?,
                emergencies: row.count("emergencies")?,
                ..Counts::default()
            },
        })
    }
}

/// Everybody’s days from one until before another.
pub(super) async fn days(staff: &Staff, from: Date, before: Date) -> Result<Vec<KeptDay>, StoreError> {
    const SQL: &str = "SELECT member, day, duties, opened, searches, outside, after_hours, emergencies FROM looking_day \
         WHERE day >= $1 AND day < $2 ORDER BY day, member";
    staff.rows(SQL, params![from.to_string(), before.to_string()]).await
}

/// What was kept of a day is replaced by what was counted now.
pub(super) async fn keep_day(
    change: &mut Change,
    day: Date,
    starts_at: Timestamp,
    members: &[(Id<kind::Member>, &Looks, &str, Counts)],
    counts: &BTreeMap<Counted, u64>,
) -> Result<(), StoreError> {
    const DAY: &[&str] = &[
        "member",
        "day",
        "starts_at",
        "agency",
        "duties",
        "opened",
        "searches",
        "outside",
        "after_hours",
        "emergencies",
        "first_entry",
        "last_entry",
    ];
    const COUNT: &[&str] = &["day", "by_kind", "by_agency", "verb", "purpose", "held_by", "category", "outcome", "n"];
    let text = day.to_string();
    change.execute("DELETE FROM looking_day WHERE day = $1", params![&text]).await?;
    change.execute("DELETE FROM looked_count WHERE day = $1", params![&text]).await?;
    let rows = members.iter().map(|(member, looks, duties, counts)| {
        params![
            *member,
            &text,
            starts_at,
            &looks.agency,
            *duties,
            counts.opened,
            counts.searches,
            counts.outside,
            counts.after_hours,
            counts.emergencies,
            looks.first,
            looks.last
        ]
    });
    change.insert_many("looking_day", DAY, rows.collect(), "").await?;
    let rows = counts.iter().map(|(of, n)| {
        params![&text, &of.by_kind, &of.by_agency, &of.verb, &of.purpose, &of.held_by, &of.category, &of.outcome, *n]
    });
    change.insert_many("looked_count", COUNT, rows.collect(), "").await?;
    Ok(())
}

/// Keeps what stood out, once for each member, day and rule; gives how many were new.
pub(super) async fn keep_findings(
    change: &mut Change,
    day: Date,
    found: &[(Id<kind::Member>, &Looks, Found)],
) -> Result<u64, StoreError> {
    const COLUMNS: &[&str] =
        &["id", "member", "agency", "day", "rule", "seen", "usual", "first_entry", "last_entry", "found_at", "state"];
    let now = change.now();
    let mut rows = Vec::new();
    for (member, looks, found) in found {
        let id: Id<kind::Finding> = change.new_id();
        rows.push(params![
            id,
            *member,
            &looks.agency,
            day.to_string(),
            found.rule.code(),
            found.seen,
            found.usual,
            looks.first,
            looks.last,
            now,
            State::Queued.code()
        ]);
    }
    change.insert_many("unusual_finding", COLUMNS, rows, "ON CONFLICT (member, day, rule) DO NOTHING").await
}

/// Keeps that a member came to a limit: once for each day and limit, with how often. It is the officer's at once.
pub(super) async fn keep_alarm(
    change: &mut Change,
    member: Id<kind::Member>,
    agency: Id<kind::Agency>,
    limit: Rule,
    answer_by: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO unusual_finding (id, member, agency, day, rule, seen, first_entry, last_entry, found_at, state, \
         escalated_at, answer_by) VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $7, 'escalated', $7, $8) \
         ON CONFLICT (member, day, rule) DO UPDATE SET seen = unusual_finding.seen + 1, last_entry = excluded.last_entry";
    // Where this change's own entry will stand.
    let end: Vec<Number> = change.rows(END, params![]).await?;
    let (id, now): (Id<kind::Finding>, _) = (change.new_id(), change.now());
    let (day, entry) = (now.date_in_london().to_string(), end.first().map_or(0, |number| number.0));
    change.execute(SQL, params![id, member, agency, day, limit.code(), entry, now, answer_by]).await?;
    Ok(())
}

macro_rules! of_finding {
    ($rest:literal) => {
        concat!(
            "SELECT id, member, agency, day, rule, seen, usual, first_entry, last_entry, found_at, state, asked_of, asked_at, answer_by, \
             answered_by, answered_at, answer, settled_by, settled_at, settlement FROM unusual_finding ",
            $rest
        )
    };
}

const BY_ID: &str = of_finding!("WHERE id = $1");
const WAITING: &str = of_finding!("WHERE state = 'queued' ORDER BY found_at, id LIMIT 2000");
const LATE: &str = of_finding!("WHERE state = 'asked' AND answer_by <= $1 ORDER BY answer_by, id LIMIT 500");
const OPEN: &str =
    of_finding!("WHERE state IN ('asked', 'escalated', 'no', 'queued') ORDER BY answer_by NULLS LAST, id LIMIT 300");
const OVER: &str =
    of_finding!("WHERE state IN ('yes', 'closed', 'passed_over') ORDER BY found_at DESC, id DESC LIMIT 100");
const OF_ANSWERER: &str = of_finding!(
    "WHERE asked_of = $1 AND member <> $1 ORDER BY CASE state WHEN 'asked' THEN 0 WHEN 'escalated' THEN 1 ELSE 2 END, \
     answer_by NULLS LAST, id DESC LIMIT 100"
);
const OF_MEMBER: &str =
    of_finding!("WHERE member = $1 AND state IN ('yes', 'closed') ORDER BY day DESC, id DESC LIMIT 100");

impl FromRow for Finding {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let state: State = row.parse("state")?;
        let said = match (row.opt_parse("answered_by")?, row.opt_time("answered_at")?, row.opt_text("answer")?) {
            (Some(by), Some(at), Some(words)) => Some((state == State::Yes, by, at, words)),
            _ => None,
        };
        let settled = match (row.opt_parse("settled_by")?, row.opt_time("settled_at")?, row.opt_text("settlement")?) {
            (Some(by), Some(at), Some(words)) => Some((by, at, words)),
            _ => None,
        };
        Ok(Self {
            id: row.id("id")?,
            member: row.id("member")?,
            agency: row.id("agency")?,
            day: row.parse("day")?,
            rule: row.parse("rule")?,
            seen: row.count("seen")?,
            usual: row.opt_int("usual")?.and_then(|usual| u64::try_from(usual).ok()),
            first_entry: row.count("first_entry")?,
            last_entry: row.count("last_entry")?,
            found_at: row.time("found_at")?,
            state,
            asked_of: row.opt_parse("asked_of")?,
            answer_by: row.opt_time("answer_by")?,
            answer: said,
            settled,
        })
    }
}

pub(super) async fn one(staff: &Staff, id: Id<kind::Finding>) -> Result<Option<Finding>, StoreError> {
    staff.first(BY_ID, params![id]).await
}

pub(super) async fn one_in(change: &Change, id: Id<kind::Finding>) -> Result<Option<Finding>, StoreError> {
    Ok(change.rows(BY_ID, params![id]).await?.into_iter().next())
}

/// What waits to be asked, as a change sees it.
pub(super) async fn waiting(change: &Change) -> Result<Vec<Finding>, StoreError> {
    change.rows(WAITING, params![]).await
}

pub(super) async fn late(change: &Change) -> Result<Vec<Finding>, StoreError> {
    change.rows(LATE, params![change.now()]).await
}

/// What still needs somebody, the first due first.
pub(crate) async fn open(staff: &Staff) -> Result<Vec<Finding>, StoreError> {
    staff.rows(OPEN, params![]).await
}

/// What needs nobody any more, the newest first.
pub(crate) async fn over(staff: &Staff) -> Result<Vec<Finding>, StoreError> {
    staff.rows(OVER, params![]).await
}

/// What one member is asked, those that wait first.
pub(crate) async fn of_answerer(staff: &Staff, member: Id<kind::Member>) -> Result<Vec<Finding>, StoreError> {
    staff.rows(OF_ANSWERER, params![member]).await
}

/// What was asked about a member and is over.
pub(crate) async fn about_member(staff: &Staff, member: Id<kind::Member>) -> Result<Vec<Finding>, StoreError> {
    staff.rows(OF_MEMBER, params![member]).await
}

/// How many new questions each answerer was asked since then.
pub(super) async fn asked_since(
    change: &Change,
    since: Timestamp,
) -> Result<BTreeMap<Id<kind::Member>, u64>, StoreError> {
    struct Asked(Id<kind::Member>, u64);
    impl FromRow for Asked {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.id("asked_of")?, row.count("n")?))
        }
    }
    const SQL: &str = "SELECT asked_of, COUNT(*) AS n FROM unusual_finding WHERE asked_of IS NOT NULL AND asked_at >= $1 GROUP BY asked_of";
    let rows: Vec<Asked> = change.rows(SQL, params![since]).await?;
    Ok(rows.into_iter().map(|Asked(member, n)| (member, n)).collect())
}

/// Whether the same was asked of the same member on other days since then, and is open or was part of the work.
pub(super) async fn asked_before(change: &Change, of: &Finding, since: Timestamp) -> Result<bool, StoreError> {
    struct Seen;
    impl FromRow for Seen {
        fn from_row(_: &Row) -> Result<Self, StoreError> {
            Ok(Self)
        }
    }
    const SQL: &str = "SELECT id FROM unusual_finding WHERE member = $1 AND rule = $2 AND id <> $3 AND found_at >= $4 \
         AND state IN ('asked', 'escalated', 'yes') LIMIT 1";
    let rows: Vec<Seen> = change.rows(SQL, params![of.member, of.rule.code(), of.id, since]).await?;
    Ok(!rows.is_empty())
}

/// Asks somebody, or, where there is nobody to ask, the officer.
pub(super) async fn put(
    change: &mut Change,
    id: Id<kind::Finding>,
    of: Option<Id<kind::Member>>,
    answer_by: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE unusual_finding SET state = $2, asked_of = $3, asked_at = $4, answer_by = $5, escalated_at = $6 \
         WHERE id = $1 AND state = 'queued'";
    let now = change.now();
    let (state, escalated) = if of.is_some() { (State::Asked, None) } else { (State::Escalated, Some(now)) };
    change.execute(SQL, params![id, state.code(), of, now, answer_by, escalated]).await?;
    Ok(())
}

/// Marks a question as not to be asked.
pub(super) async fn pass_over(change: &mut Change, id: Id<kind::Finding>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE unusual_finding SET state = 'passed_over' WHERE id = $1 AND state = 'queued'";
    change.execute(SQL, params![id]).await?;
    Ok(())
}

/// Gives a question that was not answered in time to the officer.
pub(super) async fn escalate(change: &mut Change, id: Id<kind::Finding>) -> Result<(), StoreError> {
    const SQL: &str =
        "UPDATE unusual_finding SET state = 'escalated', escalated_at = $2 WHERE id = $1 AND state = 'asked'";
    let now = change.now();
    change.execute(SQL, params![id, now]).await?;
    Ok(())
}

/// Writes an answer; false where there is one.
pub(super) async fn answer(
    change: &mut Change,
    id: Id<kind::Finding>,
    by: Id<kind::Member>,
    state: State,
    words: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE unusual_finding SET state = $2, answered_by = $3, answered_at = $4, answer = $5 \
         WHERE id = $1 AND state IN ('asked', 'escalated')";
    let now = change.now();
    Ok(change.execute(SQL, params![id, state.code(), by, now, words]).await? == 1)
}

/// Writes what the officer did; false where it waits for nothing.
pub(super) async fn settle(
    change: &mut Change,
    id: Id<kind::Finding>,
    by: Id<kind::Member>,
    words: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE unusual_finding SET state = 'closed', settled_by = $2, settled_at = $3, settlement = $4 \
         WHERE id = $1 AND state = 'no'";
    let now = change.now();
    Ok(change.execute(SQL, params![id, by, now, words]).await? == 1)
}

/// About whom a standing decision or an emergency lets these members look now or did since then: (member, reference).
pub(super) async fn standing(staff: &Staff, since: Timestamp) -> Result<Vec<(Id<kind::Member>, String)>, StoreError> {
    struct Standing(Id<kind::Member>, String);
    impl FromRow for Standing {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.id("member")?, row.text("about")?))
        }
    }
    const SQL: &str = "SELECT DISTINCT member, about FROM standing_grant WHERE ends_at >= $1 ORDER BY member, about";
    let rows: Vec<Standing> = staff.rows(SQL, params![since]).await?;
    Ok(rows.into_iter().map(|Standing(member, about)| (member, about)).collect())
}
