//! How long a sign-in lasts, and how it can end.

use std::{fmt, str::FromStr};

use base::Timestamp;

use super::SignIn;

/// A sign-in that is not used for so long is over. Its last use is written every five minutes, so it may be up to five
/// minutes less.
pub const IDLE_MINUTES: i64 = 30;
/// A sign-in that is so old is over, however busy: one long shift.
pub const ABSOLUTE_HOURS: i64 = 12;
/// A sign-in that waits for its second factor waits so long.
const PENDING_MINUTES: i64 = 10;
/// How often the last use is written.
pub(super) const SEEN_EVERY_MINUTES: i64 = 5;

/// A code that is not one of the list.
#[derive(Debug, thiserror::Error)]
#[error("not a known code")]
pub struct NotACode;

macro_rules! coded {
    ($name:ident { $($variant:ident => $code:literal,)* }) => {
        impl $name {
            /// The code that is stored.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.code()) }
        }
        impl FromStr for $name {
            type Err = NotACode;
            fn from_str(text: &str) -> Result<Self, NotACode> {
                match text { $($code => Ok(Self::$variant),)* _ => Err(NotACode) }
            }
        }
    };
}

/// How a member was known when the sign-in was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The password was right; the second factor is still owed. Opens nothing but the page that asks for it.
    Pending,
    /// A password alone: the member has no second factor yet.
    Password,
    /// A password and a second factor.
    SecondFactor,
    /// The chooser of the demonstration.
    Demo,
}
coded!(Proof { Pending => "pending", Password => "password", SecondFactor => "second_factor", Demo => "demo", });

/// Why a sign-in ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The member signed out.
    SignedOut,
    /// The second factor was given, and a new sign-in took its place.
    Replaced,
    /// Somebody who may revoked it.
    Revoked,
    /// The password or the second factor was changed.
    SecretChanged,
}
coded!(End { SignedOut => "signed_out", Replaced => "replaced", Revoked => "revoked", SecretChanged => "secret_changed", });

/// Why a sign-in no longer opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Ended,
    Idle,
    TooOld,
}

pub(super) fn standing(sign_in: &SignIn, now: Timestamp) -> Result<(), Over> {
    let age = now.since(sign_in.opened_at);
    if sign_in.ended.is_some() {
        Err(Over::Ended)
    } else if age.as_hours() >= ABSOLUTE_HOURS || (sign_in.proof == Proof::Pending && age.as_mins() >= PENDING_MINUTES)
    {
        Err(Over::TooOld)
    } else if now.since(sign_in.seen_at).as_mins() >= IDLE_MINUTES {
        Err(Over::Idle)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use base::{Id, SignedDuration};

    use super::*;

    fn sign_in(proof: Proof) -> SignIn {
        let start = Timestamp::EPOCH;
        SignIn { id: Id::from_u128(1), member: Id::from_u128(2), proof, opened_at: start, seen_at: start, ended: None }
    }

    fn after(minutes: i64) -> Timestamp {
        Timestamp::EPOCH.plus(SignedDuration::from_mins(minutes))
    }

    #[test]
    fn idle_for_half_an_hour_is_over() {
        let sign_in = sign_in(Proof::SecondFactor);
        assert_eq!(standing(&sign_in, after(29)), Ok(()));
        assert_eq!(standing(&sign_in, after(30)), Err(Over::Idle));
    }

    #[test]
    fn twelve_hours_is_over_however_busy() {
        let busy = SignIn { seen_at: after(12 * 60 - 1), ..sign_in(Proof::Password) };
        assert_eq!(standing(&busy, after(12 * 60 - 1)), Ok(()));
        assert_eq!(standing(&busy, after(12 * 60)), Err(Over::TooOld));
    }

    #[test]
    fn a_second_factor_is_waited_for_ten_minutes() {
        assert_eq!(standing(&sign_in(Proof::Pending), after(9)), Ok(()));
        assert_eq!(standing(&sign_in(Proof::Pending), after(10)), Err(Over::TooOld));
    }

    #[test]
    fn ended_is_ended() {
        let ended = SignIn { ended: Some((after(1), End::Revoked)), ..sign_in(Proof::Demo) };
        assert_eq!(standing(&ended, after(1)), Err(Over::Ended));
    }
}
