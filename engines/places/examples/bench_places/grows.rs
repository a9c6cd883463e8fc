//! How cost grows from a district to a nation: `grows AREAS.geojson VALUES.csv SHARE`, the share being of the areas in the order of their file.

use std::time::Instant;

use places::cluster::{Draws, Own, Plan, getis_ord_permuted};
use places::neighbours::{Contiguity, contiguity};

/// The most memory that this process had, in megabytes, as Linux counts it; reading all of England's boundaries is part of it. 0 elsewhere.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Contiguity and Gi* over a part of the areas, draws shared and own.
pub fn run(args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [areas, values, share] = args else { return Err("grows AREAS.geojson VALUES.csv SHARE".into()) };
    let share: f64 = share.parse()?;
    let (areas, _) = super::contiguity::read(areas, None);
    let rate = |line: &str| line.rsplit(',').next().unwrap_or_default().parse::<f64>();
    let rates: Vec<f64> = std::fs::read_to_string(values)?.lines().skip(1).map(rate).collect::<Result<_, _>>()?;
    let number = (share * areas.shapes.len() as f64).round() as usize;
    let (shapes, rates) = (&areas.shapes[..number], &rates[..number]);
    let started = Instant::now();
    let weights = contiguity(shapes, Contiguity::Queen)?;
    let touching = started.elapsed().as_secs_f64();
    let weights = weights.row_standardised();
    let timed = |draws: Draws| -> Result<f64, Box<dyn std::error::Error>> {
        let started = Instant::now();
        getis_ord_permuted(rates, &weights, Own::Counted, &Plan { permutations: 999, seed: 1, draws }, &|_, _| {})?;
        Ok(started.elapsed().as_secs_f64())
    };
    println!(
        "{{\"what\": \"grows\", \"areas\": {number}, \"contiguity_seconds\": {touching:.5}, \"shared_seconds\": {:.5}, \"own_seconds\": {:.4}, \"peak_mb\": {}}}",
        timed(Draws::Shared)?,
        timed(Draws::Own)?,
        peak()
    );
    Ok(())
}
