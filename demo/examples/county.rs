//! Makes a county: `cargo run --release -p demo --example county -- PEOPLE SEED OUT [RECORDS]`. For measuring; the program is
//! `alongside county`.
#![allow(clippy::print_stdout, reason = "a program's output")]

use std::path::PathBuf;

use base::Timestamp;
use demo::county::{Plan, generate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut given = std::env::args().skip(1);
    let mut next = || given.next().ok_or("PEOPLE SEED OUT [RECORDS]");
    let (people, seed, out) = (next()?.parse()?, next()?.parse()?, PathBuf::from(next()?));
    let until: Timestamp = "2026-11-22T01:00:00Z".parse()?;
    let records = given.next().map(|count| count.parse()).transpose()?;
    let plan = Plan { records, ..Plan::new(people, seed, out, until) };
    let summary = generate(&plan, &mut |_| {})?;
    println!("{summary:#?}");
    Ok(())
}
