//! The residents, one area at a time. A household has a stream of chance of its own (county seed, its number), so an area's
//! people can be made without any other's. Ages, household types and moves follow England's census in broad strokes; they
//! are assumptions, stated here and in `household.rs`.

mod household;
mod identity;

use jiff::ToSpan;
use jiff::civil::Date;

pub use identity::{landline, mobile, nhs_number, upn};

use crate::dice::Dice;
use crate::geography::{County, Place, address};
use crate::names::{Gender, Names};

/// Somebody who lives in the county.
#[derive(Clone, Debug)]
pub struct Person {
    /// From 1, in the order of areas and households. The truth's name for the person.
    pub number: u64,
    /// From 1.
    pub household: u64,
    /// The area's number.
    pub area: usize,
    /// Position in [`Names::communities`].
    pub community: usize,
    /// Self-defined ethnicity, 16+1.
    pub ethnicity: String,
    /// As everybody would record it.
    pub gender: Gender,
    /// Born.
    pub born: Date,
    /// Age in years at the county's `until`.
    pub age: i32,
    /// First name.
    pub given: String,
    /// Middle name.
    pub middle: Option<String>,
    /// Family name now.
    pub family: String,
    /// Family name before, with the day of the change when it lies within the two years.
    pub former_family: Option<(String, Option<Date>)>,
    /// What friends say.
    pub nickname: Option<String>,
    /// Ten digits, checksum-valid.
    pub nhs_number: String,
    /// Unique pupil number; everybody under 26 has had one.
    pub upn: Option<String>,
    /// Mobile or the household's number.
    pub phone: Option<String>,
    /// Email address.
    pub email: Option<String>,
    /// Where they live now.
    pub home: Place,
    /// Where they lived before, and the day of the move, when it lies within the two years.
    pub former_home: Option<(Place, Date)>,
    /// Born with a brother or sister of the same day.
    pub twin: bool,
    /// How likely events are, relative to others of their age: mean about 1, long-tailed.
    pub hazard: f64,
}

impl Person {
    /// Age in years on a day.
    #[must_use]
    pub fn age_on(&self, day: Date) -> i32 {
        let had = (day.month(), day.day()) >= (self.born.month(), self.born.day());
        i32::from(day.year()) - i32::from(self.born.year()) - i32::from(!had)
    }

    /// Where they lived on a day.
    #[must_use]
    pub fn home_on(&self, day: Date) -> &Place {
        match &self.former_home {
            Some((place, moved)) if day < *moved => place,
            _ => &self.home,
        }
    }

    /// The family name that they bore on a day.
    #[must_use]
    pub fn family_on(&self, day: Date) -> &str {
        match &self.former_family {
            Some((name, Some(changed))) if day < *changed => name,
            _ => &self.family,
        }
    }
}

/// What everybody's making needs.
pub struct Census<'a> {
    /// The land.
    pub county: &'a County,
    /// The names.
    pub names: &'a Names,
    /// The day of the county's `until`.
    pub today: Date,
    /// The first day of the window.
    pub from: Date,
}

/// The residents of an area; `first` is the number of its first resident. Household numbers are the number of the
/// household's first resident, so that they too need no count of what went before.
pub fn residents(census: &Census<'_>, area: usize, first: u64) -> Vec<Person> {
    let Some(land) = census.county.area(area) else { return Vec::new() };
    let wanted = usize::try_from(land.residents).unwrap_or(0);
    let mut people: Vec<Person> = Vec::with_capacity(wanted + 8);
    let mix = household::mix(census, area);
    let mut slot = 0;
    while people.len() < wanted {
        let number = first + people.len() as u64;
        let mut dice = Dice::of(census.county.seed, "household", number);
        let place = address(census.county, area, slot);
        slot += 1;
        household::add(census, &mix, &mut dice, number, &place, &mut people);
        people.truncate(wanted);
    }
    people
}

/// A household's earlier home, for the one in six that moved within the window.
fn former_home(census: &Census<'_>, dice: &mut Dice, now: &Place) -> Option<(Place, Date)> {
    if !dice.chance(0.17) {
        return None;
    }
    let areas = census.county.areas.len();
    let area = if dice.chance(0.55) { now.area } else { dice.index(areas) };
    let slot = dice.below(620);
    let place = address(census.county, area, slot);
    Some((place, day_within(census, dice))).filter(|(place, _)| place != now)
}

/// A day of the window, each as likely.
fn day_within(census: &Census<'_>, dice: &mut Dice) -> Date {
    let days = census.from.until(census.today).map_or(0, |span| span.get_days());
    census.from.saturating_add(i64::try_from(dice.below(u64::try_from(days).unwrap_or(0))).unwrap_or(0).days())
}
