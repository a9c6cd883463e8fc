//! The two county lines: children carried to a market area, missing when they are there, arrested there with drugs, hurt, and
//! excluded from school; and a tenant whose home was taken over.

use jiff::SignedDuration;

use super::Life;
use crate::county::CountyError;
use crate::feeds::police_events::Role;
use crate::geography::place;
use crate::people::Person;
use crate::window::{Hours, real};

impl<'a> Life<'a> {
    pub(super) fn lines(&mut self) -> Result<(), CountyError> {
        let (plants, here) = (self.setting.plants, self.area);
        for (number, line) in plants.lines.iter().enumerate() {
            for _ in line.runners_from.iter().filter(|&&area| area == here) {
                if let Some(person) = self.somebody(13, 17, |_| true) {
                    self.taken.insert(person.number);
                    let records = self.runner(person, line.market)?;
                    self.keep(number, |found| {
                        found.runners.push(person.number);
                        found.records.extend(records);
                    });
                }
            }
            if line.market == self.area {
                self.cuckooed(number)?;
            }
        }
        Ok(())
    }

    fn keep(&mut self, line: usize, change: impl FnOnce(&mut crate::planted::FoundLine)) {
        if let Some(found) = self.found.lines.get_mut(line) {
            change(found);
        }
    }

    /// Two to five journeys: missing, found in the market area; arrested there on some, hurt on one.
    fn runner(&mut self, person: &Person, market: usize) -> Result<Vec<(&'static str, String)>, CountyError> {
        let mut records = Vec::new();
        let journeys = self.dice.between(2, 5);
        for journey in 0..journeys {
            let left = self.setting.window.moment(Hours::Day, &mut self.dice);
            records.push(("missing_episodes", self.missing(person, left, Some(market))?));
            if self.dice.chance(0.6) {
                let at = real(left.saturating_add(SignedDuration::from_hours(self.dice.between(5, 22))));
                let place = place(self.setting.county, market, &mut self.dice);
                let parts = [(person, Role::Suspect)];
                let rows = self.event(at, "Possession of drugs with intent to supply", &place, &parts)?;
                records.extend(rows.into_iter().map(|row| ("police_events", row)));
                records.push(("custody", self.custody(person, at, "Possession of drugs with intent to supply")?));
            }
            if journey == 0 && self.dice.chance(0.5) {
                let at = real(left.saturating_add(SignedDuration::from_hours(self.dice.between(30, 70))));
                records.push(("ae_navigator", self.navigator(person, at)?));
            }
        }
        if self.dice.chance(0.6) {
            let day = self.setting.window.moment(Hours::Day, &mut self.dice).date();
            records.push(("exclusions", self.exclusion(person, super::school::school_day(day))?));
        }
        Ok(records)
    }

    /// A tenant who lives alone; neighbours and officers are worried about the visitors.
    fn cuckooed(&mut self, line: usize) -> Result<(), CountyError> {
        let people = self.people;
        let alone = |one: &Person| people.iter().filter(|other| other.household == one.household).count() == 1;
        let Some(tenant) = self.somebody(25, 70, |person| person.former_home.is_none() && alone(person)) else {
            return Ok(());
        };
        self.taken.insert(tenant.number);
        let mut records = Vec::new();
        let middle = super::mentoring::start(self.setting.window);
        for _ in 0..self.dice.between(4, 7) {
            let at = self.setting.window.moment_between(middle, self.today(), Hours::Night, &mut self.dice);
            let mut parts = vec![(tenant, Role::PersonAtRisk)];
            parts.extend(self.anybody(18).map(|neighbour| (neighbour, Role::Witness)));
            let rows = self.event(at, "Concern for safety", &tenant.home, &parts)?;
            records.extend(rows.into_iter().map(|row| ("police_events", row)));
        }
        self.keep(line, |found| {
            found.cuckooed_person = Some(tenant.number);
            found.cuckooed_address.clone_from(&tenant.home.line);
            found.cuckooed_postcode.clone_from(&tenant.home.postcode);
            found.records.extend(records);
        });
        Ok(())
    }
}
