//! What statistics and equality monitoring ask about a person: age and its bands, sex, ethnic group.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An age in whole years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Age(pub u16);

impl Age {
    /// Under 18: a child in the law of England (Children Act 1989, section 105).
    #[must_use]
    pub fn is_child(self) -> bool {
        self.0 < 18
    }

    /// The band of this age.
    #[must_use]
    pub fn band(self) -> AgeBand {
        AgeBand::of(Some(self))
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The age on a date of someone born on another; `None` when the birth lies after it. Age is attained at the start of the
/// birthday (Family Law Reform Act 1969, section 9); someone born on 29 February attains it on 1 March in a common year.
#[must_use]
pub fn age_on(born: Date, on: Date) -> Option<Age> {
    if on < born {
        return None;
    }
    let before_birthday = (on.month(), on.day()) < (born.month(), born.day());
    let years = i32::from(on.year()) - i32::from(born.year()) - i32::from(before_birthday);
    u16::try_from(years).ok().map(Age)
}

/// A text that is none of a list's codes. It names the list, never the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{list} must be one of: {codes}")]
pub struct UnknownCode {
    list: ListName,
    codes: &'static str,
}

/// `KeepReason` as `keep reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ListName(&'static str);

impl fmt::Display for ListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && letter.is_uppercase() {
                f.write_str(" ")?;
            }
            write!(f, "{}", letter.to_lowercase())?;
        }
        Ok(())
    }
}

impl UnknownCode {
    /// Of a list, by the name of its type, with its codes apart by spaces.
    #[must_use]
    pub const fn of(list: &'static str, codes: &'static str) -> Self {
        Self { list: ListName(list), codes: codes.trim_ascii_end() }
    }
}

