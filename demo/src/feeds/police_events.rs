//! Police events: a row for each person in an event, with their role in it.
//! Dates `%d/%m/%Y`, times `%d/%m/%Y %H:%M`; roles in capitals, mostly.

use jiff::civil::DateTime;

use super::{Bytes, Kind, Layout, day, time};
use crate::dice::Dice;
use crate::mistakes::Told;

/// The declaration.
pub static LAYOUT: Layout = Layout {
    name: "police_events",
    columns: &[
        ("row_ref", Kind::Required),
        ("crime_ref", Kind::Required),
        ("event_date_time", Kind::When),
        ("offence", Kind::Required),
        ("role", Kind::Code),
        ("nominal_id", Kind::Plain),
        ("surname", Kind::Required),
        ("forenames", Kind::Plain),
        ("dob", Kind::Plain),
        ("sex", Kind::Plain),
        ("ethnicity_16plus1", Kind::Plain),
        ("address", Kind::Plain),
        ("postcode", Kind::Plain),
        ("phone", Kind::Phone),
        ("place", Kind::Plain),
        ("place_postcode", Kind::Plain),
        ("place_lsoa", Kind::Plain),
    ],
    bytes: Bytes::Plain,
    months: 1,
    impossible: "31/02/2026",
    whole_picture: false,
};

/// An event that police recorded.
pub struct Event {
    /// Reference, shared by the event's persons.
    pub crime_ref: String,
    /// Local time.
    pub at: DateTime,
    /// In words.
    pub offence: &'static str,
    /// Street.
    pub place: String,
    /// Its postcode.
    pub place_postcode: String,
    /// Its area's code.
    pub place_area: String,
}

/// What somebody was in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// harmed
    Victim,
    /// saw it
    Witness,
    /// may have done it
    Suspect,
    /// did it, a court found
    Convicted,
    /// in danger
    PersonAtRisk,
}

impl Role {
    /// As the feed writes it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Victim => "VICTIM",
            Self::Witness => "WITNESS",
            Self::Suspect => "SUSPECT",
            Self::Convicted => "CONVICTED",
            Self::PersonAtRisk => "PERSON AT RISK",
        }
    }
}

/// The row's own reference.
#[must_use]
pub fn row_ref(event: &Event, position: usize) -> String {
    format!("{}-{:02}", event.crime_ref, position + 1)
}

/// One row.
#[must_use]
pub fn cells(event: &Event, position: usize, role: Role, nominal: String, told: &Told, dice: &mut Dice) -> Vec<String> {
    let role = if dice.chance(0.03) { role.code().to_lowercase() } else { role.code().to_owned() };
    let forenames = format!("{} {}", told.given, told.middle);
    vec![
        row_ref(event, position),
        event.crime_ref.clone(),
        time(Some(event.at), "%d/%m/%Y %H:%M"),
        event.offence.to_owned(),
        role,
        nominal,
        told.family.clone(),
        forenames.trim().to_owned(),
        day(told.born, "%d/%m/%Y"),
        if dice.chance(0.01) { "U" } else { told.sex }.to_owned(),
        told.ethnicity.clone(),
        told.address.clone(),
        told.postcode.clone(),
        told.phone.clone(),
        event.place.clone(),
        event.place_postcode.clone(),
        event.place_area.clone(),
    ]
}
