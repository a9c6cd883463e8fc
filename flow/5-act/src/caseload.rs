//! Whose work somebody is: for watching over who looked. Only ids leave.

use base::{Code, Id, kind};
use vault::{FromRow, Held, IntoValue, Reader, Row, StoreError, Value, params};

/// That a moment, a contact or a referral ties a person to somebody’s work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// The moment that it hangs on.
    pub moment: Id<kind::Moment>,
    /// Whom it is about, where that is known.
    pub person: Option<Id<kind::Person>>,
    /// The referral, where it is one.
    pub referral: Option<String>,
    /// Whose work it is: the member’s to whom it was given, or who wrote it.
    pub member: Option<Id<kind::Member>>,
    /// The agency’s that was asked to help, or that asked.
    pub agency: Option<Id<kind::Agency>>,
    /// A moment that still waits: the work of everybody who answers moments.
    pub waits: bool,
    controller: Id<kind::Agency>,
    category: Code,
}

impl Held for Tie {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for Tie {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            moment: row.id("moment")?,
            person: row.opt_parse("person")?,
            referral: row.opt_text("referral")?,
            member: row.opt_text("member")?.and_then(|id| id.parse().ok()),
            agency: row.opt_text("agency")?.and_then(|id| id.parse().ok()),
            waits: row.bool("waits")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

macro_rules! moments {
    ($where:literal) => {
        concat!(
            "SELECT id AS moment, person, CAST(NULL AS TEXT) AS referral, assigned_to AS member, CAST(NULL AS TEXT) AS agency, \
             waiting AS waits, controller, category FROM moment WHERE ",
            $where
        )
    };
}

macro_rules! contacts {
    ($where:literal) => {
        concat!(
            "SELECT moment, person, CAST(NULL AS TEXT) AS referral, made_by AS member, CAST(NULL AS TEXT) AS agency, \
             FALSE AS waits, controller, category FROM contact WHERE ",
            $where
        )
    };
}

macro_rules! referrals {
    ($where:literal, $agency:literal) => {
        concat!(
            "SELECT moment, person, id AS referral, made_by AS member, ",
            $agency,
            " AS agency, FALSE AS waits, controller, category FROM referral WHERE ",
            $where
        )
    };
}

/// Every tie of these people, moments and referrals that the permit covers.
///
/// # Errors
/// The database's.
pub async fn ties(
    reader: &Reader,
    people: &[Id<kind::Person>],
    moments: &[Id<kind::Moment>],
    referrals: &[String],
) -> Result<Vec<Tie>, StoreError> {
    let people: Vec<Value> = people.iter().map(|id| (*id).into_value()).collect();
    let moments: Vec<Value> = moments.iter().map(|id| (*id).into_value()).collect();
    let referrals: Vec<Value> = referrals.iter().map(IntoValue::into_value).collect();
    let mut ties: Vec<Tie> = Vec::new();
    for (sql, keys) in [
        (moments!("person IN ({in})"), &people),
        (moments!("id IN ({in})"), &moments),
        (contacts!("person IN ({in})"), &people),
        (contacts!("moment IN ({in})"), &moments),
        (referrals!("person IN ({in})", "to_agency"), &people),
        (referrals!("person IN ({in})", "from_agency"), &people),
        (referrals!("id IN ({in})", "to_agency"), &referrals),
        (referrals!("id IN ({in})", "from_agency"), &referrals),
        (referrals!("moment IN ({in})", "to_agency"), &moments),
    ] {
        if !keys.is_empty() {
            ties.extend(reader.rows_in(sql, params![], keys).await?);
        }
    }
    Ok(ties)
}

/// The records that raised these moments.
///
/// # Errors
/// The database's.
pub async fn records_of_moments(
    reader: &Reader,
    moments: &[Id<kind::Moment>],
) -> Result<Vec<(Id<kind::Moment>, Id<kind::Record>)>, StoreError> {
    struct Raised {
        moment: Id<kind::Moment>,
        record: Id<kind::Record>,
        controller: Id<kind::Agency>,
        category: Code,
    }
    impl Held for Raised {
        fn controller(&self) -> Id<kind::Agency> {
            self.controller
        }
        fn category(&self) -> &Code {
            &self.category
        }
    }
    impl FromRow for Raised {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self {
                moment: row.id("id")?,
                record: row.id("record")?,
                controller: row.id("controller")?,
                category: row.parse("category")?,
            })
        }
    }
    const SQL: &str = "SELECT id, record, controller, category FROM moment WHERE id IN ({in})";
    let keys: Vec<Value> = moments.iter().map(|id| (*id).into_value()).collect();
    let rows: Vec<Raised> = reader.rows_in(SQL, params![], &keys).await?;
    Ok(rows.into_iter().map(|row| (row.moment, row.record)).collect())
}

/// For each member and time, whether a shift of the rota holds.
///
/// # Errors
/// The database's.
pub async fn on_shift(
    staff: &vault::Staff,
    at: &[(Id<kind::Member>, base::Timestamp)],
) -> Result<Vec<bool>, StoreError> {
    let times = at.iter().map(|(_, at)| *at);
    let (Some(from), Some(until)) = (times.clone().min(), times.max()) else { return Ok(Vec::new()) };
    let shifts = crate::rota::store::between(staff, from, until.plus_hours(1)).await?;
    let holds = |(member, at): &(Id<kind::Member>, base::Timestamp)| {
        shifts.iter().any(|shift| shift.member == *member && shift.starts_at <= *at && *at < shift.ends_at)
    };
    Ok(at.iter().map(holds).collect())
}
