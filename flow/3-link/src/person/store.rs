//! The SQL of people and of which records are theirs.

use std::collections::{BTreeSet, HashMap};

use base::{Code, Id, kind};
use vault::{Change, FromRow, Held, IntoValue, Reader, Row, StoreError, Value, params};

use super::PersonRecord;

const ALL: &str = "SELECT record, person, controller, category, superseded FROM person_record";
const OF_RECORD: &str = "SELECT record, person, controller, category, superseded FROM person_record WHERE record = $1";
const OF_RECORDS: &str =
    "SELECT record, person, controller, category, superseded FROM person_record WHERE record IN ({in})";
const OF_PERSON: &str =
    "SELECT record, person, controller, category, superseded FROM person_record WHERE person = $1 ORDER BY record";
const OF_PEOPLE: &str = "SELECT record, person, controller, category, superseded FROM person_record \
     WHERE person IN ({in}) AND NOT superseded ORDER BY record";
const MERGED_INTO: &str = "SELECT id, controller, category, merged_into FROM person WHERE id = $1";
const MOVES_OF: &str =
    "SELECT record, from_person, controller, category FROM person_move WHERE record IN ({in}) ORDER BY moved_at, id";
const MERGE: &str = "UPDATE person SET merged_into = $2, merged_at = $3 WHERE id = $1";
pub(crate) const UNLINK: &str = "DELETE FROM person_record WHERE record = $1";
/// A part of what stands in the way of an ended agreement; run until nothing is left.
pub(crate) const UNMAKE_RECORDS: &str = "DELETE FROM person_record WHERE record IN (SELECT record FROM person_record \
     WHERE controller = $1 AND category = $2 ORDER BY record LIMIT 600)";
pub(crate) const UNMAKE_MOVES: &str = "DELETE FROM person_move WHERE id IN (SELECT id FROM person_move \
     WHERE controller = $1 AND category = $2 ORDER BY id LIMIT 600)";

impl FromRow for PersonRecord {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.id("record")?,
            person: row.id("person")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            superseded: row.bool("superseded")?,
        })
    }
}

struct PersonRow {
    controller: Id<kind::Agency>,
    category: Code,
    merged_into: Option<Id<kind::Person>>,
}

impl FromRow for PersonRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            controller: row.id("controller")?,
            category: row.parse("category")?,
            merged_into: row.opt_parse("merged_into")?,
        })
    }
}

