//! Signing in and out: `/sign-in`, `/sign-in/second-factor`, `/sign-out`.

use askama::Template;
use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use web::{Address, End, Fault, Form, MaybeCaller, Page, Pending, Proof, Query, Site, Wait};

use super::{
    demo, password,
    second_factor::{Picture, Shared},
    store,
};
use crate::member::{self, Secrets};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in", get(ask_password).post(take_password))
        .route("/sign-in/second-factor", get(ask_code).post(take_code))
        .route("/sign-out", post(sign_out))
}

#[derive(Template)]
#[template(path = "sign_in/sign_in.html")]
struct SignInPage {
    page: Page,
    form: Form,
    demo: bool,
}

#[derive(Template)]
#[template(path = "sign_in/second_factor.html")]
struct CodePage {
    page: Page,
    form: Form,
}

#[derive(Template)]
#[template(path = "sign_in/set_up.html")]
pub(super) struct SetUpPage {
    pub page: Page,
    pub form: Form,
    pub picture: Option<Picture>,
    pub typed: String,
    /// Whether the password is asked for too: on the account page.
    pub asks_password: bool,
}

#[derive(Template)]
#[template(path = "sign_in/recovery.html")]
struct RecoveryPage {
    page: Page,
    codes: Vec<String>,
    next: String,
}

async fn ask_password(
    site: Site,
    MaybeCaller(caller): MaybeCaller,
    demo::MayChoose(demo): demo::MayChoose,
    page: Page,
    Query(query): Query,
) -> web::Result {
    let next = web::own_path(query.value("next")).to_owned();
    if caller.is_some() {
        return Ok(web::done(&site, &next, ""));
    }
    let form = Form::of([("next", next)]);
    web::render(SignInPage { page: page.title("Sign in"), form, demo })
}

/// One sentence for everything that can be wrong, so that it does not tell which addresses are members'.
const WRONG: &str = "Check your email address and password: together they don’t open an account";

async fn take_password(site: Site, Address(address): Address, page: Page, mut form: Form) -> web::Result {
    let email = form.required("email", 200, "Enter your email address");
    let typed = form.value("password").to_owned();
    if typed.is_empty() {
        form.refuse("password", "Enter your password");
    }
    let Some(email) = email.filter(|_| form.is_good()) else {
        return web::render_errors(SignInPage { page: page.title("Sign in").with(&form), form, demo: false });
    };
    let now = site.now();
    site.throttle_by_address().take(&address, now).map_err(too_many)?;
    site.throttle_by_account().take(&email, now).map_err(too_many)?;
    let found = member::secrets_by_email(&site.vault().book(), &email).await?;
    let hash = found.as_ref().filter(|who| who.active).and_then(|who| who.password_hash.as_deref());
    let right = password::verify(&typed, hash).await;
    let Some(who) = found.as_ref().filter(|_| right) else {
        store::failed(site.vault(), found.as_ref(), "password").await?;
        form.refuse("email", WRONG);
        return web::render_errors(SignInPage { page: page.title("Sign in").with(&form), form, demo: false });
    };
    site.throttle_by_account().forgive(&email);
    let token = site.sign_ins().open(who.id, who.agency, Proof::Pending).await?;
    let next = web::own_path(form.value("next"));
    Ok(web::signed_in(&site, &token, &second_factor_path(next)))
}

fn second_factor_path(next: &str) -> String {
    if next == "/" {
        "/sign-in/second-factor".to_owned()
    } else {
        format!("/sign-in/second-factor?next={}", encoded(next))
    }
}

/// Percent-encodes what would end a query value.
fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'%' | b'&' | b'#' | b'+' | b'=' | b'?' | b' ' => format!("%{byte:02X}"),
            _ => char::from(byte).to_string(),
        })
        .collect()
}

pub(super) fn too_many(wait: Wait) -> Fault {
    Fault::TooMany(format!("There were too many tries. Nothing is lost. Wait {} and try again.", wait.words()))
}

async fn pending(site: &Site, waiting: &Pending) -> Result<Secrets, Fault> {
    let found = member::secrets_by_id(&site.vault().book(), waiting.member).await?;
    found.filter(|who| who.active).ok_or_else(|| Fault::SignInFirst("/".to_owned()))
}

async fn ask_code(site: Site, waiting: Pending, page: Page, Query(query): Query) -> web::Result {
    let who = pending(&site, &waiting).await?;
    let form = Form::of([("next", web::own_path(query.value("next")))]);
    if who.second_factor.is_some() {
        return web::render(CodePage { page: page.title("Enter the code from your phone"), form });
    }
    set_up_page(&site, &who, page, form, &Shared::new(site.random()), false)
}

