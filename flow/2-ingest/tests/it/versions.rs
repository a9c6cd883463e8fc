//! New, held, new version; whole pictures; what two files say of one id.

use crate::{
    files::reader,
    setting::{MISSING, YOUTH, agencies, case, category, deliver_text, episode, plan, sums},
};

#[tokio::test]
async fn other_content_is_a_new_version_and_the_old_one_is_kept() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let one = format!("{MISSING}{}", episode("MP-1", "2026-01-02T22:40", "High", "Lee"));
            let two = one.replace("T22:40,,High", "T22:40,2026-01-03T06:15,High");
            assert_eq!(sums(&deliver_text(&t, "missing_episodes", &one).await), "1/1/0/0/0/0");
            assert_eq!(sums(&deliver_text(&t, "missing_episodes", &two).await), "1/0/1/0/0/0");
            // The first file once more changes nothing, though it says something older.
            let again = deliver_text(&t, "missing_episodes", &one).await;
            assert_eq!((sums(&again).as_str(), again.same_as.is_some()), ("1/0/0/1/0/0", true));
            let reader = reader(&t, "missing_episodes").await;
            let current = ingest::api::current_records(&reader, &category("missing_episodes"), None, 10).await.unwrap();
            assert_eq!(current.len(), 1);
            assert_eq!((current[0].version, current[0].text("ReturnedAt")), (2, Some("2026-01-03T06:15:00")));
            let all = ingest::api::versions_of(&reader, &current[0]).await.unwrap();
            assert_eq!(all.iter().map(|record| record.is_current).collect::<Vec<_>>(), [false, true]);
            // A change back is news.
            let back = deliver_text(&t, "missing_episodes", &format!("{one}\n")).await;
            assert_eq!(sums(&back), "1/0/1/0/0/0");
        })
        .await;
}

#[tokio::test]
async fn two_words_on_one_id_in_one_file_do_not_swing_for_ever() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let high = episode("MP-1", "2026-01-02T22:40", "High", "Lee");
            let low = episode("MP-1", "2026-01-02T22:40", "Low", "Lee");
            let report = deliver_text(&t, "missing_episodes", &format!("{MISSING}{high}{low}{low}")).await;
            assert_eq!(sums(&report), "3/1/1/1/0/0");
            let other_bytes = deliver_text(&t, "missing_episodes", &format!("{MISSING}{high}{low}\n{low}")).await;
            assert_eq!(sums(&other_bytes), "3/0/0/3/0/0");
        })
        .await;
}

#[tokio::test]
async fn a_whole_picture_marks_what_no_longer_comes() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let first = format!(
                "{YOUTH}{}{}{}",
                case("YJ/1", "Demir", "Open"),
                case("YJ/2", "Lee", "Open"),
                case("YJ/3", "Roe", "Open")
            );
            assert_eq!(sums(&deliver_text(&t, "youth_justice", &first).await), "3/3/0/0/0/0");
            // 2 changes, 3 is wrong (but there), 1 no longer comes.
            let second = format!("{YOUTH}{}{}", case("YJ/2", "Lee", "Closed"), case("YJ/3", "Roe", "Ajar"));
            let report = deliver_text(&t, "youth_justice", &second).await;
            assert_eq!(sums(&report), "2/0/1/0/1/1");
            let reader = reader(&t, "youth_justice").await;
            let current = ingest::api::current_records(&reader, &category("youth_justice"), None, 10).await.unwrap();
            let keys: Vec<_> = current.iter().map(|record| record.source_key.as_str()).collect();
            assert_eq!(keys, ["YJ/3", "YJ/2"]);
            // It comes again: it is back.
            let third = format!(
                "{YOUTH}{}{}{}",
                case("YJ/1", "Demir", "Open"),
                case("YJ/2", "Lee", "Closed"),
                case("YJ/3", "Roe", "Open")
            );
            assert_eq!(sums(&deliver_text(&t, "youth_justice", &third).await), "3/0/0/3/0/0");
            let current = ingest::api::current_records(&reader, &category("youth_justice"), None, 10).await.unwrap();
            assert_eq!(current.len(), 3);
            assert!(current.iter().all(|record| record.withdrawn_at.is_none()));
        })
        .await;
}

#[tokio::test]
async fn what_was_erased_is_not_taken_again() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let text = format!("{MISSING}{}", episode("MP-1", "2026-01-02T22:40", "High", "Lee"));
            deliver_text(&t, "missing_episodes", &text).await;
            let digest = t.vault.source_digest("missing_episodes", "MP-1");
            let cause = vault::Cause {
                actor: vault::Actor::System,
                purpose: vault::Purpose::Rights,
                operation: vault::Operation::Erasure,
                act: base::code!("record_erased"),
                scope: vault::Scope::unit(),
            };
            let mut change = t.vault.change(cause).await.unwrap();
            let id: base::Id<base::kind::Record> = change.new_id();
            change
                .tombstone(id, &category("missing_episodes"), &base::code!("right_to_erasure"), &digest)
                .await
                .unwrap();
            change.execute("DELETE FROM record WHERE source_key = 'MP-1'", vault::params![]).await.unwrap();
            change.commit().await.unwrap();
            let again = deliver_text(
                &t,
                "missing_episodes",
                &format!("{text}{}", episode("MP-2", "2026-01-02T22:40", "High", "Roe")),
            )
            .await;
            assert_eq!(sums(&again), "2/1/0/0/1/0");
            let reader = reader(&t, "missing_episodes").await;
            let waiting = ingest::api::waiting(&reader, again.delivery, 0, 10).await.unwrap();
            assert!(waiting[0].cells.is_empty(), "nothing of an erased record is kept again");
            assert!(waiting[0].reasons[0].problem.contains("erased"));
        })
        .await;
}
