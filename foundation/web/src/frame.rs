//! What stands around every route: who asks, the check that a form is ours, the limits, the headers, one log line, and
//! the page of a fault or a panic.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::FutureExt;
use tower_http::compression::{
    CompressionLayer,
    predicate::{DefaultPredicate, NotForContentType, Predicate as _},
};

use crate::{
    Caller, Fault, Pending, Proof, Site, assets, caller, cookies,
    cookies::Cookie,
    cross_site,
    fault::Shown,
    faults, headers,
    sign_in::{SignIn, Token},
};

/// What the frame knows of a request; pages and extractors read it.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) caller: Option<Arc<Caller>>,
    pub(crate) pending: Option<Pending>,
    pub(crate) path: String,
    pub(crate) flash: Option<String>,
    secret: String,
    secret_is_new: bool,
    /// Set once a page has shown a form token: only then is the visit's cookie needed.
    token_shown: Arc<AtomicBool>,
}

impl Frame {
    pub(crate) fn of(parts: &Parts) -> Result<&Self, Fault> {
        parts.extensions.get::<Self>().ok_or_else(|| Fault::internal("the route is not inside web::serve"))
    }

    /// A fresh form token for this browser.
    pub(crate) fn form_token(&self, site: &Site) -> String {
        self.token_shown.store(true, Ordering::Relaxed);
        cross_site::token(&self.secret, site.random())
    }
}

pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// The whole site: `routes` with assets, error pages, headers, form checks and limits around them. Call it once, in `app`,
/// and serve it with `into_make_service_with_connect_info::<SocketAddr>()`, so that [`crate::Address`] knows the sender.
/// A panic becomes a page with a reference; `app` sets a panic hook that logs the place and not the message.
pub fn serve(routes: Router<Site>, site: Site) -> Router {
    let nothing_here = |request: Request| async move { nothing_here(&request).into_response() };
    routes
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
        .layer(DefaultBodyLimit::max(cross_site::FORM_LIMIT))
        .layer(axum::middleware::from_fn_with_state(site.clone(), around))
        .route("/assets/{name}", get(assets::serve))
        .layer(axum::middleware::from_fn_with_state(site.clone(), headers::add))
        // Tiles are compressed one by one, and are asked for by their bytes.
        .layer(
            CompressionLayer::new()
                .compress_when(DefaultPredicate::new().and(NotForContentType::const_new("application/vnd.pmtiles"))),
        )
        .with_state(site)
}

/// To a stranger every address looks alike, whether it exists or not: sign in first.
fn nothing_here(request: &Request) -> Fault {
    let path = request.uri().path();
    match request.extensions().get::<Frame>() {
        _ if is_api(path) => Fault::Token,
        Some(frame) if frame.caller.is_some() => Fault::NotFound,
        _ => Fault::SignInFirst(path.to_owned()),
    }
}

