//! The agreements' SQL.

use std::collections::BTreeMap;

use base::{Code, Id, kind};
use vault::{Change, FromRow, Plain, Purpose, Row, Staff, StoreError, params};

use super::{Agreement, Brought, Doer, Dossier, Mark, Step, Terms};
use crate::agency::{self, Agency};

const HEADS: &str = "SELECT id, title, stage, revision, confidentiality, conditions, retention_days, assessment, starts, ends, review \
     FROM agreement ORDER BY ends, id";
/// Every list of every agreement in one reading, as (agreement, which list, value, and what belongs to it).
const LISTS: &str = "SELECT agreement, 'party' AS list, agency AS value, '' AS more FROM agreement_party \
     UNION ALL SELECT agreement, 'brings' AS list, party AS value, category AS more FROM agreement_brings \
     UNION ALL SELECT agreement, 'purpose' AS list, purpose AS value, '' AS more FROM agreement_purpose \
     UNION ALL SELECT agreement, 'field' AS list, purpose AS value, field AS more FROM agreement_field \
     UNION ALL SELECT agreement, 'gateway' AS list, gateway AS value, '' AS more FROM agreement_gateway \
     ORDER BY agreement, list, value, more";
const STEPS: &str =
    "SELECT act, at, by_member, party, as_role, why FROM agreement_step WHERE agreement = $1 ORDER BY number";

impl FromRow for Agreement {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let terms = Terms {
            title: row.text("title")?,
            parties: Vec::new(),
            brings: Vec::new(),
            purposes: Vec::new(),
            fields: BTreeMap::new(),
            gateways: Vec::new(),
            confidentiality: row.opt_parse("confidentiality")?,
            conditions: row.text("conditions")?.lines().map(str::to_owned).collect(),
            retention_days: row.opt_int("retention_days")?.and_then(|days| u32::try_from(days).ok()),
            assessment: row.opt_text("assessment")?,
            starts: row.parse("starts")?,
            ends: row.parse("ends")?,
            review: row.parse("review")?,
        };
        Ok(Self { id: row.id("id")?, terms, stage: row.parse("stage")?, revision: row.count("revision")? })
    }
}

enum Term {
    Party(Id<kind::Agency>),
    Brings(Brought),
    Purpose(Purpose),
    Field(Purpose, String),
    Gateway(Code),
}

struct ListRow(Id<kind::Agreement>, Term);

impl FromRow for ListRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let term = match row.text("list")?.as_str() {
            "party" => Term::Party(row.id("value")?),
            "brings" => Term::Brings(Brought { party: row.id("value")?, category: row.parse("more")? }),
            "purpose" => Term::Purpose(row.parse("value")?),
            "field" => Term::Field(row.parse("value")?, row.text("more")?),
            _ => Term::Gateway(row.parse("value")?),
        };
        Ok(Self(row.id("agreement")?, term))
    }
}

/// Every agreement, the soonest to end first.
///
/// # Errors
/// The database's.
pub async fn all(plain: &Plain) -> Result<Vec<Agreement>, StoreError> {
    Ok(joined(plain.rows(HEADS, params![]).await?, plain.rows(LISTS, params![]).await?))
}

/// As [`all`], for the decider.
pub(crate) async fn all_in(book: &Staff) -> Result<Vec<Agreement>, StoreError> {
    Ok(joined(book.rows(HEADS, params![]).await?, book.rows(LISTS, params![]).await?))
}

/// The agreement with this id.
///
/// # Errors
/// The database's.
pub async fn by_id(plain: &Plain, id: Id<kind::Agreement>) -> Result<Option<Agreement>, StoreError> {
    Ok(all(plain).await?.into_iter().find(|agreement| agreement.id == id))
}

/// As [`all`], as a change sees them.
pub(crate) async fn all_within(change: &Change) -> Result<Vec<Agreement>, StoreError> {
    Ok(joined(change.rows(HEADS, params![]).await?, change.rows(LISTS, params![]).await?))
}

