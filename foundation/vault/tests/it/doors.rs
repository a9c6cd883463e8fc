//! No data without a permit; every request is in the log before a row leaves.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use base::{SignedDuration, Timestamp, code};
use vault::{
    Actor, Ask, Decider, Decision, Purpose, Refusal, Row, Staff, StoreError, Verb, params, store_suite,
    testing::{Bench, Engine, Plan, Table},
};

use crate::county::{HOSPITAL, MIGRATIONS, POLICE, RECORDS, Record, add, ask, cause, may_view, two_records};

/// Custody only, to look at or to count.
fn custody_only() -> Plan {
    let table = Table::new().allow(Verb::View, Purpose::Safeguarding, "custody");
    Plan::of(MIGRATIONS).decider(table.allow(Verb::Count, Purpose::Safeguarding, "custody"))
}

store_suite! { plan: custody_only() => [
    the_wrong_door_is_refused,
    a_part_is_granted_and_the_rest_never_leaves,
    a_refusal_is_logged,
    a_permit_expires,
    a_permit_to_count_shows_nobody_and_suppresses,
    reading_staff_is_logged,
    a_dropped_change_leaves_nothing,
    a_change_and_its_entry_commit_together,
    a_change_reads_only_what_its_permit_covers,
] }

struct Name;
impl vault::FromRow for Name {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("name").map(|_| Self)
    }
}

fn is_wrong_door<T>(outcome: Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::WrongDoor { .. }))
}

async fn the_wrong_door_is_refused(t: Bench) {
    let staff = t.vault.staff(&Actor::System, Purpose::Administration, code!("look")).await.unwrap();
    let sneaky = "SELECT \"Name\" AS name FROM colleague, Record";
    assert!(is_wrong_door(t.vault.plain().rows::<Name>(RECORDS, params![]).await));
    assert!(is_wrong_door(staff.rows::<Name>(RECORDS, params![]).await));
    assert!(is_wrong_door(staff.rows::<Name>(sneaky, params![]).await));
    assert!(is_wrong_door(t.vault.plain().rows::<Name>("SELECT name FROM colleague", params![]).await));
    assert!(is_wrong_door(t.vault.plain().rows::<Name>("SELECT actor AS name FROM audit_entry", params![]).await));
    let change = t.vault.change(cause(code!("try"))).await.unwrap();
    assert!(is_wrong_door(change.rows::<Name>(RECORDS, params![]).await));
    assert!(matches!(change.rows_held::<Record>(RECORDS, params![]).await, Err(StoreError::Permit(_))));
    assert!(t.vault.plain().rows::<Name>("SELECT name FROM agency", params![]).await.is_ok());
}

async fn a_part_is_granted_and_the_rest_never_leaves(t: Bench) {
    two_records(&t).await;
    let permit = may_view(&t).await;
    assert_eq!(permit.grants().len(), 1);
    assert_eq!(permit.withheld().len(), 1);
    let rows: Vec<Record> = t.vault.read(&permit).unwrap().rows(RECORDS, params![]).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].controller, POLICE);
    let log = t.query("SELECT inputs, allowed, permit FROM audit_entry ORDER BY position DESC", vec![]).await;
    let inputs = log[0].text("inputs").unwrap();
    assert!(inputs.contains("not_in_table") && inputs.contains("16_17") && !inputs.contains("body of"), "{inputs}");
    assert_eq!(log[0].text("permit").unwrap(), permit.id().to_string());
}

async fn a_refusal_is_logged(t: Bench) {
    let outcome = t.vault.permit(Ask { verb: Verb::Disclose, ..ask(Verb::View) }).await;
    assert!(matches!(outcome, Err(Refusal::Refused { why }) if why.len() == 2));
    let log = t.query("SELECT operation, allowed, permit FROM audit_entry", vec![]).await;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].text("operation").unwrap(), "disclosure");
    assert!(!log[0].bool("allowed").unwrap());
    assert_eq!(log[0].opt_text("permit").unwrap(), None);
}

async fn a_permit_expires(t: Bench) {
    let permit = may_view(&t).await;
    t.clock.advance(SignedDuration::from_mins(61));
    assert!(matches!(t.vault.read(&permit), Err(StoreError::Permit(_))));
    assert!(matches!(t.vault.change_under(&permit, cause(code!("try"))).await, Err(StoreError::Permit(_))));
}

async fn a_permit_to_count_shows_nobody_and_suppresses(t: Bench) {
    for n in 0..12 {
        add(&t, POLICE, "custody", &format!("{n}")).await;
    }
    add(&t, HOSPITAL, "ae_navigator", "x").await;
    let permit = t.vault.permit(ask(Verb::Count)).await.unwrap();
    assert!(matches!(t.vault.read(&permit), Err(StoreError::Permit(_))));
    let counter = t.vault.count(&permit).unwrap();
    let sql = "SELECT category AS row_key, CASE WHEN source_key = '1' THEN 'few' ELSE 'many' END AS column_key, \
               COUNT(*) AS n FROM record WHERE controller || ' ' || category IN ({in}) GROUP BY 1, 2";
    let table = counter.table(sql, params![]).await.unwrap();
    assert_eq!(table.rows, ["custody"]);
    let shown = format!("{:?}", table.table.cells);
    assert!(!shown.contains("Shown(1)"), "a single person is shown: {shown}");
    assert!(matches!(counter.table(RECORDS, params![]).await, Err(StoreError::Permit(_))));
}

