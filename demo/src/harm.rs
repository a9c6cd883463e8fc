//! Violence that leaves an injury, and who hears of it: police, the hospital, the ambulance service, several of them or none.
//! How many there are in all is known here and nowhere else, so that an estimate from overlapping lists can be held against it.
//!
//! Police hear of an injury or not whatever the others do. An ambulance mostly takes the injured to hospital, so that those
//! two lists depend on each other. Dates and rates do not follow the feeds of A&E and police: those hold records, with names or
//! without, and these are injuries as they would be after linkage.

use std::path::Path;

use crate::county::CountyError;
use crate::dice::Dice;
use crate::files::table;
use crate::geography::{Area, County};
use crate::window::Window;

/// Injuries a month and resident, in an area of middling deprivation.
const RATE: f64 = 0.000_6;
/// Of all injuries, how many police hear of.
pub const POLICE: f64 = 0.36;
/// Of all injuries, to how many an ambulance comes.
pub const AMBULANCE: f64 = 0.2;
/// Of those to whom an ambulance comes, how many the hospital records; and of the others.
pub const HOSPITAL: [f64; 2] = [0.7, 0.25];

/// One injury.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injury {
    /// The area's number.
    pub area: usize,
    /// The month, from 0.
    pub month: usize,
    /// Whether police, the hospital and the ambulance service know of it.
    pub known: [bool; 3],
}

impl Injury {
    /// Who knows of it, as bits: police 1, the hospital 2, the ambulance service 4.
    #[must_use]
    pub fn history(&self) -> u32 {
        self.known.iter().zip([1, 2, 4]).filter(|(known, _)| **known).map(|(_, bit)| bit).sum()
    }
}

/// All injuries of a county in so many months, area by area.
pub fn injuries(county: &County, months: usize) -> impl Iterator<Item = Injury> {
    county.areas.iter().enumerate().flat_map(move |(number, area)| {
        let mut dice = Dice::of(county.seed, "harm", number as u64);
        (0..months).flat_map(|month| of_month(area, number, month, &mut dice)).collect::<Vec<_>>()
    })
}

#[expect(clippy::cast_precision_loss, reason = "residents of one area")]
fn of_month(area: &Area, number: usize, month: usize, dice: &mut Dice) -> Vec<Injury> {
    let count = dice.poisson(area.residents as f64 * RATE * area.hardship() / 1.3);
    (0..count)
        .map(|_| {
            let (police, ambulance) = (dice.chance(POLICE), dice.chance(AMBULANCE));
            let [taken, own_way] = HOSPITAL;
            let hospital = dice.chance(if ambulance { taken } else { own_way });
            Injury { area: number, month, known: [police, hospital, ambulance] }
        })
        .collect()
}

/// Writes `harm.csv` with what at least one service knows, and `truth/harm.csv` with all; gives back how many there are in all.
///
/// # Errors
/// When a file cannot be written.
pub fn write(county: &County, window: &Window, out: &Path) -> Result<u64, CountyError> {
    let (mut known, mut all) = (table(&out.join("harm.csv"))?, table(&out.join("truth/harm.csv"))?);
    let header = ["injury", "area", "month", "police", "hospital", "ambulance"];
    known.row(header)?;
    all.row(header)?;
    let mut count = 0;
    for injury in injuries(county, window.months.len()) {
        count += 1;
        let month = window.months.get(injury.month).map(|month| month.first().strftime("%Y-%m").to_string());
        let [police, hospital, ambulance] = injury.known.map(|known| if known { "1" } else { "0" });
        let (number, month) = (format!("H{count:06}"), month.unwrap_or_default());
        let row = [number.as_str(), county.code(injury.area), &month, police, hospital, ambulance];
        all.row(row)?;
        if injury.history() > 0 {
            known.row(row)?;
        }
    }
    known.end()?;
    all.end()?;
    Ok(count)
}
