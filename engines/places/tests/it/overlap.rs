//! The county's injuries by violence, and who hears of them: the estimate from the lists against the truth behind them.

use demo::geography::County;
use demo::harm::injuries;
use places::overlap::Estimate;
use places::overlap::chapman::TwoLists;
use places::overlap::log_linear::{Criterion, Histories, Model, average, every_model, fit};

/// Two years of a county of 200,000 residents: what happened to its land alone, without its people and their records, which
/// draw from streams of their own.
fn lists(seed: u64) -> (f64, Vec<u32>) {
    let county = County::lay_out(200_000, seed);
    let all: Vec<u32> = injuries(&county, 24).map(|injury| injury.history()).collect();
    (all.len() as f64, all.into_iter().filter(|history| *history > 0).collect())
}

fn holds(estimate: &Estimate, truth: f64) -> u32 {
    u32::from(estimate.interval.lower <= truth && truth <= estimate.interval.upper)
}

/// A true interval of 95 % fails this once in 230 times.
#[test]
fn the_truth_lies_in_the_interval_in_at_least_89_of_100_seeds() {
    let (mut two, mut three, mut chosen, mut averaged, mut blind) = (0, 0, 0, 0, 0);
    for seed in 1..=100 {
        let (truth, known) = lists(seed);
        // Police against health, either of whose services will do: those two lists do not depend on each other.
        let count = |which: fn(u32) -> bool| known.iter().filter(|history| which(**history)).count() as u64;
        let police_and_health = TwoLists {
            first: count(|on| on & 1 > 0),
            second: count(|on| on & 6 > 0),
            both: count(|on| on & 1 > 0 && on & 6 > 0),
        };
        two += holds(&police_and_health.estimate().unwrap(), truth);
        let histories = Histories::of(3, known.iter().map(|history| (*history, 1))).unwrap();
        three += holds(&fit(&histories, &Model::of([(1, 2)])).unwrap().estimate, truth);
        chosen += holds(&every_model(&histories, Criterion::Bic).unwrap()[0].estimate, truth);
        averaged += holds(&average(&histories, Criterion::Bic).unwrap().estimate, truth);
        // Hospital and ambulance as if they were independent: too few, and nearly always so.
        blind += holds(&histories.two(1, 2).estimate().unwrap(), truth);
    }
    println!("two lists {two}, three {three}, chosen {chosen}, averaged {averaged}, blind to dependence {blind}");
    assert!(two >= 89 && three >= 89, "two lists {two}, three {three}");
    assert!(chosen >= 85 && averaged >= 89, "chosen {chosen}, averaged {averaged}");
    assert!(blind <= 10, "{blind}");
}

#[test]
fn what_police_never_hear_of_is_a_number_with_an_interval() {
    let county = County::lay_out(200_000, 7);
    let histories: Vec<u32> = injuries(&county, 24).map(|injury| injury.history()).collect();
    let unknown = histories.iter().filter(|history| **history & 1 == 0).count() as f64;
    let known =
        Histories::of(3, histories.into_iter().filter(|history| *history > 0).map(|history| (history, 1))).unwrap();
    let missed = average(&known, Criterion::Bic).unwrap().estimate.missed(known.on(1));
    assert!(missed.interval.lower < unknown && unknown < missed.interval.upper, "{missed:?} {unknown}");
    assert!((missed.share - (1.0 - demo::harm::POLICE)).abs() < 0.05, "{missed:?}");
}
