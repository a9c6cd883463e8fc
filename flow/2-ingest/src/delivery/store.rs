//! The SQL of deliveries.

use base::{Code, Id, kind};
use vault::{Actor, Change, FromRow, Plain, Row, StoreError, Vault, params};

use super::{Counts, DeliveryReport};

/// A delivery as its row has it.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub report: DeliveryReport,
    pub agency: Id<kind::Agency>,
    pub blob: Option<Id<kind::Blob>>,
    pub look: Option<String>,
    pub header: Vec<String>,
    pub lines_done: u64,
    pub actor: Actor,
}

impl FromRow for Delivery {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let look = row.opt_text("look")?;
        let shape = look
            .as_deref()
            .and_then(|text| serde_json::from_str::<crate::table::Look>(text).ok())
            .map_or_else(String::new, |look| look.words());
        let actor_agency = row.opt_text("actor_agency")?;
        Ok(Self {
            actor: super::actor_of(&row.text("actor_kind")?, &row.text("actor")?, actor_agency.as_deref()),
            agency: row.id("agency")?,
            blob: row.opt_parse("blob")?,
            header: list(row, "header")?,
            lines_done: row.count("lines_done")?,
            report: DeliveryReport {
                delivery: row.id("id")?,
                feed: row.parse("feed")?,
                state: row.parse("state")?,
                counts: Counts {
                    read: row.count("rows_read")?,
                    accepted_new: row.count("accepted_new")?,
                    accepted_version: row.count("accepted_version")?,
                    already_held: row.count("already_held")?,
                    quarantined: row.count("rows_quarantined")?,
                    withdrawn: row.count("withdrawn")?,
                },
                same_as: row.opt_parse("same_as")?,
                shape,
                notes: list(row, "notes")?,
                refusal: row.opt_text("refusal")?,
                received_at: row.time("received_at")?,
                finished_at: row.opt_time("finished_at")?,
                rows_total: row.count("rows_total")?,
            },
            look,
        })
    }
}

impl FromRow for DeliveryReport {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Delivery::from_row(row)?.report)
    }
}

fn list(row: &Row, column: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(&row.text(column)?)
        .map_err(|error| StoreError::BadValue { column: column.to_owned(), problem: error.to_string() })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, feed, agency, category, source, state, file_digest, sha256, blob, look, notes, header, same_as, ",
            "refusal, rows_total, lines_done, rows_read, accepted_new, accepted_version, already_held, rows_quarantined, withdrawn, ",
            "received_at, finished_at, actor_kind, actor, actor_agency FROM delivery ",
            $rest
        )
    };
}

pub(crate) async fn find(vault: &Vault, id: Id<kind::Delivery>) -> Result<Option<Delivery>, StoreError> {
    vault.plain().first(select!("WHERE id = $1"), params![id]).await
}

/// One delivery.
///
/// # Errors
/// The database's.
pub async fn delivery(plain: &Plain, id: Id<kind::Delivery>) -> Result<Option<DeliveryReport>, StoreError> {
    plain.first(select!("WHERE id = $1"), params![id]).await
}

/// The latest deliveries of a feed, refused ones too, without live notifications.
///
/// # Errors
/// The database's.
pub async fn last_deliveries(plain: &Plain, feed: &Code, limit: u32) -> Result<Vec<DeliveryReport>, StoreError> {
    let sql = select!("WHERE feed = $1 AND source = 'file' ORDER BY received_at DESC, id DESC LIMIT $2");
    plain.rows(sql, params![feed, limit]).await
}

pub(crate) async fn unfinished(vault: &Vault) -> Result<Vec<Delivery>, StoreError> {
    vault.plain().rows(select!("WHERE state = 'reading' ORDER BY received_at, id"), params![]).await
}

/// The finished delivery of the same content, if there is one.
pub(crate) async fn same_content(change: &Change, feed: &Code, sha256: &str) -> Result<Option<Delivery>, StoreError> {
    let sql =
        select!("WHERE feed = $1 AND sha256 = $2 AND state = 'done' AND same_as IS NULL ORDER BY received_at LIMIT 1");
    Ok(change.rows::<Delivery>(sql, params![feed, sha256]).await?.into_iter().next())
}

struct Agency(Id<kind::Agency>);

impl FromRow for Agency {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.id("id").map(Self)
    }
}

pub(crate) async fn agency(vault: &Vault, code: &Code) -> Result<Option<Id<kind::Agency>>, StoreError> {
    let found: Option<Agency> = vault.plain().first("SELECT id FROM agency WHERE code = $1", params![code]).await?;
    Ok(found.map(|agency| agency.0))
}

