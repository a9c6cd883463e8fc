//! The SQL of resets.

use base::{Id, Timestamp, kind};
use vault::{Change, FromRow, Row, StoreError, params};

use super::Reset;

struct Seen;

impl FromRow for Seen {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Whether there is such a member who may sign in.
pub(super) async fn is_active(change: &Change, member: Id<kind::Member>) -> Result<bool, StoreError> {
    let rows: Vec<Seen> =
        change.rows("SELECT id FROM member WHERE id = $1 AND active = $2", params![member, true]).await?;
    Ok(!rows.is_empty())
}

/// Whether the same member of staff reset something else of this member's, who has not signed in with a second factor since. It is not
/// counted in days: whoever is on leave for long enough would be another's to become.
pub(super) async fn helped_with_another(
    change: &Change,
    member: Id<kind::Member>,
    what: Reset,
    by: Id<kind::Member>,
) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM member_reset WHERE member = $1 AND what <> $2 AND made_by = $3 AND made_at >= COALESCE( \
         (SELECT MAX(opened_at) FROM sign_in WHERE member_id = $1 AND proof = 'second_factor'), 0) LIMIT 1";
    let rows: Vec<Seen> = change.rows(SQL, params![member, what.code(), by]).await?;
    Ok(!rows.is_empty())
}

/// Whether the password is all that this member proves who they are with.
pub(super) async fn lacks_second_factor(change: &Change, member: Id<kind::Member>) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM member WHERE id = $1 AND second_factor IS NULL";
    let rows: Vec<Seen> = change.rows(SQL, params![member]).await?;
    Ok(!rows.is_empty())
}

/// Whether another administrator's word waits for a second: it has no code.
pub(super) async fn asked_by_another(
    change: &Change,
    member: Id<kind::Member>,
    by: Id<kind::Member>,
) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT id FROM member_reset WHERE member = $1 AND what = 'password' AND code_hash IS NULL AND made_by <> $2 \
         AND ends_at > $3 LIMIT 1";
    let rows: Vec<Seen> = change.rows(SQL, params![member, by, change.now()]).await?;
    Ok(!rows.is_empty())
}

/// The old password opens nothing any more, and neither does an earlier code.
pub(super) async fn forget_password(change: &mut Change, member: Id<kind::Member>) -> Result<(), StoreError> {
    change.execute("UPDATE member SET password_hash = NULL WHERE id = $1", params![member]).await?;
    let now = change.now();
    change
        .execute(
            "UPDATE member_reset SET ends_at = $2 WHERE member = $1 AND used_at IS NULL AND ends_at > $2",
            params![member, now],
        )
        .await?;
    Ok(())
}

/// Takes the second factor away, and the recovery codes.
pub(super) async fn forget_second_factor(change: &mut Change, member: Id<kind::Member>) -> Result<(), StoreError> {
    change
        .execute("UPDATE member SET second_factor = NULL, second_factor_step = 0 WHERE id = $1", params![member])
        .await?;
    change.execute("DELETE FROM recovery_code WHERE member = $1", params![member]).await?;
    Ok(())
}

/// Keeps that it was done, and the hash of the code.
pub(super) async fn keep(
    change: &mut Change,
    member: Id<kind::Member>,
    what: Reset,
    hash: Option<String>,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    let id: Id<kind::Token> = change.new_id();
    let (by, now) = (change.actor().id_text(), change.now());
    change
        .execute(
            "INSERT INTO member_reset (id, member, what, code_hash, made_by, made_at, ends_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![id, member, what.code(), hash, by, now, ends_at],
        )
        .await?;
    Ok(())
}

/// Ends every sign-in of a member; gives how many were open.
pub(super) async fn end_sign_ins(change: &mut Change, member: Id<kind::Member>) -> Result<u64, StoreError> {
    let now = change.now();
    change
        .execute(
            "UPDATE sign_in SET ended_at = $2, ended_why = $3 WHERE member_id = $1 AND ended_at IS NULL",
            params![member, now, web::End::Revoked.code()],
        )
        .await
}

/// Uses a code up; false where it is none of theirs, was used, or its time is over.
pub(super) async fn use_code(change: &mut Change, member: Id<kind::Member>, hash: &str) -> Result<bool, StoreError> {
    let now = change.now();
    let touched = change
        .execute(
            "UPDATE member_reset SET used_at = $3 WHERE member = $1 AND code_hash = $2 AND used_at IS NULL AND ends_at > $3",
            params![member, hash, now],
        )
        .await?;
    Ok(touched == 1)
}

/// Who has a second factor.
pub(super) struct Proofs {
    pub(super) member: Id<kind::Member>,
    pub(super) password: bool,
    pub(super) second_factor: bool,
}

impl FromRow for Proofs {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            member: row.id("id")?,
            password: row.opt_text("password_hash")?.is_some(),
            second_factor: row.opt_text("second_factor")?.is_some(),
        })
    }
}

/// By what each member proves who they are.
pub(super) async fn proofs(staff: &vault::Staff) -> Result<Vec<Proofs>, StoreError> {
    staff.rows("SELECT id, password_hash, second_factor FROM member ORDER BY id", params![]).await
}
