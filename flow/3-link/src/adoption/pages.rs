//! The page of identities that are kept apart: for each of the two who are named, and nobody else.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::Purpose;
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{Adoption, AdoptionError, KEEPERS, NewAdoption, agree_to_lift, keep_apart, links_of};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/links/kept-apart", get(list).post(keep)).route("/links/kept-apart/{id}/lift", post(lift))
}

struct LinkRow {
    people: [String; 2],
    with: String,
    made: String,
    lifts: String,
    may_agree: bool,
    here: String,
}

#[derive(Template)]
#[template(path = "adoption/list.html")]
struct ListPage {
    page: Page,
    form: Form,
    rows: Vec<LinkRow>,
    members: Vec<Choice>,
}

fn officer(caller: &Caller) -> bool {
    !caller.has("social_worker")
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    list_page(&site, &caller, page, Form::empty()).await
}

async fn list_page(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    caller.needs(KEEPERS)?;
    let vault = site.vault();
    let links = match links_of(vault, &caller.actor(), officer(caller)).await {
        Ok(links) => links,
        Err(AdoptionError::Refused(vault::Refusal::Refused { .. })) => Vec::new(),
        Err(error) => return Err(fault(error)),
    };
    let staff = vault.staff(&caller.actor(), Purpose::Administration, code!("names_read")).await?;
    let mut members = share::api::members(&staff).await?;
    members.retain(|one| one.active && one.duties.iter().any(|duty| KEEPERS.contains(&duty.code())));
    let name = |id: Id<kind::Member>| {
        members
            .iter()
            .find(|one| one.id == id)
            .map_or_else(|| "somebody who has left".to_owned(), |one| one.name.clone())
    };
    let rows = links.iter().map(|link| {
        let [first, second] = link.members;
        let (own, other) = if first == caller.id { (0, second) } else { (1, first) };
        let agreed = |at: usize| link.lifts.get(at).copied().flatten().is_some();
        LinkRow {
            people: link.people.map(|person| format!("/people/{person}")),
            with: name(other),
            made: format!("{}, {}", name(link.made_by), time::moment(link.made_at, site.now())),
            lifts: match (agreed(own), agreed(1 - own)) {
                (true, _) => "You agreed to lift it; the other has not yet.".to_owned(),
                (false, true) => format!("{} agreed to lift it.", name(other)),
                (false, false) => String::new(),
            },
            may_agree: !agreed(own),
            here: format!("/links/kept-apart/{}", link.id),
        }
    });
    let rows = rows.collect();
    let choices = members.iter().map(|one| Choice::new(one.id, one.name.clone())).collect();
    let good = form.is_good();
    let shown = ListPage { page: page.title("Identities kept apart").with(&form), form, rows, members: choices };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

fn fault(error: AdoptionError) -> Fault {
    match error {
        AdoptionError::NotFound | AdoptionError::NoUnit => Fault::NotFound,
        AdoptionError::Refused(refusal) => refusal.into(),
        AdoptionError::Store(error) => error.into(),
        other => Fault::Refused(other.to_string()),
    }
}

/// A person from their page's address, or from their id.
fn person(form: &mut Form, field: &str) -> Option<Id<kind::Person>> {
    let text = form.required(field, 200, "Enter the address of the person’s page")?;
    let id = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default().parse().ok();
    if id.is_none() {
        form.refuse(field, "Copy the address of the person’s page");
    }
    id
}

async fn keep(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(KEEPERS)?;
    let (one, other) = (person(&mut form, "one"), person(&mut form, "other"));
    let first = form.choice::<Id<kind::Member>>("first", "Select who sees it");
    let second = form.choice::<Id<kind::Member>>("second", "Select who else sees it");
    let (Some(one), Some(other), Some(first), Some(second), true) = (one, other, first, second, form.is_good()) else {
        return list_page(&site, &caller, page, form).await;
    };
    let new = NewAdoption { people: [one, other], members: [first, second] };
    match keep_apart(site.vault(), &caller.actor(), officer(&caller), &new).await {
        Ok(_) => Ok(web::done(
            &site,
            "/links/kept-apart",
            "They are kept apart. The two whom you named see it, and nobody else",
        )),
        Err(error @ AdoptionError::Members) => {
            form.refuse("second", error.to_string());
            list_page(&site, &caller, page, form).await
        }
        Err(error @ (AdoptionError::NoPerson | AdoptionError::OnePerson)) => {
            form.refuse("other", error.to_string());
            list_page(&site, &caller, page, form).await
        }
        Err(error) => Err(fault(error)),
    }
}

async fn lift(site: Site, caller: Caller, Path(id): Path<Id<Adoption>>, _: Form) -> web::Result {
    caller.needs(KEEPERS)?;
    let lifted = agree_to_lift(site.vault(), &caller.actor(), officer(&caller), id).await.map_err(fault)?;
    let said = if lifted {
        "Both agreed: they are no longer kept apart"
    } else {
        "The other has to agree too. Until then they stay apart"
    };
    Ok(web::done(&site, "/links/kept-apart", said))
}
