//! The words that every other crate speaks: typed ids, time, randomness, money, UK identifiers, names, codes, and
//! counts that are safe to publish. No I/O: the clock and the source of randomness are handed in by `app`.
//!
//! No error here repeats the value it refuses, because that value may be about a person.

mod code;
mod code_list;
pub mod counts;
mod declared;
mod id;
mod identifier;
mod money;
pub mod names;
mod people;
mod random;
mod time;
mod wording;
pub mod working;

pub use code::{Code, CodeError};
pub use declared::line_about;
pub use id::{Id, IdError, kind};
pub use identifier::{LsoaCode, LsoaCodeError, NhsNumber, NhsNumberError, Postcode, PostcodeError, Upn, UpnError};
pub use jiff::SignedDuration;
pub use jiff::civil::{Date, DateTime, Time};
pub use money::{Pence, PenceError};
pub use names::PersonName;
pub use people::{Age, AgeBand, EthnicGroup, Sex, UnknownCode, age_on};
pub use random::Random;
pub use time::{Clock, HandClock, NoSuchLocalTime, Timestamp, TimestampError, london};
pub use wording::first_large;
