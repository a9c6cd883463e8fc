//! Erasing somebody through every stage's real tables, their partner's file and the quarantine; and again after a restore.

use std::fs::File;

use base::{Id, code, kind};
use ingest::api::{deliver_file, feed, unwatched};
use share::api::{Erasing, erase};
use vault::{
    Actor, BackupKey, Opening, WithKeys,
    jobs::Handlers,
    params, restore,
    testing::{Bench, Plan},
};

use crate::setting::{House, handlers, plan};

vault::store_suite! { plan: erasing_plan() => [nothing_of_them_is_left_anywhere, a_restored_backup_forgets_them_again] }

fn erasing_plan() -> Plan {
    plan().topic(share::RECORDS_ERASED, ingest::ForgetErased::KIND)
}

fn all_handlers() -> Handlers {
    handlers().with(share::PlanRetention).with(share::ProveErasure).with(ingest::ForgetErased)
}

/// Delivers custody and gives how many rows were quarantined.
async fn deliver(house: &House, text: &str) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("custody.csv");
    std::fs::write(&path, text).unwrap();
    let report =
        deliver_file(&house.t.vault, &Actor::System, feed("custody").unwrap(), &path, &unwatched).await.unwrap();
    house.t.drain_jobs(&all_handlers()).await;
    assert!(report.counts.add_up());
    report.counts.quarantined
}

struct Somebody {
    person: String,
    record: String,
}

/// Callum, of one record: a moment with a contact and a referral, a place in the search, a request about him, a decision about a pair, and
/// a row of the same number in quarantine. Beside him Dana, of whom nothing is erased.
async fn furnish(house: &House) -> Somebody {
    let rows = [
        ("A1", 3, "VIOL", "Barker", "02-11-2010"),
        ("A1", 4, "VIOL", "", "02-11-2010"),
        ("A2", 5, "VIOL", "Other", "02-11-2009"),
    ];
    assert_eq!(deliver(house, &house.custody(&rows)).await, 1, "a row without a name waits");
    let record = house.rows("SELECT id AS x FROM record WHERE source_key = 'A1'").await.remove(0);
    let other = house.rows("SELECT id AS x FROM record WHERE source_key = 'A2'").await.remove(0);
    let moment = house.rows(&format!("SELECT id AS x FROM moment WHERE record = '{record}'")).await.remove(0);
    let (unit, police, now) =
        (house.agencies["unit"].to_string(), house.agencies["police"].to_string(), house.now().as_micros());
    let [person, beside, contact, referral, ask, decision] = [(); 6].map(|()| house.t.id::<kind::Person>().to_string());
    for sql in [
        format!(
            "INSERT INTO person (id, controller, category, made_at) VALUES ('{person}', '{unit}', 'link_decision', {now}), ('{beside}', '{unit}', 'link_decision', {now})"
        ),
        format!(
            "INSERT INTO person_record (record, person, controller, category, linked_at) VALUES \
             ('{record}', '{person}', '{police}', 'custody', {now}), ('{other}', '{beside}', '{police}', 'custody', {now})"
        ),
        format!("UPDATE moment SET person = '{person}' WHERE id = '{moment}'"),
        format!(
            "INSERT INTO person_search (record, controller, category, given, family, dob) VALUES \
             ('{record}', '{police}', 'custody', 'callum', 'barker', '2010-11-02')"
        ),
        format!(
            "INSERT INTO held_answer (digest, member, sealed, made_at, ends_at) VALUES ('d', 'm', 's', {now}, {now})"
        ),
        format!(
            "INSERT INTO contact (id, moment, person, controller, attempted_at, how, reached, made_by, written_at, form_key) \
             VALUES ('{contact}', '{moment}', '{person}', '{unit}', {now}, 'phone', FALSE, 'm', {now}, 'k')"
        ),
        format!(
            "INSERT INTO referral (id, moment, person, controller, from_agency, to_agency, needs, agreed, given, made_by, made_at, \
             answer_by, state, form_key) VALUES ('{referral}', '{moment}', '{person}', '{unit}', 'a', '{police}', 'safety', TRUE, '{{}}', 'm', \
             {now}, {now}, 'sent', 'k')"
        ),
        format!(
            "INSERT INTO ask (id, controller, person, asker, asker_agency, named, categories, purpose, why, asked_at, answer_by, \
             expires_at, state, form_key) VALUES ('{ask}', '{police}', '{person}', 'm', '{unit}', TRUE, 'custody', 'safeguarding', 's', {now}, \
             {now}, {now}, 'waiting', 'k')"
        ),
        format!(
            "INSERT INTO pair_decision (id, left_record, right_record, controller, category, answer, reason, decided_by, decided_at) \
             VALUES ('{decision}', '{other}', '{record}', '{unit}', 'link_decision', 'different', 'r', 'm', {now})"
        ),
    ] {
        house.t.tamper(&sql).await.unwrap();
    }
    Somebody { person, record }
}

