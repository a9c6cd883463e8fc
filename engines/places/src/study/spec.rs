//! What a study is asked to do: a TOML file in which everything may be left out.

use serde::{Deserialize, Serialize};

use super::StudyError;

/// A study's questions and settings. Every field has a value when it is left out; an unknown one is refused by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Stands over the report.
    pub title: String,
    /// The same seed gives the same figures, to the byte.
    pub seed: u64,
    /// How often chance is played for clusters: 99 to 99,999. Of many areas one alone can only be found with many.
    pub permutations: u32,
    /// How events are read.
    pub events: EventColumns,
    /// How areas are read.
    pub areas: AreaProperties,
    /// How residents are read.
    pub population: PopulationColumns,
    /// How deprivation is read, where a file of it is given.
    pub deprivation: DeprivationColumns,
    /// Weights of harm by category, where a file of them is given.
    pub harm: HarmColumns,
    /// Small places that hold most of it.
    pub spots: Spots,
    /// Kernel density.
    pub density: Density,
    /// Near repeats.
    pub spread: Spread,
    /// The scan for clusters in space and time.
    pub scan: Scan,
    /// Small counts that are not shown.
    pub disclosure: Disclosure,
    /// Harm on several agencies' lists, to tell how much none of them knows.
    pub overlap: Option<Overlap>,
}

/// Which columns of the events' files say what. Without names, those of data.police.uk are looked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventColumns {
    /// The categories to count; all of them where the list is empty.
    pub categories: Vec<String>,
    /// The category.
    pub category: Option<String>,
    /// The area's code.
    pub area: Option<String>,
    /// Degrees east (WGS 84).
    pub longitude: Option<String>,
    /// Degrees north (WGS 84).
    pub latitude: Option<String>,
    /// Metres east (British National Grid).
    pub easting: Option<String>,
    /// Metres north (British National Grid).
    pub northing: Option<String>,
    /// A day (2019-01-31) or a month (2019-01); where `latest` is named too, the earliest day.
    pub date: Option<String>,
    /// The latest day, of events that are known between two days only.
    pub latest: Option<String>,
    /// How many events a row stands for; 1 where not named.
    pub count: Option<String>,
}

/// Which properties of the areas' features say what. Without names, those of the Office for National Statistics are looked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AreaProperties {
    /// The code, such as `LSOA11CD`.
    pub code: Option<String>,
}

/// Which columns of the residents' file say what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PopulationColumns {
    /// The area's code.
    pub area: Option<String>,
    /// All residents.
    pub residents: Option<String>,
    /// People there by day, where that is known.
    pub daytime: Option<String>,
}

/// Which columns of the deprivation file say what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeprivationColumns {
    /// The area's code.
    pub area: Option<String>,
    /// 1, most deprived, to 10.
    pub decile: Option<String>,
}

/// Which columns of the harm weights' file say what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HarmColumns {
    /// The category, as events have it.
    pub category: String,
    /// How much one event counts: above 0.
    pub weight: String,
    /// What the weights are called in the report.
    pub name: String,
}

/// Small square places that hold most of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spots {
    /// The side of a cell in metres: 10 to 10,000.
    pub cell_metres: f64,
    /// The share of all events that the spots are to hold: above 0, at most 1.
    pub share: f64,
}

/// Kernel density.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Density {
    /// How far an event reaches, in metres: 10 to 100,000.
    pub bandwidth_metres: f64,
    /// The side of a cell in metres: 10 to 10,000.
    pub cell_metres: f64,
}

/// Near repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spread {
    /// Upper ends of the bands of distance in metres, ascending; the first band is the very same point where it is 0.
    pub metres: Vec<f64>,
    /// Upper ends of the bands of time in days, ascending, for events that have days.
    pub days: Vec<u32>,
    /// Upper ends of the bands of time in months, ascending, for events that have months only; 0 is the same month.
    pub months: Vec<u32>,
    /// How often chance is played: 99 to 99,999.
    pub permutations: u32,
}

/// The scan for clusters in space and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scan {
    /// The largest share of residents in a cluster: above 0, at most 0.5.
    pub share: f64,
    /// How often chance is played: 99 to 99,999.
    pub replicates: u32,
    /// Only clusters that are still there in the last month.
    pub prospective: bool,
}

/// Small counts that are not shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Disclosure {
    /// The smallest count other than 0 that is shown for an area. Left out: 1 (all) for data.police.uk's files, which are
    /// published, and 5 for any other.
    pub least: Option<u64>,
}

/// How many people or incidents are on each combination of lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// The lists, two to six.
    pub lists: Vec<String>,
    /// Each combination that was seen.
    pub seen: Vec<Seen>,
}

