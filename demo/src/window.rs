//! The span of time that the county's files cover, and its months. All times within are London's local times.

use base::{Timestamp, london};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::dice::Dice;
use crate::planted::FLARE_DAYS;

/// A month; displays as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or_default()
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> Date {
        self.first().last_of_month()
    }

    /// This many months later, or earlier.
    #[must_use]
    pub fn plus(self, months: i64) -> Self {
        Self::of(self.first().saturating_add(months.months()))
    }
}

/// From the first of a month to the moment at which the county's files were made.
#[derive(Clone, Debug)]
pub struct Window {
    /// First day.
    pub from: Date,
    /// The last moment, local.
    pub until: DateTime,
    /// Every month that the window touches; the last is not over.
    pub months: Vec<Month>,
}

/// When in a day things happen.
#[derive(Clone, Copy, Debug)]
pub enum Hours {
    /// Mostly evening and night.
    Night,
    /// Spread over the waking hours.
    Day,
}

impl Window {
    /// This many whole months before the month of `until`, and the part of that month.
    #[must_use]
    pub fn new(until: Timestamp, months: u32) -> Self {
        let until = until.in_london().datetime();
        let last = Month::of(until.date());
        let months: Vec<Month> = (0..=i64::from(months)).rev().map(|back| last.plus(-back)).collect();
        let from = months.first().copied().unwrap_or(last).first();
        Self { from, until, months }
    }

    /// Days from the first to the last, at least one.
    #[must_use]
    pub fn days(&self) -> u64 {
        let days = self.from.until(self.until.date()).map_or(0, |span| span.get_days());
        u64::try_from(days).unwrap_or(0) + 1
    }

    /// Years, of 365.25 days.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "small")]
    pub fn years(&self) -> f64 {
        self.days() as f64 / 365.25
    }

    /// A moment of the window, each day as likely.
    #[must_use]
    pub fn moment(&self, hours: Hours, dice: &mut Dice) -> DateTime {
        self.moment_between(self.from, self.until.date(), hours, dice)
    }

    /// A moment of these days, never after the window's end.
    #[must_use]
    pub fn moment_between(&self, first: Date, last: Date, hours: Hours, dice: &mut Dice) -> DateTime {
        let days = first.until(last).map_or(0, |span| span.get_days());
        for _ in 0..6 {
            let day = first.saturating_add(dice.between(0, i64::from(days.max(0))).days());
            let at = real(at_hour(day, hours, dice));
            if at <= self.until {
                return at;
            }
        }
        self.until.saturating_sub(dice.between(1, 600).minutes())
    }

    /// The day from which violence flares up in the hotspot.
    #[must_use]
    pub fn flare_from(&self) -> Date {
        self.until.date().saturating_sub(FLARE_DAYS.days())
    }

    /// The part of a month that lies within the window, as a share of 30.4 days.
    #[must_use]
    pub fn share_of(&self, month: Month) -> f64 {
        let last = month.last().min(self.until.date());
        f64::from(last.day()) / 30.4
    }

    /// The file that holds a day: its month, or for a quarterly feed its quarter's last month; never after the window's.
    #[must_use]
    pub fn file_of(&self, day: Date, months: u32) -> Month {
        let month = Month::of(day);
        let last = Month::of(self.until.date());
        if months == 3 { month.plus(i64::from((3 - month.month % 3) % 3)).min(last) } else { month.min(last) }
    }

    /// The file after this one, if the window has one.
    #[must_use]
    pub fn after(&self, file: Month, months: u32) -> Option<Month> {
        let last = Month::of(self.until.date());
        (file < last).then(|| file.plus(i64::from(months)).min(last))
    }

    /// The last day of every quarter that the window touches; the last is the window's end.
    #[must_use]
    pub fn quarter_ends(&self) -> Vec<Date> {
        let mut ends: Vec<Date> =
            self.months.iter().filter(|month| month.month % 3 == 0).map(|month| month.last()).collect();
        ends.retain(|end| *end < self.until.date());
        ends.push(self.until.date());
        ends
    }
}

/// London's clocks skip an hour each March: what would fall into it falls an hour later.
#[must_use]
pub fn real(at: DateTime) -> DateTime {
    if london::resolve(at).is_err() { at.saturating_add(1.hour()) } else { at }
}

fn at_hour(day: Date, hours: Hours, dice: &mut Dice) -> DateTime {
    let hour = match hours {
        Hours::Night => dice.weighted(&[
            (0_i8, 9),
            (1, 8),
            (2, 6),
            (3, 4),
            (4, 2),
            (8, 1),
            (10, 2),
            (12, 3),
            (14, 3),
            (15, 5),
            (16, 6),
            (17, 6),
            (18, 7),
            (19, 8),
            (20, 9),
            (21, 10),
            (22, 11),
            (23, 11),
        ]),
        Hours::Day => dice.weighted(&[
            (0_i8, 2),
            (2, 1),
            (7, 2),
            (8, 5),
            (9, 5),
            (10, 5),
            (11, 6),
            (12, 7),
            (13, 6),
            (14, 6),
            (15, 9),
            (16, 9),
            (17, 8),
            (18, 8),
            (19, 7),
            (20, 6),
            (21, 5),
            (22, 4),
            (23, 3),
        ]),
    };
    let minute = i8::try_from(dice.below(60)).unwrap_or(0);
    day.at(hour, minute, 0, 0)
}
