//! A whole study: `bench_places study AREAS POPULATION DEPRIVATION SPEC OUT EVENTS…`.

use std::{path::PathBuf, time::Instant};

use places::study::{Progress, Request, run as study};

/// Does it, and prints one line of JSON with the seconds from files to files; steps go to standard error.
///
/// # Errors
/// As the study.
pub fn run(args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [areas, population, deprivation, spec, out, events @ ..] = args else {
        return Err("study AREAS POPULATION DEPRIVATION SPEC OUT EVENTS…".into());
    };
    let request = Request {
        events: events.iter().map(PathBuf::from).collect(),
        areas: areas.into(),
        population: population.into(),
        deprivation: Some(deprivation.into()),
        harm: None,
        spec: Some(spec.into()),
        out: out.into(),
    };
    let started = Instant::now();
    let tell = |progress: Progress| match progress {
        Progress::Begin(what) => eprint!("{:.2} {what}: ", started.elapsed().as_secs_f64()),
        Progress::End(came) => eprintln!("{came}"),
        Progress::At(..) => {}
    };
    let done = study(&request, &tell)?;
    println!(
        "{{\"what\": \"study\", \"rows\": {}, \"areas\": {}, \"files\": {}, \"seconds\": {:.2}}}",
        done.rows.read,
        done.areas,
        done.written.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
