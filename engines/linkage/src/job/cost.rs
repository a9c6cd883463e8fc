//! What a run will cost, said before it begins.

use std::time::{Duration, Instant};

use crate::{Error, Linker, Plan, chart::count};

/// How long to try out how fast pairs are compared here.
const TRIAL: Duration = Duration::from_millis(40);
/// A block of more than this share of the records is no block.
const WIDE: f64 = 0.2;

/// The plan in lines: each rule with its pairs and largest block, the sum, and about how long it takes.
pub(super) fn told(linker: &Linker, plan: &Plan, budget: u64) -> Vec<String> {
    let mut lines = vec!["Pairs that the blocking rules find:".to_owned()];
    for rule in &plan.rules {
        let largest = match rule.largest.first() {
            Some(block) => format!("largest block {} records", count(block.records)),
            None => "no two records agree".to_owned(),
        };
        lines.push(format!("  {:>15}  {} ({largest})", count(rule.pairs), rule.name));
    }
    let seconds = plan.pairs_at_most as f64 / pace(linker);
    lines.push(format!(
        "  {:>15}  at most, about {} on this machine; the budget is {}",
        count(plan.pairs_at_most),
        spell(seconds),
        count(budget)
    ));
    lines
}

/// Pairs a second over all cores, tried out on pairs of neighbours.
fn pace(linker: &Linker) -> f64 {
    let records = linker.records() as u32;
    if records < 2 {
        return 1e6;
    }
    let start = Instant::now();
    let mut compared = 0_u32;
    while compared < 200_000 && start.elapsed() < TRIAL {
        for _ in 0..64 {
            let left = compared % (records - 1);
            std::hint::black_box(linker.compare(left, left + 1));
            compared += 1;
        }
    }
    let seconds = start.elapsed().as_secs_f64().max(1e-6);
    f64::from(compared) / seconds * rayon::current_num_threads() as f64
}

fn spell(seconds: f64) -> String {
    if seconds < 1.5 {
        "a second or less".to_owned()
    } else if seconds < 90.0 {
        format!("{seconds:.0} seconds")
    } else if seconds < 5400.0 {
        format!("{:.0} minutes", seconds / 60.0)
    } else {
        format!("{:.1} hours", seconds / 3600.0)
    }
}

/// Rules that find nothing, or nearly everything.
pub(super) fn warnings(plan: &Plan, records: usize) -> Vec<String> {
    let mut warnings = Vec::new();
    for rule in plan.rules.iter().filter(|_| records > 1) {
        match rule.largest.first() {
            None => warnings.push(format!("blocking rule `{}` finds no pair", rule.name)),
            Some(block) if records >= 100 && block.records as f64 > WIDE * records as f64 => warnings.push(format!(
                "blocking rule `{}` puts {} of {} records into one block: is that value a placeholder? List it as missing, or narrow the rule",
                rule.name,
                count(block.records),
                count(records as u64)
            )),
            Some(_) => {}
        }
    }
    warnings
}

/// Refuses a run beyond the budget before anything is compared.
pub(super) fn keep(plan: &Plan, budget: u64) -> Result<(), Error> {
    match plan.rules.iter().max_by_key(|rule| rule.pairs) {
        Some(rule) if plan.pairs_at_most > budget => Err(Error::OverBudget {
            pairs: plan.pairs_at_most,
            budget,
            rule: rule.name.clone(),
            rule_pairs: rule.pairs,
            largest: rule.largest.first().map_or(0, |block| block.records),
        }),
        _ => Ok(()),
    }
}
