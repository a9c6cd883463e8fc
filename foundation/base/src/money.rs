//! Money: whole pence, never floating point; nothing overflows silently and every division says how it rounds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in pence; negative is owed or taken back. Stored and sent as a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pence(pub i64);

/// Why a text is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PenceError {
    /// Nothing was written.
    #[error("an amount is missing")]
    Blank,
    /// Something other than digits, commas and a point.
    #[error("an amount is written in pounds, such as £1,234.56")]
    NotAnAmount,
    /// Commas that do not part thousands.
    #[error("commas in an amount must part thousands, such as £1,234")]
    Commas,
    /// A point without exactly two figures after it.
    #[error("after the point, an amount has two figures for the pence")]
    PenceDigits,
    /// More than can be held.
    #[error("an amount must be less than £90,000,000,000,000,000")]
    TooLarge,
}

impl Pence {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// The sum, or `None` when it is too large to hold.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` when it is too large to hold.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// This amount so many times, or `None` when it is too large to hold.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// `part`/`whole` of this amount, half a penny going to the even penny (so that many roundings do not drift).
    /// `None` when `whole` is not positive or the share too large to hold.
    #[must_use]
    pub fn share_half_even(self, part: i64, whole: i64) -> Option<Self> {
        let (quotient, remainder, whole) = self.share(part, whole)?;
        let up = match (remainder * 2).cmp(&whole) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => quotient % 2 != 0,
            std::cmp::Ordering::Greater => true,
        };
        i64::try_from(quotient + i128::from(up)).ok().map(Self)
    }

    /// `part`/`whole` of this amount, rounded down to the lower penny, as when a share must not exceed what there is.
    /// `None` when `whole` is not positive or the share too large to hold.
    #[must_use]
    pub fn share_down(self, part: i64, whole: i64) -> Option<Self> {
        let (quotient, _, _) = self.share(part, whole)?;
        i64::try_from(quotient).ok().map(Self)
    }

    /// `part`/`whole` of this amount, rounded up to the higher penny, as when a cost must be covered.
    /// `None` when `whole` is not positive or the share too large to hold.
    #[must_use]
    pub fn share_up(self, part: i64, whole: i64) -> Option<Self> {
        let (quotient, remainder, _) = self.share(part, whole)?;
        i64::try_from(quotient + i128::from(remainder > 0)).ok().map(Self)
    }

    /// Quotient rounded down, remainder not negative, and the whole.
    fn share(self, part: i64, whole: i64) -> Option<(i128, i128, i128)> {
        if whole <= 0 {
            return None;
        }
        let product = i128::from(self.0) * i128::from(part);
        let whole = i128::from(whole);
        Some((product.div_euclid(whole), product.rem_euclid(whole), whole))
    }
}

impl fmt::Display for Pence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (pounds, pence) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        let digits = pounds.to_string();
        let mut grouped = String::with_capacity(digits.len() * 4 / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&format!("{sign}£{grouped}.{pence:02}"))
    }
}

impl FromStr for Pence {
    type Err = PenceError;

    /// Reads pounds: `£1,234.56`, `1234.56`, `£1,234`, `-£5.00`, `£-5.00`.
    fn from_str(text: &str) -> Result<Self, PenceError> {
        let text = text.trim();
        let (negative, text) = strip(text, &['-', '−']);
        let (_, text) = strip(text, &['£']);
        let (inner_negative, text) = if negative { (false, text) } else { strip(text, &['-', '−']) };
        if text.is_empty() {
            return Err(if negative || inner_negative { PenceError::NotAnAmount } else { PenceError::Blank });
        }
        if !text.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.') {
            return Err(PenceError::NotAnAmount);
        }
        let (pounds, pence) = match text.split_once('.') {
            None => (text, 0),
            Some((pounds, pence)) => (pounds, two_digits(pence)?),
        };
        let total = pounds_from(pounds)?
            .checked_mul(100)
            .and_then(|amount| amount.checked_add(pence))
            .ok_or(PenceError::TooLarge)?;
        Ok(Self(if negative || inner_negative { -total } else { total }))
    }
}

