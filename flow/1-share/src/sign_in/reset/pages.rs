//! `/trust/members`, where an administrator helps a member back in, and `/sign-in/new-password`, where the member uses the
//! code.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::{Operation, Purpose, Scope, Staff};
use web::{Address, Caller, Fault, Form, Page, Site};

use super::{CODE_HOURS, Reset, ResetError, reset, store};
use crate::{
    agency,
    member::{self, Member},
    sign_in::{hash_password, pages::too_many, second_factor, store as signing},
    trust,
};

pub(in crate::sign_in) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/members", get(list))
        .route("/trust/members/{id}", get(show))
        .route("/trust/members/{id}/password", post(give_code))
        .route("/trust/members/{id}/second-factor", post(take_second_factor))
        .route("/sign-in/new-password", get(ask).post(take))
}

const ADMINISTRATORS: &[&str] = &["administrator"];

/// A member, as the administrator's pages show them.
struct Line {
    id: Id<kind::Member>,
    name: String,
    email: String,
    agency: String,
    duties: String,
    active: bool,
    password: bool,
    second_factor: bool,
}

#[derive(Template)]
#[template(path = "sign_in/reset/members.html")]
struct MembersPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    members: Vec<Line>,
}

#[derive(Template)]
#[template(path = "sign_in/reset/member.html")]
struct MemberPage {
    page: Page,
    member: Line,
    own: bool,
    hours: i64,
}

#[derive(Template)]
#[template(path = "sign_in/reset/code.html")]
struct CodePage {
    page: Page,
    name: String,
    email: String,
    second_factor: bool,
    code: String,
    hours: i64,
    back: String,
}

#[derive(Template)]
#[template(path = "sign_in/reset/new_password.html")]
struct NewPasswordPage {
    page: Page,
    form: Form,
}

async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    caller.needs(ADMINISTRATORS)?;
    let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("members_read")).await?;
    web::render(MembersPage {
        page: page.title("Members"),
        tabs: trust::tabs(&caller, "/trust/members"),
        members: lines(&site, &staff).await?,
    })
}

async fn lines(site: &Site, staff: &Staff) -> Result<Vec<Line>, Fault> {
    let agencies: BTreeMap<_, _> =
        agency::all(&site.vault().plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let proofs: BTreeMap<_, _> = store::proofs(staff).await?.into_iter().map(|proof| (proof.member, proof)).collect();
    let line = |member: Member| Line {
        agency: agencies.get(&member.agency).cloned().unwrap_or_default(),
        duties: member.duties.iter().map(|duty| duty.words()).collect::<Vec<_>>().join(", "),
        password: proofs.get(&member.id).is_some_and(|proof| proof.password),
        second_factor: proofs.get(&member.id).is_some_and(|proof| proof.second_factor),
        id: member.id,
        name: member.name,
        email: member.email,
        active: member.active,
    };
    Ok(member::all(staff).await?.into_iter().map(line).collect())
}

async fn one(site: &Site, caller: &Caller, id: Id<kind::Member>) -> Result<Line, Fault> {
    caller.needs(ADMINISTRATORS)?;
    let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("members_read")).await?;
    lines(site, &staff).await?.into_iter().find(|line| line.id == id).ok_or(Fault::NotFound)
}

async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Member>>) -> web::Result {
    let member = one(&site, &caller, id).await?;
    web::render(MemberPage { page: page.title(member.name.clone()), own: caller.id == id, member, hours: CODE_HOURS })
}

fn refused(error: ResetError) -> Fault {
    match error {
        ResetError::Store(error) => error.into(),
        ResetError::NoMember => Fault::NotFound,
        ResetError::Own | ResetError::TwoPeople | ResetError::Second => Fault::Refused(error.to_string()),
    }
}

async fn give_code(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Member>>, _: Form) -> web::Result {
    let member = one(&site, &caller, id).await?;
    let code = match reset(site.vault(), &caller.actor(), id, Reset::Password).await {
        Err(ResetError::Second) => {
            let said =
                "Your word is kept. A second administrator must ask for the code too, within 24 hours, and gets it";
            return Ok(web::done(&site, &format!("/trust/members/{id}"), said));
        }
        outcome => outcome.map_err(refused)?,
    };
    web::render(CodePage {
        page: page.title("Give them this code"),
        name: member.name,
        email: member.email,
        second_factor: member.second_factor,
        code: code.unwrap_or_default(),
        hours: CODE_HOURS,
        back: format!("/trust/members/{id}"),
    })
}

async fn take_second_factor(
    site: Site,
    caller: Caller,
    Path(id): Path<Id<kind::Member>>,
    _: Form,
) -> web::Result<Response> {
    let member = one(&site, &caller, id).await?;
    reset(site.vault(), &caller.actor(), id, Reset::SecondFactor).await.map_err(refused)?;
    let said = format!("{} sets up a new second factor when they next sign in", member.name);
    Ok(web::done(&site, &format!("/trust/members/{id}"), &said))
}

const TITLE: &str = "Choose a new password";
/// One sentence for every way in which a code can be wrong, so that it tells nothing about accounts.
const WRONG: &str = "This email address and code don’t belong together, or the code was used or its time is over. Check both, or ask the \
                     administrator for a new code";

async fn ask(page: Page) -> web::Result {
    web::render(NewPasswordPage { page: page.title(TITLE), form: Form::empty() })
}

async fn take(site: Site, page: Page, Address(address): Address, mut form: Form) -> web::Result {
    let email = form.required("email", 200, "Enter your email address");
    let code = form.required("code", 60, "Enter the code that the administrator gave you");
    let fresh = form.value("fresh").to_owned();
    let hash = match hash_password(&fresh, form.value("email"), site.random()).await {
        Ok(hash) => Some(hash),
        Err(problem) => {
            form.refuse("fresh", problem.to_string());
            None
        }
    };
    if form.value("again") != fresh {
        form.refuse("again", "This differs from the new password above");
    }
    let (true, Some(email), Some(code), Some(hash)) = (form.is_good(), email, code, hash) else {
        return web::render_errors(NewPasswordPage { page: page.title(TITLE).with(&form), form });
    };
    let now = site.now();
    site.throttle_by_address().take(&address, now).map_err(too_many)?;
    site.throttle_by_account().take(&email, now).map_err(too_many)?;
    let found = member::secrets_by_email(&site.vault().book(), &email).await?.filter(|who| who.active);
    let right = match &found {
        Some(who) => {
            let mut change = site.vault().change(cause(who)).await?;
            let right = store::use_code(&mut change, who.id, &second_factor::recovery_hash(who.id, &code)).await?;
            if right {
                member::set_password(&mut change, who.id, &hash).await?;
                store::end_sign_ins(&mut change, who.id).await?;
                change.commit().await?;
            }
            right
        }
        None => false,
    };
    if !right {
        signing::failed(site.vault(), found.as_ref(), "reset_code").await?;
        form.refuse("code", WRONG);
        return web::render_errors(NewPasswordPage { page: page.title(TITLE).with(&form), form });
    }
    site.throttle_by_account().forgive(&email);
    Ok(web::done(&site, "/sign-in", "Your new password is kept. Sign in with it"))
}

fn cause(who: &member::Secrets) -> vault::Cause {
    vault::Cause {
        actor: vault::Actor::Member { id: who.id, agency: who.agency },
        purpose: Purpose::Administration,
        operation: Operation::SignIn,
        act: code!("password_chosen"),
        scope: Scope::of("member", who.id),
    }
}
