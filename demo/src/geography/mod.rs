//! The land: Selmarsh, a county that does not exist, in the North Sea off East Anglia, with 14 districts and small areas
//! of about 1,500 residents. Its postcodes begin with ZQ, letters that no postcode area has; its codes (E0109…, E07099…)
//! are above all that the Office for National Statistics has given out.

mod files;
mod places;
mod shape;

pub use files::{snap_point, write};
pub use places::{Place, address, place, school, station, street};

use crate::dice::Dice;

/// The county's name.
pub const COUNTY: &str = "Selmarsh";
/// The name of its police force.
pub const FORCE: &str = "Selmarsh Police";
/// Residents whom a small area should have.
pub const RESIDENTS_PER_AREA: u64 = 1_500;

/// District names; their order gives the codes E07099001 to E07099014 and the postcode districts.
pub const DISTRICTS: [&str; 14] = [
    "Lindermouth",
    "Aldersea",
    "Brackholm",
    "Cotterwick",
    "Dunmarsh",
    "Eskerby",
    "Farrowden",
    "Gullholt",
    "Harrowmere",
    "Ivelstow",
    "Kettlesea",
    "Marlhaven",
    "Netherwold",
    "Oxmere",
];

/// A small area, the county's unit of statistics.
pub struct Area {
    /// E01 and six digits.
    pub code: String,
    /// District and number: "Lindermouth 001A".
    pub name: String,
    /// Position in [`DISTRICTS`].
    pub district: usize,
    /// Position within the district.
    pub in_district: usize,
    /// Residents.
    pub residents: u64,
    /// Deprivation decile, 1 the most deprived.
    pub decile: u32,
    /// Deprivation rank, 1 the most deprived.
    pub rank: usize,
    /// Outline, closed, longitude and latitude, anticlockwise.
    pub ring: Vec<[f64; 2]>,
    /// A point within.
    pub centre: [f64; 2],
}

/// The whole county's land.
pub struct County {
    /// All areas, by district; an area's position is its number everywhere in this crate.
    pub areas: Vec<Area>,
    /// The seed that it came from; streets and addresses are derived from it when asked for.
    pub seed: u64,
}

impl County {
    /// Lays out the county for this many residents. At least one area for each district, so that a small county has
    /// smaller areas.
    #[must_use]
    pub fn lay_out(people: u64, seed: u64) -> Self {
        let wanted = usize::try_from((people + RESIDENTS_PER_AREA / 2) / RESIDENTS_PER_AREA).unwrap_or(14);
        let cells = shape::cells(wanted.max(DISTRICTS.len()), DISTRICTS.len(), seed);
        let residents = shares(people, cells.len(), seed);
        let mut seen = [0_usize; DISTRICTS.len()];
        let mut areas = Vec::with_capacity(cells.len());
        for ((number, cell), residents) in cells.into_iter().enumerate().zip(residents) {
            let in_district = seen.get(cell.district).copied().unwrap_or(0);
            if let Some(count) = seen.get_mut(cell.district) {
                *count += 1;
            }
            areas.push(Area {
                code: format!("E01{:06}", 90_001 + number),
                name: area_name(cell.district, in_district),
                district: cell.district,
                in_district,
                residents,
                decile: 5,
                rank: 0,
                ring: cell.ring,
                centre: cell.centre,
            });
        }
        let mut county = Self { areas, seed };
        county.rank_deprivation();
        county
    }

    /// An area by its number.
    #[must_use]
    pub fn area(&self, number: usize) -> Option<&Area> {
        self.areas.get(number)
    }

    /// An area's code; empty for a number that there is not.
    #[must_use]
    pub fn code(&self, number: usize) -> &str {
        self.area(number).map_or("", |area| area.code.as_str())
    }