impl Held for PersonRow {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// A record that left a person.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub record: Id<kind::Record>,
    pub from: Id<kind::Person>,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Move {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.id("record")?,
            from: row.id("from_person")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Move {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// The person to whom a record belongs; none where it is not linked yet, or the permit doesn't cover it.
///
/// # Errors
/// The database's.
pub async fn person_of(reader: &Reader, record: Id<kind::Record>) -> Result<Option<Id<kind::Person>>, StoreError> {
    let row: Option<PersonRecord> = reader.first(OF_RECORD, params![record]).await?;
    Ok(row.map(|row| row.person))
}

/// The people to whom some records belong, by record.
///
/// # Errors
/// The database's.
pub async fn people_of(
    reader: &Reader,
    records: &[Id<kind::Record>],
) -> Result<HashMap<Id<kind::Record>, Id<kind::Person>>, StoreError> {
    let rows: Vec<PersonRecord> = reader.rows_in(OF_RECORDS, params![], &keys(records)).await?;
    Ok(rows.into_iter().map(|row| (row.record, row.person)).collect())
}

/// The records of a person that the permit covers, superseded versions among them.
///
/// # Errors
/// The database's.
pub async fn records_of(reader: &Reader, person: Id<kind::Person>) -> Result<Vec<PersonRecord>, StoreError> {
    reader.rows(OF_PERSON, params![person]).await
}

/// The agencies whose records of a person the permit covers: who knows them, and no more than that. Sorted, each once.
///
/// # Errors
/// The database's.
pub async fn who_knows(reader: &Reader, person: Id<kind::Person>) -> Result<Vec<Id<kind::Agency>>, StoreError> {
    let mut agencies: Vec<_> = records_of(reader, person).await?.into_iter().map(|row| row.controller).collect();
    agencies.sort_unstable();
    agencies.dedup();
    Ok(agencies)
}

/// The person that this one is now: itself, or the one it was merged into. Needs the unit's `link_decision` in the permit; without
/// it, the id comes back as it went in.
///
/// # Errors
/// The database's.
pub async fn current_person(reader: &Reader, person: Id<kind::Person>) -> Result<Id<kind::Person>, StoreError> {
    let mut at = person;
    // A chain is as long as merges followed each other; the bound only guards against a ring.
    for _ in 0..32 {
        let row: Option<PersonRow> = reader.first(MERGED_INTO, params![at]).await?;
        match row.and_then(|row| row.merged_into) {
            Some(into) => at = into,
            None => return Ok(at),
        }
    }
    Ok(at)
}

struct MergedRow {
    id: Id<kind::Person>,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for MergedRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { id: row.id("id")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for MergedRow {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// Every id under which rows may name a person: as whom they are known now, every person that was merged into that one, and all their
/// records, superseded versions too. Who answers the person, or forgets them, asks this.
///
/// # Errors
/// The database's.
pub async fn everyone_of(reader: &Reader, person: Id<kind::Person>) -> Result<Vec<String>, StoreError> {
    const MERGED: &str = "SELECT id, controller, category FROM person WHERE merged_into IN ({in})";
    const RECORDS: &str =
        "SELECT record, person, controller, category, superseded FROM person_record WHERE person IN ({in})";
    let mut people = vec![person, current_person(reader, person).await?];
    people.dedup();
    let mut newest = people.clone();
    while !newest.is_empty() {
        let merged: Vec<MergedRow> = reader.rows_in(MERGED, params![], &keys(&newest)).await?;
        newest = merged.into_iter().map(|row| row.id).filter(|id| !people.contains(id)).collect();
        people.extend(&newest);
    }
    let records: Vec<PersonRecord> = reader.rows_in(RECORDS, params![], &keys(&people)).await?;
    let people = people.iter().map(ToString::to_string);
    Ok(people.chain(records.iter().map(|row| row.record.to_string())).collect())
}

pub(crate) fn keys<T>(ids: &[Id<T>]) -> Vec<Value> {
    ids.iter().map(|id| id.into_value()).collect()
}

pub(crate) async fn all(reader: &Reader) -> Result<Vec<PersonRecord>, StoreError> {
    reader.rows(ALL, params![]).await
}

/// The current records of some people that the permit covers: for lists that say who knows each.
///
/// # Errors
/// The database's.
pub async fn records_of_many(reader: &Reader, people: &[Id<kind::Person>]) -> Result<Vec<PersonRecord>, StoreError> {
    reader.rows_in(OF_PEOPLE, params![], &keys(people)).await
}

pub(crate) async fn moves_of(reader: &Reader, records: &[Id<kind::Record>]) -> Result<Vec<Move>, StoreError> {
    reader.rows_in(MOVES_OF, params![], &keys(records)).await
}

/// The rows of some records as a change sees them.
pub(crate) async fn of_records_in(
    change: &Change,
    records: &[Id<kind::Record>],
) -> Result<Vec<PersonRecord>, StoreError> {
    change.rows_held_in(OF_RECORDS, params![], &keys(records)).await
}

/// The rows of a person as a change sees them.
pub(crate) async fn of_person_in(change: &Change, person: Id<kind::Person>) -> Result<Vec<PersonRecord>, StoreError> {
    change.rows_held(OF_PERSON, params![person]).await
}

/// Makes people. `unit` is the controller of what the unit itself decides.
pub(crate) async fn add(
    change: &mut Change,
    unit: Id<kind::Agency>,
    people: &[Id<kind::Person>],
) -> Result<(), StoreError> {
    let now = change.now();
    let rows = people.iter().map(|person| params![*person, unit, "link_decision", now]).collect();
    change
        .insert_many("person", &["id", "controller", "category", "made_at"], rows, "ON CONFLICT (id) DO NOTHING")
        .await?;
    Ok(())
}

type Placed<'a> = (Id<kind::Record>, Id<kind::Person>, Id<kind::Agency>, &'a Code, bool);

/// Says where records belong.
pub(crate) async fn place(change: &mut Change, records: impl Iterator<Item = Placed<'_>>) -> Result<(), StoreError> {
    let now = change.now();
    let rows = records.map(|(record, person, controller, category, superseded)| {
        params![record, person, controller, category, superseded, now]
    });
    change
        .insert_many(
            "person_record",
            &["record", "person", "controller", "category", "superseded", "linked_at"],
            rows.collect(),
            "ON CONFLICT (record) DO UPDATE SET person = excluded.person, superseded = excluded.superseded, \
             linked_at = excluded.linked_at",
        )
        .await?;
    Ok(())
}

type Moved<'a> = (Id<kind::Record>, Id<kind::Person>, Id<kind::Person>, Id<kind::Agency>, &'a Code);

/// Keeps where records belonged before. `cause` is the run or the decision. What a data owner had opened of the person to whom they
/// came was decided without them, and ends.
pub(crate) async fn note_moves<'a>(
    change: &mut Change,
    cause: &str,
    moves: impl Iterator<Item = Moved<'a>>,
) -> Result<(), StoreError> {
    let now = change.now();
    let moves: Vec<Moved<'a>> = moves.collect();
    let came: BTreeSet<_> =
        moves.iter().map(|(_, _, to, controller, category)| (*to, *controller, *category)).collect();
    let mut ended = 0;
    for (person, controller, category) in came {
        ended += share::api::end_standing_where_records_came(change, person, controller, category).await?;
    }
    if ended > 0 {
        change.note("grants_ended", ended);
    }
    let rows: Vec<Vec<Value>> = moves
        .into_iter()
        .map(|(record, from, to, controller, category)| {
            params![change.new_id::<Move>(), record, from, to, cause, now, controller, category]
        })
        .collect();
    change
        .insert_many(
            "person_move",
            &["id", "record", "from_person", "to_person", "cause", "moved_at", "controller", "category"],
            rows,
            "",
        )
        .await?;
    Ok(())
}

type Merge = (Id<kind::Person>, Option<Id<kind::Person>>);

/// Says who is now part of whom, or a person of their own again.
pub(crate) async fn merge(change: &mut Change, merges: &[Merge]) -> Result<(), StoreError> {
    let now = change.now();
    for (person, into) in merges {
        change.execute(MERGE, params![*person, *into, into.map(|_| now)]).await?;
    }
    Ok(())
}
