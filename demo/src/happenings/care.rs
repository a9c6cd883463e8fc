//! Children's social care and youth justice: involvements and cases, sent whole at each quarter's end; and how often children
//! go missing or are excluded.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Life;
use crate::county::CountyError;
use crate::feeds::Feed;
use crate::feeds::outbox::Row;
use crate::feeds::social_care::{self, Involvement};
use crate::feeds::youth_justice::{self, Case};
use crate::geography::school;
use crate::mistakes::Habits;
use crate::people::Person;
use crate::window::Hours;

/// Share of children involved with social care within two years, in an area of middling deprivation.
const INVOLVED: f64 = 0.058;
/// Episodes of missing in two years for each child of ten or older, and for each looked after besides.
const MISSING: f64 = 0.016;
const MISSING_LOOKED_AFTER: f64 = 0.5;
/// Exclusions in two years for each pupil that are serious enough to be sent to the unit.
const EXCLUDED: f64 = 0.017;
/// Cases in two years for each child of ten or older; each of the mentoring cohort and its comparison: half.
const CASES: f64 = 0.011;
const CASES_COHORT: f64 = 0.5;

const WORKERS: &[&str] = &[
    "R. Osei",
    "M. Duffy",
    "T. Nowak",
    "A. Whitlock",
    "S. Bains",
    "J. Okafor",
    "L. Garrod",
    "P. Iyer",
    "C. Moyse",
    "D. Lindo",
    "H. Rahman",
    "K. Larter",
];

