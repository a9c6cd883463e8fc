//! Episodes of children missing. UTF-16 as the police's reporting tool exports it; dates `%Y-%m-%d`, times
//! `%Y-%m-%dT%H:%M`. `ReturnedAt` is blank while the child is missing, the interview's columns until there is an answer.

use jiff::civil::{Date, DateTime};

use super::{Bytes, Kind, Layout, day, time};
use crate::mistakes::Told;

/// The declaration.
pub static LAYOUT: Layout = Layout {
    name: "missing_episodes",
    columns: &[
        ("EpisodeID", Kind::Required),
        ("ReportedAt", Kind::When),
        ("ReturnedAt", Kind::Plain),
        ("Risk", Kind::Code),
        ("Surname", Kind::Required),
        ("Forename", Kind::Required),
        ("DOB", Kind::Plain),
        ("Gender", Kind::Plain),
        ("Ethnicity", Kind::Plain),
        ("HomeAddress", Kind::Plain),
        ("HomePostcode", Kind::Plain),
        ("Phone", Kind::Phone),
        ("LivingWith", Kind::Plain),
        ("FoundArea", Kind::Plain),
        ("FoundPlace", Kind::Plain),
        ("InterviewOffered", Kind::Plain),
        ("InterviewAccepted", Kind::Plain),
        ("InterviewDate", Kind::Plain),
    ],
    bytes: Bytes::Utf16,
    months: 1,
    impossible: "2026-02-31T10:00",
    whole_picture: false,
};

/// One time that a child was missing.
pub struct Episode {
    /// Own id.
    pub id: String,
    /// Local time.
    pub reported: DateTime,
    /// Local time, when the child is back.
    pub returned: Option<DateTime>,
    /// "No apparent risk", "Low", "Medium" or "High".
    pub risk: &'static str,
    /// "Family", "Foster care", "Children's home".
    pub living_with: &'static str,
    /// Area's code, when found.
    pub found_area: String,
    /// Kind of place, when found.
    pub found_place: &'static str,
    /// The return interview: offered, accepted, held on.
    pub interview: (Option<bool>, Option<bool>, Option<Date>),
}

/// One row.
#[must_use]
pub fn cells(episode: &Episode, told: &Told) -> Vec<String> {
    let (offered, accepted, held) = episode.interview;
    let answer = |said: Option<bool>| said.map_or("", |yes| if yes { "Yes" } else { "No" }).to_owned();
    vec![
        episode.id.clone(),
        time(Some(episode.reported), "%Y-%m-%dT%H:%M"),
        time(episode.returned, "%Y-%m-%dT%H:%M"),
        episode.risk.to_owned(),
        told.family.clone(),
        told.given.clone(),
        day(told.born, "%Y-%m-%d"),
        told.sex.to_owned(),
        told.ethnicity.clone(),
        told.address.clone(),
        told.postcode.clone(),
        told.phone.clone(),
        episode.living_with.to_owned(),
        episode.found_area.clone(),
        episode.found_place.to_owned(),
        answer(offered),
        answer(accepted),
        day(held, "%Y-%m-%d"),
    ]
}
