//! How often it happens, for each 1,000 residents, and where that is more than chance would do.

use crate::{
    rate::{
        Exposure, Rate,
        bayes::{self, Family},
        funnel::{Dispersion, Funnel, Side, Standing, funnel},
    },
    scale::{CLASSES, Quantiles},
    study::{
        output::{
            Finding, Section,
            figures::{count, real as number},
            map::Shade,
            table::{Cell, Column, Table},
        },
        world::{Tells, World, real},
    },
};

const TITLE: &str = "How often, for each 1,000 residents?";

/// Rates with intervals, smoothed rates, funnel limits, and harm where weights were given.
pub fn find(world: &World) -> Finding {
    let smoothed = bayes::global(&world.counts, &world.residents, Family::Poisson);
    let exposures: Vec<f64> = world.residents.iter().map(|residents| real(*residents)).collect();
    let standing = funnel(&world.counts, &exposures, Dispersion::Additive);
    match (smoothed, standing) {
        (Ok(smoothed), Ok(standing)) => {
            let smoothed: Vec<Option<f64>> = smoothed.rates.iter().map(|rate| rate.map(|rate| 1000.0 * rate)).collect();
            found(world, &smoothed, &standing)
        }
        (Err(error), _) | (_, Err(error)) => Finding::without("rates", TITLE, &error.to_string()),
    }
}

fn found(world: &World, smoothed: &[Option<f64>], standing: &Funnel) -> Finding {
    let rates: Vec<Option<Rate>> =
        world.counts.iter().zip(&world.residents).map(|(count, residents)| Rate::of(*count, *residents)).collect();
    let mut columns = vec![
        world.column("count", Tells::Own, world.counts.iter().map(|count| Cell::Count(*count)).collect()),
        world.column(
            "residents",
            Tells::Nothing,
            world.residents.iter().map(|residents| Cell::Count(*residents)).collect(),
        ),
        world.column(
            "per_1000",
            Tells::Own,
            rates.iter().map(|rate| Cell::real(rate.map(|rate| rate.per_1000), 2)).collect(),
        ),
        world.column(
            "lower",
            Tells::Own,
            rates.iter().map(|rate| Cell::real(rate.map(|rate| rate.interval.lower), 2)).collect(),
        ),
        world.column(
            "upper",
            Tells::Own,
            rates.iter().map(|rate| Cell::real(rate.map(|rate| rate.interval.upper), 2)).collect(),
        ),
        world.column("smoothed_per_1000", Tells::Own, smoothed.iter().map(|rate| Cell::real(*rate, 2)).collect()),
        world.column("funnel", Tells::Nothing, standing.areas.iter().map(|standing| side(*standing)).collect()),
    ];
    columns.extend(by_day(world));
    columns.extend(harm(world));
    Finding { section: Some(section(world, &rates, smoothed, standing)), columns, ..Finding::default() }
}

fn side(standing: Option<Standing>) -> Cell {
    standing.map_or(Cell::None, |standing| {
        Cell::text(match standing.side {
            Side::FarBelow => "far below",
            Side::Below => "below",
            Side::Within => "within",
            Side::Above => "above",
            Side::FarAbove => "far above",
        })
    })
}

/// Rates for each 1,000 hours that people spend there by day (eight hours a day over the months counted), where that is known.
fn by_day(world: &World) -> Option<Column> {
    let daytime = world.daytime.as_ref()?;
    let days = 30.44 * real(world.months.map_or(1, |months| months.count as u64));
    let rate = |(count, people): (&u64, &u64)| {
        let exposure = Exposure::Hours { people: real(*people), hours: 8.0 * days };
        let interval = crate::rate::exact(*count, crate::rate::Confidence::NinetyFive);
        Cell::real(exposure.measure(real(*count), interval).map(|measured| measured.per_1000), 4)
    };
    Some(world.column("per_1000_daytime_hours", Tells::Own, world.counts.iter().zip(daytime).map(rate).collect()))
}

/// Harm and harm per 1,000 residents, where weights were given.
fn harm(world: &World) -> Vec<Column> {
    if world.harm.is_none() {
        return Vec::new();
    }
    let mut amounts = vec![0.0; world.counts.len()];
    for event in &world.events.events {
        if let Some(amount) = amounts.get_mut(event.area) {
            *amount += world.weight(event);
        }
    }
    let per_1000 =
        |(amount, residents): (&f64, &u64)| Cell::real((*residents > 0).then(|| 1000.0 * amount / real(*residents)), 1);
    vec![
        world.column("harm", Tells::Own, amounts.iter().map(|amount| Cell::Real(*amount, 1)).collect()),
        world.column("harm_per_1000", Tells::Own, amounts.iter().zip(&world.residents).map(per_1000).collect()),
    ]
}

