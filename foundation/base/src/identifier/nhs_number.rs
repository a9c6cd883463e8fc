//! NHS numbers: nine digits and a check digit by modulus 11 (NHS Data Dictionary, "NHS NUMBER").

use std::fmt;
use std::str::FromStr;

/// An NHS number whose check digit is right. Displays as `943 476 5919`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NhsNumber(u64);

/// Why a text is not an NHS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NhsNumberError {
    /// Not ten digits.
    #[error("an NHS number has 10 digits; this has {0}")]
    Length(usize),
    /// Something other than digits, spaces and hyphens.
    #[error("an NHS number has only digits")]
    NotDigits,
    /// The check digit does not fit the others.
    #[error("this NHS number's last digit does not fit the others, so a digit is wrong or two are swapped")]
    CheckDigit,
    /// All digits the same, as typed to get past a required field.
    #[error("an NHS number with one digit throughout is a placeholder")]
    Placeholder,
}

impl NhsNumber {
    /// The NHS number that begins with these nine digits; `None` when there are more than nine, when the check digit would be
    /// 10, for which no number is issued, or for a placeholder. Numbers from 999 000 000 up are set aside for tests.
    #[must_use]
    pub fn with_check_digit(nine_digits: u32) -> Option<Self> {
        let first = u64::from(nine_digits);
        (first <= 999_999_999).then_some(())?;
        Self::check(first * 10 + check_digit(first)?).ok()
    }

    /// The ten digits without spaces, as files hold them.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:010}", self.0)
    }

    fn check(number: u64) -> Result<Self, NhsNumberError> {
        if number.is_multiple_of(1_111_111_111) {
            return Err(NhsNumberError::Placeholder);
        }
        if check_digit(number / 10) == Some(number % 10) { Ok(Self(number)) } else { Err(NhsNumberError::CheckDigit) }
    }
}

/// The check digit of nine digits: weights 10 down to 2, eleven less the sum's remainder by 11; `None` where that is 10.
fn check_digit(nine_digits: u64) -> Option<u64> {
    let (mut rest, mut sum) = (nine_digits, 0);
    for weight in 2..=10 {
        sum += rest % 10 * weight;
        rest /= 10;
    }
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

impl FromStr for NhsNumber {
    type Err = NhsNumberError;

    /// Reads ten digits, with spaces or hyphens anywhere.
    fn from_str(text: &str) -> Result<Self, NhsNumberError> {
        let (mut number, mut length) = (0_u64, 0);
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let digit = character.to_digit(10).ok_or(NhsNumberError::NotDigits)?;
            length += 1;
            if length <= 10 {
                number = number * 10 + u64::from(digit);
            }
        }
        if length == 10 { Self::check(number) } else { Err(NhsNumberError::Length(length)) }
    }
}

impl fmt::Display for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:03} {:04}", self.0 / 10_000_000, self.0 / 10_000 % 1000, self.0 % 10_000)
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber") // never the value: debug output ends in logs
    }
}

crate::code::serde_as_text!(NhsNumber);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NhsNumber, NhsNumberError};

    #[test]
    fn the_data_dictionarys_example() {
        let number: NhsNumber = "943 476 5919".parse().unwrap();
        assert_eq!(number.digits(), "9434765919");
        assert_eq!(number.to_string(), "943 476 5919");
        assert_eq!("943-476-5919".parse(), Ok(number));
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let parse = |text: &str| text.parse::<NhsNumber>().unwrap_err();
        assert_eq!(parse("943476591"), NhsNumberError::Length(9));
        assert_eq!(parse(""), NhsNumberError::Length(0));
        assert_eq!(parse("94347659191"), NhsNumberError::Length(11));
        assert_eq!(parse("943476591X"), NhsNumberError::NotDigits);
        assert_eq!(parse("9434765918"), NhsNumberError::CheckDigit);
        assert_eq!(parse("0000000000"), NhsNumberError::Placeholder);
        assert_eq!(parse("1111111111"), NhsNumberError::Placeholder);
    }

    proptest! {
        #[test]
        fn made_numbers_read_back(nine in 0_u32..=999_999_999) {
            if let Some(number) = NhsNumber::with_check_digit(nine) {
                prop_assert_eq!(number.digits().parse(), Ok(number));
                prop_assert_eq!(number.to_string().parse(), Ok(number));
            }
        }

        #[test]
        fn any_one_wrong_digit_and_any_swap_of_neighbours_is_caught(nine in 0_u32..=999_999_999, at in 0_usize..10, digit in 0_u8..10) {
            let Some(number) = NhsNumber::with_check_digit(nine) else { return Ok(()) };
            let right = number.digits().into_bytes();
            let mut wrong = right.clone();
            wrong[at] = b'0' + digit;
            if wrong != right {
                prop_assert!(String::from_utf8(wrong).unwrap().parse::<NhsNumber>().is_err());
            }
            let mut swapped = right.clone();
            swapped.swap(at, (at + 1).min(9));
            if swapped != right {
                prop_assert!(String::from_utf8(swapped).unwrap().parse::<NhsNumber>().is_err());
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = text.parse::<NhsNumber>();
        }
    }
}
