//! Scans: `bench_places scan AREAS.csv [PERIODS [SHARE [REPLICATES [LONGEST]]]]`, the file with a line for each area: metres
//! east, metres north, residents, and the cases of each period. One period: in space alone.

use std::time::Instant;

use places::watch::scan::{Baseline, Observed, Settings, Time, scan};

/// Reads, scans, and prints one line of JSON: the seconds of the scan, reading apart.
///
/// # Errors
/// When the file can't be read or scanned.
pub fn run(args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let number = |at: usize| args.get(at).map(|text| text.parse::<f64>()).transpose();
    let periods = number(1)?.unwrap_or(1.0) as usize;
    let started = Instant::now();
    let text = std::fs::read_to_string(args.first().ok_or("which file?")?)?;
    let (mut x, mut y, mut population, mut cases) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        let mut cells = line.split(',');
        let mut cell = || cells.next().ok_or("a line is too short");
        x.push(cell()?.parse::<f64>()?);
        y.push(cell()?.parse::<f64>()?);
        population.push(cell()?.parse::<u64>()?);
        for _ in 0..periods {
            cases.push(cell()?.parse::<u64>()?);
        }
    }
    let read = started.elapsed().as_secs_f64();
    let settings = Settings {
        time: match (periods, number(4)?) {
            (1, _) => Time::Whole,
            (_, Some(longest)) => Time::Retrospective { longest: longest as usize },
            _ => Time::retrospective(periods),
        },
        share: number(2)?.unwrap_or(0.5),
        replicates: number(3)?.unwrap_or(999.0) as u32,
        ..Settings::default()
    };
    let observed = Observed { x: &x, y: &y, cases: &cases, periods, baseline: Baseline::Population(&population) };
    let started = Instant::now();
    let found = scan(&observed, &settings, &|_, _| {})?;
    let seconds = started.elapsed().as_secs_f64();
    let top = found.clusters.first().map_or(0.0, |cluster| cluster.llr);
    println!(
        "{{\"what\": \"scan\", \"areas\": {}, \"cases\": {}, \"windows\": {}, \"replicates\": {}, \"top\": {top:.3}, \
         \"read\": {read:.3}, \"seconds\": {seconds:.3}}}",
        x.len(),
        found.cases,
        found.windows,
        found.replicates
    );
    Ok(())
}
