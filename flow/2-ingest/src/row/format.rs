//! The forms in which partners write dates and times: `%d %m %Y %y %b %H %M %S` and literal characters, or `excel` for a
//! day's serial number. Reading is strict in what the numbers mean and lenient in leading zeros.

use base::{Date, DateTime, SignedDuration};

/// One form of writing a date or a date and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(u8),
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    Minute,
    Second,
    Excel,
}

/// Why a text is not a date in one of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotADate {
    /// It is written in another way.
    Form,
    /// It is written so, but there is no such day or time.
    NoSuchDay,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Format {
    /// Reads a form.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut bytes = text.bytes();
        if text == "excel" {
            return Ok(Self { text: text.to_owned(), parts: vec![Part::Excel] });
        }
        while let Some(byte) = bytes.next() {
            parts.push(match byte {
                b'%' => match bytes.next() {
                    Some(b'Y') => Part::Year,
                    Some(b'y') => Part::ShortYear,
                    Some(b'm') => Part::Month,
                    Some(b'b') => Part::MonthName,
                    Some(b'd') => Part::Day,
                    Some(b'H') => Part::Hour,
                    Some(b'M') => Part::Minute,
                    Some(b'S') => Part::Second,
                    _ => return Err("a form is made of %d %m %b %Y %y %H %M %S and what stands between".to_owned()),
                },
                literal => Part::Literal(literal),
            });
        }
        let has = |part: &Part| parts.contains(part);
        if !(has(&Part::Year) || has(&Part::ShortYear)) || !(has(&Part::Month) || has(&Part::MonthName)) {
            return Err("a form needs at least a year and a month".to_owned());
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// How it looks to people: `dd/mm/yyyy hh:mm`.
    #[must_use]
    pub fn describe(&self) -> String {
        if self.parts == [Part::Excel] {
            return "an Excel date".to_owned();
        }
        let words = [
            ("%d", "dd"),
            ("%m", "mm"),
            ("%b", "Mon"),
            ("%Y", "yyyy"),
            ("%y", "yy"),
            ("%H", "hh"),
            ("%M", "mm"),
            ("%S", "ss"),
        ];
        words.iter().fold(self.text.clone(), |text, (from, to)| text.replace(from, to))
    }

    /// Reads a text in this form; hours, minutes and days that the form leaves out are the first.
    pub(crate) fn read(&self, text: &str) -> Result<DateTime, NotADate> {
        let mut rest = text.as_bytes();
        let (mut year, mut month, mut day) = (0_i64, 1_i64, 1_i64);
        let (mut hour, mut minute, mut second) = (0_i64, 0_i64, 0_i64);
        // Where a number stands beside a number, as in %Y%m%d, it has its full width.
        let mut parts = self.parts.iter().peekable();
        let mut after_number = false;
        while let Some(part) = parts.next() {
            let tight = after_number || matches!(parts.peek(), Some(next) if !matches!(next, Part::Literal(_)));
            after_number = !matches!(part, Part::Literal(_));
            match part {
                Part::Literal(wanted) => match rest.split_first() {
                    Some((byte, after)) if byte == wanted => rest = after,
                    _ => return Err(NotADate::Form),
                },
                Part::Year => year = number(&mut rest, 4, 4)?,
                Part::ShortYear => {
                    let short = number(&mut rest, 2, 2)?;
                    year = if short < 50 { 2000 + short } else { 1900 + short };
                }
                Part::Month => month = number(&mut rest, if tight { 2 } else { 1 }, 2)?,
                Part::MonthName => month = month_name(&mut rest)?,
                Part::Day => day = number(&mut rest, if tight { 2 } else { 1 }, 2)?,
                Part::Hour => hour = number(&mut rest, if tight { 2 } else { 1 }, 2)?,
                Part::Minute => minute = number(&mut rest, 2, 2)?,
                Part::Second => second = number(&mut rest, 2, 2)?,
                Part::Excel => return excel(text),
            }
        }
        if !rest.is_empty() {
            return Err(NotADate::Form);
        }
        civil(year, month, day, hour, minute, second).ok_or(NotADate::NoSuchDay)
    }
}

/// Reads a text in the first form that fits, or as ISO writes it (`2026-10-03`, `2026-10-03T21:45:00`), which can't be
/// mistaken and is how a spreadsheet's own date cells arrive.
pub(crate) fn read_any(formats: &[Format], text: &str) -> Result<DateTime, NotADate> {
    let mut worst = NotADate::Form;
    for format in formats {
        match format.read(text) {
            Ok(found) => return Ok(found),
            Err(NotADate::NoSuchDay) => worst = NotADate::NoSuchDay,
            Err(NotADate::Form) => {}
        }
    }
    if text.len() >= 10 && text.as_bytes().get(4) == Some(&b'-') {
        for iso in ISO.iter() {
            if let Ok(found) = iso.read(text) {
                return Ok(found);
            }
        }
    }
    Err(worst)
}

static ISO: std::sync::LazyLock<Vec<Format>> = std::sync::LazyLock::new(|| {
    let forms = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    forms.iter().filter_map(|form| Format::parse(form).ok()).collect()
});

fn number(rest: &mut &[u8], least: usize, most: usize) -> Result<i64, NotADate> {
    let digits = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if digits < least {
        return Err(NotADate::Form);
    }
    let (taken, after) = rest.split_at(digits);
    *rest = after;
    Ok(taken.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')))
}

fn month_name(rest: &mut &[u8]) -> Result<i64, NotADate> {
    let (taken, after) = rest.split_at_checked(3).ok_or(NotADate::Form)?;
    let month = MONTHS.iter().position(|name| name.as_bytes().eq_ignore_ascii_case(taken)).ok_or(NotADate::Form)?;
    *rest = after;
    i64::try_from(month + 1).map_err(|_| NotADate::Form)
}

fn civil(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<DateTime> {
    let small = |n: i64| i8::try_from(n).ok();
    let date = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
    let time = base::Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    Some(DateTime::from_parts(date, time))
}

/// A day's serial number in Excel's 1900 system, with the time of day as a fraction. 60 is the 29 February 1900 that never
/// was, so real days before it don't occur here.
pub(crate) fn excel(text: &str) -> Result<DateTime, NotADate> {
    let serial: f64 = text.parse().map_err(|_| NotADate::Form)?;
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(NotADate::Form);
    }
    excel_serial(serial).ok_or(NotADate::NoSuchDay)
}

/// As [`excel`], from the number.
pub(crate) fn excel_serial(serial: f64) -> Option<DateTime> {
    if !(61.0..=73050.0).contains(&serial) {
        return None; // 1900-03-01 to 2099-12-31
    }
    #[allow(clippy::cast_possible_truncation, reason = "the range was checked above")]
    let seconds = (serial * 86_400.0).round() as i64;
    let start = DateTime::from_parts(Date::new(1899, 12, 30).ok()?, base::Time::midnight());
    start.checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Format, NotADate, read_any};

    fn read(form: &str, text: &str) -> Result<String, NotADate> {
        read_any(&[Format::parse(form).unwrap()], text).map(|found| found.to_string())
    }

    #[test]
    fn every_form_of_the_built_in_feeds() {
        for (form, text, iso) in [
            ("%d/%m/%Y", "03/10/2026", "2026-10-03T00:00:00"),
            ("%d/%m/%Y", "3/1/2026", "2026-01-03T00:00:00"),
            ("%d-%m-%Y %H:%M", "03-10-2026 23:10", "2026-10-03T23:10:00"),
            ("%Y-%m-%dT%H:%M", "2026-10-02T22:40", "2026-10-02T22:40:00"),
            ("%d-%b-%Y", "03-Oct-2026", "2026-10-03T00:00:00"),
            ("%Y%m%d", "20081102", "2008-11-02T00:00:00"),
            ("%Y-%m", "2018-10", "2018-10-01T00:00:00"),
            ("excel", "39754", "2008-11-02T00:00:00"),
            ("excel", "39754.75", "2008-11-02T18:00:00"),
            ("%d/%m/%Y", "2026-09-22", "2026-09-22T00:00:00"),
        ] {
            assert_eq!(read(form, text).as_deref(), Ok(iso), "{form} {text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_told_from_a_day_that_never_was() {
        assert_eq!(read("%d/%m/%Y", "31/02/2026"), Err(NotADate::NoSuchDay));
        assert_eq!(read("%d/%m/%Y", "2026/10/03"), Err(NotADate::Form));
        assert_eq!(read("%d/%m/%Y", "03/10/2026 "), Err(NotADate::Form));
        assert_eq!(read("%d/%m/%Y %H:%M", "03/10/2026 25:00"), Err(NotADate::NoSuchDay));
        assert_eq!(read("%Y%m%d", "2008112"), Err(NotADate::Form));
        assert_eq!(read("excel", "12"), Err(NotADate::NoSuchDay));
        assert_eq!(read("excel", "nan"), Err(NotADate::Form));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,20}") {
            for form in ["%d/%m/%Y", "%Y%m%d", "%d-%b-%Y", "excel"] {
                let _ = read(form, &text);
            }
        }
    }
}
