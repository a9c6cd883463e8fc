//! Working days: Monday to Friday but for England's bank holidays.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday, date};

use crate::{NoSuchLocalTime, Timestamp, london};

/// Bank holidays of England and Wales, 2024 to 2028, substitute days included. Source: <https://www.gov.uk/bank-holidays>;
/// the years that it does not show yet follow the Banking and Financial Dealings Act 1971.
const ENGLAND: [(i16, [(i8, i8); 8]); 5] = [
    (2024, [(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]),
    (2025, [(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
    (2026, [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2027, [(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2028, [(1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)]),
];

/// Which days are worked. Outside the years for which bank holidays are known, every Monday to Friday counts as worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingDays {
    holidays: BTreeSet<Date>,
}

impl WorkingDays {
    /// Working days with England's bank holidays, 2024 to 2028.
    #[must_use]
    pub fn england() -> Self {
        Self::without(ENGLAND.iter().flat_map(|(year, days)| days.iter().map(|(month, day)| date(*year, *month, *day))))
    }

    /// Monday to Friday without these days.
    #[must_use]
    pub fn without(holidays: impl IntoIterator<Item = Date>) -> Self {
        Self { holidays: holidays.into_iter().collect() }
    }

    /// Whether this day is worked.
    #[must_use]
    pub fn is_working(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }

    /// The working day so many working days after a day, which itself is never counted (as in most statutes: "within five
    /// working days beginning with the day after"). No days after a day is that day.
    #[must_use]
    pub fn add_working_days(&self, start: Date, days: u32) -> Date {
        let (mut day, mut left) = (start, days);
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break }; // the year 9999
            day = next;
            left -= u32::from(self.is_working(day));
        }
        day
    }

    /// The working days after `from`, up to and with `to`; none when `to` is not later.
    #[must_use]
    pub fn elapsed(&self, from: Date, to: Date) -> u32 {
        let days = from.series(jiff::Span::new().days(1)).skip(1).take_while(|day| *day <= to);
        let worked = days.filter(|day| self.is_working(*day)).count();
        u32::try_from(worked).unwrap_or(u32::MAX)
    }

    /// The end, midnight in London, of the working day so many working days after the day of an event.
    ///
    /// # Errors
    /// Only at the end of the range of years.
    pub fn deadline(&self, event: Timestamp, days: u32) -> Result<Timestamp, NoSuchLocalTime> {
        let last = self.add_working_days(event.date_in_london(), days);
        london::start_of(last.tomorrow().map_err(|_| NoSuchLocalTime)?)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, Weekday, date};
    use proptest::prelude::*;

    use super::{ENGLAND, WorkingDays};

    /// Easter Sunday by the anonymous Gregorian algorithm (Nature, 20 April 1876).
    fn easter(year: i16) -> Date {
        let y = i32::from(year);
        let (a, b, c) = (y % 19, y / 100, y % 100);
        let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
        let h = (19 * a + b - d - (b - f + 1) / 3 + 15) % 30;
        let l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
        let m = (a + 11 * h + 22 * l) / 451;
        let sum = h + l - 7 * m + 114;
        date(year, i8::try_from(sum / 31).unwrap(), i8::try_from(sum % 31 + 1).unwrap())
    }

    #[test]
    fn the_table_agrees_with_easter_and_falls_on_weekdays() {
        for (year, days) in ENGLAND {
            let days: Vec<Date> = days.iter().map(|(month, day)| date(year, *month, *day)).collect();
            assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(days.iter().all(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)), "{year}");
            let sunday = easter(year);
            assert_eq!(days[1], sunday.saturating_sub(jiff::Span::new().days(2)));
            assert_eq!(days[2], sunday.tomorrow().unwrap());
            assert!(days[3..6].iter().all(|day| day.weekday() == Weekday::Monday));
        }
    }

    #[test]
    fn christmas_is_not_worked() {
        let england = WorkingDays::england();
        // Thursday 24 December 2026; Friday is Christmas, Monday the substitute for Boxing Day.
        assert_eq!(england.add_working_days(date(2026, 12, 24), 1), date(2026, 12, 29));
        assert_eq!(england.elapsed(date(2026, 12, 24), date(2026, 12, 28)), 0);
        assert_eq!(england.elapsed(date(2026, 12, 24), date(2026, 12, 24)), 0);
        assert_eq!(england.elapsed(date(2026, 12, 24), date(2026, 12, 1)), 0);
    }

    #[test]
    fn a_deadline_is_the_end_of_the_day() {
        let event = "2026-07-03T21:00:00Z".parse().unwrap(); // Friday evening
        let deadline = WorkingDays::england().deadline(event, 1).unwrap();
        assert_eq!(deadline.to_string(), "2026-07-06T23:00:00Z"); // midnight after Monday, in summer time
    }

    proptest! {
        #[test]
        fn days_added_are_days_elapsed(offset in 0_i32..1800, days in 1_u32..60) {
            let england = WorkingDays::england();
            let start = date(2024, 1, 1).saturating_add(jiff::Span::new().days(offset));
            let end = england.add_working_days(start, days);
            prop_assert!(england.is_working(end));
            prop_assert_eq!(england.elapsed(start, end), days);
        }
    }
}
