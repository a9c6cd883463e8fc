//! `/places/find`, for every member: an address, a postcode or a name finds the small area or the district that it lies in.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, routing::get};
use base::{code, names::fold};
use vault::{Cause, Operation, Plain, Purpose, Scope, StoreError};
use web::{Caller, Form, Page, Site, thousands};

use super::{Found, Wanted, wanted};
use crate::{
    area::{self, AreaPlace},
    offence::store::{Known, known_of},
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/places/find", get(ask).post(look)).route("/places/found/{id}", get(show))
}

/// What kind of answer is held.
const QUESTION: &str = "place_found";
/// The longest text that is read, in characters.
const LONGEST: usize = 300;

#[derive(Template)]
#[template(path = "find/find.html")]
struct FindPage {
    page: Page,
    form: Form,
    /// None before anything was looked for.
    found: Option<Answer>,
}

/// What is shown of what was found.
enum Answer {
    Area(Box<AreaAnswer>),
    District { name: String, code: String, areas: String },
    Nothing,
}

struct AreaAnswer {
    place: AreaPlace,
    residents: Option<String>,
    decile: Option<i64>,
    known: Vec<Known>,
}

#[derive(Template)]
#[template(path = "find/over.html")]
struct OverPage {
    page: Page,
}

fn page_of(page: Page, form: Form, found: Option<Answer>) -> FindPage {
    FindPage { page: page.title("Find a place").with(&form), form, found }
}

async fn ask(_: Caller, page: Page) -> web::Result {
    web::render(page_of(page, Form::empty(), None))
}

async fn look(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    let Some(text) = form.required("address", LONGEST, "Enter an address, a postcode, or the name of an area or town")
    else {
        return web::render_errors(page_of(page, form, None));
    };
    let vault = site.vault();
    let found = find(&vault.plain(), &wanted(&text)).await?;
    let cause = Cause {
        actor: caller.actor(),
        purpose: Purpose::Administration,
        operation: Operation::Consultation,
        act: code!("place_looked_up"),
        scope: Scope::unit(),
    };
    let id = web::hold_answer(vault, cause, QUESTION, caller.id, &found).await?;
    Ok(web::done(&site, &format!("/places/found/{id}"), ""))
}

async fn find(plain: &Plain, wanted: &Wanted) -> Result<Found, StoreError> {
    let area = |place: AreaPlace| Found::Area(place.area.to_string());
    let found = match wanted {
        Wanted::Postcode(postcode) => area::area_of_postcode(plain, postcode).await?.map(area),
        Wanted::Area(code) => area::place_of_area(plain, *code).await?.map(area),
        Wanted::Names(names) => {
            let (districts, areas) = (area::districts(plain).await?, area::names(plain).await?);
            names.iter().find_map(|name| {
                let district = districts.iter().find(|district| fold(&district.name) == *name);
                let of_area = || areas.iter().find(|place| fold(&place.name) == *name).cloned().map(area);
                district.map(|district| Found::District(district.code.clone())).or_else(of_area)
            })
        }
    };
    Ok(found.unwrap_or(Found::Nothing))
}

/// What was found. An answer that was another's, or whose time is over, looks like one that never was.
async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<String>) -> web::Result {
    let vault = site.vault();
    let act = code!("place_answer_read");
    let Some(found) = web::held_answer::<Found>(vault, &caller.actor(), act, QUESTION, caller.id, &id).await? else {
        return web::render_as(StatusCode::GONE, OverPage { page: page.title("This answer is no longer kept") });
    };
    let answer = answer(&vault.plain(), found).await?;
    web::render(page_of(page, Form::empty(), Some(answer)))
}

async fn answer(plain: &Plain, found: Found) -> Result<Answer, StoreError> {
    Ok(match found {
        Found::Area(code) => match area::described(plain, &code).await? {
            Some(row) => Answer::Area(Box::new(AreaAnswer {
                known: known_of(plain, &code).await?,
                residents: row.residents.map(thousands),
                decile: row.decile,
                place: row.place,
            })),
            None => Answer::Nothing, // the areas were loaded anew since
        },
        Found::District(code) => {
            let areas = area::names(plain).await?;
            let of: Vec<&AreaPlace> = areas.iter().filter(|place| place.district_code == code).collect();
            match of.first() {
                Some(first) => {
                    Answer::District { name: first.district_name.clone(), areas: thousands(of.len() as u64), code }
                }
                None => Answer::Nothing,
            }
        }
        Found::Nothing => Answer::Nothing,
    })
}
