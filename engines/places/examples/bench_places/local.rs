//! Local Moran and Gi* by conditional permutation: `local AREAS.geojson VALUES.csv [PERMUTATIONS] [shared|own]`, with a line of code, east,
//! north, residents, cases, rate for each area. From loaded columns and neighbours, in a fresh process.

use std::time::Instant;

use places::cluster::{Draws, Own, Plan, getis_ord_permuted, local_moran_permuted};
use places::neighbours::{Contiguity, Weights, contiguity};

/// Areas with their neighbours, row-standardised, and a rate each.
pub fn read(areas: &str, values: &str) -> Result<(Weights, Vec<f64>), Box<dyn std::error::Error>> {
    let (areas, _) = super::contiguity::read(areas, None);
    let weights = contiguity(&areas.shapes, Contiguity::Queen)?.row_standardised();
    let rate = |line: &str| line.rsplit(',').next().unwrap_or_default().parse::<f64>();
    let rates = std::fs::read_to_string(values)?.lines().skip(1).map(rate).collect::<Result<_, _>>()?;
    Ok((weights, rates))
}

/// Runs both.
pub fn run(args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [areas, values, rest @ ..] = args else {
        return Err("local AREAS.geojson VALUES.csv [PERMUTATIONS] [shared|own]".into());
    };
    let permutations = rest.first().map_or(Ok(999), |given| given.parse())?;
    let draws = if rest.get(1).is_some_and(|draws| draws == "own") { Draws::Own } else { Draws::Shared };
    let plan = Plan { permutations, seed: 1, draws };
    let (weights, rates) = read(areas, values)?;
    let quiet = |_: u64, _: u64| {};
    let started = Instant::now();
    let stars = getis_ord_permuted(&rates, &weights, Own::Counted, &plan, &quiet)?;
    say(
        "local g*",
        &plan,
        started,
        stars.iter().flatten().filter(|star| star.permutation.is_some_and(|tails| tails.folded() <= 0.05)).count(),
    );
    let started = Instant::now();
    let local = local_moran_permuted(&rates, &weights, &plan, &quiet)?;
    say(
        "local moran",
        &plan,
        started,
        local.iter().flatten().filter(|area| area.permutation.is_some_and(|tails| tails.folded() <= 0.05)).count(),
    );
    Ok(())
}

fn say(what: &str, plan: &Plan, started: Instant, low: usize) {
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{{\"what\": \"{what}\", \"permutations\": {}, \"draws\": \"{:?}\", \"folded_p_to_0.05\": {low}, \"seconds\": {seconds:.6}}}",
        plan.permutations, plan.draws
    );
}
