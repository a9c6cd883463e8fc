//! Street-level crime as data.police.uk publishes it: nobody named, places moved to a point on the street, a month to a file.
//! Anti-social behaviour has no id and no outcome; a few of a hundred rows equal another; two or three in a hundred have no place.
//! Published whole months only, so the month of `until` has no file.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::county::{CountyError, FeedCount};
use crate::dice::Dice;
use crate::files::create;
use crate::geography::{COUNTY, County, FORCE, snap_point, street};
use crate::planted::Plants;
use crate::window::{Month, Window};

/// The columns, as published.
pub const HEADER: &str = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,\
Last outcome category,Context";

/// The category in which the planted hotspot grows.
pub const VIOLENCE: &str = "Violence and sexual offences";
/// The category without id and outcome.
pub const BEHAVIOUR: &str = "Anti-social behaviour";

/// Crimes a month and resident in an area of middling deprivation.
const RATE: f64 = 0.0091;

const TYPES: &[(&str, u32)] = &[
    (BEHAVIOUR, 3826),
    ("Bicycle theft", 233),
    ("Burglary", 1175),
    ("Criminal damage and arson", 1357),
    ("Drugs", 363),
    ("Other crime", 303),
    ("Other theft", 1205),
    ("Possession of weapons", 177),
    ("Public order", 1131),
    ("Robbery", 161),
    ("Shoplifting", 967),
    ("Theft from the person", 141),
    ("Vehicle crime", 1449),
    (VIOLENCE, 5303),
];
const OUTCOMES: &[(&str, u32)] = &[
    ("Investigation complete; no suspect identified", 5950),
    ("Unable to prosecute suspect", 5483),
    ("Local resolution", 603),
    ("Court result unavailable", 556),
    ("Action to be taken by another organisation", 282),
    ("Status update unavailable", 260),
    ("Offender sent to prison", 157),
    ("Offender given a drugs possession warning", 148),
    ("Offender given a caution", 136),
    ("Offender given community sentence", 113),
    ("Offender fined", 44),
];

/// Writes every whole month's file.
///
/// # Errors
/// When a file cannot be written.
pub fn write(
    county: &County,
    plants: &Plants,
    window: &Window,
    out: &Path,
    mut done: impl FnMut(u64, u64),
) -> Result<FeedCount, CountyError> {
    let whole = window.months.split_last().map_or(&[][..], |(_, whole)| whole);
    let mut count = FeedCount::default();
    for (at, month) in whole.iter().enumerate() {
        let mut rows = Vec::new();
        for area in 0..county.areas.len() {
            let id = (at as u64) << 32 | area as u64;
            area_month(county, plants, area, *month, at, &mut Dice::of(county.seed, "street crime", id), &mut rows);
        }
        Dice::of(county.seed, "street crime order", at as u64).shuffle(&mut rows);
        let path = out.join("feeds/street_crime").join(format!("{month}-{}-street.csv.gz", COUNTY.to_lowercase()));
        let file = create(&path)?;
        // No name and no time in the gzip header: the same county gives the same bytes.
        let mut gzip = GzBuilder::new().mtime(0).write(file, Compression::fast());
        let text = format!("{HEADER}\n{}", rows.concat());
        gzip.write_all(text.as_bytes())
            .and_then(|()| gzip.try_finish())
            .map_err(|source| CountyError::file(&path, source))?;
        count.files += 1;
        count.rows += rows.len() as u64;
        done(at as u64 + 1, whole.len() as u64);
    }
    Ok(count)
}

#[expect(clippy::cast_precision_loss, reason = "small")]
fn area_month(
    county: &County,
    plants: &Plants,
    area: usize,
    month: Month,
    at: usize,
    dice: &mut Dice,
    rows: &mut Vec<String>,
) {
    let Some(land) = county.area(area) else { return };
    let season = 1.0 + 0.12 * (f64::from(month.month) - 1.5).mul_add(std::f64::consts::TAU / 12.0, -1.6).sin();
    let hotspot = plants.hotspot.area == area;
    for _ in 0..dice.poisson(land.residents as f64 * RATE * land.hardship() / 1.3 * season) {
        let kind = dice.weighted(TYPES);
        // The hotspot's violence is exactly what was planted, so that its growth can be read off.
        if !(hotspot && kind == VIOLENCE) {
            let placed = !dice.chance(0.027);
            rows.push(row(county, area, month, kind, placed, dice));
        }
    }
    if hotspot {
        for _ in 0..dice.poisson(plants.hotspot.expected(at)) {
            rows.push(row(county, area, month, VIOLENCE, true, dice));
        }
    }
}

fn row(county: &County, area: usize, month: Month, kind: &str, placed: bool, dice: &mut Dice) -> String {
    let behaviour = kind == BEHAVIOUR;
    let id = if behaviour {
        String::new()
    } else {
        format!("{:016x}{:016x}{:016x}{:016x}", dice.bits(), dice.bits(), dice.bits(), dice.bits())
    };
    let outcome = match () {
        () if behaviour => "",
        () if dice.chance(0.12) => "Under investigation",
        () => dice.weighted(OUTCOMES),
    };
    // A published place stands for several streets: twelve in an area, the first ones busier.
    let point = dice.below(12).min(dice.below(12));
    let (place, code, name) = match county.area(area).filter(|_| placed) {
        Some(land) => {
            let [longitude, latitude] = snap_point(county, area, point * 3);
            let road = street(county, area, point * 3);
            (format!("{longitude:.6},{latitude:.6},On or near {road}"), land.code.as_str(), land.name.as_str())
        }
        None => (",,No Location".to_owned(), "", ""),
    };
    format!("{id},{month},{FORCE},{FORCE},{place},{code},{name},{kind},{outcome},\n")
}
