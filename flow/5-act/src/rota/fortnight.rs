//! The next two weeks of the rota as a page shows them: each day covered or not, and who is on call around the clock. Pure.

use std::collections::BTreeMap;

use base::{Code, Date, Id, Timestamp, kind, london};

use super::{Districts, Shift, gaps};

/// How many days it shows, today among them.
const DAYS: usize = 14;

/// One day of a duty, in words: "Mon 23: covered".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverDay {
    /// The words.
    pub words: String,
    /// Whether somebody answers at every hour of it that is left.
    pub is_covered: bool,
}

/// The days from now on, each covered, partly or by nobody.
#[must_use]
pub fn cover_days(shifts: &[Shift], duty: &Code, now: Timestamp) -> Vec<CoverDay> {
    days_from(now)
        .filter_map(|day| {
            let (start, end) = (london::start_of(day).ok()?, london::start_of(day.tomorrow().ok()?).ok()?);
            let from = start.max(now);
            let found = gaps(shifts, duty, None, from, end);
            let how = match found.first() {
                None => "covered",
                Some(gap) if gap.from == from && gap.until == end => "nobody",
                Some(_) => "gaps",
            };
            Some(CoverDay { words: format!("{}: {how}", short(day)), is_covered: found.is_empty() })
        })
        .collect()
}

/// When the last of these days ends.
#[must_use]
pub fn end(now: Timestamp) -> Timestamp {
    let last = days_from(now).last().and_then(|day| day.tomorrow().ok());
    last.and_then(|day| london::start_of(day).ok()).unwrap_or(now)
}

fn days_from(now: Timestamp) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(now.date_in_london()), |day| day.tomorrow().ok()).take(DAYS)
}

/// "Mon 23".
#[must_use]
pub fn short(day: Date) -> String {
    day.strftime("%a %-d").to_string()
}

/// Whether a shift is one whole day.
#[must_use]
pub fn is_all_day(shift: &Shift) -> bool {
    let day = shift.starts_at.date_in_london();
    let ends = day.tomorrow().ok().and_then(|next| london::start_of(next).ok());
    london::start_of(day).ok() == Some(shift.starts_at) && ends == Some(shift.ends_at)
}

/// The days in a row on which somebody is on call around the clock, as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Who.
    pub member: Id<kind::Member>,
    /// As what.
    pub duty: Code,
    /// Where.
    pub districts: Districts,
    /// The shifts, each with its day.
    pub shifts: Vec<(String, Date)>,
}

impl OnCall {
    /// "Mon 23 to Mon 30 November", or the one day.
    #[must_use]
    pub fn words(&self) -> String {
        let long = |day: &Date| day.strftime("%a %-d %B").to_string();
        match self.shifts.as_slice() {
            [] => String::new(),
            [(_, day)] => long(day),
            [(_, first), .., (_, last)] if first.month() == last.month() => {
                format!("{} to {}", short(*first), long(last))
            }
            [(_, first), .., (_, last)] => format!("{} to {}", long(first), long(last)),
        }
    }
}

/// The shifts that are whole days, those in a row of one member as one; the shifts come by when they start.
#[must_use]
pub fn on_call(shifts: &[Shift]) -> Vec<OnCall> {
    let mut found: BTreeMap<(Id<kind::Member>, Code, String), Vec<OnCall>> = BTreeMap::new();
    for shift in shifts.iter().filter(|shift| is_all_day(shift)) {
        let day = shift.starts_at.date_in_london();
        let runs = found.entry((shift.member, shift.duty.clone(), shift.districts.words())).or_default();
        let one = (shift.id.clone(), day);
        match runs.last_mut() {
            Some(run) if run.shifts.last().is_some_and(|(_, last)| last.tomorrow().ok() == Some(day)) => {
                run.shifts.push(one);
            }
            _ => runs.push(OnCall {
                member: shift.member,
                duty: shift.duty.clone(),
                districts: shift.districts.clone(),
                shifts: vec![one],
            }),
        }
    }
    found.into_values().flatten().collect()
}