fn section(world: &World, rates: &[Option<Rate>], smoothed: &[Option<f64>], standing: &Funnel) -> Section {
    let whole = Rate::of(world.total(), world.residents.iter().sum());
    let far = |side: Side| standing.areas.iter().flatten().filter(|standing| standing.side == side).count() as u64;
    let mut order: Vec<(usize, f64)> =
        smoothed.iter().enumerate().filter_map(|(area, rate)| rate.map(|rate| (area, rate))).collect();
    order.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let said = whole.map_or_else(String::new, |whole| {
        format!(
            "There were {} events, {} for each 1,000 residents ({} to {}). {} of {} areas had far more than chance would do even allowing for how much areas \
             differ anyway, and {} far less.",
            count(whole.count),
            number(whole.per_1000, 2),
            number(whole.interval.lower, 2),
            number(whole.interval.upper, 2),
            count(far(Side::FarAbove)),
            count(rates.len() as u64),
            count(far(Side::FarBelow))
        )
    });
    let nobody = rates.iter().filter(|rate| rate.is_none()).count();
    let nobody = if nobody == 0 { String::new() } else { format!(" {nobody} areas have no residents and so no rate.") };
    Section {
        id: "rates",
        title: TITLE.to_owned(),
        said,
        caveat: format!(
            "The rates are by people who live there. A town centre has few residents and many visitors, so its rate is high wherever people go out; it says where \
             harm happens, not who does it or is in danger.{nobody}"
        ),
        method: format!(
            "Exact Poisson intervals of 95% (Garwood 1936). Smoothed rates: empirical Bayes towards the rate of all areas (Marshall 1991), which draws small areas' \
             rates in. Funnel limits of 99.8% around the rate of all (Spiegelhalter 2005), widened for differences beyond chance (φ {}).",
            number(standing.excess.phi, 1)
        ),
        picture: Some(picture(world, smoothed)),
        table: Some(highest(world, rates, &order)),
    }
}

fn picture(world: &World, smoothed: &[Option<f64>]) -> String {
    let shown: Vec<Option<f64>> =
        smoothed.iter().zip(&world.hidden).map(|(rate, hidden)| rate.filter(|_| !hidden)).collect();
    let classes = Quantiles::of(shown.iter().flatten().copied(), CLASSES);
    let legend: Vec<Shade> = ["s1", "s2", "s3", "s4", "s5"]
        .into_iter()
        .zip(classes.classes())
        .map(|(style, class)| Shade {
            style,
            means: format!("{} to {} ({} areas)", number(class.least, 1), number(class.greatest, 1), class.count),
        })
        .collect();
    let shades: Vec<Option<usize>> = shown.iter().map(|rate| rate.and_then(|rate| classes.class_of(rate))).collect();
    world.canvas.shaded("Map of smoothed rates per 1,000 residents", &shades, &legend)
}

fn highest(world: &World, rates: &[Option<Rate>], order: &[(usize, f64)]) -> Table {
    let headings = [
        ("code", "Code"),
        ("name", "Area"),
        ("count", "Events"),
        ("residents", "Residents"),
        ("per_1000", "Per 1,000"),
        ("lower", "From"),
        ("upper", "To"),
        ("smoothed_per_1000", "Smoothed"),
    ];
    let mut table = Table::new("areas", "The highest smoothed rates", &headings);
    for (area, smoothed) in order.iter().filter(|(area, _)| !world.hidden.get(*area).copied().unwrap_or_default()) {
        let Some(rate) = rates.get(*area).copied().flatten() else { continue };
        let (code, name) = world.ground.code_and_name(*area);
        table.rows.push(vec![
            Cell::text(code),
            Cell::text(name),
            Cell::Count(rate.count),
            Cell::Count(rate.population),
            Cell::Real(rate.per_1000, 1),
            Cell::Real(rate.interval.lower, 1),
            Cell::Real(rate.interval.upper, 1),
            Cell::Real(*smoothed, 1),
        ]);
    }
    table
}
