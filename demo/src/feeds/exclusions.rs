//! School suspensions and permanent exclusions, as the council's education team collects them in a workbook. Types are those of
//! the school census (PERM; FIXD and LNCH before schools said SUSP), up to three reason codes (OW: weapon). No id of its own.

use jiff::civil::Date;

use super::{Bytes, Kind, Layout, day};
use crate::dice::Dice;
use crate::mistakes::Told;

/// The declaration. Cells of `DOB` and `Start Date` that read `%Y-%m-%d` become Excel dates.
pub static LAYOUT: Layout = Layout {
    name: "exclusions",
    columns: &[
        ("UPN", Kind::Plain),
        ("Surname", Kind::Required),
        ("Forename", Kind::Plain),
        ("DOB", Kind::Plain),
        ("Sex", Kind::Plain),
        ("Ethnicity", Kind::Plain),
        ("Home Postcode", Kind::Plain),
        ("School", Kind::Required),
        ("School Code", Kind::Plain),
        ("Start Date", Kind::When),
        ("Type", Kind::Code),
        ("Sessions", Kind::Plain),
        ("Reason 1", Kind::Code),
        ("Reason 2", Kind::Plain),
        ("Reason 3", Kind::Plain),
    ],
    bytes: Bytes::Workbook,
    months: 3,
    impossible: "31/02/2026",
    whole_picture: false,
};

/// Reason codes of the school census, with weights.
pub const REASONS: &[(&str, u32)] = &[
    ("DB", 34),
    ("PP", 18),
    ("VA", 14),
    ("VP", 8),
    ("PA", 5),
    ("DA", 5),
    ("OW", 4),
    ("DM", 3),
    ("RA", 2),
    ("BU", 2),
    ("TH", 2),
    ("SM", 1),
    ("LG", 1),
    ("DS", 1),
    ("MT", 1),
    ("PH", 1),
];

/// An exclusion.
pub struct Exclusion {
    /// Name and code.
    pub school: (String, String),
    /// First day.
    pub start: Date,
    /// PERM, FIXD, LNCH or SUSP.
    pub kind: &'static str,
    /// Half-days, none when permanent.
    pub sessions: Option<u64>,
    /// One to three.
    pub reasons: Vec<&'static str>,
}

/// One row.
#[must_use]
pub fn cells(exclusion: &Exclusion, told: &Told, dice: &mut Dice) -> Vec<String> {
    let written =
        |date: Option<Date>, dice: &mut Dice| day(date, if dice.chance(0.04) { "%d/%m/%Y" } else { "%Y-%m-%d" });
    let reason = |at: usize| exclusion.reasons.get(at).copied().unwrap_or_default().to_owned();
    vec![
        told.upn.clone(),
        told.family.clone(),
        told.given.clone(),
        written(told.born, dice),
        told.sex.to_owned(),
        told.ethnicity.clone(),
        told.postcode.clone(),
        exclusion.school.0.clone(),
        exclusion.school.1.clone(),
        written(Some(exclusion.start), dice),
        exclusion.kind.to_owned(),
        exclusion.sessions.map(|count| count.to_string()).unwrap_or_default(),
        reason(0),
        reason(1),
        reason(2),
    ]
}
