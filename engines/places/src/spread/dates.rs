//! Dates as they are known: a day, a month, or some time from an earliest to a latest day; and which tests they bear.
//!
//! Open data of the police give months, and thefts are reported as intervals ("between Friday and Monday"). A near-repeat test in
//! bands of days over such dates finds whatever its reader made up to get days (Ratcliffe, "Aoristic signatures and the
//! spatio-temporal analysis of high volume crime patterns", J Quant Criminol 18, 2002, on intervals). So a test asks
//! [`times`] first, which gives whole days or months or refuses with a sentence. O(n log n).

use super::SpreadError;

/// When something happened, as far as is known. Days count from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// On a day.
    Day(i32),
    /// In a month of a year, 1 to 12.
    Month(i32, u8),
    /// Some time from one day to another, both within.
    Between(i32, i32),
}

impl When {
    /// The first and the last day on which it can have been.
    #[must_use]
    pub fn span(self) -> (i32, i32) {
        match self {
            Self::Day(day) => (day, day),
            Self::Between(first, last) => (first.min(last), first.max(last)),
            Self::Month(year, month) => {
                let next = if month >= 12 { (year.saturating_add(1), 1) } else { (year, month + 1) };
                (day_of(year, month, 1), day_of(next.0, next.1, 1).saturating_sub(1))
            }
        }
    }

    /// How much of it lies from one day to another, both within: from 0 to 1, each of its days as likely as the next, so that
    /// shares over a calendar add up to 1 (the aoristic weight).
    #[must_use]
    pub fn share_within(self, from: i32, to: i32) -> f64 {
        let (first, last) = self.span();
        let days = |first: i32, last: i32| (f64::from(last) - f64::from(first) + 1.0).max(0.0);
        let all = days(first, last);
        if all > 0.0 { days(first.max(from), last.min(to)) / all } else { 0.0 }
    }
}

/// The day of a date in the Gregorian calendar, counted from 1 January 1970 (Hinnant, "chrono-compatible low-level date
/// algorithms", 2013). Years beyond ±1,000,000 are taken as those, months beyond 1 to 12 as these.
#[must_use]
pub fn day_of(year: i32, month: u8, day: u8) -> i32 {
    let (year, month) = (i64::from(year.clamp(-1_000_000, 1_000_000)), i64::from(month.clamp(1, 12)));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    i32::try_from(days).unwrap_or_default()
}

/// The year and month of a day that is the first of one.
fn first_of_month(day: i32) -> Option<(i32, u8)> {
    // The year is at most one off.
    let year = 1970 + (f64::from(day) / 365.2425).floor() as i32;
    (year - 1..=year + 1)
        .flat_map(|year| (1..=12).map(move |month| (year, month)))
        .find(|(y, m)| day_of(*y, *m, 1) == day)
}

/// In what a test's bands count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// In days, the narrowest band so many wide.
    Days(u32),
    /// In months: 0 apart is the same month, 1 apart the next. Pairs 0 apart may be 30 days apart and pairs 1 apart one day.
    Months,
}

/// Dates that a test can be made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// The rows that have one, ascending.
    pub rows: Vec<u32>,
    /// For each of these rows its day, or its month counted from January 1970.
    pub times: Vec<i32>,
    /// Rows left out because their interval is too wide.
    pub left_out: usize,
    /// Rows whose interval was taken at its middle.
    pub at_middle: usize,
    /// In what the times count.
    pub unit: Unit,
}

impl Times {
    /// What the reader must be told beside the result; `None` where all dates are days and none was left out.
    #[must_use]
    pub fn caveat(&self) -> Option<String> {
        if self.unit == Unit::Months {
            return Some(
                "Dates are months: the test can say that harm comes back in the same or the next month, not within how many days."
                    .to_owned(),
            );
        }
        let parts = [
            (self.at_middle, "known to within a few days and taken at the middle"),
            (self.left_out, "known too roughly and left out"),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(rows, _)| *rows > 0)
            .map(|(rows, how)| if *rows == 1 { format!("1 date is {how}") } else { format!("{rows} dates are {how}") })
            .collect();
        (!said.is_empty()).then(|| format!("{}.", said.join("; ")))
    }
}

