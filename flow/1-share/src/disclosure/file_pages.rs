//! `/trust/files`: files for one recipient, as far as they name nobody: those that an agency makes, and those that came to a member. Who is in a file
//! before it is released is shown by `app`, which knows the records.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::Purpose;
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    FileError, MadeFile, NewFile, add_person, draft,
    file::{
        self, MAKERS, PURPOSES, State, fetch, files_all, files_from, files_to, my_draft, one, people_of, receipt,
        take_out,
    },
    key, propose, refuse_file,
};
use crate::{
    agreement::purpose_words,
    ask::pages::{Names, form_key, unsealed},
    member, trust,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/files", get(list).post(begin))
        .route("/trust/files/add", post(add))
        .route("/trust/files/{id}/take-out", post(out))
        .route("/trust/files/{id}/propose", post(give_on))
        .route("/trust/files/{id}/refuse", post(not_released))
        .route("/trust/files/{id}/fetch", post(download))
        .route("/trust/files/{id}/receipt", post(came))
}

struct Row {
    href: String,
    title: String,
    more: String,
    state: String,
    clock: Option<time::Clock>,
    news: bool,
}

#[derive(Template)]
#[template(path = "disclosure/files.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    /// Whether this caller makes files.
    makes: bool,
    officer: bool,
    drafting: bool,
    ours: Vec<Row>,
    mine: Vec<Row>,
    recipients: Vec<Choice>,
    purposes: Vec<Choice>,
    has_key: bool,
}

fn state_words(file: &MadeFile, now: base::Timestamp) -> String {
    match &file.state {
        State::Draft => "Being made".to_owned(),
        State::Proposed => "Waits for a second person".to_owned(),
        State::Refused { at, .. } => format!("Not released, {}", time::moment(*at, now)),
        State::Released(released) if released.receipt_at.is_some() => "Received".to_owned(),
        State::Released(released) if now >= released.expires_at => "Gone: its time is over".to_owned(),
        State::Released(released) if released.downloaded_at.is_some() => "Fetched; receipt not acknowledged".to_owned(),
        State::Released(_) => "Released; not fetched yet".to_owned(),
        State::Withdrawn { at } => format!(
            "Withdrawn {}: something in it changed, or what it was given on stands no more",
            time::moment(*at, now)
        ),
    }
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let form = Form::of([("form_key", form_key(&site))]);
    list_page(&site, &caller, page, form).await
}

