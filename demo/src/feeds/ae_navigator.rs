//! Notifications of A&E navigators, identified. Dates of birth `%Y%m%d`, arrivals `%Y-%m-%d %H:%M:%S`, sex 1, 2 or 9. Whether
//! somebody may be contacted and whether they agreed to support are two columns, because they are two things.

use jiff::civil::DateTime;

use super::{Bytes, Kind, Layout, day, time};
use crate::mistakes::Told;

/// The declaration.
pub static LAYOUT: Layout = Layout {
    name: "ae_navigator",
    columns: &[
        ("notification_id", Kind::Required),
        ("nhs_number", Kind::Plain),
        ("forename", Kind::Plain),
        ("surname", Kind::Required),
        ("date_of_birth", Kind::Plain),
        ("sex", Kind::Plain),
        ("ethnicity", Kind::Plain),
        ("phone", Kind::Phone),
        ("email", Kind::Plain),
        ("postcode", Kind::Plain),
        ("arrival", Kind::When),
        ("injury_type", Kind::Code),
        ("hospital", Kind::Plain),
        ("seen_by", Kind::Plain),
        ("agreed_to_contact", Kind::Plain),
        ("support_agreement", Kind::Plain),
    ],
    bytes: Bytes::Plain,
    months: 1,
    impossible: "2026-02-30 24:61:00",
    whole_picture: false,
};

/// Injuries, with weights.
pub const INJURIES: &[(&str, u32)] = &[
    ("Blunt injury", 34),
    ("Head injury", 18),
    ("Stab wound", 14),
    ("Other injury", 10),
    ("Overdose", 10),
    ("Self-harm", 8),
    ("Bite", 4),
    ("Gunshot wound", 1),
];

/// A notification.
pub struct Notification {
    /// Own id.
    pub id: String,
    /// Local time of arrival.
    pub arrived: DateTime,
    /// One of [`INJURIES`].
    pub injury: &'static str,
    /// Hospital.
    pub hospital: &'static str,
    /// Navigator.
    pub seen_by: &'static str,
    /// "Y", "N" or empty.
    pub contact: &'static str,
    /// "agreed", "declined" or "not asked".
    pub support: &'static str,
}

/// One row.
#[must_use]
pub fn cells(notification: &Notification, told: &Told) -> Vec<String> {
    let sex = match told.sex {
        "M" => "1",
        "F" => "2",
        _ => "9",
    };
    vec![
        notification.id.clone(),
        told.nhs_number.clone(),
        told.given.clone(),
        told.family.clone(),
        day(told.born, "%Y%m%d"),
        sex.to_owned(),
        told.ethnicity.clone(),
        told.phone.clone(),
        told.email.clone(),
        told.postcode.clone(),
        time(Some(notification.arrived), "%Y-%m-%d %H:%M:%S"),
        notification.injury.to_owned(),
        notification.hospital.to_owned(),
        notification.seen_by.to_owned(),
        notification.contact.to_owned(),
        notification.support.to_owned(),
    ]
}
