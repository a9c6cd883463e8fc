//! The register of agreements and the log of who looked.

use axum::http::StatusCode;
use base::{Id, code};
use vault::{Actor, Ask, Facet, Purpose, Scope, Verb};

use crate::house::{change, make_demo, plan, set_up, signed_in, site, terms};

#[tokio::test]
async fn agreements_are_listed_the_soonest_to_end_first() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut change = change(&t.vault).await;
            let day = |text: &str| text.parse().unwrap();
            let mut add = async |title: &str, starts, ends| {
                let terms = share::api::Terms {
                    title: title.to_owned(),
                    starts: day(starts),
                    ends: day(ends),
                    review: day(ends),
                    ..terms(&[set.unit, set.police])
                };
                share::api::add_agreement(&mut change, &terms).await.unwrap();
            };
            add("Long <one>", "2026-01-01", "2028-01-01").await;
            add("Old one", "2024-01-01", "2025-01-01").await;
            add("Next one", "2027-01-01", "2027-06-01").await;
            change.commit().await.unwrap();
            let site = site(&t.vault, &t.clock, false);
            let mut browser = signed_in(&site, set.navigator, set.navigators).await;
            let page = browser.get("/trust/agreements").await.text;
            let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("no {words}"));
            assert!(at("Reachable moments") < at("Long &#60;one&#62;"));
            assert!(at("Long ") < at("Next one") && at("Next one") < at("Old one"));
            assert!(page.contains("Ends soon") && page.contains("Review by 1 December 2026, ends 31 December 2026"));
            let one = browser.get(&format!("/trust/agreements/{}", set.agreement)).await.text;
            assert!(one.contains("Selmarsh Police") && one.contains("Children Act 2004 sections 10 and 11"));
            assert!(one.contains("Offering support") && one.contains("31 December 2026"));
            for wrong in ["nonsense", "01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
                let answer = browser.get(&format!("/trust/agreements/{wrong}")).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND);
            }
        })
        .await;
}

#[tokio::test]
async fn only_the_data_protection_officer_reads_the_log_and_that_is_in_it() {
    plan()
        .both(|t| async move {
            make_demo(&t.vault).await;
            let set = set_up(&t.vault).await;
            let person = Id::from_u128(77);
            let ask = |category| Ask {
                actor: Actor::Member { id: set.navigator, agency: set.navigators },
                verb: Verb::View,
                scope: Scope::person(person),
                purpose: Purpose::Support,
                facets: vec![Facet { controller: set.police, category }],
                facts: std::collections::BTreeMap::new(),
            };
            t.vault.permit(ask(code!("custody"))).await.unwrap();
            t.vault.permit(ask(code!("police_event"))).await.unwrap_err();
            let site = site(&t.vault, &t.clock, false);
            let mut navigator = signed_in(&site, set.navigator, set.navigators).await;
            assert_eq!(navigator.get("/trust/access").await.status, StatusCode::NOT_FOUND);

            let mut officer = signed_in(&site, set.officer, set.unit).await;
            let page = officer.get("/trust/access").await.text;
            assert!(page.contains("Asha Bello, Turnaround Navigators") && page.contains("Looked at: person"));
            assert!(page.contains("Under “Reachable moments”, Children Act 2004 sections 10 and 11"));
            assert!(page.contains("does not cover this kind of data"));
            assert!(page.contains("Read this log"), "this reading is in the log before the page is");
            officer.get("/trust/log/newest.json").await;
            t.vault.prove_entry(&Actor::System, 2, None).await.unwrap();
            let page = officer.get("/trust/access").await.text;
            assert!(
                page.contains("Was given a signed head of this log: over ") && page.contains("of this log: entry 2")
            );
            assert!(!page.contains("about=2\""), "no link where there is no reference to look for");

            let about = officer.get(&format!("/trust/access?about={person}")).await.text;
            assert_eq!(about.matches("<time ").count(), 2);
            let by = officer.get(&format!("/trust/access?by={}", set.officer)).await.text;
            assert!(!by.contains("Looked at") && by.contains("Read this log"));
            let today = officer.get("/trust/access?from=22%2F11%2F2026&until=22%2F11%2F2026").await.text;
            assert!(today.contains("Looked at"));
            let yesterday = officer.get("/trust/access?until=21%2F11%2F2026").await.text;
            assert!(yesterday.contains("There is nothing in the log for this"));
            let all = officer.get("/trust/access").await.text;
            assert!(!all.contains("You see what was done for"), "the unit’s officer sees every agency’s");
            // A partner's officer sees what was done for their own agency, however they narrow it, and no other's members.
            let mut change = crate::house::change(&t.vault).await;
            let new = share::api::NewMember {
                email: "percy@police.example".to_owned(),
                name: "Percy Vale".to_owned(),
                agency: set.police,
                duties: [share::api::Duty::DataProtectionOfficer].into(),
                password: None,
            };
            let percy = share::api::add_member(&mut change, &new).await.unwrap();
            change.commit().await.unwrap();
            let mut percy = signed_in(&site, percy, set.police).await;
            percy.get("/trust/access").await;
            let narrowed = [
                "/trust/access".to_owned(),
                format!("/trust/access?about={person}"),
                format!("/trust/access?by={}", set.navigator),
                "/trust/access?from=22%2F11%2F2026&until=22%2F11%2F2026".to_owned(),
            ];
            for (n, address) in narrowed.iter().enumerate() {
                let page = percy.get(address).await.text;
                assert!(page.contains("You see what was done for Selmarsh Police"), "{address}: {page}");
                assert!(!page.contains("Asha Bello") && !page.contains("Orla Quinn"), "{address}: {page}");
                assert_eq!(page.contains("<time "), n == 0 || n == 3, "{address}: their own reading, and no more");
            }
            let wrong = officer.get("/trust/access?about=Kayden&from=soon").await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text.contains("Enter the reference") && wrong.text.contains("Enter a date"));
        })
        .await;
}

#[tokio::test]
async fn a_long_log_has_pages() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            for _ in 0..60 {
                t.vault.staff(&Actor::System, Purpose::Administration, code!("rota_read")).await.unwrap();
            }
            let mut officer = signed_in(&site, set.officer, set.unit).await;
            let first = officer.get("/trust/access").await.text;
            assert_eq!(first.matches("<time ").count(), 50);
            assert!(first.contains("Showing 1 to 50 of"));
            let second = officer.get("/trust/access?page=2").await.text;
            assert!(second.contains("Rota read") && second.contains("Unit set up"));
        })
        .await;
}
