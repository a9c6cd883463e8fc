//! The SQL of pairs and of decisions about them.

use base::{Code, Id, Timestamp, kind};
use linkage::Pattern;
use vault::{Change, Facet, FromRow, Held, Permit, Reader, Row, StoreError, Value, params};

use super::{Answer, KeptPair, PairKey};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT left_record, right_record, left_facet, right_facet, controller, category, state, answer, weight, pattern, ",
            "rarity, spec, open FROM pair ",
            $rest
        )
    };
}

// Whoever may not see both records may not see the pair: `{in}` is what the permit covers.
const ALL: &str = select!("");
const ONE: &str =
    select!("WHERE left_record = $1 AND right_record = $2 AND left_facet IN ({in}) AND right_facet IN ({in})");
// `ABS(weight)`: the nearer to even odds (0 bits), the less sure. The index is by the same words.
const WAITING: &str = select!(
    "WHERE open AND left_facet IN ({in}) AND right_facet IN ({in}) \
     ORDER BY ABS(weight), left_record, right_record LIMIT $1 OFFSET $2"
);
// Counted by the index that has nothing but this; what the permit doesn't cover is left out of what comes back.
const COUNT_WAITING: &str = "SELECT controller, category, left_facet, right_facet, COUNT(*) AS n FROM pair WHERE open \
     GROUP BY controller, category, left_facet, right_facet";
const SET_ASIDE: &str = select!(
    "WHERE answer = 'not_sure' AND left_facet IN ({in}) AND right_facet IN ({in}) \
     ORDER BY ABS(weight), left_record, right_record LIMIT $1 OFFSET $2"
);
const COUNT_ASIDE: &str = "SELECT controller, category, left_facet, right_facet, COUNT(*) AS n FROM pair \
     WHERE answer = 'not_sure' GROUP BY controller, category, left_facet, right_facet";
const AMONG: &str =
    select!("WHERE state IN ('link', 'required') AND (left_record IN ({in}) OR right_record IN ({in}))");
const ANSWER: &str = "UPDATE pair SET state = $3, answer = $4, open = $5 WHERE left_record = $1 AND right_record = $2";
const CLOSE: &str = "UPDATE pair SET open = $3 WHERE open AND left_record IN (SELECT record FROM person_record WHERE person IN ($1, $2)) \
     AND right_record IN (SELECT record FROM person_record WHERE person IN ($1, $2))";
pub(crate) const DROP: &str = "DELETE FROM pair WHERE left_record = $1 AND right_record = $2";
pub(crate) const UNMAKE: &str = "DELETE FROM pair WHERE (left_record, right_record) IN (SELECT left_record, right_record FROM pair \
     WHERE left_facet = $1 OR right_facet = $1 ORDER BY left_record, right_record LIMIT 300)";
const DECIDED: &str = "SELECT id, left_record, right_record, controller, category, answer, reason, decided_by, decided_at \
     FROM pair_decision WHERE undone_at IS NULL ORDER BY decided_at, id";
const DECIDED_OF: &str = "SELECT id, left_record, right_record, controller, category, answer, reason, decided_by, decided_at \
     FROM pair_decision WHERE left_record = $1 AND right_record = $2 AND undone_at IS NULL ORDER BY decided_at DESC, id DESC";
const DECIDE: &str = "INSERT INTO pair_decision (id, left_record, right_record, controller, category, answer, reason, decided_by, \
     decided_at) VALUES ($1, $2, $3, $4, 'link_decision', $5, $6, $7, $8)";
const CARRY: &str = "UPDATE pair_decision SET left_record = $3, right_record = $4 WHERE left_record = $1 AND right_record = $2 AND undone_at IS NULL";
const CARRY_ANSWER: &str = "UPDATE pair SET answer = $3 WHERE left_record = $1 AND right_record = $2";
const UNDO: &str = "UPDATE pair_decision SET undone_by = $3, undone_at = $4 WHERE left_record = $1 AND right_record = $2 AND undone_at IS NULL";

/// A facet as it stands beside a record.
pub(crate) fn facet_key(facet: &Facet) -> String {
    format!("{} {}", facet.controller, facet.category)
}

fn facet(row: &Row, column: &str) -> Result<Facet, StoreError> {
    let bad =
        || StoreError::BadValue { column: column.to_owned(), problem: "not a controller and a category".to_owned() };
    let text = row.text(column)?;
    let (controller, category) = text.split_once(' ').ok_or_else(bad)?;
    Ok(Facet { controller: controller.parse().map_err(|_| bad())?, category: category.parse().map_err(|_| bad())? })
}

