//! The clock of a request: one calendar month from the day of receipt, as the Information Commissioner's Office counts it. It begins
//! anew when whoever asks has shown who they are, stands still while they are asked what they mean (UK GDPR article 12A, from the
//! Data (Use and Access) Act 2025), and may be extended by two months where the regime allows it. Days, in London; an answer is due
//! by the end of the last day.

use std::sync::OnceLock;

use base::{Date, Timestamp, london, working::WorkingDays};
use jiff::{Span, ToSpan as _};
use vault::{FromRow, Plain, Row, StoreError, params};

use super::codes::Regime;

/// A complaint is acknowledged within 30 days beginning when it is received; its day counts as the first.
pub(crate) const ACKNOWLEDGE_DAYS: i32 = 30;

fn england() -> &'static WorkingDays {
    static ENGLAND: OnceLock<WorkingDays> = OnceLock::new();
    ENGLAND.get_or_init(WorkingDays::england)
}

fn plus(day: Date, span: Span) -> Date {
    day.saturating_add(span)
}

/// So many months and days after a day: the corresponding date, or the month's last day where it has none; and where that is a weekend or a
/// bank holiday, the next working day.
pub(crate) fn due(starts: Date, months: i32, stood_still: i32) -> Date {
    let mut day = plus(plus(starts, months.months()), stood_still.days());
    while !england().is_working(day) {
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    day
}

/// The last day on which a complaint that came on that day is acknowledged in time.
pub(crate) fn acknowledge_by(received: Date) -> Date {
    plus(received, (ACKNOWLEDGE_DAYS - 1).days())
}

/// The second at which a day ends.
pub(crate) fn end_of(day: Date) -> Timestamp {
    let next = day.tomorrow().unwrap_or(day);
    london::start_of(next).unwrap_or(Timestamp::EPOCH)
}

/// The whole days from one day to another; none where the other is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days().max(0))
}

/// What of the clock hangs on the law as this unit reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Rules {
    /// Whether Part 3 allows two more months too. The Data (Use and Access) Act 2025 section 76 brings that; until the unit's data protection
    /// officer has checked that it is in force and sets `rights_part_3_extends = yes`, it does not.
    pub part_3_extends: bool,
}

struct Setting(String);

impl FromRow for Setting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("value").map(Self)
    }
}

impl Rules {
    pub(crate) async fn read(plain: &Plain) -> Result<Self, StoreError> {
        const SQL: &str = "SELECT value FROM setting WHERE name = 'rights_part_3_extends'";
        let set: Option<Setting> = plain.first(SQL, params![]).await?;
        Ok(Self { part_3_extends: set.is_some_and(|set| set.0 == "yes") })
    }

    /// Whether an answer under a regime may take two more months, for some of it at least.
    pub(crate) fn extends(self, regime: Regime) -> bool {
        regime != Regime::LawEnforcement || self.part_3_extends
    }

    /// Whether an extension leaves a part of the answer due when it was.
    pub(crate) fn leaves_a_part(self, regime: Regime) -> bool {
        regime == Regime::Both && !self.part_3_extends
    }
}
