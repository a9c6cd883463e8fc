//! A site with the real decider: a unit, the police, an agreement between them, an analyst of each, and a token.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use base::{Id, Random, code, kind};
use share::api::{AgencyKind, NewAgency, add_agency, add_token};
use tower::ServiceExt as _;
use vault::{
    Actor, Cause, Operation, Purpose, Scope, StoreError,
    testing::{AllowAll, Bench, Plan},
};
use web::{MemberCard, Members, Setup, Site};

use crate::setting::migrations;

pub const ANALYST: Id<kind::Member> = Id::from_u128(11);
pub const OUTSIDER: Id<kind::Member> = Id::from_u128(12);

struct Two {
    unit: Id<kind::Agency>,
    police: Id<kind::Agency>,
}

#[async_trait]
impl Members for Two {
    async fn member(&self, id: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        let agency = if id == ANALYST { self.unit } else { self.police };
        Ok(Some(MemberCard {
            id,
            name: "Ada Analyst".into(),
            agency,
            agency_name: "Unit".into(),
            duties: BTreeSet::from([code!("analyst")]),
        }))
    }
}

pub struct House {
    pub t: Bench,
    pub site: Site,
    pub token: String,
    cookie: String,
}

/// A plan whose decider allows all: that `share` decides rightly is its own tests' matter.
pub fn plan() -> Plan {
    Plan::of(&migrations()).decider(AllowAll)
}

impl House {
    pub async fn of(t: Bench, member: Id<kind::Member>) -> Self {
        let cause = Cause {
            actor: Actor::System,
            purpose: Purpose::Administration,
            operation: Operation::Administration,
            act: code!("unit_set_up"),
            scope: Scope::unit(),
        };
        let mut change = t.vault.change(cause).await.unwrap();
        let mut ids = Vec::new();
        for (code, kind) in
            [("unit", AgencyKind::Unit), ("police", AgencyKind::Police), ("hospital", AgencyKind::Health)]
        {
            let new = NewAgency { code: code.parse().unwrap(), name: format!("The {code}"), kind };
            ids.push(add_agency(&mut change, &new).await.unwrap());
        }
        let (_, token) = add_token(&mut change, &t.random, ids[1], "nightly").await.unwrap();
        change.commit().await.unwrap();
        let site = Site::new(Setup {
            vault: t.vault.clone(),
            clock: t.clock.clone(),
            random: Random::seeded(9),
            unit: "Fenshire VVU".into(),
            demo: false,
            https: false,
            behind_proxy: false,
            nav: Vec::new(),
            members: Arc::new(Two { unit: ids[0], police: ids[1] }),
        });
        let agency = if member == ANALYST { ids[0] } else { ids[1] };
        let signed = site.sign_ins().open(member, agency, web::Proof::SecondFactor).await.unwrap();
        let answer = web::signed_in(&site, &signed, "/");
        let cookies: Vec<String> = answer
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned())
            .filter(|cookie| !cookie.ends_with('='))
            .collect();
        Self { t, site, token, cookie: cookies.join("; ") }
    }

    fn router(&self) -> Router {
        web::serve(ingest::routes(), self.site.clone())
    }

    pub async fn ask(&self, request: Request<Body>) -> (StatusCode, header::HeaderMap, String) {
        let answer = self.router().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, 10 << 20).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    pub async fn page(&self, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty()).unwrap();
        let (status, _, text) = self.ask(request).await;
        (status, text)
    }

    /// Sends the upload form; gives where it leads or the page that explains.
    pub async fn upload(&self, feed: &str, name: &str, bytes: &[u8]) -> Result<String, String> {
        let (_, form) = self.page("/data/deliver").await;
        let token = form.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut body = Vec::new();
        for (field, value) in [("_csrf", token), ("feed", feed)] {
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
        }
        body.extend(
            format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes(),
        );
        body.extend(bytes);
        body.extend(b"\r\n--x--\r\n");
        let request = Request::post("/data/deliver")
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap();
        let (_, headers, text) = self.ask(request).await;
        match headers.get(header::LOCATION) {
            Some(to) => Ok(to.to_str().unwrap().to_owned()),
            None => Err(text),
        }
    }

    /// Sends to the API with the police's token.
    pub async fn send(&self, path: &str, kind: &str, body: impl Into<Body>) -> (StatusCode, serde_json::Value) {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, kind)
            .body(body.into())
            .unwrap();
        let (status, _, text) = self.ask(request).await;
        (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
    }
}
