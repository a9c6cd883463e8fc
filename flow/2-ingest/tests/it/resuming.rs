//! A delivery that was stopped after any part goes on and ends as if it had never been.

use std::sync::atomic::{AtomicU64, Ordering};

use base::code;
use ingest::api::{deliver_file, feed, read_delivery, resume_unfinished, unwatched};
use vault::{Actor, testing::Bench};

use crate::setting::{Folder, STREET, YOUTH, agencies, case, plan, sums};

/// A file of which a third are equal rows, a tenth wrong.
fn street(rows: usize) -> String {
    let mut text = STREET.to_owned();
    for n in 0..rows {
        let month = if n % 10 == 7 { "2024-13" } else { "2024-03" };
        let place = if n % 3 == 0 { 0 } else { n };
        text.push_str(&format!(
            ",{month},Force,Force,0.1,51.5,On or near {place},E01000001,Area,Anti-social behaviour,,\n"
        ));
    }
    text
}

async fn state(t: &Bench) -> Vec<(String, i64)> {
    let mut all = Vec::new();
    for (name, sql) in [
        ("records", "SELECT COUNT(*) AS n FROM record"),
        ("keys", "SELECT COUNT(DISTINCT source_key) AS n FROM record"),
        ("waiting", "SELECT COUNT(*) AS n FROM quarantined"),
        ("withdrawn", "SELECT COUNT(*) AS n FROM record WHERE withdrawn_at IS NOT NULL"),
    ] {
        all.push((name.to_owned(), t.query(sql, vault::params![]).await[0].int("n").unwrap()));
    }
    all
}

#[tokio::test]
async fn killed_after_any_part() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let folder = Folder::new();
            let path = folder.file("a.csv", street(9000).as_bytes());
            let feed = feed("police_uk").unwrap();
            for kill_after in 1..=4_u64 {
                let parts = AtomicU64::new(0);
                let watch = |_| {
                    assert!(parts.fetch_add(1, Ordering::SeqCst) + 1 < kill_after, "killed here");
                };
                let vault = t.vault.clone();
                // A panic in the watcher drops the delivery between two parts, as a kill does.
                let run = std::panic::AssertUnwindSafe(deliver_file(&vault, &Actor::System, feed, &path, &watch));
                let killed = futures::FutureExt::catch_unwind(run).await;
                assert!(killed.is_err());
                let reports = resume_unfinished(&t.vault, &unwatched).await.unwrap();
                assert_eq!(reports.len(), 1);
                let report = reports.into_iter().next().unwrap().unwrap();
                let wanted = "9000/8100/0/0/900/0";
                if kill_after == 1 {
                    assert_eq!(sums(&report), wanted);
                } else {
                    assert_eq!(report.counts.already_held, 8100, "the same rows, by other bytes");
                }
                assert!(report.counts.add_up());
                assert_eq!(state(&t).await[0].1, 8100);
                assert_eq!(state(&t).await[1].1, 8100);
                // Other bytes each time, so that rows are read and not the file known.
                let text = format!("{}{}", street(9000), "\n".repeat(usize::try_from(kill_after).unwrap()));
                std::fs::write(&path, text).unwrap();
            }
            // Reading on what is done does nothing.
            let last = ingest::api::last_deliveries(&t.vault.plain(), &code!("police_uk"), 1).await.unwrap();
            let again = read_delivery(&t.vault, last[0].delivery, &unwatched).await.unwrap();
            assert_eq!(again.counts, last[0].counts);
        })
        .await;
}

#[tokio::test]
async fn a_whole_picture_killed_before_its_end() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let folder = Folder::new();
            let feed = feed("youth_justice").unwrap();
            let all = |from: u32, to: u32| -> String {
                (from..to).fold(YOUTH.to_owned(), |text, n| text + &case(&format!("YJ/{n}"), "Lee", "Open"))
            };
            let first = folder.file("a.csv", all(0, 3000).as_bytes());
            deliver_file(&t.vault, &Actor::System, feed, &first, &unwatched).await.unwrap();
            let second = folder.file("b.csv", all(1500, 4500).as_bytes());
            let watch = |_| panic!("killed here");
            let run = std::panic::AssertUnwindSafe(deliver_file(&t.vault, &Actor::System, feed, &second, &watch));
            assert!(futures::FutureExt::catch_unwind(run).await.is_err());
            let report = resume_unfinished(&t.vault, &unwatched).await.unwrap().remove(0).unwrap();
            assert_eq!(sums(&report), "3000/1500/0/1500/0/1500");
            assert_eq!(state(&t).await[3].1, 1500);
        })
        .await;
}
