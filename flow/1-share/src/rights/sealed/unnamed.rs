//! Parts that hold something and of which the agency has not named two who work for it: nobody could see to them. Its data owner, who names, is
//! told so. That a part holds something is noted by agency alone (`rights_part_open`), so that nobody needs a permit for what is sealed to be told.

use base::{Id, kind};
use vault::{Change, FromRow, Row, StoreError, Vault, params};
use web::Caller;

use crate::seal;

/// So many whom an agency named see to a part: one looks through it, another looks at that.
const NEEDED: u64 = 2;

struct Count(u64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("n").map(Self)
    }
}

/// How many parts of this member's agency hold something and wait for somebody to be named, for its data owner alone. To the unit's data
/// protection officer, who answers, there are none, whatever else they are.
///
/// # Errors
/// The database's.
pub(crate) async fn waiting(vault: &Vault, caller: &Caller) -> Result<u64, StoreError> {
    const NAMED: &str = "SELECT COUNT(*) AS n FROM seal_reader r JOIN member m ON m.id = r.member AND m.agency = r.agency \
         WHERE r.agency = $1 AND r.ended_at IS NULL AND m.active = $2";
    const OPEN: &str = "SELECT COUNT(*) AS n FROM rights_part_open WHERE agency = $1";
    if !caller.has("data_owner") || seal::is_officer(vault, &caller.actor()).await? {
        return Ok(0);
    }
    let book = vault.book();
    let named = book.first(NAMED, params![caller.agency, true]).await?.map_or(0, |count: Count| count.0);
    if named >= NEEDED {
        return Ok(0);
    }
    Ok(book.first(OPEN, params![caller.agency]).await?.map_or(0, |count: Count| count.0))
}

/// Notes which parts of a request hold something that is yet to be given; none of one that was refused or taken back.
pub(super) async fn note(change: &mut Change, request: Id<kind::RightsRequest>) -> Result<(), StoreError> {
    const NOTE: &str = "INSERT INTO rights_part_open (part, request, agency, made_at) \
         SELECT s.id, s.request, s.controller, s.made_at FROM rights_sealed s JOIN rights_request r ON r.id = s.request \
         WHERE s.request = $1 AND s.found > 0 AND s.stage <> 'closed' AND r.stage NOT IN ('refused', 'withdrawn')";
    end(change, request).await?;
    change.execute(NOTE, params![request]).await?;
    Ok(())
}

/// A part was given.
pub(super) async fn given(change: &mut Change, part: Id<super::SealedPart>) -> Result<(), StoreError> {
    change.execute("DELETE FROM rights_part_open WHERE part = $1", params![part]).await?;
    Ok(())
}

/// The request was refused or taken back: no part of it waits. Done for every such request alike.
pub(in crate::rights) async fn end(change: &mut Change, request: Id<kind::RightsRequest>) -> Result<(), StoreError> {
    change.execute("DELETE FROM rights_part_open WHERE request = $1", params![request]).await?;
    Ok(())
}
