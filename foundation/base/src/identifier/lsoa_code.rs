//! Codes of lower layer super output areas (LSOAs), the census's small areas of some 1,500 residents (Office for National
//! Statistics, "Register of Geographic Codes": E01 in England, W01 in Wales).

use std::fmt;
use std::str::FromStr;

/// The code of a small area, such as `E01021321`. The synthetic county uses E01 with numbers from 099000 up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LsoaCode {
    country: u8,
    number: u32,
}

/// Why a text is not a small area's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a small area's code is E01 or W01 and six digits, such as E01021321")]
pub struct LsoaCodeError;

impl LsoaCode {
    /// The English code with this number; `None` above 999,999.
    #[must_use]
    pub fn england(number: u32) -> Option<Self> {
        (number <= 999_999).then_some(Self { country: b'E', number })
    }
}

impl FromStr for LsoaCode {
    type Err = LsoaCodeError;

    /// Reads it in either case, with spaces around it.
    fn from_str(text: &str) -> Result<Self, LsoaCodeError> {
        match text.trim().as_bytes() {
            [country, b'0', b'1', digits @ ..] if digits.len() == 6 => {
                let country = country.to_ascii_uppercase();
                let mut number = 0;
                for digit in digits {
                    let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0')).ok_or(LsoaCodeError)?;
                    number = number * 10 + digit;
                }
                if matches!(country, b'E' | b'W') { Ok(Self { country, number }) } else { Err(LsoaCodeError) }
            }
            _ => Err(LsoaCodeError),
        }
    }
}

impl fmt::Display for LsoaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}01{:06}", char::from(self.country), self.number))
    }
}

crate::code::serde_as_text!(LsoaCode);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LsoaCode, LsoaCodeError};

    #[test]
    fn reads_england_and_wales_alone() {
        assert_eq!(" e01021321 ".parse::<LsoaCode>().unwrap().to_string(), "E01021321");
        assert!("W01001234".parse::<LsoaCode>().is_ok());
        for wrong in ["", "E02021321", "S01021321", "E0102132", "E010213211", "E0102132X", "E01 21321"] {
            assert_eq!(wrong.parse::<LsoaCode>(), Err(LsoaCodeError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back(number in 0_u32..=999_999) {
            let code = LsoaCode::england(number).unwrap();
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn no_text_panics(text in ".{0,12}") {
            let _ = text.parse::<LsoaCode>();
        }
    }
}
