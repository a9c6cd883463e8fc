//! `/trust/retention/queue/{record}`: one record with its need, and the decision.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, Timestamp, kind};
use vault::{Reader, Scope, Verb};
use web::{Caller, ChildFlag, Choice, Fault, Form, Page, Site, time};

use super::{agencies, name_of, permit, queue::overdue, whose};
use crate::{
    ask::pages::{Names, form_key, unsealed},
    law::law,
    retention::{
        Keep, KeepReason, RetentionError, keep, need,
        review::{DeleteReason, Restrict, RestrictReason, delete, restrict},
        rule::{Because, Then},
        store::{self, For, Review},
        version,
    },
};

pub(super) fn routes() -> Router<Site> {
    let stay = |way: Way| {
        post(move |site: Site, caller: Caller, page: Page, Path(record), form: Form| {
            stays(way, site, caller, page, record, form)
        })
    };
    Router::new()
        .route("/trust/retention/queue/{record}", get(show))
        .route("/trust/retention/queue/{record}/keep", stay(KEEP))
        .route("/trust/retention/queue/{record}/restrict", stay(RESTRICT))
        .route("/trust/retention/queue/{record}/delete", post(delete_it))
}

/// The longest reason.
const WORDS: usize = 500;

/// What the caller's permit shows of the record itself.
#[derive(Default)]
struct Seen {
    name: String,
    flag: Option<ChildFlag>,
    role: String,
    kind: String,
    event: String,
}

#[derive(Template)]
#[template(path = "retention/pages/review.html")]
struct ReviewPage {
    page: Page,
    form: Form,
    here: String,
    seen: Option<Seen>,
    what: String,
    owner: String,
    rule: String,
    because: &'static str,
    due: String,
    overdue: String,
    uses: Vec<(String, u64, u64)>,
    open: u64,
    received: Vec<String>,
    held: bool,
    /// The hold that stands, for whoever may open it.
    stands: String,
    hold_href: String,
    before: Vec<String>,
    may_decide: bool,
    longest: String,
    keep_reasons: Vec<Choice>,
    restrict_reasons: Vec<Choice>,
    delete_reasons: Vec<Choice>,
    list: String,
}

async fn show(site: Site, caller: Caller, page: Page, Path(record): Path<Id<kind::Record>>) -> web::Result {
    let form = Form::of([("form_key", form_key(&site))]);
    show_page(&site, &caller, page, form, record).await
}

