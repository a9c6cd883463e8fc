//! What a source declares as protected is sealed from its first instant, and what is sealed here stays so however it comes again.

use base::code;
use ingest::api::{NotificationOutcome, check_feed_file, current_records, notify};
use vault::{Actor, Mark, testing::Bench};

use crate::{
    setting::{Folder, MISSING, agencies, deliver_text, episode, plan, sums},
    told::member_who_sees,
};

const FEED: &str = r#"
title = "Safe houses"
agency = "social_care"
category = "social_care_involvement"
about = "Every placement."
delivers = "changes"
every = "day"
source_id = ["ID"]
retention = { years = 6, from = "event" }
role = { fixed = "person_at_risk" }
sealed = { column = "Protected", values = ["Yes", "Y"] }

[[column]]
name = "ID"
type = "text"
required = true

[[column]]
name = "Surname"
as = "family"
type = "text"

[[column]]
name = "Protected"
type = "text"
required = true
"#;

async fn texts(t: &Bench, sql: &str) -> Vec<String> {
    t.query(sql, Vec::new()).await.iter().map(|row| row.text("x").unwrap()).collect()
}

#[tokio::test]
async fn what_its_source_protects_is_sealed_from_the_first_instant() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let feed =
                Box::leak(Box::new(check_feed_file(&Folder::new().file("safe_houses.toml", FEED.as_bytes())).unwrap()));
            let send = async |id: &str, name: &str, protected: &str| {
                let json = serde_json::json!({ "ID": id, "Surname": name, "Protected": protected });
                notify(&t.vault, &Actor::System, feed, &json).await.unwrap()
            };
            assert!(matches!(send("1", "Lee", "yes").await, NotificationOutcome::Accepted(_)));
            assert!(matches!(send("2", "Roe", "No").await, NotificationOutcome::Accepted(_)));
            let categories =
                "SELECT source_key || ' ' || version || ' ' || category AS x FROM record ORDER BY source_key, version";
            let plain = "social_care_involvement";
            assert_eq!(texts(&t, categories).await, [format!("1 1 {plain}_sealed"), format!("2 1 {plain}")]);
            // A later word that it is not protected lifts nothing: two people do.
            assert!(matches!(send("1", "Lee-Jones", "No").await, NotificationOutcome::NewVersion(_)));
            assert!(matches!(send("1", "Lee-Jones", "No").await, NotificationOutcome::AlreadyHeld));
            assert!(matches!(send("2", "Roe", "Y").await, NotificationOutcome::NewVersion(_)));
            let wanted = [
                format!("1 1 {plain}_sealed"),
                format!("1 2 {plain}_sealed"),
                format!("2 1 {plain}_sealed"),
                format!("2 2 {plain}_sealed"),
            ];
            assert_eq!(texts(&t, categories).await, wanted, "the version before is sealed with it");
            assert_eq!(t.rows_in_table("seal").await, 2);
        })
        .await;
}

#[tokio::test]
async fn whoever_was_told_of_what_its_source_protects_now_is_told_to_stop_using_it() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let feed =
                Box::leak(Box::new(check_feed_file(&Folder::new().file("safe_houses.toml", FEED.as_bytes())).unwrap()));
            let send = async |id: &str, protected: &str| {
                let json = serde_json::json!({ "ID": id, "Surname": "Lee", "Protected": protected });
                notify(&t.vault, &Actor::System, feed, &json).await.unwrap()
            };
            for id in ["1", "2"] {
                assert!(matches!(send(id, "No").await, NotificationOutcome::Accepted(_)));
            }
            let reader = member_who_sees(&t, "education", "social_care", "social_care").await;
            assert_eq!(current_records(&reader, &feed.category, None, 10).await.unwrap().len(), 2);
            assert_eq!(t.rows_in_table("disclosure").await, 2);
            let told = async || texts(&t, "SELECT what AS x FROM disclosure_notice").await;
            for _ in 0..2 {
                send("1", "Yes").await;
                assert_eq!(told().await, ["withdrawn"], "of the one that is protected, once");
            }
        })
        .await;
}

#[tokio::test]
async fn a_bad_row_of_a_sealed_record_waits_sealed_and_the_sums_stay() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let one = format!("{MISSING}{}", episode("MP-1", "2026-01-02T22:40", "High", "Lee"));
            deliver_text(&t, "missing_episodes", &one).await;
            let id = texts(&t, "SELECT id AS x FROM record").await.remove(0);
            let cause = vault::Cause {
                actor: Actor::System,
                purpose: vault::Purpose::Administration,
                operation: vault::Operation::Alteration,
                act: code!("sealed"),
                scope: vault::Scope::unit(),
            };
            let mut change = t.vault.change(cause).await.unwrap();
            change.mark(&[id], Mark::Sealed, "seal").await.unwrap();
            change.commit().await.unwrap();
            // One bad row of the sealed record, one of another, and the sealed one once more.
            let bad = |key: &str| episode(key, "2026-13-02T22:40", "High", "Lee");
            let text = format!(
                "{MISSING}{}{}{}",
                bad("MP-1"),
                bad("MP-2"),
                episode("MP-1", "2026-01-02T22:40", "High", "Lee")
            );
            assert_eq!(sums(&deliver_text(&t, "missing_episodes", &text).await), "3/0/0/1/2/0");
            let waiting = texts(&t, "SELECT line || ' ' || category AS x FROM quarantined ORDER BY line").await;
            assert_eq!(waiting, ["2 missing_episode_sealed", "3 missing_episode"]);
        })
        .await;
}
