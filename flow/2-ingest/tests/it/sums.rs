//! Whatever comes, every row is accounted for.

use ingest::api::{deliver_file, feed, unwatched};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use vault::{Actor, testing::Engine};

use crate::setting::{Folder, MISSING, agencies, episode, plan};

/// A row that may be wrong in several ways, come again, or be blank.
fn row() -> impl Strategy<Value = String> {
    let part = (0..6_u8, 0..4_u8, prop::sample::select(vec!["High", "low", "", "Enormous"]), "[a-z\"é,]{0,4}");
    part.prop_map(|(id, day, risk, name)| match day {
        0 => ",,,\n".to_owned(),
        _ => episode(
            &format!("MP-{id}"),
            &format!("2026-01-0{day}T10:00"),
            risk,
            &format!("\"{}\"", name.replace('"', "\"\"")),
        ),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn dirty_files_add_up() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        plan()
            .on(engine, |t| async move {
                agencies(&t).await;
                let mut runner = TestRunner::deterministic();
                let strategy = prop::collection::vec(row(), 0..60);
                for at in 0..25_u64 {
                    let rows = strategy.new_tree(&mut runner).unwrap().current();
                    // The blank lines at the end make each file another one.
                    let text = format!("{MISSING}{}{}", rows.concat(), "\n".repeat(usize::try_from(at).unwrap()));
                    let before = (t.rows_in_table("record").await, t.rows_in_table("quarantined").await);
                    let folder = Folder::new();
                    let path = folder.file("a.csv", text.as_bytes());
                    let feed = feed("missing_episodes").unwrap();
                    let report = deliver_file(&t.vault, &Actor::System, feed, &path, &unwatched).await.unwrap();
                    let counts = report.counts;
                    assert!(counts.add_up(), "{counts:?}");
                    let filled = rows.iter().filter(|row| *row != ",,,\n").count();
                    assert_eq!(counts.read, filled as u64);
                    assert_eq!(t.rows_in_table("record").await - before.0, counts.accepted());
                    assert_eq!(t.rows_in_table("quarantined").await - before.1, counts.quarantined);
                    let current = t.query("SELECT COUNT(*) AS n FROM record WHERE is_current", vault::params![]).await;
                    let keys = t.query("SELECT COUNT(DISTINCT source_key) AS n FROM record", vault::params![]).await;
                    assert_eq!(current[0].int("n").unwrap(), keys[0].int("n").unwrap(), "one current version each");
                }
            })
            .await;
    }
}

#[tokio::test]
async fn the_catalogue_knows_every_table() {
    plan()
        .both(|t| async move {
            assert_eq!(vault::testing::check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
            // The database itself refuses counts that don't add up.
            let lie = "INSERT INTO delivery (id, feed, agency, category, source, state, rows_read, received_at, actor_kind, actor) \
                       VALUES ('a', 'f', 'a', 'c', 'file', 'done', 3, 0, 'system', 'system')";
            assert!(t.tamper(lie).await.is_err());
        })
        .await;
}
