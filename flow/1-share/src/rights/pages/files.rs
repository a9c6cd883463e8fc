//! The files of an answer, and its letter to print.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use base::{Id, kind};
use web::{Caller, Form, Page, Site};

use super::{here, officer};
use crate::{
    ask::pages::unsealed,
    rights::{
        act,
        answer::{Answered, Block},
        codes::Deed,
        course::Stage,
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
    let words = words.map_or_else(|| Ok(String::new()), |words| unsealed(site.vault(), words))?;
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
