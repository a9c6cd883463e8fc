//! The log tells when somebody has been at it.

use base::{SignedDuration, code};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use vault::{
    Actor, Purpose,
    audit::{self, Filter, Finding},
    store_suite,
    testing::{Bench, Engine},
};

use crate::county::{MIGRATIONS, cause};

store_suite! { MIGRATIONS => [
    a_true_log_holds,
    heads_come_when_they_are_due,
    heads_go_on_after_a_restart,
    a_head_is_exported_once_a_day,
    ordinary_statements_cannot_change_the_log,
    every_mutation_is_noticed,
    a_changed_entry_is_named,
    a_log_cut_short_with_its_heads_is_noticed,
    a_forged_head_is_noticed,
    a_broken_frontier_is_made_anew,
    letters_of_several_bytes_are_verified_too,
    entries_are_browsed_newest_first,
] }

pub async fn write(t: &Bench, count: usize) {
    for n in 0..count {
        let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
        change.note("n", n);
        change.commit().await.unwrap();
        t.clock.advance(SignedDuration::from_millis(7));
    }
}

/// Lifts the guard, as somebody with the owner's password can.
pub async fn lift_guard(t: &Bench) {
    if t.engine == Engine::Postgres {
        t.tamper("ALTER TABLE audit_entry DISABLE TRIGGER ALL; ALTER TABLE tree_head DISABLE TRIGGER ALL")
            .await
            .unwrap();
    } else {
        for name in ["audit_entry_not_replaced", "audit_entry_not_updated", "audit_entry_not_deleted"] {
            t.tamper(&format!("DROP TRIGGER {name}")).await.unwrap();
        }
        for name in ["tree_head_not_replaced", "tree_head_not_updated", "tree_head_not_deleted"] {
            t.tamper(&format!("DROP TRIGGER {name}")).await.unwrap();
        }
    }
}

async fn verdict(t: &Bench) -> audit::Verdict {
    let exported = audit::read_exported(&t.directory.join("heads")).unwrap();
    audit::verify(&t.vault, &exported).await.unwrap()
}

async fn a_true_log_holds(t: Bench) {
    assert!(verdict(&t).await.holds());
    assert_eq!(t.vault.export_head().await.unwrap(), None);
    write(&t, 5).await;
    let head = t.vault.export_head().await.unwrap().unwrap();
    assert!(head.size == 5 && head.is_signed_by(&t.vault.audit_public_key()));
    write(&t, 3).await;
    t.vault.sign_head_now().await.unwrap();
    write(&t, 2).await;
    let verdict = verdict(&t).await;
    assert!(verdict.holds(), "{verdict:?}");
    assert_eq!((verdict.entries, verdict.unsigned, verdict.not_exported), (10, 2, 5));
    let text = std::fs::read_to_string(t.directory.join("heads/5.head")).unwrap();
    assert!(text.contains("public_key") && text.contains(&head.root));
    use std::os::unix::fs::PermissionsExt as _;
    let mode =
        |name: &str| std::fs::metadata(t.directory.join("keys").join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("audit-signing.key"), mode("master.key")), (0o600, 0o600));
}

async fn heads_come_when_they_are_due(t: Bench) {
    write(&t, 1).await;
    assert_eq!(t.vault.sign_head_if_due().await.unwrap().unwrap().size, 1);
    write(&t, 1).await;
    assert_eq!(t.vault.sign_head_if_due().await.unwrap(), None);
    t.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(t.vault.sign_head_if_due().await.unwrap().unwrap().size, 2);
    t.clock.advance(SignedDuration::from_secs(600));
    assert_eq!(t.vault.sign_head_if_due().await.unwrap(), None, "nothing new, no new head");
}

async fn a_head_is_exported_once_a_day(t: Bench) {
    assert_eq!(t.vault.export_head_if_due().await.unwrap(), None, "nothing to sign yet");
    write(&t, 2).await;
    assert_eq!(t.vault.export_head_if_due().await.unwrap().unwrap().size, 2);
    write(&t, 2).await;
    t.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(t.vault.export_head_if_due().await.unwrap(), None);
    t.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(t.vault.export_head_if_due().await.unwrap().unwrap().size, 4);
    let sizes: Vec<u64> =
        audit::read_exported(&t.directory.join("heads")).unwrap().iter().map(|head| head.size).collect();
    assert_eq!(sizes, [2, 4]);
}

async fn heads_go_on_after_a_restart(mut t: Bench) {
    for _ in 0..4 {
        write(&t, 13).await;
        t.vault.sign_head_now().await.unwrap();
        t.reopen().await.unwrap();
    }
    let verdict = verdict(&t).await;
    assert!(verdict.holds() && verdict.heads == 4 && verdict.unsigned == 0, "{verdict:?}");
}

