//! The SQL of contacts.

use base::{Code, Id, kind};
use vault::{Change, FromRow, Held, Reader, Row, StoreError, Value, params};

use super::Contact;

const OF_MOMENTS: &str = "SELECT id, moment, person, controller, category, attempted_at, how, reached, agreed, next_at, note, \
     made_by, written_at FROM contact WHERE moment IN ({in}) ORDER BY attempted_at DESC, id DESC";

impl Held for Contact {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl FromRow for Contact {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            moment: row.id("moment")?,
            person: row.opt_parse("person")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            attempted_at: row.time("attempted_at")?,
            how: row.parse("how")?,
            reached: row.bool("reached")?,
            agreed: row.opt_parse("agreed")?,
            next_at: row.opt_time("next_at")?,
            note: row.text("note")?,
            made_by: row.id("made_by")?,
            written_at: row.time("written_at")?,
        })
    }
}

const COLUMNS: &[&str] = &[
    "id",
    "moment",
    "person",
    "controller",
    "category",
    "attempted_at",
    "how",
    "reached",
    "agreed",
    "next_at",
    "note",
    "made_by",
    "written_at",
    "form_key",
];

fn values(contact: &Contact, form_key: &str) -> Vec<Value> {
    params![
        contact.id,
        contact.moment,
        contact.person,
        contact.controller,
        &contact.category,
        contact.attempted_at,
        contact.how.code(),
        contact.reached,
        contact.agreed.map(|agreed| agreed.code().to_owned()),
        contact.next_at,
        &contact.note,
        contact.made_by,
        contact.written_at,
        form_key,
    ]
}

/// Keeps an attempt. `false` where the same form was kept before.
pub(super) async fn insert(change: &mut Change, contact: &Contact, form_key: &str) -> Result<bool, StoreError> {
    let rows = vec![values(contact, form_key)];
    Ok(change.insert_many("contact", COLUMNS, rows, "ON CONFLICT (form_key) DO NOTHING").await? == 1)
}

/// Keeps many attempts at once, with their forms' keys.
pub(crate) async fn insert_all(change: &mut Change, contacts: &[(Contact, String)]) -> Result<u64, StoreError> {
    let rows = contacts.iter().map(|(contact, key)| values(contact, key)).collect();
    change.insert_many("contact", COLUMNS, rows, "ON CONFLICT (form_key) DO NOTHING").await
}

/// The attempts for some moments, the newest first.
pub(crate) async fn of_moments(reader: &Reader, moments: &[Id<kind::Moment>]) -> Result<Vec<Contact>, StoreError> {
    let keys: Vec<Value> = moments.iter().map(|id| Value::Text(Some(id.to_string()))).collect();
    reader.rows_in(OF_MOMENTS, params![], &keys).await
}
