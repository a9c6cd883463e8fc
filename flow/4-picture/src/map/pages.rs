//! `/places`, `/places/{area}` and the areas as GeoJSON. Any signed-in member may see them: the data is open.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension, Router,
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use places::rate::Rate;
use web::{
    Caller, Fault, Form, Page, Paging, Query, Site,
    chart::{Chart, Point},
    thousands,
};

use super::{
    Basemap,
    atlas::{Atlas, Place, Shelf},
    basemap::{self, Under},
    drawing::{Drawing, Key},
    question::{Choices, Question, Sort, month_short, per_1000, rate_words},
};

/// The routes of places, with the unit's own basemap where it has one. Each call has a picture of its own in memory, read
/// anew when the data moves on.
pub fn routes(basemap: Option<Basemap>) -> Router<Site> {
    let basemap = basemap.map(Arc::new);
    let mut routes = Router::new()
        .route("/places", get(map))
        .route("/places/areas.geojson", get(areas_geojson))
        .route("/places/{area}", get(area))
        .merge(crate::find::pages::routes());
    if basemap.is_some() {
        routes = routes.route(basemap::PATH, get(basemap::tiles));
    }
    routes.layer(Extension(Arc::new(Shelf::default()))).layer(Extension(basemap))
}

const ROWS_ON_A_PAGE: u64 = 25;

#[derive(Template)]
#[template(path = "map/map.html")]
struct MapPage {
    page: Page,
    form: Form,
    choices: Choices,
    has_areas: bool,
    has_offences: bool,
    words: Words,
    view_box: String,
    shapes: String,
    keys: Vec<Key>,
    summary: Summary,
    geojson: String,
    basemap: Option<Under>,
    heads: Vec<Head>,
    rows: Vec<Line>,
    paging: Paging,
    trend: Chart,
}

/// What the page is about, in words.
struct Words {
    category: String,
    months: String,
    district: String,
    title: String,
    highest: String,
}

/// The totals under the map.
struct Summary {
    on_the_map: String,
    rate: String,
    off_the_map: String,
    unknown_residents: String,
}

/// A head of the table: a link that sorts by it.
struct Head {
    text: &'static str,
    href: String,
    sorted: &'static str,
    numeric: bool,
}

/// A row of the table.
struct Line {
    code: String,
    name: String,
    district: String,
    offences: String,
    residents: Option<String>,
    rate: Option<(String, String)>,
}

impl Line {
    fn of(place: &Place, offences: u64) -> Self {
        Self {
            code: place.at.area.to_string(),
            name: place.at.name.clone(),
            district: place.at.district_name.clone(),
            offences: thousands(offences),
            residents: place.residents.map(thousands),
            rate: rate_words(offences, place.residents),
        }
    }
}

async fn map(
    site: Site,
    _: Caller,
    page: Page,
    query: Query,
    shelf: Extension<Arc<Shelf>>,
    basemap: Extension<Option<Arc<Basemap>>>,
) -> web::Result {
    let atlas = shelf.atlas(site.vault()).await?;
    let question = Question::of(&query.0, &atlas);
    let totals = atlas.totals(&question);
    let drawing = Drawing::of(&atlas, &question, &totals);
    let sorted = sorted(&atlas, &question, &totals);
    let here = format!("/places?{}", question.query_sorted(&atlas, question.sort, question.descending));
    let paging = Paging::new(&here, query.0.value("page"), ROWS_ON_A_PAGE, sorted.len() as u64);
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let rows = sorted.iter().skip(skip).take(usize::try_from(ROWS_ON_A_PAGE).unwrap_or(25));
    let rows = rows.map(|(place, offences)| Line::of(place, *offences)).collect();
    let page = page.title("Places");
    web::render(MapPage {
        page: if atlas.places.is_empty() { page } else { page.with_map() },
        form: question.form(&atlas),
        choices: Choices::of(&atlas),
        has_areas: !atlas.places.is_empty(),
        has_offences: !atlas.months.is_empty(),
        words: words(&atlas, &question, &totals),
        view_box: atlas.view_box(question.district.as_deref()).to_owned(),
        shapes: drawing.shapes(),
        keys: drawing.keys(),
        summary: summary(&atlas, &question, &totals),
        geojson: format!("/places/areas.geojson?{}", question.query(&atlas)),
        basemap: basemap.as_deref().map(Under::of),
        heads: heads(&atlas, &question),
        rows,
        paging,
        trend: trend(&atlas, &question, &atlas.months_of_all(&question), residents(&atlas, &question)),
    })
}

async fn areas_geojson(site: Site, _: Caller, query: Query, shelf: Extension<Arc<Shelf>>) -> web::Result {
    let atlas = shelf.atlas(site.vault()).await?;
    let question = Question::of(&query.0, &atlas);
    let totals = atlas.totals(&question);
    let body = Drawing::of(&atlas, &question, &totals).geojson();
    Ok(([(header::CONTENT_TYPE, "application/geo+json")], body).into_response())
}

