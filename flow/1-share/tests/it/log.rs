//! The page with which any member checks the log, and keeps what shows later that it was rewritten.

use axum::http::StatusCode;
use vault::audit::Document;

use crate::house::{plan, set_up, signed_in, site};

#[tokio::test]
async fn any_member_gets_the_key_the_newest_head_and_what_came_since() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut browser = signed_in(&site, set.navigator, set.navigators).await;
            let page = browser.get("/trust/log").await.text;
            assert!(page.contains(&t.vault.audit_fingerprint()));
            let key = hex::encode(t.vault.audit_public_key().to_bytes());
            assert_eq!(page.matches(&key).count(), 2, "by itself and in the command");
            assert!(page.contains("Turnaround Navigators</th><td class=\"govuk-table__cell\">Not yet"));

            let Document::Head(head) = Document::read(&browser.get("/trust/log/newest.json").await.text).unwrap()
            else {
                panic!("no head")
            };
            assert!(head.is_signed_by(&t.vault.audit_public_key()));
            t.clock.advance(base::SignedDuration::from_secs(90));
            let growth = browser.get(&format!("/trust/log/growth?since={}", head.size)).await;
            let Document::Consistency(growth) = Document::read(&growth.text).unwrap() else { panic!("no proof") };
            assert!(growth.from == head && growth.to.size > head.size);
            let page = browser.get("/trust/log").await.text;
            assert!(page.contains(&format!("Over {} entries, on 22 Nov 2026", growth.to.size)));
            assert!(
                page.contains(&growth.to.root[..16]) && page.contains(&format!("/trust/log/heads/{}.json", head.size))
            );
            let old = browser.get(&format!("/trust/log/heads/{}.json", head.size)).await.text;
            assert_eq!(Document::read(&old), Ok(Document::Head(head)));
        })
        .await;
}

#[tokio::test]
async fn what_can_not_be_given_is_said() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let stranger = crate::house::browser(&site).get("/trust/log").await;
            assert_eq!(stranger.status, StatusCode::SEE_OTHER);
            let mut browser = signed_in(&site, set.officer, set.unit).await;
            browser.get("/trust/log/newest.json").await;
            for (typed, says) in [
                ("", "Enter the number of entries of a head that you kept"),
                ("soon", "Enter the number of entries"),
                ("-3", "Enter the number of entries"),
                ("99999", "No head over 99999 entries was ever signed here; the nearest is over"),
            ] {
                let answer = browser.get(&format!("/trust/log/growth?since={typed}")).await;
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
                assert!(answer.text.contains(says), "{typed}: {}", answer.text);
            }
            for wrong in ["99999.json", "soon.json", "1"] {
                let answer = browser.get(&format!("/trust/log/heads/{wrong}")).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
            }
        })
        .await;
}