/// As [`by_id`], as a change sees it.
pub(super) async fn by_id_in(change: &Change, id: Id<kind::Agreement>) -> Result<Option<Agreement>, StoreError> {
    Ok(all_within(change).await?.into_iter().find(|agreement| agreement.id == id))
}

fn joined(mut heads: Vec<Agreement>, lists: Vec<ListRow>) -> Vec<Agreement> {
    let mut by_agreement: BTreeMap<Id<kind::Agreement>, Vec<Term>> = BTreeMap::new();
    for ListRow(agreement, term) in lists {
        by_agreement.entry(agreement).or_default().push(term);
    }
    for head in &mut heads {
        let terms = &mut head.terms;
        for term in by_agreement.remove(&head.id).unwrap_or_default() {
            match term {
                Term::Party(id) => terms.parties.push(id),
                Term::Brings(brought) => terms.brings.push(brought),
                Term::Purpose(purpose) => terms.purposes.push(purpose),
                Term::Field(purpose, field) => {
                    terms.fields.entry(purpose).or_default().insert(field);
                }
                Term::Gateway(code) => terms.gateways.push(code),
            }
        }
    }
    heads
}

struct StepRow(Step);

impl FromRow for StepRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let by: Option<Id<kind::Member>> = row.opt_parse("by_member")?;
        Ok(Self(Step {
            act: row.parse("act")?,
            mark: Mark { by: by.map_or(Doer::Program, Doer::Member), at: row.time("at")? },
            party: row.opt_parse("party")?,
            as_role: row.text("as_role")?,
            why: row.text("why")?,
        }))
    }
}

/// Everything that was done to an agreement, and by whom.
///
/// # Errors
/// The database's.
pub async fn dossier(staff: &Staff, id: Id<kind::Agreement>) -> Result<Option<Dossier>, StoreError> {
    let steps: Vec<StepRow> = staff.rows(STEPS, params![id]).await?;
    Ok(Dossier::of(steps.into_iter().map(|row| row.0).collect()))
}

/// As [`dossier`], as a change sees it.
pub(super) async fn dossier_in(change: &Change, id: Id<kind::Agreement>) -> Result<Option<Dossier>, StoreError> {
    let steps: Vec<StepRow> = change.rows(STEPS, params![id]).await?;
    Ok(Dossier::of(steps.into_iter().map(|row| row.0).collect()))
}

struct Supplied(Code);

impl FromRow for Supplied {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.parse("category")?))
    }
}

/// Everything that is wrong with what an agreement says, each in a sentence, as a change sees the agencies.
pub(super) async fn problems(change: &Change, terms: &Terms) -> Result<Vec<String>, StoreError> {
    let agencies: Vec<Agency> =
        change.rows("SELECT id, code, name, kind FROM agency ORDER BY name, id", params![]).await?;
    let supplied: Vec<Supplied> = change.rows("SELECT DISTINCT category FROM holding", params![]).await?;
    let supplied: Vec<Code> = supplied.into_iter().map(|row| row.0).collect();
    Ok(terms.problems(&agencies, &supplied))
}

/// As [`problems`], for a page.
pub(super) async fn problems_now(plain: &Plain, terms: &Terms) -> Result<Vec<String>, StoreError> {
    let supplied: Vec<Supplied> = plain.rows("SELECT DISTINCT category FROM holding", params![]).await?;
    let supplied: Vec<Code> = supplied.into_iter().map(|row| row.0).collect();
    Ok(terms.problems(&agency::all(plain).await?, &supplied))
}

/// The agencies by id, for pages.
pub(crate) async fn names(plain: &Plain) -> Result<BTreeMap<Id<kind::Agency>, Agency>, StoreError> {
    Ok(agency::all(plain).await?.into_iter().map(|agency| (agency.id, agency)).collect())
}

