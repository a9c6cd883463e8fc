//! Custody arrivals. Windows-1252, dates with hyphens (`%d-%m-%Y`), release blank while somebody is still held.

use jiff::civil::DateTime;

use super::{Bytes, Kind, Layout, day, sex_in_words, time};
use crate::mistakes::Told;

/// The declaration.
pub static LAYOUT: Layout = Layout {
    name: "custody",
    columns: &[
        ("Custody Record Number", Kind::Required),
        ("Arrival", Kind::When),
        ("Release", Kind::Plain),
        ("Suspected Offence", Kind::Required),
        ("Offence Code", Kind::Code),
        ("Nominal ID", Kind::Plain),
        ("Surname", Kind::Required),
        ("First Name", Kind::Plain),
        ("Middle Names", Kind::Plain),
        ("Date of Birth", Kind::Plain),
        ("Age", Kind::Plain),
        ("Gender", Kind::Plain),
        ("Ethnicity", Kind::Plain),
        ("Home Address", Kind::Plain),
        ("Postcode", Kind::Plain),
        ("Phone", Kind::Phone),
        ("Station", Kind::Plain),
    ],
    bytes: Bytes::Windows1252,
    months: 1,
    impossible: "30-02-2026 25:70",
    whole_picture: false,
};

/// An arrest that ended at a custody desk.
pub struct Arrival {
    /// Custody record number.
    pub record: String,
    /// Local time.
    pub at: DateTime,
    /// Local time of release, where it has come.
    pub released: Option<DateTime>,
    /// Words and code.
    pub offence: (&'static str, &'static str),
    /// Age in years, as the desk worked it out.
    pub age: i32,
    /// Suite.
    pub station: &'static str,
}

/// The custody desk's words and code for an offence in the police's words.
#[must_use]
pub fn suspected(offence: &str) -> (&'static str, &'static str) {
    match offence {
        "Possession of drugs with intent to supply" => ("Possession of Class A with intent to supply", "PWITS"),
        "Possession of drugs" => ("Possession of Class B", "POSS"),
        "Possession of a bladed article" => ("Possession of a bladed article", "WEAP"),
        "Violence with injury" => ("Violence with injury", "VIOL"),
        "Violence without injury" => ("Common assault", "VIOL"),
        "Robbery" => ("Robbery", "ROB"),
        "Burglary" => ("Burglary", "BURG"),
        "Shoplifting" | "Theft from the person" | "Vehicle crime" => ("Theft", "THEFT"),
        "Criminal damage" => ("Criminal damage", "CRIM"),
        "Public order" => ("Affray", "PUBO"),
        _ => ("Other offence", "OTHER"),
    }
}

/// One row.
#[must_use]
pub fn cells(arrival: &Arrival, nominal: String, told: &Told) -> Vec<String> {
    vec![
        arrival.record.clone(),
        time(Some(arrival.at), "%d-%m-%Y %H:%M"),
        time(arrival.released, "%d-%m-%Y %H:%M"),
        arrival.offence.0.to_owned(),
        arrival.offence.1.to_owned(),
        nominal,
        told.family.clone(),
        told.given.clone(),
        told.middle.clone(),
        day(told.born, "%d-%m-%Y"),
        arrival.age.to_string(),
        sex_in_words(told.sex),
        told.ethnicity.clone(),
        told.address.clone(),
        told.postcode.clone(),
        told.phone.clone(),
        arrival.station.to_owned(),
    ]
}
