//! Legal holds: while one is on, neither expiry nor erasure touches what is held. The data protection officer puts it; to lift it, two agree.

use base::{Code, Date, Id, Timestamp, code, kind};
use vault::{
    Actor, Cause, Change, FromRow, Held as Holds, Operation, Permit, Purpose, Reader, Row, Scope, StoreError, Vault,
    Verb, params,
};

use super::RetentionError;
use crate::{
    agency,
    ask::{
        AskError, category,
        make::{member_of, own_permit},
        store as asks,
    },
};

/// What is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// One person, and all that is known of them.
    Person(Id<kind::Person>),
    /// One record, with all its versions and what hangs on it.
    Record(Id<kind::Record>),
    /// A kind of data of one agency.
    Facet(Id<kind::Agency>, Code),
}

impl Held {
    fn code(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Record(_) => "record",
            Self::Facet(..) => "facet",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Person(id) => id.to_string(),
            Self::Record(id) => id.to_string(),
            Self::Facet(agency, category) => format!("{agency} {category}"),
        }
    }
}

base::code_list! {
    /// Why something is held.
    HoldReason {
        /// A court.
        Court => "court", "A court’s order, or proceedings that are under way or expected", "";
        /// An inquiry.
        Inquiry => "inquiry", "A public inquiry, or a safeguarding practice review", "";
        /// The police.
        Investigation => "investigation", "A criminal investigation or disclosure (Criminal Procedure and Investigations Act 1996)", "";
        /// The regulator.
        Regulator => "regulator", "The Information Commissioner, or a complaint", "";
        /// A request.
        Request => "request", "A request for access that is not answered yet", "";
    }
}

/// A hold to be put.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// On what.
    pub held: Held,
    /// Why.
    pub reason: HoldReason,
    /// In a sentence.
    pub words: String,
    /// The case's own reference.
    pub case_reference: String,
    /// When somebody looks at it again.
    pub review_on: Date,
    /// The form's own key.
    pub form_key: String,
}

