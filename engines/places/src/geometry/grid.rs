//! British National Grid (eastings and northings, EPSG:27700) to and from WGS 84.
//!
//! Ordnance Survey, "A guide to coordinate systems in Great Britain" (2020), annexes B and C: transverse Mercator on the
//! ellipsoid GRS 80, then the shifts of OSTN15, the definitive transformation. Of OSTN15's nodes every tenth is carried (one
//! in 10 km each way, in `ostn15-10km.bin`), which is out from the whole of it by 1 cm in the mean, 9 cm for 99 of 100 places
//! and 40 cm at most, where points are rounded to a metre. WGS 84 is taken for ETRS89, from which it has moved some 80 cm
//! since 1989, as all maps take it. Each point costs the same.
//!
//! OSTN15: Copyright (c) 2015, Ordnance Survey and the Ministry of Defence (MOD). All rights reserved. Redistribution in source
//! and binary forms, with or without modification, is permitted under the two conditions of the BSD licence, whose text is
//! beside the data in `ostn15-licence.txt`.

use super::{Bounds, GeometryError, Plane, Point};

/// Shifts east and north at each node, in millimetres from [`MIDDLE`], little-endian, rows from the south. Out of Ordnance
/// Survey's `OSTN15_OSGM15_DataFile.txt`, as the crate `ostn15_phf` 1.3.0 carries it, which itself would take two minutes to build
/// and 30 MB of the program.
static NODES: &[u8] = include_bytes!("ostn15-10km.bin");
/// Metres between nodes.
const SPACING: f64 = 10_000.0;
/// Nodes in a row, and rows.
const ACROSS: u32 = 71;
const UP: u32 = 126;
/// What shifts are counted from, in metres.
const MIDDLE: (f64, f64) = (96.6, -64.0);

/// GRS 80's semi-axes in metres.
const A: f64 = 6_378_137.0;
const B: f64 = 6_356_752.314_1;
/// The projection: scale at the central meridian, true and false origin.
const F0: f64 = 0.999_601_271_7;
const ORIGIN_LATITUDE: f64 = 49.0;
const ORIGIN_LONGITUDE: f64 = -2.0;
const E0: f64 = 400_000.0;
const N0: f64 = -100_000.0;

/// A place on British National Grid, in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridPoint {
    /// Metres east of the grid's false origin, from 0 to 700,000.
    pub easting: f64,
    /// Metres north of it, from 0 to 1,250,000.
    pub northing: f64,
}

/// Whether two numbers that should be degrees can only be an easting and a northing.
#[must_use]
pub fn looks_like_grid(x: f64, y: f64) -> bool {
    (x.abs() > 180.0 || y.abs() > 90.0) && (0.0..=700_000.0).contains(&x) && (0.0..=1_250_000.0).contains(&y)
}

/// Eastings and northings of degrees; `None` where the grid doesn't reach.
#[must_use]
pub fn from_degrees(longitude: f64, latitude: f64) -> Option<GridPoint> {
    if !(-20.0..=20.0).contains(&longitude) || !(40.0..=70.0).contains(&latitude) {
        return None;
    }
    let flat = project(longitude, latitude);
    let (east, north) = shift(flat)?;
    Some(GridPoint { easting: flat.easting + east, northing: flat.northing + north })
}

/// Longitude and latitude in degrees; `None` where the grid doesn't reach.
#[must_use]
pub fn to_degrees(point: GridPoint) -> Option<(f64, f64)> {
    // The shift is that of the place before it was shifted, which it hardly changes: three rounds end within 0.1 mm.
    let mut flat = point;
    for _ in 0..3 {
        let (east, north) = shift(clamped(flat))?;
        flat = GridPoint { easting: point.easting - east, northing: point.northing - north };
    }
    shift(clamped(point)).filter(|_| on_grid(point)).map(|_| unproject(flat))
}

/// The point on the ground at an easting and a northing.
///
/// # Errors
/// When they lie off the grid.
pub fn point(easting: f64, northing: f64) -> Result<Point, GeometryError> {
    let (longitude, latitude) = to_degrees(GridPoint { easting, northing }).ok_or(GeometryError::OffTheGrid)?;
    Point::new(longitude, latitude)
}

/// Points on a plane, in metres.
#[derive(Debug, Clone, PartialEq)]
pub struct OnPlane {
    /// Of each point, metres east.
    pub x: Vec<f64>,
    /// Metres north.
    pub y: Vec<f64>,
    /// Whether they are eastings and northings; otherwise they are counted from the middle of the points.
    pub is_grid: bool,
}

