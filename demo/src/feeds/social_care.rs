//! Children's social care: involvements open in the quarter. Dates `%d-%b-%Y`; NHS numbers with spaces in two rows of three.

use jiff::civil::Date;

use super::{Bytes, Kind, Layout, day, sex_in_words};
use crate::mistakes::Told;

/// The declaration.
pub static LAYOUT: Layout = Layout {
    name: "social_care",
    columns: &[
        ("Involvement ID", Kind::Required),
        ("Person ID", Kind::Required),
        ("NHS Number", Kind::Plain),
        ("Last Name", Kind::Required),
        ("First Name", Kind::Plain),
        ("DoB", Kind::Plain),
        ("Gender", Kind::Plain),
        ("Ethnic Code", Kind::Plain),
        ("Address", Kind::Plain),
        ("Postcode", Kind::Plain),
        ("Phone", Kind::Phone),
        ("Involvement", Kind::Code),
        ("Start", Kind::When),
        ("End", Kind::Plain),
        ("Team", Kind::Plain),
        ("Worker", Kind::Plain),
        ("Placement", Kind::Plain),
    ],
    bytes: Bytes::Marked,
    months: 3,
    impossible: "31-Feb-2026",
    whole_picture: true,
};

/// Kinds of involvement, with weights: child in need, early help, assessment, child protection plan, child looked after.
pub const KINDS: &[(&str, u32)] = &[("CIN", 43), ("Early help", 20), ("Assessment", 15), ("CPP", 13), ("CLA", 9)];

/// An involvement.
#[derive(Clone)]
pub struct Involvement {
    /// Own id.
    pub id: String,
    /// The council's id of the child.
    pub child: String,
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// Team.
    pub team: String,
    /// Worker, initial and family name.
    pub worker: String,
    /// Where a looked-after child lives, or empty.
    pub placement: &'static str,
}

/// One row, as it stood on this day: an end that has not come is blank.
#[must_use]
pub fn cells(involvement: &Involvement, told: &Told, on: Date) -> Vec<String> {
    let spaced = |number: &str| match (number.get(..3), number.get(3..6), number.get(6..)) {
        (Some(first), Some(second), Some(third)) if !number.ends_with('3') => format!("{first} {second} {third}"),
        _ => number.to_owned(),
    };
    vec![
        involvement.id.clone(),
        involvement.child.clone(),
        spaced(&told.nhs_number),
        told.family.clone(),
        told.given.clone(),
        day(told.born, "%d-%b-%Y"),
        sex_in_words(told.sex),
        told.ethnicity.clone(),
        told.address.clone(),
        told.postcode.clone(),
        told.phone.clone(),
        involvement.kind.to_owned(),
        day(Some(involvement.start), "%d-%b-%Y"),
        day(Some(involvement.end).filter(|end| *end <= on), "%d-%b-%Y"),
        involvement.team.clone(),
        involvement.worker.clone(),
        involvement.placement.to_owned(),
    ]
}
