//! UK postcodes by their shape (Royal Mail, Programmers' Guide to PAF; BS 7666). Whether one is in use is not checked.

use std::fmt;
use std::str::FromStr;

/// A postcode of a valid shape, normalised to capitals with one space: `CO1 1AA`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode {
    text: [u8; 8],
    length: u8,
}

/// Why a text is not a postcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostcodeError {
    /// Nothing was written.
    #[error("a postcode is missing")]
    Blank,
    /// Too few or too many characters.
    #[error("a postcode has 5 to 7 letters and digits; this has {0}")]
    Length(usize),
    /// The last three characters are not a digit and two letters.
    #[error("a postcode ends in a digit and two letters, such as 1AA (C, I, K, M, O and V are not used)")]
    Inward,
    /// The first part has no valid shape.
    #[error("a postcode starts with one or two letters and a number, such as CO1, CO16 or EC1A")]
    Outward,
}

impl Postcode {
    /// The whole, such as `CO1 1AA`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.start(usize::from(self.length))
    }

    /// The part before the space, such as `CO1` or `EC1A`. Royal Mail calls it the district.
    #[must_use]
    pub fn outward(&self) -> &str {
        self.start(usize::from(self.length).saturating_sub(4))
    }

    /// The district, such as `CO1`: the same as the outward part.
    #[must_use]
    pub fn district(&self) -> &str {
        self.outward()
    }

    /// The sector, such as `CO1 1`: some 3,000 addresses.
    #[must_use]
    pub fn sector(&self) -> &str {
        self.start(usize::from(self.length).saturating_sub(2))
    }

    /// The area, such as `CO`: the letters at the start.
    #[must_use]
    pub fn area(&self) -> &str {
        let letters = self.text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        self.start(letters)
    }

    fn start(&self, length: usize) -> &str {
        let bytes = self.text.get(..length).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default() // ASCII by construction
    }
}

impl FromStr for Postcode {
    type Err = PostcodeError;

    /// Reads it in either case, with spaces anywhere or none.
    fn from_str(text: &str) -> Result<Self, PostcodeError> {
        let mut compact = [0_u8; 7];
        let mut length = 0;
        for character in text.chars().filter(|c| !c.is_whitespace()) {
            if let (Some(place), Ok(byte)) = (compact.get_mut(length), u8::try_from(character)) {
                *place = byte.to_ascii_uppercase();
            }
            length += 1;
        }
        match length {
            0 => return Err(PostcodeError::Blank),
            5..=7 => {}
            _ => return Err(PostcodeError::Length(length)),
        }
        let (outward, inward) = compact.split_at(length - 3);
        let inward = inward.get(..3).unwrap_or_default();
        if !is_inward(inward) {
            return Err(PostcodeError::Inward);
        }
        if !is_outward(outward) && (outward, inward) != (b"GIR", b"0AA") {
            return Err(PostcodeError::Outward);
        }
        let mut text = [0; 8];
        for (place, byte) in text.iter_mut().zip(outward.iter().chain(b" ").chain(inward)) {
            *place = *byte;
        }
        Ok(Self { text, length: u8::try_from(length + 1).unwrap_or(8) })
    }
}

fn is_inward(inward: &[u8]) -> bool {
    let unit = |letter: &u8| letter.is_ascii_uppercase() && !b"CIKMOV".contains(letter);
    matches!(inward, [digit, one, two] if digit.is_ascii_digit() && unit(one) && unit(two))
}

fn is_outward(outward: &[u8]) -> bool {
    let first = |letter: &u8| letter.is_ascii_uppercase() && !b"QVX".contains(letter);
    let second = |letter: &u8| letter.is_ascii_uppercase() && !b"IJZ".contains(letter);
    let digit = u8::is_ascii_digit;
    match outward {
        [a, n] => first(a) && digit(n),
        [a, n, z] if digit(n) => first(a) && (digit(z) || b"ABCDEFGHJKPSTUW".contains(z)),
        [a, b, n] => first(a) && second(b) && digit(n),
        [a, b, n, z] => first(a) && second(b) && digit(n) && (digit(z) || b"ABEHMNPRVWXY".contains(z)),
        _ => false,
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postcode") // never the value: debug output ends in logs
    }
}

crate::code::serde_as_text!(Postcode);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Postcode, PostcodeError};

    #[test]
    fn every_shape_is_read_and_taken_apart() {
        for (typed, whole, outward, sector, area) in [
            ("co11aa", "CO1 1AA", "CO1", "CO1 1", "CO"),
            (" CO16  9bq ", "CO16 9BQ", "CO16", "CO16 9", "CO"),
            ("m1 1ae", "M1 1AE", "M1", "M1 1", "M"),
            ("B33 8TH", "B33 8TH", "B33", "B33 8", "B"),
            ("W1A 0AX", "W1A 0AX", "W1A", "W1A 0", "W"),
            ("EC1A1BB", "EC1A 1BB", "EC1A", "EC1A 1", "EC"),
            ("GIR 0AA", "GIR 0AA", "GIR", "GIR 0", "GIR"),
        ] {
            let postcode: Postcode = typed.parse().unwrap();
            assert_eq!(postcode.as_str(), whole);
            assert_eq!((postcode.outward(), postcode.sector(), postcode.area()), (outward, sector, area));
        }
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let parse = |text: &str| text.parse::<Postcode>().unwrap_err();
        assert_eq!(parse("  "), PostcodeError::Blank);
        assert_eq!(parse("CO1"), PostcodeError::Length(3));
        assert_eq!(parse("CO1 1AAA1"), PostcodeError::Length(8));
        assert_eq!(parse("CO1 1AC"), PostcodeError::Inward);
        assert_eq!(parse("CO1 AAA"), PostcodeError::Inward);
        assert_eq!(parse("QO1 1AA"), PostcodeError::Outward);
        assert_eq!(parse("1O1 1AA"), PostcodeError::Outward);
        assert_eq!(parse("ÇO1 1AA"), PostcodeError::Outward);
    }

    proptest! {
        #[test]
        fn normalised_reads_back(text in "[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}") {
            if let Ok(postcode) = text.parse::<Postcode>() {
                prop_assert_eq!(postcode.as_str().parse(), Ok(postcode));
                prop_assert_eq!(postcode.as_str().replace(' ', ""), text.replace(' ', ""));
                prop_assert!(postcode.sector().starts_with(postcode.outward()));
                prop_assert!(postcode.outward().starts_with(postcode.area()));
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,12}") {
            let _ = text.parse::<Postcode>();
        }
    }
}