/// Points on a plane to measure distances on: British National Grid where all lie on it, else a plane that touches the ground
/// in their middle, where distances are out by less than a thousandth across a county.
#[must_use]
pub fn on_plane(points: &[Point]) -> OnPlane {
    let on_grid: Option<Vec<GridPoint>> =
        points.iter().map(|point| from_degrees(point.longitude(), point.latitude())).collect();
    if let Some(found) = on_grid {
        let (x, y) = found.into_iter().map(|point| (point.easting, point.northing)).unzip();
        return OnPlane { x, y, is_grid: true };
    }
    let around = points.iter().map(|point| Bounds::of_side(*point, *point)).reduce(Bounds::with);
    let (x, y) = match around.map(|bounds| Plane::at(bounds.middle())) {
        Some(plane) => points.iter().map(|point| plane.xy(*point)).unzip(),
        None => (Vec::new(), Vec::new()),
    };
    OnPlane { x, y, is_grid: false }
}

fn on_grid(point: GridPoint) -> bool {
    (0.0..=700_000.0).contains(&point.easting) && (0.0..=1_250_000.0).contains(&point.northing)
}

fn clamped(point: GridPoint) -> GridPoint {
    GridPoint { easting: point.easting.clamp(0.0, 700_000.0), northing: point.northing.clamp(0.0, 1_250_000.0) }
}

/// OSTN15's shift in metres at a place not yet shifted, between the four nodes about it.
fn shift(at: GridPoint) -> Option<(f64, f64)> {
    if !on_grid(at) {
        return None;
    }
    let (column, right) = part(at.easting / SPACING, ACROSS);
    let (row, up) = part(at.northing / SPACING, UP);
    let mut sum = MIDDLE;
    for (column, wide) in [(column, 1.0 - right), (column + 1, right)] {
        for (row, high) in [(row, 1.0 - up), (row + 1, up)] {
            let (east, north) = node(column, row)?;
            sum = (sum.0 + wide * high * east, sum.1 + wide * high * north);
        }
    }
    Some(sum)
}

/// The node before a place, never the last, and how far it is from there to the next.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 125")]
fn part(place: f64, nodes: u32) -> (u32, f64) {
    let before = (place.floor() as u32).min(nodes - 2);
    (before, place - f64::from(before))
}

fn node(column: u32, row: u32) -> Option<(f64, f64)> {
    let at = usize::try_from(4 * (row * ACROSS + column)).ok()?;
    let [a, b, c, d] = *NODES.get(at..)?.first_chunk::<4>()?;
    Some((f64::from(i16::from_le_bytes([a, b])) / 1000.0, f64::from(i16::from_le_bytes([c, d])) / 1000.0))
}

/// Along the meridian from the true origin to a latitude in radians, times the scale.
fn meridian(latitude: f64) -> f64 {
    let n = (A - B) / (A + B);
    let (n2, n3) = (n * n, n * n * n);
    let origin = ORIGIN_LATITUDE.to_radians();
    let (apart, sum) = (latitude - origin, latitude + origin);
    B * F0
        * ((1.0 + n + 1.25 * n2 + 1.25 * n3) * apart - (3.0 * n + 3.0 * n2 + 2.625 * n3) * apart.sin() * sum.cos()
            + (1.875 * n2 + 1.875 * n3) * (2.0 * apart).sin() * (2.0 * sum).cos()
            - 35.0 / 24.0 * n3 * (3.0 * apart).sin() * (3.0 * sum).cos())
}

/// Radii of curvature along the parallel and the meridian, times the scale, and η².
fn radii(latitude: f64) -> (f64, f64, f64) {
    let e2 = (A * A - B * B) / (A * A);
    let inside = 1.0 - e2 * latitude.sin().powi(2);
    let parallel = A * F0 / inside.sqrt();
    let along = A * F0 * (1.0 - e2) / inside.powf(1.5);
    (parallel, along, parallel / along - 1.0)
}

/// Annex C.1: onto the plane, without the shift.
fn project(longitude: f64, latitude: f64) -> GridPoint {
    let (latitude, away) = (latitude.to_radians(), (longitude - ORIGIN_LONGITUDE).to_radians());
    let (nu, rho, eta2) = radii(latitude);
    let (sin, cos) = latitude.sin_cos();
    let tan2 = (sin / cos).powi(2);
    let tan4 = tan2 * tan2;
    let i = meridian(latitude) + N0;
    let ii = nu / 2.0 * sin * cos;
    let iii = nu / 24.0 * sin * cos.powi(3) * (5.0 - tan2 + 9.0 * eta2);
    let iiia = nu / 720.0 * sin * cos.powi(5) * (61.0 - 58.0 * tan2 + tan4);
    let iv = nu * cos;
    let v = nu / 6.0 * cos.powi(3) * (nu / rho - tan2);
    let vi = nu / 120.0 * cos.powi(5) * (5.0 - 18.0 * tan2 + tan4 + 14.0 * eta2 - 58.0 * tan2 * eta2);
    GridPoint {
        easting: E0 + iv * away + v * away.powi(3) + vi * away.powi(5),
        northing: i + ii * away.powi(2) + iii * away.powi(4) + iiia * away.powi(6),
    }
}

