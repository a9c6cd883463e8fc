//! Sign-ins: opened by `share` once it knows who somebody is, looked up at every request, ended by signing out, by
//! time, or by somebody who revokes them. The browser holds a random token; the database holds only its hash.

mod rules;

use std::sync::Arc;

use base::{Clock, Code, Id, Random, Timestamp, code, kind};
use sha2::{Digest, Sha256};
use vault::{Actor, Cause, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, params};

pub use rules::{ABSOLUTE_HOURS, End, IDLE_MINUTES, Proof};
use rules::{SEEN_EVERY_MINUTES, standing};

/// A sign-in as it is kept.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Its id, which the audit log names.
    pub id: Id<kind::Token>,
    /// Whose it is.
    pub member: Id<kind::Member>,
    /// How the member was known.
    pub proof: Proof,
    /// Since when.
    pub opened_at: Timestamp,
    /// Last used, to within [`IDLE_MINUTES`]'s grain of five minutes.
    pub seen_at: Timestamp,
    /// When it was ended, and why.
    pub ended: Option<(Timestamp, End)>,
}

impl FromRow for SignIn {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let ended = match (row.opt_time("ended_at")?, row.opt_parse("ended_why")?) {
            (Some(at), Some(why)) => Some((at, why)),
            _ => None,
        };
        Ok(Self {
            id: row.id("id")?,
            member: row.id("member_id")?,
            proof: row.parse("proof")?,
            opened_at: row.time("opened_at")?,
            seen_at: row.time("seen_at")?,
            ended,
        })
    }
}

/// The secret that a browser holds. Shown to nobody: no `Debug`, no `Display`.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    pub(crate) fn from_cookie(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }
}

/// The sign-ins of this installation.
#[derive(Clone)]
pub struct SignIns {
    vault: Vault,
    clock: Arc<dyn Clock>,
    random: Random,
}

impl SignIns {
    pub(crate) fn new(vault: Vault, clock: Arc<dyn Clock>, random: Random) -> Self {
        Self { vault, clock, random }
    }

    /// Opens a sign-in for a member whose proof `share` has checked. Give the token to [`crate::signed_in`]. Always a new
    /// token, so that nobody can plant one beforehand.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(
        &self,
        member: Id<kind::Member>,
        agency: Id<kind::Agency>,
        proof: Proof,
    ) -> Result<Token, StoreError> {
        let now = self.clock.now();
        let token = Token(hex::encode(self.random.bytes::<32>()));
        let id: Id<kind::Token> = Id::new(now, &self.random);
        let mut change =
            self.vault.change(cause(Actor::Member { id: member, agency }, code!("sign_in_opened"), id)).await?;
        change.note("proof", proof);
        change
            .execute(
                "INSERT INTO sign_in (id, token_hash, member_id, proof, opened_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)",
                params![id, token.hash(), member, proof.code(), now],
            )
            .await?;
        change.commit().await?;
        Ok(token)
    }

    /// The live sign-in that this token opens: not ended, used within [`IDLE_MINUTES`], not older than [`ABSOLUTE_HOURS`].
    ///
    /// # Errors
    /// The database's.
    pub async fn find(&self, token: &Token) -> Result<Option<SignIn>, StoreError> {
        let found: Option<SignIn> = self
            .vault
            .book()
            .first(
                "SELECT id, member_id, proof, opened_at, seen_at, ended_at, ended_why FROM sign_in WHERE token_hash = $1",
                params![token.hash()],
            )
            .await?;
        Ok(found.filter(|sign_in| standing(sign_in, self.clock.now()).is_ok()))
    }

    /// Notes that a sign-in was used; written at most every five minutes.
    pub(crate) async fn seen(&self, sign_in: &SignIn, actor: Actor) -> Result<(), StoreError> {
        let now = self.clock.now();
        if now.since(sign_in.seen_at).as_mins() < SEEN_EVERY_MINUTES {
            return Ok(());
        }
        let mut change = self.vault.change(cause(actor, code!("sign_in_seen"), sign_in.id)).await?;
        change
            .execute("UPDATE sign_in SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL", params![sign_in.id, now])
            .await?;
        change.commit().await
    }

    /// Ends one sign-in. Ending it twice keeps the first reason.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, id: Id<kind::Token>, actor: Actor, why: End) -> Result<(), StoreError> {
        let mut change = self.vault.change(cause(actor, code!("sign_in_ended"), id)).await?;
        change.note("why", why);
        change
            .execute(
                "UPDATE sign_in SET ended_at = $2, ended_why = $3 WHERE id = $1 AND ended_at IS NULL",
                params![id, self.clock.now(), why.code()],
            )
            .await?;
        change.commit().await
    }

    /// Ends every sign-in of a member: a duty was taken away, a device was lost, a password was changed.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_all(&self, member: Id<kind::Member>, actor: Actor, why: End) -> Result<u64, StoreError> {
        let mut all = cause(actor, code!("sign_ins_ended"), member);
        all.scope = Scope::of("member", member);
        let mut change = self.vault.change(all).await?;
        change.note("why", why);
        let ended = change
            .execute(
                "UPDATE sign_in SET ended_at = $2, ended_why = $3 WHERE member_id = $1 AND ended_at IS NULL",
                params![member, self.clock.now(), why.code()],
            )
            .await?;
        change.commit().await?;
        Ok(ended)
    }
}

fn cause<T>(actor: Actor, act: Code, id: Id<T>) -> Cause {
    Cause {
        actor,
        purpose: Purpose::Administration,
        operation: Operation::SignIn,
        act,
        scope: Scope::of("sign_in", id),
    }
}
