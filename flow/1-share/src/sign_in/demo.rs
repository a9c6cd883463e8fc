//! The chooser of the demonstration: sign in as anybody, without a password. It exists only where all of this holds: the
//! database was made by `alongside demo`, the server was started by it, and the request comes from this very machine,
//! asked by a local name and through no proxy. Everywhere else it is not found.

use std::net::SocketAddr;

use askama::Template;
use axum::{
    Router,
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
    routing::get,
};
use base::{Id, kind};
use vault::Purpose;
use web::{Fault, Form, MaybeCaller, Page, Proof, Query, Site};

use super::store;
use crate::{
    agency,
    member::{self, Member},
};

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/sign-in/demo", get(choose).post(enter))
}

#[derive(Template)]
#[template(path = "sign_in/demo.html")]
struct DemoPage {
    page: Page,
    form: Form,
    people: Vec<Someone>,
}

struct Someone {
    id: String,
    duty: String,
    at: String,
    does: String,
    name: String,
}

/// Whether the chooser exists for this request.
pub(super) struct MayChoose(pub bool);

impl FromRequestParts<Site> for MayChoose {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        Ok(Self(is_here(site, peer, &parts.headers).await?))
    }
}

/// Only a request for which the chooser exists; to every other it is not found.
struct Here;

impl FromRequestParts<Site> for Here {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        let MayChoose(here) = MayChoose::from_request_parts(parts, site).await?;
        let MaybeCaller(caller) = MaybeCaller::from_request_parts(parts, site).await?;
        match caller {
            _ if here => Ok(Self),
            Some(_) => Err(Fault::NotFound),
            None => Err(Fault::SignInFirst(parts.uri.path().to_owned())), // as every address that does not exist
        }
    }
}

async fn is_here(site: &Site, peer: Option<SocketAddr>, headers: &HeaderMap) -> Result<bool, Fault> {
    let local = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    Ok(site.is_demo() && local && asked_locally(headers) && store::is_demo(site.vault()).await?)
}

/// By a local name, so that no other site's name can be pointed at this machine; and not through a proxy.
fn asked_locally(headers: &HeaderMap) -> bool {
    let proxied = ["forwarded", "x-forwarded-for", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    !proxied && ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

async fn choose(site: Site, _: Here, page: Page, Query(query): Query) -> web::Result {
    let form = Form::of([("next", web::own_path(query.value("next")))]);
    web::render(DemoPage { page: page.title("Choose who to be"), form, people: people(&site).await? })
}

async fn people(site: &Site) -> Result<Vec<Someone>, Fault> {
    let staff =
        site.vault().staff(&vault::Actor::System, Purpose::Administration, base::code!("demo_chooser_shown")).await?;
    let agencies = agency::all(&site.vault().plain()).await?;
    let mut members: Vec<Member> = member::all(&staff).await?;
    members.retain(|member| member.active && !member.duties.is_empty());
    members.sort_by(|a, b| a.duties.iter().next().cmp(&b.duties.iter().next()).then_with(|| a.name.cmp(&b.name)));
    Ok(members
        .into_iter()
        .map(|member| {
            let duties: Vec<&str> = member.duties.iter().map(|duty| duty.words()).collect();
            let does: Vec<&str> = member.duties.iter().map(|duty| duty.more()).collect();
            let at = agencies.iter().find(|agency| agency.id == member.agency);
            Someone {
                id: member.id.to_string(),
                duty: joined(&duties),
                at: at.map_or_else(String::new, |agency| agency.name.clone()),
                does: does.join("; "),
                name: member.name,
            }
        })
        .collect())
}

/// `Navigator`, `Analyst and intelligence officer`.
fn joined(words: &[&str]) -> String {
    let mut text = words.join(" and ");
    if let Some((first, rest)) = text.split_at_checked(1) {
        text = format!("{first}{}", rest.to_lowercase());
    }
    text
}

async fn enter(site: Site, _: Here, mut form: Form) -> web::Result {
    let id: Option<Id<kind::Member>> = form.choice("member", "Choose somebody");
    let id = id.ok_or_else(|| Fault::Invalid("Choose somebody from the list.".to_owned()))?;
    let found = member::secrets_by_id(&site.vault().book(), id).await?;
    let who = found.filter(|who| who.active).ok_or(Fault::NotFound)?;
    let token = site.sign_ins().open(who.id, who.agency, Proof::Demo).await?;
    Ok(web::signed_in(&site, &token, web::own_path(form.value("next"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, forwarded: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if forwarded {
            headers.insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_a_local_name_and_no_proxy() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert!(asked_locally(&headers(host, false)), "{host}");
        }
        for host in ["", "alongside.example", "localhost.example:8080", "127.0.0.1.nip.example", "192.168.0.4:8080"] {
            assert!(!asked_locally(&headers(host, false)), "{host}");
        }
        assert!(!asked_locally(&headers("localhost:8080", true)));
    }

    #[test]
    fn duties_in_plain_words() {
        assert_eq!(joined(&["Navigator"]), "Navigator");
        assert_eq!(joined(&["Analyst", "Intelligence officer"]), "Analyst and intelligence officer");
    }
}
