//! `/trust/notices`: what was told to an agency and has since been corrected, restricted, withdrawn, erased or objected to, for those of that agency who answer
//! for it or saw it; acknowledged with what was done with copies.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::Purpose;
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    Copies, Notice, NoticeError, acknowledge,
    notice::{self, Whose},
    words::{ground_words, power_words},
};
use crate::{
    agreement,
    agreement::purpose_words,
    ask::pages::{Names, unsealed},
    clocks,
    law::law,
    trust,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/notices", get(list))
        .route("/trust/notices/{id}", get(show))
        .route("/trust/notices/{id}/acknowledge", post(done))
}

const MOST: u64 = 200;

struct Row {
    href: String,
    title: String,
    more: String,
    clock: Option<time::Clock>,
    state: String,
}

#[derive(Template)]
#[template(path = "disclosure/notices.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    waiting: Vec<Row>,
    done: Vec<Row>,
    all: bool,
    /// Where the clock is set; empty for who may not open it.
    clocks: &'static str,
}

fn row(one: &Notice, names: &Names, all: bool, now: base::Timestamp) -> Row {
    let told = if all {
        format!("Told to {}", names.agency(one.to))
    } else {
        format!("Told to you by {}", names.agency(one.from))
    };
    Row {
        href: format!("/trust/notices/{}", one.id),
        title: format!("{}: {}", law().category(&one.data).name, lower(one.what.words())),
        more: format!(
            "{told}, last {}{}",
            time::moment(one.told_last_at, now),
            if one.escalated_at.is_some() && one.acknowledged.is_none() {
                ". It was escalated when its time was over"
            } else {
                ""
            }
        ),
        clock: one.acknowledged.is_none().then(|| time::Clock::running(one.due_at, now)),
        state: one
            .acknowledged
            .as_ref()
            .map_or_else(String::new, |done| format!("Acknowledged {}", time::moment(done.at, now))),
    }
}

fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let whose = notice::whose(&site, &caller).await?;
    let staff = site.vault().staff(&caller.actor(), Purpose::Rights, code!("notices_read")).await?;
    let found = notice::list(&staff, whose, MOST).await?;
    let names = Names::read(&site, &caller, &[]).await?;
    let (now, all) = (site.now(), whose == Whose::All);
    let rows = |acknowledged: bool| {
        let of = found.iter().filter(|one| one.acknowledged.is_some() == acknowledged);
        of.map(|one| row(one, &names, all, now)).collect()
    };
    web::render(ListPage {
        waiting: rows(false),
        done: rows(true),
        all,
        clocks: trust::link(&caller, clocks::pages::HERE),
        tabs: trust::tabs(&caller, "/trust/notices"),
        page: page.title("Notices"),
    })
}

#[derive(Template)]
#[template(path = "disclosure/notice.html")]
struct ShowPage {
    page: Page,
    form: Form,
    here: String,
    what: &'static str,
    to_do: &'static str,
    rows: Vec<(&'static str, String)>,
    clock: Option<time::Clock>,
    /// The file or the referral in it, to be named.
    copies: Vec<Choice>,
    mine: bool,
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Notice>>) -> web::Result {
    show_page(&site, &caller, page, Form::empty(), id).await
}

async fn show_page(site: &Site, caller: &Caller, page: Page, form: Form, id: Id<kind::Notice>) -> web::Result {
    let whose = notice::whose(site, caller).await?;
    let vault = site.vault();
    let staff = vault.staff(&caller.actor(), Purpose::Rights, code!("notice_read")).await?;
    let one = notice::one(&staff, whose, id).await?.ok_or(Fault::NotFound)?;
    let by: Vec<_> = one.acknowledged.iter().filter_map(|done| done.by).collect();
    let names = Names::read(site, caller, &by).await?;
    let good = form.is_good();
    let shown = ShowPage {
        page: page.title("A notice").with(&form),
        form,
        here: format!("/trust/notices/{id}"),
        what: one.what.words(),
        to_do: one.what.to_do(),
        rows: rows(site, &one, &names).await?,
        clock: one.acknowledged.is_none().then(|| time::Clock::running(one.due_at, site.now())),
        copies: Copies::ALL.iter().map(|copies| Choice::new(copies, copies.words())).collect(),
        mine: one.to == caller.agency && one.acknowledged.is_none(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

/// What was told, in the register's words; what it said, and about whom, is not among them.
async fn rows(site: &Site, one: &Notice, names: &Names) -> Result<Vec<(&'static str, String)>, Fault> {
    let agreements = agreement::all(&site.vault().plain()).await?;
    let title =
        agreements.into_iter().find(|known| known.id.to_string() == one.ground_id).map(|known| known.terms.title);
    let mut rows = vec![
        ("What was told", law().category(&one.data).name),
        ("Whose data", names.agency(one.from).to_owned()),
        ("To whom", names.agency(one.to).to_owned()),
        ("How", one.how.words().to_owned()),
        ("First told", time::full(one.told_first_at)),
        ("Last told", time::full(one.told_last_at)),
        ("What for", base::first_large(purpose_words(one.purpose))),
        ("On what", ground_words(one.ground, title.as_deref())),
        ("Power in law", power_words(&one.power)),
        ("Reference of the disclosure", one.disclosure.to_string()),
    ];
    if !one.via.is_empty() {
        rows.push((
            if one.how == super::How::File { "Reference of the file" } else { "Reference of the referral" },
            one.via.clone(),
        ));
    }
    rows.push(("Notice sent", time::full(one.made_at)));
    if let Some(at) = one.escalated_at {
        rows.push(("Escalated", time::full(at)));
    }
    if let Some(done) = &one.acknowledged {
        let by = done.by.map_or_else(|| "The agency’s own system".to_owned(), |by| names.member(by).to_owned());
        rows.push(("Acknowledged", format!("{by}, {}", time::full(done.at))));
        rows.push(("Copies", done.copies.words().to_owned()));
        if let Some(words) = &done.words {
            rows.push(("What they say", unsealed(site.vault(), words)?));
        }
    }
    Ok(rows)
}

async fn done(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Notice>>, mut form: Form) -> web::Result {
    let copies = form.choice::<Copies>("copies", "Select what was done with copies");
    let words = form.optional("words", 1000);
    let (true, Some(copies), Some(words)) = (form.is_good(), copies, words) else {
        return show_page(&site, &caller, page, form, id).await;
    };
    match acknowledge(site.vault(), &caller.actor(), id, copies, &words).await {
        Ok(()) => Ok(web::done(&site, "/trust/notices", "You have acknowledged the notice")),
        Err(NoticeError::Done) => Ok(web::done(&site, &format!("/trust/notices/{id}"), "")),
        Err(error @ NoticeError::Why) => {
            form.refuse("words", error.to_string());
            show_page(&site, &caller, page, form, id).await
        }
        Err(error) => Err(error.into()),
    }
}
