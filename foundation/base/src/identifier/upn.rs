//! Unique pupil numbers (Department for Education, "Unique pupil numbers (UPNs): guide").

use std::fmt;
use std::str::FromStr;

/// The letters in order of their value as a check: I, O and S are not used.
const LETTERS: [u8; 23] = *b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// A unique pupil number whose check letter is right: a letter and twelve digits, or, while temporary, a letter, eleven
/// digits and a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upn([u8; 13]);

/// Why a text is not a unique pupil number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpnError {
    /// Not 13 characters.
    #[error("a unique pupil number has 13 characters; this has {0}")]
    Length(usize),
    /// Not a letter followed by digits.
    #[error("a unique pupil number is a letter other than I, O and S, then 12 digits (the last may be a letter)")]
    Shape,
    /// The check letter does not fit the others.
    #[error(
        "this unique pupil number's first letter does not fit the rest, so a character is wrong or two are swapped"
    )]
    CheckLetter,
}

impl Upn {
    /// The permanent number with these twelve digits; `None` when there are more than twelve.
    #[must_use]
    pub fn with_check_letter(twelve_digits: u64) -> Option<Self> {
        (twelve_digits < 1_000_000_000_000).then_some(())?;
        let digits = format!("{twelve_digits:012}");
        let letter = check_letter(digits.bytes())?;
        format!("{letter}{digits}").parse().ok()
    }

    /// Whether the school gave it until the permanent one is found.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.0.last().is_some_and(u8::is_ascii_alphabetic)
    }

    /// The thirteen characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default() // ASCII by construction
    }
}

/// Weights 2 to 13 on the twelve characters after the check letter, the sum's remainder by 23; a temporary number's last
/// letter counts by its own place among the letters. `None` when there is a character that has no value.
fn check_letter(rest: impl Iterator<Item = u8>) -> Option<char> {
    let mut sum = 0;
    for (weight, (at, character)) in (2..).zip(rest.enumerate()) {
        let value = match character {
            b'0'..=b'9' => usize::from(character - b'0'),
            _ if at == 11 => LETTERS.iter().position(|letter| *letter == character)?,
            _ => return None,
        };
        sum += weight * value;
    }
    LETTERS.get(sum % LETTERS.len()).copied().map(char::from)
}

impl FromStr for Upn {
    type Err = UpnError;

    /// Reads it in either case, with spaces around it.
    fn from_str(text: &str) -> Result<Self, UpnError> {
        let text = text.trim().to_ascii_uppercase();
        let length = text.chars().count();
        if length != 13 {
            return Err(UpnError::Length(length));
        }
        let characters: [u8; 13] = text.as_bytes().try_into().map_err(|_| UpnError::Shape)?;
        let [first, rest @ ..] = characters;
        if !LETTERS.contains(&first) {
            return Err(UpnError::Shape);
        }
        let letter = check_letter(rest.into_iter()).ok_or(UpnError::Shape)?;
        if letter == char::from(first) { Ok(Self(characters)) } else { Err(UpnError::CheckLetter) }
    }
}

impl fmt::Display for Upn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Upn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upn") // never the value: debug output ends in logs
    }
}

crate::code::serde_as_text!(Upn);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Upn, UpnError};

    #[test]
    fn the_departments_sample_number() {
        // From the sample pupils of the Department's census files; its sum is 53, and 53 mod 23 is 7: H.
        let upn: Upn = "h801200001001".parse().unwrap();
        assert_eq!(upn.as_str(), "H801200001001");
        assert!(!upn.is_temporary());
        assert_eq!(Upn::with_check_letter(801_200_001_001), Some(upn));
    }

    #[test]
    fn a_temporary_number_ends_in_a_letter() {
        // 53 less the last digit's 13, and A counts nothing: 40 mod 23 is 17: U (I, O and S are left out).
        assert!("U80120000100A".parse::<Upn>().unwrap().is_temporary());
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let parse = |text: &str| text.parse::<Upn>().unwrap_err();
        assert_eq!(parse("H80120000100"), UpnError::Length(12));
        assert_eq!(parse("1801200001001"), UpnError::Shape);
        assert_eq!(parse("H8012OOOO1001"), UpnError::Shape);
        assert_eq!(parse("H80120000100é"), UpnError::Shape);
        assert_eq!(parse("A801200001001"), UpnError::CheckLetter);
    }

    proptest! {
        #[test]
        fn made_numbers_read_back_and_one_wrong_digit_is_caught(digits in 0_u64..1_000_000_000_000, at in 1_usize..13, digit in 0_u8..10) {
            let upn = Upn::with_check_letter(digits).unwrap();
            prop_assert_eq!(upn.to_string().parse(), Ok(upn));
            let mut wrong = upn.to_string().into_bytes();
            wrong[at] = b'0' + digit;
            if wrong != upn.to_string().into_bytes() {
                prop_assert_eq!(String::from_utf8(wrong).unwrap().parse::<Upn>(), Err(UpnError::CheckLetter));
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = text.parse::<Upn>();
        }
    }
}
