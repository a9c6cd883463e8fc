//! The board's one statement against counting moments one by one, in every state that they can be in.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, Random, SignedDuration, Timestamp, code, counts, counts::Count, kind};
use learn::board::{
    Breakdown, Period,
    closing::{Closed, Quarters},
    store,
};
use vault::{
    Actor, Ask, Cause, Facet, Operation, Permit, Published, Purpose, Scope, Verb, params,
    testing::{Bench, both},
};

const DAY: i64 = 86_400_000_000;

/// A moment as the board looks at it.
pub(crate) struct Seen {
    kind: &'static str,
    age: &'static str,
    sex: &'static str,
    ethnicity: &'static str,
    controller: Id<kind::Agency>,
    event_at: i64,
    due_at: i64,
    raised_at: i64,
    state: &'static str,
    agreed: Option<&'static str>,
    in_time: Option<bool>,
}

impl Seen {
    fn waits(&self) -> bool {
        matches!(self.state, "open" | "paused")
    }

    fn clock(&self, now: i64) -> &'static str {
        match self.in_time {
            None if self.waits() && self.due_at >= now => "open",
            None if !self.waits() => "no_answer_needed",
            Some(true) => "in_time",
            _ if self.raised_at > self.due_at => "came_late",
            None => "open_late",
            Some(false) => "late",
        }
    }

    fn outcome(&self, now: i64) -> Option<&'static str> {
        let ended = self.agreed.is_some() || self.in_time.is_some() || (self.waits() && self.due_at < now);
        ended.then_some(match self.agreed {
            Some("yes") => "agreed",
            Some(_) => "reached",
            None => "not_reached",
        })
    }
}

/// Moments in every state, of two agencies, over three years.
fn moments(now: i64, random: &Random, agencies: [Id<kind::Agency>; 2]) -> Vec<Seen> {
    let any = |of: &[&'static str]| of[usize::from(random.bytes::<1>()[0]) % of.len()];
    (0..600)
        .map(|number| {
            let event_at = now - DAY * (number * 2) + 7;
            let due_at = event_at + DAY * 3;
            let (state, agreed, in_time) = match number % 9 {
                0 => ("open", None, None),
                1 => ("paused", None, None),
                2 => ("contacted", Some("yes"), Some(true)),
                3 => ("contacted", Some("no"), Some(false)),
                4 => ("closed", Some("later"), Some(true)),
                5 => ("closed", None, Some(false)),
                6 => ("closed", None, None),
                7 => ("closed", None, Some(true)),
                _ => ("merged", None, None),
            };
            Seen {
                kind: any(&["custody", "ae_attendance"]),
                age: any(&["10-13", "14-15", "18-24"]),
                sex: any(&["male", "female"]),
                ethnicity: any(&["white", "black", "not_stated"]),
                controller: agencies[usize::from(random.bytes::<1>()[0]) % 2],
                event_at,
                due_at: if number < 20 { now + DAY } else { due_at },
                raised_at: if number >= 20 && number % 5 == 0 { due_at + 1 } else { event_at },
                state,
                agreed,
                in_time,
            }
        })
        .collect()
}

pub(crate) async fn keep(t: &Bench, moments: &[Seen]) {
    const COLUMNS: &[&str] = &[
        "id",
        "moment_type",
        "record",
        "origin",
        "controller",
        "category",
        "event_at",
        "due_at",
        "state",
        "waiting",
        "first_contact_at",
        "agreed",
        "in_time",
        "age_band",
        "sex",
        "ethnicity",
        "raised_at",
    ];
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Collection,
        operation: Operation::Collection,
        act: code!("moments_kept"),
        scope: Scope::unit(),
    };
    let mut change = t.vault.change(cause).await.unwrap();
    let rows = moments
        .iter()
        .map(|one| {
            let id: Id<kind::Moment> = change.new_id();
            params![
                id,
                one.kind,
                id,
                id,
                one.controller,
                "custody",
                one.event_at,
                one.due_at,
                one.state,
                one.waits(),
                one.agreed.map(|_| one.event_at),
                one.agreed.map(str::to_owned),
                one.in_time,
                one.age,
                one.sex,
                one.ethnicity,
                one.raised_at
            ]
        })
        .collect();
    change.insert_many("moment", COLUMNS, rows, "").await.unwrap();
    change.commit().await.unwrap();
}

