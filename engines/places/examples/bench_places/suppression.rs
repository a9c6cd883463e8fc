//! Suppression of tables of the sizes at which `pytauargus` was measured: 15 by 15 (0.17 s by its optimal method, whole process)
//! and 15 by 15 by 6 (0.85 s). Usage: `suppression [seed]`.

use std::time::Instant;

use places::random::Stream;
use places::suppression::{Dimension, Effort, Linked, Rule, State, Table, protect};

/// A table of counts of which about one in eight is small.
fn table(sides: &[usize], seed: u64) -> Result<Linked, Box<dyn std::error::Error>> {
    let mut chance = Stream::of(seed, sides.len() as u64);
    let counts: Vec<i64> = (0..sides.iter().product())
        .map(|_| if chance.below(8) == 0 { i64::from(1 + chance.below(4)) } else { i64::from(5 + chance.below(200)) })
        .collect();
    let dimensions = sides.iter().enumerate().map(|(at, codes)| {
        let codes: Vec<String> = (0..*codes).map(|code| format!("{at}.{code}")).collect();
        Dimension::flat(&format!("dimension {at}"), &codes)
    });
    Ok(Linked::of(&[Table::of_leaves("events", dimensions.collect::<Result<_, _>>()?, &counts)?])?)
}

/// Protects both tables and prints a line of JSON for each.
///
/// # Errors
/// When a table cannot be protected.
pub fn run(args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let seed = args.first().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    for sides in [&[15, 15][..], &[15, 15, 6]] {
        let start = Instant::now();
        let tables = table(sides, seed)?;
        let pattern = protect(&tables, &Rule::default(), Effort::Usual, &|_, _| ())?;
        let seconds = start.elapsed().as_secs_f64();
        let count = |wanted: State| pattern.states.iter().filter(|state| **state == wanted).count();
        println!(
            "{}",
            serde_json::json!({
                "what": format!("suppression {sides:?}"), "seconds": seconds, "small": count(State::Small),
                "shields": count(State::Shield), "cost": pattern.cost, "is_least": pattern.is_least,
                "is_safe": pattern.audit.is_safe(),
            })
        );
    }
    Ok(())
}
