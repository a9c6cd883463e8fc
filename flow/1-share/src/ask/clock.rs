//! The clock of an ask: within 24 hours where somebody is to be protected, else within 72. The unit may set other hours, and may
//! have them counted in working hours only.

use std::sync::OnceLock;

use base::{SignedDuration, Timestamp, london, working::WorkingDays};
use vault::{FromRow, Plain, Purpose, Row, StoreError, params};

/// An ask that nobody answers is closed after so many days.
pub(crate) const EXPIRES_DAYS: i64 = 30;

/// The hours of an ask, as the settings have them: `ask_hours:safeguarding`, `ask_hours:other`, and `ask_working_hours` such as `9-17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    pub safeguarding: i64,
    pub other: i64,
    /// From which hour to which, on working days; none where every hour counts.
    pub working: Option<(i8, i8)>,
}

impl Default for Hours {
    fn default() -> Self {
        Self { safeguarding: 24, other: 72, working: None }
    }
}

struct Setting {
    name: String,
    value: String,
}

impl FromRow for Setting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.text("name")?, value: row.text("value")? })
    }
}

/// The number that a setting gives, within bounds; else the default.
pub(crate) async fn number(
    plain: &Plain,
    name: &'static str,
    default: i64,
    bounds: std::ops::RangeInclusive<i64>,
) -> Result<i64, StoreError> {
    let set: Option<Setting> = plain.first("SELECT name, value FROM setting WHERE name = $1", params![name]).await?;
    Ok(set.and_then(|set| set.value.parse().ok()).filter(|number| bounds.contains(number)).unwrap_or(default))
}

impl Hours {
    pub(crate) async fn read(plain: &Plain) -> Result<Self, StoreError> {
        const WORKING: &str = "SELECT name, value FROM setting WHERE name = 'ask_working_hours'";
        let default = Self::default();
        let working: Option<Setting> = plain.first(WORKING, params![]).await?;
        Ok(Self {
            safeguarding: number(plain, "ask_hours:safeguarding", default.safeguarding, 1..=720).await?,
            other: number(plain, "ask_hours:other", default.other, 1..=720).await?,
            working: working.filter(|set| set.name == "ask_working_hours").and_then(|set| span(&set.value)),
        })
    }

    /// When the answer to an ask made then is due.
    pub(crate) fn answer_by(&self, purpose: Purpose, asked_at: Timestamp) -> Timestamp {
        let hours = if purpose == Purpose::Safeguarding { self.safeguarding } else { self.other };
        match self.working {
            None => asked_at.plus_hours(hours),
            Some(working) => in_working_hours(asked_at, SignedDuration::from_hours(hours), working),
        }
    }
}

/// `9-17` as hours of the day.
fn span(text: &str) -> Option<(i8, i8)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (0 <= from && from < to && to <= 24).then_some((from, to))
}

/// So much later, where only these hours of working days count.
fn in_working_hours(start: Timestamp, length: SignedDuration, (from, to): (i8, i8)) -> Timestamp {
    static ENGLAND: OnceLock<WorkingDays> = OnceLock::new();
    let england = ENGLAND.get_or_init(WorkingDays::england);
    let (mut day, mut left) = (start.date_in_london(), length);
    // 720 hours at one a day are three years; the bound only guards against the end of the range of years.
    for _ in 0..2000 {
        if england.is_working(day)
            && let Ok(midnight) = london::start_of(day)
        {
            let opens = midnight.plus_hours(i64::from(from)).max(start);
            let closes = midnight.plus_hours(i64::from(to));
            let open = closes.since(opens);
            if open >= left {
                return opens.plus(left);
            }
            if open.is_positive() {
                left = left.saturating_sub(open);
            }
        }
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    start.plus(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_to_protect_and_three_for_the_rest() {
        let hours = Hours::default();
        let asked = at("2026-11-20T16:00:00Z");
        assert_eq!(hours.answer_by(Purpose::Safeguarding, asked), at("2026-11-21T16:00:00Z"));
        assert_eq!(hours.answer_by(Purpose::Support, asked), at("2026-11-23T16:00:00Z"));
        assert_eq!(hours.answer_by(Purpose::Prevention, asked), at("2026-11-23T16:00:00Z"));
    }

    #[test]
    fn working_hours_pass_over_the_night_the_weekend_and_bank_holidays() {
        let hours = Hours { working: span("9-17"), ..Hours::default() };
        let due = |asked: &str, hours_needed: i64| {
            Hours { safeguarding: hours_needed, ..hours }.answer_by(Purpose::Safeguarding, at(asked)).to_string()
        };
        // A Friday afternoon: one hour of it, then Monday.
        assert_eq!(due("2026-11-20T16:00:00Z", 2), at("2026-11-23T10:00:00Z").to_string());
        assert_eq!(due("2026-11-21T12:00:00Z", 1), at("2026-11-23T10:00:00Z").to_string());
        assert_eq!(due("2026-11-23T09:00:00Z", 8), at("2026-11-23T17:00:00Z").to_string());
        // Christmas Day 2026 is a Friday; the 28th is kept for Boxing Day.
        assert_eq!(due("2026-12-24T16:00:00Z", 2), at("2026-12-29T10:00:00Z").to_string());
        assert_eq!(span("17-9"), None);
        assert_eq!(span("nine to five"), None);
    }
}
