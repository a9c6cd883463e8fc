//! Where, and in which months, was there more than anywhere else?

use crate::{
    study::{
        input::date::{days_in_month, month_in_words, month_name},
        output::{
            Finding, Section,
            figures::{count, percent, real},
            map::Shade,
            table::{Cell, Table},
        },
        run::Tell,
        world::{Months, Tells, World},
    },
    watch::scan::{Baseline, Cluster, Observed, Scan, Settings, Time, scan},
};

const TITLE: &str = "Where and when was there more than expected?";

/// A cluster is named where chance alone finds one as strong less than once in twenty times.
const ALLOWED: f64 = 0.05;

/// Kulldorff's scan in space and time, or in space where events have no months or only one.
pub fn find(world: &World, tell: &Tell<'_>) -> Finding {
    let months = world.months.filter(|months| months.count > 1);
    let periods = months.map_or(1, |months| months.count);
    let (x, y) = world.ground.centres();
    let cases = if months.is_some() { &world.by_month } else { &world.counts };
    let exposure = exposure(world, months);
    let observed = Observed { x: &x, y: &y, cases, periods, baseline: Baseline::Population(&exposure) };
    let longest = (periods / 2).max(1);
    let time = match months {
        None => Time::Whole,
        Some(_) if world.spec.scan.prospective => Time::Prospective { longest },
        Some(_) => Time::Retrospective { longest },
    };
    let settings = Settings {
        time,
        share: world.spec.scan.share,
        replicates: world.spec.scan.replicates,
        seed: world.spec.seed,
        ..Settings::default()
    };
    match scan(&observed, &settings, &|done, of| tell.at(done, of)) {
        Ok(found) => said(world, &found, months, &settings),
        Err(error) => Finding::without("scan", TITLE, &error.to_string()),
    }
}

/// Residents of each area, or residents times the days of each month, since months are not of one length.
fn exposure(world: &World, months: Option<Months>) -> Vec<u64> {
    let Some(months) = months else { return world.residents.clone() };
    let days: Vec<u64> = months.each().map(|month| days_in_month(month).into()).collect();
    world.residents.iter().flat_map(|residents| days.iter().map(move |days| residents * days)).collect()
}

fn said(world: &World, found: &Scan, months: Option<Months>, settings: &Settings) -> Finding {
    let certain: Vec<&Cluster> = found.clusters.iter().filter(|cluster| p(cluster) <= ALLOWED).collect();
    let table = table(world, found, months);
    let mut number = vec![Cell::None; world.counts.len()];
    for (at, cluster) in (1..).zip(&certain) {
        for area in &cluster.areas {
            if let Some(cell) = number.get_mut(*area) {
                *cell = Cell::Count(at);
            }
        }
    }
    let section = Section {
        id: "scan",
        title: TITLE.to_owned(),
        said: sentence(world, &certain, months),
        caveat: "The circles are drawn around the middles of areas: a cluster along a road or the coast is found as a circle that \
                 holds more than it should. The strongest is compared with the strongest that chance makes, the others with the same, \
                 so that a weaker one may be real and not be named."
            .to_owned(),
        method: method(world, found, settings),
        picture: (!certain.is_empty()).then(|| picture(world, &certain)),
        table: Some(table.only(&["cluster", "name", "areas", "from", "to", "cases", "expected", "p"])),
    };
    Finding {
        section: Some(section),
        columns: vec![world.column("scan_cluster", Tells::Nothing, number)],
        tables: vec![table],
        ..Finding::default()
    }
}

/// Whether a cluster's count is not shown: a small one, or one with a hidden area, which could be worked out from the sum.
fn is_hidden(world: &World, cluster: &Cluster) -> bool {
    cluster.cases < world.least || cluster.areas.iter().any(|area| world.hidden.get(*area).copied().unwrap_or_default())
}

fn p(cluster: &Cluster) -> f64 {
    cluster.significance.map_or(1.0, |significance| significance.p)
}

