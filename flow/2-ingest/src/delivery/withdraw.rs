//! The end of a whole picture: records of the feed that did not come are marked withdrawn, some at a time. Their need is
//! reviewed by people; nothing is deleted here.

use base::{Code, Id, code, kind};
use vault::{FromRow, Held, IntoValue, Marks, Row, StoreError, Value, params};

use super::{DeliveryFault, Run, store};
use crate::row::identity::{Seen, fingerprint};

const A_TIME: usize = 1000;

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
            let gone: Vec<Id<kind::Record>> =
                page.iter().filter(|record| !seen.has(fingerprint(&record.key))).map(|record| record.id).collect();
            if !gone.is_empty() {
                count += self.mark(&gone).await?;
            }
        }
    }

    async fn mark(&self, gone: &[Id<kind::Record>]) -> Result<u64, DeliveryFault> {
        let mut change = self.vault.change_under(&self.permit, self.cause(code!("records_withdrawn"))).await?;
        let mut marked = 0;
        let now = change.now();
        for id in gone {
            let sql = "UPDATE record SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
            let values: Vec<Value> = vec![id.into_value(), now.into_value()];
            marked += change.execute(sql, values).await?;
        }
        if store::withdrawn(&mut change, self.delivery, marked).await? != 1 {
            return Err(DeliveryFault::ReadElsewhere);
        }
        change.note("withdrawn", marked);
        change.commit().await?;
        Ok(marked)
    }
}
