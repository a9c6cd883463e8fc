//! Dates as eight digits, `19900131`. Wrong dates are what is compared, so a calendar is asked only where days are counted.

/// Year, month and day of eight digits.
fn parts(date: &str) -> Option<(&str, &str, &str)> {
    if date.len() != 8 {
        return None;
    }
    Some((date.get(..4)?, date.get(4..6)?, date.get(6..)?))
}

/// The year's four digits.
pub(crate) fn year(date: &str) -> Option<&str> {
    parts(date).map(|(year, _, _)| year)
}

/// The month's two digits.
pub(crate) fn month(date: &str) -> Option<&str> {
    parts(date).map(|(_, month, _)| month)
}

/// The day's two digits.
pub(crate) fn day(date: &str) -> Option<&str> {
    parts(date).map(|(_, _, day)| day)
}

/// Whether both are of one year.
pub(crate) fn same_year(a: &str, b: &str) -> bool {
    year(a).is_some() && year(a) == year(b)
}

/// Whether both are of one month of one year.
pub(crate) fn same_month(a: &str, b: &str) -> bool {
    same_year(a, b) && month(a) == month(b)
}

/// Whether one date is the other with day and month exchanged. Not where both are equal.
pub(crate) fn day_month_swapped(a: &str, b: &str) -> bool {
    match (parts(a), parts(b)) {
        (Some((year, month, day)), Some((other_year, other_month, other_day))) => {
            year == other_year && month == other_day && day == other_month && month != day
        }
        _ => false,
    }
}

/// Whether both are of one year and at least one is its first day.
pub(crate) fn first_of_january(a: &str, b: &str) -> bool {
    let first = |date: &str| date.get(4..) == Some("0101");
    same_year(a, b) && (first(a) || first(b))
}

/// Days since 1 March of the year 0 in the Gregorian calendar; `None` for a day that the calendar hasn't. The count is that of
/// H. Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
pub(crate) fn day_number(date: &str) -> Option<i32> {
    let (year, month, day) = parts(date)?;
    let (year, month, day): (i32, i32, i32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day - 1,
    )
}

/// Whether the dates are at most so many days apart. False where the calendar hasn't either day.
pub(crate) fn within_days(a: &str, b: &str, most: f64) -> bool {
    match (day_number(a), day_number(b)) {
        (Some(a), Some(b)) => f64::from((a - b).abs()) <= most,
        _ => false,
    }
}

/// Whether day and month are equal, and the years differ by at most so many.
pub(crate) fn within_years(a: &str, b: &str, most: u32) -> bool {
    let number = |date: &str| year(date).and_then(|year| year.parse::<u32>().ok());
    match (number(a), number(b)) {
        (Some(one), Some(other)) => a.get(4..) == b.get(4..) && one.abs_diff(other) <= most,
        _ => false,
    }
}
