//! Police events and custody.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::Life;
use crate::county::CountyError;
use crate::feeds::Feed;
use crate::feeds::custody::{self, Arrival};
use crate::feeds::outbox::Row;
use crate::feeds::police_events::{self, Event, Role};
use crate::geography::{Place, place, station};
use crate::mistakes::Habits;
use crate::names::Gender;
use crate::people::Person;
use crate::planted::{FLARE, HOTSPOT_GROWTH};
use crate::window::Hours;

/// Events with a named person, a month and resident, in an area of middling deprivation.
const RATE: f64 = 0.0072;
/// Of suspects, how many come to a custody desk.
const ARRESTED: f64 = 0.17;
/// Of suspects whose case is old enough, how many were convicted.
const CONVICTED: f64 = 0.11;

const OFFENCES: &[(&str, u32)] = &[
    ("Violence with injury", 16),
    ("Violence without injury", 24),
    ("Stalking and harassment", 6),
    ("Robbery", 3),
    ("Burglary", 6),
    ("Theft from the person", 4),
    ("Shoplifting", 6),
    ("Vehicle crime", 6),
    ("Criminal damage", 9),
    ("Public order", 8),
    ("Possession of drugs", 4),
    ("Possession of drugs with intent to supply", 1),
    ("Possession of a bladed article", 2),
    ("Sexual offence", 2),
    ("Anti-social behaviour", 5),
    ("Concern for safety", 6),
    ("Domestic incident, no crime", 6),
];