    /// Deprivation is smooth over the land, deepest in each district's first areas (the old towns), with noise.
    fn rank_deprivation(&mut self) {
        let seed = self.seed;
        let mut scores: Vec<(usize, f64)> = self
            .areas
            .iter()
            .enumerate()
            .map(|(number, area)| {
                let mut dice = Dice::of(seed, "deprivation", number as u64);
                let mut district = Dice::of(seed, "district deprivation", area.district as u64);
                let [longitude, latitude] = area.centre;
                let wave = (longitude * 37.0).sin() + (latitude * 53.0).cos();
                (number, wave * 0.6 + district.normal() * 0.7 + dice.normal() * 0.6)
            })
            .collect();
        scores.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        let count = scores.len().max(1);
        for (rank, (number, _)) in scores.into_iter().enumerate() {
            if let Some(area) = self.areas.get_mut(number) {
                area.rank = rank + 1;
                area.decile = u32::try_from(rank * 10 / count).unwrap_or(9) + 1;
            }
        }
    }
}

impl Area {
    /// The district's code.
    #[must_use]
    pub fn district_code(&self) -> String {
        format!("E07099{:03}", self.district + 1)
    }

    /// The district's name.
    #[must_use]
    pub fn district_name(&self) -> &'static str {
        DISTRICTS.get(self.district).copied().unwrap_or_default()
    }

    /// How much more violence and crime than the county's middle: 2.2 in the most deprived tenth, 0.45 in the least.
    #[must_use]
    pub fn hardship(&self) -> f64 {
        2.2 - (f64::from(self.decile) - 1.0) * 0.194
    }
}

/// "Lindermouth 003B": five areas to a number, as middle layer areas have them.
fn area_name(district: usize, in_district: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(in_district % 5).unwrap_or(0));
    format!("{} {:03}{letter}", DISTRICTS.get(district).copied().unwrap_or_default(), in_district / 5 + 1)
}

/// Splits the residents over the areas, each within a quarter of the mean; the sum is exact.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "far below 2^53"
)]
fn shares(people: u64, areas: usize, seed: u64) -> Vec<u64> {
    let weights: Vec<f64> = (0..areas).map(|at| 0.78 + 0.5 * Dice::of(seed, "residents", at as u64).unit()).collect();
    let total: f64 = weights.iter().sum();
    let mut upto = 0.0;
    let mut given = 0;
    weights
        .iter()
        .map(|weight| {
            upto += weight;
            let until = ((upto / total) * people as f64).round() as u64;
            let share = until.min(people).saturating_sub(given);
            given += share;
            share
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::{County, DISTRICTS};

    #[test]
    fn every_resident_lives_somewhere_and_every_district_has_areas() {
        for people in [500, 5_000, 200_000, 1_999_999] {
            let county = County::lay_out(people, 9);
            assert_eq!(county.areas.iter().map(|area| area.residents).sum::<u64>(), people);
            let districts: HashSet<usize> = county.areas.iter().map(|area| area.district).collect();
            assert_eq!(districts.len(), DISTRICTS.len());
            let codes: HashSet<&str> = county.areas.iter().map(|area| area.code.as_str()).collect();
            assert_eq!(codes.len(), county.areas.len());
            let names: HashSet<&str> = county.areas.iter().map(|area| area.name.as_str()).collect();
            assert_eq!(names.len(), county.areas.len());
        }
    }

    #[test]
    fn neighbours_share_their_border_exactly() {
        let county = County::lay_out(100_000, 4);
        let mut edges: HashMap<String, i32> = HashMap::new();
        for area in &county.areas {
            assert_eq!(area.ring.first(), area.ring.last());
            for edge in area.ring.windows(2) {
                let mut ends = [format!("{:?}", edge[0]), format!("{:?}", edge[1])];
                ends.sort();
                *edges.entry(ends.concat()).or_insert(0) += 1;
            }
        }
        assert!(edges.values().all(|&times| times <= 2));
        let shared = edges.values().filter(|&&times| times == 2).count();
        assert!(shared * 10 > edges.len() * 6, "{shared} of {}", edges.len());
    }
}
