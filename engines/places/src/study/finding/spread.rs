//! Does harm come back soon, and close by?

use crate::{
    points::Points,
    spread::{
        SpreadError,
        dates::{Times, Unit, When, times},
        knox::{Bands, Ends, Knox, Metric, knox},
    },
    study::{
        input::{date::Days, events::Event},
        output::{
            Finding, Section,
            figures::{count, p_value, real},
            table::{Cell, Table},
        },
        run::Tell,
        world::World,
    },
};

const TITLE: &str = "Does it come back soon and close by?";

/// The Knox test of the events that have a point and a time; nothing where none has. In days where days are known, else in months.
pub fn find(world: &World, tell: &Tell<'_>) -> Finding {
    let mut dated = Dated::default();
    for event in &world.events.events {
        dated.add(event);
    }
    if dated.x.len() < 2 {
        return Finding::default();
    }
    match tested(world, &dated, tell) {
        Ok((times, knox)) => said(world, &times, &knox),
        Err(error) => Finding::without("spread", TITLE, &error.to_string()),
    }
}

#[derive(Default)]
struct Dated {
    x: Vec<f64>,
    y: Vec<f64>,
    when: Vec<When>,
    months: bool,
}

impl Dated {
    fn add(&mut self, event: &Event) {
        let (Some((x, y)), Some(days)) = (event.point, event.days) else { return };
        // A row that stands for many is one event here: copies of a row would be near repeats of themselves.
        self.x.push(x);
        self.y.push(y);
        let (when, is_month) = when(days);
        self.when.push(when);
        self.months |= is_month;
    }
}

fn when(days: Days) -> (When, bool) {
    match days.whole_month() {
        Some((year, month)) => (When::Month(year, month), true),
        None if days.is_day() => (When::Day(days.first), false),
        None => (When::Between(days.first, days.last), false),
    }
}

fn tested(world: &World, dated: &Dated, tell: &Tell<'_>) -> Result<(Times, Knox), SpreadError> {
    let spec = &world.spec.spread;
    let narrowest = spec.days.first().copied().unwrap_or(1).max(1);
    let (unit, ends) = if dated.months { (Unit::Months, &spec.months) } else { (Unit::Days(narrowest), &spec.days) };
    let times = times(&dated.when, unit)?;
    let pick =
        |from: &[f64]| -> Vec<f64> { times.rows.iter().filter_map(|row| from.get(*row as usize).copied()).collect() };
    let (x, y) = (pick(&dated.x), pick(&dated.y));
    let bands = Bands::of(&spec.metres, ends, Ends::With, Metric::Euclidean)?;
    let found = knox(Points::of(&x, &y)?, &times.times, &bands, spec.permutations, world.spec.seed, &|done, of| {
        tell.at(done, of)
    })?;
    Ok((times, found))
}

fn said(world: &World, times: &Times, found: &Knox) -> Finding {
    let unit = if times.unit == Unit::Months { "months" } else { "days" };
    let table = table(found, times.unit);
    let nearest = found.cells.first();
    let first = nearest.map_or_else(
        || "There are no pairs of events to compare.".to_owned(),
        |cell| {
            let ratio = cell.ratio.map_or("–".to_owned(), |ratio| real(ratio, 2));
            format!(
                "The closest pairs of events ({}; {}) come {ratio} times as often as chance has it: {} where it makes {} (p {}).",
                found.bands.metres_said(0).unwrap_or_default(),
                found.bands.times_said(0, times.unit).unwrap_or_default(),
                count(cell.observed),
                real(cell.expected, 0),
                cell.p.map_or("–".to_owned(), p_value)
            )
        },
    );
    let snapped = if world.events.published {
        "Published points are moved to a shared place nearby, which makes different addresses one and the same: part of what looks like coming back to \
         a point may be that. "
    } else {
        ""
    };
    let section = Section {
        id: "spread",
        title: TITLE.to_owned(),
        said: format!("{first} {}", farther(found)),
        caveat: format!(
            "{snapped}{}",
            times.caveat().unwrap_or_else(|| {
                "Pairs are not causes: the same people, or a season's crowd, can make both.".to_owned()
            })
        ),
        method: format!(
            "Knox test (1964): pairs of {} events by bands of distance and {unit}, each with its end, against {} permutations of the dates, seed {}; expected pairs \
             are exact; p for an excess only, ties counted.",
            count(times.rows.len() as u64),
            count(u64::from(found.permutations)),
            found.seed
        ),
        picture: None,
        table: Some(table.clone()),
    };
    Finding { section: Some(section), tables: vec![table], ..Finding::default() }
}

/// How far the excess reaches.
fn farther(found: &Knox) -> String {
    let over = |distance: usize| found.cell(distance, 0).is_some_and(|cell| cell.p.is_some_and(|p| p <= 0.05));
    let reach = (0..found.bands.metres().len()).take_while(|distance| over(*distance)).last();
    match reach.and_then(|band| found.bands.metres().get(band)) {
        None => "That is no more than chance does.".to_owned(),
        Some(0.0) => "Farther away there is no more than chance does.".to_owned(),
        Some(metres) => format!("The excess reaches to {} metres.", real(*metres, 0)),
    }
}

fn table(found: &Knox, unit: Unit) -> Table {
    let headings = [
        ("metres", "How far"),
        ("time", "How soon"),
        ("pairs", "Pairs"),
        ("expected", "By chance"),
        ("ratio", "Times as many"),
        ("p", "p"),
    ];
    let mut table = Table::new("spread", "Pairs of events by distance and time apart", &headings);
    for distance in 0..found.bands.metres().len() {
        for time in 0..found.bands.times().len() {
            let Some(cell) = found.cell(distance, time) else { continue };
            table.rows.push(vec![
                Cell::text(found.bands.metres_said(distance).unwrap_or_default()),
                Cell::text(found.bands.times_said(time, unit).unwrap_or_default()),
                Cell::Count(cell.observed),
                Cell::Real(cell.expected, 1),
                Cell::real(cell.ratio, 2),
                Cell::real(cell.p, 3),
            ]);
        }
    }
    table
}
