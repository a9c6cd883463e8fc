//! The pages on a real site, with a browser that keeps cookies.

use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use axum::{Router, body::Body, http::Request};
use base::{Code, Id, kind};
use tower::ServiceExt;
use vault::StoreError;
use web::{MemberCard, Members, Proof, Setup, Site};

use crate::{
    house::{ANALYST, House, both},
    runs::small,
};

const NAVIGATOR: Id<kind::Member> = Id::from_u128(78);

struct TwoMembers(Id<kind::Agency>);

#[async_trait]
impl Members for TwoMembers {
    async fn member(&self, id: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        let duty = if id == ANALYST { "analyst" } else { "navigator" };
        let duties = BTreeSet::from([duty.parse::<Code>().unwrap()]);
        Ok(Some(MemberCard { id, name: "Nia Analyst".into(), agency: self.0, agency_name: "The unit".into(), duties }))
    }
}

pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl Browser {
    pub async fn signed_in(house: &House, member: Id<kind::Member>, proof: Proof) -> Self {
        let site = Site::new(Setup {
            vault: house.t.vault.clone(),
            clock: house.t.clock.clone(),
            random: (*house.t.random).clone(),
            unit: "Selmarsh Violence and Vulnerability Unit".into(),
            demo: false,
            https: false,
            behind_proxy: false,
            nav: Vec::new(),
            members: Arc::new(TwoMembers(house.unit)),
        });
        let token = site.sign_ins().open(member, house.unit, proof).await.unwrap();
        let enter = move |site: Site| {
            let token = token.clone();
            async move { web::signed_in(&site, &token, "/") }
        };
        let routes = link::routes().route("/enter", axum::routing::get(enter));
        let mut browser = Self { router: web::serve(routes, site), cookies: BTreeMap::new(), csrf: String::new() };
        browser.get("/enter").await;
        browser
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Opens the page first, as a person does, and sends its form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.get(path).await;
        self.post_to(path, path, fields).await
    }

    /// Searches, and goes where the answer is.
    pub async fn finds(&mut self, fields: &[(&str, &str)]) -> Answer {
        let sent = self.post("/people", fields).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        self.get(&sent.location).await
    }

    pub async fn post_to(&mut self, path: &str, _from: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("_csrf={}", self.csrf);
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", value.replace(' ', "+").replace('\'', "%27")));
        }
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert("cookie", cookies.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = response.status().as_u16();
        let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        if let Some(token) = body.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            self.csrf = token.to_owned();
        }
        Answer { status, location, body }
    }
}

