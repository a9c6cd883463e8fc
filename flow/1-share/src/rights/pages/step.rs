//! Buttons of a request: each is one step.

use axum::{Extension, extract::Path};
use base::{Id, kind};
use web::{Caller, Fault, Form, Site};

use super::{Linked, here, officer, work::here as at_work};
use crate::rights::{
    RightsError, WORDS,
    act::{self, Said},
    codes::{Deed, Given, Longer, NotDone},
    course::CourseError,
    give, work,
};

/// A second click of the same button is no fault: the page shows what stands.
fn settled(site: &Site, path: &str, done: Result<(), RightsError>, said: &str) -> web::Result {
    match done {
        Ok(()) => Ok(web::done(site, path, said)),
        Err(RightsError::Course(CourseError::Already | CourseError::Closed)) => Ok(web::done(site, path, "")),
        Err(error) => Err(error.into()),
    }
}

/// The steps that a data protection officer takes by one button.
pub(super) async fn take_it(
    site: Site,
    caller: Caller,
    Path(id): Path<Id<kind::RightsRequest>>,
    mut form: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    let deed = form.choice::<Deed>("deed", "Choose what was done").ok_or(Fault::NotFound)?;
    let said = match deed {
        Deed::IdentityAsked => "The clock stands still until they show who they are",
        Deed::IdentitySeen => "It is kept that they have shown who they are",
        Deed::ClarificationAsked => "The clock stands still until they say what they mean",
        Deed::Clarified => "The clock goes on",
        Deed::Extended => "Extended by two months. Tell them now, and why",
        Deed::Acknowledged => "It is kept that you acknowledged the complaint",
        Deed::Refused => "The refusal is kept. Print the letter, and send it",
        Deed::Withdrawn => "The request is closed: they took it back",
        _ => return Err(Fault::NotFound),
    };
    let code = match deed {
        Deed::Extended => form.value("longer").parse::<Longer>().ok().map(|one| one.code().to_owned()),
        Deed::Refused => form.value("why").parse::<NotDone>().ok().map(|one| one.code().to_owned()),
        _ => None,
    };
    let words = form.optional("words", WORDS).unwrap_or_default();
    let done = act::take(site.vault(), &caller.actor(), id, deed, &Said { code, words }).await;
    settled(&site, &here(id), done, said)
}

pub(super) async fn gather_it(
    site: Site,
    caller: Caller,
    Path(id): Path<Id<kind::RightsRequest>>,
    _: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    begun(&site, id, work::ask_to_gather(site.vault(), &caller.actor(), id).await)
}

/// Long work was asked for: on to where one sees how far it is. A second click finds it under way.
pub(super) fn begun(
    site: &Site,
    id: Id<kind::RightsRequest>,
    asked: Result<Id<kind::Job>, RightsError>,
) -> web::Result {
    match asked {
        Ok(job) => Ok(web::done(site, &at_work(job), "")),
        Err(RightsError::UnderWay | RightsError::Course(CourseError::Already)) => Ok(web::done(site, &here(id), "")),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn submit_it(
    site: Site,
    caller: Caller,
    Path(id): Path<Id<kind::RightsRequest>>,
    _: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    let done = work::submit(site.vault(), &caller.actor(), id).await;
    settled(&site, &here(id), done, "A second data protection officer can look at it now")
}

pub(super) async fn give_it(
    site: Site,
    caller: Caller,
    Extension(everyone): Linked,
    Path(id): Path<Id<kind::RightsRequest>>,
    mut form: Form,
) -> web::Result {
    officer(&site, &caller).await?;
    let Some(how) = form.choice::<Given>("how", "Select how it was given") else {
        return Err(Fault::Invalid(
            "Select how the answer was given. Nothing was saved: go back and choose.".to_owned(),
        ));
    };
    let done = give::give(site.vault(), everyone.as_ref(), &caller.actor(), id, how).await;
    if let Ok(Some(erasure)) = done {
        let report = format!("/trust/retention/erasures/{erasure}");
        return Ok(web::done(
            &site,
            &report,
            "What was decided is erased, and their request forgets them: this is the report",
        ));
    }
    let done = done.map(|_| ());
    settled(&site, &here(id), done, "The answer was given, and the request is closed")
}
