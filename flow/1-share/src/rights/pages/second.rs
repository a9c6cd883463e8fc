//! The second person: looks at every mark with its ground and why, and approves the answer or sends it back.

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use web::{Caller, Form, Page, Paging, Query, Site};

use super::{here, officer, step::begun};
use crate::{
    ask::pages::{Names, unsealed},
    rights::{
        RightsError, WORDS,
        course::{CourseError, Stage},
        mark::Mark,
        suggest::WHOLE,
        work::{self, Work},
    },
};

const SIZE: u64 = 50;

struct Line {
    number: u32,
    entry: String,
    field: String,
    value: String,
    decision: String,
    why: String,
    by: String,
}

#[derive(Template)]
#[template(path = "rights/pages/second.html")]
struct SecondPage {
    page: Page,
    form: Form,
    here: String,
    total: usize,
    left_out: usize,
    kept: usize,
    /// Why this member can't be the second person; empty where they can.
    own: String,
    lines: Vec<Line>,
    paging: Paging,
}

fn line(site: &Site, work: &Work, names: &Names, mark: &Mark) -> Result<Line, web::Fault> {
    let item = work.gathered.item(mark.number);
    let field = item.and_then(|item| item.fields.iter().find(|field| field.key == mark.field));
    Ok(Line {
        number: mark.number,
        entry: item.map_or_else(String::new, |item| format!("{}, {}", item.title, item.agency)),
        field: if mark.field == WHOLE {
            "The whole entry".to_owned()
        } else {
            field.map_or_else(String::new, |field| field.label.clone())
        },
        value: field.map_or_else(String::new, |field| field.value.clone()),
        decision: mark.ground.map_or_else(
            || "Shown, though leaving it out was suggested".to_owned(),
            |ground| format!("Left out: {} ({})", super::super::answer::lower(ground.words()), ground.more()),
        ),
        why: mark.why.as_ref().map_or_else(|| Ok(String::new()), |why| unsealed(site.vault(), why))?,
        by: names.member(mark.by).to_owned(),
    })
}

pub(super) async fn show(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
    Query(query): Query,
) -> web::Result {
    second_page(&site, &caller, page, Form::empty(), id, query.value("page")).await
}

async fn second_page(
    site: &Site,
    caller: &Caller,
    page: Page,
    form: Form,
    id: Id<kind::RightsRequest>,
    at: &str,
) -> web::Result {
    officer(site, caller).await?;
    let work = work::work(site.vault(), &caller.actor(), id).await?;
    let Stage::ReadyForSecond { by } = work.case.course.stage else {
        return Err(RightsError::Course(CourseError::NotNow).into());
    };
    let marks: Vec<&Mark> = work.marks.all().collect();
    let paging = Paging::new(&format!("{}/second", here(id)), at, SIZE, marks.len() as u64);
    let on_page: Vec<&Mark> =
        marks.iter().copied().skip(usize::try_from(paging.offset()).unwrap_or(0)).take(50).collect();
    let members: Vec<_> = on_page.iter().map(|mark| mark.by).collect();
    let names = Names::read(site, caller, &members).await?;
    let lines = on_page.iter().map(|mark| line(site, &work, &names, mark)).collect::<Result<Vec<_>, _>>()?;
    let own = if work.under_way {
        RightsError::UnderWay.to_string()
    } else if by == caller.id {
        CourseError::Own.to_string()
    } else if marks.iter().any(|mark| mark.by == caller.id) {
        RightsError::Marked.to_string()
    } else {
        String::new()
    };
    let left_out = marks.iter().filter(|mark| mark.ground.is_some()).count();
    let good = form.is_good();
    let shown = SecondPage {
        here: here(id),
        total: work.gathered.items.len(),
        left_out,
        kept: marks.len() - left_out,
        own,
        lines,
        paging,
        page: page.title("Approve the answer").with(&form),
        form,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(super) async fn answer(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
    mut form: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    let (vault, actor) = (site.vault(), caller.actor());
    if form.value("decision") == "approve" {
        return begun(&site, id, work::ask_to_approve(vault, &actor, id, site.unit()).await);
    }
    let Some(words) = form.required("words", WORDS, "Say what must be changed") else {
        return second_page(&site, &caller, page, form, id, "1").await;
    };
    match work::send_back(vault, &actor, id, &words).await {
        Ok(()) => Ok(web::done(&site, &here(id), "It was sent back")),
        Err(RightsError::Course(CourseError::Already)) => Ok(web::done(&site, &here(id), "")),
        Err(error) => Err(error.into()),
    }
}