/// The times of dates for a test in days or months, or the reason why it would mean nothing.
///
/// In months every date is put in the month of its day; an interval over two months is left out. In days a month is refused, as
/// are ten and more dates that are all the first of a month; an interval is taken at its middle where it is no wider than half
/// the narrowest band, and left out otherwise; where more than one in five would be left out, all are refused. Dates that are
/// all the same are refused, none at all are not.
///
/// # Errors
/// As said, or when a month is not from 1 to 12, an interval ends before it begins, or a band is 0 days wide.
pub fn times(dates: &[When], unit: Unit) -> Result<Times, SpreadError> {
    for (row, date) in dates.iter().enumerate() {
        match date {
            When::Month(_, month) if !(1..=12).contains(month) => {
                return Err(SpreadError::NoMonth { row, month: *month });
            }
            When::Between(first, last) if first > last => return Err(SpreadError::Backwards { row }),
            _ => {}
        }
    }
    let kept: Vec<Option<i32>> = match unit {
        Unit::Days(band) => in_days(dates, band)?,
        Unit::Months => dates.iter().map(|date| month_of(*date)).collect(),
    };
    let (rows, times): (Vec<u32>, Vec<i32>) =
        (0_u32..).zip(&kept).filter_map(|(row, time)| Some((row, (*time)?))).unzip();
    if times.len() > 1 && times.iter().min() == times.iter().max() {
        let unit = if unit == Unit::Months { "month" } else { "day" };
        return Err(SpreadError::OneTime { dates: times.len(), unit });
    }
    let wide = |(date, kept): (&When, &Option<i32>)| kept.is_some() && date.span().0 != date.span().1;
    let at_middle = if unit == Unit::Months { 0 } else { dates.iter().zip(&kept).filter(|pair| wide(*pair)).count() };
    Ok(Times { left_out: dates.len() - rows.len(), rows, times, at_middle, unit })
}

fn in_days(dates: &[When], band: u32) -> Result<Vec<Option<i32>>, SpreadError> {
    if band == 0 {
        return Err(SpreadError::NoBand);
    }
    let months = dates.iter().filter(|date| matches!(date, When::Month(..))).count();
    if months > 0 {
        return Err(SpreadError::Months { months, dates: dates.len() });
    }
    let first = |date: &When| matches!(date, When::Day(day) if first_of_month(*day).is_some());
    if dates.len() >= 10 && dates.iter().all(first) {
        return Err(SpreadError::FirstOfMonth { dates: dates.len() });
    }
    // From Friday to Saturday is one day wide: the true day is at most one from either end.
    let width = |date: &When| u64::from(date.span().0.abs_diff(date.span().1));
    let most = band / 2;
    let mut widths: Vec<u64> = dates.iter().map(width).collect();
    widths.sort_unstable();
    let wide = widths.len() - widths.partition_point(|width| *width <= u64::from(most));
    if wide * 5 > widths.len() {
        let needed = widths.get((widths.len() * 4).div_ceil(5).saturating_sub(1)).copied().unwrap_or_default() * 2;
        return Err(SpreadError::TooWide { wide, dates: dates.len(), most, band, needed });
    }
    let middle = |date: &When| {
        let (first, last) = date.span();
        (width(date) <= u64::from(most)).then(|| first.midpoint(last))
    };
    Ok(dates.iter().map(middle).collect())
}

/// The month, counted from January 1970, of a date that lies in one.
fn month_of(date: When) -> Option<i32> {
    if let When::Month(year, month) = date {
        return Some(year.saturating_sub(1970).saturating_mul(12).saturating_add(i32::from(month) - 1));
    }
    let (first, last) = date.span();
    let number = |day: i32| {
        // From the first guess on to the month that holds the day.
        let guess = (f64::from(day) / 30.436_875).floor() as i32;
        (guess - 1..=guess + 1).rev().find(|month| first_day(*month) <= day)
    };
    number(first).filter(|month| number(last) == Some(*month))
}

/// The first day of a month counted from January 1970.
fn first_day(month: i32) -> i32 {
    day_of(1970 + month.div_euclid(12), u8::try_from(month.rem_euclid(12) + 1).unwrap_or(1), 1)
}

#[cfg(test)]
mod tests;