impl Life<'_> {
    /// Everything that happens to children in these feeds.
    pub(super) fn children(&mut self) -> Result<(), CountyError> {
        let people = self.people;
        for person in people.iter().filter(|person| person.age < 20) {
            let hazard = person.hazard.min(5.0);
            let looked_after = self.social_care(person, hazard)?;
            if (11..18).contains(&person.age) && !self.taken.contains(&person.number) {
                let mean = MISSING * hazard + if looked_after { MISSING_LOOKED_AFTER } else { 0.0 };
                for _ in 0..self.dice.poisson(mean).min(3) {
                    let at = self.setting.window.moment(Hours::Night, &mut self.dice);
                    self.missing(person, at, None)?;
                }
            }
            if (6..17).contains(&person.age) {
                let age = if person.age >= 11 { 1.7 } else { 0.3 };
                for _ in 0..self.dice.poisson(EXCLUDED * hazard * age).min(6) {
                    let day = self.setting.window.moment(Hours::Day, &mut self.dice).date();
                    self.exclusion(person, super::school::school_day(day))?;
                }
            }
            self.youth_justice(person, hazard)?;
        }
        Ok(())
    }

    /// Whether the child is looked after.
    fn social_care(&mut self, person: &Person, hazard: f64) -> Result<bool, CountyError> {
        if person.age >= 18 || !self.dice.chance(INVOLVED * hazard * self.hardship() / 1.3) {
            return Ok(false);
        }
        let window = self.setting.window;
        let kind = self.dice.weighted(social_care::KINDS);
        let start =
            window.from.saturating_add(self.dice.between(-400, i64::try_from(window.days()).unwrap_or(0) - 5).days());
        let start = start.max(person.born);
        let length = match kind {
            "Assessment" => self.dice.between(20, 60),
            "CPP" => self.dice.between(90, 420),
            "CLA" => self.dice.between(120, 1_500),
            _ => self.dice.between(60, 400),
        };
        let district = self.setting.county.area(self.area).map_or("", crate::geography::Area::district_name);
        let involvement = Involvement {
            id: format!("INV-{:07}", self.outbox.next_number("involvement")),
            child: format!("P{:07}", person.number * 4_127_707 % 9_999_991),
            kind,
            start,
            end: start.saturating_add(length.days()),
            team: if kind == "CLA" { "Children looked after".to_owned() } else { district.to_owned() },
            worker: self.dice.pick(WORKERS).to_owned(),
            placement: match kind {
                "CLA" => self.dice.weighted(&[("Foster care", 66), ("Children's home", 14), ("With relatives", 20)]),
                _ => "",
            },
        };
        let told = self.told(person, start, &Habits::CASEWORK);
        for (first, last) in self.quarters(start, involvement.end) {
            let cells = social_care::cells(&involvement, &told, last);
            let source = involvement.id.clone();
            let row = Row { at: first, source, person: Some(person.number), mistakes: told.mistakes.clone(), cells };
            self.send(Feed::SocialCare, row)?;
        }
        Ok(kind == "CLA")
    }

    fn youth_justice(&mut self, person: &Person, hazard: f64) -> Result<(), CountyError> {
        let planted = self.taken.contains(&person.number) && person.age >= 12;
        let mean = if planted { CASES_COHORT } else { CASES * hazard * self.hardship() / 1.3 };
        if !(11..20).contains(&person.age) || !self.dice.chance(mean) {
            return Ok(());
        }
        let window = self.setting.window;
        let start = window.moment(Hours::Day, &mut self.dice).date();
        if !(10..18).contains(&person.age_on(start)) {
            return Ok(());
        }
        let order = self.dice.weighted(youth_justice::ORDERS);
        let months = match order {
            "Out of court disposal" | "Bail supervision" => self.dice.between(2, 4),
            "Youth rehabilitation order" => self.dice.between(9, 18),
            _ => self.dice.between(3, 12),
        };
        let id = format!("YJ/{:07}", self.outbox.next_number("case"));
        let case = Case { id, order, start, end: start.saturating_add(months.months()) };
        let told = self.told(person, start, &Habits::CASEWORK);
        let birth = youth_justice::birth(&told, &mut self.dice);
        for (first, last) in self.quarters(start, case.end) {
            let cells = youth_justice::cells(&case, &told, &birth, last);
            let row = Row {
                at: first,
                source: case.id.clone(),
                person: Some(person.number),
                mistakes: told.mistakes.clone(),
                cells,
            };
            self.send(Feed::YouthJustice, row)?;
        }
        Ok(())
    }

    /// The quarters in which something was open: a moment to file it under, and the quarter's last day.
    fn quarters(&self, start: Date, end: Date) -> Vec<(jiff::civil::DateTime, Date)> {
        let mut before = self.setting.window.from;
        let mut out = Vec::new();
        for last in self.setting.window.quarter_ends() {
            if start <= last && end >= before {
                out.push((last.at(0, 0, 0, 0), last));
            }
            before = last;
        }
        out
    }

    /// Writes an exclusion; gives back the id by which the truth knows it, for the feed has none.
    pub(super) fn exclusion(&mut self, person: &Person, start: Date) -> Result<String, CountyError> {
        let weapon_or_drugs = |reason: &str| matches!(reason, "OW" | "DA");
        let first = self.dice.weighted(crate::feeds::exclusions::REASONS);
        let mut reasons = vec![first];
        while reasons.len() < 3 && self.dice.chance(0.3) {
            let next = self.dice.weighted(crate::feeds::exclusions::REASONS);
            if !reasons.contains(&next) {
                reasons.push(next);
            }
        }
        let permanent = self.dice.chance(if weapon_or_drugs(first) { 0.3 } else { 0.06 });
        // Schools changed from FIXD and LNCH to SUSP, not all of them, not at once.
        let year = start.year();
        let newer = self.dice.chance(if year >= self.setting.window.until.year() { 0.85 } else { 0.45 });
        let kind = match (permanent, newer) {
            (true, _) => "PERM",
            (false, true) => "SUSP",
            (false, false) => self.dice.weighted(&[("FIXD", 9), ("LNCH", 1)]),
        };
        let exclusion = crate::feeds::exclusions::Exclusion {
            school: school(self.setting.county, self.area, person.number),
            start,
            kind,
            sessions: (!permanent).then(|| 1 + self.dice.below(10)),
            reasons,
        };
        let told = self.told(person, start, &Habits::REGISTER);
        let cells = crate::feeds::exclusions::cells(&exclusion, &told, &mut self.dice);
        let source = format!("EX-{:07}", self.outbox.next_number("exclusion"));
        let row = Row {
            at: start.at(0, 0, 0, 0),
            source: source.clone(),
            person: Some(person.number),
            mistakes: told.mistakes,
            cells,
        };
        self.send(Feed::Exclusions, row)?;
        Ok(source)
    }
}
