//! What happens in two years, area by area: each submodule turns the residents of one area into rows of some feeds.
//! Rates are assumptions, chosen so that 200,000 residents give a unit its usual load; they stand beside their use.

mod care;
mod hospital;
mod lines;
pub mod mentoring;
mod missing;
mod police;
mod school;

use std::collections::HashSet;

use jiff::civil::Date;

use crate::county::CountyError;
use crate::dice::Dice;
use crate::feeds::Feed;
use crate::feeds::outbox::{Outbox, Row};
use crate::geography::County;
use crate::mistakes::{Habits, Told, tell};
use crate::people::Person;
use crate::planted::{Found, Live, LiveEvent, Plants};
use crate::window::Window;

/// What all areas share.
pub struct Setting<'a> {
    /// The land.
    pub county: &'a County,
    /// The span of time.
    pub window: &'a Window,
    /// The plan of what is planted.
    pub plants: &'a Plants,
}

/// One area's two years.
pub struct Life<'a> {
    setting: &'a Setting<'a>,
    area: usize,
    people: &'a [Person],
    outbox: &'a mut Outbox,
    found: &'a mut Found,
    dice: Dice,
    /// Persons with a planted part, who take no other part in crime.
    taken: HashSet<u64>,
}

/// Lives through one area's two years.
///
/// # Errors
/// When a row cannot be written.
pub fn live_through<'a>(
    setting: &'a Setting<'a>,
    area: usize,
    people: &'a [Person],
    outbox: &'a mut Outbox,
    found: &'a mut Found,
) -> Result<(), CountyError> {
    let dice = Dice::of(setting.county.seed, "happenings", area as u64);
    let mut life = Life { setting, area, people, outbox, found, dice, taken: HashSet::new() };
    life.lines()?;
    life.mentoring()?;
    life.repeat_missing()?;
    life.police()?;
    life.children()?;
    life.hospital()?;
    life.live()
}

impl<'a> Life<'a> {
    /// The land under this area; every area number in use is the county's own.
    fn hardship(&self) -> f64 {
        self.setting.county.area(self.area).map_or(1.0, crate::geography::Area::hardship)
    }

    fn told(&mut self, person: &Person, day: Date, habits: &Habits) -> Told {
        tell(person, day, habits, &mut self.dice)
    }

    fn today(&self) -> Date {
        self.setting.window.until.date()
    }

    /// Somebody not yet taken, of these ages, found by chance; `None` when a hundred tries find nobody.
    fn somebody(&mut self, low: i32, high: i32, keep: impl Fn(&Person) -> bool) -> Option<&'a Person> {
        let people = self.people;
        for _ in 0..100 {
            let person = people.get(self.dice.index(people.len()))?;
            if (low..=high).contains(&person.age) && !self.taken.contains(&person.number) && keep(person) {
                return Some(person);
            }
        }
        None
    }

    fn send(&mut self, feed: Feed, row: Row) -> Result<(), CountyError> {
        self.outbox.send(feed, row)
    }

    /// The planted events of the last days that fall to this area.
    fn live(&mut self) -> Result<(), CountyError> {
        let (setting, here) = (self.setting, self.area);
        for &(_, kind, hours) in setting.plants.live.iter().filter(|(area, _, _)| *area == here) {
            let at = crate::window::real(setting.window.until.saturating_sub(jiff::SignedDuration::from_hours(hours)));
            let (low, high) = match kind {
                Live::Navigator => (13, 22),
                Live::Custody | Live::Supply => (14, 21),
                Live::Return => (11, 16),
                Live::Exclusion => (11, 15),
            };
            let Some(person) = self.somebody(low, high, |_| true) else { continue };
            let (feed, source_id) = match kind {
                Live::Navigator => (Feed::AeNavigator, self.navigator(person, at)?),
                Live::Custody => (Feed::Custody, self.custody(person, at, "Violence with injury")?),
                Live::Supply => (Feed::Custody, self.custody(person, at, "Possession of drugs with intent to supply")?),
                Live::Return => (Feed::MissingEpisodes, self.returned_at(person, at)?),
                Live::Exclusion => (Feed::Exclusions, self.exclusion(person, school::school_day(at.date()))?),
            };
            let feed = feed.layout().name;
            self.found.live.push(LiveEvent { feed, source_id, person: person.number, at: at.to_string() });
        }
        Ok(())
    }
}