/// A pair with the unit as its controller.
struct PairRow {
    pair: KeptPair,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for PairRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let rarity: Vec<f64> = serde_json::from_str(&row.text("rarity")?).map_err(|_| StoreError::BadValue {
            column: "rarity".to_owned(),
            problem: "not a list of numbers".to_owned(),
        })?;
        let pair = KeptPair {
            left: row.id("left_record")?,
            right: row.id("right_record")?,
            facets: [facet(row, "left_facet")?, facet(row, "right_facet")?],
            state: row.parse("state")?,
            answer: row.opt_parse("answer")?,
            weight: row.real("weight")?,
            pattern: Pattern::from_number(row.int("pattern")?.cast_unsigned()),
            rarity,
            spec: row.text("spec")?,
            open: row.bool("open")?,
        };
        Ok(Self { pair, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for PairRow {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// What somebody decided about a pair.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub key: PairKey,
    pub answer: Answer,
    pub reason: String,
    pub by: Id<kind::Member>,
    pub at: Timestamp,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Decided {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            key: PairKey { left: row.id("left_record")?, right: row.id("right_record")? },
            answer: row.parse("answer")?,
            reason: row.text("reason")?,
            by: row.id("decided_by")?,
            at: row.time("decided_at")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Decided {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

struct Count {
    n: u64,
    facets: [Facet; 2],
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            n: row.count("n")?,
            facets: [facet(row, "left_facet")?, facet(row, "right_facet")?],
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Count {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

fn covered(permit: &Permit) -> Vec<Value> {
    permit.grants().iter().map(|grant| Value::Text(Some(facet_key(&grant.facet)))).collect()
}

async fn rows_in(
    reader: &Reader,
    sql: &'static str,
    params: Vec<Value>,
    keys: &[Value],
) -> Result<Vec<KeptPair>, StoreError> {
    let rows: Vec<PairRow> = reader.rows_in(sql, params, keys).await?;
    Ok(rows.into_iter().map(|row| row.pair).collect())
}

/// Every pair of records that the permit covers.
pub(crate) async fn all(reader: &Reader) -> Result<Vec<KeptPair>, StoreError> {
    let permit = reader.permit();
    let rows: Vec<PairRow> = reader.rows(ALL, params![]).await?;
    let both = |pair: &KeptPair| pair.facets.iter().all(|facet| permit.covers(facet.controller, &facet.category));
    Ok(rows.into_iter().map(|row| row.pair).filter(both).collect())
}

/// One pair, where the permit covers both records.
pub(crate) async fn one(reader: &Reader, key: PairKey) -> Result<Option<KeptPair>, StoreError> {
    let keys = covered(reader.permit());
    Ok(rows_in(reader, ONE, params![key.left, key.right], &keys).await?.into_iter().next())
}

/// Links that touch any of these records.
pub(crate) async fn links_of(reader: &Reader, records: &[Id<kind::Record>]) -> Result<Vec<KeptPair>, StoreError> {
    let permit = reader.permit();
    let mut found = rows_in(reader, AMONG, params![], &crate::person::store::keys(records)).await?;
    found.retain(|pair| pair.facets.iter().all(|facet| permit.covers(facet.controller, &facet.category)));
    found.sort_by_key(KeptPair::key);
    found.dedup_by_key(|pair| pair.key());
    Ok(found)
}

/// A page of pairs that wait (or were set aside), those nearest to even odds first: the most uncertain.
pub(crate) async fn waiting(
    reader: &Reader,
    aside: bool,
    limit: u64,
    offset: u64,
) -> Result<Vec<KeptPair>, StoreError> {
    let sql = if aside { SET_ASIDE } else { WAITING };
    rows_in(reader, sql, params![limit, offset], &covered(reader.permit())).await
}

async fn count(reader: &Reader, sql: &'static str) -> Result<u64, StoreError> {
    let permit = reader.permit();
    let rows: Vec<Count> = reader.rows(sql, params![]).await?;
    let covered = |row: &&Count| row.facets.iter().all(|facet| permit.covers(facet.controller, &facet.category));
    Ok(rows.iter().filter(covered).map(|row| row.n).sum())
}

/// How many pairs wait.
pub(crate) async fn count_waiting(reader: &Reader) -> Result<u64, StoreError> {
    count(reader, COUNT_WAITING).await
}

/// How many pairs were set aside.
pub(crate) async fn count_aside(reader: &Reader) -> Result<u64, StoreError> {
    count(reader, COUNT_ASIDE).await
}

/// The last word about each pair, as far as it was not undone.
pub(crate) async fn decisions(
    reader: &Reader,
) -> Result<Vec<(Id<kind::Record>, Id<kind::Record>, Answer)>, StoreError> {
    let rows: Vec<Decided> = reader.rows(DECIDED, params![]).await?;
    let mut last: std::collections::BTreeMap<PairKey, Answer> = std::collections::BTreeMap::new();
    for row in rows {
        last.insert(row.key, row.answer);
    }
    Ok(last.into_iter().map(|(key, answer)| (key.left, key.right, answer)).collect())
}

/// What stands decided about a pair.
pub(crate) async fn decided(reader: &Reader, key: PairKey) -> Result<Option<Decided>, StoreError> {
    reader.first(DECIDED_OF, params![key.left, key.right]).await
}

/// Keeps what a run found. What people answered stays.
pub(crate) async fn keep(
    change: &mut Change,
    unit: Id<kind::Agency>,
    run: Id<kind::Run>,
    pairs: &[KeptPair],
) -> Result<(), StoreError> {
    let rows = pairs.iter().map(|pair| {
        let [left, right] = &pair.facets;
        let rounded: Vec<f64> = pair.rarity.iter().map(|bits| (bits * 1000.0).round() / 1000.0).collect();
        params![
            pair.left,
            pair.right,
            facet_key(left),
            facet_key(right),
            unit,
            "link_decision",
            pair.state.code(),
            pair.weight,
            pair.pattern.number().cast_signed(),
            serde_json::json!(rounded).to_string(),
            &pair.spec,
            pair.open,
            run
        ]
    });
    change
        .insert_many(
            "pair",
            &[
                "left_record",
                "right_record",
                "left_facet",
                "right_facet",
                "controller",
                "category",
                "state",
                "weight",
                "pattern",
                "rarity",
                "spec",
                "open",
                "run",
            ],
            rows.collect(),
            "ON CONFLICT (left_record, right_record) DO UPDATE SET left_facet = excluded.left_facet, \
             right_facet = excluded.right_facet, state = excluded.state, weight = excluded.weight, \
             pattern = excluded.pattern, rarity = excluded.rarity, spec = excluded.spec, open = excluded.open, \
             run = excluded.run",
        )
        .await?;
    Ok(())
}

/// Says what a pair is now and what was answered; without an answer it is open again.
pub(crate) async fn answer(
    change: &mut Change,
    key: PairKey,
    state: super::State,
    answer: Option<Answer>,
) -> Result<u64, StoreError> {
    let params = params![key.left, key.right, state.code(), answer.map(Answer::code), answer.is_none()];
    change.execute(ANSWER, params).await
}

/// Asks no more about two people.
pub(crate) async fn close(
    change: &mut Change,
    one: Id<kind::Person>,
    other: Id<kind::Person>,
) -> Result<(), StoreError> {
    change.execute(CLOSE, params![one, other, false]).await?;
    Ok(())
}

/// Writes a decision; the one before, if it stands, is undone by it.
pub(crate) async fn decide(
    change: &mut Change,
    unit: Id<kind::Agency>,
    key: PairKey,
    answer: Answer,
    reason: &str,
    by: Id<kind::Member>,
) -> Result<Id<Decided>, StoreError> {
    undo(change, key, by).await?;
    let id: Id<Decided> = change.new_id();
    let now = change.now();
    change.execute(DECIDE, params![id, key.left, key.right, unit, answer.code(), reason, by, now]).await?;
    Ok(id)
}

/// Undoes what stands decided; gives how much that was.
pub(crate) async fn undo(change: &mut Change, key: PairKey, by: Id<kind::Member>) -> Result<u64, StoreError> {
    let now = change.now();
    change.execute(UNDO, params![key.left, key.right, by, now]).await
}

/// Lets decisions about superseded versions stand for their successors.
pub(crate) async fn carry(change: &mut Change, carried: &[(PairKey, PairKey, Answer)]) -> Result<(), StoreError> {
    for (from, to, answer) in carried {
        change.execute(CARRY, params![from.left, from.right, to.left, to.right]).await?;
        change.execute(CARRY_ANSWER, params![to.left, to.right, answer.code()]).await?;
    }
    Ok(())
}
