//! The identifiers by which UK agencies know people and places. Each is checked whole when it is made, and its errors
//! never repeat what was typed.

mod lsoa_code;
mod nhs_number;
mod postcode;
mod upn;

pub use lsoa_code::{LsoaCode, LsoaCodeError};
pub use nhs_number::{NhsNumber, NhsNumberError};
pub use postcode::{Postcode, PostcodeError};
pub use upn::{Upn, UpnError};