macro_rules! coded {
    (
        $(#[$doc:meta])* $name:ident, $list:literal,
        $( $(#[$case_doc:meta])* $case:ident = $code:literal, $label:literal; )*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$case_doc])* $case, )* }

        impl $name {
            /// Every one, in the order in which tables show them.
            pub const ALL: &'static [Self] = &[$(Self::$case,)*];

            /// The code that is stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$case => $code,)* }
            }

            /// The words that a page shows.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$case => $label,)* }
            }

            fn by_code(text: &str) -> Result<Self, UnknownCode> {
                match text {
                    $($code => Ok(Self::$case),)*
                    _ => Err(UnknownCode::of($list, concat!($($code, " ",)*))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        crate::code::serde_as_text!($name);
    };
}

coded! {
    /// The age bands of the unit's statistics: the criminal law's lower limit is 10 (Children and Young Persons Act 1933, section 50).
    AgeBand, "age band",
    /// Under 10.
    UnderTen = "0-9", "Under 10";
    /// 10 to 13.
    TenToThirteen = "10-13", "10 to 13";
    /// 14 and 15.
    FourteenAndFifteen = "14-15", "14 and 15";
    /// 16 and 17.
    SixteenAndSeventeen = "16-17", "16 and 17";
    /// 18 to 24.
    EighteenToTwentyFour = "18-24", "18 to 24";
    /// 25 and over.
    TwentyFiveAndOver = "25+", "25 and over";
    /// No age is known.
    Unknown = "unknown", "Not known";
}

impl AgeBand {
    /// The band of an age, or of none known.
    #[must_use]
    pub fn of(age: Option<Age>) -> Self {
        match age.map(|age| age.0) {
            None => Self::Unknown,
            Some(0..=9) => Self::UnderTen,
            Some(10..=13) => Self::TenToThirteen,
            Some(14..=15) => Self::FourteenAndFifteen,
            Some(16..=17) => Self::SixteenAndSeventeen,
            Some(18..=24) => Self::EighteenToTwentyFour,
            Some(25..) => Self::TwentyFiveAndOver,
        }
    }
}

impl FromStr for AgeBand {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::by_code(text)
    }
}

coded! {
    /// Sex as a partner recorded it.
    Sex, "sex",
    /// Female.
    Female = "female", "Female";
    /// Male.
    Male = "male", "Male";
    /// Indeterminate, or recorded as another.
    Other = "other", "Other";
    /// Not known or not recorded.
    NotKnown = "not_known", "Not known";
}

impl FromStr for Sex {
    type Err = UnknownCode;

    /// Reads the codes, in any case, and what partners write: `F`, `M`, `U`, and the NHS Data Dictionary's person gender
    /// codes 1, 2, 9 (indeterminate) and X; 0 is ISO 5218's "not known".
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let text = text.trim().to_ascii_lowercase();
        match text.as_str() {
            "f" | "2" => Ok(Self::Female),
            "m" | "1" => Ok(Self::Male),
            "9" | "indeterminate" => Ok(Self::Other),
            "0" | "x" | "u" | "unknown" | "not known" => Ok(Self::NotKnown),
            code => Self::by_code(code),
        }
    }
}

coded! {
    /// The five broad ethnic groups of the Office for National Statistics (Census 2021), and not stated.
    EthnicGroup, "ethnic group",
    /// Asian, Asian British or Asian Welsh.
    Asian = "asian", "Asian or Asian British";
    /// Black, Black British, Black Welsh, Caribbean or African.
    Black = "black", "Black, Black British, Caribbean or African";
    /// Mixed or multiple ethnic groups.
    Mixed = "mixed", "Mixed or multiple ethnic groups";
    /// White.
    White = "white", "White";
    /// Any other ethnic group.
    Other = "other", "Other ethnic group";
    /// Not stated or not recorded.
    NotStated = "not_stated", "Not stated";
}

impl FromStr for EthnicGroup {
    type Err = UnknownCode;

    /// Reads the codes, in any case, and the police's self-defined codes (16+1 and 18+1: W1, M2, A3, B9, O9, NS), in which
    /// Chinese is O1 or A4 and belongs with Asian since the census of 2011.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let text = text.trim().to_ascii_lowercase();
        match text.as_str() {
            "o1" | "a1" | "a2" | "a3" | "a4" | "a9" => Ok(Self::Asian),
            "b1" | "b2" | "b9" => Ok(Self::Black),
            "m1" | "m2" | "m3" | "m4" | "m9" => Ok(Self::Mixed),
            "w1" | "w2" | "w3" | "w4" | "w9" => Ok(Self::White),
            "o2" | "o9" => Ok(Self::Other),
            "ns" | "not stated" | "unknown" | "not known" => Ok(Self::NotStated),
            code => Self::by_code(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::{Age, AgeBand, EthnicGroup, Sex, age_on};

    #[test]
    fn ages_turn_on_the_birthday() {
        let born = date(2010, 6, 15);
        assert_eq!(age_on(born, date(2026, 6, 14)), Some(Age(15)));
        assert_eq!(age_on(born, date(2026, 6, 15)), Some(Age(16)));
        assert_eq!(age_on(born, date(2010, 6, 14)), None);
    }

    #[test]
    fn a_leap_day_birthday_falls_on_the_first_of_march() {
        let born = date(2008, 2, 29);
        assert!(age_on(born, date(2026, 2, 28)).unwrap().is_child());
        assert!(!age_on(born, date(2026, 3, 1)).unwrap().is_child());
    }

    #[test]
    fn every_code_reads_back() {
        for band in AgeBand::ALL {
            assert_eq!(band.as_str().parse(), Ok(*band));
        }
        for sex in Sex::ALL {
            assert_eq!(sex.as_str().parse(), Ok(*sex));
        }
        for group in EthnicGroup::ALL {
            assert_eq!(group.as_str().parse(), Ok(*group));
        }
    }

    #[test]
    fn what_partners_write_is_read_and_what_is_not_known_is_refused_unrepeated() {
        assert_eq!("F".parse(), Ok(Sex::Female));
        assert_eq!("Male".parse(), Ok(Sex::Male));
        assert_eq!("W1".parse(), Ok(EthnicGroup::White));
        assert_eq!("O1".parse(), Ok(EthnicGroup::Asian));
        let error = "banana".parse::<Sex>().unwrap_err().to_string();
        assert_eq!(error, "sex must be one of: female male other not_known");
    }

    proptest! {
        #[test]
        fn a_year_older_a_year_on(days in 0_i32..36_000, year in 1..=80_i16) {
            let born = date(1925, 1, 1).saturating_add(jiff::Span::new().days(days));
            let on = Date::new(born.year() + year, born.month(), born.day());
            prop_assume!(on.is_ok());
            let on = on.unwrap();
            prop_assert_eq!(age_on(born, on), Some(Age(u16::try_from(year).unwrap())));
            prop_assert_eq!(age_on(born, on.yesterday().unwrap()), Some(Age(u16::try_from(year - 1).unwrap())));
        }
    }
}