async fn reading_staff_is_logged(t: Bench) {
    t.vault.staff(&Actor::System, Purpose::Oversight, code!("access_page")).await.unwrap();
    let log = t.query("SELECT verb, operation FROM audit_entry", vec![]).await;
    assert_eq!(log[0].text("verb").unwrap(), "access_page");
    assert_eq!(log[0].text("operation").unwrap(), "consultation");
}

async fn a_dropped_change_leaves_nothing(t: Bench) {
    let mut change = t.vault.change(cause(code!("try"))).await.unwrap();
    change.execute("INSERT INTO agency (id, name) VALUES ('1', 'one')", params![]).await.unwrap();
    change.enqueue("work", &serde_json::json!({}), t.vault.now()).await.unwrap();
    drop(change);
    add(&t, POLICE, "custody", "a").await;
    assert_eq!(t.rows_in_table("agency").await, 0);
    assert_eq!(t.rows_in_table("job").await, 0);
    assert_eq!(t.rows_in_table("audit_entry").await, 1);
}

async fn a_change_and_its_entry_commit_together(t: Bench) {
    let mut change = t.vault.change(cause(code!("record_accepted"))).await.unwrap();
    change.note("accepted", 3);
    assert_eq!(t.rows_in_table("audit_entry").await, 0);
    change.commit().await.unwrap();
    let log = t.query("SELECT position, verb, inputs FROM audit_entry", vec![]).await;
    assert_eq!(log[0].count("position").unwrap(), 0);
    assert_eq!(log[0].text("verb").unwrap(), "record_accepted");
    assert_eq!(log[0].text("inputs").unwrap(), r#"{"notes":{"accepted":"3"}}"#);
}

async fn a_change_reads_only_what_its_permit_covers(t: Bench) {
    two_records(&t).await;
    let permit = may_view(&t).await;
    let change = t.vault.change_under(&permit, cause(code!("try"))).await.unwrap();
    assert_eq!(change.rows_held::<Record>(RECORDS, params![]).await.unwrap().len(), 1);
    let sql = "SELECT id, controller, category, body FROM record WHERE source_key IN ({in})";
    let keys: Vec<vault::Value> = params!["a", "b", "c"];
    assert_eq!(change.rows_held_in::<Record>(sql, params![], &keys).await.unwrap().len(), 1);
}

/// The table, until it is over.
#[derive(Clone)]
struct Ends(Table, Arc<AtomicBool>);

#[async_trait]
impl Decider for Ends {
    async fn decide(&self, book: &Staff, ask: &Ask, now: Timestamp) -> Result<Decision, StoreError> {
        let over = self.1.load(Ordering::SeqCst);
        if over { Ok(Decision::default()) } else { self.0.decide(book, ask, now).await }
    }
}

#[tokio::test]
async fn a_permit_ends_within_a_second_of_what_it_rests_on() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let over = Arc::new(AtomicBool::new(false));
        let table = Table::new().allow(Verb::View, Purpose::Safeguarding, "custody");
        let table = table.allow(Verb::Count, Purpose::Safeguarding, "custody");
        let plan = Plan::of(MIGRATIONS).decider(Ends(table, Arc::clone(&over)));
        plan.on(engine, |t| async move {
            two_records(&t).await;
            let permit = may_view(&t).await;
            let counting = t.vault.permit(ask(Verb::Count)).await.unwrap();
            let (reader, counter) = (t.vault.read(&permit).unwrap(), t.vault.count(&counting).unwrap());
            t.clock.advance(SignedDuration::from_mins(30));
            assert_eq!(reader.rows::<Record>(RECORDS, params![]).await.unwrap().len(), 1, "nothing changed");
            over.store(true, Ordering::SeqCst);
            t.clock.advance(SignedDuration::from_secs(1));
            let count = "SELECT category AS row_key, category AS column_key, COUNT(*) AS n FROM record \
                         WHERE controller || ' ' || category IN ({in}) GROUP BY 1, 2";
            let one = "SELECT id, controller, category, body FROM record WHERE source_key IN ({in})";
            let keys: Vec<vault::Value> = params!["a"];
            let outcomes = [
                reader.rows::<Record>(RECORDS, params![]).await.err(),
                reader.rows_in::<Record>(one, params![], &keys).await.err(),
                reader.about(&t.vault, &["x".to_owned()]).await.err(),
                counter.table(count, params![]).await.err(),
                t.vault.change_under(&permit, cause(code!("try"))).await.err(),
                t.vault.still_stands(&permit).await.err(),
            ];
            for outcome in outcomes {
                assert!(matches!(outcome, Some(StoreError::NoLonger)), "{outcome:?}");
            }
            over.store(false, Ordering::SeqCst);
            assert!(t.vault.still_stands(&permit).await.is_ok(), "it is the decision that counts");
        })
        .await;
    }
}

struct Broken;
#[async_trait]
impl Decider for Broken {
    async fn decide(&self, _: &Staff, _: &Ask, _: Timestamp) -> Result<Decision, StoreError> {
        Err(StoreError::Busy)
    }
}

#[tokio::test]
async fn where_nothing_can_be_decided_nothing_is_granted_and_that_is_logged() {
    let plan = Plan::of(MIGRATIONS).decider(Broken);
    plan.both(|t| async move {
        assert!(matches!(t.vault.permit(ask(Verb::View)).await, Err(Refusal::Store(StoreError::Busy))));
        let log = t.query("SELECT allowed FROM audit_entry", vec![]).await;
        assert!(!log[0].bool("allowed").unwrap());
    })
    .await;
}