/// The places that are shown with their offences, as the table has them. What has no number comes last, whichever way it
/// is sorted; equals stand in the order of their codes.
fn sorted<'a>(atlas: &'a Atlas, question: &Question, totals: &[u64]) -> Vec<(&'a Place, u64)> {
    let shown = atlas.places.iter().zip(totals.iter().copied()).filter(|(place, _)| question.takes_in(place));
    let mut rows: Vec<(&Place, u64)> = shown.collect();
    let rate = |row: &(&Place, u64)| per_1000(row.1, row.0.residents);
    let has_none = |row: &(&Place, u64)| match question.sort {
        Sort::Rate => rate(row).is_none(),
        Sort::Residents => row.0.residents.is_none(),
        _ => false,
    };
    rows.sort_by(|a, b| {
        let order = match question.sort {
            Sort::Area => a.0.at.name.cmp(&b.0.at.name),
            Sort::District => (&a.0.at.district_name, &a.0.at.name).cmp(&(&b.0.at.district_name, &b.0.at.name)),
            Sort::Offences => a.1.cmp(&b.1),
            Sort::Residents => a.0.residents.cmp(&b.0.residents),
            Sort::Rate => rate(a).unwrap_or_default().total_cmp(&rate(b).unwrap_or_default()),
        };
        let order = if question.descending { order.reverse() } else { order };
        has_none(a).cmp(&has_none(b)).then(order)
    });
    rows
}

fn heads(atlas: &Atlas, question: &Question) -> Vec<Head> {
    let head = |text, sort: Sort| {
        let is_it = question.sort == sort;
        let descending = if is_it { !question.descending } else { sort.begins_high() };
        Head {
            text,
            href: format!("/places?{}#table", question.query_sorted(atlas, sort, descending)),
            sorted: match (is_it, question.descending) {
                (false, _) => "none",
                (true, true) => "descending",
                (true, false) => "ascending",
            },
            numeric: sort.begins_high(),
        }
    };
    vec![
        head("Area", Sort::Area),
        head("District", Sort::District),
        head("Offences", Sort::Offences),
        head("Residents", Sort::Residents),
        head("Per 1,000 residents", Sort::Rate),
    ]
}

fn words(atlas: &Atlas, question: &Question, totals: &[u64]) -> Words {
    let (category, months) = (question.category_words(atlas).to_owned(), question.months_words(atlas));
    let district = question.district_words(atlas).to_owned();
    let top = Question {
        sort: if question.rates { Sort::Rate } else { Sort::Offences },
        descending: true,
        ..question.clone()
    };
    let highest: Vec<String> = sorted(atlas, &top, totals)
        .into_iter()
        .take(3)
        .filter_map(|(place, offences)| {
            let value = question.value(offences, place.residents)?;
            Some(format!("{} ({} {})", place.at.name, web::number(value), question.measure_words()))
        })
        .collect();
    let measure = if question.rates { "rate per 1,000 residents" } else { "number of offences" };
    Words {
        title: format!("{category}: {measure} by small area, {months}, {district}"),
        highest: highest.join(", "),
        category,
        months,
        district,
    }
}

/// Everyone who is known to live where the question asks.
fn residents(atlas: &Atlas, question: &Question) -> u64 {
    atlas.places.iter().filter(|place| question.takes_in(place)).filter_map(|place| place.residents).sum()
}

fn summary(atlas: &Atlas, question: &Question, totals: &[u64]) -> Summary {
    let shown = || atlas.places.iter().zip(totals).filter(|(place, _)| question.takes_in(place));
    let on_the_map: u64 = shown().map(|(_, offences)| offences).sum();
    // Where some areas have no number of residents, their offences would make the rate of the others too high.
    let known: u64 = shown().filter(|(place, _)| place.residents.is_some()).map(|(_, offences)| offences).sum();
    let (no_place, outside) = atlas.off_the_map(question);
    let rate = rate_words(known, Some(residents(atlas, question)));
    Summary {
        on_the_map: plural(on_the_map, "offence", "offences"),
        rate: rate.map_or_else(String::new, |(rate, range)| format!("{rate} ({range})")),
        off_the_map: format!(
            "{} no place and {} outside the county: they are counted here, not on the map.",
            plural(no_place, "offence has", "offences have"),
            plural(outside, "lies", "lie")
        ),
        unknown_residents: match shown().filter(|(place, _)| place.residents.is_none()).count() as u64 {
            0 => String::new(),
            areas => plural(areas, "area has", "areas have") + " no rate, since the number of residents is not known.",
        },
    }
}