fn strip<'a>(text: &'a str, prefixes: &[char]) -> (bool, &'a str) {
    match text.strip_prefix(prefixes) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    }
}

fn two_digits(pence: &str) -> Result<i64, PenceError> {
    if pence.len() != 2 {
        return Err(PenceError::PenceDigits);
    }
    pence.parse().map_err(|_| PenceError::PenceDigits)
}

fn pounds_from(text: &str) -> Result<i64, PenceError> {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = text.contains(',');
    if first.is_empty() {
        return Err(if grouped { PenceError::Commas } else { PenceError::NotAnAmount });
    }
    if grouped && (first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err(PenceError::Commas);
    }
    text.replace(',', "").parse().map_err(|_| PenceError::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Pence, PenceError};

    #[test]
    fn reads_what_people_write() {
        for (text, pence) in [
            ("£1,234.56", 123_456),
            ("1234.56", 123_456),
            (" £ 664,000 ", 66_400_000),
            ("0.05", 5),
            ("-£5.00", -500),
            ("£-5.00", -500),
        ] {
            assert_eq!(text.parse(), Ok(Pence(pence)), "{text}");
        }
    }

    #[test]
    fn refuses_what_could_mean_two_things() {
        for (text, error) in [
            ("", PenceError::Blank),
            ("£", PenceError::Blank),
            ("-", PenceError::NotAnAmount),
            ("5k", PenceError::NotAnAmount),
            ("--5", PenceError::NotAnAmount),
            ("12,34", PenceError::Commas),
            ("1,234,56.00", PenceError::Commas),
            ("1.5", PenceError::PenceDigits),
            ("1.234", PenceError::PenceDigits),
            ("1.2.3", PenceError::PenceDigits),
            ("99999999999999999999", PenceError::TooLarge),
            ("99999999999999999", PenceError::TooLarge),
        ] {
            assert_eq!(text.parse::<Pence>(), Err(error), "{text}");
        }
    }

    #[test]
    fn half_a_penny_goes_to_the_even_one() {
        assert_eq!(Pence(5).share_half_even(1, 2), Some(Pence(2)));
        assert_eq!(Pence(7).share_half_even(1, 2), Some(Pence(4)));
        assert_eq!(Pence(-5).share_half_even(1, 2), Some(Pence(-2)));
        assert_eq!(Pence(5).share_down(1, 2), Some(Pence(2)));
        assert_eq!(Pence(-5).share_down(1, 2), Some(Pence(-3)));
        assert_eq!(Pence(5).share_up(1, 2), Some(Pence(3)));
        assert_eq!(Pence(5).share_half_even(1, 0), None);
    }

    proptest! {
        #[test]
        fn display_and_back(pence in -9_000_000_000_000_000_000_i64..=9_000_000_000_000_000_000) {
            prop_assert_eq!(Pence(pence).to_string().parse(), Ok(Pence(pence)));
        }

        #[test]
        fn a_share_and_the_rest_make_the_whole(pence in -1_000_000_000_i64..1_000_000_000, part in 0_i64..1000, rest in 1_i64..1000) {
            let whole = part + rest;
            let (down, up) = (Pence(pence).share_down(part, whole).unwrap(), Pence(pence).share_up(rest, whole).unwrap());
            prop_assert_eq!(down.checked_add(up), Some(Pence(pence)));
            let even = Pence(pence).share_half_even(part, whole).unwrap();
            prop_assert!(down <= even && even <= Pence(pence).share_up(part, whole).unwrap());
        }

        #[test]
        fn nothing_overflows_silently(one: i64, other: i64) {
            prop_assert_eq!(Pence(one).checked_add(Pence(other)).map(|sum| i128::from(sum.0)),
                Some(i128::from(one) + i128::from(other)).filter(|sum| i64::try_from(*sum).is_ok()));
        }

        #[test]
        fn no_text_panics(text in ".{0,30}") {
            let _ = text.parse::<Pence>();
        }
    }
}
