//! The rota: who answers moments, where and when; and where nobody does.

pub mod fortnight;
pub mod pages;
pub mod store;
#[cfg(test)]
mod tests;

use base::{Code, Date, Id, Timestamp, kind, london};

/// Where a shift is worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Districts {
    /// In the whole county.
    All,
    /// In these districts, by name.
    Some(Vec<String>),
}

impl Districts {
    /// Whether a moment there falls to the shift. One whose place isn't known falls to everyone.
    #[must_use]
    pub fn hold(&self, district: Option<&str>) -> bool {
        match (self, district) {
            (Self::All, _) | (_, None) => true,
            (Self::Some(names), Some(district)) => names.iter().any(|name| name == district),
        }
    }

    /// "The whole county", or the names.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::All => "The whole county".to_owned(),
            Self::Some(names) => names.join(", "),
        }
    }
}

/// A stretch of time in which a member answers moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Its id.
    pub id: String,
    /// Who.
    pub member: Id<kind::Member>,
    /// As what.
    pub duty: Code,
    /// Where.
    pub districts: Districts,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

impl Shift {
    fn suits(&self, duty: &Code, district: Option<&str>) -> bool {
        self.duty == *duty && self.districts.hold(district)
    }

    /// Whether a moment of that kind falls to this shift then.
    #[must_use]
    pub fn answers(&self, duty: &Code, district: Option<&str>, at: Timestamp) -> bool {
        self.suits(duty, district) && self.starts_at <= at && at < self.ends_at
    }
}

/// Whether somebody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// These do now.
    Now(Vec<Id<kind::Member>>),
    /// Nobody does until then.
    From(Timestamp),
    /// Nobody does, as far as the rota goes.
    Nobody,
}

/// Whether somebody answers moments of a duty in a district at a time.
#[must_use]
pub fn cover(shifts: &[Shift], duty: &Code, district: Option<&str>, at: Timestamp) -> Cover {
    let mut now: Vec<Id<kind::Member>> =
        shifts.iter().filter(|shift| shift.answers(duty, district, at)).map(|shift| shift.member).collect();
    now.sort_unstable();
    now.dedup();
    if !now.is_empty() {
        return Cover::Now(now);
    }
    let later =
        shifts.iter().filter(|shift| shift.suits(duty, district) && shift.starts_at > at).map(|shift| shift.starts_at);
    later.min().map_or(Cover::Nobody, Cover::From)
}

impl Cover {
    /// "No cover until Monday 8am"; nothing where somebody answers.
    #[must_use]
    pub fn gap_words(&self) -> Option<String> {
        match self {
            Self::Now(_) => None,
            Self::From(at) => {
                Some(format!("No cover until {} {}", at.in_london().strftime("%A"), web::time::clock_time(*at)))
            }
            Self::Nobody => Some("No cover planned".to_owned()),
        }
    }
}

/// A stretch of time in which nobody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// The stretches between `from` and `until` in which nobody answers moments of a duty in a district.
#[must_use]
pub fn gaps(shifts: &[Shift], duty: &Code, district: Option<&str>, from: Timestamp, until: Timestamp) -> Vec<Gap> {
    let mut suited: Vec<&Shift> = shifts
        .iter()
        .filter(|shift| shift.suits(duty, district) && shift.ends_at > from && shift.starts_at < until)
        .collect();
    suited.sort_by_key(|shift| shift.starts_at);
    let mut found = Vec::new();
    let mut covered_until = from;
    for shift in suited {
        if shift.starts_at > covered_until {
            found.push(Gap { from: covered_until, until: shift.starts_at });
        }
        covered_until = covered_until.max(shift.ends_at);
    }
    if covered_until < until {
        found.push(Gap { from: covered_until, until });
    }
    found
}

/// The next weekend, from Saturday's first minute to Monday's; the one that is on, where it is.
#[must_use]
pub fn weekend(now: Timestamp) -> (Timestamp, Timestamp) {
    let today = now.date_in_london();
    let monday_is_0 = today.weekday().to_monday_zero_offset();
    let saturday =
        if monday_is_0 == 6 { today.yesterday().unwrap_or(today) } else { plus(today, i64::from(5 - monday_is_0)) };
    let start = |day: Date| london::start_of(day).unwrap_or(now);
    (start(saturday), start(plus(saturday, 2)))
}

fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(base::SignedDuration::from_hours(24 * days))
}
