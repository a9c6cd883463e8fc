//! A&E: navigators' notifications of young people, with names, and assault attendances, without.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::Life;
use crate::county::CountyError;
use crate::feeds::Feed;
use crate::feeds::ae_navigator::{self, Notification};
use crate::feeds::istv::{self, Attendance};
use crate::feeds::outbox::Row;
use crate::geography::{DISTRICTS, place};
use crate::mistakes::Habits;
use crate::people::Person;
use crate::window::{Hours, Month, real};

/// Notifications in two years for each resident of 11 to 24.
const NOTIFIED: f64 = 0.0085;
/// Assault attendances a month and resident, in an area of middling deprivation.
const ASSAULTS: f64 = 0.000_22;

const HOSPITALS: [(&str, &str); 3] =
    [("Lindermouth Infirmary", "ZQH01"), ("Marlhaven General", "ZQH02"), ("Eskerby Hospital", "ZQH03")];

impl Life<'_> {
    /// All of an area's attendances.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    pub(super) fn hospital(&mut self) -> Result<(), CountyError> {
        let people = self.people;
        let window = self.setting.window;
        for person in people.iter().filter(|person| (11..25).contains(&person.age)) {
            let mean = NOTIFIED * person.hazard.min(5.0) * self.hardship() / 1.3;
            for _ in 0..self.dice.poisson(mean).min(4) {
                let at = window.moment(Hours::Night, &mut self.dice);
                self.navigator(person, at)?;
            }
        }
        let mean = people.len() as f64 * ASSAULTS * self.hardship() / 1.3;
        for month in &window.months {
            for _ in 0..self.dice.poisson(mean * window.share_of(*month)) {
                let at = window.moment_between(month.first(), month.last(), Hours::Night, &mut self.dice);
                let method = self.dice.weighted(istv::METHODS);
                self.assault(at, method)?;
            }
        }
        Ok(())
    }

    fn hospital_of(&self) -> (&'static str, &'static str) {
        let district = self.setting.county.area(self.area).map_or(0, |area| area.district);
        HOSPITALS.get(district % 3).copied().unwrap_or_default()
    }

    /// Writes a notification; gives back its id.
    pub(super) fn navigator(&mut self, person: &Person, at: DateTime) -> Result<String, CountyError> {
        let injury = self.dice.weighted(ae_navigator::INJURIES);
        let notification = Notification {
            id: format!("NAV{:07}", self.outbox.next_number("notification")),
            arrived: at,
            injury,
            hospital: self.hospital_of().0,
            seen_by: self.dice.pick(&["A. Bello", "S. Quist", "M. Tarrant", ""]),
            contact: self.dice.weighted(&[("Y", 62), ("N", 14), ("", 24)]),
            support: self.dice.weighted(&[("not asked", 55), ("agreed", 30), ("declined", 15)]),
        };
        let told = self.told(person, at.date(), &Habits::HOSPITAL);
        let cells = ae_navigator::cells(&notification, &told);
        let row =
            Row { at, source: notification.id.clone(), person: Some(person.number), mistakes: told.mistakes, cells };
        self.send(Feed::AeNavigator, row)?;
        // The same wound is counted again, without a name.
        match injury {
            "Stab wound" => self.assault(at, "Knife or sharp object")?,
            "Gunshot wound" => self.assault(at, "Firearm")?,
            _ => {}
        }
        Ok(notification.id)
    }

    fn assault(&mut self, arrived: DateTime, method: &'static str) -> Result<(), CountyError> {
        let window = self.setting.window;
        let month = Month::of(arrived.date());
        let before = SignedDuration::from_mins(self.dice.between(15, 240));
        let kind = self.dice.weighted(istv::PLACES);
        let attendance = Attendance {
            period: (month.first(), month.last().min(self.today())),
            site: self.hospital_of().1.to_owned(),
            arrived,
            assaulted: Some(real(arrived.saturating_sub(before)))
                .filter(|at| *at < arrived && !self.dice.chance(0.004)),
            method,
            other: if method == "Other" {
                self.dice.pick(&["belt buckle", "dog", "pushed", "hot water", "chair", ""])
            } else {
                ""
            },
            place: kind,
            described: self.described(kind),
        };
        let row = Row {
            at: arrived.min(window.until),
            source: String::new(),
            person: None,
            mistakes: Vec::new(),
            cells: istv::cells(&attendance),
        };
        self.send(Feed::Istv, row)
    }

    /// The place as somebody at the desk typed it.
    fn described(&mut self, kind: &str) -> String {
        let district = self.setting.county.area(self.area).map_or(0, |area| area.district);
        let town = DISTRICTS.get(district).copied().unwrap_or_default();
        let road = place(self.setting.county, self.area, &mut self.dice).line;
        let text = match kind {
            "Licensed premises" => {
                let name = self.dice.pick(&[
                    "The Dolphin",
                    "The Anchor",
                    "Tides",
                    "The Three Herons",
                    "Bar Nine",
                    "The Maltings",
                ]);
                format!("{name} {town}")
            }
            "Street" | "Public transport" | "Shop" | "Park or open space" => {
                let near =
                    self.dice.pick(&["", " nr the bridge", " outside the station", " by the chip shop", " car park"]);
                format!("{road}{near}")
            }
            _ => String::new(),
        };
        match self.dice.below(4) {
            0 => text.to_lowercase(),
            1 if text.len() > 24 => town.to_owned(),
            2 => text.replace("Street", "st").replace("Road", "rd"),
            _ => text,
        }
    }
}
