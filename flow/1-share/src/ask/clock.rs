//! The clock of an ask: within 24 hours where somebody is to be protected, else within 72. The unit may set other hours, and may
//! have them counted in working hours only.

use std::sync::OnceLock;

use base::{SignedDuration, Timestamp, london, working::WorkingDays};
use vault::{Plain, Purpose, StoreError};

use crate::clocks::{Setting, Settings, Takes};

/// An ask that nobody answers is closed after so many days.
pub(crate) const EXPIRES_DAYS: i64 = 30;

const SAFEGUARDING: Setting = Setting {
    name: "ask_hours:safeguarding",
    label: "Hours to answer where somebody is to be protected",
    more: "",
    takes: Takes::Number { usual: 24, least: 1, most: 720 },
};
const OTHER: Setting = Setting {
    name: "ask_hours:other",
    label: "Hours to answer any other request",
    more: "",
    takes: Takes::Number { usual: 72, least: 1, most: 720 },
};
const WORKING: Setting = Setting {
    name: "ask_working_hours",
    label: "Working hours in which these clocks run",
    more: "Of working days, in London.",
    takes: Takes::HoursOfTheDay { nothing: "every hour counts" },
};
/// The settings of this slice.
pub(crate) static SETTINGS: [Setting; 3] = [SAFEGUARDING, OTHER, WORKING];

/// The hours of an ask, as the unit has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    pub safeguarding: i64,
    pub other: i64,
    /// From which hour to which, on working days; none where every hour counts.
    pub working: Option<(i8, i8)>,
}

impl Hours {
    pub(crate) async fn read(plain: &Plain) -> Result<Self, StoreError> {
        Ok(Self::of(&Settings::of(plain).await?))
    }

    fn of(settings: &Settings) -> Self {
        Self {
            safeguarding: settings.number(&SAFEGUARDING),
            other: settings.number(&OTHER),
            working: settings.hours_of_the_day(&WORKING),
        }
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
        let hours = Hours::of(&Settings::default());
        let asked = at("2026-11-20T16:00:00Z");
        assert_eq!(hours.answer_by(Purpose::Safeguarding, asked), at("2026-11-21T16:00:00Z"));
        assert_eq!(hours.answer_by(Purpose::Support, asked), at("2026-11-23T16:00:00Z"));
        assert_eq!(hours.answer_by(Purpose::Prevention, asked), at("2026-11-23T16:00:00Z"));
    }

    #[test]
    fn working_hours_pass_over_the_night_the_weekend_and_bank_holidays() {
        let hours = Hours { working: Some((9, 17)), ..Hours::of(&Settings::default()) };
        let due = |asked: &str, hours_needed: i64| {
            Hours { safeguarding: hours_needed, ..hours }.answer_by(Purpose::Safeguarding, at(asked)).to_string()
        };
        // A Friday afternoon: one hour of it, then Monday.
        assert_eq!(due("2026-11-20T16:00:00Z", 2), at("2026-11-23T10:00:00Z").to_string());
        assert_eq!(due("2026-11-21T12:00:00Z", 1), at("2026-11-23T10:00:00Z").to_string());
        assert_eq!(due("2026-11-23T09:00:00Z", 8), at("2026-11-23T17:00:00Z").to_string());
        // Christmas Day 2026 is a Friday; the 28th is kept for Boxing Day.
        assert_eq!(due("2026-12-24T16:00:00Z", 2), at("2026-12-29T10:00:00Z").to_string());
    }
}