async fn ordinary_statements_cannot_change_the_log(t: Bench) {
    write(&t, 3).await;
    t.vault.sign_head_now().await.unwrap();
    let statements = [
        "UPDATE audit_entry SET purpose = 'other' WHERE position = 1",
        "DELETE FROM audit_entry WHERE position = 2",
        "UPDATE tree_head SET root = ''",
        "UPDATE tree_head SET frontier = ''",
        "DELETE FROM tree_head",
    ];
    for statement in statements {
        assert!(t.tamper(statement).await.is_err(), "{statement}");
    }
    let engines_own = match t.engine {
        Engine::Sqlite => "REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE position = 1",
        Engine::Postgres => "TRUNCATE audit_entry",
    };
    assert!(t.tamper(engines_own).await.is_err());
    t.tamper("UPDATE tree_head SET exported_at = 1").await.unwrap();
    assert!(verdict(&t).await.holds());
}

/// What somebody may do to a log of `n` entries. Hashes are mended by the second half of them, as a careful forger would.
fn mutation(n: u64) -> impl Strategy<Value = (String, bool)> {
    const TEXTS: [&str; 8] =
        ["actor_kind", "actor", "operation", "verb", "scope_kind", "purpose", "inputs", "leaf_hash"];
    let text = (0..n, prop::sample::select(&TEXTS[..]), "[a-z:;0-9-]{1,9}")
        .prop_map(|(at, column, text)| format!("UPDATE audit_entry SET {column} = '{text}' WHERE position = {at}"));
    let null = (0..n, prop::sample::select(&["agency", "permit", "scope"][..]))
        .prop_map(|(at, column)| format!("UPDATE audit_entry SET {column} = '-;' WHERE position = {at}"));
    let time = (0..n).prop_map(|at| format!("UPDATE audit_entry SET at = at + 1 WHERE position = {at}"));
    let allowed = (0..n).prop_map(|at| format!("UPDATE audit_entry SET allowed = NOT allowed WHERE position = {at}"));
    let delete = (0..n).prop_map(|at| format!("DELETE FROM audit_entry WHERE position = {at}"));
    let cut = (0..n).prop_map(|at| format!("DELETE FROM audit_entry WHERE position >= {at}"));
    let swap = (0..n - 1).prop_map(|at| {
        format!(
            "UPDATE audit_entry SET position = -9 WHERE position = {at}; UPDATE audit_entry SET position = {at} WHERE \
             position = {at} + 1; UPDATE audit_entry SET position = {at} + 1 WHERE position = -9"
        )
    });
    let columns = "at, actor_kind, actor, agency, operation, verb, scope_kind, scope, purpose, allowed, permit, inputs, leaf_hash";
    let insert = (0..n, -3..0_i64).prop_map(move |(at, to)| {
        format!("INSERT INTO audit_entry (position, {columns}) SELECT {to}, {columns} FROM audit_entry WHERE position = {at}")
    });
    let shift = (1..n).prop_map(move |at| {
        format!(
            "UPDATE audit_entry SET position = -position - 2 WHERE position >= {at}; UPDATE audit_entry SET position = \
             -position - 1 WHERE position < 0; INSERT INTO audit_entry (position, {columns}) SELECT {at}, {columns} FROM \
             audit_entry WHERE position = {at} - 1"
        )
    });
    let kinds = prop_oneof![text, null, time, allowed, delete, cut, swap, insert, shift];
    (kinds, any::<bool>())
}

/// Gives every entry the leaf hash that its content has now.
pub async fn mend_hashes(t: &Bench) {
    let staff = t.vault.book();
    for entry in audit::entries(&staff, &Filter::default(), 500).await.unwrap() {
        let hash = entry.computed_leaf_hash();
        let sql = format!("UPDATE audit_entry SET leaf_hash = '{hash}' WHERE position = {}", entry.position);
        t.tamper(&sql).await.unwrap();
    }
}

async fn every_mutation_is_noticed(t: Bench) {
    const ENTRIES: u64 = 23;
    for signed in [4, 5, 14] {
        write(&t, signed).await;
        t.vault.export_head().await.unwrap();
    }
    assert!(verdict(&t).await.holds());
    lift_guard(&t).await;
    t.tamper("CREATE TABLE truth AS SELECT * FROM audit_entry").await.unwrap();
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    for _ in 0..120 {
        let (sql, mend) = mutation(ENTRIES).new_tree(&mut runner).unwrap().current();
        t.tamper(&sql).await.unwrap();
        let changed = "SELECT 1 AS n FROM audit_entry WHERE position < 0";
        if mend && t.query(changed, vec![]).await.is_empty() {
            mend_hashes(&t).await;
        }
        let found = verdict(&t).await;
        let same = t.query("SELECT * FROM audit_entry EXCEPT SELECT * FROM truth", vec![]).await.is_empty()
            && t.rows_in_table("audit_entry").await == ENTRIES;
        assert_eq!(found.holds(), same, "{:?} did not notice (mended: {mend}): {sql}", t.engine);
        t.tamper("DELETE FROM audit_entry").await.unwrap();
        t.tamper("INSERT INTO audit_entry SELECT * FROM truth").await.unwrap();
    }
    assert!(verdict(&t).await.holds());
}

