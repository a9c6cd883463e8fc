//! The short lists of a moment: why a clock stops, how somebody was reached, whether they want support.

use std::{fmt, str::FromStr};

/// A text that is none of a list's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it must be one of: {0}")]
pub struct NotInList(&'static str);

macro_rules! list {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $code:literal, $words:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$case_doc])* $case,)* }

        impl $name {
            /// Every one, in the order in which pages show them.
            pub const ALL: &'static [Self] = &[$(Self::$case,)*];

            /// The code that is stored.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$case => $code,)* }
            }

            /// The words that pages show.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$case => $words,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.code()) }
        }

        impl FromStr for $name {
            type Err = NotInList;
            fn from_str(text: &str) -> Result<Self, NotInList> {
                match text {
                    $($code => Ok(Self::$case),)*
                    _ => Err(NotInList(concat!($($code, " ",)*).trim_ascii_end())),
                }
            }
        }
    };
}

list! {
    /// Why a clock stops or pauses, or a moment ends.
    Reason {
        /// They were reached.
        Contacted = "contacted", "Reached";
        /// They don't want support.
        Declined = "declined", "They do not want support";
        /// Someone supports them already.
        AlreadySupported = "already_supported", "Someone supports them already";
        /// They no longer live here.
        MovedOutOfArea = "moved_out_of_area", "They have moved out of the area";
        /// It would put them or a worker in danger just now: the clock waits.
        NotSafeNow = "not_safe_now", "It is not safe to contact them now";
        /// They died.
        Died = "died", "They have died";
        /// It should never have been raised.
        RaisedInError = "raised_in_error", "This was raised in error";
        /// Support began, after they were reached and agreed.
        SupportStarted = "support_started", "Support has started";
        /// They could not be reached, and the time is up.
        NotReached = "not_reached", "They could not be reached";
    }
}

impl Reason {
    /// Whether a type may list it among the reasons that stop its clock.
    #[must_use]
    pub fn may_stop(self) -> bool {
        !matches!(self, Self::NotSafeNow | Self::SupportStarted | Self::NotReached)
    }

    /// Whether ending for this reason answers the moment, so that it counts as in time or not.
    #[must_use]
    pub fn is_an_answer(self) -> bool {
        matches!(self, Self::Declined | Self::AlreadySupported)
    }
}

list! {
    /// How an attempt was made.
    How {
        /// In person.
        FaceToFace = "face_to_face", "Face to face";
        /// By telephone.
        Phone = "phone", "By phone";
    }
}

list! {
    /// Whether a person wants support: their own word, apart from any lawful basis to share.
    Agreed {
        /// They do.
        Yes = "yes", "Yes";
        /// They don't.
        No = "no", "No";
        /// They have not decided.
        NotYet = "not_yet", "Not yet";
    }
}