async fn permit(t: &Bench, covered: Id<kind::Agency>) -> Permit {
    let ask = Ask {
        actor: Actor::System,
        verb: Verb::Count,
        scope: Scope::unit(),
        purpose: Purpose::Statistics,
        facets: vec![Facet { controller: covered, category: Code::new("custody").unwrap() }],
        facts: BTreeMap::new(),
    };
    t.vault.permit(ask).await.unwrap()
}

/// Counted one by one, then published as every count is.
fn one_by_one<'m>(cells: impl Iterator<Item = (&'m str, &'m str)>) -> Published {
    let mut sums: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for cell in cells {
        *sums.entry(cell).or_default() += 1;
    }
    let rows: BTreeSet<&str> = sums.keys().map(|(row, _)| *row).collect();
    let columns: BTreeSet<&str> = sums.keys().map(|(_, column)| *column).collect();
    let table: Vec<Vec<u64>> = rows
        .iter()
        .map(|row| columns.iter().map(|column| sums.get(&(*row, *column)).copied().unwrap_or(0)).collect())
        .collect();
    Published {
        table: counts::suppress_table(&table, counts::Rule::default()).unwrap(),
        rows: rows.into_iter().map(str::to_owned).collect(),
        columns: columns.into_iter().map(str::to_owned).collect(),
    }
}

/// The same table; of a page whose tables stand side by side more may be withheld than of this one by itself, and never less.
fn agrees(found: &Published, alone: &Published, by: &str) {
    assert_eq!((&found.rows, &found.columns), (&alone.rows, &alone.columns), "by {by}");
    let all = |of: &Published| -> Vec<Count> {
        let table = &of.table;
        let cells = table.cells.iter().flatten().chain(&table.row_totals).chain(&table.column_totals);
        cells.chain([&table.total]).copied().collect()
    };
    let (found, alone) = (all(found), all(alone));
    assert_eq!(found.len(), alone.len(), "by {by}");
    for (found, alone) in found.iter().zip(&alone) {
        assert!(
            found == alone || (found.is_suppressed() && !alone.is_suppressed()),
            "by {by}: {found:?} for {alone:?}"
        );
    }
    assert!(found.iter().any(|count| count.value().is_some_and(|n| n > 0)), "by {by}: something is shown");
}

#[tokio::test]
async fn one_statement_counts_what_counting_one_by_one_does() {
    let migrations = [share::MIGRATIONS, act::MIGRATIONS].concat();
    both(&migrations, |t| async move {
        let now = t.vault.now().as_micros();
        let (covered, other) = (t.vault.new_id(), t.vault.new_id());
        let moments = moments(now, &t.random, [covered, other]);
        keep(&t, &moments).await;
        let permit = permit(&t, covered).await;
        let from = now - DAY * 365;
        let period =
            Period { from: Timestamp::from_micros(from).unwrap(), until: Timestamp::from_micros(now).unwrap() };
        let counted = store::counted(&t.vault.count(&permit).unwrap(), period, t.vault.now(), &[]).await.unwrap();

        let asked = || {
            let within = |one: &&Seen| one.event_at >= from && one.event_at < now;
            moments.iter().filter(|one| one.controller == covered && one.state != "merged").filter(within)
        };
        agrees(&counted.clocks, &one_by_one(asked().map(|one| (one.kind, one.clock(now)))), "clocks");
        assert!(counted.clocks.columns.len() == 6, "every way in which a clock can stand is in the test");
        for (by, found) in Breakdown::ALL.into_iter().zip(&counted.outcomes) {
            let group = |one: &Seen| match by {
                Breakdown::Type => one.kind,
                Breakdown::Age => one.age,
                Breakdown::Sex => one.sex,
                Breakdown::Ethnicity => one.ethnicity,
            };
            let expected = one_by_one(asked().filter_map(|one| Some((group(one), one.outcome(now)?))));
            agrees(found, &expected, by.code());
        }
    })
    .await;
}