async fn a_changed_entry_is_named(t: Bench) {
    write(&t, 10).await;
    t.vault.export_head().await.unwrap();
    write(&t, 10).await;
    t.vault.export_head().await.unwrap();
    write(&t, 10).await;
    lift_guard(&t).await;
    t.tamper("UPDATE audit_entry SET purpose = 'other' WHERE position IN (3, 17)").await.unwrap();
    assert_eq!(verdict(&t).await.findings, [Finding::Changed(3), Finding::Changed(17)]);
    t.tamper("UPDATE audit_entry SET purpose = 'collection'").await.unwrap();
    t.tamper("UPDATE audit_entry SET purpose = 'other' WHERE position = 17").await.unwrap();
    mend_hashes(&t).await;
    assert_eq!(verdict(&t).await.findings, [Finding::Between { from: 10, to: 20 }]);
    t.tamper("DELETE FROM audit_entry WHERE position IN (4, 5)").await.unwrap();
    let findings = verdict(&t).await.findings;
    assert_eq!(findings, [Finding::Missing { from: 4, to: 6 }, Finding::Between { from: 0, to: 10 }]);
}

async fn a_log_cut_short_with_its_heads_is_noticed(t: Bench) {
    write(&t, 4).await;
    t.vault.sign_head_now().await.unwrap();
    write(&t, 4).await;
    t.vault.export_head().await.unwrap();
    lift_guard(&t).await;
    t.tamper("DELETE FROM audit_entry WHERE position >= 4; DELETE FROM tree_head WHERE size > 4").await.unwrap();
    let findings = verdict(&t).await.findings;
    assert_eq!(findings, [Finding::HeadGone(8), Finding::CutShort { entries: 4, head: 8 }]);
    write(&t, 6).await;
    t.vault.sign_head_now().await.unwrap();
    assert!(!verdict(&t).await.holds(), "a log that grew again after it was cut passes");
    t.tamper("DELETE FROM audit_entry; DELETE FROM tree_head").await.unwrap();
    assert!(!verdict(&t).await.holds());
}

async fn a_forged_head_is_noticed(t: Bench) {
    write(&t, 4).await;
    let mut head = t.vault.export_head().await.unwrap().unwrap();
    head.root = hex::encode([7; 32]);
    let verdict = audit::verify(&t.vault, &[head]).await.unwrap();
    assert_eq!(verdict.findings, [Finding::BadSignature(4), Finding::HeadGone(4)]);
    lift_guard(&t).await;
    t.tamper("UPDATE tree_head SET at = at + 1").await.unwrap();
    assert!(audit::verify(&t.vault, &[]).await.unwrap().findings.contains(&Finding::BadSignature(4)));
}

async fn a_broken_frontier_is_made_anew(mut t: Bench) {
    write(&t, 7).await;
    t.vault.sign_head_now().await.unwrap();
    lift_guard(&t).await;
    t.tamper("UPDATE tree_head SET frontier = '00'").await.unwrap();
    t.reopen().await.unwrap();
    write(&t, 6).await;
    t.vault.sign_head_now().await.unwrap();
    let verdict = verdict(&t).await;
    assert!(verdict.holds() && verdict.unsigned == 0, "{verdict:?}");
}

async fn letters_of_several_bytes_are_verified_too(t: Bench) {
    for note in ["Zoë", "→ € 😀", "plain", "a:b;3:c;"] {
        let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
        change.note("n", note);
        change.commit().await.unwrap();
    }
    t.vault.export_head().await.unwrap();
    assert!(verdict(&t).await.holds());
    lift_guard(&t).await;
    t.tamper("UPDATE audit_entry SET inputs = replace(inputs, 'ë', 'e') WHERE position = 0").await.unwrap();
    t.tamper("UPDATE audit_entry SET inputs = replace(inputs, 'plain', 'plaïn') WHERE position = 2").await.unwrap();
    assert_eq!(verdict(&t).await.findings, [Finding::Changed(0), Finding::Changed(2)]);
}

async fn entries_are_browsed_newest_first(t: Bench) {
    write(&t, 5).await;
    let staff = t.vault.staff(&Actor::System, Purpose::Oversight, code!("access_page")).await.unwrap();
    let all = audit::entries(&staff, &Filter::default(), 4).await.unwrap();
    assert_eq!(all.iter().map(|entry| entry.position).collect::<Vec<_>>(), [5, 4, 3, 2]);
    let more = Filter { before: Some(2), ..Filter::default() };
    assert_eq!(audit::entries(&staff, &more, 4).await.unwrap().len(), 2);
    let refused = Filter { refused_only: true, ..Filter::default() };
    assert!(audit::entries(&staff, &refused, 4).await.unwrap().is_empty());
    let looked = Filter { operation: Some(vault::Operation::Consultation), ..Filter::default() };
    assert_eq!(audit::entries(&staff, &looked, 4).await.unwrap().len(), 1);
    let mine = Filter { actor: Some("system".to_owned()), scope: Some("none".to_owned()), ..Filter::default() };
    assert!(audit::entries(&staff, &mine, 4).await.unwrap().is_empty());
}
