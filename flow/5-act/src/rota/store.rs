//! The SQL of the rota.

use base::{Code, Id, Timestamp, kind};
use vault::{Change, FromRow, Row, Staff, StoreError, params};

use super::{Districts, Shift};

const AHEAD: &str = "SELECT id, member, duty, districts, starts_at, ends_at FROM rota_shift WHERE ends_at > $1 AND starts_at < $2 \
     ORDER BY starts_at, id";

impl FromRow for Shift {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let districts = row.text("districts")?;
        Ok(Self {
            id: row.text("id")?,
            member: row.id("member")?,
            duty: row.parse("duty")?,
            districts: match districts.as_str() {
                "*" => Districts::All,
                names => Districts::Some(names.split('|').map(str::to_owned).collect()),
            },
            starts_at: row.time("starts_at")?,
            ends_at: row.time("ends_at")?,
        })
    }
}

/// The shifts that touch a stretch of time.
pub(crate) async fn between(staff: &Staff, from: Timestamp, until: Timestamp) -> Result<Vec<Shift>, StoreError> {
    staff.rows(AHEAD, params![from, until]).await
}

/// A shift to be added.
#[derive(Debug, Clone)]
pub struct NewShift {
    /// Who.
    pub member: Id<kind::Member>,
    /// As what.
    pub duty: Code,
    /// Where.
    pub districts: Districts,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// The form's own key: the same form sent twice is one shift.
    pub form_key: String,
}

/// Adds a shift. `false` where the same form added it before.
pub(crate) async fn add(change: &mut Change, new: &NewShift, by: &str) -> Result<bool, StoreError> {
    const COLUMNS: &[&str] =
        &["id", "member", "duty", "districts", "starts_at", "ends_at", "made_by", "made_at", "form_key"];
    let id: Id<kind::Job> = change.new_id(); // an id of its own kind would name nothing else
    let districts = match &new.districts {
        Districts::All => "*".to_owned(),
        Districts::Some(names) => names.join("|"),
    };
    let now = change.now();
    let row = params![id, new.member, &new.duty, districts, new.starts_at, new.ends_at, by, now, &new.form_key];
    Ok(change.insert_many("rota_shift", COLUMNS, vec![row], "ON CONFLICT (form_key) DO NOTHING").await? == 1)
}

/// Takes a shift out of the rota.
pub(crate) async fn remove(change: &mut Change, id: &str) -> Result<bool, StoreError> {
    Ok(change.execute("DELETE FROM rota_shift WHERE id = $1", params![id]).await? == 1)
}
