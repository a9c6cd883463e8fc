//! Codes: the short words by which feeds, categories, purposes and duties are known.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A short word of lower-case letters, digits and underscores, 1 to 60 long, such as `police_event`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Arc<str>);

/// Why a text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 1 to 60 characters: lower-case letters a to z, digits and underscores")]
pub struct CodeError;

/// A [`Code`] from a literal, checked when the program is compiled.
///
/// ```
/// assert_eq!(base::code!("police_event").as_str(), "police_event");
/// ```
///
/// ```compile_fail
/// base::code!("Police event");
/// ```
#[macro_export]
macro_rules! code {
    ($word:literal) => {{
        const _: () = assert!($crate::Code::is_valid($word), "not a code");
        $crate::Code::checked($word)
    }};
}

impl Code {
    /// The longest that a code may be, in characters.
    pub const MAX_LENGTH: usize = 60;

    /// The code with this text.
    ///
    /// # Errors
    /// When it is empty, too long, or has any other character.
    pub fn new(text: &str) -> Result<Self, CodeError> {
        if Self::is_valid(text) { Ok(Self(text.into())) } else { Err(CodeError) }
    }

    /// Whether a text is a code.
    #[must_use]
    pub const fn is_valid(text: &str) -> bool {
        let mut rest = text.as_bytes();
        if rest.is_empty() || rest.len() > Self::MAX_LENGTH {
            return false;
        }
        while let Some((first, after)) = rest.split_first() {
            if !matches!(first, b'a'..=b'z' | b'0'..=b'9' | b'_') {
                return false;
            }
            rest = after;
        }
        true
    }

    /// For [`code!`] alone, which has checked the text.
    #[doc(hidden)]
    #[must_use]
    pub fn checked(text: &'static str) -> Self {
        Self(text.into())
    }

    /// The text of the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::new(&text)
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({self})")
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// Reads anything that parses from text out of a string, with its own words for what is wrong.
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    struct Text<T>(std::marker::PhantomData<T>);

    impl<T: FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(std::marker::PhantomData))
}

/// Serde as text for a type with `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::code::from_text(deserializer)
            }
        }
    };
}
pub(crate) use serde_as_text;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Code;

    proptest! {
        #[test]
        fn takes_exactly_the_words_it_says(text in "[a-zA-Z0-9_ é-]{0,65}") {
            let good = (1..=Code::MAX_LENGTH).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            prop_assert_eq!(Code::new(&text).is_ok(), good);
        }
    }

    #[test]
    fn a_set_of_codes_is_searched_by_text() {
        let set = std::collections::BTreeSet::from([crate::code!("custody"), crate::code!("a_and_e")]);
        assert!(set.contains("custody"));
        assert!(!set.contains("missing"));
    }
}
