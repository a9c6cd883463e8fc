//! `/board` and, for each figure, `/board/how/{figure}`.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::counts::Count;
use vault::{Ask, Permit, Published, Purpose, Scope, Verb};
use web::{
    Caller, Choice, Fault, Form, Page, Query, Site,
    chart::{Chart, Point},
    time,
};

use super::{
    Breakdown, ClockRow, RateRow, clock_rows,
    closing::{Closed, ENOUGH},
    rate_rows, store,
};

const DUTIES: &[&str] = &["board_member", "project_manager", "analyst"];

#[derive(Template)]
#[template(path = "board/board.html")]
struct BoardPage {
    page: Page,
    form: Form,
    periods: Vec<Choice>,
    /// None where no period is closed yet.
    shown: Option<Shown>,
    enough: u64,
}

/// The figures of one period.
struct Shown {
    period: String,
    closed: String,
    tiles: Tiles,
    chart: Chart,
    clocks: Vec<ClockRow>,
    breakdowns: Vec<Rates>,
    counted: usize,
    left_out: Vec<String>,
}

/// The four figures that come first.
pub(super) struct Tiles {
    pub(super) total: Count,
    pub(super) in_time: Count,
    pub(super) late: Count,
    pub(super) waiting_late: Count,
}

impl Tiles {
    /// Of a period.
    pub(super) fn of(closed: &Closed) -> Self {
        let rows = clock_rows(Breakdown::Type, &closed.figures.clocks);
        let count = |of: fn(&ClockRow) -> Count| rows.last().map_or(Count::Shown(0), of);
        Self {
            total: count(|row| row.all),
            in_time: count(|row| row.in_time),
            late: count(|row| row.late),
            waiting_late: count(|row| row.open_late),
        }
    }

    /// Whether somebody waits, or it may not be said.
    pub(super) fn waits(&self) -> bool {
        self.waiting_late != Count::Shown(0)
    }
}