fn sentence(world: &World, certain: &[&Cluster], months: Option<Months>) -> String {
    let Some(first) = certain.first() else {
        return "No circle of areas had more than chance would have it somewhere. Small or short rises can still be there: the fewer the \
                events, the less can be told."
            .to_owned();
    };
    let (_, name) = world.ground.code_and_name(first.centre);
    let when = months.map_or(String::new(), |months| format!(", {}", span(first, months)));
    let others = match certain.len() {
        1 => "It is the only one that chance does not explain".to_owned(),
        number => format!("{} others are more than chance explains", number - 1),
    };
    let how_many = if is_hidden(world, first) {
        "more events than expected, which are too few to show".to_owned()
    } else {
        format!("{} events where {} were expected", count(first.cases), real(first.expected, 1))
    };
    let around = areas(first.areas.len());
    format!("The strongest cluster is {around} around {name}{when}: {how_many}. {others} (p at most 0.05).")
}

fn areas(number: usize) -> String {
    if number == 1 { "one area".to_owned() } else { format!("{number} areas") }
}

fn span(cluster: &Cluster, months: Months) -> String {
    let name = |at: usize| months.each().nth(at).map(month_in_words).unwrap_or_default();
    if cluster.first == cluster.last {
        name(cluster.first)
    } else {
        format!("{} to {}", name(cluster.first), name(cluster.last))
    }
}

fn method(world: &World, found: &Scan, settings: &Settings) -> String {
    let kind = match settings.time {
        Time::Whole => "in space",
        Time::Retrospective { .. } => "in space and time, over every span of up to half the months",
        Time::Prospective { .. } => "in space and time, over spans that end with the last month",
    };
    format!(
        "Kulldorff's scan statistic (1997, 1998, 2001) {kind}, Poisson, cases expected in proportion to residents and to the days of the month; circles around the areas' \
         middles with up to {} of all residents; {} windows, {} replicates, seed {}. Clusters that share no area with a stronger one.",
        percent(settings.share),
        count(found.windows),
        count(u64::from(found.replicates)),
        world.spec.seed
    )
}

fn picture(world: &World, certain: &[&Cluster]) -> String {
    let mut shades = vec![Some(2); world.counts.len()];
    for (at, cluster) in certain.iter().enumerate() {
        for area in &cluster.areas {
            if let Some(shade) = shades.get_mut(*area) {
                *shade = Some(at.min(1));
            }
        }
    }
    let legend = [("hot", "The strongest cluster"), ("hot-some", "The others"), ("plain", "In none")];
    let legend: Vec<Shade> = legend.iter().map(|(style, means)| Shade { style, means: (*means).to_owned() }).collect();
    world.canvas.shaded("Map of clusters in space and time", &shades, &legend)
}

fn table(world: &World, found: &Scan, months: Option<Months>) -> Table {
    let headings = [
        ("cluster", "Cluster"),
        ("centre", "Around"),
        ("name", "Area"),
        ("areas", "Areas"),
        ("from", "From"),
        ("to", "To"),
        ("cases", "Events"),
        ("expected", "Expected"),
        ("relative_risk", "Rate against elsewhere"),
        ("llr", "Log likelihood ratio"),
        ("p", "p"),
        ("p_gumbel", "p (Gumbel)"),
        ("recurrence", "By chance once in so many looks"),
    ];
    let mut table = Table::new("scan", "Clusters, the strongest first", &headings);
    for (at, cluster) in (1..).zip(&found.clusters) {
        let (code, name) = world.ground.code_and_name(cluster.centre);
        let month = |at: usize| {
            months.and_then(|months| months.each().nth(at)).map_or(Cell::None, |month| Cell::text(month_name(month)))
        };
        let significance = cluster.significance;
        let hidden = is_hidden(world, cluster);
        let tells = |cell: Cell| if hidden { Cell::Hidden } else { cell };
        table.rows.push(vec![
            Cell::Count(at),
            Cell::text(code),
            Cell::text(name),
            Cell::Count(cluster.areas.len() as u64),
            month(cluster.first),
            month(cluster.last),
            tells(Cell::Count(cluster.cases)),
            tells(Cell::Real(cluster.expected, 1)),
            tells(Cell::real(cluster.relative_risk, 2)),
            tells(Cell::Real(cluster.llr, 2)),
            Cell::real(significance.map(|significance| significance.p), 3),
            Cell::real(significance.and_then(|significance| significance.gumbel), 6),
            Cell::real(significance.and_then(|significance| significance.recurrence), 0),
        ]);
    }
    table
}
