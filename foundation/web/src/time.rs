//! Times in words, on London's clocks: `Tue 3pm`, `26 hours left`, `Breached by 5 hours`. Pure functions of two instants.

use base::{Date, SignedDuration, Timestamp};

/// How a clock stands; each has words of its own, colour only adds to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Time enough.
    Open,
    /// Less than [`SOON_HOURS`] left.
    Due,
    /// Over.
    Breached,
    /// Not running, for a reason.
    Paused,
    /// Stopped by what was done.
    Stopped,
}

impl Tone {
    /// The class of its words.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Due => "due",
            Self::Breached => "breached",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }
}

/// With fewer hours left than this, a clock is due soon.
pub const SOON_HOURS: i64 = 6;

/// A clock in words: `Tue 3pm, 26 hours left`, and a tag where it needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The due time: `Tue 3pm`.
    pub when: String,
    /// The time left: `26 hours left`; empty where the tag says it.
    pub left: String,
    /// `Due soon`, `Breached by 5 hours`, `Paused: …`; empty where there is time enough.
    pub tag: String,
    /// How it stands.
    pub tone: Tone,
    /// The due time for machines, RFC 3339.
    pub machine_time: String,
}

impl Clock {
    /// A clock that runs towards `due`.
    #[must_use]
    pub fn running(due: Timestamp, now: Timestamp) -> Self {
        let left = due.since(now);
        let (left, tag, tone) = if left.is_negative() || left.is_zero() {
            (String::new(), format!("Breached by {}", span(left.abs())), Tone::Breached)
        } else if left.as_hours() < SOON_HOURS {
            (format!("{} left", span(left)), "Due soon".to_owned(), Tone::Due)
        } else {
            (format!("{} left", span(left)), String::new(), Tone::Open)
        };
        Self { when: standing(due, now), left, tag, tone, machine_time: due.to_string() }
    }

    /// A clock that does not run, and why: `No cover until Monday 8am`.
    #[must_use]
    pub fn paused(due: Timestamp, now: Timestamp, reason: &str) -> Self {
        let tag = format!("Paused: {reason}");
        Self { tag, left: String::new(), tone: Tone::Paused, ..Self::running(due, now) }
    }

    /// A clock that was stopped: in time or late.
    #[must_use]
    pub fn stopped(due: Timestamp, at: Timestamp, now: Timestamp) -> Self {
        let late = at.since(due);
        let tag = if late.is_positive() { format!("{} late", span(late)) } else { "In time".to_owned() };
        Self { when: standing(at, now), left: String::new(), tag, tone: Tone::Stopped, machine_time: at.to_string() }
    }

