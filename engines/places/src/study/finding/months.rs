//! Has it changed from month to month, more than chance would have it?

use crate::{
    study::{
        input::date::{days_in_month, month_in_words, month_name},
        output::{
            Finding, Section,
            chart::{Mark, line},
            figures::count,
            table::{Cell, Table},
        },
        world::{Months, World, real},
    },
    watch::chart::{Better, Chart, Measure, PROVISIONAL, Point, Rules, chart},
};

const TITLE: &str = "Has it changed over time?";

/// A control chart of events per day, month by month; nothing where events have no month.
pub fn find(world: &World) -> Finding {
    let Some(months) = world.months else { return Finding::default() };
    let totals = world.month_totals();
    if totals.iter().any(|total| (1..world.least).contains(total)) {
        // The others and the total of all would give a small month away.
        let why = format!("some months have fewer than {} events, which are not shown", world.least);
        return Finding::without("months", TITLE, &why);
    }
    let per_day: Vec<Option<f64>> = totals
        .iter()
        .zip(months.each())
        .map(|(total, month)| Some(real(*total) / f64::from(days_in_month(month))))
        .collect();
    let rules = Rules { better: Better::Down, least: Some(0.0), ..Rules::default() };
    match chart(Measure::Individuals(&per_day), &rules) {
        Ok(drawn) => said(months, &totals, &drawn),
        Err(error) => Finding::without("months", TITLE, &error.to_string()),
    }
}

fn said(months: Months, totals: &[u64], drawn: &Chart) -> Finding {
    let odd: Vec<String> = months
        .each()
        .zip(&drawn.points)
        .filter(|(_, point)| !point.signals.is_empty())
        .map(|(month, _)| month_in_words(month))
        .collect();
    let few = months.count < PROVISIONAL;
    let table = table(months, totals, drawn);
    let what = match (months.count, odd.as_slice()) {
        (1, _) => "There is one month only, so that nothing can be said about change.".to_owned(),
        (_, []) => "No month stands out from what the months differ by anyway.".to_owned(),
        (_, odd) => format!("More than the usual differences: {}.", odd.join(", ")),
    };
    let span = (totals.iter().min().copied().unwrap_or_default(), totals.iter().max().copied().unwrap_or_default());
    let section = Section {
        id: "months",
        title: TITLE.to_owned(),
        said: format!("{what} Months had {} to {} events.", count(span.0), count(span.1)),
        caveat: if few {
            format!("With {} months the limits are rough: they settle with about {PROVISIONAL}. How events are recorded changes too.", months.count)
        } else {
            "How events are recorded changes too: a step in the chart may be a new way of counting.".to_owned()
        },
        method: "XmR chart of events per day (so that short months don't look better), limits at 2.66 mean moving ranges, with the rules of the NHS's Making Data \
                 Count: a point outside, seven on one side, six rising or falling, two of three near a limit. No correction for season."
            .to_owned(),
        picture: (months.count > 1).then(|| picture(months, drawn)),
        table: Some(table.clone()),
    };
    Finding { section: Some(section), tables: vec![table], ..Finding::default() }
}

fn picture(months: Months, drawn: &Chart) -> String {
    let mark = |(month, point): (i32, &Point)| Mark {
        label: month_name(month),
        value: point.value.unwrap_or_default(),
        interval: None,
        stands_out: !point.signals.is_empty(),
    };
    let marks: Vec<Mark> = months.each().zip(&drawn.points).map(mark).collect();
    let limits = drawn.points.iter().rev().find_map(|point| point.limits);
    let levels: Vec<(&str, f64)> = limits.map_or_else(Vec::new, |limits| {
        let lower = limits.lower.map(|lower| ("Lower limit", lower));
        [("Upper limit", limits.upper), ("Mean", limits.mean)].into_iter().chain(lower).collect()
    });
    line("Chart of events per day by month with its limits", "Events per day", &marks, &levels)
}

fn table(months: Months, totals: &[u64], drawn: &Chart) -> Table {
    let headings = [
        ("month", "Month"),
        ("count", "Events"),
        ("per_day", "Per day"),
        ("lower", "Lower limit"),
        ("upper", "Upper limit"),
        ("stands_out", "Stands out"),
    ];
    let mut table = Table::new("months", "Events by month", &headings);
    for ((month, total), point) in months.each().zip(totals).zip(&drawn.points) {
        table.rows.push(vec![
            Cell::text(month_name(month)),
            Cell::Count(*total),
            Cell::real(point.value, 1),
            Cell::real(point.limits.and_then(|limits| limits.lower), 1),
            Cell::real(point.limits.map(|limits| limits.upper), 1),
            Cell::text(if point.signals.is_empty() { "no" } else { "yes" }),
        ]);
    }
    table
}
