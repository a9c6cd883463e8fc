//! Assaults seen in A&E, nobody named: the Information Sharing to Tackle Violence data set as CSV, with the NHS data
//! dictionary's column names. Methods and kinds of place are our words; the official code lists are not published.

use jiff::civil::{Date, DateTime};

use super::{Bytes, Kind, Layout, day, time};

/// The declaration.
pub static LAYOUT: Layout = Layout {
    name: "istv",
    columns: &[
        ("REPORTING PERIOD START DATE", Kind::Required),
        ("REPORTING PERIOD END DATE", Kind::Required),
        ("SITE CODE", Kind::Required),
        ("ARRIVAL DATE AND TIME", Kind::When),
        ("ASSAULT DATE AND TIME", Kind::When),
        ("ASSAULT METHOD", Kind::Code),
        ("METHOD OTHER DESCRIPTION", Kind::Plain),
        ("ASSAULT LOCATION TYPE", Kind::Code),
        ("LOCATION DESCRIPTION", Kind::Plain),
    ],
    bytes: Bytes::Plain,
    months: 1,
    impossible: "2026-02-30T10:00:00",
    whole_picture: false,
};

/// Methods, with weights.
pub const METHODS: &[(&str, u32)] = &[
    ("Fist or hand", 48),
    ("Foot", 10),
    ("Head", 4),
    ("Blunt object", 9),
    ("Glass or bottle", 7),
    ("Knife or sharp object", 11),
    ("Firearm", 1),
    ("Other", 4),
    ("Not known", 6),
];

/// Kinds of place, with weights.
pub const PLACES: &[(&str, u32)] = &[
    ("Street", 38),
    ("Licensed premises", 20),
    ("Home", 18),
    ("School or college", 5),
    ("Workplace", 3),
    ("Public transport", 3),
    ("Park or open space", 5),
    ("Shop", 3),
    ("Other", 2),
    ("Not known", 3),
];

/// One attendance after an assault.
pub struct Attendance {
    /// First and last day of the reporting period.
    pub period: (Date, Date),
    /// Hospital site.
    pub site: String,
    /// Local time of arrival.
    pub arrived: DateTime,
    /// Local time of the assault, where the patient said.
    pub assaulted: Option<DateTime>,
    /// One of [`METHODS`].
    pub method: &'static str,
    /// In words, when the method is "Other".
    pub other: &'static str,
    /// One of [`PLACES`].
    pub place: &'static str,
    /// In words, as typed at the desk.
    pub described: String,
}

/// One row.
#[must_use]
pub fn cells(attendance: &Attendance) -> Vec<String> {
    vec![
        day(Some(attendance.period.0), "%Y-%m-%d"),
        day(Some(attendance.period.1), "%Y-%m-%d"),
        attendance.site.clone(),
        time(Some(attendance.arrived), "%Y-%m-%dT%H:%M:%S"),
        time(attendance.assaulted, "%Y-%m-%dT%H:%M:%S"),
        attendance.method.to_owned(),
        attendance.other.to_owned(),
        attendance.place.to_owned(),
        attendance.described.clone(),
    ]
}
