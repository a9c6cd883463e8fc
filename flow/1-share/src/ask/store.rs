//! The SQL of asks. Each statement says for whom it reads (`held_by`): the agency that is asked, the agency that asks, or the unit; so that
//! each reads asks as its own records, and the permit is held against that.

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, params};

use super::{Condition, DataAsk, Granted, Refused, State, Why};

macro_rules! of_ask {
    ($held_by:literal, $rest:literal) => {
        concat!(
            "SELECT id, controller AS owner, ",
            $held_by,
            " AS held_by, category, person, asker, asker_agency, named, categories, purpose, why, asked_at, answer_by, expires_at, \
             escalated_at, seen_at, state, settled_by, settled_at, gateway, confidentiality, fields, conditions, until, refusal, \
             answer FROM ask ",
            $rest
        )
    };
}

const FOR_OWNER: &str = of_ask!("controller", "WHERE id = $1");
const FOR_ASKER: &str = of_ask!("asker_agency", "WHERE id = $1");
const BY_FORM: &str = of_ask!(
    "asker_agency",
    "WHERE form_key = $1 OR (asker = $2 AND person = $3 AND controller = $4 AND purpose = $5 AND state = 'waiting') \
     ORDER BY CASE form_key WHEN $1 THEN 0 ELSE 1 END LIMIT 1"
);
const TO_ANSWER: &str =
    of_ask!("controller", "WHERE controller = $1 AND state = 'waiting' ORDER BY answer_by, id LIMIT 200");
const ANSWERED: &str = of_ask!(
    "controller",
    "WHERE controller = $1 AND state <> 'waiting' ORDER BY settled_at DESC NULLS LAST, id DESC LIMIT 100"
);
const MINE: &str = of_ask!("asker_agency", "WHERE asker = $1 ORDER BY asked_at DESC, id DESC LIMIT 200");
const LATE_AT_OWNER: &str = of_ask!(
    "controller",
    "WHERE controller = $1 AND state = 'waiting' AND answer_by <= $2 ORDER BY answer_by, id LIMIT 200"
);
const LATE_IN_UNIT: &str =
    of_ask!("CAST($1 AS TEXT)", "WHERE state = 'waiting' AND answer_by <= $2 ORDER BY answer_by, id LIMIT 200");

impl Held for DataAsk {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

fn words<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split(' ').filter_map(|word| word.parse().ok()).collect()
}

fn bad(column: &str) -> StoreError {
    StoreError::BadValue { column: column.to_owned(), problem: "not what an ask holds".to_owned() }
}

impl FromRow for DataAsk {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            owner: row.id("owner")?,
            person: row.id("person")?,
            asker: row.id("asker")?,
            asker_agency: row.id("asker_agency")?,
            named: row.bool("named")?,
            categories: words(&row.text("categories")?),
            purpose: row.parse("purpose")?,
            why: row.text("why")?,
            asked_at: row.time("asked_at")?,
            answer_by: row.time("answer_by")?,
            expires_at: row.time("expires_at")?,
            escalated_at: row.opt_time("escalated_at")?,
            seen_at: row.opt_time("seen_at")?,
            state: state(row)?,
            held_by: row.id("held_by")?,
            category: row.parse("category")?,
        })
    }
}

fn state(row: &Row) -> Result<State, StoreError> {
    let by = || row.id("settled_by");
    let at = || row.time("settled_at");
    Ok(match row.text("state")?.as_str() {
        "waiting" => State::Waiting,
        "granted" => State::Granted(Granted {
            by: by()?,
            at: at()?,
            power: row.parse("gateway")?,
            confidentiality: row.opt_parse("confidentiality")?,
            fields: serde_json::from_str(&row.text("fields")?).map_err(|_| bad("fields"))?,
            conditions: words::<Condition>(&row.text("conditions")?),
            until: row.time("until")?,
        }),
        "refused" => State::Refused(Refused {
            by: by()?,
            at: at()?,
            why: row.parse::<Why>("refusal")?,
            words: row.text("answer")?,
        }),
        "withdrawn" => State::Withdrawn { at: at()? },
        "expired" => State::Expired { at: at()? },
        _ => return Err(bad("state")),
    })
}

