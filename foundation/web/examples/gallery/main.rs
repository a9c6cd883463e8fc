//! Serves every component of the page kit on http://localhost:8090, to look at: `cargo run -p web --example gallery`.
//! `/gallery` is the page, `/gallery?errors` the same with errors.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "an example may stop")]

mod page;

use std::sync::Arc;

use axum::{Router, routing::get};
use base::{HandClock, Id, Random, Timestamp};
use vault::{Ask, Decider, Decision, Location, Opening, Staff, StoreError, Topics, Vault};
use web::{Form, MemberCard, Members, NavLink, Page, Proof, Query, Setup, Site};

struct Refuses;

#[async_trait::async_trait]
impl Decider for Refuses {
    async fn decide(&self, _: &Staff, _: &Ask, _: Timestamp) -> Result<Decision, StoreError> {
        Ok(Decision::default())
    }
}

struct Everyone;

#[async_trait::async_trait]
impl Members for Everyone {
    async fn member(&self, id: Id<base::kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        let agency = Id::from_u128(2);
        let agency_name = "Fenshire Youth Offending Service".to_owned();
        Ok(Some(MemberCard {
            id,
            name: "Asha Brown".into(),
            agency,
            agency_name,
            duties: [base::code!("navigator")].into(),
        }))
    }
}

async fn show(site: Site, page: Page, query: Query) -> web::Result {
    let mut form =
        Form::of([("reached", "no"), ("signs", "gifts"), ("email", "asha@example.org"), ("kind", "a_and_e")]);
    if query.0.has("errors", "") && !query.0.values("errors").is_empty() {
        form.refuse("email", "Enter an email address with an @");
        form.refuse("note", "Enter what was said");
        form.refuse("reached", "Select whether you reached them");
        form.refuse("signs", "Select the signs that you saw");
        form.put("when-day", "31");
        form.put("when-month", "2");
        form.put("when-year", "2026");
        form.date("when", "the date of the contact");
        form.refuse("kind", "Select a type");
        form.refuse("file", "Select a file");
    }
    web::render(page::gallery(page, form, site.now()))
}

const AREAS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"Harbour","step":5,"words":"24 per 1,000"},"geometry":{"type":"Polygon","coordinates":[[[0.70,51.88],[0.76,51.88],[0.76,51.92],[0.70,51.92],[0.70,51.88]]]}},
{"type":"Feature","properties":{"name":"Castle","step":2,"words":"12 per 1,000"},"geometry":{"type":"Polygon","coordinates":[[[0.76,51.88],[0.83,51.87],[0.84,51.92],[0.76,51.92],[0.76,51.88]]]}}]}"#;

#[tokio::main]
async fn main() {
    let directory = std::env::temp_dir().join("alongside-gallery");
    let _ = std::fs::remove_dir_all(&directory); // the seed is the same at every start, so the tokens are too
    let clock = Arc::new(HandClock::at("2026-11-23T13:00:00Z".parse().unwrap()));
    let random = Random::seeded(1);
    let vault = Vault::open(Opening {
        location: Location::Sqlite(directory.join("alongside.db")),
        directory,
        migrations: web::MIGRATIONS.to_vec(),
        topics: Topics::default(),
        decider: Arc::new(Refuses),
        clock: clock.clone(),
        random: Arc::new(random.clone()),
    })
    .await
    .expect("the vault opens");
    let nav =
        [("Home", "/home"), ("People", "/people"), ("Action", "/gallery"), ("Insight", "/places"), ("Trust", "/trust")];
    let nav = nav.map(|(text, href)| NavLink { text, href, duties: &[] }).to_vec();
    let unit = "Fenshire Violence and Vulnerability Unit".to_owned();
    let members = Arc::new(Everyone);
    let site =
        Site::new(Setup { vault, clock, random, unit, demo: true, https: false, behind_proxy: false, nav, members });
    let enter = |site: Site| async move {
        let token = site.sign_ins().open(Id::from_u128(1), Id::from_u128(2), Proof::Demo).await?;
        web::Result::<axum::response::Response>::Ok(web::signed_in(&site, &token, "/gallery"))
    };
    let fails = || async { web::Result::<String>::Err(web::Fault::internal("an example")) };
    let routes = Router::new()
        .route("/", get(enter))
        .route("/gallery", get(show))
        .route("/broken", get(fails))
        .route("/areas.geojson", get(|| async { ([("content-type", "application/geo+json")], AREAS) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8090").await.expect("port 8090 is free");
    axum::serve(listener, web::serve(routes, site)).await.expect("serves");
}
