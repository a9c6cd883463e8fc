//! Identifiers that cannot be mistaken for one another: a ULID with the kind of thing it names in its type.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

use crate::{Random, Timestamp};

/// The id of one `T`: a ULID (128 bits: 48 of milliseconds, 80 random), written as 26 letters and digits.
///
/// Ids sort by the time they were made and so reveal it: what leaves the unit carries keyed pseudonyms instead.
///
/// ```
/// use base::{kind, Id, Random, Timestamp};
/// let id: Id<kind::Person> = Id::new(Timestamp::EPOCH, &Random::seeded(1));
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
///
/// A person's id is not a record's:
///
/// ```compile_fail,E0308
/// use base::{kind, Id};
/// let person: Id<kind::Person> = Id::from_u128(1);
/// let record: Id<kind::Record> = person;
/// ```
pub struct Id<T> {
    ulid: u128,
    kind: PhantomData<fn() -> T>,
}

/// What an id can name. These types have no values; they only tell ids apart.
pub mod kind {
    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident)*) => { $(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $name {}
        )* };
    }
    kinds! {
        /// A partner organisation.
        Agency
        /// An information sharing agreement.
        Agreement
        /// A small area or district.
        Area
        /// A question to another agency: may I see this?
        Ask
        /// A stored file.
        Blob
        /// The day on which a law begins, as it was proposed.
        Commencement
        /// One attempt to reach a young person.
        Contact
        /// One file or live notification that arrived.
        Delivery
        /// What one agency told another of somebody.
        Disclosure
        /// A file made for one member of another agency.
        DisclosureFile
        /// Somebody's emergency access to a person's records.
        Emergency
        /// One entry of the audit log.
        Entry
        /// The erasure of somebody, or of some records.
        Erasure
        /// A question about what somebody looked at.
        Finding
        /// A declared kind of file from one agency.
        Feed
        /// A legal hold: what must not be erased.
        Hold
        /// A piece of work to be done in the background.
        Job
        /// Someone who signs in.
        Member
        /// A reachable moment.
        Moment
        /// What those are told to whom something was disclosed that has since changed.
        Notice
        /// A decision that allowed something.
        Permit
        /// A person as linked from records.
        Person
        /// One partner's record.
        Record
        /// A person’s request about their own data.
        RightsRequest
        /// A referral.
        Referral
        /// A version of the rules of retention.
        RetentionVersion
        /// Records that somebody proposes to delete together.
        ReviewBatch
        /// A version of the rules of sharing.
        RuleVersion
        /// One run of linking.
        Run
        /// Something that is sealed: a protected address, an adopted child, an informant.
        Seal
        /// An agency's or a sign-in's token.
        Token
    }
}

impl<T> Id<T> {
    /// A new id for this instant. Ids that one `Random` makes in the same millisecond come in ascending order.
    /// Instants before 1970 count as 1970.
    #[must_use]
    pub fn new(now: Timestamp, random: &Random) -> Self {
        let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
        Self::from_u128(random.next_ulid(millis))
    }

    /// The id with this value.
    #[must_use]
    pub const fn from_u128(ulid: u128) -> Self {
        Self { ulid, kind: PhantomData }
    }

    /// The value of the id.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.ulid
    }
}

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 26 characters.
    #[error("an id has 26 characters; this has {0}")]
    Length(usize),
    /// A character that ids do not use; counted from 1.
    #[error("an id has digits and letters other than I, L, O and U; character {0} is something else")]
    Character(usize),
    /// Larger than 128 bits.
    #[error("an id starts with a digit from 0 to 7")]
    TooLarge,
}

impl<T> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let length = text.chars().count();
        if length != ulid::ULID_LEN {
            return Err(IdError::Length(length));
        }
        let mut ulid: u128 = 0;
        for (at, character) in text.chars().enumerate() {
            let digit = crockford(character).ok_or(IdError::Character(at + 1))?;
            if at == 0 && digit > 7 {
                return Err(IdError::TooLarge);
            }
            ulid = ulid << 5 | u128::from(digit);
        }
        Ok(Self::from_u128(ulid))
    }
}

/// The value of a character in Crockford's base 32, without its aliases: an id has one spelling but for its case.
fn crockford(character: char) -> Option<u8> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let at = ALPHABET.find(character.to_ascii_uppercase())?;
    u8::try_from(at).ok()
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; ulid::ULID_LEN];
        f.pad(Ulid(self.ulid).array_to_str(&mut buffer))
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.ulid == other.ulid
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ulid.cmp(&other.ulid)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ulid.hash(state);
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::code::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Id, IdError, kind};
    use crate::{Random, Timestamp};

    type PersonId = Id<kind::Person>;

    proptest! {
        #[test]
        fn text_and_back(value: u128) {
            let id = PersonId::from_u128(value);
            prop_assert_eq!(id.to_string().len(), 26);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert_eq!(id.to_string().to_lowercase().parse(), Ok(id));
        }

        #[test]
        fn text_sorts_as_ids_do(one: u128, other: u128) {
            let (one, other) = (PersonId::from_u128(one), PersonId::from_u128(other));
            prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = text.parse::<PersonId>();
        }
    }

    #[test]
    fn ids_of_one_millisecond_ascend_and_carry_it() {
        let random = Random::seeded(3);
        let now = Timestamp::from_micros(1_795_000_000_000_000).unwrap();
        let ids: Vec<PersonId> = (0..10_000).map(|_| Id::new(now, &random)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.as_u128() >> 80 == 1_795_000_000_000));
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let parse = |text: &str| text.parse::<PersonId>().unwrap_err();
        assert_eq!(parse(""), IdError::Length(0));
        assert_eq!(parse("01ARZ3NDEKTSV4RRFFQ69G5FAU"), IdError::Character(26));
        assert_eq!(parse("81ARZ3NDEKTSV4RRFFQ69G5FAV"), IdError::TooLarge);
    }
}
