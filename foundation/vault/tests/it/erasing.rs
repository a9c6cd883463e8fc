//! Retention: what is due goes, with what hangs on it, and leaves a tombstone inside the database and outside.

use base::{Date, code};
use vault::{Actor, params, store_suite, testing::Bench};

use crate::county::{MIGRATIONS, POLICE, add, cause};

store_suite! { MIGRATIONS => [
    what_is_due_goes_with_its_children,
    large_expiries_go_in_batches,
    a_tombstone_is_found_by_its_digest,
    a_lost_line_is_written_again,
] }

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

async fn expire_on(t: &Bench, id: impl ToString, day: &str) {
    let sql = format!("UPDATE record SET expires_on = '{day}' WHERE id = '{}'", id.to_string());
    t.tamper(&sql).await.unwrap();
}

async fn what_is_due_goes_with_its_children(t: Bench) {
    let due = add(&t, POLICE, "custody", "due").await;
    let kept = add(&t, POLICE, "custody", "kept").await;
    add(&t, POLICE, "custody", "for_ever").await;
    for (record, n) in [(due, 1), (kept, 2)] {
        let sql = format!(
            "INSERT INTO remark (id, record, controller, category, body) VALUES ('{n}', '{record}', 'c', 'custody', 'x')"
        );
        t.tamper(&sql).await.unwrap();
    }
    expire_on(&t, due, "2026-03-01").await;
    expire_on(&t, kept, "2026-03-02").await;
    assert_eq!(t.vault.expire_due(&Actor::System, day("2026-03-02")).await.unwrap(), 1);
    assert_eq!((t.rows_in_table("record").await, t.rows_in_table("remark").await), (2, 1));
    let stones = t.query("SELECT was, category, rule, source_digest FROM tombstone", vec![]).await;
    assert_eq!(stones.len(), 1);
    assert_eq!(stones[0].text("was").unwrap(), due.to_string());
    assert_eq!(stones[0].text("rule").unwrap(), "expired");
    assert_eq!(stones[0].text("source_digest").unwrap(), t.vault.source_digest("f", "due"));
    let line = std::fs::read_to_string(t.directory.join("tombstones.log")).unwrap();
    assert!(line.contains(&due.to_string()) && !line.contains("body of"));
    let last = &t.query("SELECT operation, inputs FROM audit_entry ORDER BY position DESC", vec![]).await[0];
    assert_eq!(last.text("operation").unwrap(), "erasure");
    assert_eq!(t.vault.expire_due(&Actor::System, day("2026-03-02")).await.unwrap(), 0);
}

async fn large_expiries_go_in_batches(t: Bench) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let rows =
        (0..450).map(|n| params![format!("{n:026}"), "f", format!("{n}"), "c", "custody", "2020-01-01"]).collect();
    let columns = &["id", "feed", "source_key", "controller", "category", "expires_on"];
    change.insert_many("record", columns, rows, "").await.unwrap();
    change.commit().await.unwrap();
    let before = t.vault.audit_size().await.unwrap();
    assert_eq!(t.vault.expire_due(&Actor::System, day("2026-03-02")).await.unwrap(), 450);
    assert_eq!(t.vault.audit_size().await.unwrap() - before, 3);
    assert_eq!(t.rows_in_table("tombstone").await, 450);
}

async fn a_tombstone_is_found_by_its_digest(t: Bench) {
    let id = add(&t, POLICE, "custody", "k").await;
    let digest = t.vault.source_digest("f", "k");
    let mut change = t.vault.change(cause(code!("erased"))).await.unwrap();
    change.tombstone(id, &code!("custody"), &code!("right_to_erasure"), &digest).await.unwrap();
    drop(change);
    assert!(!t.directory.join("tombstones.log").exists(), "the change was undone");
    let mut change = t.vault.change(cause(code!("erased"))).await.unwrap();
    change.tombstone(id, &code!("custody"), &code!("right_to_erasure"), &digest).await.unwrap();
    change.commit().await.unwrap();
    let asked = [digest.clone(), t.vault.source_digest("f", "other")];
    let found = t.vault.tombstoned(&asked).await.unwrap();
    assert!(found.contains(&digest) && found.len() == 1);
}

async fn a_lost_line_is_written_again(mut t: Bench) {
    let id = add(&t, POLICE, "custody", "k").await;
    let mut change = t.vault.change(cause(code!("erased"))).await.unwrap();
    change.tombstone(id, &code!("custody"), &code!("right_to_erasure"), "d").await.unwrap();
    change.commit().await.unwrap();
    let path = t.directory.join("tombstones.log");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    t.reopen().await.unwrap();
    let lines = std::fs::read_to_string(&path).unwrap();
    assert!(lines.ends_with(whole.trim_start()), "{lines}");
    t.reopen().await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), lines);
}
