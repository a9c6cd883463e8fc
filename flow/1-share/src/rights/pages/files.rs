//! The files of an answer, and its letter to print.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use base::{Id, kind};
use vault::{Scope, Verb};
use web::{Caller, Fault, Form, Page, Site};

use super::{here, officer};
use crate::{
    ask::pages::{Names, unsealed},
    rights::{
        Kind, act,
        answer::{self, Answered, Block},
        codes::{Deed, Outcome},
        course::Stage,
        holders,
        work::{self, File},
    },
};

/// Which file a form asks for.
pub(in crate::rights) fn wanted(form: &Form) -> File {
    if form.value("file") == "json" { File::ForMachines } else { File::ToRead }
}

/// A file to be kept by whoever fetched it, under this name.
pub(in crate::rights) fn download(file: File, name: &str, bytes: Vec<u8>) -> Response {
    let (of, ending) = match file {
        File::ForMachines => ("application/json", "json"),
        File::ToRead => ("application/pdf", "pdf"),
    };
    let headers = [
        (header::CONTENT_TYPE, of.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

pub(super) async fn fetch_it(
    site: Site,
    caller: Caller,
    Path(id): Path<Id<kind::RightsRequest>>,
    form: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    let file = wanted(&form);
    Ok(download(file, "answer", work::fetch(site.vault(), &caller.actor(), id, file).await?))
}

#[derive(Template)]
#[template(path = "rights/pages/letter.html")]
struct LetterPage {
    page: Page,
    back: String,
    blocks: Vec<Block>,
}

/// What each agency that was asked decided about what it holds, a line each.
async fn by_agency(site: &Site, caller: &Caller, id: Id<kind::RightsRequest>) -> Result<String, Fault> {
    let reader = act::reader(site.vault(), &caller.actor(), Verb::View, Scope::of("rights_request", id)).await?;
    let names = Names::read(site, caller, &[]).await?;
    let mut lines = Vec::new();
    for one in holders::all(&reader, id, caller.agency).await? {
        let name = names.agency(one.agency);
        let said = one.words.as_ref().map_or_else(|| Ok(String::new()), |words| unsealed(site.vault(), words))?;
        lines.push(match (one.outcome, one.why) {
            (Some(Outcome::Done), _) => format!("{name}: what it held about you is deleted. {said}"),
            (_, Some(why)) => format!("{name} keeps what it holds. {} {said}", answer::because(why)),
            (_, None) => format!("{name} keeps what it holds. {said}"),
        });
    }
    Ok(lines.join("\n"))
}

pub(super) async fn letter(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
) -> web::Result {
    officer(&site, &caller).await?;
    let case = act::open(site.vault(), &caller.actor(), id).await?;
    let said = case.steps.iter().rev().find(|step| matches!(step.deed, Deed::Decided | Deed::Refused));
    let words = said.and_then(|step| step.words.as_ref());
    let mut words = words.map_or_else(|| Ok(String::new()), |words| unsealed(site.vault(), words))?;
    if case.request.kind == Kind::Erasure && matches!(case.course.stage, Stage::Decided { .. } | Stage::Answered { .. })
    {
        words.push_str(&by_agency(&site, &caller, id).await?);
    }
    let today = site.now().date_in_london();
    let approved = matches!(case.course.stage, Stage::Approved { .. });
    let letter = if approved {
        let work = work::work(site.vault(), &caller.actor(), id).await?;
        let answered = Answered::of(&work.gathered, &work.marks);
        work::letter_of(&case, site.unit(), today, Some(&answered), &words)
    } else {
        work::letter_of(&case, site.unit(), today, None, &words)
    };
    let blocks = letter.blocks.into_iter().skip(1).collect();
    web::render(LetterPage { page: page.title(letter.title), back: here(id), blocks })
}