async fn show_page(site: &Site, caller: &Caller, page: Page, form: Form, record: Id<kind::Record>) -> web::Result {
    let whose = whose(site, caller).await?;
    let (vault, today) = (site.vault(), site.now().date_in_london());
    let permit = permit(site, caller, whose, Verb::View, Scope::of("record", record)).await?;
    let reader = vault.read(&permit)?;
    let review = store::one(&reader, whose, record).await?.ok_or(Fault::NotFound)?;
    let (_, rules) = version::in_force(&vault.plain()).await?;
    let rule = rules.by_code(review.rule.as_str());
    let need = need::of(vault, &[record]).await?.remove(&record).unwrap_or_default();
    let holds = need::holds(vault, &[record.to_string()]).await?;
    let agencies = agencies(site).await?;
    let decided = store::decided(&reader, whose, record).await?;
    let names = Names::read(site, caller, &decided.iter().map(|one| one.by).collect::<Vec<_>>()).await?;
    let mut before = Vec::new();
    for one in &decided {
        let restricted = one.verdict == "restrict";
        let kept = one.reason.parse::<KeepReason>().map_or("", KeepReason::words);
        before.push(format!(
            "{} until {} by {}, {}: {} {}",
            if restricted { "Kept and not used" } else { "Kept" },
            time::date(one.until),
            names.member(one.by),
            time::full(one.at),
            if restricted { one.reason.parse::<RestrictReason>().map_or("", RestrictReason::words) } else { kept },
            unsealed(vault, &one.words)?
        ));
    }
    let holds_here = caller.has("data_protection_officer") && matches!(whose, For::Unit(_));
    let (good, due) = (form.is_good(), review.due_on < today && review.then == Then::Review);
    let shown = ReviewPage {
        page: page.title("Is this record still needed?").with(&form),
        form,
        here: format!("/trust/retention/queue/{record}"),
        seen: seen(site, &reader, &review, whose).await?,
        what: law().category(&review.data).name,
        owner: name_of(&agencies, review.owner),
        rule: rule.map_or_else(
            || "No rule names this kind of record: somebody looks at it within a year".to_owned(),
            |rule| format!("{}: {} {}", rule.name, rule.length(), rule.from.words()),
        ),
        because: Because::words(&review.because),
        due: time::date(review.due_on),
        overdue: if due { overdue(review.due_on, today).0 } else { String::new() },
        open: need.open(),
        uses: need.uses.iter().map(|(what, (n, open))| (what.clone(), *n, *open)).collect(),
        received: need.received.iter().map(|agency| name_of(&agencies, *agency)).collect(),
        held: !holds.is_empty(),
        stands: holds
            .first()
            .filter(|_| holds_here)
            .map_or_else(String::new, |hold| format!("/trust/retention/holds/{hold}")),
        hold_href: if holds_here { format!("/trust/retention/holds/new?record={record}") } else { String::new() },
        before,
        may_decide: due && review.batch.is_none(),
        longest: time::date(rules.keep_at_most(review.rule.as_str(), review.longest, today)),
        keep_reasons: KeepReason::ALL.iter().map(|reason| Choice::new(reason, reason.words())).collect(),
        restrict_reasons: RestrictReason::ALL
            .iter()
            .map(|reason| Choice::new(reason, reason.words()).hint(reason.more()))
            .collect(),
        delete_reasons: DeleteReason::ALL.iter().map(|reason| Choice::new(reason, reason.words())).collect(),
        list: review.batch.map_or_else(String::new, |batch| format!("/trust/retention/lists/{batch}")),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

/// The record itself, for its own agency; for others only what waits.
async fn seen(site: &Site, reader: &Reader, review: &Review, whose: For) -> Result<Option<Seen>, Fault> {
    if !matches!(whose, For::Owner(_)) {
        return Ok(None);
    }
    let rows = reader.about(site.vault(), &[review.record.to_string()]).await?;
    let id = review.record.to_string();
    let Some(row) = rows.iter().find(|row| row.id.as_ref() == Some(&id)) else { return Ok(None) };
    let body: serde_json::Value =
        row.columns.get("body").and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let name = format!("{} {}", text("given"), text("family")).trim().to_owned();
    let born: Option<base::Date> = text("dob").get(..10).and_then(|day| day.parse().ok());
    let event = row.columns.get("event_at").and_then(|at| Timestamp::from_micros(at.parse().ok()?).ok());
    Ok(Some(Seen {
        flag: (!name.is_empty()).then(|| child_flag(born, site)),
        name: if name.is_empty() { "Nobody is named".to_owned() } else { name },
        role: text("role").replace('_', " "),
        kind: text("kind"),
        event: event.map_or_else(|| "Not dated".to_owned(), time::full),
    }))
}

fn child_flag(born: Option<base::Date>, site: &Site) -> ChildFlag {
    ChildFlag::from(born.and_then(|born| base::age_on(born, site.now().date_in_london())))
}

/// One way in which a record stays: the fields of its form with what is asked for where one is missing, and what is said when it is done.
#[derive(Clone, Copy)]
struct Way {
    reason: (&'static str, &'static str),
    until: (&'static str, &'static str),
    words: (&'static str, &'static str),
    said: (&'static str, &'static str),
    restricts: bool,
}

const KEEP: Way = Way {
    reason: ("keep", "Select why it is kept"),
    until: ("until", "the day until which it is kept"),
    words: ("words", "Enter what it is needed for"),
    said: ("It is kept until", "Then somebody looks at it again"),
    restricts: false,
};
const RESTRICT: Way = Way {
    reason: ("restrict", "Select why it is kept and not used"),
    until: ("restrict-until", "the day until which it is kept and not used"),
    words: ("restrict-words", "Enter what has to be settled first"),
    said: ("It is kept and not used until", "Then somebody decides again"),
    restricts: true,
};

enum Reason {
    Keep(KeepReason),
    Restrict(RestrictReason),
}

async fn stays(
    way: Way,
    site: Site,
    caller: Caller,
    page: Page,
    record: Id<kind::Record>,
    mut form: Form,
) -> web::Result {
    whose(&site, &caller).await?;
    let reason = match way.restricts {
        true => form.choice(way.reason.0, way.reason.1).map(Reason::Restrict),
        false => form.choice(way.reason.0, way.reason.1).map(Reason::Keep),
    };
    let until = form.date(way.until.0, way.until.1);
    let words = form.required(way.words.0, WORDS, way.words.1);
    let form_key = form.value("form_key").to_owned();
    let (true, Some(reason), Some(until), Some(words), 32) = (form.is_good(), reason, until, words, form_key.len())
    else {
        return show_page(&site, &caller, page, form, record).await;
    };
    let (vault, actor) = (site.vault(), caller.actor());
    let outcome = match reason {
        Reason::Keep(reason) => keep(vault, &actor, &Keep { record, until, reason, words, form_key }).await,
        Reason::Restrict(reason) => restrict(vault, &actor, &Restrict { record, until, reason, words, form_key }).await,
    };
    match outcome {
        Ok(()) => {
            let said = format!("{} {}. {}", way.said.0, time::date(until), way.said.1);
            Ok(web::done(&site, "/trust/retention/queue", &said))
        }
        Err(error @ (RetentionError::TooLong(_) | RetentionError::Past)) => {
            form.refuse(way.until.0, error.to_string());
            show_page(&site, &caller, page, form, record).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn delete_it(
    site: Site,
    caller: Caller,
    page: Page,
    Path(record): Path<Id<kind::Record>>,
    mut form: Form,
) -> web::Result {
    whose(&site, &caller).await?;
    let reason = form.choice::<DeleteReason>("delete", "Select why it can go");
    let form_key = form.value("form_key").to_owned();
    let (true, Some(reason), 32) = (form.is_good(), reason, form_key.len()) else {
        return show_page(&site, &caller, page, form, record).await;
    };
    let erased = delete(site.vault(), &caller.actor(), record, reason, &form_key).await?;
    Ok(web::done(
        &site,
        &format!("/trust/retention/erasures/{}", erased.erasure),
        "It is erased, with all that hung on it",
    ))
}
