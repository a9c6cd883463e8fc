//! The agreements' SQL.

use std::collections::BTreeMap;

use base::{Code, Date, Id, kind};
use vault::{Change, FromRow, Plain, Row, StoreError, params};

use super::{Agreement, AgreementError, Terms, over};
use crate::agency::{self, Agency, bump_version};

const HEADS: &str = "SELECT id, title, confidentiality, starts, ends, review FROM agreement ORDER BY ends, id";
/// Every list of every agreement in one reading, as (agreement, which list, value).
const LISTS: &str = "SELECT agreement, 'party' AS list, agency AS value FROM agreement_party \
     UNION ALL SELECT agreement, 'category' AS list, category AS value FROM agreement_category \
     UNION ALL SELECT agreement, 'purpose' AS list, purpose AS value FROM agreement_purpose \
     UNION ALL SELECT agreement, 'gateway' AS list, gateway AS value FROM agreement_gateway \
     ORDER BY agreement, list, value";

impl FromRow for Agreement {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let terms = Terms {
            title: row.text("title")?,
            parties: Vec::new(),
            categories: Vec::new(),
            purposes: Vec::new(),
            gateways: Vec::new(),
            confidentiality: row.opt_parse("confidentiality")?,
            starts: row.parse("starts")?,
            ends: row.parse("ends")?,
            review: row.parse("review")?,
        };
        Ok(Self { id: row.id("id")?, terms })
    }
}

enum Term {
    Party(Id<kind::Agency>),
    Category(Code),
    Purpose(vault::Purpose),
    Gateway(Code),
}

struct ListRow(Id<kind::Agreement>, Term);

impl FromRow for ListRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let term = match row.text("list")?.as_str() {
            "party" => Term::Party(row.id("value")?),
            "category" => Term::Category(row.parse("value")?),
            "purpose" => Term::Purpose(row.parse("value")?),
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
pub(crate) async fn all_in(book: &vault::Staff) -> Result<Vec<Agreement>, StoreError> {
    Ok(joined(book.rows(HEADS, params![]).await?, book.rows(LISTS, params![]).await?))
}

/// The agreement with this id.
///
/// # Errors
/// The database's.
pub async fn by_id(plain: &Plain, id: Id<kind::Agreement>) -> Result<Option<Agreement>, StoreError> {
    Ok(all(plain).await?.into_iter().find(|agreement| agreement.id == id))
}

fn joined(mut heads: Vec<Agreement>, lists: Vec<ListRow>) -> Vec<Agreement> {
    let mut by_agreement: BTreeMap<Id<kind::Agreement>, Vec<Term>> = BTreeMap::new();
    for ListRow(agreement, term) in lists {
        by_agreement.entry(agreement).or_default().push(term);
    }
    for head in &mut heads {
        for term in by_agreement.remove(&head.id).unwrap_or_default() {
            match term {
                Term::Party(id) => head.terms.parties.push(id),
                Term::Category(code) => head.terms.categories.push(code),
                Term::Purpose(purpose) => head.terms.purposes.push(purpose),
                Term::Gateway(code) => head.terms.gateways.push(code),
            }
        }
    }
    heads
}

struct Supplied(Code);

impl FromRow for Supplied {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.parse("category")?))
    }
}

/// Adds an agreement, in a change of the caller's.
///
/// # Errors
/// [`AgreementError::Invalid`] with everything that is wrong; the database's.
pub async fn add(change: &mut Change, terms: &Terms) -> Result<Id<kind::Agreement>, AgreementError> {
    let agencies: Vec<Agency> =
        change.rows("SELECT id, code, name, kind FROM agency ORDER BY name, id", params![]).await?;
    let supplied: Vec<Supplied> = change.rows("SELECT DISTINCT category FROM holding", params![]).await?;
    let supplied: Vec<Code> = supplied.into_iter().map(|row| row.0).collect();
    let problems = terms.problems(&agencies, &supplied);
    if !problems.is_empty() {
        return Err(AgreementError::Invalid(problems));
    }
    let id: Id<kind::Agreement> = change.new_id();
    change
        .execute(
            "INSERT INTO agreement (id, title, confidentiality, starts, ends, review, added_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![
                id,
                terms.title.trim(),
                terms.confidentiality.as_ref(),
                terms.starts,
                terms.ends,
                terms.review,
                change.now()
            ],
        )
        .await?;
    write_lists(change, id, terms).await?;
    bump_version(change).await?;
    over::see_to(change, id, terms.ends).await?;
    Ok(id)
}

async fn write_lists(change: &mut Change, id: Id<kind::Agreement>, terms: &Terms) -> Result<(), StoreError> {
    const ONCE: &str = "ON CONFLICT DO NOTHING";
    let rows = terms.parties.iter().map(|party| params![id, *party]).collect();
    change.insert_many("agreement_party", &["agreement", "agency"], rows, ONCE).await?;
    let rows = terms.categories.iter().map(|category| params![id, category]).collect();
    change.insert_many("agreement_category", &["agreement", "category"], rows, ONCE).await?;
    let rows = terms.purposes.iter().map(|purpose| params![id, purpose.code()]).collect();
    change.insert_many("agreement_purpose", &["agreement", "purpose"], rows, ONCE).await?;
    let rows = terms.gateways.iter().map(|gateway| params![id, gateway]).collect();
    change.insert_many("agreement_gateway", &["agreement", "gateway"], rows, ONCE).await?;
    Ok(())
}

/// Ends an agreement early: `last` is its last day. What stands on it is refused from the day after, and its end is announced
/// ([`super::over::AGREEMENT_OVER`]): in this change where that day is over.
///
/// # Errors
/// [`AgreementError::NotFound`]; [`AgreementError::Invalid`] where it ends sooner already, or starts later.
pub async fn end(change: &mut Change, id: Id<kind::Agreement>, last: Date) -> Result<(), AgreementError> {
    let heads: Vec<Agreement> = change.rows(HEADS, params![]).await?;
    let agreement = heads.into_iter().find(|head| head.id == id).ok_or(AgreementError::NotFound)?;
    if last < agreement.terms.starts || last > agreement.terms.ends {
        let problem = format!(
            "The last day must lie between the start, {}, and the end, {}.",
            agreement.terms.starts, agreement.terms.ends
        );
        return Err(AgreementError::Invalid(vec![problem]));
    }
    let review = agreement.terms.review.min(last);
    change.execute("UPDATE agreement SET ends = $2, review = $3 WHERE id = $1", params![id, last, review]).await?;
    bump_version(change).await?;
    over::see_to(change, id, last).await?;
    Ok(())
}

/// The agencies by id, for pages.
pub(crate) async fn names(plain: &Plain) -> Result<BTreeMap<Id<kind::Agency>, Agency>, StoreError> {
    Ok(agency::all(plain).await?.into_iter().map(|agency| (agency.id, agency)).collect())
}