const TABLES: [&str; 11] = [
    "record",
    "person",
    "person_record",
    "person_search",
    "held_answer",
    "moment",
    "contact",
    "referral",
    "ask",
    "pair_decision",
    "quarantined",
];

async fn counts(t: &Bench) -> Vec<u64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(t.rows_in_table(table).await);
    }
    counts
}

async fn erased(house: &House, who: &Somebody) -> Id<kind::Erasure> {
    let erasing = Erasing {
        ids: vec![who.person.clone(), who.record.clone()],
        rule: code!("right_to_erasure"),
        reason: code!("asked"),
        by: Actor::System,
        second: None,
        form_key: "asked".to_owned(),
    };
    erase(&house.t.vault, &erasing).await.unwrap().erasure
}

/// Dana's record, person and moment.
const LEFT: [u64; 11] = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0];

async fn nothing_of_them_is_left_anywhere(t: Bench) {
    let house = House::of(t).await;
    let who = furnish(&house).await;
    assert_eq!(counts(&house.t).await, [2, 2, 2, 1, 1, 2, 1, 1, 1, 1, 1]);
    erased(&house, &who).await;
    house.t.drain_jobs(&all_handlers()).await;
    assert_eq!(counts(&house.t).await, LEFT);
    let report = &house.t.query("SELECT rows_gone, rows_left, rows_found, entry FROM erasure_report", vec![]).await[0];
    assert_eq!(
        (report.text("rows_left").unwrap(), report.text("rows_found").unwrap()),
        ("{}".to_owned(), "{}".to_owned())
    );
    assert!(report.text("rows_gone").unwrap().contains("\"held_answer\":1"));
    assert!(report.opt_int("entry").unwrap().is_some());
    let reached = house.rows("SELECT what || ' ' || n || ' ' || later AS x FROM erasure_reach ORDER BY what").await;
    assert_eq!(reached, ["delivery_file 1 0", "quarantined 1 0"]);
    assert_eq!(house.count("SELECT COUNT(*) AS n FROM blob WHERE wrapped_key IS NOT NULL").await, 0);
    let delivery = &house.t.query("SELECT sha256, rows_read FROM delivery", vec![]).await[0];
    assert!(
        delivery.opt_text("sha256").unwrap().is_some() && delivery.int("rows_read").unwrap() == 3,
        "hash and counts stay"
    );
    // The partner sends it again: it isn't taken, and nothing of it is kept in quarantine either.
    let again = house.custody(&[("A1", 2, "VIOL", "Barker", "02-11-2010")]);
    assert_eq!(deliver(&house, &again).await, 1);
    assert_eq!(house.rows("SELECT cells AS x FROM quarantined").await, ["[]"]);
    assert_eq!(house.count("SELECT COUNT(*) AS n FROM record").await, 1);
}

async fn a_restored_backup_forgets_them_again(t: Bench) {
    let house = House::of(t).await;
    let who = furnish(&house).await;
    let key = BackupKey::File(house.t.directory.with_extension("backup-key"));
    let path = house.t.directory.with_extension("backup");
    house.t.vault.backup(&Actor::System, &path, &key, WithKeys::Yes).await.unwrap();
    erased(&house, &who).await;
    house.t.drain_jobs(&all_handlers()).await;
    let (location, directory) = house.t.elsewhere(house.t.engine).await;
    let opening = Opening { location, directory, ..house.t.opening() };
    restore(&opening, File::open(&path).unwrap(), &key).await.unwrap();
    std::fs::copy(house.t.directory.join("tombstones.log"), opening.directory.join("tombstones.log")).unwrap();
    let back = house.t.at(opening.location, opening.directory).await.unwrap();
    assert_eq!(counts(&back).await, LEFT);
    let open = back.query("SELECT id FROM blob WHERE wrapped_key IS NOT NULL", params![]).await;
    assert!(open.is_empty(), "the partner’s file is erased again too");
    back.vault.close().await;
}
