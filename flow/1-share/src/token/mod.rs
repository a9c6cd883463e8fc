//! An agency's token at the API: shown once, kept as a hash, revoked when it is lost.

use base::{Id, Timestamp, kind};
use sha2::{Digest, Sha256};
use vault::{Actor, Change, FromRow, Row, Staff, StoreError, Vault, params};

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id; the audit log names it.
    pub id: Id<kind::Token>,
    /// Whose it is.
    pub agency: Id<kind::Agency>,
    /// What it is for, in the agency's words ("nightly custody export").
    pub label: String,
    /// When it was made.
    pub added_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl FromRow for ApiToken {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            agency: row.id("agency")?,
            label: row.text("label")?,
            added_at: row.time("added_at")?,
            revoked_at: row.opt_time("revoked_at")?,
        })
    }
}

/// What every token begins with, so that one that leaks into a file or a log is found.
const PREFIX: &str = "alongside_";

/// Why a token can't be made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No label.
    #[error("say in 1 to 100 characters what the token is for")]
    Label,
    /// There is no such token, or it was revoked before.
    #[error("there is no such token, or it was revoked already")]
    NotFound,
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a token for an agency, in a change of the caller's. The text is given back once and can't be read again.
///
/// # Errors
/// [`TokenError::Label`]; the database's, a constraint where there is no such agency.
pub async fn add(
    change: &mut Change,
    random: &base::Random,
    agency: Id<kind::Agency>,
    label: &str,
) -> Result<(Id<kind::Token>, String), TokenError> {
    let label = label.trim();
    if label.is_empty() || label.chars().count() > 100 {
        return Err(TokenError::Label);
    }
    let text = format!("{PREFIX}{}", hex::encode(random.bytes::<32>()));
    let id: Id<kind::Token> = change.new_id();
    change
        .execute(
            "INSERT INTO api_token (id, agency, label, token_hash, added_at) VALUES ($1, $2, $3, $4, $5)",
            params![id, agency, label, hash(&text), change.now()],
        )
        .await?;
    Ok((id, text))
}

/// Revokes a token: nothing that carries it is taken from then on.
///
/// # Errors
/// [`TokenError::NotFound`]; the database's.
pub async fn revoke(change: &mut Change, id: Id<kind::Token>) -> Result<(), TokenError> {
    let touched = change
        .execute("UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", params![id, change.now()])
        .await?;
    if touched == 0 { Err(TokenError::NotFound) } else { Ok(()) }
}

/// Every token, newest first.
///
/// # Errors
/// The database's.
pub async fn all(staff: &Staff) -> Result<Vec<ApiToken>, StoreError> {
    staff
        .rows("SELECT id, agency, label, added_at, revoked_at FROM api_token ORDER BY added_at DESC, id", params![])
        .await
}

/// The agency's token behind a request: takes the `Authorization` header's value (`Bearer …`), or the token alone.
///
/// # Errors
/// The database's.
pub async fn token_actor(vault: &Vault, bearer: &str) -> Result<Option<Actor>, StoreError> {
    let text = bearer.trim();
    let text = match text.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
        _ => text,
    };
    if !text.starts_with(PREFIX) || text.len() != PREFIX.len() + 64 {
        return Ok(None);
    }
    let found: Option<ApiToken> = vault
        .book()
        .first(
            "SELECT id, agency, label, added_at, revoked_at FROM api_token WHERE token_hash = $1 AND revoked_at IS NULL",
            params![hash(text)],
        )
        .await?;
    Ok(found.map(|token| Actor::Token { id: token.id, agency: token.agency }))
}

/// 256 random bits need no slow hash.
fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