/// `1 area`, `1,077 areas`.
fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// Offences by month as columns. A month for which nothing came in at all is not a month of none.
fn trend(atlas: &Atlas, question: &Question, by_month: &[u64], residents: u64) -> Chart {
    let months = atlas.months.iter().skip(question.from).map(|month| month_short(month));
    let supplied = atlas.supplied(question);
    let points: Vec<Point> = months
        .zip(by_month.iter().zip(&supplied))
        .map(|(month, (offences, supplied))| match (supplied, question.rates, Rate::of(*offences, residents)) {
            (false, ..) => Point::missing(month, "not supplied"),
            (true, true, Some(rate)) => {
                Point::new(month, rate.per_1000).within(rate.interval.lower, rate.interval.upper)
            }
            (true, true, None) => Point::missing(month, "residents not known"),
            (true, false, _) => Point::new(month, question.value(*offences, None).unwrap_or_default()),
        })
        .collect();
    let (title, head) = if question.rates {
        ("Offences per 1,000 residents by month", "Per 1,000 residents")
    } else {
        ("Offences by month", "Offences")
    };
    let place = question.district_words(atlas);
    let note = format!("{}, {place}. Offences on the map only.", question.category_words(atlas));
    Chart::columns("trend", title, points).heads("Month", head).note(note)
}

#[derive(Template)]
#[template(path = "map/area.html")]
struct AreaPage {
    page: Page,
    form: Form,
    choices: Choices,
    action: String,
    code: String,
    name: String,
    district: String,
    residents: Option<String>,
    decile: Option<i64>,
    has_offences: bool,
    category: String,
    months: String,
    offences: String,
    rate: Option<(String, String)>,
    county_rate: Option<(String, String)>,
    rank: String,
    trend: Chart,
    categories: Vec<CategoryLine>,
    back: String,
}

/// One category in one area, beside the whole county.
struct CategoryLine {
    name: String,
    offences: String,
    rate: Option<(String, String)>,
    county_rate: Option<String>,
}

async fn area(
    site: Site,
    _: Caller,
    page: Page,
    query: Query,
    shelf: Extension<Arc<Shelf>>,
    Path(code): Path<String>,
) -> web::Result<Response> {
    let atlas = shelf.atlas(site.vault()).await?;
    let (at, place) = atlas.place(&code).ok_or(Fault::NotFound)?;
    let question = Question { district: None, ..Question::of(&query.0, &atlas) };
    let totals = atlas.totals(&question);
    let offences = totals.get(at).copied().unwrap_or_default();
    let by_month = atlas.months_of(at, &question);
    let chart = trend(&atlas, &question, &by_month, place.residents.unwrap_or_default()).note(format!(
        "{}, {}.",
        question.category_words(&atlas),
        place.at.name
    ));
    web::render(AreaPage {
        page: page.title(place.at.name.clone()),
        form: question.form(&atlas),
        choices: Choices::of(&atlas),
        action: format!("/places/{code}"),
        code,
        name: place.at.name.clone(),
        district: place.at.district_name.clone(),
        residents: place.residents.map(thousands),
        decile: place.decile,
        has_offences: !atlas.months.is_empty(),
        category: question.category_words(&atlas).to_owned(),
        months: question.months_words(&atlas),
        offences: plural(offences, "offence", "offences"),
        rate: rate_words(offences, place.residents),
        county_rate: county_rate(&atlas, &question, &totals),
        rank: rank(&atlas, &question, &totals, at),
        trend: chart,
        categories: categories(&atlas, &question, at, place),
        back: format!("/places?{}", question.query(&atlas)),
    })
}

fn county_rate(atlas: &Atlas, question: &Question, totals: &[u64]) -> Option<(String, String)> {
    let known = atlas.places.iter().zip(totals).filter(|(place, _)| place.residents.is_some());
    rate_words(known.map(|(_, offences)| offences).sum(), Some(residents(atlas, question)))
}

fn categories(atlas: &Atlas, question: &Question, at: usize, place: &Place) -> Vec<CategoryLine> {
    let line = |(category, name): (usize, &String)| {
        let question = Question { category: Some(category), ..question.clone() };
        let totals = atlas.totals(&question);
        let offences = totals.get(at).copied().unwrap_or_default();
        CategoryLine {
            name: name.clone(),
            offences: thousands(offences),
            rate: rate_words(offences, place.residents),
            county_rate: county_rate(atlas, &question, &totals).map(|(rate, _)| rate),
        }
    };
    atlas.categories.iter().enumerate().map(line).collect()
}

/// `12th highest of 1,077 areas`, by rate or by number; equals share the better rank.
fn rank(atlas: &Atlas, question: &Question, totals: &[u64], at: usize) -> String {
    let values: Vec<Option<f64>> =
        atlas.places.iter().zip(totals).map(|(place, offences)| question.value(*offences, place.residents)).collect();
    let Some(own) = values.get(at).copied().flatten() else { return String::new() };
    let higher = values.iter().flatten().filter(|value| **value > own).count() as u64;
    let of = values.iter().flatten().count() as u64;
    let by = if question.rates { "by rate" } else { "by number" };
    format!("{} of {} areas, {by}", ordinal(higher + 1), thousands(of))
}

/// `Highest`, `2nd highest`, `13th highest`.
fn ordinal(rank: u64) -> String {
    let ending = match (rank % 10, rank % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    if rank == 1 { "Highest".to_owned() } else { format!("{}{ending} highest", thousands(rank)) }
}
