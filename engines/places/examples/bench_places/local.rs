//! Local Moran and Gi* by conditional permutation, from loaded columns: `local VALUES.csv LINKS.csv [PERMUTATIONS] [shared|own]`.
//! VALUES has one number a line, one line for each area; LINKS a pair `area,area` a line, counted from 0, in either direction.
//! Threads: as many as there are, or `RAYON_NUM_THREADS`; the clock runs while they start.

use std::time::Instant;

use places::cluster::{self, Draws, Own, Plan};
use places::neighbours::Weights;

/// Runs it; says on standard error what is wrong.
pub fn run(args: &[String]) {
    match measure(args) {
        Ok(line) => println!("{line}"),
        Err(error) => eprintln!("bench local: {error}"),
    }
}

fn measure(args: &[String]) -> Result<String, Box<dyn std::error::Error>> {
    let (Some(values), Some(links)) = (args.first(), args.get(1)) else {
        return Err("give VALUES.csv and LINKS.csv".into());
    };
    let permutations: u32 = args.get(2).map_or(Ok(999), |given| given.parse())?;
    let own = args.get(3).is_some_and(|draws| draws == "own");
    let plan = Plan { permutations, seed: 1, draws: if own { Draws::Own } else { Draws::Shared } };
    let values: Vec<f64> =
        std::fs::read_to_string(values)?.lines().map(|line| line.trim().parse()).collect::<Result<_, _>>()?;
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for line in std::fs::read_to_string(links)?.lines() {
        let (one, other) = line.split_once(',').ok_or("a line of LINKS has no comma")?;
        pairs.push((one.trim().parse()?, other.trim().parse()?));
    }
    let weights = Weights::binary(values.len(), pairs)?.row_standardised();
    let quiet = |_: u64, _: u64| {};
    let started = Instant::now();
    let local = cluster::local_moran_permuted(&values, &weights, &plan, &quiet)?;
    let moran_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let spots = cluster::getis_ord_permuted(&values, &weights, Own::Counted, &plan, &quiet)?;
    let spots_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let moran = cluster::moran_permuted(&values, &weights, &plan, &quiet)?;
    let all_seconds = started.elapsed().as_secs_f64();
    let low = |tails: Option<cluster::Tails>| tails.is_some_and(|tails| tails.folded() <= 0.05);
    Ok(format!(
        "{{\"what\":\"local\",\"areas\":{},\"links\":{},\"permutations\":{permutations},\"draws\":\"{:?}\",\
         \"local_moran_seconds\":{moran_seconds:.6},\"getis_ord_star_seconds\":{spots_seconds:.6},\
         \"moran_seconds\":{all_seconds:.6},\"moran\":{:.6},\"local_moran_folded_below_0.05\":{},\"hot_below_0.05\":{}}}",
        values.len(),
        weights.links(),
        plan.draws,
        moran.i,
        local.iter().flatten().filter(|of| low(of.permutation)).count(),
        spots.iter().flatten().filter(|of| of.z > 0.0 && low(of.permutation)).count(),
    ))
}
