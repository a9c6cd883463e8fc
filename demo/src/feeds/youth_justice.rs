//! Youth justice cases open in the quarter. Every cell quoted; dates `%d/%m/%Y`, but three dates of birth in a hundred come as
//! the number by which a spreadsheet counts days from 30 December 1899.

use jiff::civil::Date;

use super::{Bytes, Kind, Layout, day, sex_in_words};
use crate::dice::Dice;
use crate::mistakes::Told;

/// The declaration.
pub static LAYOUT: Layout = Layout {
    name: "youth_justice",
    columns: &[
        ("Case ID", Kind::Required),
        ("UPN", Kind::Plain),
        ("Surname", Kind::Required),
        ("Forenames", Kind::Plain),
        ("Known As", Kind::Plain),
        ("DOB", Kind::Plain),
        ("Sex", Kind::Plain),
        ("Ethnicity", Kind::Plain),
        ("Address", Kind::Plain),
        ("Postcode", Kind::Plain),
        ("Phone", Kind::Phone),
        ("Order Type", Kind::Code),
        ("Start Date", Kind::When),
        ("End Date", Kind::Plain),
        ("Status", Kind::Code),
    ],
    bytes: Bytes::Quoted,
    months: 3,
    impossible: "31/06/2026",
    whole_picture: true,
};

/// Orders, with weights.
pub const ORDERS: &[(&str, u32)] = &[
    ("Out of court disposal", 46),
    ("Referral order", 24),
    ("Youth conditional caution", 12),
    ("Youth rehabilitation order", 11),
    ("Bail supervision", 5),
    ("Detention and training order", 2),
];

/// A case.
#[derive(Clone)]
pub struct Case {
    /// Own id.
    pub id: String,
    /// One of [`ORDERS`].
    pub order: &'static str,
    /// First day.
    pub start: Date,
    /// Last day, as planned or as it came.
    pub end: Date,
}

/// One row, as it stood on this day. `told` must hold the date of birth as text already, see [`birth`].
#[must_use]
pub fn cells(case: &Case, told: &Told, birth: &str, on: Date) -> Vec<String> {
    let forenames = format!("{} {}", told.given, told.middle);
    let status = if case.end <= on { "Closed" } else { "Open" };
    vec![
        case.id.clone(),
        told.upn.clone(),
        told.family.clone(),
        forenames.trim().to_owned(),
        told.known_as.clone(),
        birth.to_owned(),
        sex_in_words(told.sex),
        told.ethnicity.clone(),
        told.address.clone(),
        told.postcode.clone(),
        told.phone.clone(),
        case.order.to_owned(),
        day(Some(case.start), "%d/%m/%Y"),
        day(Some(case.end), "%d/%m/%Y"),
        status.to_owned(),
    ]
}

/// The date of birth, as a spreadsheet's serial number now and then.
#[must_use]
pub fn birth(told: &Told, dice: &mut Dice) -> String {
    match told.born {
        Some(born) if dice.chance(0.03) => super::xlsx::serial(born).to_string(),
        other => day(other, "%d/%m/%Y"),
    }
}