/// Keeps an ask; false where the same form was kept before, or the same question waits already.
pub(super) async fn insert(change: &mut Change, ask: &DataAsk, form_key: &str) -> Result<bool, StoreError> {
    const COLUMNS: &[&str] = &[
        "id",
        "controller",
        "category",
        "person",
        "asker",
        "asker_agency",
        "named",
        "categories",
        "purpose",
        "why",
        "asked_at",
        "answer_by",
        "expires_at",
        "state",
        "form_key",
    ];
    let categories: Vec<&str> = ask.categories.iter().map(Code::as_str).collect();
    let row = params![
        ask.id,
        ask.owner,
        &ask.category,
        ask.person,
        ask.asker,
        ask.asker_agency,
        ask.named,
        categories.join(" "),
        ask.purpose.code(),
        &ask.why,
        ask.asked_at,
        ask.answer_by,
        ask.expires_at,
        "waiting",
        form_key,
    ];
    Ok(change.insert_many("ask", COLUMNS, vec![row], "ON CONFLICT DO NOTHING").await? == 1)
}

/// The ask that was kept of this form before, or that waits with the same question.
pub(super) async fn kept_before(change: &Change, ask: &DataAsk, form_key: &str) -> Result<Option<DataAsk>, StoreError> {
    let same = params![form_key, ask.asker, ask.person, ask.owner, ask.purpose.code()];
    Ok(change.rows_held(BY_FORM, same).await?.into_iter().next())
}

/// An ask, for the agency that is asked, as a change sees it.
pub(super) async fn for_owner_in(change: &Change, id: Id<kind::Ask>) -> Result<Option<DataAsk>, StoreError> {
    Ok(change.rows_held(FOR_OWNER, params![id]).await?.into_iter().next())
}

/// An ask, for the agency that asks, as a change sees it.
pub(super) async fn for_asker_in(change: &Change, id: Id<kind::Ask>) -> Result<Option<DataAsk>, StoreError> {
    Ok(change.rows_held(FOR_ASKER, params![id]).await?.into_iter().next())
}

pub(crate) async fn for_owner(reader: &Reader, id: Id<kind::Ask>) -> Result<Option<DataAsk>, StoreError> {
    reader.first(FOR_OWNER, params![id]).await
}

pub(crate) async fn for_asker(reader: &Reader, id: Id<kind::Ask>) -> Result<Option<DataAsk>, StoreError> {
    reader.first(FOR_ASKER, params![id]).await
}

/// What waits for an agency's answer, the first due first.
pub(crate) async fn to_answer(reader: &Reader, agency: Id<kind::Agency>) -> Result<Vec<DataAsk>, StoreError> {
    reader.rows(TO_ANSWER, params![agency]).await
}

/// What an agency was asked and is settled, the newest first.
pub(crate) async fn answered(reader: &Reader, agency: Id<kind::Agency>) -> Result<Vec<DataAsk>, StoreError> {
    reader.rows(ANSWERED, params![agency]).await
}

/// What a member asked, the newest first.
pub(crate) async fn mine(reader: &Reader, member: Id<kind::Member>) -> Result<Vec<DataAsk>, StoreError> {
    reader.rows(MINE, params![member]).await
}

/// What is overdue: at one agency, or, for the unit, at any.
pub(crate) async fn late(
    reader: &Reader,
    agency: Id<kind::Agency>,
    is_unit: bool,
    now: Timestamp,
) -> Result<Vec<DataAsk>, StoreError> {
    reader.rows(if is_unit { LATE_IN_UNIT } else { LATE_AT_OWNER }, params![agency, now]).await
}

