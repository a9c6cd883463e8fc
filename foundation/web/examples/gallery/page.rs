//! The template of the gallery: every component once, as it stands and with errors. The tests render it too.

use base::{Age, Timestamp};
use web::{
    ChildFlag, Choice, Confidence, Estimate, Form, Page, Paging, Sensitivity,
    chart::{Chart, Point},
    time::Clock,
};

/// Every component.
#[derive(askama::Template)]
#[template(path = "gallery.html")]
pub struct Gallery {
    page: Page,
    form: Form,
    reached: Vec<Choice>,
    signs: Vec<Choice>,
    types: Vec<Choice>,
    clocks: Vec<Clock>,
    flags: Vec<ChildFlag>,
    levels: Vec<(Sensitivity, &'static str)>,
    estimate: Estimate,
    paging: Paging,
    bars: Chart,
    columns: Chart,
    line: Chart,
}

/// The gallery as of `now`, with what is wrong in `form`.
pub fn gallery(page: Page, form: Form, now: Timestamp) -> Gallery {
    let hours = |hours| Clock::running(now.plus_hours(hours), now);
    Gallery {
        page: page.title("Gallery of components").with(&form).with_map(),
        form,
        reached: vec![Choice::new("yes", "Yes"), Choice::new("no", "No").hint("They didn’t answer, or weren’t there")],
        signs: vec![Choice::new("missing", "Missing from home"), Choice::new("gifts", "Unexplained money or gifts")],
        types: vec![Choice::new("custody", "Custody"), Choice::new("a_and_e", "A&E attendance")],
        clocks: vec![
            hours(-5),
            hours(3),
            hours(26),
            hours(24 * 9),
            Clock::paused(now.plus_hours(30), now, "no cover until Monday 8am"),
            Clock::stopped(now, now.plus_hours(-2), now),
        ],
        flags: vec![Some(Age(14)).into(), None.into(), Some(Age(31)).into()],
        levels: vec![
            (Sensitivity::Open, ""),
            (Sensitivity::Restricted, "a child protection plan is in force"),
            (Sensitivity::Pointer, "ask the service that holds the record"),
            (Sensitivity::Sealed, "the witness scheme"),
        ],
        estimate: Estimate {
            value: 41.0,
            low: 31.0,
            high: 53.0,
            confidence: Confidence::Medium,
            feeds: 3,
            of_feeds: 5,
        },
        paging: Paging::new("/gallery?type=custody", "4", 50, 1234),
        bars: Chart::bars("rates", "Violence per 1,000 residents", areas())
            .described("Harbour ward has the highest rate, 24 per 1,000; the intervals of the others overlap.")
            .heads("Ward", "Offences per 1,000")
            .note("October 2026; bars show 95% intervals."),
        columns: Chart::columns("counts", "Moments by month", months())
            .described("Moments rose from 31 in June to 52 in November."),
        line: Chart::line("trend", "Return interviews in time", shares())
            .described("The share in time rose, with a gap in August."),
    }
}

fn areas() -> Vec<Point> {
    vec![
        Point::new("Harbour", 24.1).within(20.3, 28.4),
        Point::new("Castle and St Botolph’s", 12.0).within(9.1, 15.8),
        Point::missing("Marsh End", "fewer than 5"),
        Point::new("North", 8.4).within(6.0, 11.5),
    ]
}

fn months() -> Vec<Point> {
    let counts = [("Jun", 31.0), ("Jul", 28.0), ("Aug", 40.0), ("Sep", 38.0), ("Oct", 47.0), ("Nov", 52.0)];
    counts.into_iter().map(|(month, count)| Point::new(month, count)).collect()
}

fn shares() -> Vec<Point> {
    vec![
        Point::new("Jun", 61.0).within(50.0, 71.0),
        Point::new("Jul", 64.0).within(54.0, 73.0),
        Point::missing("Aug", "not supplied"),
        Point::new("Sep", 72.0).within(62.0, 80.0),
        Point::new("Oct", 78.0).within(69.0, 85.0),
    ]
}
