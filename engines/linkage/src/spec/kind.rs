//! How a field's values are read, and what makes one valid.

use serde::{Deserialize, Serialize};

/// How a field's values are cleaned. Whatever the kind, space around a value goes, and an empty value is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Lower case, single spaces.
    Text,
    /// As it stands, but for space around it: for columns that were cleaned before, and for models of Splink.
    Raw,
    /// Letters, digits and single spaces only, lower case, without accents; apostrophes vanish, other marks part words.
    Name,
    /// A date as `1990-01-31`, `19900131` or `31/01/1990`; kept as eight digits, even where no calendar has that day.
    Date,
    /// A date as above, but one that no calendar has, such as 31 February, can't be read.
    CalendarDate,
    /// A UK postcode, upper case with one space; what has another shape is kept, but has no district or sector.
    Postcode,
    /// Letters and digits only, upper case.
    Identifier,
    /// A telephone number as digits with its country's code: `07700 900123`, `+44 (0)7700 900123` and `0044 7700 900123` are all
    /// `447700900123`. An extension is dropped; without a country a number is British.
    Phone,
    /// An e-mail address, lower case; what has no user or no domain can't be read.
    Email,
    /// An address: words as in a name, with the usual short forms written out (`rd`, `ave`, `flt`).
    Address,
    /// A number, with `,` between thousands and a currency's sign or `%` left out.
    Number,
    /// A place as latitude and longitude in degrees (WGS 84), in this order: `51.7356, 0.4685`.
    Coordinates,
}

impl Kind {
    /// The kind as a spec writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Raw => "raw",
            Kind::Name => "name",
            Kind::Date => "date",
            Kind::CalendarDate => "calendar_date",
            Kind::Postcode => "postcode",
            Kind::Identifier => "identifier",
            Kind::Phone => "phone",
            Kind::Email => "email",
            Kind::Address => "address",
            Kind::Number => "number",
            Kind::Coordinates => "coordinates",
        }
    }

    /// Whether values are dates.
    pub(crate) fn is_date(self) -> bool {
        matches!(self, Kind::Date | Kind::CalendarDate)
    }

    /// Whether values are words that people write.
    pub(crate) fn is_worded(self) -> bool {
        matches!(self, Kind::Name | Kind::Text | Kind::Raw | Kind::Address)
    }
}

/// What makes an identifier valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Any value is valid.
    #[default]
    None,
    /// Ten digits, the last a modulus 11 check digit.
    NhsNumber,
    /// A check letter, eleven digits and a digit or letter.
    Upn,
}

/// Where fields of a comparison are missing on either side: when is there nothing to say?
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Where any field is missing; only a level whose rule asks for `missing` may still hold.
    #[default]
    Any,
    /// Only where all fields are. Otherwise levels hold by the fields that are there, and the last level takes the rest.
    All,
}

impl Missing {
    pub(super) fn is_any(&self) -> bool {
        *self == Missing::Any
    }
}

impl Check {
    pub(super) fn is_none(&self) -> bool {
        *self == Check::None
    }
}
