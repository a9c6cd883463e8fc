//! Retention: what is due goes, with what hangs on it, and leaves a tombstone inside the database and outside.

use base::{Date, SignedDuration, code, london};
use serde_json::json;
use vault::{Actor, jobs::Handlers, params, store_suite, testing::Bench};

use crate::county::{MIGRATIONS, POLICE, add, cause};

store_suite! { MIGRATIONS => [
    what_is_due_goes_with_its_children,
    large_expiries_go_in_batches,
    a_tombstone_is_found_by_its_digest,
    a_lost_line_is_written_again,
    days_are_counted_from_the_column_that_the_rule_names,
    finished_jobs_go_after_a_month,
    expiry_runs_once_a_day_and_again_after_a_restart,
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

async fn days_are_counted_from_the_column_that_the_rule_names(t: Bench) {
    let edge = london::start_of(day("2026-03-01")).unwrap();
    let just_before = edge.plus(SignedDuration::from_micros(-1));
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let letters = [(1, Some(just_before)), (2, Some(edge)), (3, None)];
    let rows = letters.map(|(n, at)| params![format!("{n:026}"), "c", "custody", at]).to_vec();
    change.insert_many("letter", &["id", "controller", "category", "came_at"], rows, "").await.unwrap();
    // 450 visits that are over, one that is not, and many at the same instant.
    let visits = (0..450).map(|n| params!["a", edge.plus(SignedDuration::from_secs(n / 300))]);
    let rows = visits.chain([params!["a", edge.plus_hours(24 * 60)]]).collect();
    change.insert_many("visit", &["colleague", "until"], rows, "").await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(t.vault.expire_due(&Actor::System, day("2026-03-31")).await.unwrap(), 451);
    assert_eq!((t.rows_in_table("letter").await, t.rows_in_table("visit").await), (2, 1));
    let stones = t.query("SELECT was, source_digest FROM tombstone", vec![]).await;
    assert_eq!(stones.len(), 1, "a row about a person leaves a tombstone, one about staff doesn't");
    assert_eq!(stones[0].text("was").unwrap(), format!("{:026}", 1));
    assert_eq!(stones[0].text("source_digest").unwrap(), "");
    assert_eq!(t.vault.expire_due(&Actor::System, day("2026-03-31")).await.unwrap(), 0);
}

async fn finished_jobs_go_after_a_month(t: Bench) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    let later = t.vault.now().plus_hours(24 * 365);
    change.enqueue("unknown_kind", &json!({}), t.vault.now()).await.unwrap();
    change.enqueue("unknown_kind", &json!({}), later).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(t.vault.run_due_jobs(&Handlers::new()).await.unwrap(), 1);
    let today = t.vault.now().date_in_london();
    let in_days = |n: i64| today.saturating_add(SignedDuration::from_hours(24 * n));
    assert_eq!(t.vault.expire_due(&Actor::System, in_days(30)).await.unwrap(), 0);
    assert_eq!(t.vault.expire_due(&Actor::System, in_days(31)).await.unwrap(), 1);
    assert_eq!(t.rows_in_table("job").await, 1, "what still waits stays");
}

async fn expiry_runs_once_a_day_and_again_after_a_restart(mut t: Bench) {
    let handlers = Handlers::new();
    let due = add(&t, POLICE, "custody", "due").await;
    expire_on(&t, due, "2020-01-01").await;
    assert!(t.vault.see_to_expiry().await.unwrap());
    assert!(!t.vault.see_to_expiry().await.unwrap(), "one waits");
    t.reopen().await.unwrap();
    assert!(!t.vault.see_to_expiry().await.unwrap(), "it still waits after a restart");
    assert_eq!(t.drain_jobs(&handlers).await, 1);
    assert_eq!(t.rows_in_table("record").await, 0);
    assert!(!t.vault.see_to_expiry().await.unwrap(), "it ran today");
    t.reopen().await.unwrap();
    assert!(!t.vault.see_to_expiry().await.unwrap(), "it ran today, before the restart");
    t.clock.advance(SignedDuration::from_hours(24));
    assert!(t.vault.see_to_expiry().await.unwrap());
    assert_eq!(t.drain_jobs(&handlers).await, 1);
}
