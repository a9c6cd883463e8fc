//! Days on which there is school.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// The day itself, or the school day before it: not at weekends, not in August, not over Christmas.
#[must_use]
pub fn school_day(day: Date) -> Date {
    let mut day = day;
    loop {
        let holiday = day.month() == 8 || (day.month() == 12 && day.day() > 20) || (day.month() == 1 && day.day() < 4);
        match day.weekday() {
            Weekday::Saturday | Weekday::Sunday => {}
            _ if holiday => {}
            _ => return day,
        }
        day = day.saturating_sub(1.day());
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    #[test]
    fn a_sunday_in_august_becomes_a_friday_in_july() {
        assert_eq!(super::school_day(Date::constant(2026, 8, 9)), Date::constant(2026, 7, 31));
        assert_eq!(super::school_day(Date::constant(2026, 11, 18)), Date::constant(2026, 11, 18));
    }
}
