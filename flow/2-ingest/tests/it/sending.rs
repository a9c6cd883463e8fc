//! The API: files and live events with a token, and its description.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;
use vault::audit::Document;

use crate::{
    house::{ANALYST, House, plan},
    setting::{MISSING, episode},
};

const DELIVERIES: &str = "/api/v1/feeds/missing_episodes/deliveries";
const NOTIFICATIONS: &str = "/api/v1/feeds/missing_episodes/notifications";

#[tokio::test]
async fn a_file_and_the_same_again() {
    plan()
        .both(|t| async move {
            let house = House::of(t, ANALYST).await;
            let text = format!("{MISSING}{}", episode("MP-1", "2026-01-02T22:40", "High", "Lee"));
            let (status, report) = house.send(DELIVERIES, "text/csv", text.clone()).await;
            assert_eq!((status, &report["counts"]["accepted_new"]), (StatusCode::CREATED, &json!(1)), "{report}");
            let form = format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{text}\r\n--x--\r\n"
            );
            let (_, again) = house.send(DELIVERIES, "multipart/form-data; boundary=x", form).await;
            assert_eq!(again["counts"]["already_held"], 1, "{again}");
            let path = format!("/api/v1/deliveries/{}", report["delivery"].as_str().unwrap());
            let request = Request::get(&path).header("authorization", format!("Bearer {}", house.token));
            let (status, _, shown) = house.ask(request.body(Body::empty()).unwrap()).await;
            assert_eq!(status, StatusCode::OK);
            assert!(shown.contains("\"state\":\"done\""), "{shown}");
        })
        .await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_plain_words() {
    plan()
        .both(|t| async move {
            let house = House::of(t, ANALYST).await;
            let (status, told) = house.send(DELIVERIES, "text/csv", "%PDF-1.7").await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(told["detail"].as_str().unwrap().starts_with("This is a PDF document."), "{told}");
            let (status, told) = house.send(DELIVERIES, "text/csv", "a,b\n1,2\n").await;
            assert_eq!((status, &told["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("header")), "{told}");
            let (status, _) = house.send("/api/v1/feeds/nonsense/deliveries", "text/csv", "a").await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            let bare = Request::post(DELIVERIES).body(Body::from("a,b\n")).unwrap();
            assert_eq!(house.ask(bare).await.0, StatusCode::UNAUTHORIZED);
            let (status, told) = house.send(NOTIFICATIONS, "application/json", "[1]").await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{told}");
        })
        .await;
}

#[tokio::test]
async fn a_live_event_is_taken_once_and_corrected_after() {
    plan()
        .both(|t| async move {
            let house = House::of(t, ANALYST).await;
            let event = |risk: &str| {
                json!({ "EpisodeID": "MP-9", "ReportedAt": "2026-01-02T22:40", "Risk": risk, "Surname": "Lee", "Forename": "Kai",
                        "InterviewOffered": true })
                .to_string()
            };
            let (status, told) = house.send(NOTIFICATIONS, "application/json", event("High")).await;
            assert_eq!((status, &told["outcome"]), (StatusCode::CREATED, &json!("accepted")), "{told}");
            let (status, told) = house.send(NOTIFICATIONS, "application/json", event("high")).await;
            assert_eq!((status, &told["outcome"]), (StatusCode::OK, &json!("already_held")), "{told}");
            assert_eq!(house.t.rows_in_table("delivery").await, 1);
            let (_, told) = house.send(NOTIFICATIONS, "application/json", event("Low")).await;
            assert_eq!(told["outcome"], "new_version", "{told}");
            // A file that says the same changes nothing.
            let row = "EpisodeID,ReportedAt,Risk,Surname,Forename,InterviewOffered\nMP-9,2026-01-02T22:40,Low,Lee,Kai,Yes\n";
            let (_, told) = house.send(DELIVERIES, "text/csv", row).await;
            assert_eq!(told["counts"]["already_held"], 1, "{told}");
            let bad = json!({ "EpisodeID": "MP-9", "Risk": "Huge", "Surname": "Lee" }).to_string();
            let (status, told) = house.send(NOTIFICATIONS, "application/json", bad).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            let columns: Vec<_> = told["errors"].as_array().unwrap().iter().map(|error| &error["column"]).collect();
            assert_eq!(columns, ["ReportedAt", "Risk", "Forename"]);
        })
        .await;
}

#[tokio::test]
async fn without_an_agreement_nothing_is_taken() {
    // The real decider. What it grants under an agreement is in share's own table of decisions.
    vault::testing::Plan::of(&crate::setting::migrations())
        .decider(share::api::CedarDecider::new().unwrap())
        .both(|t| async move {
            let house = House::of(t, ANALYST).await;
            let event = r#"{"surname":"Lee"}"#;
            let (status, _) = house.send("/api/v1/feeds/ae_navigator/notifications", "application/json", event).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
            let text = format!("{MISSING}{}", episode("MP-1", "2026-01-02T22:40", "High", "Lee"));
            let (status, told) = house.send(DELIVERIES, "text/csv", text).await;
            assert_eq!((status, &told["code"]), (StatusCode::FORBIDDEN, &json!("no_agreement")), "{told}");
            assert_eq!(house.t.rows_in_table("delivery").await + house.t.rows_in_table("blob").await, 0);
        })
        .await;
}

#[tokio::test]
async fn a_partner_is_given_the_newest_head_and_the_proof_that_the_log_only_grew() {
    plan()
        .both(|t| async move {
            let (clock, key) = (t.clock.clone(), t.vault.audit_public_key());
            let house = House::of(t, ANALYST).await;
            let ask = async |since: &str, token: bool| {
                let request = Request::get(format!("/api/v1/audit/head{since}"));
                let bearer = format!("Bearer {}", house.token);
                let request = if token { request.header("authorization", bearer) } else { request };
                let (status, _, text) = house.ask(request.body(Body::empty()).unwrap()).await;
                (status, text)
            };
            assert_eq!(ask("", false).await.0, StatusCode::UNAUTHORIZED);
            let (status, text) = ask("", true).await;
            let Ok(Document::Head(head)) = Document::read(&text) else { panic!("{status}: {text}") };
            assert!(head.is_signed_by(&key));
            clock.advance(base::SignedDuration::from_secs(90));
            let (status, text) = ask(&format!("?since={}", head.size), true).await;
            let Ok(Document::Consistency(growth)) = Document::read(&text) else { panic!("{status}: {text}") };
            assert!(growth.from == head && growth.to.size > head.size);
            assert_eq!(house.t.vault.heads_given().await.unwrap().len(), 1);
            assert_eq!(ask("?since=soon", true).await.0, StatusCode::BAD_REQUEST);
            assert_eq!(ask("?since=-1", true).await.0, StatusCode::BAD_REQUEST);
            let (status, text) = ask("?since=99999", true).await;
            assert!(status == StatusCode::NOT_FOUND && text.contains("show it to the unit"), "{text}");
        })
        .await;
}

#[test]
fn every_route_is_described() {
    let described = ingest::api::openapi();
    let mut paths: Vec<&String> = described["paths"].as_object().unwrap().keys().collect();
    paths.sort();
    // The notices of corrections are sharing's; all that a partner's system may ask is described in one place.
    let sources =
        [include_str!("../../src/http/mod.rs"), include_str!("../../../1-share/src/disclosure/api_notices.rs")];
    let quoted = sources.iter().flat_map(|source| source.split('"'));
    let mut routes: Vec<&str> = quoted.filter(|text| text.starts_with("/api/v1/")).collect();
    routes.sort_unstable();
    assert_eq!(paths, routes);
    let text = serde_json::to_string_pretty(&described).unwrap();
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.json");
    if std::env::var_os("ALONGSIDE_WRITE_SNAPSHOTS").is_some() {
        std::fs::write(kept, format!("{text}\n")).unwrap();
    }
    let was = std::fs::read_to_string(kept).unwrap();
    assert!(
        was.trim() == text,
        "the description of the API changed: if that is meant, run the test with ALONGSIDE_WRITE_SNAPSHOTS=1"
    );
}