/// So many moments of one kind, an hour apart, that were answered so.
pub(crate) fn alike(controller: Id<kind::Agency>, from: i64, number: i64, in_time: Option<bool>) -> Vec<Seen> {
    let one = |at: i64| Seen {
        kind: "custody",
        age: "14-15",
        sex: "female",
        ethnicity: "white",
        controller,
        event_at: from + at * DAY / 24,
        due_at: from + at * DAY / 24 + DAY,
        raised_at: from + at * DAY / 24,
        state: "closed",
        agreed: in_time.map(|_| "yes"),
        in_time,
    };
    (0..number).map(one).collect()
}

/// The page's periods of today.
async fn opened(t: &Bench, covered: Id<kind::Agency>) -> Vec<Closed> {
    let permit = permit(t, covered).await;
    store::closed(&t.vault, &permit, &Actor::System, &[]).await.unwrap()
}

fn total(published: &Published) -> Option<u64> {
    published.table.total.value()
}

/// One girl's moment comes a day after the others of her quarter. Whoever counted anew would show by how many the figures grew: one, late.
#[tokio::test]
async fn what_comes_later_does_not_show_by_the_difference_of_two_days() {
    let migrations = [share::MIGRATIONS, act::MIGRATIONS, learn::MIGRATIONS].concat();
    both(&migrations, |t| async move {
        let covered = t.vault.new_id();
        let last = Quarters { first: "2025-q4".parse().unwrap(), last: "2025-q4".parse().unwrap() };
        let period = last.period();
        let from = period.from.as_micros();
        keep(&t, &alike(covered, from, 240, Some(true))).await;
        keep(&t, &alike(covered, from, 20, Some(false))).await;
        let counted_anew = || async {
            let permit = permit(&t, covered).await;
            let counter = t.vault.count(&permit).unwrap();
            total(&store::counted(&counter, period, t.vault.now(), &[]).await.unwrap().clocks)
        };
        let monday = opened(&t, covered).await;
        assert_eq!(monday.iter().map(|one| one.quarters).collect::<Vec<_>>(), [last]);
        assert_eq!(total(&monday[0].figures.clocks), Some(260));
        let before = counted_anew().await;

        keep(&t, &alike(covered, from + 30 * DAY, 1, Some(false))).await;
        t.clock.advance(SignedDuration::from_hours(24));
        assert_eq!((before, counted_anew().await), (Some(260), Some(261)), "counted anew, she shows");
        assert_eq!(opened(&t, covered).await, monday, "she doesn't");

        // The next quarter has too few to be shown alone. It is counted with those after it, and no moment is counted twice.
        let next = last.last.after();
        keep(&t, &alike(covered, next.bounds().0.as_micros(), 40, Some(true))).await;
        for _ in 0..12 {
            t.clock.advance(SignedDuration::from_hours(24 * 30));
            let shown = opened(&t, covered).await;
            assert_eq!(shown.last(), monday.first(), "what was shown stays as it was");
        }
        t.clock.advance(SignedDuration::from_hours(24 * 30));
        let shown = opened(&t, covered).await;
        let year = Quarters { first: next, last: next.after().after().after() };
        assert_eq!(shown.iter().map(|one| one.quarters).collect::<Vec<_>>(), [year, last]);
        assert_eq!(total(&shown[0].figures.clocks), Some(40));
    })
    .await;
}