/// The page that shows a new secret. The sealed secret travels in the form, so that nothing is kept before it is proved.
pub(super) fn set_up_page(
    site: &Site,
    who: &Secrets,
    page: Page,
    mut form: Form,
    shared: &Shared,
    asks_password: bool,
) -> web::Result {
    if form.value("sealed").is_empty() {
        form.put("sealed", shared.seal(site.vault(), who.id)?);
    }
    let good = form.is_good();
    let shown = SetUpPage {
        page: page.title("Set up your second factor").with(&form),
        picture: shared.picture(&who.email),
        typed: shared.typed(),
        form,
        asks_password,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

async fn take_code(site: Site, waiting: Pending, page: Page, form: Form) -> web::Result {
    let who = pending(&site, &waiting).await?;
    let key = who.id.to_string();
    site.throttle_by_second_factor().take(&key, site.now()).map_err(too_many)?;
    let next = web::own_path(form.value("next")).to_owned();
    let codes = match &who.second_factor {
        Some(sealed) => {
            if !code_is_right(&site, &who, sealed, form.value("code")).await? {
                return wrong_code(&site, &who, page, form).await;
            }
            None
        }
        None => match set_up(&site, &who, page.clone(), form).await? {
            SetUp::Again(shown) => return Ok(shown),
            SetUp::Kept(codes) => Some(codes),
        },
    };
    site.throttle_by_second_factor().forgive(&key);
    site.sign_ins().end(waiting.sign_in, actor(&who), End::Replaced).await?;
    let token = site.sign_ins().open(who.id, who.agency, Proof::SecondFactor).await?;
    let opened = web::signed_in(&site, &token, &next);
    match codes {
        None => Ok(opened),
        Some(codes) => show_recovery(page, codes, next, opened),
    }
}

pub(super) fn actor(who: &Secrets) -> vault::Actor {
    vault::Actor::Member { id: who.id, agency: who.agency }
}

/// A code from the phone, used once; or a recovery code, used once.
pub(super) async fn code_is_right(site: &Site, who: &Secrets, sealed: &str, code: &str) -> Result<bool, Fault> {
    let shared = Shared::unseal(site.vault(), who.id, sealed)?;
    match shared.step_of(code, site.now()) {
        Some(step) if step > who.second_factor_step => Ok(store::use_step(site.vault(), who, step).await?),
        Some(_) => Ok(false),
        None => Ok(store::use_recovery(site.vault(), who, code).await?),
    }
}

async fn wrong_code(site: &Site, who: &Secrets, page: Page, mut form: Form) -> web::Result {
    store::failed(site.vault(), Some(who), "second_factor").await?;
    form.refuse("code", "This code is not right. Wait for the next one on your phone, and enter its six digits");
    web::render_errors(CodePage { page: page.title("Enter the code from your phone").with(&form), form })
}

/// What came of setting up a second factor.
pub(super) enum SetUp {
    /// The page again, with what was wrong.
    Again(Response),
    /// It is kept; these are the recovery codes.
    Kept(Vec<String>),
}

/// Proves a new secret by a code, and keeps it.
pub(super) async fn set_up(site: &Site, who: &Secrets, page: Page, mut form: Form) -> Result<SetUp, Fault> {
    let asks_password = page.caller.is_some();
    let Ok(shared) = Shared::unseal(site.vault(), who.id, form.value("sealed")) else {
        return Err(Fault::Invalid(
            "The form was changed on its way. Nothing was saved. Open the page again.".to_owned(),
        ));
    };
    let step = shared.step_of(form.value("code"), site.now());
    if step.is_none() {
        form.refuse("code", "This code is not right. Enter the six digits that your phone shows now");
    }
    let (Some(step), true) = (step, form.is_good()) else {
        return Ok(SetUp::Again(set_up_page(site, who, page, form, &shared, asks_password)?));
    };
    let sealed = shared.seal(site.vault(), who.id)?;
    Ok(SetUp::Kept(store::keep_second_factor(site.vault(), who, &sealed, step).await?))
}

/// The recovery codes, once, on the answer that also carries the new sign-in.
pub(super) fn show_recovery(page: Page, codes: Vec<String>, next: String, opened: Response) -> web::Result {
    let mut shown = web::render(RecoveryPage { page: page.title("Keep your recovery codes"), codes, next })?;
    for cookie in opened.headers().get_all(axum::http::header::SET_COOKIE) {
        shown.headers_mut().append(axum::http::header::SET_COOKIE, cookie.clone());
    }
    Ok(shown)
}

async fn sign_out(site: Site, MaybeCaller(caller): MaybeCaller) -> web::Result {
    if let Some(caller) = caller {
        site.sign_ins().end(caller.sign_in, caller.actor(), End::SignedOut).await?;
    }
    Ok(web::signed_out(&site, "/sign-in").into_response())
}
