//! Helping a member who can't sign in. An administrator gives a code, with which the member chooses a new password, or takes
//! their second factor away, so that they set up a new one. Nobody learns a password, and no administrator alone can do
//! both for one member: whoever holds a code for the password still lacks the phone. Where a member has no second factor yet, two
//! administrators must ask for the code. The keeper of the machine may do both, at the command line.

mod pages;
mod store;

use base::{Id, code, kind};
use vault::{Actor, Cause, Operation, Purpose, Scope, StoreError, Vault};

pub(super) use pages::routes;

use super::second_factor;

/// How long a code opens.
pub(crate) const CODE_HOURS: i64 = 24;

/// What is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// The password: the old one opens nothing any more, and a code lets the member choose a new one.
    Password,
    /// The second factor and its recovery codes: the member sets up a new one when they next sign in.
    SecondFactor,
}

impl Reset {
    fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecondFactor => "second_factor",
        }
    }
}

/// Why a member was not helped. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// There is no such member, or they may not sign in.
    #[error("There is no such member, or they may no longer sign in.")]
    NoMember,
    /// One's own account.
    #[error("You change your own password and second factor in your account. If you can’t, ask another administrator.")]
    Own,
    /// The same administrator helped with the other half, and the member has not proved since that they hold both.
    #[error(
        "You helped this member with the other half, and they have not signed in with their second factor since. So that nobody alone \
         can become somebody else, another administrator must do this, or the keeper of the machine with `alongside member reset`."
    )]
    TwoPeople,
    /// They have no second factor, so that the code alone would open everything: this was kept as one administrator's word.
    #[error(
        "They have no second factor yet, so that a code alone would let anybody become them. A second administrator must ask for the code \
         too, within 24 hours, and then gets it; or the keeper of the machine gives it with `alongside member reset`."
    )]
    Second,
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Resets what a member lost; every sign-in of theirs ends in the same change. Gives the code for a new password, which
/// opens for 24 hours, once, and can't be read again; none for a second factor.
///
/// # Errors
/// [`ResetError`]; nothing was changed then, but that [`ResetError::Second`] keeps that this administrator asked.
pub async fn reset(
    vault: &Vault,
    actor: &Actor,
    member: Id<kind::Member>,
    what: Reset,
) -> Result<Option<String>, ResetError> {
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Administration,
        operation: Operation::Alteration,
        act: if what == Reset::Password { code!("password_reset") } else { code!("second_factor_reset") },
        scope: Scope::of("member", member),
    };
    let mut change = vault.change(cause).await?;
    let now = change.now();
    if !store::is_active(&change, member).await? {
        return Err(ResetError::NoMember);
    }
    if let Actor::Member { id, .. } = actor {
        if *id == member {
            return Err(ResetError::Own);
        }
        if store::helped_with_another(&change, member, what, *id).await? {
            return Err(ResetError::TwoPeople);
        }
        let alone = what == Reset::Password && store::lacks_second_factor(&change, member).await?;
        if alone && !store::asked_by_another(&change, member, *id).await? {
            store::keep(&mut change, member, what, None, now.plus_hours(CODE_HOURS)).await?;
            change.note("waits_for_second", true);
            change.commit().await?;
            return Err(ResetError::Second);
        }
    }
    let code = (what == Reset::Password).then(|| new_code(vault));
    let hash = code.as_deref().map(|code| second_factor::recovery_hash(member, code));
    match what {
        Reset::Password => store::forget_password(&mut change, member).await?,
        Reset::SecondFactor => store::forget_second_factor(&mut change, member).await?,
    }
    store::keep(&mut change, member, what, hash, now.plus_hours(CODE_HOURS)).await?;
    let ended = store::end_sign_ins(&mut change, member).await?;
    change.note("sign_ins_ended", ended);
    change.commit().await?;
    Ok(code)
}

/// A hundred bits, in letters and digits that can't be mistaken.
fn new_code(vault: &Vault) -> String {
    second_factor::recovery_codes(vault.random()).into_iter().take(2).collect::<Vec<_>>().join("-")
}
