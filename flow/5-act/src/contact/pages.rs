//! The page on which an attempt to reach a young person is recorded: six questions, one minute.

use askama::Template;
use axum::{Router, extract::Path, routing::get};
use base::{Id, Timestamp, kind};
use vault::Verb;
use web::{Caller, Choice, Fault, Form, Page, Site};

use super::{ContactError, NewContact, Recorded, record};
use crate::{
    moment::{Agreed, How, show},
    moment_type::types,
    neighbours,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/moments/{id}/contact", get(ask).post(save))
}

#[derive(Template)]
#[template(path = "contact/contact.html")]
struct ContactPage {
    page: Page,
    form: Form,
    seen: show::Seen,
    yes_no: Vec<Choice>,
    how: Vec<Choice>,
    /// Side by side, unless something is to be said beside one.
    how_inline: bool,
    agreed: Vec<Choice>,
}

async fn ask(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    let Some(seen) = show::Seen::open(&site, &caller, id).await? else {
        return Ok(web::done(&site, &format!("/moments/{id}"), ""));
    };
    let form = Form::of([("when", local(site.now())), ("form_key", form_key(&site))]);
    contact_page(page, form, seen)
}

/// A key of the form's own, so that sending it twice is sending it once.
pub(crate) fn form_key(site: &Site) -> String {
    format!("{:016x}{:016x}", site.random().next_u64(), site.random().next_u64())
}

/// The key as it is kept: no member's form can pass for another's.
pub(crate) fn kept_key(caller: &Caller, form: &mut Form) -> Option<String> {
    let key = form.value("form_key").to_owned();
    let whole = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !whole {
        form.refuse("form_key", "This page was open for too long, or came from elsewhere. Open it again.");
        return None;
    }
    Some(format!("{}:{key}", caller.id))
}

/// What a `datetime-local` field holds: London's clocks, to the minute.
pub(crate) fn local(at: Timestamp) -> String {
    at.in_london().strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Reads such a field; an empty one is `None`. Also taken: `24/11/2026 15:00`.
pub(crate) fn read_local(form: &mut Form, name: &str, what: &str) -> Result<Option<Timestamp>, ()> {
    let text = form.value(name).trim().to_owned();
    if text.is_empty() {
        return Ok(None);
    }
    match parse_local(&text) {
        Some(at) => Ok(Some(at)),
        None => {
            form.refuse(name, format!("{what} must be a real date and time, such as 24/11/2026 15:00"));
            Err(())
        }
    }
}

fn parse_local(text: &str) -> Option<Timestamp> {
    let local: base::DateTime = text.replacen(' ', "T", 1).parse().ok().or_else(|| {
        let (day, time) = text.split_once(' ')?;
        let mut parts = day.split('/');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        format!("{year}-{month:0>2}-{day:0>2}T{time:0>5}").parse().ok()
    })?;
    base::london::resolve(local).ok()
}

fn contact_page(page: Page, form: Form, seen: show::Seen) -> web::Result {
    let page = page.title("Record contact").with(&form);
    let good = form.is_good();
    let of_a_call = types().get(&seen.moment.moment_type).map_or("", |rules| rules.meeting.of_a_call());
    let hint = |how: &How| if *how == How::Phone { of_a_call } else { "" };
    let shown = ContactPage {
        page,
        form,
        seen,
        yes_no: vec![Choice::new("yes", "Yes"), Choice::new("no", "No")],
        how: How::ALL.iter().map(|how| Choice::new(how, how.words()).hint(hint(how))).collect(),
        how_inline: of_a_call.is_empty(),
        agreed: Agreed::ALL.iter().map(|agreed| Choice::new(agreed, agreed.words())).collect(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

fn read(id: Id<kind::Moment>, caller: &Caller, form: &mut Form, now: Timestamp) -> Option<NewContact> {
    let reached = match form.value("reached") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            form.refuse("reached", "Select whether you reached them");
            None
        }
    };
    let when = read_local(form, "when", "When");
    let how = form.choice::<How>("how", "Select how you tried to reach them");
    let agreed = match reached {
        Some(true) => Some(form.choice::<Agreed>("agreed", "Select whether they want support")),
        _ => None,
    };
    let next = read_local(form, "next", "Next contact");
    if let Ok(Some(next)) = next
        && next <= now
    {
        form.refuse("next", "Next contact must be in the future");
    }
    let note = form.optional("note", 2000);
    let form_key = kept_key(caller, form);
    if !form.is_good() {
        return None;
    }
    Some(NewContact {
        moment: id,
        attempted_at: when.ok()?.unwrap_or(now),
        how: how?,
        reached: reached?,
        agreed: agreed.flatten(),
        next_at: next.ok()?,
        note: note?,
        form_key: form_key?,
    })
}

async fn save(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>, mut form: Form) -> web::Result {
    let here = format!("/moments/{id}");
    let Some(seen) = show::Seen::open(&site, &caller, id).await? else {
        return Err(too_late());
    };
    let Some(new) = read(id, &caller, &mut form, site.now()) else { return contact_page(page, form, seen) };
    let permit = show::permit(&site, &caller, Verb::Record, id, seen.opening.purpose).await?;
    let unit = neighbours::unit(&site.vault().plain()).await?.ok_or_else(|| Fault::internal("no unit is set up"))?;
    match record(site.vault(), &permit, unit, caller.id, &new, types()).await {
        Ok(Recorded::New { .. } | Recorded::Before) => Ok(web::done(&site, &here, "Contact recorded")),
        Err(ContactError::NoMoment) => Err(Fault::Denied),
        Err(ContactError::Moment(error)) => {
            form.refuse("when", error.to_string());
            contact_page(page, form, seen)
        }
        Err(ContactError::Store(error)) => Err(error.into()),
    }
}

/// The purpose's half hour ran out while a form was filled in.
pub(crate) fn too_late() -> Fault {
    Fault::Conflict(
        "It took more than half an hour, so we must ask again why you open this moment. Nothing was saved: go back, copy what \
         you wrote, open the moment again and send it once more."
            .to_owned(),
    )
}
