//! The transparency report, the record of processing, the impact assessment and the officer's home, on both databases and in real requests.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base::code;
use share::api::{Quarter, ReportError, propose_report, publish_report};
use vault::{Ask, Facet, Purpose, Refusal, Scope, Verb};

use crate::{
    asking::World,
    browser::Browser,
    house::{change, plan, site, terms},
    oversight::{Around, at, browser, handlers, looks, watch},
};

/// Everything that stands in a report's cells.
async fn cells(world: &World) -> Vec<String> {
    let rows = world.t.query("SELECT body FROM transparency_draft", Vec::new()).await;
    let body: serde_json::Value = serde_json::from_str(&rows[0].text("body").unwrap()).unwrap();
    let sections = body["sections"].as_array().unwrap().clone();
    let people = sections.iter().filter(|section| section["title"] != "Agreements to share");
    people
        .flat_map(|section| section["rows"].as_array().unwrap().clone())
        .flat_map(|row| row["cells"].as_array().unwrap().clone())
        .map(|cell| cell.as_str().unwrap().to_owned())
        .collect()
}

async fn count(world: &World, around: &Around, quarter: &str) {
    let mut orla = browser(world, "orla").await;
    let token = orla.get("/trust/transparency").await.hidden("_csrf");
    let answer = orla.post(&format!("/trust/transparency/{quarter}/count"), &token, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    world.t.drain_jobs(&handlers(around)).await;
}

async fn hash(world: &World) -> String {
    world.t.query("SELECT hash FROM transparency_draft", Vec::new()).await[0].text("hash").unwrap()
}

#[tokio::test]
async fn a_report_is_suppressed_needs_two_people_and_is_frozen() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (vault, around) = (world.vault(), Around::default());
            looks(&world, "tom", 12).await;
            looks(&world, "ruth", 3).await;
            for category in ["custody", "police_event"] {
                let ask = Ask {
                    actor: world.actor("ruth"),
                    verb: Verb::View,
                    scope: Scope::person(world.person),
                    purpose: Purpose::Safeguarding,
                    facets: vec![Facet { controller: world.agencies["police"], category: category.parse().unwrap() }],
                    facts: BTreeMap::new(),
                };
                assert!(matches!(vault.permit(ask).await, Err(Refusal::Refused { .. })));
            }
            world.asks("ruth", "school", "exclusion").await;
            world.t.clock.set(at("2026-11-23T03:00:00Z"));
            watch(&world, &around).await;
            count(&world, &around, "2026-q4").await;
            let shown = cells(&world).await;
            assert!(!shown.iter().any(|cell| cell.parse::<u64>().is_ok_and(|n| (1..5).contains(&n))), "{shown:?}");
            assert!(shown.iter().any(|cell| cell == "fewer than 5" || cell == "not shown"), "{shown:?}");
            let quarter: Quarter = "2026-q4".parse().unwrap();
            let first = hash(&world).await;
            let early = propose_report(vault, &world.actor("orla"), quarter, &first).await;
            assert!(matches!(early, Err(ReportError::NotOver)), "{early:?}");
            world.t.clock.set(at("2027-01-02T03:00:00Z"));
            let early = propose_report(vault, &world.actor("orla"), quarter, &first).await;
            assert!(matches!(early, Err(ReportError::CountedEarly)), "{early:?}");
            watch(&world, &around).await;
            count(&world, &around, "2026-q4").await;
            let second = hash(&world).await;
            let stale = propose_report(vault, &world.actor("orla"), quarter, &first).await;
            assert!(matches!(stale, Err(ReportError::Changed)), "{stale:?}");
            for who in ["theo", "tom", "mona", "sam"] {
                let proposed = propose_report(vault, &world.actor(who), quarter, &second).await;
                assert!(matches!(proposed, Err(ReportError::NotFound)), "{who}");
            }
            let unproposed = publish_report(vault, &world.actor("mona"), quarter, &second).await;
            assert!(matches!(unproposed, Err(ReportError::State)));
            propose_report(vault, &world.actor("orla"), quarter, &second).await.unwrap();
            let same = publish_report(vault, &world.actor("orla"), quarter, &second).await;
            assert!(matches!(same, Err(ReportError::SamePerson)), "{same:?}");
            assert!(publish_report(vault, &world.actor("tom"), quarter, &second).await.is_err());
            assert!(world.t.tamper("UPDATE transparency_draft SET published_by = proposed_by").await.is_err());
            let mut stranger = crate::house::browser(&site(vault, &world.t.clock, true));
            assert_eq!(stranger.get("/transparency/2026-q4").await.status, StatusCode::NOT_FOUND);
            let none_yet = stranger.get("/transparency").await.text;
            assert!(
                none_yet.contains("No report has been published yet") && none_yet.contains("is due after"),
                "{none_yet}"
            );
            publish_report(vault, &world.actor("mona"), quarter, &second).await.unwrap();
            let again = propose_report(vault, &world.actor("orla"), quarter, &second).await;
            assert!(matches!(again, Err(ReportError::Published)));
            let page = stranger.get("/transparency/2026-q4").await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text.contains(&second) && page.text.contains("October to December 2026"));
            assert!(!page.text.contains("ruth") && !page.text.contains("orla"), "nobody is named");
            assert!(stranger.get("/transparency").await.text.contains("/transparency/2026-q4"));
            let csv = stranger.get("/transparency/2026-q4/report.csv").await.text;
            assert!(csv.starts_with("quarter,table,group,column,number\n2026-q4,"));
            // Counted again, it stays what was published.
            let mut again = change(vault).await;
            let payload = serde_json::json!({ "quarter": "2026-q4", "unit": "Other" });
            let now = again.now();
            again.enqueue("draft_transparency", &payload, now).await.unwrap();
            again.commit().await.unwrap();
            world.t.drain_jobs(&handlers(&around)).await;
            assert_eq!(hash(&world).await, second);
        })
        .await;
}

