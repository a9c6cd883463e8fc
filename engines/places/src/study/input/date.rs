//! When something happened, as files say it: a day, a month, or somewhere between two days.

use jiff::civil::Date;

/// The days between which an event lies, both included, counted from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The earliest.
    pub first: i32,
    /// The latest.
    pub last: i32,
}

impl Days {
    /// What a text says: `2019-01-31`, `31/01/2019` (each with or without a time behind it), or the month `2019-01`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let date = text.split([' ', 'T']).next().unwrap_or_default();
        let parts: Vec<&str> = date.split(['-', '/']).collect();
        match parts.as_slice() {
            [year, month] if year.len() == 4 => Self::month(year.parse().ok()?, month.parse().ok()?),
            [year, month, day] if year.len() == 4 => {
                Self::day(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
            }
            [day, month, year] if year.len() == 4 => {
                Self::day(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
            }
            _ => None,
        }
    }

    fn day(year: i16, month: i8, day: i8) -> Option<Self> {
        let number = number(Date::new(year, month, day).ok()?)?;
        Some(Self { first: number, last: number })
    }

    fn month(year: i16, month: i8) -> Option<Self> {
        let first = Date::new(year, month, 1).ok()?;
        Some(Self { first: number(first)?, last: number(first.last_of_month())? })
    }

    /// The days from the first of this to the last of a later one; `None` where that lies before.
    #[must_use]
    pub fn until(self, latest: Self) -> Option<Self> {
        (self.first <= latest.last).then_some(Self { first: self.first, last: latest.last })
    }

    /// Whether it is a single day.
    #[must_use]
    pub fn is_day(self) -> bool {
        self.first == self.last
    }

    /// The year and month (1 to 12) whose first and last day these are.
    #[must_use]
    pub fn whole_month(self) -> Option<(i32, u8)> {
        let month = self.within_month()?;
        let first = date(self.first)?;
        let whole = first.day() == 1 && number(first.last_of_month()) == Some(self.last);
        whole.then(|| (month.div_euclid(12), u8::try_from(month.rem_euclid(12) + 1).unwrap_or(1)))
    }

    /// The month that all of its days lie in, counted from January of the year 0; `None` where they lie in several.
    #[must_use]
    pub fn within_month(self) -> Option<i32> {
        let (first, last) = (month_of(self.first)?, month_of(self.last)?);
        (first == last).then_some(first)
    }

    /// The month of the middle day, counted from January of the year 0: where an event that lies between two months is counted.
    #[must_use]
    pub fn middle_month(self) -> Option<i32> {
        month_of(self.first + (self.last - self.first) / 2)
    }
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn number(date: Date) -> Option<i32> {
    date.since(epoch()).ok().map(|span| span.get_days())
}

fn date(day: i32) -> Option<Date> {
    epoch().checked_add(jiff::Span::new().try_days(day).ok()?).ok()
}

fn month_of(day: i32) -> Option<i32> {
    date(day).map(|date| i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
}

/// How many days a month has; 30 of one beyond the calendar.
#[must_use]
pub fn days_in_month(month: i32) -> u8 {
    first_of(month).and_then(|first| u8::try_from(first.days_in_month()).ok()).unwrap_or(30)
}

/// The first day of a month counted from January of the year 0; `None` beyond the calendar.
fn first_of(month: i32) -> Option<Date> {
    Date::new(i16::try_from(month.div_euclid(12)).ok()?, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()
}

/// A month as `2019-01`.
#[must_use]
pub fn month_name(month: i32) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// A month as people read it: `January 2019`.
#[must_use]
pub fn month_in_words(month: i32) -> String {
    first_of(month).map_or_else(|| month_name(month), |first| first.strftime("%B %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::{Days, month_in_words, month_name};

    #[test]
    fn days_and_months_are_read() {
        assert_eq!(Days::parse("1970-01-02"), Some(Days { first: 1, last: 1 }));
        assert_eq!(Days::parse("31/01/2019 23:10"), Days::parse("2019-01-31"));
        let february = Days::parse("2019-02").unwrap();
        assert_eq!((february.last - february.first, february.within_month()), (27, Some(2019 * 12 + 1)));
        assert_eq!(february.within_month().map(month_name).unwrap(), "2019-02");
        assert_eq!(february.within_month().map(month_in_words).unwrap(), "February 2019");
        for wrong in ["", "2019", "2019-13", "2019-02-29", "1/2/19", "-", "yesterday", "99999-01-01"] {
            assert_eq!(Days::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_interval_lies_in_a_month_or_has_a_middle() {
        let between = Days::parse("2019-01-30").unwrap().until(Days::parse("2019-02-10").unwrap()).unwrap();
        assert_eq!(
            (between.within_month(), between.middle_month(), between.is_day()),
            (None, Some(2019 * 12 + 1), false)
        );
        assert_eq!(Days::parse("2019-03-01").unwrap().until(Days::parse("2019-02-01").unwrap()), None);
    }
}
