//! Children missing from home or care.

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};

use super::Life;
use crate::county::CountyError;
use crate::feeds::Feed;
use crate::feeds::missing_episodes::{self, Episode};
use crate::feeds::outbox::Row;
use crate::mistakes::Habits;
use crate::people::Person;
use crate::planted::Plants;
use crate::window::{Hours, real};

const FOUND_AT: &[(&str, u32)] = &[
    ("Friend's home", 34),
    ("Returned by themselves", 30),
    ("Street", 12),
    ("Railway station", 7),
    ("Unknown adult's home", 6),
    ("Park or open space", 6),
    ("Hotel", 3),
    ("Hospital", 2),
];

impl Life<'_> {
    /// Children with four to nine episodes each.
    pub(super) fn repeat_missing(&mut self) -> Result<(), CountyError> {
        let setting = self.setting;
        let due = Plants::due(setting.plants.repeat_missing, self.area, setting.county.areas.len());
        while (self.found.repeat_missing.len() as u64) < due {
            let Some(person) = self.somebody(12, 17, |_| true) else { break };
            self.taken.insert(person.number);
            let episodes = self.dice.between(4, 9);
            for _ in 0..episodes {
                let at = setting.window.moment(Hours::Night, &mut self.dice);
                self.missing(person, at, None)?;
            }
            self.found.repeat_missing.push((person.number, u64::try_from(episodes).unwrap_or(0)));
        }
        Ok(())
    }

    /// An episode that ends at this moment.
    pub(super) fn returned_at(&mut self, person: &Person, at: DateTime) -> Result<String, CountyError> {
        let hours = SignedDuration::from_hours(self.dice.between(4, 40));
        self.episode(person, real(at.saturating_sub(hours)), at, None)
    }

    /// An episode reported at this moment; found in this area when it is given.
    pub(super) fn missing(
        &mut self,
        person: &Person,
        at: DateTime,
        found: Option<usize>,
    ) -> Result<String, CountyError> {
        let long = self.dice.chance(0.12) || found.is_some();
        let minutes = if long { self.dice.between(24 * 60, 120 * 60) } else { self.dice.between(90, 20 * 60) };
        self.episode(person, at, real(at.saturating_add(SignedDuration::from_mins(minutes))), found)
    }

    fn episode(
        &mut self,
        person: &Person,
        reported: DateTime,
        returned: DateTime,
        found: Option<usize>,
    ) -> Result<String, CountyError> {
        let window = self.setting.window;
        let number = self.outbox.next_number("missing");
        let back = returned <= window.until;
        let areas = self.setting.county.areas.len();
        let nearby = if self.dice.chance(0.6) { self.area } else { self.dice.index(areas) };
        let episode = Episode {
            id: format!("MP-{}-{number:07}", reported.year()),
            reported,
            returned: Some(returned).filter(|_| back),
            risk: if found.is_some() {
                "High"
            } else {
                self.dice.weighted(&[("No apparent risk", 5), ("Low", 12), ("Medium", 62), ("High", 21)])
            },
            living_with: self.living_with(person),
            found_area: if back { self.setting.county.code(found.unwrap_or(nearby)).to_owned() } else { String::new() },
            found_place: match (back, found) {
                (false, _) => "",
                (true, Some(_)) => self.dice.pick(&["Railway station", "Unknown adult's home", "Street"]),
                (true, None) => self.dice.weighted(FOUND_AT),
            },
            interview: if back { self.interview(returned) } else { (None, None, None) },
        };
        let told = self.told(person, reported.date(), &Habits::CASEWORK);
        let cells = missing_episodes::cells(&episode, &told);
        let row = Row {
            at: reported,
            source: episode.id.clone(),
            person: Some(person.number),
            mistakes: told.mistakes,
            cells,
        };
        self.send(Feed::MissingEpisodes, row)?;
        Ok(episode.id)
    }

    /// Two in three are interviewed within the three days that guidance asks for; the last days' are still open.
    fn interview(&mut self, returned: DateTime) -> (Option<bool>, Option<bool>, Option<jiff::civil::Date>) {
        let window = self.setting.window;
        if returned.saturating_add(4.days()) > window.until {
            return (None, None, None);
        }
        if !self.dice.chance(0.84) {
            return (Some(false), None, None);
        }
        if !self.dice.chance(0.7) {
            return (Some(true), Some(false), None);
        }
        let days = if self.dice.chance(0.66) { self.dice.between(0, 3) } else { self.dice.between(4, 12) };
        let held = returned.date().saturating_add(days.days());
        (Some(true), Some(true), Some(held).filter(|day| *day <= window.until.date()))
    }

    /// Where a child lives, the same in each of their episodes.
    fn living_with(&self, person: &Person) -> &'static str {
        match person.number % 10 {
            0 | 1 => "Children's home",
            2 | 3 => "Foster care",
            _ => "Family",
        }
    }
}
