//! Bands in words, which say what is in them: "0 to 6 days" for \[0, 7), where other programs print "0 to 7".

use super::{Bands, Ends, FOREVER};
use crate::spread::dates::Unit;

/// Below this two places are the same, in metres.
const SAME: f64 = 0.01;

impl Bands {
    /// A band of distance: "the same place", "under 100 m", "100 m to under 200 m", "over 100 m to 200 m"; `None` of a band that
    /// there isn't.
    #[must_use]
    pub fn metres_said(&self, band: usize) -> Option<String> {
        let end = self.metres.get(band).copied()?;
        let before = band.checked_sub(1).and_then(|before| self.metres.get(before)).copied().unwrap_or_default();
        let other = if band > 0 && before < SAME { ", not the same place" } else { "" };
        Some(match (before < SAME, self.ends) {
            _ if end < SAME => "the same place".to_owned(),
            (true, Ends::Without) => format!("under {end} m{other}"),
            (true, Ends::With) => format!("up to {end} m{other}"),
            (false, Ends::Without) => format!("{before} m to under {end} m"),
            (false, Ends::With) => format!("over {before} m to {end} m"),
        })
    }

    /// A band of time, in days or months: "the same day", "0 to 6 days", "1 month", "28 days or more"; `None` of a band that
    /// there isn't.
    #[must_use]
    pub fn times_said(&self, band: usize, unit: Unit) -> Option<String> {
        let unit = if unit == Unit::Months { "month" } else { "day" };
        let end = self.times.get(band).copied()?;
        let held = u32::from(self.ends == Ends::With);
        let first =
            band.checked_sub(1).and_then(|before| self.times.get(before)).map_or(0, |end| end.saturating_add(held));
        let last = if end == FOREVER { None } else { Some((end + held).saturating_sub(1)) };
        Some(match (first, last) {
            (0, None) => "any time".to_owned(),
            (1, None) => format!("1 {unit} or more"),
            (first, None) => format!("{first} {unit}s or more"),
            (0, Some(0)) => format!("the same {unit}"),
            (1, Some(1)) => format!("1 {unit}"),
            (first, Some(last)) if first == last => format!("{first} {unit}s"),
            (first, Some(last)) => format!("{first} to {last} {unit}s"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Bands, Ends, FOREVER, Unit};
    use crate::spread::knox::Metric;

    #[test]
    fn bands_say_what_is_in_them() {
        let said = |metres: &[f64], times: &[u32], ends, unit| {
            let bands = Bands::of(metres, times, ends, Metric::Euclidean).unwrap();
            let metres: Vec<String> = (0..).map_while(|band| bands.metres_said(band)).collect();
            let times: Vec<String> = (0..).map_while(|band| bands.times_said(band, unit)).collect();
            (metres.join("; "), times.join("; "))
        };
        assert_eq!(
            said(&[0.001, 100.0, 200.0], &[1, 7, 14, FOREVER], Ends::Without, Unit::Days(1)),
            (
                "the same place; under 100 m, not the same place; 100 m to under 200 m".to_owned(),
                "the same day; 1 to 6 days; 7 to 13 days; 14 days or more".to_owned()
            )
        );
        assert_eq!(
            said(&[100.0, 200.0], &[7, 14], Ends::With, Unit::Days(7)),
            ("up to 100 m; over 100 m to 200 m".to_owned(), "0 to 7 days; 8 to 14 days".to_owned())
        );
        assert_eq!(
            said(&[100.0], &[1, 2, 3, FOREVER], Ends::Without, Unit::Months).1,
            "the same month; 1 month; 2 months; 3 months or more"
        );
    }
}