impl<'a> Life<'a> {
    /// All of an area's police events.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    pub(super) fn police(&mut self) -> Result<(), CountyError> {
        let window = self.setting.window;
        let hotspot = self.setting.plants.hotspot.area == self.area;
        let mean = self.people.len() as f64 * RATE * self.hardship() / 1.3;
        for (number, month) in window.months.iter().enumerate() {
            let growth = if hotspot { HOTSPOT_GROWTH.powi(i32::try_from(number).unwrap_or(0)) } else { 1.0 };
            for _ in 0..self.dice.poisson(mean * window.share_of(*month) * growth) {
                let at = window.moment_between(month.first(), month.last(), Hours::Night, &mut self.dice);
                let offence = self.dice.weighted(OFFENCES);
                self.happened(at, offence)?;
            }
        }
        if hotspot { self.flare(mean) } else { Ok(()) }
    }

    /// Violence flares up in the hotspot: from one day on there is more of it, on top of what had grown by then.
    fn flare(&mut self, mean: f64) -> Result<(), CountyError> {
        let window = self.setting.window;
        let (from, last) = (window.flare_from(), window.until.date());
        let months = f64::from(from.until(last).map_or(0, |span| span.get_days())) / 30.4;
        for _ in 0..self.dice.poisson(mean * FLARE * months) {
            let at = window.moment_between(from, last, Hours::Night, &mut self.dice);
            self.happened(at, "Violence with injury")?;
        }
        Ok(())
    }

    fn happened(&mut self, at: DateTime, offence: &'static str) -> Result<(), CountyError> {
        let mut parts = Vec::new();
        match offence {
            "Possession of drugs" | "Possession of drugs with intent to supply" | "Possession of a bladed article" => {
                parts.extend(self.suspect(at));
            }
            "Concern for safety" => {
                parts.extend(self.anybody(1).map(|person| (person, Role::PersonAtRisk)));
                if self.dice.chance(0.2) {
                    parts.extend(self.anybody(18).map(|person| (person, Role::Witness)));
                }
            }
            _ => {
                let business = matches!(offence, "Shoplifting" | "Anti-social behaviour" | "Criminal damage");
                if !(business && self.dice.chance(0.6)) {
                    let youngest = if offence == "Vehicle crime" || offence == "Burglary" { 18 } else { 8 };
                    parts.extend(self.anybody(youngest).map(|person| (person, Role::Victim)));
                }
                if self.dice.chance(0.22) {
                    parts.extend(self.anybody(10).map(|person| (person, Role::Witness)));
                }
                if self.dice.chance(0.36) {
                    parts.extend(self.suspect(at));
                    if self.dice.chance(0.12) {
                        parts.extend(self.suspect(at)); // and somebody with them
                    }
                }
            }
        }
        if parts.is_empty() {
            parts.extend(self.anybody(18).map(|person| (person, Role::Witness)));
        }
        let place = place(self.setting.county, self.area, &mut self.dice);
        self.event(at, offence, &place, &parts).map(drop)
    }

    /// Writes an event with its persons, and custody for some of its suspects; gives back the rows' references.
    pub(super) fn event(
        &mut self,
        at: DateTime,
        offence: &'static str,
        place: &Place,
        parts: &[(&Person, Role)],
    ) -> Result<Vec<String>, CountyError> {
        let number = self.outbox.next_number("crime");
        let event = Event {
            crime_ref: format!("73/{number:07}/{:02}", at.year() % 100),
            at,
            offence,
            place: place.line.clone(),
            place_postcode: place.postcode.clone(),
            place_area: self.setting.county.code(place.area).to_owned(),
        };
        let mut references = Vec::new();
        for (position, &(person, role)) in parts.iter().enumerate() {
            let told = self.told(person, at.date(), &Habits::POLICE);
            let nominal = self.nominal(person);
            let cells = police_events::cells(&event, position, role, nominal, &told, &mut self.dice);
            let source = police_events::row_ref(&event, position);
            references.push(source.clone());
            let row = Row { at, source, person: Some(person.number), mistakes: told.mistakes, cells };
            self.send(Feed::PoliceEvents, row)?;
            let may_arrest = matches!(role, Role::Suspect | Role::Convicted) && person.age_on(at.date()) >= 10;
            if may_arrest && self.dice.chance(ARRESTED) {
                let hours = SignedDuration::from_mins(self.dice.between(40, 60 * 60));
                self.custody(person, crate::window::real(at.saturating_add(hours)), offence)?;
            }
        }
        Ok(references)
    }

    /// Writes an arrival in custody; gives back its record number.
    pub(super) fn custody(&mut self, person: &Person, at: DateTime, offence: &str) -> Result<String, CountyError> {
        let district = self.setting.county.area(self.area).map_or(0, |area| area.district);
        let (suite, station) = station(district);
        let number = self.outbox.next_number("custody");
        let held = SignedDuration::from_mins(self.dice.between(150, 60 * 21));
        let released = crate::window::real(at.saturating_add(held));
        let told = self.told(person, at.date(), &Habits::POLICE);
        let arrival = Arrival {
            record: format!("ZQ{suite:02}/{number:07}/{:02}", at.year() % 100),
            at,
            released: Some(released).filter(|released| *released <= self.setting.window.until),
            offence: custody::suspected(offence),
            age: person.age_on(at.date()),
            station,
        };
        let cells = custody::cells(&arrival, self.nominal(person), &told);
        let row =
            Row { at, source: arrival.record.clone(), person: Some(person.number), mistakes: told.mistakes, cells };
        self.send(Feed::Custody, row)?;
        Ok(arrival.record)
    }

    /// The police's own number for a person; one record in fifteen stands under a second one.
    fn nominal(&mut self, person: &Person) -> String {
        let second = u64::from(self.dice.chance(0.065));
        format!("N{:07}", (person.number * 2 + second) * 2_750_159 % 9_999_991)
    }

    /// Anybody at least this old, likelier those to whom more happens.
    pub(super) fn anybody(&mut self, youngest: i32) -> Option<&'a Person> {
        let people = self.people;
        for _ in 0..60 {
            let person = people.get(self.dice.index(people.len()))?;
            let young = if (11..30).contains(&person.age) { 1.7 } else { 0.8 };
            if person.age >= youngest && self.dice.chance(person.hazard * young / 5.0) {
                return Some(person);
            }
        }
        None
    }

    /// A suspect: at least ten years old on the day, mostly young and male.
    fn suspect(&mut self, at: DateTime) -> Option<(&'a Person, Role)> {
        let people = self.people;
        for _ in 0..200 {
            let person = people.get(self.dice.index(people.len()))?;
            let age = person.age_on(at.date());
            let likely = match age {
                ..10 => continue,
                10..14 => 0.4,
                14..18 => 1.5,
                18..25 => 2.0,
                25..40 => 1.2,
                40..60 => 0.5,
                _ => 0.1,
            } * if person.gender == Gender::Male { 1.6 } else { 0.4 };
            if !self.taken.contains(&person.number) && self.dice.chance(person.hazard * likely / 12.0) {
                let old = at.date().until(self.today()).is_ok_and(|span| span.get_days() > 150);
                let convicted = old && self.dice.chance(CONVICTED);
                return Some((person, if convicted { Role::Convicted } else { Role::Suspect }));
            }
        }
        None
    }
}
