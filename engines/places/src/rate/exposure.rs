//! What events are set against: the people who live in an area, or the hours that people spend there. A town centre where few
//! live and thousands work or go out has a rate per resident that says little about the risk to anyone.

use super::{Interval, real};

/// What events are set against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exposure {
    /// People who live there.
    Residents(u64),
    /// Hours that people spend there: people present (the daytime population of the census, say) times the hours counted.
    Hours {
        /// How many are there on average.
        people: f64,
        /// For how many hours of the period.
        hours: f64,
    },
}

/// A number per 1,000 of what it is set against, with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Per 1,000 residents or hours.
    pub per_1000: f64,
    /// The interval, in the same unit.
    pub interval: Interval,
}

impl Exposure {
    /// How many thousands; `None` where nobody is there, or the number is negative or none.
    #[must_use]
    pub fn thousands(self) -> Option<f64> {
        let amount = match self {
            Self::Residents(residents) => real(residents),
            Self::Hours { people, hours } if people >= 0.0 && hours >= 0.0 => people * hours,
            Self::Hours { .. } => return None,
        };
        (amount.is_finite() && amount > 0.0).then_some(amount / 1000.0)
    }

    /// A count or an amount of harm, and its interval, per 1,000; `None` where nobody is there.
    #[must_use]
    pub fn measure(self, amount: f64, interval: Interval) -> Option<Measured> {
        let scale = 1.0 / self.thousands()?;
        let found = Measured { per_1000: amount * scale, interval: interval.scaled(scale) };
        (found.per_1000.is_finite() && found.interval.upper.is_finite()).then_some(found)
    }

    /// What to write beside the number.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Residents(_) => "per 1,000 residents",
            Self::Hours { .. } => "per 1,000 hours that people spend there",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exposure, Interval};

    #[test]
    fn per_resident_and_per_hour() {
        let interval = Interval { lower: 5.0, upper: 20.0 };
        let residents = Exposure::Residents(2_000).measure(10.0, interval).unwrap();
        assert_eq!((residents.per_1000, residents.interval.upper), (5.0, 10.0));
        let hours = Exposure::Hours { people: 500.0, hours: 40.0 }.measure(10.0, interval).unwrap();
        assert_eq!((hours.per_1000, hours.interval.lower), (0.5, 0.25));
        for nobody in [Exposure::Residents(0), Exposure::Hours { people: f64::NAN, hours: 1.0 }] {
            assert_eq!(nobody.measure(1.0, interval), None);
        }
    }
}
