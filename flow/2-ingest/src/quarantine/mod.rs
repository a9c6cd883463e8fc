//! Rows that wait: kept as the partner sent them with every reason, shown, downloaded as the partner's own columns with the
//! reasons beside them, mended and sent again.

mod csv;
mod store;

use base::{Code, Id, kind};
use share::api::{Shown, register_views};
use vault::{Facet, Held, Reader, StoreError};

pub use csv::as_csv;
pub(crate) use store::{erased, keep, settle};

use crate::{
    delivery::Part,
    row::{Mends, Reason},
};

/// One row in quarantine.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantined {
    /// Its id.
    pub id: Id<kind::Record>,
    /// The delivery that it came in.
    pub delivery: Id<kind::Delivery>,
    /// The agency that controls it.
    pub controller: Id<kind::Agency>,
    /// Its category.
    pub category: Code,
    /// The line of the file on which it began.
    pub line: u64,
    /// The partner's own cells; none where the row belongs to an erased record, of which nothing is kept again.
    pub cells: Vec<String>,
    /// Every reason at once.
    pub reasons: Vec<Reason>,
    /// Whether a later delivery brought it again, mended or not.
    pub settled: bool,
}

impl Held for Quarantined {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

/// Rows of a delivery that still wait, by line, after this line, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn waiting(
    reader: &Reader,
    delivery: Id<kind::Delivery>,
    after_line: u64,
    limit: u32,
) -> Result<Vec<Quarantined>, StoreError> {
    let rows = store::waiting(reader, delivery, after_line, limit).await?;
    // A row in quarantine is somebody's record too: who of another agency reads it stands in the register.
    let facet = |row: &Quarantined| Facet { controller: row.controller, category: row.category.clone() };
    let shown: Vec<Shown> = rows.iter().map(|row| Shown { record: row.id, facet: facet(row) }).collect();
    register_views(reader, &shown).await?;
    Ok(rows)
}

/// The quarantined rows that the rows of a part are the mended forms of.
pub(crate) fn mended(part: &Part) -> Vec<Mends> {
    let drafts = part.drafts.iter().filter_map(|draft| draft.mends.clone());
    drafts.chain(part.bad.iter().filter_map(|bad| bad.mends.clone())).collect()
}
