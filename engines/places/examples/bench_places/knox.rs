//! Knox: 4 bands of 100 m by 4 bands of 7 days, 999 permutations, pairs included.

use std::time::Instant;

use places::points::Points;
use places::spread::knox::{Bands, Ends, Metric, knox};

use crate::points::read;

/// `knox FILE`.
pub fn run(args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let file = read(args.first().ok_or("knox FILE")?)?;
    let bands = Bands::of(&[100.0, 200.0, 300.0, 400.0], &[7, 14, 21, 28], Ends::Without, Metric::Euclidean)?;
    let start = Instant::now();
    let found = knox(Points::of(&file.x, &file.y)?, &file.days, &bands, 999, 1, &|_, _| {})?;
    let seconds = start.elapsed().as_secs_f64();
    let observed: Vec<u64> = found.cells.iter().map(|cell| cell.observed).collect();
    let pairs: u64 = found.by_distance.iter().sum();
    println!(
        "{}",
        serde_json::json!({"what": "knox", "points": file.x.len(), "pairs": pairs, "seconds": seconds, "observed": observed})
    );
    Ok(())
}
