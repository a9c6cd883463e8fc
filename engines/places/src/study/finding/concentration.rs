//! On how few areas does most of it fall, is that more than chance, and are they the same areas as before?

use crate::{
    concentration::{
        Chance, ConcentrationError, Holding, Spread, Stability, bootstrap, chance, generalised_gini, holding, lorenz,
        stability,
    },
    study::{
        output::{
            Finding, Section, chart,
            figures::{count, percent, real},
            table::{Cell, Table},
        },
        run::Tell,
        world::{self, World},
    },
};

const TITLE: &str = "Does most of it happen in few places?";

/// The shares of events that are asked for.
const SHARES: [f64; 3] = [0.25, 0.5, 0.8];

/// How often chance is played and areas are drawn anew.
const REPLICATES: u32 = 199;

/// What areas hold, what they would by chance, and how stable they are.
pub fn find(world: &World, tell: &Tell<'_>) -> Finding {
    match shares(world, tell) {
        Ok(shares) => said(world, &shares),
        Err(error) => Finding::without("concentration", TITLE, &error.to_string()),
    }
}

/// A share of events, the areas that hold it, and what chance would do.
struct Share {
    holding: Holding,
    spread: Spread,
    chance: Chance,
}

fn shares(world: &World, tell: &Tell<'_>) -> Result<Vec<Share>, ConcentrationError> {
    let amounts: Vec<f64> = world.counts.iter().map(|count| world::real(*count)).collect();
    let events = u32::try_from(world.total()).unwrap_or(u32::MAX);
    let seed = world.spec.seed;
    // By residents: that many people live in an area is reason enough for it to hold more.
    let exposure: Vec<f64> = world.residents.iter().map(|residents| world::real(*residents)).collect();
    let of = SHARES.len() as u64;
    let each = (0..).zip(SHARES).map(|(done, share)| {
        tell.at(done, of);
        Ok(Share {
            holding: holding(&amounts, share)?,
            spread: bootstrap(&amounts, share, REPLICATES, seed)?,
            chance: chance(events, &exposure, share, REPLICATES, seed)?,
        })
    });
    each.collect()
}

fn said(world: &World, shares: &[Share]) -> Finding {
    let table = table(shares);
    let half = shares.get(1);
    let first = half.map_or_else(String::new, |share| {
        format!(
            "Half of all events fell on {} of {} areas ({}; {} to {} for other areas like these). If chance put them down by where people live, it would be {} of the areas.",
            count(share.holding.places as u64),
            count(share.holding.of as u64),
            percent(share.holding.share_of_places()),
            percent(share.spread.share_of_places.lower),
            percent(share.spread.share_of_places.upper),
            percent(share.chance.share_of_places)
        )
    });
    let gini = generalised_gini(&world.counts)
        .map_or_else(|_| String::new(), |gini| format!(" Generalised Gini index {}.", real(gini, 3)));
    let section = Section {
        id: "concentration",
        title: TITLE.to_owned(),
        said: first,
        caveat: stable(world)
            .unwrap_or_else(|| "One period can't say whether the same areas hold it next time.".to_owned()),
        method: format!(
            "Areas from the fullest down; intervals by drawing areas anew, {REPLICATES} times; chance by throwing as many events on areas by residents, {REPLICATES} times, seed \
             {}.{gini} (Weisburd 2015; Bernasco and Steenbeek 2017.)",
            world.spec.seed
        ),
        picture: picture(world),
        table: Some(table.clone()),
    };
    Finding { section: Some(section), tables: vec![table], ..Finding::default() }
}

/// Whether the areas that hold half in the first half of the months hold half in the second.
fn stable(world: &World) -> Option<String> {
    let months = world.months.filter(|months| months.count > 1)?;
    let half = months.count / 2;
    let sum = |from: usize, to: usize| -> Vec<f64> {
        world.by_month.chunks_exact(months.count).map(|row| world::real(row.iter().take(to).skip(from).sum())).collect()
    };
    let found: Stability = stability(&sum(0, half), &sum(half, months.count), 0.5).ok()?;
    Some(format!(
        "Of {} areas that held half of it in the first {half} months and {} in the last {}, {} are the same: {}.",
        count(found.top_before as u64),
        count(found.top_after as u64),
        months.count - half,
        count(found.in_both as u64),
        if found.jaccard >= 0.5 { "more stay than change" } else { "more change than stay" }
    ))
}

fn picture(world: &World) -> Option<String> {
    let curve = |amounts: &[u64]| -> Option<Vec<(f64, f64)>> {
        let ascending = lorenz(&amounts.iter().map(|count| world::real(*count)).collect::<Vec<_>>()).ok()?;
        // From the fullest area down, in a hundred steps, which is as fine as the chart.
        let every = (ascending.len() / 100).max(1);
        let mut points: Vec<(f64, f64)> =
            ascending.iter().rev().step_by(every).map(|(places, held)| (1.0 - places, 1.0 - held)).collect();
        points.push((1.0, 1.0));
        Some(points)
    };
    let label = "Chart of the share of events that the fullest places hold; the broken line is by residents alone";
    Some(chart::shares(label, &curve(&world.counts)?, &curve(&world.residents)?))
}

fn table(shares: &[Share]) -> Table {
    let headings = [
        ("share_of_events", "Share of events"),
        ("areas", "Areas that hold it"),
        ("share_of_areas", "Share of areas (%)"),
        ("lower", "From"),
        ("upper", "To"),
        ("by_chance", "By chance (%)"),
    ];
    let mut table = Table::new("concentration", "How few areas hold how much", &headings);
    for (share, of) in shares.iter().zip(SHARES) {
        table.rows.push(vec![
            Cell::text(percent(of)),
            Cell::Count(share.holding.places as u64),
            Cell::Real(100.0 * share.holding.share_of_places(), 1),
            Cell::Real(100.0 * share.spread.share_of_places.lower, 1),
            Cell::Real(100.0 * share.spread.share_of_places.upper, 1),
            Cell::Real(100.0 * share.chance.share_of_places, 1),
        ]);
    }
    table
}
