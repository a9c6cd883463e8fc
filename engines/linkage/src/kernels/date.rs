//! Dates as eight digits, `19900131`; no calendar is asked, since wrong dates are what is compared.

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

/// Whether both are of one year.
pub(crate) fn same_year(a: &str, b: &str) -> bool {
    year(a).is_some() && year(a) == year(b)
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
