//! The SQL of identities that are kept apart.

use base::{Code, Id, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, params};

use super::{Adoption, AdoptionLink};

const OF_MEMBER: &str = "SELECT id, one_person, other_person, controller, category, first_member, second_member, made_by, made_at, \
     first_lifts_at, second_lifts_at FROM adoption_link WHERE (first_member = $1 OR second_member = $1) AND lifted_at IS NULL \
     ORDER BY made_at DESC, id DESC";
const SOURCES: &str = "SELECT s.adoption, s.record, s.origin, s.side, s.controller, s.category FROM adoption_source s \
     JOIN adoption_link a ON a.id = s.adoption WHERE a.lifted_at IS NULL ORDER BY s.adoption, s.record";
const ADD: &str = "INSERT INTO adoption_link (id, one_person, other_person, controller, first_member, second_member, made_by, made_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
// All records of a person, whoever may see them: the identity is whole, or it would be joined by what was left out.
const ADD_SIDE: &str = "INSERT INTO adoption_source (adoption, record, origin, side, controller) \
     SELECT $1, r.id, r.feed || ' ' || r.source_key, $2, $3 FROM person_record p JOIN record r ON r.id = p.record WHERE p.person = $4";
const DROP_PAIRS: &str = "DELETE FROM pair WHERE (left_record IN (SELECT record FROM person_record WHERE person = $1) \
     AND right_record IN (SELECT record FROM person_record WHERE person = $2)) \
     OR (left_record IN (SELECT record FROM person_record WHERE person = $2) \
     AND right_record IN (SELECT record FROM person_record WHERE person = $1))";
const ADD_HEIR: &str = "INSERT INTO adoption_source (adoption, record, origin, side, controller) \
     SELECT id, $2, $3, $4, controller FROM adoption_link WHERE id = $1 ON CONFLICT (adoption, record) DO NOTHING";
// A write that finds out: whoever decides may not read that there is such a link.
const KEPT_APART: &str = "UPDATE adoption_link SET kept_apart = kept_apart + 1 WHERE lifted_at IS NULL AND id IN \
     (SELECT s.adoption FROM adoption_source s JOIN person_record p ON p.record = s.record \
     JOIN adoption_source t ON t.adoption = s.adoption AND t.side <> s.side JOIN person_record q ON q.record = t.record \
     WHERE p.person = $1 AND q.person = $2)";
const AGREE_FIRST: &str =
    "UPDATE adoption_link SET first_lifts_at = $3 WHERE id = $1 AND first_member = $2 AND first_lifts_at IS NULL";
const AGREE_SECOND: &str =
    "UPDATE adoption_link SET second_lifts_at = $3 WHERE id = $1 AND second_member = $2 AND second_lifts_at IS NULL";
const LIFT: &str = "UPDATE adoption_link SET lifted_at = $2 WHERE id = $1 AND lifted_at IS NULL AND first_lifts_at IS NOT NULL \
     AND second_lifts_at IS NOT NULL";

// So that the next run weighs the two again: it looks for pairs of new records only, and these are old.
const WEIGH_AGAIN: &str = "INSERT INTO pair (left_record, right_record, left_facet, right_facet, controller, category, state, weight, \
     pattern, rarity, spec, open, run) \
     SELECT CASE WHEN r.id < q.id THEN r.id ELSE q.id END, CASE WHEN r.id < q.id THEN q.id ELSE r.id END, \
     CASE WHEN r.id < q.id THEN r.controller || ' ' || r.category ELSE q.controller || ' ' || q.category END, \
     CASE WHEN r.id < q.id THEN q.controller || ' ' || q.category ELSE r.controller || ' ' || r.category END, \
     a.controller, 'link_decision', 'review', 0, 0, '[]', l.version, $2, 'lifted' FROM adoption_link a \
     JOIN adoption_source s ON s.adoption = a.id AND s.side = 'one' JOIN record r ON r.id = s.record AND r.is_current \
     JOIN adoption_source t ON t.adoption = a.id AND t.side = 'other' JOIN record q ON q.id = t.record AND q.is_current \
     JOIN link_spec l ON l.version = (SELECT k.version FROM link_spec k ORDER BY k.first_used_at DESC, k.version LIMIT 1) \
     WHERE a.id = $1 AND r.id <> q.id ON CONFLICT (left_record, right_record) DO NOTHING";

impl FromRow for AdoptionLink {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            people: [row.id("one_person")?, row.id("other_person")?],
            members: [row.id("first_member")?, row.id("second_member")?],
            made_by: row.id("made_by")?,
            made_at: row.time("made_at")?,
            lifts: [row.opt_time("first_lifts_at")?, row.opt_time("second_lifts_at")?],
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for AdoptionLink {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// A record of one of two identities.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub adoption: Id<Adoption>,
    pub record: Id<kind::Record>,
    pub origin: String,
    pub is_one: bool,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Source {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            adoption: row.id("adoption")?,
            record: row.id("record")?,
            origin: row.text("origin")?,
            is_one: row.text("side")? == "one",
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Source {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

pub(super) async fn of_member(reader: &Reader, member: Id<kind::Member>) -> Result<Vec<AdoptionLink>, StoreError> {
    reader.rows(OF_MEMBER, params![member]).await
}

pub(super) async fn sources(reader: &Reader) -> Result<Vec<Source>, StoreError> {
    reader.rows(SOURCES, params![]).await
}

pub(super) async fn add(
    change: &mut Change,
    unit: Id<kind::Agency>,
    [one, other]: [Id<kind::Person>; 2],
    [first, second]: [Id<kind::Member>; 2],
    by: Id<kind::Member>,
) -> Result<Id<Adoption>, StoreError> {
    let (id, now): (Id<Adoption>, _) = (change.new_id(), change.now());
    change.execute(ADD, params![id, one, other, unit, first, second, by, now]).await?;
    for (side, person) in [("one", one), ("other", other)] {
        change.execute(ADD_SIDE, params![id, side, unit, person]).await?;
    }
    change.execute(DROP_PAIRS, params![one, other]).await?;
    Ok(id)
}

/// Later versions are of the same identity.
pub(crate) async fn add_heirs(
    change: &mut Change,
    heirs: &[(Id<Adoption>, Id<kind::Record>, String, bool)],
) -> Result<(), StoreError> {
    for (adoption, record, origin, is_one) in heirs {
        let side = if *is_one { "one" } else { "other" };
        change.execute(ADD_HEIR, params![*adoption, *record, origin, side]).await?;
    }
    Ok(())
}

/// Whether joining these two people would bring two identities together.
pub(crate) async fn are_kept_apart(
    change: &mut Change,
    one: Id<kind::Person>,
    other: Id<kind::Person>,
) -> Result<bool, StoreError> {
    Ok(change.execute(KEPT_APART, params![one, other]).await? > 0)
}

/// One of the two agrees; gives whether both have now.
pub(super) async fn agree(change: &mut Change, id: Id<Adoption>, by: Id<kind::Member>) -> Result<bool, StoreError> {
    let now = change.now();
    for sql in [AGREE_FIRST, AGREE_SECOND] {
        change.execute(sql, params![id, by, now]).await?;
    }
    let lifted = change.execute(LIFT, params![id, now]).await? > 0;
    if lifted {
        change.execute(WEIGH_AGAIN, params![id, false]).await?;
    }
    Ok(lifted)
}
