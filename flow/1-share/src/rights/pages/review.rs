//! Looking through what was found: each row with its fields, what rules suggest to leave out beside each, and what a human decided.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use web::{Caller, Form, Page, Paging, Query, Site};

use super::{
    cards::{RowView, new_marks, row_view},
    here, officer,
};
use crate::rights::{
    WORDS,
    codes::Ground,
    course::Stage,
    gather::Item,
    mark::NewMark,
    suggest::{self, Suggestion},
    words,
    work::{self, Work},
};

/// Rows on a page.
const SIZE: u64 = 20;

/// Suggestions of one kind that wait: how many, what of, which ground, and why.
struct Alike {
    table: String,
    ground: Ground,
    rule: &'static str,
    words: String,
    count: usize,
}

#[derive(Template)]
#[template(path = "rights/pages/review.html")]
struct ReviewPage {
    page: Page,
    form: Form,
    here: String,
    editable: bool,
    undecided: usize,
    left_out: usize,
    total: usize,
    unread: u64,
    only: bool,
    alike: Vec<Alike>,
    rows: Vec<RowView>,
    paging: Paging,
    showing: u64,
}

fn alike(undecided: &[&Suggestion], work: &Work) -> Vec<Alike> {
    let mut groups: BTreeMap<(String, Ground, &'static str), usize> = BTreeMap::new();
    for one in undecided {
        let table = work.gathered.item(one.number).map_or_else(String::new, |item| item.table.clone());
        *groups.entry((table, one.ground, one.why)).or_default() += 1;
    }
    let many = groups.into_iter().filter(|(_, count)| *count > 1);
    many.map(|((table, ground, rule), count)| Alike { words: words::table(&table).0, table, ground, rule, count })
        .collect()
}

pub(super) async fn show(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
    Query(query): Query,
) -> web::Result {
    review_page(&site, &caller, page, Form::empty(), id, &query).await
}

async fn review_page(
    site: &Site,
    caller: &Caller,
    page: Page,
    mut form: Form,
    id: Id<kind::RightsRequest>,
    query: &Form,
) -> web::Result {
    officer(site, caller).await?;
    let work = work::work(site.vault(), &caller.actor(), id).await?;
    let editable = work.case.course.stage == Stage::Assembling && !work.under_way;
    let suggestions = suggest::all(&work.gathered);
    let undecided = work.marks.undecided(&suggestions);
    let only = query.value("show") == "undecided";
    let waits: std::collections::BTreeSet<u32> = undecided.iter().map(|one| one.number).collect();
    let listed: Vec<&Item> = work.gathered.items.iter().filter(|item| !only || waits.contains(&item.number)).collect();
    let path = format!("{}/review{}", here(id), if only { "?show=undecided" } else { "" });
    let paging = Paging::new(&path, query.value("page"), SIZE, listed.len() as u64);
    let on_page = listed.iter().skip(usize::try_from(paging.offset()).unwrap_or(0)).take(20);
    let mut rows = Vec::new();
    for item in on_page {
        rows.push(row_view(site, (&work.gathered, &work.marks), item, editable, &mut form)?);
    }
    let good = form.is_good();
    let shown = ReviewPage {
        here: here(id),
        editable,
        undecided: undecided.len(),
        left_out: work.marks.all().filter(|mark| mark.ground.is_some()).count(),
        total: work.gathered.items.len(),
        unread: work.gathered.unread,
        only,
        alike: if editable { alike(&undecided, &work) } else { Vec::new() },
        rows,
        showing: paging.page,
        paging,
        page: page.title("What is held about them").with(&form),
        form,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(super) async fn save(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
    mut form: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    let work = work::work(site.vault(), &caller.actor(), id).await?;
    let new = new_marks(&mut form, &work.gathered)?;
    let query = Form::of([("page", form.value("page").to_owned()), ("show", form.value("show").to_owned())]);
    if !form.is_good() {
        return review_page(&site, &caller, page, form, id, &query).await;
    }
    work::mark(site.vault(), &caller.actor(), id, &new).await?;
    let show = if query.value("show") == "undecided" { "&show=undecided" } else { "" };
    let back = format!("{}/review?page={}{show}", here(id), query.value("page").parse::<u64>().unwrap_or(1));
    Ok(web::done(&site, &back, "Your decisions are kept"))
}

/// One decision for every suggestion of a kind that waits.
pub(super) async fn save_all(
    site: Site,
    caller: Caller,
    page: Page,
    Path(id): Path<Id<kind::RightsRequest>>,
    mut form: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    let work = work::work(site.vault(), &caller.actor(), id).await?;
    let withholds = form.value("decision") == "withhold";
    let why = form.optional("why-all", WORDS).unwrap_or_default();
    if withholds && why.is_empty() {
        form.refuse("why-all", "Say why they are all left out");
        return review_page(&site, &caller, page, form, id, &Form::empty()).await;
    }
    let suggestions = suggest::all(&work.gathered);
    let wanted = |one: &&&Suggestion| {
        let table = work.gathered.item(one.number).map_or("", |item| item.table.as_str());
        table == form.value("table") && one.ground.code() == form.value("ground") && one.why == form.value("rule")
    };
    let undecided = work.marks.undecided(&suggestions);
    let new: Vec<NewMark> = undecided
        .iter()
        .filter(wanted)
        .map(|one| NewMark {
            number: one.number,
            field: one.field.clone(),
            ground: withholds.then_some(one.ground),
            why: why.clone(),
        })
        .collect();
    work::mark(site.vault(), &caller.actor(), id, &new).await?;
    Ok(web::done(&site, &format!("{}/review", here(id)), "Your decision is kept for all of them"))
}