async fn around(State(site): State<Site>, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    // The headers alone: a body can't be looked at from two threads.
    let asked = request.headers().clone();
    let frame = match frame_of(&site, &path, &asked).await {
        Ok(frame) => frame,
        Err(fault) => return faults::page(&site, &stranger(&site, &path), &fault, &route),
    };
    let response = answer(&site, &frame, request, next, &route).await;
    // The route's pattern, never the address itself nor its query: those may hold ids and searched words.
    tracing::info!(
        %method,
        route,
        status = response.status().as_u16(),
        millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

async fn answer(site: &Site, frame: &Frame, request: Request, next: Next, route: &str) -> Response {
    let mut request = match cross_site::check(request, &frame.secret).await {
        Ok(request) => request,
        Err(fault) => return faults::page(site, frame, &fault, route),
    };
    request.extensions_mut().insert(frame.clone());
    let run = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = run.await.unwrap_or_else(|_| Fault::internal("a handler panicked").into_response());
    if let Some(Shown(fault)) = response.extensions_mut().remove::<Shown>() {
        response = faults::page(site, frame, &fault, route);
    }
    keep_cookies(site, frame, &mut response);
    response
}

fn keep_cookies(site: &Site, frame: &Frame, response: &mut Response) {
    let token_shown = frame.token_shown.load(Ordering::Relaxed);
    if frame.secret_is_new && token_shown {
        add_cookie(response, Cookie::Visit, &frame.secret, site);
    }
    // The message after a redirect was on this page; a redirect in between hands it on.
    if frame.flash.is_some() && token_shown {
        add_cookie(response, Cookie::Flash, "", site);
    }
}

fn add_cookie(response: &mut Response, cookie: Cookie, value: &str, site: &Site) {
    if let Some(value) = cookie.set(value, site.is_https()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

async fn frame_of(site: &Site, path: &str, headers: &HeaderMap) -> Result<Frame, Fault> {
    let mut frame = stranger(site, path);
    if is_api(path) {
        return Ok(frame);
    }
    let cookie = |which: Cookie| which.read(headers, site.is_https());
    frame.flash = cookie(Cookie::Flash).and_then(cookies::decode).filter(|text| !text.is_empty());
    if let Some(visit) = cookie(Cookie::Visit).and_then(Token::from_cookie) {
        frame.secret = visit.secret().to_owned();
        frame.secret_is_new = false;
    }
    if let Some(token) = cookie(Cookie::SignIn).and_then(Token::from_cookie)
        && let Some(sign_in) = site.sign_ins().find(&token).await?
    {
        frame.know(site, &token, &sign_in).await?;
    }
    Ok(frame)
}

fn stranger(site: &Site, path: &str) -> Frame {
    Frame {
        caller: None,
        pending: None,
        path: path.to_owned(),
        flash: None,
        secret: hex::encode(site.random().bytes::<32>()),
        secret_is_new: true,
        token_shown: Arc::default(),
    }
}

impl Frame {
    async fn know(&mut self, site: &Site, token: &Token, sign_in: &SignIn) -> Result<(), Fault> {
        let Some(card) = site.members().member(sign_in.member).await? else {
            return Ok(());
        };
        self.secret = token.secret().to_owned();
        self.secret_is_new = false;
        if sign_in.proof == Proof::Pending {
            self.pending = Some(Pending { member: sign_in.member, sign_in: sign_in.id });
            return Ok(());
        }
        let caller = caller::caller_of(card, sign_in.id, sign_in.proof == Proof::SecondFactor);
        // A busy database must not stop a reader: the next request notes the use instead.
        if let Err(problem) = site.sign_ins().seen(sign_in, caller.actor()).await {
            tracing::warn!(%problem, "the use of a sign-in was not noted");
        }
        self.caller = Some(caller);
        Ok(())
    }
}

/// After a change: go and look at `path`, which says `message` at its top, once. The message must hold nothing about a
/// person. Post, redirect, get.
pub fn done(site: &Site, path: &str, message: &str) -> Response {
    let mut response = see_other(path);
    if !message.is_empty() {
        add_cookie(&mut response, Cookie::Flash, &cookies::encode(message), site);
    }
    response
}

/// Somebody signed in: hands the token to their browser and goes to `next` (home where that is not a path of ours).
pub fn signed_in(site: &Site, token: &Token, next: &str) -> Response {
    let mut response = see_other(own_path(next));
    add_cookie(&mut response, Cookie::SignIn, token.secret(), site);
    add_cookie(&mut response, Cookie::Visit, "", site);
    response
}

/// Somebody signed out: takes the token out of their browser and goes to `path`.
pub fn signed_out(site: &Site, path: &str) -> Response {
    let mut response = see_other(path);
    add_cookie(&mut response, Cookie::SignIn, "", site);
    response
}

/// A path of this site, or `/`: never another site's address.
#[must_use]
pub fn own_path(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

fn see_other(path: &str) -> Response {
    let mut response = axum::http::StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    *response.body_mut() = Body::empty();
    response
}

pub(crate) fn to_sign_in(path: &str) -> Response {
    match path {
        "" | "/" => see_other("/sign-in"),
        path => see_other(&format!("/sign-in?next={}", cookies::encode(path))),
    }
}
