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
    let mut form = Form::of([("form_key", form_key(&site))]);
    form.put_date_time("when", site.now());
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
    let when =
        if form.date_time_is_blank("when") { Some(now) } else { form.date_time("when", "the time of the contact") };
    let how = form.choice::<How>("how", "Select how you tried to reach them");
    let agreed = match reached {
        Some(true) => Some(form.choice::<Agreed>("agreed", "Select whether they want support")),
        _ => None,
    };
    let next = if form.date_time_is_blank("next") { None } else { form.date_time("next", "the next contact") };
    if next.is_some_and(|next| next <= now) {
        form.refuse("next", "The next contact must be in the future");
    }
    let note = form.optional("note", 2000);
    let form_key = kept_key(caller, form);
    if !form.is_good() {
        return None;
    }
    Some(NewContact {
        moment: id,
        attempted_at: when?,
        how: how?,
        reached: reached?,
        agreed: agreed.flatten(),
        next_at: next,
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
