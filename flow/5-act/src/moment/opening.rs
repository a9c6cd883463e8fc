//! The purpose for which a member opens a moment: asked first, remembered for this sign-in and this moment for half an
//! hour, never in an address.

use base::{Code, Id, Timestamp, code, kind};
use vault::{Actor, Cause, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, params};

const MINUTES: i64 = 30;
const FIND: &str =
    "SELECT purpose, reason FROM moment_opening WHERE sign_in = $1 AND opened = $2 AND member = $3 AND until > $4";
const KEEP: &str = "INSERT INTO moment_opening (sign_in, opened, member, purpose, reason, until) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (sign_in, opened) DO UPDATE SET purpose = excluded.purpose, reason = excluded.reason, until = excluded.until";
const FORGET: &str = "DELETE FROM moment_opening WHERE until <= $1";

/// Why a member opened a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// For what.
    pub purpose: Purpose,
    /// In their own words, where they gave any.
    pub reason: String,
}

impl FromRow for Opening {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { purpose: row.parse("purpose")?, reason: row.text("reason")? })
    }
}

/// Who opens which moment at which sign-in.
#[derive(Debug, Clone)]
pub struct Opener {
    /// The member.
    pub member: Id<kind::Member>,
    /// Their agency.
    pub agency: Id<kind::Agency>,
    /// Their sign-in.
    pub sign_in: Id<kind::Token>,
    /// The moment.
    pub moment: Id<kind::Moment>,
}

/// The purpose that is still remembered.
pub(crate) async fn find(vault: &Vault, opener: &Opener) -> Result<Option<Opening>, StoreError> {
    vault.book().first(FIND, params![opener.sign_in, opener.moment, opener.member, vault.now()]).await
}

/// Remembers a purpose, and forgets those whose time is up.
pub(crate) async fn keep(vault: &Vault, opener: &Opener, opening: &Opening) -> Result<(), StoreError> {
    let cause = Cause {
        actor: Actor::Member { id: opener.member, agency: opener.agency },
        purpose: opening.purpose,
        operation: Operation::Consultation,
        act: act_code(),
        scope: Scope::of("moment", opener.moment),
    };
    let mut change = vault.change(cause).await?;
    let now: Timestamp = change.now();
    let until = now.plus(base::SignedDuration::from_mins(MINUTES));
    change.execute(FORGET, params![now]).await?;
    change
        .execute(
            KEEP,
            params![opener.sign_in, opener.moment, opener.member, opening.purpose.code(), &opening.reason, until],
        )
        .await?;
    change.commit().await
}

fn act_code() -> Code {
    code!("purpose_given")
}
