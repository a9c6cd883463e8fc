//! An address finds a place, not people: by public lists alone, by POST, and for whoever looked.

use axum::http::StatusCode;
use base::SignedDuration;
use picture::api::{load_areas, load_deprivation, load_population, load_postcodes};
use vault::{Actor, testing::Bench};

use crate::setting::{AREAS, Browser, POPULATION, STREET, crime, deliver, handlers, open_data, plan};

vault::store_suite! { plan: plan() => [
    an_address_finds_the_area_it_lies_in, what_is_not_there_and_what_is_over, counts_under_an_address_are_suppressed,
    nothing_that_was_typed_is_kept
] }

async fn county(t: &Bench) {
    open_data(t).await;
    load_areas(&t.vault, Actor::System, AREAS.as_bytes()).await.unwrap();
    load_population(&t.vault, Actor::System, POPULATION.as_bytes()).await.unwrap();
    load_deprivation(&t.vault, Actor::System, &b"area,decile\nE01090001,1\n"[..]).await.unwrap();
    load_postcodes(&t.vault, Actor::System, &b"postcode,area\nSS1 2AB,E01090001\nSS1 2AD,E01090003\n"[..])
        .await
        .unwrap();
}

impl Browser {
    /// Looks a place up; gives the answer's address.
    async fn finds(&self, typed: &str) -> String {
        let (status, location) = self.post("/places/find", &[("address", typed)]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{typed}");
        assert!(location.starts_with("/places/found/"), "{location}");
        location
    }

    async fn answer(&self, typed: &str) -> String {
        let (status, html) = self.get(&self.finds(typed).await).await;
        assert_eq!(status, StatusCode::OK);
        html
    }
}

async fn an_address_finds_the_area_it_lies_in(t: Bench) {
    county(&t).await;
    let browser = Browser::of(&t, true).await;
    for typed in ["ss1 2ab", "12 Quay Street, Lindermouth, SS1 2AB", "Lindermouth 001A", "e01090001"] {
        let html = browser.answer(typed).await;
        assert!(
            html.contains("Lindermouth 001A, Lindermouth") && html.contains("href=\"/places/E01090001\""),
            "{html}"
        );
        assert!(html.contains("1,500") && html.contains("Decile 1 of 10"), "{html}");
    }
    let district = browser.answer("12 Quay Street, Marl & Haven").await;
    assert!(district.contains("/places?district=E07099002") && district.contains("It has 1 small areas"), "{district}");
    let (status, _) = browser.post("/places/find", &[("address", " ")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(browser.get("/places").await.1.contains("/places/find"));
}

async fn what_is_not_there_and_what_is_over(t: Bench) {
    county(&t).await;
    let browser = Browser::of(&t, true).await;
    let (known, unknown) = (browser.finds("SS1 2AB").await, browser.finds("SS9 9ZZ").await);
    let (_, nothing) = browser.get(&unknown).await;
    assert!(nothing.contains("No place found") && !nothing.contains("SS9"), "{nothing}");
    let other = Browser::another(&t).await;
    assert_eq!(other.get(&known).await.0, StatusCode::GONE, "another’s answer is as one that never was");
    assert_eq!(browser.get("/places/found/0123456789abcdef").await.0, StatusCode::GONE);
    t.clock.advance(SignedDuration::from_mins(16));
    assert_eq!(browser.get(&known).await.0, StatusCode::GONE);
    let stranger = Browser::of(&t, false).await;
    assert_eq!(stranger.get("/places/find").await.0, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/places/find?address=SS1+2AB").await.0, StatusCode::OK, "an address is no question by GET");
}

async fn counts_under_an_address_are_suppressed(t: Bench) {
    county(&t).await;
    let many: String =
        (0..9).map(|at| crime(&format!("d{at}"), "2026-08", "E01090001", "Drugs", "")).collect::<Vec<_>>().concat();
    let few = crime("b1", "2026-08", "E01090001", "Burglary", "");
    let old = crime("c1", "2025-08", "E01090001", "Robbery", "");
    deliver(&t, &format!("{STREET}{many}{few}{old}")).await;
    t.drain_jobs(&handlers()).await;
    let browser = Browser::of(&t, true).await;
    let html = browser.answer("SS1 2AB").await;
    assert!(html.contains("fewer than 5") && html.contains("Burglary") && html.contains("Drugs"), "{html}");
    assert!(!html.contains("Robbery"), "twelve months, up to the last that came in: {html}");
    assert!(browser.answer("SS1 2AD").await.contains("No street crime is counted here"));
}

async fn nothing_that_was_typed_is_kept(t: Bench) {
    county(&t).await;
    let browser = Browser::of(&t, true).await;
    browser.answer("Flat 9, 77 Secret Close, SS1 2AB").await;
    let kept = t.query("SELECT sealed FROM held_answer", Vec::new()).await;
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].text("sealed").unwrap().contains("E01090001"), "sealed");
    let log =
        t.query("SELECT verb, scope_kind, COALESCE(scope, '') || inputs AS text FROM audit_entry", Vec::new()).await;
    assert!(log.iter().any(|row| row.text("verb").unwrap() == "place_looked_up"), "that somebody looked is in the log");
    for row in &log {
        let text = row.text("text").unwrap();
        assert!(!text.contains("Secret") && !text.contains("SS1") && !text.contains("E01090001"), "{text}");
    }
}
