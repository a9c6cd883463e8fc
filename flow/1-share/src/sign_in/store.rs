//! What signing in writes: failures, second factors, recovery codes, passwords.

use base::{Code, Id, code, kind};
use vault::{Actor, Cause, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, params};
use web::SignIn;

use super::{PasswordHash, second_factor};
use crate::member::{self, Secrets};

fn cause(actor: Actor, act: Code, scope: Scope) -> Cause {
    Cause { actor, purpose: Purpose::Administration, operation: Operation::SignIn, act, scope }
}

fn own_cause(who: &Secrets, act: Code) -> Cause {
    cause(Actor::Member { id: who.id, agency: who.agency }, act, Scope::of("member", who.id))
}

/// Notes that somebody failed to sign in. Of an account that does not exist nothing is kept but that it was tried.
pub(super) async fn failed(vault: &Vault, who: Option<&Secrets>, at: &'static str) -> Result<(), StoreError> {
    let cause = match who {
        Some(who) => own_cause(who, code!("sign_in_failed")),
        None => cause(Actor::System, code!("sign_in_failed"), Scope { kind: "sign_in", id: None }),
    };
    let mut change = vault.change(cause).await?;
    change.note("at", at);
    change.commit().await
}

/// Uses up a code from the phone; false where it was used before.
pub(super) async fn use_step(vault: &Vault, who: &Secrets, step: i64) -> Result<bool, StoreError> {
    let mut change = vault.change(own_cause(who, code!("second_factor_given"))).await?;
    if !member::second_factor_step_used(&mut change, who.id, step).await? {
        return Ok(false);
    }
    change.commit().await?;
    Ok(true)
}

/// Uses up a recovery code; false where it is none.
pub(super) async fn use_recovery(vault: &Vault, who: &Secrets, code: &str) -> Result<bool, StoreError> {
    let mut change = vault.change(own_cause(who, code!("recovery_code_given"))).await?;
    let (hash, now) = (second_factor::recovery_hash(who.id, code), change.now());
    if !member::recovery_code_used(&mut change, who.id, &hash, now).await? {
        return Ok(false);
    }
    change.commit().await?;
    Ok(true)
}

/// Keeps a new second factor, and gives its recovery codes, which can't be read again.
pub(super) async fn keep_second_factor(
    vault: &Vault,
    who: &Secrets,
    sealed: &str,
    step: i64,
) -> Result<Vec<String>, StoreError> {
    let codes = second_factor::recovery_codes(vault.random());
    let hashes: Vec<String> = codes.iter().map(|code| second_factor::recovery_hash(who.id, code)).collect();
    let mut change = vault.change(own_cause(who, code!("second_factor_set_up"))).await?;
    member::set_second_factor(&mut change, who.id, sealed, step, &hashes).await?;
    change.commit().await?;
    Ok(codes)
}

/// Keeps a new password.
pub(super) async fn keep_password(vault: &Vault, who: &Secrets, hash: &PasswordHash) -> Result<(), StoreError> {
    let mut change = vault.change(own_cause(who, code!("password_changed"))).await?;
    member::set_password(&mut change, who.id, hash).await?;
    change.commit().await
}

/// A member's own sign-ins that have not been ended, the newest first; those that are over by time are among them.
pub(super) async fn open_sign_ins(vault: &Vault, member: Id<kind::Member>) -> Result<Vec<SignIn>, StoreError> {
    vault
        .book()
        .rows(
            "SELECT id, member_id, proof, opened_at, seen_at, ended_at, ended_why FROM sign_in \
             WHERE member_id = $1 AND ended_at IS NULL ORDER BY opened_at DESC, id DESC LIMIT 50",
            params![member],
        )
        .await
}

struct Left(u64);

impl FromRow for Left {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("n").map(Self)
    }
}

/// How many recovery codes a member has left.
pub(super) async fn recovery_codes_left(vault: &Vault, member: Id<kind::Member>) -> Result<u64, StoreError> {
    let left: Option<Left> = vault
        .book()
        .first("SELECT COUNT(*) AS n FROM recovery_code WHERE member = $1 AND used_at IS NULL", params![member])
        .await?;
    Ok(left.map_or(0, |left| left.0))
}

struct Value(String);

impl FromRow for Value {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("value").map(Self)
    }
}

/// Whether this database was made by `alongside demo`.
pub(super) async fn is_demo(vault: &Vault) -> Result<bool, StoreError> {
    let value: Option<Value> = vault.plain().first("SELECT value FROM setting WHERE name = 'demo'", params![]).await?;
    Ok(value.is_some_and(|value| value.0 == "yes"))
}
