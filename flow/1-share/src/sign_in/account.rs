//! A member's own account: `/account`, their password, second factor and open sign-ins.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};
use base::{Id, SignedDuration, kind};
use web::{ABSOLUTE_HOURS, Caller, End, Fault, Form, IDLE_MINUTES, Page, Proof, SignIn, Site};

use super::{hash_password, pages, pages::SetUp, password, second_factor::Shared, store};
use crate::member::{self, Duty, Secrets};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/account", get(show))
        .route("/account/password", get(ask_password).post(change_password))
        .route("/account/second-factor", get(ask_second_factor).post(change_second_factor))
        .route("/account/sign-ins/{id}/end", post(end_sign_in))
}

#[derive(Template)]
#[template(path = "sign_in/account.html")]
struct AccountPage {
    page: Page,
    email: String,
    duties: Vec<(&'static str, &'static str)>,
    second_factor: String,
    /// What is done about it: set up, or changed.
    set_up: &'static str,
    sign_ins: Vec<OpenSignIn>,
}

struct OpenSignIn {
    id: String,
    opened: String,
    seen: String,
    this: bool,
}

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct PasswordPage {
    page: Page,
    form: Form,
}

async fn who(site: &Site, caller: &Caller) -> Result<Secrets, Fault> {
    let found = member::secrets_by_id(&site.vault().book(), caller.id).await?;
    found.ok_or(Fault::NotFound)
}

async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    let who = who(&site, &caller).await?;
    let duties = caller.duties.iter().filter_map(|code| code.as_str().parse::<Duty>().ok());
    let now = site.now();
    let open = store::open_sign_ins(site.vault(), caller.id).await?;
    let sign_ins = open.into_iter().filter(|sign_in| is_live(sign_in, now)).map(|sign_in| OpenSignIn {
        id: sign_in.id.to_string(),
        opened: web::time::moment(sign_in.opened_at, now),
        seen: web::time::moment(sign_in.seen_at, now),
        this: sign_in.id == caller.sign_in,
    });
    web::render(AccountPage {
        page: page.title("Your account"),
        email: who.email.clone(),
        duties: duties.map(|duty| (duty.words(), duty.more())).collect(),
        set_up: if who.second_factor.is_some() { "Change" } else { "Set up" },
        second_factor: match (who.second_factor.is_some(), store::recovery_codes_left(site.vault(), caller.id).await?) {
            (false, _) => "Not set up".to_owned(),
            (true, 1) => "An app on your phone; 1 recovery code left".to_owned(),
            (true, left) => format!("An app on your phone; {left} recovery codes left"),
        },
        sign_ins: sign_ins.collect(),
    })
}

fn is_live(sign_in: &SignIn, now: base::Timestamp) -> bool {
    now.since(sign_in.seen_at) < SignedDuration::from_mins(IDLE_MINUTES)
        && now.since(sign_in.opened_at) < SignedDuration::from_hours(ABSOLUTE_HOURS)
        && sign_in.proof != Proof::Pending
}

async fn ask_password(_: Caller, page: Page) -> web::Result {
    web::render(PasswordPage { page: page.title("Change your password"), form: Form::empty() })
}

/// Checks the present password, as often as signing in may be tried.
pub(crate) async fn present_password(site: &Site, who: &Secrets, form: &mut Form) -> Result<bool, Fault> {
    if form.value("present").is_empty() {
        form.refuse("present", "Enter your present password");
        return Ok(false);
    }
    let wait = site.throttle_by_account().take(&who.email, site.now());
    wait.map_err(|wait| Fault::TooMany(format!("There were too many tries. Wait {} and try again.", wait.words())))?;
    let right = password::verify(form.value("present"), who.password_hash.as_deref()).await;
    if right {
        site.throttle_by_account().forgive(&who.email);
    } else {
        store::failed(site.vault(), Some(who), "account").await?;
        form.refuse("present", "This is not your present password");
    }
    Ok(right)
}

async fn change_password(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    let who = who(&site, &caller).await?;
    let right = present_password(&site, &who, &mut form).await?;
    let fresh = form.value("fresh").to_owned();
    let hash = match hash_password(&fresh, &who.email, site.random()).await {
        Ok(hash) => Some(hash),
        Err(problem) => {
            form.refuse("fresh", problem.to_string());
            None
        }
    };
    if form.value("again") != fresh {
        form.refuse("again", "This differs from the new password above");
    }
    let (true, true, Some(hash)) = (right, form.is_good(), hash) else {
        return web::render_errors(PasswordPage { page: page.title("Change your password").with(&form), form });
    };
    store::keep_password(site.vault(), &who, &hash).await?;
    let proof = if caller.second_factor { Proof::SecondFactor } else { Proof::Password };
    let opened = reopen(&site, &caller, proof).await?;
    Ok(with_message(&site, opened, "Your password is changed. Everyone else who was signed in as you is signed out."))
}

/// After a secret changed: every sign-in of the member ends, and this browser gets a new one.
async fn reopen(site: &Site, caller: &Caller, proof: Proof) -> Result<Response, Fault> {
    site.sign_ins().end_all(caller.id, caller.actor(), End::SecretChanged).await?;
    let token = site.sign_ins().open(caller.id, caller.agency, proof).await?;
    Ok(web::signed_in(site, &token, "/account"))
}

fn with_message(site: &Site, mut response: Response, message: &str) -> Response {
    let said = web::done(site, "/account", message);
    for cookie in said.headers().get_all(axum::http::header::SET_COOKIE) {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie.clone());
    }
    response
}

async fn ask_second_factor(site: Site, caller: Caller, page: Page) -> web::Result {
    let who = who(&site, &caller).await?;
    pages::set_up_page(&site, &who, page, Form::empty(), &Shared::new(site.random()), true)
}

async fn change_second_factor(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    let who = who(&site, &caller).await?;
    present_password(&site, &who, &mut form).await?;
    match pages::set_up(&site, &who, page.clone(), form).await? {
        SetUp::Again(shown) => Ok(shown),
        SetUp::Kept(codes) => {
            let opened = reopen(&site, &caller, Proof::SecondFactor).await?;
            pages::show_recovery(page, codes, "/account".to_owned(), opened)
        }
    }
}

async fn end_sign_in(site: Site, caller: Caller, Path(id): Path<Id<kind::Token>>) -> web::Result {
    let open = store::open_sign_ins(site.vault(), caller.id).await?;
    if !open.iter().any(|sign_in| sign_in.id == id) {
        return Err(Fault::NotFound);
    }
    site.sign_ins().end(id, caller.actor(), End::Revoked).await?;
    if id == caller.sign_in {
        return Ok(web::signed_out(&site, "/sign-in"));
    }
    Ok(web::done(&site, "/account", "You are signed out there"))
}
