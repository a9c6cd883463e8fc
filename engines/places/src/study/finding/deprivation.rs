//! Is there more where people are poorer?

use crate::{
    rate::Rate,
    study::{
        output::{
            Finding, Section, chart,
            figures::real,
            table::{Cell, Table},
        },
        world::{Tells, World},
    },
};

/// Rates by tenth of deprivation; nothing where no file of deprivation was given.
pub fn find(world: &World) -> Finding {
    let Some(deciles) = &world.deciles else { return Finding::default() };
    let tenths = tenths(world, deciles);
    let table = table(world, &tenths);
    let section = Section {
        id: "deprivation",
        title: "Is there more where people are poorer?".to_owned(),
        said: said(&tenths),
        caveat: "Areas are compared, not people: that there is more in a poorer area does not say that poorer people do or suffer it. \
                 Deciles are of England, so that a county need not have as many areas in each."
            .to_owned(),
        method: "Events and residents of all areas of a decile of the index of multiple deprivation added up; exact Poisson intervals of 95% \
                 (Garwood 1936), which take events as independent and are too narrow where they are not."
            .to_owned(),
        picture: Some(picture(&tenths)),
        table: Some(table.clone()),
    };
    let decile = deciles.iter().map(|decile| decile.map_or(Cell::None, |decile| Cell::Count(decile.into()))).collect();
    Finding {
        section: Some(section),
        columns: vec![world.column("deprivation_decile", Tells::Nothing, decile)],
        tables: vec![table],
        ..Finding::default()
    }
}

struct Tenth {
    decile: u8,
    areas: u64,
    count: u64,
    residents: u64,
    rate: Option<Rate>,
}

fn tenths(world: &World, deciles: &[Option<u8>]) -> Vec<Tenth> {
    let of = |decile: u8| {
        let mut tenth = Tenth { decile, areas: 0, count: 0, residents: 0, rate: None };
        for ((of, count), residents) in deciles.iter().zip(&world.counts).zip(&world.residents) {
            if *of == Some(decile) {
                tenth.areas += 1;
                tenth.count += count;
                tenth.residents += residents;
            }
        }
        let hidden = world.hidden_tenths.get(usize::from(decile) - 1).copied().unwrap_or_default();
        Tenth { rate: Rate::of(tenth.count, tenth.residents).filter(|_| !hidden), ..tenth }
    };
    (1..=10).map(of).collect()
}

fn said(tenths: &[Tenth]) -> String {
    let present: Vec<(&Tenth, Rate)> = tenths.iter().filter_map(|tenth| tenth.rate.map(|rate| (tenth, rate))).collect();
    let (Some((poorest, poor)), Some((richest, rich))) = (present.first(), present.last()) else {
        return "None of the areas has a decile of deprivation and residents.".to_owned();
    };
    let first = format!(
        "In the most deprived areas here (decile {}) there were {} events per 1,000 residents ({} to {}), in the least deprived (decile {}) {} ({} to {}).",
        poorest.decile,
        real(poor.per_1000, 1),
        real(poor.interval.lower, 1),
        real(poor.interval.upper, 1),
        richest.decile,
        real(rich.per_1000, 1),
        real(rich.interval.lower, 1),
        real(rich.interval.upper, 1)
    );
    if rich.per_1000 > 0.0 {
        format!("{first} That is {} times as many.", real(poor.per_1000 / rich.per_1000, 1))
    } else {
        first
    }
}

fn picture(tenths: &[Tenth]) -> String {
    let mark = |tenth: &Tenth| {
        tenth.rate.map(|rate| chart::Mark {
            label: tenth.decile.to_string(),
            value: rate.per_1000,
            interval: Some((rate.interval.lower, rate.interval.upper)),
            stands_out: false,
        })
    };
    let marks: Vec<chart::Mark> = tenths.iter().filter_map(mark).collect();
    chart::bars("Chart of rates by decile of deprivation, 1 the most deprived", "Events per 1,000 residents", &marks)
}

fn table(world: &World, tenths: &[Tenth]) -> Table {
    let headings = [
        ("decile", "Decile (1: most deprived)"),
        ("areas", "Areas"),
        ("count", "Events"),
        ("residents", "Residents"),
        ("per_1000", "Per 1,000 residents"),
        ("lower", "From"),
        ("upper", "To"),
    ];
    let mut table = Table::new("deprivation", "Rates by decile of deprivation", &headings);
    for tenth in tenths {
        let hidden = world.hidden_tenths.get(usize::from(tenth.decile) - 1).copied().unwrap_or_default();
        let cell = |value: Option<f64>| if hidden { Cell::Hidden } else { Cell::real(value, 2) };
        table.rows.push(vec![
            Cell::Count(tenth.decile.into()),
            Cell::Count(tenth.areas),
            if hidden { Cell::Hidden } else { Cell::Count(tenth.count) },
            Cell::Count(tenth.residents),
            cell(tenth.rate.map(|rate| rate.per_1000)),
            cell(tenth.rate.map(|rate| rate.interval.lower)),
            cell(tenth.rate.map(|rate| rate.interval.upper)),
        ]);
    }
    table
}
