//! The cohort that mentoring helped, and its comparison: both offend at the same known rate until help starts in the middle
//! of the window; then the mentored at that rate times a known ratio. Nobody else's chance touches theirs.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Life;
use crate::county::CountyError;
use crate::feeds::police_events::Role;
use crate::geography::place;
use crate::people::Person;
use crate::planted::{COHORT_RATE, MENTORING_RATE_RATIO, Plants};
use crate::window::{Hours, Window};

const OFFENCES: &[(&str, u32)] = &[
    ("Violence without injury", 30),
    ("Violence with injury", 15),
    ("Possession of drugs", 12),
    ("Public order", 12),
    ("Criminal damage", 10),
    ("Shoplifting", 10),
    ("Possession of a bladed article", 5),
    ("Robbery", 4),
    ("Possession of drugs with intent to supply", 2),
];

/// The day on which help starts: the middle of the window.
#[must_use]
pub fn start(window: &Window) -> Date {
    window.from.saturating_add(i64::try_from(window.days() / 2).unwrap_or(0).days())
}

impl Life<'_> {
    pub(super) fn mentoring(&mut self) -> Result<(), CountyError> {
        let setting = self.setting;
        let due = Plants::due(setting.plants.cohort * 2, self.area, setting.county.areas.len());
        while (self.found.cohort.len() as u64) < due {
            let Some(person) = self.somebody(12, 22, |_| true) else { break };
            self.taken.insert(person.number);
            let mentored = self.found.cohort.len().is_multiple_of(2);
            self.found.cohort.push((person.number, mentored));
            let (from, start) = (setting.window.from, start(setting.window));
            self.offend(person, from, start.saturating_sub(1.day()), COHORT_RATE)?;
            let after = if mentored { COHORT_RATE * MENTORING_RATE_RATIO } else { COHORT_RATE };
            self.offend(person, start, self.today(), after)?;
        }
        Ok(())
    }

    fn offend(&mut self, person: &Person, first: Date, last: Date, a_year: f64) -> Result<(), CountyError> {
        let days = first.until(last).map_or(0, |span| span.get_days()) + 1;
        for _ in 0..self.dice.poisson(a_year * f64::from(days) / 365.25) {
            let at = self.setting.window.moment_between(first, last, Hours::Night, &mut self.dice);
            let offence = self.dice.weighted(OFFENCES);
            let place = place(self.setting.county, self.area, &mut self.dice);
            self.event(at, offence, &place, &[(person, Role::Suspect)])?;
        }
        Ok(())
    }
}