/// A combination of lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The lists that have them; those not named don't.
    pub on: Vec<String>,
    /// How many.
    pub count: u64,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            title: "Where harm is".to_owned(),
            seed: 1,
            permutations: 9_999,
            events: EventColumns::default(),
            areas: AreaProperties::default(),
            population: PopulationColumns::default(),
            deprivation: DeprivationColumns::default(),
            harm: HarmColumns::default(),
            spots: Spots::default(),
            density: Density::default(),
            spread: Spread::default(),
            scan: Scan::default(),
            disclosure: Disclosure::default(),
            overlap: None,
        }
    }
}

impl Default for HarmColumns {
    fn default() -> Self {
        Self { category: "category".to_owned(), weight: "weight".to_owned(), name: "Harm weights".to_owned() }
    }
}

impl Default for Spots {
    fn default() -> Self {
        Self { cell_metres: 150.0, share: 0.25 }
    }
}

impl Default for Density {
    fn default() -> Self {
        Self { bandwidth_metres: 300.0, cell_metres: 150.0 }
    }
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            metres: vec![0.0, 100.0, 200.0, 400.0],
            days: vec![7, 14, 21, 28],
            months: vec![0, 1, 2],
            permutations: 999,
        }
    }
}

impl Default for Scan {
    fn default() -> Self {
        Self { share: 0.5, replicates: 999, prospective: false }
    }
}

impl Spec {
    /// The settings in a text.
    ///
    /// # Errors
    /// Where it isn't TOML, names what there isn't, or a setting is out of its range.
    pub fn parse(text: &str) -> Result<Self, StudyError> {
        let spec: Self = toml::from_str(text).map_err(|error| StudyError::Spec(error.message().to_owned()))?;
        spec.check()?;
        Ok(spec)
    }

    fn check(&self) -> Result<(), StudyError> {
        let within = |name: &str, value: f64, least: f64, most: f64| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(StudyError::Spec(format!("{name} is {value}; it goes from {least} to {most}")))
            }
        };
        within("permutations", f64::from(self.permutations), 99.0, 99_999.0)?;
        within("spots.cell_metres", self.spots.cell_metres, 10.0, 10_000.0)?;
        within("spots.share", self.spots.share, 0.001, 1.0)?;
        within("density.bandwidth_metres", self.density.bandwidth_metres, 10.0, 100_000.0)?;
        within("density.cell_metres", self.density.cell_metres, 10.0, 10_000.0)?;
        within("scan.share", self.scan.share, 0.001, 0.5)?;
        within("spread.permutations", f64::from(self.spread.permutations), 99.0, 99_999.0)?;
        within("scan.replicates", f64::from(self.scan.replicates), 99.0, 99_999.0)?;
        ascending("spread.metres", &self.spread.metres)?;
        ascending("spread.days", &self.spread.days.iter().copied().map(f64::from).collect::<Vec<_>>())?;
        ascending("spread.months", &self.spread.months.iter().copied().map(f64::from).collect::<Vec<_>>())?;
        let events = &self.events;
        if events.longitude.is_some() != events.latitude.is_some()
            || events.easting.is_some() != events.northing.is_some()
        {
            return Err(StudyError::Spec(
                "events: a place needs both columns, longitude and latitude or easting and northing".to_owned(),
            ));
        }
        Ok(())
    }
}

fn ascending(name: &str, ends: &[f64]) -> Result<(), StudyError> {
    let rising = ends.iter().zip(ends.iter().skip(1)).all(|(one, next)| one < next);
    if ends.is_empty() || !rising || ends.iter().any(|end| !end.is_finite() || *end < 0.0) {
        return Err(StudyError::Spec(format!("{name} has to name at least one band's end, ascending from 0 up")));
    }
    Ok(())
}

/// A spec with every setting, to begin from.
pub const EXAMPLE: &str = include_str!("example.toml");

#[cfg(test)]
mod tests {
    use super::{EXAMPLE, Spec};

    #[test]
    fn the_example_is_what_one_gets_without() {
        let example = Spec::parse(EXAMPLE).unwrap();
        assert_eq!(example, Spec { title: example.title.clone(), ..Spec::default() });
        assert_eq!(Spec::parse("").unwrap(), Spec::default());
    }

    #[test]
    fn what_is_out_of_range_or_unknown_is_named() {
        for (text, says) in [
            ("permutatoins = 3", "permutatoins"),
            ("permutations = 3", "permutations is 3; it goes from 99"),
            ("[scan]\nshare = nan", "scan.share is NaN"),
            ("[spread]\nmetres = [200, 100]", "spread.metres"),
            ("[events]\nlongitude = \"x\"", "needs both columns"),
            ("seed = -1", "invalid value"),
        ] {
            let error = Spec::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