/// A delivery that begins.
pub(crate) struct NewDelivery<'d> {
    pub id: Id<kind::Delivery>,
    pub feed: &'d crate::feed::Feed,
    pub agency: Id<kind::Agency>,
    /// `file` or `notification`.
    pub source: &'static str,
    /// A digest of the file's name: names of files hold names of people.
    pub file_digest: Option<String>,
    pub blob: Option<Id<kind::Blob>>,
}

pub(crate) async fn insert(change: &mut Change, new: NewDelivery<'_>) -> Result<(), StoreError> {
    let actor = change.actor().clone();
    let now = change.now();
    change
        .execute(
            "INSERT INTO delivery (id, feed, agency, category, source, state, file_digest, blob, received_at, actor_kind, actor, \
             actor_agency) VALUES ($1, $2, $3, $4, $5, 'reading', $6, $7, $8, $9, $10, $11)",
            params![
                new.id,
                &new.feed.name,
                new.agency,
                &new.feed.category,
                new.source,
                new.file_digest,
                new.blob,
                now,
                actor.kind(),
                actor.id_text(),
                actor.agency(),
            ],
        )
        .await?;
    Ok(())
}

/// What the first look found.
pub(crate) struct Looked<'l> {
    pub look: &'l crate::table::Look,
    pub header: &'l [String],
    pub notes: &'l [String],
}

pub(crate) async fn looked(change: &mut Change, id: Id<kind::Delivery>, found: Looked<'_>) -> Result<u64, StoreError> {
    change
        .execute(
            "UPDATE delivery SET sha256 = $2, look = $3, header = $4, notes = $5, rows_total = $6 \
             WHERE id = $1 AND state = 'reading' AND lines_done = 0",
            params![
                id,
                &found.look.sha256,
                serde_json::json!(found.look).to_string(),
                serde_json::json!(found.header).to_string(),
                serde_json::json!(found.notes).to_string(),
                found.look.rows,
            ],
        )
        .await
}

pub(crate) async fn refuse(change: &mut Change, id: Id<kind::Delivery>, why: &str) -> Result<u64, StoreError> {
    let now = change.now();
    let sql = "UPDATE delivery SET state = 'refused', refusal = $2, finished_at = $3 \
               WHERE id = $1 AND state = 'reading' AND lines_done = 0";
    change.execute(sql, params![id, why, now]).await
}

/// Settles a delivery whose very file came before: every row that was taken then is held already.
pub(crate) async fn same(
    change: &mut Change,
    id: Id<kind::Delivery>,
    earlier: &DeliveryReport,
) -> Result<u64, StoreError> {
    let now = change.now();
    let counts = earlier.counts;
    change
        .execute(
            "UPDATE delivery SET state = 'done', finished_at = $2, same_as = $3, rows_read = $4, already_held = $5, \
             rows_quarantined = $6 WHERE id = $1 AND state = 'reading' AND lines_done = 0",
            params![
                id,
                now,
                earlier.delivery,
                counts.read,
                counts.accepted() + counts.already_held,
                counts.quarantined
            ],
        )
        .await
}

/// Moves a delivery on by one part. Nothing happens (and 0 comes back) where somebody else moved it meanwhile.
pub(crate) async fn advance(
    change: &mut Change,
    id: Id<kind::Delivery>,
    from_line: u64,
    to_line: u64,
    counts: Counts,
) -> Result<u64, StoreError> {
    change
        .execute(
            "UPDATE delivery SET lines_done = $3, rows_read = rows_read + $4, accepted_new = accepted_new + $5, \
             accepted_version = accepted_version + $6, already_held = already_held + $7, rows_quarantined = rows_quarantined + $8 \
             WHERE id = $1 AND state = 'reading' AND lines_done = $2",
            params![
                id,
                from_line,
                to_line,
                counts.read,
                counts.accepted_new,
                counts.accepted_version,
                counts.already_held,
                counts.quarantined
            ],
        )
        .await
}

pub(crate) async fn withdrawn(change: &mut Change, id: Id<kind::Delivery>, count: u64) -> Result<u64, StoreError> {
    let sql = "UPDATE delivery SET withdrawn = withdrawn + $2 WHERE id = $1 AND state = 'reading'";
    change.execute(sql, params![id, count]).await
}

pub(crate) async fn finish(change: &mut Change, id: Id<kind::Delivery>) -> Result<u64, StoreError> {
    let now = change.now();
    let sql = "UPDATE delivery SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'reading'";
    change.execute(sql, params![id, now]).await
}

pub(crate) async fn part(
    change: &mut Change,
    delivery: Id<kind::Delivery>,
    lines: (u64, u64),
    records: (Id<kind::Record>, Id<kind::Record>),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO delivery_part (delivery, from_line, to_line, first_record, last_record) VALUES ($1, $2, $3, $4, $5)";
    change.execute(sql, params![delivery, lines.0, lines.1, records.0, records.1]).await?;
    Ok(())
}