/// Annex C.2: back from the plane, in degrees.
fn unproject(point: GridPoint) -> (f64, f64) {
    let mut latitude = ORIGIN_LATITUDE.to_radians();
    // Each round takes the error down by more than a hundred times.
    for _ in 0..8 {
        latitude += (point.northing - N0 - meridian(latitude)) / (A * F0);
    }
    let (nu, rho, eta2) = radii(latitude);
    let tan = latitude.tan();
    let (tan2, sec) = (tan * tan, 1.0 / latitude.cos());
    let (tan4, tan6) = (tan2 * tan2, tan2 * tan2 * tan2);
    let vii = tan / (2.0 * rho * nu);
    let viii = tan / (24.0 * rho * nu.powi(3)) * (5.0 + 3.0 * tan2 + eta2 - 9.0 * tan2 * eta2);
    let ix = tan / (720.0 * rho * nu.powi(5)) * (61.0 + 90.0 * tan2 + 45.0 * tan4);
    let x = sec / nu;
    let xi = sec / (6.0 * nu.powi(3)) * (nu / rho + 2.0 * tan2);
    let xii = sec / (120.0 * nu.powi(5)) * (5.0 + 28.0 * tan2 + 24.0 * tan4);
    let xiia = sec / (5040.0 * nu.powi(7)) * (61.0 + 662.0 * tan2 + 1320.0 * tan4 + 720.0 * tan6);
    let east = point.easting - E0;
    let longitude =
        ORIGIN_LONGITUDE.to_radians() + x * east - xi * east.powi(3) + xii * east.powi(5) - xiia * east.powi(7);
    let latitude = latitude - vii * east.powi(2) + viii * east.powi(4) - ix * east.powi(6);
    (longitude.to_degrees(), latitude.to_degrees())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{GridPoint, from_degrees, looks_like_grid, on_plane, point, to_degrees};
    use crate::geometry::{GeometryError, Point};

    /// Ordnance Survey's test points for OSTN15 (`OSTN15_OSGM15_TestInput_ETRStoOSGB.txt` and its output): latitude,
    /// longitude, easting, northing.
    const PUBLISHED: [(f64, f64, f64, f64); 40] = [
        (49.922_263_94, -6.299_777_52, 91_492.146, 11_318.804),
        (49.960_061_38, -5.203_046_10, 170_370.718, 11_572.405),
        (50.438_858_26, -4.108_645_64, 250_359.811, 62_016.569),
        (50.575_636_65, -1.297_822_77, 449_816.371, 75_335.861),
        (50.931_279_38, -1.450_514_34, 438_710.920, 114_792.250),
        (51.400_782_20, -3.551_283_49, 292_184.870, 168_003.465),
        (51.374_470_26, 1.444_547_30, 639_821.835, 169_565.858),
        (51.427_547_43, -2.544_076_18, 362_269.991, 169_978.690),
        (51.489_365_65, -0.119_925_57, 530_624.974, 178_388.464),
        (51.858_908_96, -4.308_524_77, 241_124.584, 220_332.641),
        (51.894_366_37, 0.897_243_27, 599_445.590, 225_722.826),
        (52.255_293_82, -2.154_586_14, 389_544.190, 261_912.153),
        (52.251_609_51, -0.912_489_57, 474_335.969, 262_047.755),
        (52.751_366_87, 0.401_535_47, 562_180.547, 319_784.995),
        (52.962_191_09, -1.197_476_56, 454_002.834, 340_834.943),
        (53.344_802_80, -2.640_493_21, 357_455.843, 383_290.436),
        (53.416_285_16, -4.289_180_70, 247_958.971, 393_492.909),
        (53.416_309_25, -4.289_177_93, 247_959.241, 393_495.583),
        (53.779_110_26, -3.040_454_91, 331_534.564, 431_920.794),
        (53.800_215_20, -1.663_791_68, 422_242.186, 433_818.701),
        (54.086_663_18, -4.634_521_68, 227_778.330, 468_847.388),
        (54.116_851_44, -0.077_731_33, 525_745.670, 470_703.214),
        (54.329_195_41, -4.388_491_18, 244_780.636, 495_254.887),
        (54.895_423_40, -2.938_277_41, 339_921.145, 556_034.761),
        (54.979_122_74, -1.616_576_85, 424_639.355, 565_012.703),
        (55.853_999_53, -4.296_490_16, 256_340.925, 664_697.269),
        (55.924_782_66, -3.294_792_19, 319_188.434, 670_947.534),
        (57.006_066_96, -5.828_366_92, 167_634.202, 797_067.144),
        (57.139_025_19, -2.048_560_31, 397_160.491, 805_349.736),
        (57.486_250_01, -4.219_263_99, 267_056.768, 846_176.972),
        (57.813_518_38, -8.578_544_56, 9_587.909, 899_448.996),
        (58.212_622_47, -7.592_555_61, 71_713.132, 938_516.404),
        (58.515_603_61, -6.260_914_56, 151_968.652, 966_483.780),
        (58.581_204_61, -3.726_310_22, 299_721.891, 967_202.992),
        (59.037_438_71, -3.214_540_01, 330_398.323, 1_017_347.016),
        (59.093_350_35, -4.417_576_75, 261_596.778, 1_025_447.602),
        (59.096_716_17, -5.827_993_40, 180_862.461, 1_029_604.114),
        (59.534_707_94, -1.625_169_66, 421_300.525, 1_072_147.239),
        (59.854_099_14, -1.274_869_10, 440_725.073, 1_107_878.448),
        (60.133_080_92, -2.073_828_23, 395_999.668, 1_138_728.951),
    ];

    #[test]
    fn the_published_points_are_met_within_forty_centimetres() {
        let mut sum = 0.0;
        for (latitude, longitude, easting, northing) in PUBLISHED {
            let found = from_degrees(longitude, latitude).unwrap();
            let away = (found.easting - easting).hypot(found.northing - northing);
            assert!(away < 0.4, "{easting}, {northing}: {away} m");
            sum += away;
            let (back_longitude, back_latitude) = to_degrees(GridPoint { easting, northing }).unwrap();
            let away = ((back_longitude - longitude) * latitude.to_radians().cos()).hypot(back_latitude - latitude);
            assert!(away < 0.4 / 111_000.0, "{easting}, {northing}: {away} degrees back");
        }
        assert!(sum / 40.0 < 0.05, "in the mean {} m", sum / 40.0);
    }

    #[test]
    fn off_the_grid_is_said() {
        assert_eq!(from_degrees(5.0, 40.0), None);
        assert_eq!(from_degrees(f64::NAN, 52.0), None);
        assert_eq!(to_degrees(GridPoint { easting: -5.0, northing: 100.0 }), None);
        assert_eq!(to_degrees(GridPoint { easting: f64::INFINITY, northing: f64::NAN }), None);
        assert_eq!(point(800_000.0, 100.0), Err(GeometryError::OffTheGrid));
        assert!(looks_like_grid(532_129.0, 181_625.0) && !looks_like_grid(0.5, 51.5) && !looks_like_grid(-2e7, 7e6));
    }

    #[test]
    fn points_anywhere_are_put_on_a_plane() {
        let points = |shift: f64| [(0.0, 52.0), (0.01, 52.0)].map(|(x, y)| Point::new(x + shift, y).unwrap());
        let expected = 0.01 * 111_195.0 * 52_f64.to_radians().cos();
        for (shift, is_grid) in [(0.0, true), (90.0, false)] {
            let plane = on_plane(&points(shift));
            let apart = (plane.x[1] - plane.x[0]).hypot(plane.y[1] - plane.y[0]);
            assert!(plane.is_grid == is_grid && (apart / expected - 1.0).abs() < 0.004, "{plane:?}");
        }
        assert!(on_plane(&[]).x.is_empty());
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place(easting in 1_000.0_f64..699_000.0, northing in 1_000.0_f64..1_249_000.0) {
            if let Some((longitude, latitude)) = to_degrees(GridPoint { easting, northing }) {
                let back = from_degrees(longitude, latitude).unwrap();
                let away = (back.easting - easting).hypot(back.northing - northing);
                // The series of annex C are out by that much at the edges, far out at sea.
                prop_assert!(away < 0.05, "{} m", away);
            }
        }

        #[test]
        fn any_numbers_are_answered(x in any::<f64>(), y in any::<f64>()) {
            if let Some(found) = from_degrees(x, y) {
                prop_assert!(found.easting.is_finite() && found.northing.is_finite());
            }
            if let Some((longitude, latitude)) = to_degrees(GridPoint { easting: x, northing: y }) {
                prop_assert!(longitude.is_finite() && latitude.is_finite());
            }
            let _ = point(x, y);
        }
    }
}
