//! Our side of `make bench-places`: `bench_places WHAT ARGUMENTS` prints lines of JSON with the seconds it took.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark may stop where its files are wrong"
)]

mod contiguity;
mod density;
mod grows;
mod knox;
mod local;
mod locate;
mod points;
mod scan;
mod study;
mod suppression;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (what, rest) = args
        .split_first()
        .ok_or("say what: contiguity, density, grows, knox, local, locate, scan, study or suppression")?;
    match what.as_str() {
        "contiguity" => contiguity::run(rest),
        "density" => density::run(rest)?,
        "grows" => grows::run(rest)?,
        "knox" => knox::run(rest)?,
        "local" => local::run(rest)?,
        "locate" => locate::run(rest),
        "scan" => scan::run(rest)?,
        "study" => study::run(rest)?,
        "suppression" => suppression::run(rest)?,
        other => return Err(format!("there is no benchmark called {other}").into()),
    }
    Ok(())
}