async fn processing_hash(browser: &mut Browser) -> String {
    let text = browser.get("/trust/processing/record.json").await.text;
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    record["sha256_of_what_is_configured"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_record_of_processing_cannot_drift() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut orla = browser(&world, "orla").await;
            let before = processing_hash(&mut orla).await;
            assert_eq!(processing_hash(&mut orla).await, before, "the same as long as nothing changes");
            let mut more = change(world.vault()).await;
            let added = share::api::Terms {
                title: "A new agreement".to_owned(),
                ..terms(&[world.agencies["unit"], world.agencies["police"]])
            };
            share::api::add_agreement(&mut more, &added).await.unwrap();
            more.commit().await.unwrap();
            let after = processing_hash(&mut orla).await;
            assert_ne!(after, before, "an agreement changes it");
            let page = orla.get("/trust/processing").await.text;
            assert!(page.contains("A new agreement") && page.contains("Emergency access"));
            assert!(!page.contains("emergency_access") && !page.contains("data_request"), "no program words");
            let csv = orla.get("/trust/processing/record.csv").await.text;
            assert!(csv.contains("A new agreement"));
            let table = "INSERT INTO catalogue (table_name, kind, person_column, controller, category, retention, subject_sees, correction, \
                         erasure) VALUES ('brand_new', 'subject', 'person', 'controller', 'category', 'feed', 'shown', 'edit', 'row')";
            world.t.tamper(table).await.unwrap();
            let last = processing_hash(&mut orla).await;
            assert_ne!(last, after, "a table about people changes it");
            assert!(orla.get("/trust/processing").await.text.contains("Brand new"));
            for who in ["ruth", "asha", "priya", "callum"] {
                let answer = browser(&world, who).await.get("/trust/processing").await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who}");
            }
        })
        .await;
}

const RISKS: [&str; 10] = [
    "without_law",
    "too_much",
    "curiosity",
    "emergencies",
    "too_long",
    "no_voice",
    "children",
    "unfair",
    "breach",
    "machine",
];

#[tokio::test]
async fn the_assessment_states_what_holds_and_what_changed_since_it_was_signed() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut orla = browser(&world, "orla").await;
            let page = orla.get("/trust/assessment").await.text;
            assert!(page.contains("Nobody has signed it yet") && page.contains("Does not hold"));
            assert!(page.contains("name none for some purpose"), "agreements that name no fields");
            let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}: {page}"));
            let (failing, holding) =
                (at("id=\"too-much\""), at("A machine decides about somebody: every measure holds"));
            assert!(failing < holding, "what does not hold is read first");
            assert!(!page.contains("10 of 10 risks") && page.contains("of 10 risks: every measure holds"), "{page}");
            for who in ["theo", "leon", "mona"] {
                let mut other = browser(&world, who).await;
                assert_eq!(other.get("/trust/assessment").await.status, StatusCode::OK, "{who}");
                assert_eq!(other.get("/trust/assessment/sign").await.status, StatusCode::NOT_FOUND, "{who}");
            }
            assert_eq!(browser(&world, "ruth").await.get("/trust/assessment").await.status, StatusCode::NOT_FOUND);
            let form = orla.get("/trust/assessment/sign").await;
            assert!(form.text.contains("name none for some purpose"), "who signs reads what does not hold");
            let (token, hash) = (form.hidden("_csrf"), form.hidden("hash"));
            let mut fields: Vec<(&str, &str)> = RISKS.iter().map(|risk| (*risk, "acceptable")).collect();
            fields.extend([("consulted", "The youth forum, in June"), ("hash", hash.as_str())]);
            let undated = orla.post("/trust/assessment/sign", &token, &fields).await;
            assert_eq!(undated.status, StatusCode::UNPROCESSABLE_ENTITY);
            fields.extend([("review-day", "1"), ("review-month", "6"), ("review-year", "2027")]);
            let signed = orla.post("/trust/assessment/sign", &token, &fields).await;
            assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
            let page = orla.get("/trust/assessment").await.text;
            assert!(page.contains("Version 1, by orla of unit") && page.contains("The youth forum"));
            assert!(!page.contains("Needs another look"));
            let mut more = change(world.vault()).await;
            let added = share::api::Terms {
                title: "Signed later".to_owned(),
                ..terms(&[world.agencies["unit"], world.agencies["police"]])
            };
            share::api::add_agreement(&mut more, &added).await.unwrap();
            more.commit().await.unwrap();
            let page = orla.get("/trust/assessment").await.text;
            assert!(page.contains("Needs another look") && page.contains("Signed later"));
            let stale = orla.post("/trust/assessment/sign", &token, &fields).await;
            assert_eq!(stale.status, StatusCode::CONFLICT, "what they read is what they sign");
        })
        .await;
}

