//! A record: one row that a partner sent and that was accepted, with where it came from.

mod store;

use base::{Code, Date, Id, Timestamp, kind};
use share::api::{Shown, register_views};
use vault::{Facet, Fields, Held, Permit, Reader, StoreError};

/// One version of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id; each version has its own.
    pub id: Id<kind::Record>,
    /// The feed that it came by.
    pub feed: Code,
    /// The agency that controls it.
    pub controller: Id<kind::Agency>,
    /// Its category.
    pub category: Code,
    /// The source's own id, or a digest (`~…`) of a long id or of the content.
    pub source_key: String,
    /// From 1.
    pub version: u64,
    /// Whether no later version is held.
    pub is_current: bool,
    /// The delivery that it came in.
    pub delivery: Id<kind::Delivery>,
    /// The line of the file on which it began.
    pub line: u64,
    /// When it happened, where the feed says so.
    pub event_at: Option<Timestamp>,
    /// What it says: standard names and the feed's own (see the feed's TOML file). Blank cells are left out.
    pub body: serde_json::Map<String, serde_json::Value>,
    /// When it came.
    pub received_at: Timestamp,
    /// When it must be deleted.
    pub expires_on: Option<Date>,
    /// When a whole picture came without it.
    pub withdrawn_at: Option<Timestamp>,
}

impl Held for Record {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
    /// The one place where fields are left out that an agreement doesn't name for the purpose. Who they were in the event is
    /// never left out: a child who was a victim must not look like anything else.
    fn hold_to(&mut self, fields: &Fields) {
        self.body.retain(|key, _| key == "role" || fields.name(key));
    }
}

impl Record {
    /// A text of the body.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(serde_json::Value::as_str)
    }

    /// A date of the body.
    #[must_use]
    pub fn date(&self, key: &str) -> Option<Date> {
        self.text(key)?.get(..10)?.parse().ok()
    }

    /// A local date and time of the body, as an instant (London's clocks).
    #[must_use]
    pub fn instant(&self, key: &str) -> Option<Timestamp> {
        base::london::resolve(self.text(key)?.parse().ok()?).ok()
    }
}

/// Every record that a stage reads goes through here: what one agency's member is about to see of another's is in the disclosure register before it is
/// released, so that no page can forget it. Where it can't be written down, nothing is released.
async fn released(reader: &Reader, records: Vec<Record>) -> Result<Vec<Record>, StoreError> {
    let facet = |record: &Record| Facet { controller: record.controller, category: record.category.clone() };
    let shown: Vec<Shown> = records.iter().map(|record| Shown { record: record.id, facet: facet(record) }).collect();
    register_views(reader, &shown).await?;
    Ok(records)
}

/// The records with these ids that the permit covers, in no particular order.
///
/// # Errors
/// The database's.
pub async fn records_by_ids(reader: &Reader, ids: &[Id<kind::Record>]) -> Result<Vec<Record>, StoreError> {
    released(reader, store::by_ids(reader, ids).await?).await
}

/// The records of some lines of a delivery that the permit covers, by line. What `records_accepted` announces.
///
/// # Errors
/// The database's.
pub async fn records_between(
    reader: &Reader,
    delivery: Id<kind::Delivery>,
    from_line: u64,
    to_line: u64,
) -> Result<Vec<Record>, StoreError> {
    released(reader, store::between(reader, delivery, from_line, to_line).await?).await
}

/// Current records of a category, in the order of their ids, after the one with this id, at most `limit`: for paging through
/// all. Superseded and withdrawn ones are left out. The last page is the one that is shorter than `limit`.
///
/// # Errors
/// The database's.
pub async fn current_records(
    reader: &Reader,
    category: &Code,
    after: Option<Id<kind::Record>>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    released(reader, store::current(reader, category, after, limit).await?).await
}

/// Every version of the record to which this version belongs, oldest first.
///
/// # Errors
/// The database's.
pub async fn versions_of(reader: &Reader, record: &Record) -> Result<Vec<Record>, StoreError> {
    released(reader, store::versions(reader, record.feed.as_str(), &record.source_key).await?).await
}

/// Every version of what a source knows by this key of a feed, oldest first.
///
/// # Errors
/// The database's.
pub async fn records_by_source(reader: &Reader, feed: &str, source_key: &str) -> Result<Vec<Record>, StoreError> {
    released(reader, store::versions(reader, feed, source_key).await?).await
}

/// The facets that a permit covers, for callers that page category by category.
#[must_use]
pub fn covered_categories(permit: &Permit) -> Vec<Code> {
    let mut categories: Vec<Code> = permit.grants().iter().map(|grant| grant.facet.category.clone()).collect();
    categories.sort();
    categories.dedup();
    categories
}