async fn list_page(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    let (vault, now) = (site.vault(), site.now());
    let staff = vault.staff(&caller.actor(), Purpose::Rights, code!("files_read")).await?;
    let makes = MAKERS.iter().any(|duty| caller.has(duty));
    let officer = is_unit_officer(site, caller).await?;
    let ours = match makes {
        true if officer => files_all(&staff).await?,
        true => files_from(&staff, caller.agency).await?,
        false => Vec::new(),
    };
    let mine = files_to(&staff, caller.id).await?;
    let named: Vec<_> = ours.iter().flat_map(|file| [file.recipient, file.made_by]).collect();
    let names = Names::read(site, caller, &named).await?;
    let row = |file: &MadeFile, came: bool| Row {
        href: format!("/trust/files/{}", file.id),
        title: if came {
            format!("From {}, {}", names.agency(file.from), time::moment(file.made_at, now))
        } else {
            format!("For {}, {}", names.member(file.recipient), names.agency(file.to))
        },
        more: format!(
            "{}{}",
            base::first_large(purpose_words(file.purpose)),
            if came { String::new() } else { format!(". Made by {}", names.member(file.made_by)) }
        ),
        state: state_words(file, now),
        clock: file
            .open(now)
            .filter(|released| released.receipt_at.is_none())
            .map(|released| time::Clock::running(released.expires_at, now)),
        news: !came && file.state == State::Proposed && file.made_by != caller.id && file.recipient != caller.id,
    };
    let recipients = if makes { recipients(site, caller, &names).await? } else { Vec::new() };
    let good = form.is_good();
    let shown = ListPage {
        ours: ours.iter().map(|file| row(file, false)).collect(),
        mine: mine.iter().map(|file| row(file, true)).collect(),
        tabs: trust::tabs(caller, "/trust/files"),
        makes,
        officer,
        drafting: ours.iter().any(|file| file.state == State::Draft && file.made_by == caller.id),
        recipients,
        purposes: PURPOSES.iter().map(|one| Choice::new(one, base::first_large(purpose_words(*one)))).collect(),
        has_key: key::key_of(&staff, caller.id).await?.is_some(),
        page: page.title("Files for one person").with(&form),
        form,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn is_unit_officer(site: &Site, caller: &Caller) -> Result<bool, Fault> {
    let unit = crate::agency::unit(&site.vault().plain()).await?;
    Ok(unit.is_some_and(|unit| unit.id == caller.agency) && caller.has("data_protection_officer"))
}

/// Members of other agencies who have a key.
async fn recipients(site: &Site, caller: &Caller, names: &Names) -> Result<Vec<Choice>, Fault> {
    let book = site.vault().book();
    let keys = key::keys(&book).await?;
    let members = member::all(&book).await?.into_iter().filter(|member| {
        member.active && member.agency != caller.agency && keys.iter().any(|key| key.member == member.id)
    });
    let mut found: Vec<Choice> = members
        .map(|member| Choice::new(member.id, format!("{}, {}", member.name, names.agency(member.agency))))
        .collect();
    found.sort_by(|one, other| one.text.cmp(&other.text));
    Ok(found)
}

async fn begin(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(MAKERS)?;
    let recipient = form.choice::<Id<kind::Member>>("recipient", "Select whom the file is for");
    let purpose = form.choice::<Purpose>("purpose", "Select what it is for");
    let reason = form.required("reason", 500, "Enter why they need it");
    let form_key = form.value("form_key").to_owned();
    let (true, Some(recipient), Some(purpose), Some(reason), 32) =
        (form.is_good(), recipient, purpose, reason, form_key.len())
    else {
        return list_page(&site, &caller, page, form).await;
    };
    match draft(site.vault(), &caller.actor(), &NewFile { recipient, purpose, reason, form_key }).await {
        Ok(id) => Ok(web::done(&site, &format!("/trust/files/{id}"), "The file is begun. Put people in it")),
        Err(error @ (FileError::Recipient | FileError::Another)) => {
            form.refuse("recipient", error.to_string());
            list_page(&site, &caller, page, form).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts somebody into the file that the caller makes: from a person's page, or by a reference.
async fn add(site: Site, caller: Caller, form: Form) -> web::Result {
    caller.needs(MAKERS)?;
    let person = form.value("person").trim().to_uppercase().parse::<Id<kind::Person>>();
    let Some(file) = my_draft(&site.vault().book(), caller.id).await? else {
        return Err(Fault::Refused(
            "You are making no file. Begin one under Trust, Files: say whom it is for, and why. Then put people in it."
                .into(),
        ));
    };
    let here = format!("/trust/files/{}", file.id);
    let Ok(person) = person else {
        return Err(Fault::Refused(
            "This is not a person’s reference: the 26 letters and digits at the end of the address of their page."
                .into(),
        ));
    };
    add_person(site.vault(), &caller.actor(), file.id, person).await?;
    Ok(web::done(&site, &here, "They are in the file"))
}

type FileId = Id<kind::DisclosureFile>;

async fn out(site: Site, caller: Caller, Path(id): Path<FileId>, form: Form) -> web::Result {
    caller.needs(MAKERS)?;
    let person = form.value("person").parse::<Id<kind::Person>>().map_err(|_| Fault::NotFound)?;
    take_out(site.vault(), &caller.actor(), id, person).await?;
    Ok(web::done(&site, &format!("/trust/files/{id}"), "They are not in the file any more"))
}

/// A step that was done already says nothing; another fault is told.
fn stepped(site: &Site, id: FileId, outcome: Result<(), FileError>, said: &str) -> web::Result {
    match outcome {
        Ok(()) => Ok(web::done(site, &format!("/trust/files/{id}"), said)),
        Err(FileError::Settled) => Ok(web::done(site, &format!("/trust/files/{id}"), "")),
        Err(error) => Err(error.into()),
    }
}

async fn give_on(site: Site, caller: Caller, Path(id): Path<FileId>, _: Form) -> web::Result {
    caller.needs(MAKERS)?;
    let outcome = propose(site.vault(), &caller.actor(), id).await;
    stepped(&site, id, outcome, "It waits for a second person of your agency")
}

async fn not_released(site: Site, caller: Caller, Path(id): Path<FileId>, _: Form) -> web::Result {
    caller.needs(MAKERS)?;
    let outcome = refuse_file(site.vault(), &caller.actor(), id).await;
    stepped(&site, id, outcome, "It is not released")
}

async fn download(site: Site, caller: Caller, Path(id): Path<FileId>, _: Form) -> web::Result<Response> {
    let bytes = fetch(site.vault(), &caller.actor(), id).await?;
    let name = format!("attachment; filename=\"alongside-{id}.zip.age\"");
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

async fn came(site: Site, caller: Caller, Path(id): Path<FileId>, _: Form) -> web::Result {
    let outcome = receipt(site.vault(), &caller.actor(), id).await;
    stepped(&site, id, outcome, "Thank you. That it came is in the register")
}

/// What a caller is to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Whoever makes it.
    Maker,
    /// Somebody of the same agency who may release it.
    Second,
    /// Whom it is for.
    Recipient,
}

/// A file for this caller, and who is in it before it is released: to anybody else there is none.
///
/// # Errors
/// Not found; the database's.
pub async fn open_file(
    site: &Site,
    caller: &Caller,
    id: Id<kind::DisclosureFile>,
) -> Result<(MadeFile, Hand, Vec<file::Person>), Fault> {
    let vault = site.vault();
    let staff = vault.staff(&caller.actor(), Purpose::Rights, code!("file_read")).await?;
    let file = one(&staff, id).await?.ok_or(Fault::NotFound)?;
    let makes = MAKERS.iter().any(|duty| caller.has(duty)) && file.from == caller.agency
        || is_unit_officer(site, caller).await?;
    if file.recipient == caller.id && matches!(file.state, State::Released(_) | State::Withdrawn { .. }) {
        return Ok((file, Hand::Recipient, Vec::new()));
    }
    if !makes || file.recipient == caller.id {
        return Err(Fault::NotFound);
    }
    let people = match file.state {
        State::Draft | State::Proposed => people_of(vault, &caller.actor(), &file).await?,
        _ => Vec::new(),
    };
    let hand = if file.made_by == caller.id { Hand::Maker } else { Hand::Second };
    Ok((file, hand, people))
}

#[derive(Template)]
#[template(path = "disclosure/file_summary.html")]
struct Summary {
    page: Page,
    here: String,
    rows: Vec<(&'static str, String)>,
    clock: Option<time::Clock>,
    fetches: bool,
    came: bool,
    gone: bool,
}

/// What the register has of a file, with what its recipient can do, as markup that is safe to show.
///
/// # Errors
/// The database's.
pub async fn file_summary(
    site: &Site,
    caller: &Caller,
    page: &Page,
    file: &MadeFile,
    hand: Hand,
) -> Result<String, Fault> {
    let now = site.now();
    let mut named = vec![file.made_by, file.recipient];
    if let State::Released(released) = &file.state {
        named.push(released.by);
    }
    let names = Names::read(site, caller, &named).await?;
    let mut rows = vec![
        ("For", format!("{}, {}", names.member(file.recipient), names.agency(file.to))),
        ("From", names.agency(file.from).to_owned()),
        ("What for", base::first_large(purpose_words(file.purpose))),
        ("Why", unsealed(site.vault(), &file.reason)?),
        ("State", state_words(file, now)),
    ];
    if hand != Hand::Recipient {
        rows.push(("Made by", names.member(file.made_by).to_owned()));
    }
    if matches!(file.state, State::Draft | State::Proposed) {
        // It is encrypted to this key: a fresh one is a reason to ask them whether it is theirs.
        let known = key::key_of(&site.vault().book(), file.recipient).await?;
        let since = known
            .map_or_else(|| "None".to_owned(), |known| format!("Last changed {}", time::full(known.registered_at)));
        rows.push(("Their key for files", since));
    }
    if let State::Released(released) = &file.state {
        rows.push(("Released", format!("{} by {}", time::full(released.at), names.member(released.by))));
        rows.push((
            "What is in it",
            format!("{} about {}", words(released.rows, "row", "rows"), words(released.people, "person", "people")),
        ));
        rows.push(("Mark", released.canary.clone()));
        rows.push(("Hash of the encrypted file", released.sha256.clone()));
        rows.push(("Gone", time::full(released.expires_at)));
        rows.push(("Fetched", released.downloaded_at.map_or_else(|| "Not yet".to_owned(), time::full)));
        rows.push(("Receipt", released.receipt_at.map_or_else(|| "Not yet".to_owned(), time::full)));
    }
    let open = file.open(now);
    let mine = hand == Hand::Recipient;
    let released = match &file.state {
        State::Released(released) => Some(released),
        _ => None,
    };
    Ok(Summary {
        page: page.clone(),
        here: format!("/trust/files/{}", file.id),
        rows,
        clock: open
            .filter(|released| released.receipt_at.is_none())
            .map(|released| time::Clock::running(released.expires_at, now)),
        fetches: mine && open.is_some(),
        came: mine
            && released.is_some_and(|released| released.downloaded_at.is_some() && released.receipt_at.is_none()),
        gone: mine && open.is_none(),
    }
    .render()?)
}

fn words(n: u64, one: &str, more: &str) -> String {
    format!("{} {}", web::thousands(n), if n == 1 { one } else { more })
}
