//! Instants, London's clock, and the clock that is passed in.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::{SignedDuration, Zoned};

/// An instant in UTC, to the microsecond. Written as RFC 3339, such as `2026-11-22T01:30:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// Why something is not an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Outside the years -9999 to 9999.
    #[error("a time must lie in the years -9999 to 9999")]
    OutOfRange,
    /// Not RFC 3339.
    #[error("a time is written with its date, time and offset, such as 2026-11-22T01:30:00Z")]
    NotRfc3339,
}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The instant so many microseconds after 1970.
    ///
    /// # Errors
    /// Outside the years -9999 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, TimestampError> {
        jiff::Timestamp::from_microsecond(micros).map(Self).map_err(|_| TimestampError::OutOfRange)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The microsecond in which an instant of jiff's lies.
    #[must_use]
    pub fn from_jiff(instant: jiff::Timestamp) -> Self {
        let micros = instant.as_nanosecond().div_euclid(1000);
        let truncated = i64::try_from(micros).ok().and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
        Self(truncated.unwrap_or(instant))
    }

    /// This many elapsed hours later (earlier when negative), held at the end of the range of years.
    #[must_use]
    pub fn plus_hours(self, hours: i64) -> Self {
        self.plus(SignedDuration::from_secs(hours.saturating_mul(3600)))
    }

    /// This much later (earlier when negative), held at the end of the range of years.
    #[must_use]
    pub fn plus(self, duration: SignedDuration) -> Self {
        match self.0.checked_add(duration) {
            Ok(later) => Self::from_jiff(later),
            Err(_) if duration.is_negative() => Self(jiff::Timestamp::MIN),
            Err(_) => Self::from_jiff(jiff::Timestamp::MAX),
        }
    }

    /// How long after `earlier` this is; negative when it is before.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }

    /// The same instant on London's clocks.
    #[must_use]
    pub fn in_london(self) -> Zoned {
        self.0.to_zoned(london::zone())
    }

    /// The date in London at this instant.
    #[must_use]
    pub fn date_in_london(self) -> Date {
        self.in_london().date()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse().map(Self::from_jiff).map_err(|_| TimestampError::NotRfc3339)
    }
}

crate::code::serde_as_text!(Timestamp);

/// A local time that London's clocks skipped, or one outside the range of years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this time did not exist: the clocks in the United Kingdom went forward over it")]
pub struct NoSuchLocalTime;

/// London's clocks: the times that partners write.
pub mod london {
    use std::sync::LazyLock;

    use jiff::civil::{Date, DateTime};
    use jiff::tz::{AmbiguousOffset, TimeZone};

    use super::{NoSuchLocalTime, Timestamp};

    // Zone data is bundled, so the name is always found; the rule since 1996 stands behind it all the same.
    static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
        TimeZone::get("Europe/London").or_else(|_| TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0")).unwrap_or(TimeZone::UTC)
    });

    /// The time zone Europe/London.
    #[must_use]
    pub fn zone() -> TimeZone {
        ZONE.clone()
    }

    /// The instant at which London's clocks showed this time. Of an hour that occurs twice, the earlier.
    ///
    /// # Errors
    /// When the clocks went forward over it.
    pub fn resolve(local: DateTime) -> Result<Timestamp, NoSuchLocalTime> {
        let ambiguous = ZONE.to_ambiguous_timestamp(local);
        if let AmbiguousOffset::Gap { .. } = ambiguous.offset() {
            return Err(NoSuchLocalTime);
        }
        ambiguous.earlier().map(Timestamp::from_jiff).map_err(|_| NoSuchLocalTime)
    }

    /// The instant at which a day begins in London.
    ///
    /// # Errors
    /// Only at the ends of the range of years: the clocks have never gone forward at midnight there since 1900.
    pub fn start_of(day: Date) -> Result<Timestamp, NoSuchLocalTime> {
        resolve(day.at(0, 0, 0, 0))
    }
}

/// Where the time comes from: the system's clock in `app`, a [`HandClock`] in tests and replays.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// A clock moved by hand.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
    /// A clock that stands at this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_micros()))
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Moves the clock on by this much.
    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now().plus(by));
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        // What is stored came from a timestamp, so it is in range.
        Timestamp::from_micros(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::{Clock, HandClock, NoSuchLocalTime, SignedDuration, Timestamp, TimestampError, london};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn summer_and_winter_in_london() {
        assert_eq!(london::resolve(date(2026, 7, 1).at(0, 30, 0, 0)), Ok(at("2026-06-30T23:30:00Z")));
        assert_eq!(london::resolve(date(2026, 11, 22).at(0, 30, 0, 0)), Ok(at("2026-11-22T00:30:00Z")));
        assert_eq!(at("2026-06-30T23:30:00Z").date_in_london(), date(2026, 7, 1));
        // Double summer time in 1941 shows that the real history is bundled, not only today's rule.
        assert_eq!(london::resolve(date(1941, 7, 1).at(12, 0, 0, 0)), Ok(at("1941-07-01T10:00:00Z")));
    }

    #[test]
    fn an_hour_that_occurs_twice_takes_the_earlier() {
        assert_eq!(london::resolve(date(2026, 10, 25).at(1, 30, 0, 0)), Ok(at("2026-10-25T00:30:00Z")));
    }

    #[test]
    fn an_hour_that_never_was_is_refused() {
        assert_eq!(london::resolve(date(2026, 3, 29).at(1, 30, 0, 0)), Err(NoSuchLocalTime));
        assert!(london::resolve(date(2026, 3, 29).at(2, 0, 0, 0)).is_ok());
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let last = Timestamp::EPOCH.plus_hours(i64::MAX);
        assert_eq!(last.plus_hours(1), last);
        let first = Timestamp::EPOCH.plus_hours(i64::MIN);
        assert_eq!(first.plus_hours(-1), first);
        assert_eq!(Timestamp::from_micros(i64::MAX), Err(TimestampError::OutOfRange));
    }

    #[test]
    fn text_is_cut_to_the_microsecond() {
        assert_eq!(at("1970-01-01T00:00:00.0000019Z").as_micros(), 1);
        assert_eq!(at("1969-12-31T23:59:59.9999999Z").as_micros(), -1);
        assert_eq!("yesterday".parse::<Timestamp>(), Err(TimestampError::NotRfc3339));
    }

    #[test]
    fn a_hand_clock_moves_only_by_hand() {
        let clock = HandClock::at(Timestamp::EPOCH);
        clock.advance(SignedDuration::from_hours(72));
        assert_eq!(clock.now(), Timestamp::EPOCH.plus_hours(72));
        assert_eq!(clock.now().since(Timestamp::EPOCH), SignedDuration::from_hours(72));
    }

    proptest! {
        #[test]
        fn micros_and_text_and_back(micros in -62_000_000_000_000_000_i64..253_000_000_000_000_000) {
            let instant = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(instant.as_micros(), micros);
            prop_assert_eq!(instant.to_string().parse(), Ok(instant));
        }

        #[test]
        fn london_and_back_but_for_the_doubled_hour(micros in 0_i64..4_000_000_000_000_000) {
            let instant = Timestamp::from_micros(micros).unwrap();
            let back = london::resolve(instant.in_london().datetime()).unwrap();
            prop_assert!(back == instant || back == instant.plus_hours(-1));
        }
    }
}
