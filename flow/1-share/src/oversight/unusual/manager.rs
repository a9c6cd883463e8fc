//! Who leads a member, set by an administrator; and the postcode at which a member lives, given by themselves and kept as a digest.

use base::{Id, code, kind};
use vault::{Actor, Cause, Change, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, params};

use super::{UnusualError, likeness::postcode};
use crate::ask::store::has_duty;

/// What the digest of a postcode is made for.
pub(super) const HOME: &str = "member_home";

struct Seen;

impl FromRow for Seen {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Says who leads a member, in a change of the caller’s; none, that the data owner of their agency answers.
///
/// # Errors
/// [`UnusualError::OwnManager`], [`UnusualError::NoManager`], or [`UnusualError::NotFound`] where there is no such member.
pub async fn set_line_manager(
    change: &mut Change,
    member: Id<kind::Member>,
    manager: Option<Id<kind::Member>>,
) -> Result<(), UnusualError> {
    if manager == Some(member) {
        return Err(UnusualError::OwnManager);
    }
    if let Some(manager) = manager {
        let found: Vec<Seen> =
            change.rows("SELECT id FROM member WHERE id = $1 AND active = $2", params![manager, true]).await?;
        if found.is_empty() {
            return Err(UnusualError::NoManager);
        }
    }
    let touched = change.execute("UPDATE member SET line_manager = $2 WHERE id = $1", params![member, manager]).await?;
    if touched == 1 { Ok(()) } else { Err(UnusualError::NotFound) }
}

/// As [`set_line_manager`], by an administrator.
pub(super) async fn appoint(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    manager: Option<Id<kind::Member>>,
) -> Result<(), UnusualError> {
    let Actor::Member { id, .. } = actor else { return Err(UnusualError::NotFound) };
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("line_manager_set"),
        scope: Scope::of("member", member),
    };
    let mut change = vault.change(cause).await?;
    if !has_duty(&change, *id, "administrator").await? {
        return Err(UnusualError::NotFound);
    }
    set_line_manager(&mut change, member, manager).await?;
    Ok(change.commit().await?)
}

/// Keeps a digest of the postcode at which a member lives, or takes it back. The digest before it is compared for some weeks more, so that
/// nobody hides a look by changing theirs.
///
/// # Errors
/// The database’s.
pub async fn set_home(vault: &Vault, actor: &Actor, own: Option<&str>) -> Result<(), UnusualError> {
    const BEFORE: &str = "INSERT INTO member_home_before (member, digest, until_at) SELECT id, home_digest, CAST($2 AS BIGINT) FROM member \
         WHERE id = $1 AND home_digest IS NOT NULL ON CONFLICT (member, digest) DO UPDATE SET until_at = excluded.until_at";
    let Actor::Member { id, .. } = actor else { return Err(UnusualError::NotFound) };
    let digest = own.map(|own| vault.digest(HOME, postcode(own).as_bytes()));
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Oversight,
        operation: Operation::Administration,
        act: code!("own_postcode_given"),
        scope: Scope::of("member", *id),
    };
    let mut change = vault.change(cause).await?;
    let now = change.now();
    change.execute(BEFORE, params![*id, now]).await?;
    change.execute("UPDATE member SET home_digest = $2 WHERE id = $1", params![*id, digest]).await?;
    Ok(change.commit().await?)
}
