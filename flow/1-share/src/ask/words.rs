//! Code lists of asking, each with its words: how what was given must be handled, and why it was not given.

macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $code:literal, $words:literal, $more:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every one, in the order in which pages show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code that is stored.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Its words.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }

            /// What else to know or do.
            #[must_use]
            #[allow(dead_code, reason = "not every list has more to say")]
            pub fn more(self) -> &'static str {
                match self { $(Self::$variant => $more,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.code()) }
        }

        impl std::str::FromStr for $name {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|one| one.code() == text).ok_or(concat!("not a ", stringify!($name)))
            }
        }
    };
}
pub(crate) use code_list;

code_list! {
    /// How what was given must be handled.
    Condition {
        /// Nobody else is given it.
        NotOnward => "not_onward", "Don’t pass it on without asking us", "";
        /// It is for this and no more.
        ThisConcern => "this_concern", "Use it for this concern only", "";
        /// The person or the family are not told.
        NotToFamily => "not_to_family", "Don’t tell the person or their family that you know before you have spoken to us", "";
        /// The owner wants a call first.
        RingFirst => "ring_first", "Ring us before you act on it", "";
    }
}

code_list! {
    /// Why an ask is refused. `more` says what else is possible.
    Why {
        /// There is no such record.
        NothingHeld => "nothing_held", "We hold nothing about this person", "Another service may: look them up again, or ask children’s social care.";
        /// Less would do, or nothing.
        NotNeeded => "not_needed", "What is asked for is not needed for this purpose", "Ask again for less, or say more about why you need it.";
        /// No power carries it.
        NoPower => "no_power", "No power in law lets us give this for this purpose", "Ask for another purpose if there is one, or ask your data protection officer which agreement is missing.";
        /// The confidence outweighs.
        Confidence => "confidence", "It was given in confidence, and the harm that is feared does not outweigh that", "Ask the person themselves, or make a safeguarding referral if the harm is greater than we know.";
        /// Section 16LA's own reason.
        MoreDetrimental => "more_detrimental", "Sharing would be more detrimental to the child than not sharing", "Speak to the service’s safeguarding lead; if you disagree, escalate to your own safeguarding lead and the unit’s data protection officer.";
        /// Somebody else should be asked.
        AskElsewhere => "ask_elsewhere", "Another service should be asked", "The data owner’s words say which.";
    }
}
