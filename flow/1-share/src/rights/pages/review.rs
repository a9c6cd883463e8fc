//! Looking through what was found: each row with its fields, what rules suggest to leave out beside each, and what a human decided.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use web::{Caller, Choice, Fault, Form, Page, Paging, Query, Site};

use super::{here, officer};
use crate::{
    ask::pages::unsealed,
    rights::{
        WORDS,
        codes::Ground,
        course::Stage,
        gather::Item,
        mark::NewMark,
        suggest::{self, Suggestion, WHOLE},
        words,
        work::{self, Work},
    },
};

/// Rows on a page.
const SIZE: u64 = 20;

/// A choice beside a field.
struct Control {
    name: String,
    label: String,
    hint: String,
    choices: Vec<Choice>,
    blank: &'static str,
}

struct FieldView {
    label: String,
    value: String,
    /// What stands where nothing can be changed: the ground, or that it is shown.
    said: String,
    control: Option<Control>,
}

struct RowView {
    number: u32,
    title: String,
    from: String,
    law_enforcement: bool,
    whole: Option<Control>,
    whole_said: String,
    fields: Vec<FieldView>,
    /// Names of the fields by which another field is left out, where there are any.
    other: Option<(Control, Control)>,
    why: String,
    /// The field in which one says why, and its label.
    why_name: String,
    why_label: String,
}

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

fn grounds(item: &Item) -> Vec<Choice> {
    Ground::for_record(item.law_enforcement)
        .map(|ground| Choice::new(ground, format!("Leave out: {}", super::super::answer::lower(ground.words()))))
        .collect()
}

fn control(item: &Item, name: String, label: String, suggestion: Option<&Suggestion>) -> Control {
    let mut choices = vec![Choice::new("show", "Show it")];
    choices.extend(grounds(item));
    Control {
        name,
        label,
        hint: suggestion.map_or_else(String::new, |one| {
            format!(
                "{}. Suggested: {} ({})",
                one.why,
                super::super::answer::lower(one.ground.words()),
                one.ground.more()
            )
        }),
        choices,
        blank: if suggestion.is_some() { "Decide" } else { "" },
    }
}

/// What was decided of a field, in words; empty where nothing was.
fn said(work: &Work, number: u32, field: &str) -> String {
    match work.marks.get(number, field) {
        Some(mark) => mark.ground.map_or_else(|| "Shown".to_owned(), |ground| format!("Left out: {}", ground.words())),
        None => String::new(),
    }
}

fn row_view(site: &Site, work: &Work, item: &Item, editable: bool, form: &mut Form) -> Result<RowView, Fault> {
    let suggestions = suggest::of_item(item, &work.gathered);
    let of = |field: &str| suggestions.iter().find(|one| one.field == field);
    let number = item.number;
    let mut prefill = |name: &str, field: &str| {
        if let Some(mark) = work.marks.get(number, field) {
            form.put(name, mark.ground.map_or_else(|| "show".to_owned(), |ground| ground.code().to_owned()));
        }
    };
    let mut fields = Vec::new();
    let mut others = Vec::new();
    for (at, field) in item.fields.iter().enumerate().filter(|(_, field)| !field.technical) {
        let name = format!("m-{number}-{at}");
        prefill(&name, &field.key);
        let marked = work.marks.get(number, &field.key).is_some();
        let shown = editable && (marked || of(&field.key).is_some());
        if !shown {
            others.push(Choice::new(at, field.label.clone()));
        }
        fields.push(FieldView {
            label: field.label.clone(),
            value: field.value.clone(),
            said: said(work, number, &field.key),
            control: shown.then(|| control(item, name, format!("{}: what to do", field.label), of(&field.key))),
        });
    }
    let whole_name = format!("m-{number}-w");
    prefill(&whole_name, WHOLE);
    let whole = editable && (work.marks.get(number, WHOLE).is_some() || of(WHOLE).is_some());
    let other = (editable && !others.is_empty()).then(|| {
        let mut which = vec![Choice::new("w", "The whole entry")];
        which.extend(others);
        let field = Control {
            name: format!("f-{number}"),
            label: "Which?".to_owned(),
            hint: String::new(),
            choices: which,
            blank: "Not yet",
        };
        let ground = Control {
            name: format!("g-{number}"),
            label: "On which ground?".to_owned(),
            hint: String::new(),
            choices: grounds(item),
            blank: "Choose",
        };
        (field, ground)
    });
    let why = work.marks.all().filter(|mark| mark.number == number).find_map(|mark| mark.why.as_ref());
    let why = why.map_or_else(|| Ok(String::new()), |why| unsealed(site.vault(), why))?;
    if form.value(&format!("w-{number}")).is_empty() {
        form.put(format!("w-{number}"), why.clone());
    }
    Ok(RowView {
        number,
        title: item.title.clone(),
        from: format!("{}. {}", item.agency, item.about),
        law_enforcement: item.law_enforcement,
        whole: whole.then(|| control(item, whole_name, "The whole entry: what to do".to_owned(), of(WHOLE))),
        whole_said: said(work, number, WHOLE),
        fields,
        other,
        why,
        why_name: format!("w-{number}"),
        why_label: format!("Why is something of entry {number} left out?"),
    })
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
    let editable = work.case.course.stage == Stage::Assembling;
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
        rows.push(row_view(site, &work, item, editable, &mut form)?);
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

/// `show`, or a ground's code; nothing where nothing was chosen.
fn chosen(text: &str) -> Option<Option<Ground>> {
    match text {
        "" => None,
        "show" => Some(None),
        code => code.parse().ok().map(Some),
    }
}

fn field_at(item: &Item, at: &str) -> Option<String> {
    if at == "w" {
        return Some(WHOLE.to_owned());
    }
    item.fields.get(at.parse::<usize>().ok()?).map(|field| field.key.clone())
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
    let rows: Vec<u32> = form.values("row").iter().filter_map(|text| text.parse().ok()).collect();
    let mut new = Vec::new();
    for number in rows {
        let item = work.gathered.item(number).ok_or(Fault::NotFound)?;
        let why_name = format!("w-{number}");
        let why = form.optional(&why_name, WORDS).unwrap_or_default();
        let places = (0..item.fields.len()).map(|at| at.to_string()).chain(std::iter::once("w".to_owned()));
        let mut of_row = Vec::new();
        for at in places {
            if let (Some(ground), Some(field)) = (chosen(form.value(&format!("m-{number}-{at}"))), field_at(item, &at))
            {
                of_row.push(NewMark { number, field, ground, why: why.clone() });
            }
        }
        if let (Some(field), Some(Some(ground))) =
            (field_at(item, form.value(&format!("f-{number}"))), chosen(form.value(&format!("g-{number}"))))
        {
            of_row.push(NewMark { number, field, ground: Some(ground), why: why.clone() });
        }
        if of_row.iter().any(|one| one.ground.is_some()) && why.is_empty() {
            form.refuse(&why_name, format!("Say why something of entry {number} is left out"));
        }
        new.extend(of_row);
    }
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