#[tokio::test]
async fn what_waits_too_long_stands_in_the_assessment_and_in_the_report() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut orla = browser(&world, "orla").await;
            let before = orla.get("/trust/assessment").await.text;
            assert!(before.contains("Whoever asks about their own data is answered in time"));
            assert!(before.matches("none is late").count() >= 2, "nobody waits yet");
            for day in 1..=6 {
                let received = format!("2026-10-0{day}").parse().unwrap();
                let asked = (received, "What do you have about me?");
                let (actor, kind) = (world.actor("orla"), code!("complaint"));
                share::api::record_request(world.vault(), &actor, &kind, None, None, asked, true).await.unwrap();
            }
            let after = orla.get("/trust/assessment").await.text;
            assert!(after.contains("6 requests are past their last day"), "{after}");
            world.t.drain_jobs(&vault::jobs::Handlers::new().with(share::WatchRights)).await;
            count(&world, &Around::default(), "2026-q4").await;
            let report = orla.get("/trust/transparency/2026-q4").await.text;
            assert!(report.contains("People’s requests about their own data, by right"), "{report}");
            assert!(report.contains("Records whose time is up and that wait for a decision"), "{report}");
            assert!(cells(&world).await.contains(&"6".to_owned()), "{:?}", cells(&world).await);
        })
        .await;
}

#[tokio::test]
async fn the_officer_sees_all_of_it_and_a_data_owner_their_own() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let around = Around::default();
            world.asks("ruth", "school", "exclusion").await;
            world.asks("ruth", "hospital", "ae_navigator").await;
            let ask = Ask {
                actor: world.actor("ruth"),
                verb: Verb::View,
                scope: Scope::person(world.person),
                purpose: Purpose::Safeguarding,
                facets: vec![Facet { controller: world.agencies["police"], category: code!("custody") }],
                facts: BTreeMap::new(),
            };
            world.vault().permit(ask).await.unwrap_err();
            looks(&world, "tom", 60).await;
            world.t.clock.set(at("2026-11-23T03:00:00Z"));
            watch(&world, &around).await;
            let tile = |page: &str, label: &str| {
                let before = page.split(label).next().unwrap().rsplit("app-tile__value\">").next().unwrap().to_owned();
                before.split('<').next().unwrap().to_owned()
            };
            let page = browser(&world, "orla").await.get("/trust").await.text;
            assert_eq!(tile(&page, "requests between agencies wait"), "2");
            assert_eq!(tile(&page, "refused in the last 30 days"), "1");
            assert_eq!(tile(&page, "questions about unusual access wait"), "2", "so many, and on a Sunday");
            assert!(page.contains("tom of school"));
            let page = browser(&world, "leon").await.get("/trust").await.text;
            assert_eq!(tile(&page, "requests between agencies wait"), "1");
            assert_eq!(tile(&page, "refused in the last 30 days"), "0");
            assert_eq!(tile(&page, "questions about unusual access wait"), "0", "lena is asked");
            let navigator = browser(&world, "asha").await.get("/trust").await;
            assert_eq!((navigator.status, navigator.location.as_str()), (StatusCode::SEE_OTHER, "/trust/agreements"));
            for address in
                ["/trust/refusals", "/trust/transparency", "/trust/transparency/2026-q4", "/trust/assessment/sign"]
            {
                let answer = browser(&world, "asha").await.get(address).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
            }
            let refusals = browser(&world, "orla").await.get("/trust/refusals").await.text;
            assert!(refusals.contains("Selmarsh Police") && refusals.contains("Children’s social care"));
        })
        .await;
}