/// A hold as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hold {
    pub id: Id<kind::Hold>,
    pub held: Held,
    pub reason: HoldReason,
    pub words: String,
    pub case_reference: String,
    pub review_on: Date,
    pub put_by: Id<kind::Member>,
    pub put_at: Timestamp,
    pub lift_asked: Option<(Id<kind::Member>, Timestamp)>,
    pub lifted: Option<(Id<kind::Member>, Timestamp)>,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Hold {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let about = row.text("about")?;
        let bad =
            || StoreError::BadValue { column: "about".to_owned(), problem: "nothing that can be held".to_owned() };
        let held = match row.text("held")?.as_str() {
            "person" => about.parse().ok().map(Held::Person),
            "record" => about.parse().ok().map(Held::Record),
            _ => about
                .split_once(' ')
                .and_then(|(agency, category)| Some(Held::Facet(agency.parse().ok()?, category.parse().ok()?))),
        };
        let asked = row.opt_parse("lift_asked_by")?;
        let lifted = row.opt_parse("lifted_by")?;
        Ok(Self {
            id: row.id("id")?,
            held: held.ok_or_else(bad)?,
            reason: row.parse("reason")?,
            words: row.text("words")?,
            case_reference: row.text("case_reference")?,
            review_on: row.parse("review_on")?,
            put_by: row.id("put_by")?,
            put_at: row.time("put_at")?,
            lift_asked: asked.zip(row.opt_time("lift_asked_at")?),
            lifted: lifted.zip(row.opt_time("lifted_at")?),
            held_by: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Holds for Hold {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

macro_rules! of_hold {
    ($rest:literal) => {
        concat!(
            "SELECT id, controller, category, held, about, reason, words, case_reference, review_on, put_by, put_at, lift_asked_by, \
             lift_asked_at, lifted_by, lifted_at FROM legal_hold ",
            $rest
        )
    };
}

/// Every hold, those that stand first.
pub(crate) async fn all(reader: &Reader) -> Result<Vec<Hold>, StoreError> {
    reader.rows(of_hold!("ORDER BY lifted_at DESC NULLS FIRST, review_on, id LIMIT 500"), params![]).await
}

pub(crate) async fn one(reader: &Reader, id: Id<kind::Hold>) -> Result<Option<Hold>, StoreError> {
    reader.first(of_hold!("WHERE id = $1"), params![id]).await
}

/// Who may put and lift.
const OFFICERS: &[&str] = &["data_protection_officer"];
const SECONDS: &[&str] = &["data_protection_officer", "data_owner"];

struct Opened {
    change: Change,
    by: Id<kind::Member>,
    unit: Id<kind::Agency>,
}

fn not_found(error: AskError) -> RetentionError {
    match error {
        AskError::Store(error) => RetentionError::Store(error),
        _ => RetentionError::NotFound,
    }
}

/// The permit of somebody of the unit for what is the unit's own.
pub(crate) async fn unit_permit(vault: &Vault, actor: &Actor, verb: Verb) -> Result<Permit, RetentionError> {
    let (_, agency) = member_of(actor).map_err(not_found)?;
    let unit = agency::unit(&vault.plain()).await?.filter(|unit| unit.id == agency).ok_or(RetentionError::NotFound)?;
    Ok(own_permit(vault, actor, unit.id, verb, Scope::unit(), Purpose::Rights).await?)
}

async fn open(
    vault: &Vault,
    actor: &Actor,
    duties: &[&str],
    act: Code,
    scope: Scope,
) -> Result<Opened, RetentionError> {
    let (by, unit) = member_of(actor).map_err(not_found)?;
    let permit = unit_permit(vault, actor, Verb::Record).await?;
    let cause =
        Cause { actor: actor.clone(), purpose: Purpose::Rights, operation: Operation::Administration, act, scope };
    let change = vault.change_under(&permit, cause).await?;
    for duty in duties {
        if asks::has_duty(&change, by, duty).await? {
            return Ok(Opened { change, by, unit });
        }
    }
    Err(RetentionError::NotFound)
}

/// Puts a hold. Gives it, or the one that the same form put before.
///
/// # Errors
/// [`RetentionError::NotFound`] for whoever isn't the unit's data protection officer; [`RetentionError::Past`].
pub async fn put(vault: &Vault, actor: &Actor, new: &NewHold) -> Result<Id<kind::Hold>, RetentionError> {
    const SQL: &str = "INSERT INTO legal_hold (id, controller, category, held, about, reason, words, case_reference, review_on, put_by, \
         put_at, form_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (form_key) DO NOTHING";
    let words = vault.seal(new.words.as_bytes())?;
    let case_reference = vault.seal(new.case_reference.as_bytes())?;
    let mut opened = open(vault, actor, OFFICERS, code!("legal_hold_put"), Scope::unit()).await?;
    let change = &mut opened.change;
    let now = change.now();
    if new.review_on <= now.date_in_london() {
        return Err(RetentionError::Past);
    }
    let id: Id<kind::Hold> = change.new_id();
    let kept = change
        .execute(
            SQL,
            params![
                id,
                opened.unit,
                category(),
                new.held.code(),
                new.held.text(),
                new.reason.code(),
                words,
                case_reference,
                new.review_on,
                opened.by,
                now,
                &new.form_key,
            ],
        )
        .await?;
    if kept == 0 {
        let before: Vec<Hold> = change.rows_held(of_hold!("WHERE form_key = $1"), params![&new.form_key]).await?;
        return before.first().map(|hold| hold.id).ok_or(RetentionError::Done);
    }
    change.execute("INSERT INTO held_back (what, why) VALUES ($1, $2)", params![new.held.text(), id]).await?;
    change.about(Scope::of("hold", id));
    change.note("held", new.held.code());
    change.note("reason", new.reason.code());
    opened.change.commit().await?;
    Ok(id)
}

/// The officer asks for a hold to be lifted.
///
/// # Errors
/// [`RetentionError::Done`] where that was asked, or it was lifted.
pub async fn ask_to_lift(vault: &Vault, actor: &Actor, id: Id<kind::Hold>) -> Result<(), RetentionError> {
    const SQL: &str = "UPDATE legal_hold SET lift_asked_by = $2, lift_asked_at = $3 \
         WHERE id = $1 AND lift_asked_at IS NULL AND lifted_at IS NULL";
    let mut opened = open(vault, actor, OFFICERS, code!("legal_hold_lift_asked"), Scope::of("hold", id)).await?;
    let now = opened.change.now();
    if opened.change.execute(SQL, params![id, opened.by, now]).await? != 1 {
        return Err(RetentionError::Done);
    }
    Ok(opened.change.commit().await?)
}

/// Somebody else of the unit lifts it: what it held is again subject to expiry and erasure.
///
/// # Errors
/// [`RetentionError::Own`], [`RetentionError::Done`].
pub async fn lift(vault: &Vault, actor: &Actor, id: Id<kind::Hold>) -> Result<(), RetentionError> {
    const SQL: &str = "UPDATE legal_hold SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL";
    let mut opened = open(vault, actor, SECONDS, code!("legal_hold_lifted"), Scope::of("hold", id)).await?;
    let change = &mut opened.change;
    let hold: Vec<Hold> = change.rows_held(of_hold!("WHERE id = $1"), params![id]).await?;
    let hold = hold.first().ok_or(RetentionError::NotFound)?;
    match (&hold.lift_asked, &hold.lifted) {
        (_, Some(_)) | (None, None) => return Err(RetentionError::Done),
        (Some((asked, _)), None) if *asked == opened.by => return Err(RetentionError::Own),
        _ => {}
    }
    let now = change.now();
    change.execute(SQL, params![id, opened.by, now]).await?;
    change.execute("DELETE FROM held_back WHERE why = $1", params![id]).await?;
    Ok(opened.change.commit().await?)
}