/// Keeps a new agreement and its first steps.
pub(super) async fn insert(
    change: &mut Change,
    id: Id<kind::Agreement>,
    terms: &Terms,
    dossier: &Dossier,
) -> Result<(), StoreError> {
    let now = change.now();
    change
        .execute(
            "INSERT INTO agreement (id, title, stage, revision, starts, ends, review, added_at) VALUES ($1, $2, $3, 0, $4, $5, $6, $7)",
            params![id, &terms.title, dossier.state.stage().code(), terms.starts, terms.ends, terms.review, now],
        )
        .await?;
    save_terms(change, id, terms).await?;
    for (number, step) in dossier.steps().iter().enumerate() {
        insert_step(change, id, number + 1, step).await?;
    }
    Ok(())
}

/// Keeps what an agreement says now, in place of what it said; its revision is one higher then.
pub(super) async fn save_terms(change: &mut Change, id: Id<kind::Agreement>, terms: &Terms) -> Result<(), StoreError> {
    change
        .execute(
            "UPDATE agreement SET title = $2, confidentiality = $3, conditions = $4, retention_days = $5, assessment = $6, \
             starts = $7, ends = $8, review = $9, revision = revision + 1 WHERE id = $1",
            params![
                id,
                terms.title.trim(),
                terms.confidentiality.as_ref(),
                terms.conditions.join("\n"),
                terms.retention_days,
                terms.assessment.as_ref(),
                terms.starts,
                terms.ends,
                terms.review
            ],
        )
        .await?;
    for sql in [
        "DELETE FROM agreement_party WHERE agreement = $1",
        "DELETE FROM agreement_brings WHERE agreement = $1",
        "DELETE FROM agreement_purpose WHERE agreement = $1",
        "DELETE FROM agreement_field WHERE agreement = $1",
        "DELETE FROM agreement_gateway WHERE agreement = $1",
    ] {
        change.execute(sql, params![id]).await?;
    }
    insert_lists(change, id, terms).await
}

async fn insert_lists(change: &mut Change, id: Id<kind::Agreement>, terms: &Terms) -> Result<(), StoreError> {
    const ONCE: &str = "ON CONFLICT DO NOTHING";
    let rows = terms.parties.iter().map(|party| params![id, *party]).collect();
    change.insert_many("agreement_party", &["agreement", "agency"], rows, ONCE).await?;
    let rows = terms.brings.iter().map(|brought| params![id, brought.party, &brought.category]).collect();
    change.insert_many("agreement_brings", &["agreement", "party", "category"], rows, ONCE).await?;
    let rows = terms.purposes.iter().map(|purpose| params![id, purpose.code()]).collect();
    change.insert_many("agreement_purpose", &["agreement", "purpose"], rows, ONCE).await?;
    let fields = terms.fields.iter().flat_map(|(purpose, names)| names.iter().map(move |name| (purpose, name)));
    let rows = fields.map(|(purpose, name)| params![id, purpose.code(), name]).collect();
    change.insert_many("agreement_field", &["agreement", "purpose", "field"], rows, ONCE).await?;
    let rows = terms.gateways.iter().map(|gateway| params![id, gateway]).collect();
    change.insert_many("agreement_gateway", &["agreement", "gateway"], rows, ONCE).await?;
    Ok(())
}

/// Keeps the last step of a dossier, and where the agreement stands by it.
pub(super) async fn save_step(
    change: &mut Change,
    id: Id<kind::Agreement>,
    dossier: &Dossier,
) -> Result<(), StoreError> {
    if let Some(step) = dossier.steps().last() {
        insert_step(change, id, dossier.steps().len(), step).await?;
    }
    change.execute("UPDATE agreement SET stage = $2 WHERE id = $1", params![id, dossier.state.stage().code()]).await?;
    Ok(())
}

async fn insert_step(
    change: &mut Change,
    id: Id<kind::Agreement>,
    number: usize,
    step: &Step,
) -> Result<(), StoreError> {
    let by = match step.mark.by {
        Doer::Member(member) => Some(member),
        Doer::Program => None,
    };
    change
        .execute(
            "INSERT INTO agreement_step (agreement, number, act, at, by_member, party, as_role, why) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![id, number, step.act.code(), step.mark.at, by, step.party, &step.as_role, &step.why],
        )
        .await?;
    Ok(())
}
