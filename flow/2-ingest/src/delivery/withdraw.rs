//! The end of a whole picture: records of the feed that did not come are marked withdrawn, some at a time, and whoever was told of them gets
//! a notice in the same transaction. Their need is reviewed by people; nothing is deleted here.

use base::{Code, Id, code, kind};
use share::api::{Told, tell_because};
use vault::{FromRow, Held, IntoValue, Marks, Reader, Row, StoreError, Value, params};

use super::{DeliveryFault, Run, store};
use crate::row::identity::{Seen, fingerprint};

/// Records that are looked at together.
const A_TIME: usize = 1000;
/// Records of one change, so that it stays short: each is looked up in the disclosure register.
const MARKED: usize = 50;

struct Present {
    id: Id<kind::Record>,
    controller: Id<kind::Agency>,
    category: Code,
    key: String,
}

impl FromRow for Present {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            key: row.text("source_key")?,
        })
    }
}

impl Held for Present {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

impl Run<'_> {
    /// Marks every current record of the feed that was not seen. Gives how many.
    pub(super) async fn withdraw(&self, seen: &Seen) -> Result<u64, DeliveryFault> {
        let mut count = self.withdraw_of(&self.feed.category, seen).await?;
        for category in Marks::EVERY.iter().filter_map(|marks| marks.on(&self.feed.category)) {
            count += self.withdraw_of(&category, seen).await?;
        }
        Ok(count)
    }

    async fn withdraw_of(&self, category: &Code, seen: &Seen) -> Result<u64, DeliveryFault> {
        let reader = self.vault.read(&self.permit)?;
        let (mut after, mut count) = (String::new(), 0);
        loop {
            let page: Vec<Present> = reader
                .rows(
                    "SELECT id, controller, category, source_key FROM record WHERE category = $1 AND id > $2 AND feed = $3 \
                     AND is_current AND withdrawn_at IS NULL ORDER BY id LIMIT $4",
                    params![category, &after, &self.feed.name, A_TIME],
                )
                .await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = last.id.to_string();
            let gone: Vec<&Present> = page.iter().filter(|record| !seen.has(fingerprint(&record.key))).collect();
            for part in gone.chunks(MARKED) {
                count += self.mark(&reader, part).await?;
            }
        }
    }

    async fn mark(&self, reader: &Reader, gone: &[&Present]) -> Result<u64, DeliveryFault> {
        let keys: Vec<&str> = gone.iter().map(|record| record.key.as_str()).collect();
        let told_of = every_version(reader, self.feed.name.as_str(), &keys).await?;
        let mut change = self.vault.change_under(&self.permit, self.cause(code!("records_withdrawn"))).await?;
        let mut marked = 0;
        let now = change.now();
        for record in gone {
            let sql = "UPDATE record SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
            marked += change.execute(sql, params![record.id, now]).await?;
        }
        if store::withdrawn(&mut change, self.delivery, marked).await? != 1 {
            return Err(DeliveryFault::ReadElsewhere);
        }
        // Once for this delivery, however often it is read: what is marked and who is told stand or fall together.
        tell_because(&mut change, &told_of, Told::Withdrawn, &self.delivery.to_string()).await?;
        change.note("withdrawn", marked);
        change.commit().await?;
        Ok(marked)
    }
}

/// Every version that is held of these, as texts: whoever was told of an earlier one has something that is withdrawn too.
async fn every_version(reader: &Reader, feed: &str, keys: &[&str]) -> Result<Vec<String>, StoreError> {
    const SQL: &str =
        "SELECT id, controller, category, source_key FROM record WHERE feed = $1 AND source_key IN ({in})";
    let keys: Vec<Value> = keys.iter().map(|key| (*key).into_value()).collect();
    let all: Vec<Present> = reader.rows_in(SQL, params![feed], &keys).await?;
    Ok(all.iter().map(|record| record.id.to_string()).collect())
}