/// One table of rates, with its chart.
struct Rates {
    code: &'static str,
    head: &'static str,
    heads: [&'static str; 4],
    /// None where no rate of it may be shown.
    chart: Option<Chart>,
    rows: Vec<RateRow>,
}

#[derive(Template)]
#[template(path = "board/how.html")]
struct HowPage {
    page: Page,
    figure: &'static How,
}

/// How a figure was counted.
struct How {
    code: &'static str,
    title: &'static str,
    counts: &'static str,
    of: &'static str,
    left_out: &'static str,
}

const FIGURES: [How; 4] = [
    How {
        code: "periods",
        title: "Periods",
        counts: "Each period once, 28 days after its end. A quarter with at least 200 moments is a period of its own. One with fewer is \
                 counted with the quarters after it, until there are 200 or a year is over, since little could be shown of so few.",
        of: "Every moment whose event lies in the period, as it stood on the day of counting.",
        left_out: "The quarters that are not counted yet, and whatever reached us about a period after it was counted. Periods are not \
                   added up here: add what is shown.",
    },
    How {
        code: "clocks",
        title: "Moments in time and breached",
        counts: "Each reachable moment once. In time: the young person was reached, or the moment was answered for a reason that its \
                 type allows, before its time was up. Breached: answered after that, given up, or still waiting with its time up. What \
                 reached us only after its time had run out is counted apart, since nobody here could have answered it in time.",
        of: "Every moment whose event lies in the period, raised from a partner’s record that an agreement lets us count.",
        left_out: "Moments that became one with an earlier moment of the same person count once. Moments closed as raised in \
                   error need no answer: they are not in time or breached. What reached us after the period was counted.",
    },
    How {
        code: "contact",
        title: "Contact rate",
        counts: "Moments in which the young person was reached at least once, however late.",
        of: "Moments whose clock has ended: reached, closed, or time up. Moments with time left are not counted yet.",
        left_out: "Nothing else. The interval is the 95% score interval (Wilson, 1927).",
    },
    How {
        code: "acceptance",
        title: "Acceptance rate",
        counts: "Moments in which the young person said yes to support. Saying yes to support is not the lawful basis for sharing, \
                 which is recorded apart from it.",
        of: "Moments in which the young person was reached.",
        left_out: "Those who were not reached. The interval is the 95% score interval (Wilson, 1927).",
    },
];

/// The board's page.
///
/// # Errors
/// Not found for anyone without a duty to see it.
pub async fn show(site: Site, caller: Caller, page: Page, Query(mut form): Query) -> web::Result {
    caller.needs(DUTIES)?;
    let mut closed = closed(&site, &caller).await?;
    let periods = closed.iter().map(|one| Choice::new(one.quarters.first, one.quarters.words())).collect();
    let asked = closed.iter().position(|one| one.quarters.first.to_string() == form.value("period")).unwrap_or(0);
    let shown = (asked < closed.len()).then(|| closed.swap_remove(asked));
    if let Some(shown) = &shown {
        form.put("period", shown.quarters.first.to_string());
    }
    web::render(BoardPage {
        page: page.title("Reachable moments: what it amounted to"),
        form,
        periods,
        shown: shown.map(Shown::of),
        enough: ENOUGH,
    })
}

impl Shown {
    fn of(closed: Closed) -> Self {
        let clocks = clock_rows(Breakdown::Type, &closed.figures.clocks);
        let breakdowns = Breakdown::ALL.into_iter().zip(&closed.figures.outcomes);
        Self {
            period: closed.quarters.words(),
            closed: time::date(closed.closed_at.date_in_london()),
            tiles: Tiles::of(&closed),
            chart: clock_chart(&clocks),
            breakdowns: breakdowns.map(|(by, published)| rates(by, published)).collect(),
            clocks,
            counted: closed.figures.counted,
            left_out: closed.figures.left_out,
        }
    }
}

/// The periods that this caller may see, the newest first. Whatever is over is counted first.
pub(super) async fn closed(site: &Site, caller: &Caller) -> web::Result<Vec<Closed>> {
    let permit = permit(site, caller).await?;
    let left_out = left_out(site, &permit).await?;
    Ok(store::closed(site.vault(), &permit, &caller.actor(), &left_out).await?)
}

/// How one figure was counted.
///
/// # Errors
/// Not found for an unknown figure, or without a duty to see it.
pub async fn how(caller: Caller, page: Page, Path(code): Path<String>) -> web::Result {
    caller.needs(DUTIES)?;
    let figure = FIGURES.iter().find(|figure| figure.code == code).ok_or(Fault::NotFound)?;
    web::render(HowPage { page: page.title(format!("How it was counted: {}", figure.title)), figure })
}

/// One permit for the page: to count all categories about people, for statistics.
async fn permit(site: &Site, caller: &Caller) -> web::Result<Permit> {
    let vault = site.vault();
    let ask = Ask {
        actor: caller.actor(),
        verb: Verb::Count,
        scope: Scope::unit(),
        purpose: Purpose::Statistics,
        facets: share::api::all_person_facets(&vault.book()).await?,
        facts: BTreeMap::new(),
    };
    Ok(vault.permit(ask).await?)
}

/// What is not counted, and why, in words.
async fn left_out(site: &Site, permit: &Permit) -> web::Result<Vec<String>> {
    let agencies = share::api::agencies(&site.vault().plain()).await?;
    let name = |id| agencies.iter().find(|agency| agency.id == id).map_or("a partner", |agency| agency.name.as_str());
    let words = |(facet, why): &(vault::Facet, base::Code)| {
        let category = share::api::category_words(&facet.category);
        format!("{category} of {}: {}", name(facet.controller), share::api::refusal_words(why.as_str()))
    };
    Ok(permit.withheld().iter().map(words).collect())
}

fn rates(by: Breakdown, published: &Published) -> Rates {
    let rows = rate_rows(by, published);
    let points: Vec<Point> = rows
        .iter()
        .filter_map(|row| {
            let rate = row.contact?;
            let point = Point::new(row.label.as_str(), rate.share * 100.0);
            Some(point.within(rate.low * 100.0, rate.high * 100.0))
        })
        .collect();
    let hidden: Vec<&str> = rows.iter().filter(|row| row.contact.is_none()).map(|row| row.label.as_str()).collect();
    let head = by.head().to_lowercase();
    let chart = (!points.is_empty()).then(|| {
        let chart = Chart::bars(
            &format!("contact-by-{}", by.code()),
            format!("Young people reached, of those whose clock has ended, by {head}"),
            points,
        )
        .described("How many in a hundred were reached, with 95% intervals. The same figures are in the table.")
        .unit("%")
        .beside_table();
        if hidden.is_empty() { chart } else { chart.note(format!("No rate shown: {}.", hidden.join("; "))) }
    });
    let heads = [by.head(), "Reached", "Of those, wanted support", "Clock ended"];
    Rates { code: by.code(), head: by.head(), heads, chart, rows }
}

#[allow(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
fn clock_chart(rows: &[ClockRow]) -> Chart {
    let types = rows.len().saturating_sub(1);
    let points = rows
        .iter()
        .take(types)
        .map(|row| match row.all {
            Count::Shown(n) => Point::new(row.label.as_str(), n as f64),
            hidden @ Count::Suppressed(_) => Point::missing(row.label.as_str(), hidden.to_string()),
        })
        .collect();
    Chart::bars("moments-by-type", "Moments by type", points)
        .described("How many moments each type had. The same figures are in the table.")
        .beside_table()
}