    /// All of it as one line of text.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = [&self.when, &self.left, &self.tag];
        parts.iter().filter(|part| !part.is_empty()).map(|part| part.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// A moment as it stands by itself: `Tue 3pm`, `End of Thu`.
fn standing(at: Timestamp, now: Timestamp) -> String {
    let words = moment(at, now);
    words.strip_prefix("end of ").map_or(words.clone(), |day| format!("End of {day}"))
}

/// A length of time in one unit, cut to whole ones so that nothing is promised that isn't there: `50 minutes`,
/// `26 hours`, `3 days` (from 48 hours on).
#[must_use]
pub fn span(length: SignedDuration) -> String {
    let (number, unit) = match length.as_mins() {
        minutes @ ..60 => (minutes, "minute"),
        minutes @ 60..2_880 => (minutes / 60, "hour"),
        minutes => (minutes / 1_440, "day"),
    };
    match number {
        ..=0 => "less than a minute".to_owned(),
        1 => format!("1 {unit}"),
        number => format!("{number} {unit}s"),
    }
}

/// A moment near `now`: `Tue 3pm` within six days, `24 November, 3:05pm` within the year, else with the year.
#[must_use]
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    let (local, today) = (at.in_london(), now.in_london());
    let near = at.since(now).abs() < SignedDuration::from_hours(6 * 24);
    if let Some(before) = ends_day(at) {
        let words = if near {
            before.strftime("%a")
        } else {
            before.strftime(if before.year() == today.year() { "%-d %B" } else { "%-d %B %Y" })
        };
        return format!("end of {words}");
    }
    if near {
        format!("{} {}", local.strftime("%a"), clock_time(at))
    } else if local.year() == today.year() {
        format!("{}, {}", local.strftime("%-d %B"), clock_time(at))
    } else {
        full(at)
    }
}

/// The day that ends at this instant, where one does: "Sat midnight" may be either end of Saturday, "end of Fri" is one.
fn ends_day(at: Timestamp) -> Option<Date> {
    let local = at.in_london();
    if (local.hour(), local.minute()) == (0, 0) { at.date_in_london().yesterday().ok() } else { None }
}

/// The same as an end of something, with its date: `24 November 2026, 3:05pm`, `the end of 22 November 2026`.
#[must_use]
pub fn until(at: Timestamp) -> String {
    ends_day(at).map_or_else(|| full(at), |day| format!("the end of {}", date(day)))
}

/// `24 November 2026, 3:05pm`.
#[must_use]
pub fn full(at: Timestamp) -> String {
    format!("{}, {}", date(at.date_in_london()), clock_time(at))
}

/// `24 November 2026`.
#[must_use]
pub fn date(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// `November 2026`.
#[must_use]
pub fn month(day: Date) -> String {
    day.strftime("%B %Y").to_string()
}

/// `3pm`, `3:05pm`, `midday`, `midnight`.
#[must_use]
pub fn clock_time(at: Timestamp) -> String {
    let local = at.in_london();
    match (local.hour(), local.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        (_, 0) => local.strftime("%-I%P").to_string(),
        _ => local.strftime("%-I:%M%P").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_says_when_and_how_long() {
        let now = at("2026-11-23T13:00:00Z");
        let clock = |due| Clock::running(at(due), now).text();
        assert_eq!(clock("2026-11-24T15:00:00Z"), "Tue 3pm, 26 hours left");
        assert_eq!(clock("2026-11-23T16:30:00Z"), "Mon 4:30pm, 3 hours left, Due soon");
        assert_eq!(clock("2026-11-23T19:00:00Z"), "Mon 7pm, 6 hours left");
        assert_eq!(clock("2026-11-23T08:00:00Z"), "Mon 8am, Breached by 5 hours");
        assert_eq!(clock("2026-11-23T13:00:00Z"), "Mon 1pm, Breached by less than a minute");
        assert_eq!(clock("2026-11-30T13:00:00Z"), "30 November, 1pm, 7 days left");
        assert_eq!(Clock::running(at("2026-11-23T12:59:00Z"), now).tone, Tone::Breached);
    }

    #[test]
    fn paused_and_stopped() {
        let now = at("2026-11-23T13:00:00Z");
        let due = at("2026-11-24T15:00:00Z");
        assert_eq!(
            Clock::paused(due, now, "no cover until Monday 8am").text(),
            "Tue 3pm, Paused: no cover until Monday 8am"
        );
        assert_eq!(Clock::stopped(due, at("2026-11-23T12:00:00Z"), now).text(), "Mon midday, In time");
        assert_eq!(
            Clock::stopped(at("2026-11-22T12:00:00Z"), at("2026-11-23T12:00:00Z"), now).text(),
            "Mon midday, 24 hours late"
        );
    }

    #[test]
    fn midnight_is_the_end_of_the_day_before() {
        let now = at("2026-11-22T04:00:00Z");
        assert_eq!(moment(at("2026-11-21T00:00:00Z"), now), "end of Fri");
        assert_eq!(moment(at("2026-11-30T00:00:00Z"), now), "end of 29 November");
        assert_eq!(moment(at("2027-01-01T00:00:00Z"), now), "end of 31 December");
        assert_eq!(until(at("2026-11-23T00:00:00Z")), "the end of 22 November 2026");
        assert_eq!(until(at("2026-11-23T08:00:00Z")), "23 November 2026, 8am");
    }

    #[test]
    fn london_time_in_summer() {
        assert_eq!(full(at("2026-07-01T14:05:00Z")), "1 July 2026, 3:05pm");
        assert_eq!(full(at("2026-06-30T23:00:00Z")), "1 July 2026, midnight");
    }

    #[test]
    fn another_year_is_named() {
        assert_eq!(moment(at("2025-12-31T10:00:00Z"), at("2026-11-23T13:00:00Z")), "31 December 2025, 10am");
        assert_eq!(moment(at("2026-01-31T10:00:00Z"), at("2026-11-23T13:00:00Z")), "31 January, 10am");
    }

    #[test]
    fn spans_never_promise_more() {
        let minutes = SignedDuration::from_mins;
        assert_eq!(span(minutes(59)), "59 minutes");
        assert_eq!(span(minutes(119)), "1 hour");
        assert_eq!(span(minutes(47 * 60 + 59)), "47 hours");
        assert_eq!(span(minutes(72 * 60 - 1)), "2 days");
    }
}