#[tokio::test]
async fn the_queue_shows_what_waits_to_analysts_alone() {
    both(|house| async move {
        small(&house).await;
        house.run().await;
        let mut analyst = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        let queue = analyst.get("/links/review").await;
        assert_eq!(queue.status, 200);
        assert!(queue.body.contains("Callum Hart") && queue.body.contains("Child, 17"), "{}", queue.body);
        assert!(!queue.body.contains("style="));
        let mut navigator = Browser::signed_in(&house, NAVIGATOR, Proof::SecondFactor).await;
        assert_eq!(navigator.get("/links/review").await.status, 404);
        assert_eq!(analyst.get("/links/pairs/nonsense").await.status, 404);
        assert!(link::api::waiting_count(&house.t.vault, &house.actor()).await.unwrap() >= Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_persons_part_says_why_each_record_is_there() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let person = house.person(small.callum).await.unwrap();
        let reader = house.reader().await;
        let part = link::api::person_part(&house.t.vault, &reader, person).await.unwrap().unwrap();
        assert_eq!(part.html.matches("/links/pairs/").count(), 3);
        let nobody = link::api::person_part(&house.t.vault, &reader, house.t.id()).await.unwrap();
        assert!(nobody.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_search_page_explains_what_it_will_not_do() {
    both(|house| async move {
        small(&house).await;
        house.run().await;
        let mut browser = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        let asked = browser.post("/people", &[("family", "Barker")]).await;
        assert_eq!(asked.status, 422);
        assert!(
            asked.body.contains("part of a name finds nobody") && asked.body.contains("Select what you need this for")
        );
        let typed = [
            ("purpose", "safeguarding"),
            ("given", "Callum"),
            ("family", "Barker"),
            ("born-day", "2"),
            ("born-month", "11"),
            ("born-year", "2008"),
        ];
        let found = browser.finds(&typed).await;
        assert_eq!(found.status, 200);
        assert!(found.body.contains("1 person found") && found.body.contains("Child, 17"), "{}", found.body);
    })
    .await;
}

#[tokio::test]
async fn whoever_searches_again_and_again_is_stopped_and_the_officer_is_told() {
    both(|house| async move {
        small(&house).await;
        let looks = [("purpose", "safeguarding"), ("identifier", "943 476 5919")];
        let mut analyst = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        analyst.get("/people").await;
        for n in 0..90 {
            let sent = analyst.post_to("/people", "/people", &looks).await;
            assert_eq!(sent.status, 303, "search {n}: {}", sent.body);
        }
        for _ in 0..2 {
            let stopped = analyst.post_to("/people", "/people", &looks).await;
            assert_eq!((stopped.status, stopped.location.as_str()), (429, ""));
            assert!(stopped.body.contains("Wait 1 minute") && stopped.body.contains("data protection officer is told"));
        }
        const ASKED: &str = "SELECT member, seen, state FROM unusual_finding WHERE rule = 'search_limit'";
        let asked = house.t.query(ASKED, vec![]).await;
        assert_eq!(asked.len(), 1, "one question a day");
        assert_eq!(asked[0].text("member").unwrap(), ANALYST.to_string());
        assert_eq!((asked[0].count("seen").unwrap(), asked[0].text("state").unwrap().as_str()), (2, "escalated"));
        // Nobody else is stopped, nor they for long.
        let mut navigator = Browser::signed_in(&house, NAVIGATOR, Proof::SecondFactor).await;
        assert_eq!(navigator.post("/people", &looks).await.status, 303);
        house.t.clock.advance(base::SignedDuration::from_secs(20));
        assert_eq!(analyst.post_to("/people", "/people", &looks).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn what_was_found_is_held_for_a_quarter_of_an_hour_for_whoever_searched() {
    both(|house| async move {
        small(&house).await;
        house.run().await;
        let typed = [
            ("purpose", "safeguarding"),
            ("given", "Callum"),
            ("family", "Barker"),
            ("born-day", "2"),
            ("born-month", "11"),
            ("born-year", "2008"),
        ];
        let mut analyst = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        let sent = analyst.post("/people", &typed).await;
        let address = sent.location.clone();
        let id = address.strip_prefix("/people/found/").unwrap();
        assert_eq!((sent.status, id.len()), (303, 32));
        for _ in 0..2 {
            assert!(analyst.get(&address).await.body.contains("1 person found"), "loaded again");
        }
        let other = analyst.post("/people", &typed).await.location;
        assert_ne!(other, address, "a new id for each search");
        let rows = house.t.query("SELECT digest, sealed FROM held_answer", vec![]).await;
        let person = house.t.query("SELECT person FROM person_record", vec![]).await[0].text("person").unwrap();
        for row in &rows {
            let kept = format!("{} {}", row.text("digest").unwrap(), row.text("sealed").unwrap());
            assert!(!kept.contains(id) && !kept.contains(&person), "sealed, under a digest");
        }
        for row in house.t.query("SELECT inputs FROM audit_entry", vec![]).await {
            let inputs = row.text("inputs").unwrap();
            assert!(!inputs.contains(id) && !inputs.contains("Barker"));
        }
        let mut navigator = Browser::signed_in(&house, NAVIGATOR, Proof::SecondFactor).await;
        let theirs = navigator.get(&address).await;
        let nobodys = navigator.get("/people/found/00000000000000000000000000000000").await;
        house.t.clock.advance(base::SignedDuration::from_secs(15 * 60 - 1));
        assert!(analyst.get(&address).await.body.contains("1 person found"));
        house.t.clock.advance(base::SignedDuration::from_secs(1));
        let over = analyst.get(&address).await;
        assert_eq!((theirs.status, nobodys.status, over.status), (410, 410, 410));
        let told = |body: &str| body.split("<main").nth(1).unwrap().to_owned();
        assert!(told(&over.body).contains("no longer kept"));
        assert_eq!(told(&theirs.body), told(&over.body));
        assert_eq!(told(&nobodys.body), told(&over.body));
        analyst.post("/people", &typed).await;
        assert_eq!(house.t.rows_in_table("held_answer").await, 1, "what is over is forgotten");
    })
    .await;
}

#[tokio::test]
async fn what_was_found_is_decided_anew_each_time_it_is_shown() {
    both(|house| async move {
        small(&house).await;
        house.run().await;
        let typed = [("purpose", "safeguarding"), ("given", "Callum"), ("family", "Barker")];
        let born = [("born-day", "2"), ("born-month", "11"), ("born-year", "2008")];
        let mut browser = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        let address = browser.post("/people", &[&typed[..], &born].concat()).await.location;
        assert!(browser.get(&address).await.body.contains("Callum Barker"));
        for category in ["custody", "exclusion", "social_care_involvement"] {
            house.agreements.only_searched.lock().unwrap().insert(category.parse().unwrap());
        }
        let pointers = browser.get(&address).await.body;
        assert!(!pointers.contains("Callum") && pointers.contains("3 services know this person"));
        assert!(pointers.contains("The custody people"), "named, since nobody forbade it");
        for category in ["custody", "exclusion", "social_care_involvement"] {
            house.agreements.ended.lock().unwrap().insert(category.parse().unwrap());
        }
        assert!(browser.get(&address).await.body.contains("Nobody found"));
    })
    .await;
}