/// Writes what was granted; false where it waits no more.
pub(super) async fn grant(change: &mut Change, id: Id<kind::Ask>, granted: &Granted) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE ask SET state = 'granted', settled_by = $2, settled_at = $3, gateway = $4, confidentiality = $5, \
         fields = $6, conditions = $7, until = $8 WHERE id = $1 AND state = 'waiting'";
    let fields = serde_json::to_string(&granted.fields).map_err(|_| bad("fields"))?;
    let conditions: Vec<&str> = granted.conditions.iter().map(|condition| condition.code()).collect();
    let values = params![
        id,
        granted.by,
        granted.at,
        &granted.power,
        granted.confidentiality.as_ref(),
        fields,
        conditions.join(" "),
        granted.until
    ];
    Ok(change.execute(SQL, values).await? == 1)
}

/// Writes a refusal; false where it waits no more.
pub(super) async fn refuse(change: &mut Change, id: Id<kind::Ask>, refused: &Refused) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE ask SET state = 'refused', settled_by = $2, settled_at = $3, refusal = $4, answer = $5 \
         WHERE id = $1 AND state = 'waiting'";
    let values = params![id, refused.by, refused.at, refused.why.code(), &refused.words];
    Ok(change.execute(SQL, values).await? == 1)
}

/// Writes that it was withdrawn; false where it waits no more.
pub(super) async fn withdraw(change: &mut Change, id: Id<kind::Ask>) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE ask SET state = 'withdrawn', settled_at = $2 WHERE id = $1 AND state = 'waiting'";
    let now = change.now();
    Ok(change.execute(SQL, params![id, now]).await? == 1)
}

/// Ends what was granted now; false where nothing is open.
pub(super) async fn take_back(change: &mut Change, id: Id<kind::Ask>) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE ask SET until = $2 WHERE id = $1 AND state = 'granted' AND until > $2";
    let now = change.now();
    let ended = change.execute(SQL, params![id, now]).await? == 1;
    change.execute(crate::decision::END_STANDING, params![id, now]).await?;
    Ok(ended)
}

/// Notes that the asker saw the answer; false where they had.
pub(super) async fn see(change: &mut Change, id: Id<kind::Ask>) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE ask SET seen_at = $2 WHERE id = $1 AND seen_at IS NULL AND state <> 'waiting'";
    let now = change.now();
    Ok(change.execute(SQL, params![id, now]).await? == 1)
}

/// Notes that its time is over, and closes it where nobody answered for a month; once each, and only what is due.
pub(super) async fn watch(change: &mut Change, id: &str) -> Result<u64, StoreError> {
    const LATE: &str = "UPDATE ask SET escalated_at = $2 WHERE id = $1 AND state = 'waiting' AND escalated_at IS NULL AND answer_by <= $2";
    const OVER: &str =
        "UPDATE ask SET state = 'expired', settled_at = $2 WHERE id = $1 AND state = 'waiting' AND expires_at <= $2";
    let now = change.now();
    let late = change.execute(LATE, params![id, now]).await?;
    Ok(late + change.execute(OVER, params![id, now]).await?)
}

struct Duty;

impl FromRow for Duty {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Whether a member has a duty now and may sign in.
pub(crate) async fn has_duty(change: &Change, member: Id<kind::Member>, duty: &str) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT m.id FROM member m JOIN member_duty d ON d.member = m.id \
         WHERE m.id = $1 AND d.duty = $2 AND m.active = $3";
    let found: Vec<Duty> = change.rows(SQL, params![member, duty, true]).await?;
    Ok(!found.is_empty())
}

/// Whether an agency holds a category.
pub(crate) async fn holds(change: &Change, agency: Id<kind::Agency>, category: &Code) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT agency FROM holding WHERE agency = $1 AND category = $2";
    let found: Vec<Duty> = change.rows(SQL, params![agency, category]).await?;
    Ok(!found.is_empty())
}
