//! A small site on a real vault, and a browser that keeps cookies.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    extract::Multipart,
    http::{Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base::{HandClock, Id, Random, Timestamp, code, kind};
use tower::ServiceExt;
use vault::{Ask, Decider, Decision, Location, Opening, Staff, StoreError, Topics, Vault};
use web::{Caller, Fault, Form, MaybeCaller, MemberCard, Members, NavLink, Page, Pending, Proof, Setup, Site};

pub struct Nobody;

#[async_trait]
impl Decider for Nobody {
    async fn decide(&self, _: &Staff, _: &Ask, _: Timestamp) -> Result<Decision, StoreError> {
        Ok(Decision::default())
    }
}

struct TwoMembers;

pub const NAVIGATOR: Id<kind::Member> = Id::from_u128(11);
pub const AGENCY: Id<kind::Agency> = Id::from_u128(21);

#[async_trait]
impl Members for TwoMembers {
    async fn member(&self, id: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        Ok((id == NAVIGATOR).then(|| MemberCard {
            id,
            name: "Asha Navigator".into(),
            agency: AGENCY,
            agency_name: "Youth service".into(),
            duties: BTreeSet::from([code!("navigator")]),
        }))
    }
}

pub struct House {
    pub site: Site,
    pub clock: Arc<HandClock>,
    pub directory: tempfile::TempDir,
}

#[derive(askama::Template)]
#[template(
    ext = "html",
    source = r#"{% extends "layout.html" %}{% import "govuk.html" as govuk %}
{% block main %}{{ govuk::error_summary(form) }}<h1>{{ page.title }}</h1><form method="post">{{ govuk::csrf(page) }}{{ govuk::input(form, "note", "Note") }}</form>{% endblock %}"#
)]
struct Note {
    page: Page,
    form: Form,
}

fn routes() -> Router<Site> {
    let save = |site: Site, page: Page, mut form: Form| async move {
        if form.required("note", 10, "Enter a note").is_none() {
            return web::render_errors(Note { page: page.title("Note").with(&form), form });
        }
        Ok(web::done(&site, "/note", "Note kept"))
    };
    let upload = |mut files: Multipart| async move {
        let mut names = Vec::new();
        while let Some(field) = files.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            names.push(format!("{name}={}", field.text().await?.len()));
        }
        web::Result::<String>::Ok(names.join(" "))
    };
    let fault = |kind: &'static str| {
        get(move || async move {
            let fault = match kind {
                "internal" => Fault::internal("table `moment` column `due`: not a number"),
                "busy" => Fault::Busy,
                "denied" => Fault::Denied,
                _ => panic!("a secret about Kayden"),
            };
            web::Result::<Response>::Err(fault)
        })
    };
    Router::new()
        .route("/", get(|caller: MaybeCaller| async move { if caller.0.is_some() { "home" } else { "welcome" } }))
        .route(
            "/note",
            get(|page: Page| async { web::render(Note { page: page.title("Note"), form: Form::empty() }) }).post(save),
        )
        .route("/upload", post(upload))
        .route("/members-only", get(|caller: Caller| async move { format!("hello {}", caller.name) }))
        .route("/second-factor", get(|pending: Pending| async move { pending.member.to_string() }))
        .route("/internal", fault("internal"))
        .route("/busy", fault("busy"))
        .route("/denied", fault("denied"))
        .route("/panic", fault("panic"))
        .route("/api/v1/ping", post(|| async { StatusCode::NO_CONTENT }))
        .route("/api/v1/internal", fault("internal"))
}

impl House {
    pub async fn new() -> Self {
        Self::with(false).await
    }

    pub async fn with(https: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock::at("2026-11-22T09:00:00Z".parse().unwrap()));
        let random = Random::seeded(5);
        let vault = Vault::open(Opening {
            location: Location::Sqlite(directory.path().join("alongside.db")),
            directory: directory.path().join("vault"),
            migrations: web::MIGRATIONS.to_vec(),
            topics: Topics::default(),
            decider: Arc::new(Nobody),
            clock: clock.clone(),
            random: Arc::new(random.clone()),
        })
        .await
        .unwrap();
        let site = Site::new(Setup {
            vault,
            clock: clock.clone(),
            random,
            unit: "Fenshire VVU".into(),
            demo: false,
            https,
            behind_proxy: false,
            nav: vec![
                NavLink { text: "Moments", href: "/moments", duties: &["navigator"] },
                NavLink { text: "Money", href: "/money", duties: &["project_manager"] },
            ],
            members: Arc::new(TwoMembers),
        });
        Self { site, clock, directory }
    }

    pub fn browser(&self) -> Browser {
        Browser {
            router: web::serve(routes(), self.site.clone()),
            cookies: BTreeMap::new(),
            fetch_site: Some("same-origin"),
        }
    }

    /// A browser of a navigator who signed in just now.
    pub async fn signed_in(&self, proof: Proof) -> Browser {
        let token = self.site.sign_ins().open(NAVIGATOR, AGENCY, proof).await.unwrap();
        let mut browser = self.browser();
        browser.keep(&web::signed_in(&self.site, &token, "/"));
        browser
    }
}

pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub fetch_site: Option<&'static str>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub fn token(&self) -> String {
        self.text.split("name=\"_csrf\" value=\"").nth(1).expect("a form").split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    pub fn keep(&mut self, response: &Response) {
        for value in response.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = value.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub async fn send(&mut self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header(header::COOKIE, cookies.join("; "));
        if let Some(site) = self.fetch_site {
            request = request.header("sec-fetch-site", site);
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap().into_response();
        self.keep(&response);
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", Body::empty()).await
    }

    pub async fn post(&mut self, path: &str, body: impl Into<String>) -> Answer {
        self.send("POST", path, "application/x-www-form-urlencoded", body.into()).await
    }
}
