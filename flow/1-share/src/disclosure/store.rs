//! Reading the register. Each statement says for whom it reads (`held_by`): the agency that gave, the agency that was told, or the unit; so that
//! each reads it as its own record, and the permit is held against that.

use base::{Code, Id, Timestamp, code, kind};
use vault::{FromRow, Held, Reader, Row, StoreError, Value, params};

use super::Disclosure;

/// The category as which the register is read: what passes between agencies about somebody's data.
pub(crate) fn category() -> Code {
    code!("data_request")
}

macro_rules! of_register {
    ($($rest:expr),+) => {
        concat!(
            "SELECT id, controller, category AS data, CAST($1 AS TEXT) AS held_by, record, person, to_agency, to_member, kind, purpose, ",
            "ground, ground_id, power, basis, condition, confidentiality, obligations, fields, permit, via, first_at, last_at, receipt_at ",
            "FROM disclosure ",
            $($rest),+
        )
    };
}

/// Whose rows an agency reads: as the unit's officer all of them; else what it gave and what it was told. What was told of sealed records
/// is for those whom their controller named: that there is any would tell of the seal.
macro_rules! mine {
    ($member:literal) => {
        concat!(
            "($2 = 1 OR controller = $1 OR (to_agency = $1 AND kind <> 'pointer')) AND (REPLACE(category, '_sealed', '') = category OR EXISTS \
             (SELECT 1 FROM seal_reader WHERE agency = disclosure.controller AND ended_at IS NULL AND member = ",
            $member,
            "))"
        )
    };
}

macro_rules! narrowed {
    ($member:literal) => {
        concat!(
            "WHERE ",
            mine!($member),
            " AND ($3 = '' OR controller = $3 OR to_agency = $3) AND ($4 = '' OR purpose = $4) AND ($5 = '' OR kind = $5) \
             AND last_at >= $6 AND last_at < $7 "
        )
    };
}

const LIST: &str = concat!(
    "SELECT id, controller, category AS data, CAST($1 AS TEXT) AS held_by, record, person, to_agency, to_member, kind, purpose, \
     ground, ground_id, power, basis, condition, confidentiality, obligations, fields, permit, via, first_at, last_at, receipt_at \
     FROM disclosure ",
    narrowed!("$8"),
    "ORDER BY last_at DESC, id DESC LIMIT $9 OFFSET $10"
);
const SUMS: &str = concat!(
    "SELECT CAST($1 AS TEXT) AS held_by, SUBSTR(day, 1, 7) AS month, to_agency, purpose, COUNT(*) AS n FROM disclosure ",
    narrowed!("$8"),
    "GROUP BY SUBSTR(day, 1, 7), to_agency, purpose"
);
const ONE: &str = of_register!("WHERE id = $4 AND ", mine!("$3"));
const ABOUT_RECORDS: &str = of_register!("WHERE ", mine!("$3"), " AND record IN ({in}) ORDER BY last_at DESC, id DESC");
const ABOUT_PEOPLE: &str = of_register!("WHERE ", mine!("$3"), " AND person IN ({in}) ORDER BY last_at DESC, id DESC");

impl Held for Disclosure {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

fn some<T: std::str::FromStr>(row: &Row, column: &str) -> Result<Option<T>, StoreError> {
    let text = row.text(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| StoreError::BadValue {
        column: column.to_owned(),
        problem: "not what a disclosure names".to_owned(),
    })
}

impl FromRow for Disclosure {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let words =
            |text: String| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        Ok(Self {
            id: row.id("id")?,
            from: row.id("controller")?,
            data: row.parse("data")?,
            record: some(row, "record")?,
            person: some(row, "person")?,
            to: row.id("to_agency")?,
            member: some(row, "to_member")?,
            how: row.parse("kind")?,
            purpose: row.parse("purpose")?,
            ground: row.parse("ground")?,
            ground_id: row.text("ground_id")?,
            power: row.parse("power")?,
            basis: row.parse("basis")?,
            condition: row.opt_parse("condition")?,
            confidentiality: row.opt_parse("confidentiality")?,
            obligations: words(row.text("obligations")?).iter().filter_map(|word| word.parse().ok()).collect(),
            fields: row.opt_text("fields")?.map(words),
            permit: row.id("permit")?,
            via: row.text("via")?,
            first_at: row.time("first_at")?,
            last_at: row.time("last_at")?,
            receipt_at: row.opt_time("receipt_at")?,
            held_by: row.id("held_by")?,
            category: category(),
        })
    }
}

/// For whom the register is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct For {
    pub agency: Id<kind::Agency>,
    /// As the unit's data protection officer: everything.
    pub all: bool,
    /// Who reads: what is sealed is for those who are named for it.
    pub member: Id<kind::Member>,
}

/// What a list is narrowed to; empty text for everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrowed {
    pub partner: String,
    pub purpose: String,
    pub how: String,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Narrowed {
    fn values(&self, whose: For) -> Vec<Value> {
        params![
            whose.agency,
            i64::from(whose.all),
            &self.partner,
            &self.purpose,
            &self.how,
            self.from.map_or(i64::MIN, Timestamp::as_micros),
            self.until.map_or(i64::MAX, Timestamp::as_micros),
            whose.member
        ]
    }
}

/// So many disclosures of one month to one agency for one purpose.
#[derive(Debug, Clone)]
pub(crate) struct Sum {
    pub month: String,
    pub to: Id<kind::Agency>,
    pub purpose: String,
    pub n: u64,
    held_by: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Sum {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            month: row.text("month")?,
            to: row.id("to_agency")?,
            purpose: row.text("purpose")?,
            n: row.count("n")?,
            held_by: row.id("held_by")?,
            category: category(),
        })
    }
}

impl Held for Sum {
    fn controller(&self) -> Id<kind::Agency> {
        self.held_by
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

pub(crate) async fn list(
    reader: &Reader,
    whose: For,
    narrowed: &Narrowed,
    limit: u64,
    offset: u64,
) -> Result<Vec<Disclosure>, StoreError> {
    let mut values = narrowed.values(whose);
    values.extend(params![limit, offset]);
    reader.rows(LIST, values).await
}

/// How many there are by month, agency that was told, and purpose.
pub(crate) async fn sums(reader: &Reader, whose: For, narrowed: &Narrowed) -> Result<Vec<Sum>, StoreError> {
    reader.rows(SUMS, narrowed.values(whose)).await
}

pub(crate) async fn one(
    reader: &Reader,
    whose: For,
    id: Id<kind::Disclosure>,
) -> Result<Option<Disclosure>, StoreError> {
    reader.first(ONE, params![whose.agency, i64::from(whose.all), whose.member, id]).await
}

/// What was told of some people and records, the newest first.
pub(crate) async fn about(reader: &Reader, whose: For, ids: &[String]) -> Result<Vec<Disclosure>, StoreError> {
    let keys: Vec<Value> = ids.iter().filter(|id| !id.is_empty()).map(vault::IntoValue::into_value).collect();
    let whose = params![whose.agency, i64::from(whose.all), whose.member];
    let mut found: Vec<Disclosure> = reader.rows_in(ABOUT_RECORDS, whose.clone(), &keys).await?;
    let of_people: Vec<Disclosure> = reader.rows_in(ABOUT_PEOPLE, whose, &keys).await?;
    let known: std::collections::BTreeSet<_> = found.iter().map(|one| one.id).collect();
    found.extend(of_people.into_iter().filter(|one| !known.contains(&one.id)));
    found.sort_by_key(|one| std::cmp::Reverse((one.last_at, one.id)));
    Ok(found)
}
