//! Retention: what goes by itself and what a person decides; holds; lists for two; erasure that proves itself, and again after a restore.

mod restricting;
mod rules;

use std::{collections::BTreeMap, fs::File, io::Write as _};

use base::{Id, SignedDuration, code, kind};
use share::api::{
    AgencyKind, Duty, EraseError, Erasing, HeldBack, HoldReason, Keep, KeepReason, NewAgency, NewHold, NewMember,
    RetentionError, add_agency, add_member, ask_to_lift, erase, keep_record, lift_hold, put_hold, register_holding,
    see_to_retention, see_to_retention_rules,
};
use vault::{
    Actor, BackupKey, Migration, Opening, Vault, WithKeys,
    jobs::Handlers,
    migration, params, restore, store_suite,
    testing::{Bench, Plan, check_catalogue},
};

use crate::{
    browser::Browser,
    house::{change, make_demo, signed_in, site},
};

use restricting::what_a_review_restricts_is_used_by_nobody_until_somebody_decides_again;
use rules::{no_partner_alone_changes_everybodys_rules, rules_change_by_two};

store_suite! { plan: kept_plan() => [
    every_table_has_an_end,
    what_expires_goes_at_the_shortest_time_and_what_is_reviewed_waits,
    keeping_takes_a_reason_a_day_and_a_named_person,
    what_a_review_restricts_is_used_by_nobody_until_somebody_decides_again,
    deleting_leaves_a_report_that_proves_it,
    a_hold_stops_expiry_and_erasure_until_two_lift_it,
    a_hold_on_a_kind_of_data_holds_all_of_it,
    a_person_goes_with_the_last_record,
    a_list_needs_a_second_person_and_leaves_out_what_is_needed,
    erasing_is_all_or_nothing_and_once,
    a_restored_backup_erases_again_whatever_was_held_then,
    rules_change_by_two,
    no_partner_alone_changes_everybodys_rules,
    pages_tell_each_what_is_theirs,
] }

fn kept_plan() -> Plan {
    let migrations: Vec<Migration> =
        web::MIGRATIONS.iter().chain(share::MIGRATIONS).copied().chain([migration!(900, "kept", "kept.sql")]).collect();
    Plan::of(&migrations)
        .decider(share::api::CedarDecider::new().unwrap())
        .starting("2026-11-22T09:00:00Z".parse().unwrap())
}

fn handlers() -> Handlers {
    Handlers::new().with(share::PlanRetention).with(share::ProveErasure)
}

struct World {
    t: Bench,
    agencies: BTreeMap<&'static str, Id<kind::Agency>>,
    members: BTreeMap<&'static str, (Id<kind::Member>, &'static str)>,
    made: u32,
}

impl World {
    async fn set_up(t: Bench) -> Self {
        make_demo(&t.vault).await;
        see_to_retention_rules(&t.vault).await.unwrap();
        let mut change = change(&t.vault).await;
        let (mut agencies, mut members) = (BTreeMap::new(), BTreeMap::new());
        for (code, kind, held) in [
            ("unit", AgencyKind::Unit, vec!["contact"]),
            ("police", AgencyKind::Police, vec!["custody"]),
            ("school", AgencyKind::Education, vec!["exclusion"]),
        ] {
            let new = NewAgency { code: code.parse().unwrap(), name: format!("The {code}"), kind };
            let id = add_agency(&mut change, &new).await.unwrap();
            for category in held {
                register_holding(&mut change, id, &category.parse().unwrap()).await.unwrap();
            }
            agencies.insert(code, id);
        }
        for (name, agency, duty) in [
            ("orla", "unit", Duty::DataProtectionOfficer),
            ("ines", "unit", Duty::DataOwner),
            ("owen", "police", Duty::DataOwner),
            ("petra", "police", Duty::DataOwner),
            ("percy", "police", Duty::DataProtectionOfficer),
            ("leon", "school", Duty::DataOwner),
            ("nell", "police", Duty::IntelligenceOfficer),
        ] {
            let new = NewMember {
                email: format!("{name}@{agency}.example"),
                name: name.to_owned(),
                agency: agencies[agency],
                duties: [duty].into(),
                password: None,
            };
            members.insert(name, (add_member(&mut change, &new).await.unwrap(), agency));
        }
        change.commit().await.unwrap();
        Self { t, agencies, members, made: 0 }
    }

    fn vault(&self) -> &Vault {
        &self.t.vault
    }

    fn actor(&self, name: &str) -> Actor {
        let (id, agency) = self.members[name];
        Actor::Member { id, agency: self.agencies[agency] }
    }

    async fn browser(&self, name: &str) -> Browser {
        let (id, agency) = self.members[name];
        signed_in(&site(self.vault(), &self.t.clock, true), id, self.agencies[agency]).await
    }

    /// A record of so many years ago about somebody born on a day, with the feed's own last day.
    async fn record(
        &mut self,
        agency: &str,
        category: &str,
        years: i64,
        born: &str,
        feed_day: &str,
    ) -> Id<kind::Record> {
        self.made += 1;
        let id: Id<kind::Record> = self.t.id();
        let now = self.vault().now();
        let event = now.plus_hours(-24 * 366 * years);
        let body = format!(
            "{{\"given\":\"Kai\",\"family\":\"Marlow\",\"dob\":\"{born}\",\"kind\":\"THEFT\",\"role\":\"suspect\"}}"
        );
        let mut change = change(self.vault()).await;
        change
            .execute(
                "INSERT INTO record (id, feed, controller, category, source_key, event_at, body, received_at, expires_on) \
                 VALUES ($1, 'f', $2, $3, $4, $5, $6, $7, $8)",
                params![id, self.agencies[agency], category, format!("key-{}", self.made), event, body, now, feed_day],
            )
            .await
            .unwrap();
        change.commit().await.unwrap();
        id
    }

    async fn work(&self, record: Id<kind::Record>, state: &str) -> Id<kind::Referral> {
        let id = self.t.id();
        let mut change = change(self.vault()).await;
        let values = params![id, record, self.agencies["unit"], state, self.agencies["school"]];
        let sql = "INSERT INTO piece_of_work (id, record, controller, category, state, to_agency) VALUES ($1, $2, $3, 'contact', $4, $5)";
        change.execute(sql, values).await.unwrap();
        change.commit().await.unwrap();
        id
    }

    /// Somebody to whom these records belong.
    async fn person(&self, records: &[Id<kind::Record>]) -> Id<kind::Person> {
        let id = self.t.id();
        let unit = self.agencies["unit"];
        let mut change = change(self.vault()).await;
        let sql = "INSERT INTO person (id, controller, category) VALUES ($1, $2, 'link_decision')";
        change.execute(sql, params![id, unit]).await.unwrap();
        for record in records {
            let sql = "INSERT INTO person_record (record, person, controller, category) VALUES ($1, $2, $3, 'custody')";
            change.execute(sql, params![*record, id, unit]).await.unwrap();
        }
        change.commit().await.unwrap();
        id
    }

    /// Runs the day's plan, and what is due with it.
    async fn day(&self) {
        see_to_retention(self.vault()).await.unwrap();
        self.t.drain_jobs(&handlers()).await;
    }

    async fn next_day(&self) {
        self.t.clock.advance(SignedDuration::from_hours(24));
        self.day().await;
    }

    async fn due(&self, record: Id<kind::Record>) -> Option<String> {
        let sql = "SELECT regime || ' ' || rule || ' ' || due_on || ' ' || because AS x FROM retention_review WHERE record = $1";
        self.t.query(sql, params![record]).await.first().map(|row| row.text("x").unwrap())
    }

    async fn has(&self, record: Id<kind::Record>) -> bool {
        !self.t.query("SELECT id FROM record WHERE id = $1", params![record]).await.is_empty()
    }

    async fn keeps(&self, who: &str, record: Id<kind::Record>, until: &str, key: &str) -> Result<(), RetentionError> {
        let keep = Keep {
            record,
            until: until.parse().unwrap(),
            reason: KeepReason::Risk,
            words: "His brother is still in the line".to_owned(),
            form_key: key.to_owned(),
        };
        keep_record(self.vault(), &self.actor(who), &keep).await
    }

    async fn holds(&self, held: HeldBack) -> Id<kind::Hold> {
        let new = NewHold {
            held,
            reason: HoldReason::Inquiry,
            words: "The review of last summer".to_owned(),
            case_reference: "LCSPR 7".to_owned(),
            review_on: "2027-05-01".parse().unwrap(),
            form_key: self.t.id::<kind::Token>().to_string(),
        };
        put_hold(self.vault(), &self.actor("orla"), &new).await.unwrap()
    }

    fn erasing(&self, ids: Vec<String>, key: &str) -> Erasing {
        Erasing {
            ids,
            rule: code!("right_to_erasure"),
            reason: code!("asked"),
            by: self.actor("orla"),
            second: None,
            form_key: key.to_owned(),
        }
    }

    async fn lift(&self, hold: Id<kind::Hold>) {
        ask_to_lift(self.vault(), &self.actor("orla"), hold).await.unwrap();
        lift_hold(self.vault(), &self.actor("ines"), hold).await.unwrap();
    }
}

async fn every_table_has_an_end(t: Bench) {
    assert_eq!(check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
    t.tamper("UPDATE catalogue SET retention = 'for_ever' WHERE table_name = 'person'").await.unwrap();
    let wrong = check_catalogue(&t.vault).await.unwrap();
    assert!(wrong.iter().any(|why| why.contains("does not say why")), "{wrong:?}");
}

async fn what_expires_goes_at_the_shortest_time_and_what_is_reviewed_waits(t: Bench) {
    let mut w = World::set_up(t).await;
    let old_custody = w.record("police", "custody", 7, "2005-03-03", "2020-01-01").await;
    let new_custody = w.record("police", "custody", 1, "2010-03-03", "2032-01-01").await;
    let grown_up = w.record("school", "exclusion", 9, "2001-01-01", "2040-01-01").await;
    let pupil = w.record("school", "exclusion", 1, "2012-02-29", "2040-01-01").await;
    let by_feed = w.record("school", "exclusion", 1, "2012-01-01", "2026-11-21").await;
    w.day().await;
    assert_eq!(w.due(old_custody).await.unwrap(), "review police_group_3 2020-01-01 feed");
    assert!(w.has(old_custody).await, "nobody decided, so it stays though its feed’s day is over");
    assert!(w.due(new_custody).await.unwrap().starts_with("review police_group_3 2031-"));
    assert_eq!(w.due(pupil).await.unwrap(), "expire education 2037-03-01 rule");
    assert!(!w.has(grown_up).await, "the rule is shorter than the feed");
    assert!(!w.has(by_feed).await, "the feed is shorter than the rule");
    assert_eq!(w.t.rows_in_table("tombstone").await, 2);
    let size = w.vault().audit_size().await.unwrap();
    w.day().await;
    assert_eq!(w.vault().audit_size().await.unwrap(), size, "once a day");
    w.next_day().await;
    let planned =
        w.t.query("SELECT inputs FROM audit_entry WHERE verb = 'retention_planned' ORDER BY position DESC", vec![])
            .await;
    let said = planned[0].text("inputs").unwrap();
    assert!(said.contains("\"changed\":\"0\"") && said.contains("\"looked_at\":\"3\""), "{said}");
}

async fn keeping_takes_a_reason_a_day_and_a_named_person(t: Bench) {
    let mut w = World::set_up(t).await;
    let due = w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await;
    let later = w.record("police", "custody", 1, "2005-03-03", "2040-01-01").await;
    w.day().await;
    for who in ["nell", "leon"] {
        assert!(matches!(w.keeps(who, due, "2027-01-01", who).await, Err(RetentionError::NotFound)), "{who}");
    }
    assert!(matches!(w.keeps("owen", later, "2027-01-01", "a").await, Err(RetentionError::NotDue)));
    assert!(matches!(w.keeps("owen", due, "2026-11-22", "b").await, Err(RetentionError::Past)));
    let too_long = w.keeps("owen", due, "2032-11-23", "c").await.unwrap_err().to_string();
    assert!(too_long.contains("22 November 2032"), "{too_long}");
    w.keeps("owen", due, "2032-11-22", "d").await.unwrap();
    w.keeps("owen", due, "2027-01-01", "d").await.unwrap();
    assert_eq!(w.due(due).await.unwrap(), "review police_group_3 2032-11-22 decision", "sent twice, it is once");
    w.next_day().await;
    assert_eq!(w.due(due).await.unwrap(), "review police_group_3 2032-11-22 decision", "the next run leaves it");
    assert_eq!(w.t.rows_in_table("retention_decision").await, 1);
    w.t.clock.set("2032-11-23T09:00:00Z".parse().unwrap());
    w.day().await;
    w.keeps("orla", due, "2033-01-01", "e").await.unwrap();
    assert_eq!(w.t.rows_in_table("retention_decision").await, 2, "the officer may decide what others leave lying");
}

async fn deleting_leaves_a_report_that_proves_it(t: Bench) {
    let mut w = World::set_up(t).await;
    let due = w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await;
    w.person(&[due]).await;
    w.work(due, "closed").await;
    w.t.tamper("INSERT INTO just_found (digest, ends_at) VALUES ('d', 1)").await.unwrap();
    w.day().await;
    let mut owen = w.browser("owen").await;
    let queue = owen.get("/trust/retention/queue").await;
    assert!(queue.text.contains("days overdue") && queue.text.contains("Police group 3"), "{}", queue.text);
    let here = format!("/trust/retention/queue/{due}");
    let page = owen.get(&here).await;
    assert!(page.text.contains("Kai Marlow") && page.text.contains("Contacts made by the unit"), "{}", page.text);
    let (csrf, key) = (page.hidden("_csrf"), page.hidden("form_key"));
    let fields = [("form_key", key.as_str()), ("delete", "no_need")];
    let gone = owen.post(&format!("{here}/delete"), &csrf, &fields).await;
    let again = owen.post(&format!("{here}/delete"), &csrf, &fields).await;
    assert_eq!(gone.location, again.location, "a second click is the first");
    assert_eq!(w.t.rows_in_table("erasure_report").await, 1);
    assert!(!w.has(due).await);
    for table in ["person_record", "piece_of_work", "retention_review", "just_found"] {
        assert_eq!(w.t.rows_in_table(table).await, 0, "{table}");
    }
    let unproved = owen.get(&gone.location).await;
    assert!(unproved.text.contains("Being proved"), "{}", unproved.text);
    w.t.drain_jobs(&handlers()).await;
    let report = owen.get(&gone.location).await;
    assert!(report.text.contains("Proved: nothing left"), "{}", report.text);
    assert!(report.text.contains("alongside audit prove --entry"), "{}", report.text);
    assert!(!report.text.contains("Kai") && !report.text.contains("Marlow"));
    assert_eq!(w.browser("leon").await.get(&gone.location).await.status.as_u16(), 404);
    assert!(w.browser("orla").await.get(&gone.location).await.text.contains("Proved"));
    // The proof can fail: a row that names it, and a text that holds it.
    let sql = format!("INSERT INTO setting (name, value) VALUES ('stray', 'see {due}')");
    w.t.tamper(&sql).await.unwrap();
    let erasure = gone.location.rsplit('/').next().unwrap().to_owned();
    let mut change = change(w.vault()).await;
    let now = change.now();
    change.enqueue("prove_erasure", &serde_json::json!({ "erasure": erasure }), now).await.unwrap();
    change.commit().await.unwrap();
    w.t.drain_jobs(&handlers()).await;
    assert!(owen.get(&gone.location).await.text.contains("Something is left"));
}

async fn a_hold_stops_expiry_and_erasure_until_two_lift_it(t: Bench) {
    let mut w = World::set_up(t).await;
    let ripe = w.record("school", "exclusion", 9, "2001-01-01", "2040-01-01").await;
    let other = w.record("school", "exclusion", 9, "2001-01-01", "2040-01-01").await;
    let person = w.person(&[ripe]).await;
    let not_officer = NewHold {
        held: HeldBack::Person(person),
        reason: HoldReason::Court,
        words: "x".to_owned(),
        case_reference: "x".to_owned(),
        review_on: "2027-01-01".parse().unwrap(),
        form_key: "n".to_owned(),
    };
    assert!(matches!(put_hold(w.vault(), &w.actor("ines"), &not_officer).await, Err(RetentionError::NotFound)));
    let hold = w.holds(HeldBack::Person(person)).await;
    w.day().await;
    assert!(w.has(ripe).await && !w.has(other).await, "what is theirs stays, through whom it belongs to");
    let ids = vec![ripe.to_string()];
    assert!(matches!(erase(w.vault(), &w.erasing(ids.clone(), "1")).await, Err(EraseError::Held)));
    assert!(w.has(ripe).await && w.t.rows_in_table("erasure_report").await == 0);
    assert!(matches!(lift_hold(w.vault(), &w.actor("ines"), hold).await, Err(RetentionError::Done)), "nobody asked");
    ask_to_lift(w.vault(), &w.actor("orla"), hold).await.unwrap();
    assert!(matches!(lift_hold(w.vault(), &w.actor("orla"), hold).await, Err(RetentionError::Own)));
    assert!(
        matches!(lift_hold(w.vault(), &w.actor("owen"), hold).await, Err(RetentionError::NotFound)),
        "not of the unit"
    );
    assert!(w.has(ripe).await);
    lift_hold(w.vault(), &w.actor("ines"), hold).await.unwrap();
    assert!(matches!(lift_hold(w.vault(), &w.actor("ines"), hold).await, Err(RetentionError::Done)));
    w.next_day().await;
    assert!(!w.has(ripe).await, "lifted, it goes");
    assert_eq!(w.t.rows_in_table("person").await, 0, "and with it the person");
}

async fn a_hold_on_a_kind_of_data_holds_all_of_it(t: Bench) {
    let mut w = World::set_up(t).await;
    let ripe = w.record("school", "exclusion", 9, "2001-01-01", "2040-01-01").await;
    let hold = w.holds(HeldBack::Facet(w.agencies["school"], code!("exclusion"))).await;
    w.day().await;
    assert!(w.has(ripe).await);
    assert!(matches!(erase(w.vault(), &w.erasing(vec![ripe.to_string()], "1")).await, Err(EraseError::Held)));
    // A mark takes nothing out of it: whoever restricts a record first erases it no sooner.
    for mark in ["exclusion_restricted", "exclusion_sealed", "exclusion_sealed_restricted", "exclusion"] {
        w.t.tamper(&format!("UPDATE record SET category = '{mark}' WHERE id = '{ripe}'")).await.unwrap();
        let erased = erase(w.vault(), &w.erasing(vec![ripe.to_string()], mark)).await;
        assert!(matches!(erased, Err(EraseError::Held)), "{mark}: {erased:?}");
    }
    w.lift(hold).await;
    // What hangs on a record may be held by itself, and holds the record with it.
    let work = w.work(ripe, "closed").await;
    let hold = w.holds(HeldBack::Record(work.to_string().parse().unwrap())).await;
    w.next_day().await;
    assert!(w.has(ripe).await && w.t.rows_in_table("piece_of_work").await == 1);
    w.lift(hold).await;
    w.next_day().await;
    assert!(!w.has(ripe).await && w.t.rows_in_table("piece_of_work").await == 0);
}

async fn a_person_goes_with_the_last_record(t: Bench) {
    let mut w = World::set_up(t).await;
    let ripe = w.record("school", "exclusion", 9, "2001-01-01", "2040-01-01").await;
    let kept = w.record("school", "exclusion", 1, "2012-01-01", "2040-01-01").await;
    let (gone, stays) = (w.person(&[ripe]).await, w.person(&[kept]).await);
    // Who was merged into somebody leads there as long as there is somebody.
    let (to_gone, to_stays) = (w.person(&[]).await, w.person(&[]).await);
    for (from, to) in [(to_gone, gone), (to_stays, stays)] {
        w.t.tamper(&format!("UPDATE person SET merged_into = '{to}' WHERE id = '{from}'")).await.unwrap();
    }
    for _ in 0..2 {
        w.next_day().await;
    }
    let left = w.t.query("SELECT id FROM person ORDER BY id", vec![]).await;
    let left: Vec<String> = left.iter().map(|row| row.text("id").unwrap()).collect();
    let mut wanted = vec![stays.to_string(), to_stays.to_string()];
    wanted.sort();
    assert_eq!(left, wanted);
}

async fn a_list_needs_a_second_person_and_leaves_out_what_is_needed(t: Bench) {
    let mut w = World::set_up(t).await;
    let mut records = Vec::new();
    for _ in 0..4 {
        records.push(w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await);
    }
    w.work(records[0], "open").await;
    w.work(records[1], "closed").await;
    w.holds(HeldBack::Record(records[2])).await;
    w.day().await;
    let mut owen = w.browser("owen").await;
    let page = owen.get("/trust/retention/queue").await;
    let (csrf, key) = (page.hidden("_csrf"), page.hidden("form_key"));
    let owner = w.agencies["police"].to_string();
    let fields =
        [("form_key", key.as_str()), ("owner", owner.as_str()), ("reason", "no_need"), ("words", "Old and done")];
    let list = owen.post("/trust/retention/lists", &csrf, &fields).await;
    assert!(list.location.starts_with("/trust/retention/lists/"), "{} {}", list.status, list.text);
    assert_eq!(owen.post("/trust/retention/lists", &csrf, &fields).await.location, list.location, "sent twice");
    let shown = owen.get(&list.location).await;
    assert!(
        shown.text.contains("2 records to delete together") && shown.text.contains("Somebody else must"),
        "{}",
        shown.text
    );
    let own = owen.post(&format!("{}/approve", list.location), &csrf, &[]).await;
    assert_eq!(own.status.as_u16(), 403, "{}", own.text);
    assert_eq!(w.browser("leon").await.get(&list.location).await.status.as_u16(), 404, "another agency’s");
    // Something opens between the two.
    w.work(records[3], "open").await;
    let mut petra = w.browser("petra").await;
    let csrf = petra.get(&list.location).await.hidden("_csrf");
    let done = petra.post(&format!("{}/approve", list.location), &csrf, &[]).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.text);
    let left: Vec<bool> =
        vec![w.has(records[0]).await, w.has(records[1]).await, w.has(records[2]).await, w.has(records[3]).await];
    assert_eq!(left, [true, false, true, true]);
    let shown = petra.get(&list.location).await;
    assert!(shown.text.contains("1 left out") && shown.text.contains("report of the erasure"), "{}", shown.text);
    assert!(petra.get("/trust/retention/queue").await.text.contains("3</span>"), "the others wait again");
}

async fn erasing_is_all_or_nothing_and_once(t: Bench) {
    let mut w = World::set_up(t).await;
    let record = w.record("police", "custody", 1, "2005-03-03", "2040-01-01").await;
    let person = w.person(&[record]).await;
    let work = w.work(record, "open").await;
    let mut blob = w.vault().new_blob().unwrap();
    blob.write_all(b"given to somebody").unwrap();
    let blob = blob.finish().unwrap();
    let mut change = change(w.vault()).await;
    change.keep_blob(&blob, &code!("disclosure"), None).await.unwrap();
    change.execute("UPDATE piece_of_work SET blob = $2 WHERE id = $1", params![work, blob.id]).await.unwrap();
    let now = change.now();
    change
        .enqueue("unheard_of", &serde_json::json!({ "record": record.to_string() }), now.plus_hours(9))
        .await
        .unwrap();
    change.commit().await.unwrap();
    w.day().await;
    let ids = vec![person.to_string(), record.to_string()];
    // A report that can't be kept undoes everything: nothing is erased without one.
    w.t.tamper("ALTER TABLE erasure_report RENAME TO put_aside").await.unwrap();
    assert!(erase(w.vault(), &w.erasing(ids.clone(), "1")).await.is_err());
    w.t.tamper("ALTER TABLE put_aside RENAME TO erasure_report").await.unwrap();
    assert!(w.has(record).await && w.vault().open_blob(blob.id).await.unwrap().is_some());
    assert_eq!(w.t.rows_in_table("tombstone").await, 0);
    let first = erase(w.vault(), &w.erasing(ids.clone(), "1")).await.unwrap();
    assert_eq!(erase(w.vault(), &w.erasing(ids.clone(), "1")).await.unwrap(), first, "the same form, the same erasure");
    assert!(matches!(erase(w.vault(), &w.erasing(ids, "2")).await, Err(EraseError::Nothing)));
    assert!(w.vault().open_blob(blob.id).await.unwrap().is_none());
    assert_eq!(w.t.rows_in_table("person").await + w.t.rows_in_table("record").await, 0);
    w.t.drain_jobs(&handlers()).await;
    let report = &w.t.query("SELECT rows_left, rows_found, files, tombstones FROM erasure_report", vec![]).await[0];
    assert_eq!(
        (report.text("rows_left").unwrap(), report.text("rows_found").unwrap()),
        ("{}".to_owned(), "{}".to_owned())
    );
    assert_eq!((report.count("files").unwrap(), report.count("tombstones").unwrap()), (1, 3));
    let named = w.t.query("SELECT id FROM job WHERE kind = 'unheard_of'", vec![]).await;
    assert!(named.is_empty(), "a job that names it is forgotten");
}

async fn a_restored_backup_erases_again_whatever_was_held_then(t: Bench) {
    let mut w = World::set_up(t).await;
    let record = w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await;
    let kept = w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await;
    let person = w.person(&[record]).await;
    w.work(record, "open").await;
    w.day().await;
    let hold = w.holds(HeldBack::Person(person)).await;
    let key = BackupKey::File(w.t.directory.with_extension("backup-key"));
    let path = w.t.directory.with_extension("backup");
    w.vault().backup(&Actor::System, &path, &key, WithKeys::Yes).await.unwrap();
    w.lift(hold).await;
    erase(w.vault(), &w.erasing(vec![person.to_string(), record.to_string()], "1")).await.unwrap();
    let (location, directory) = w.t.elsewhere(w.t.engine).await;
    let opening = Opening { location, directory, ..w.t.opening() };
    restore(&opening, File::open(&path).unwrap(), &key).await.unwrap();
    std::fs::copy(w.t.directory.join("tombstones.log"), opening.directory.join("tombstones.log")).unwrap();
    let back = w.t.at(opening.location, opening.directory).await.unwrap();
    for (table, left) in
        [("record", 1), ("person", 0), ("person_record", 0), ("piece_of_work", 0), ("retention_review", 1)]
    {
        assert_eq!(back.rows_in_table(table).await, left, "{table}");
    }
    assert_eq!(back.rows_in_table("held_back").await, 3, "the hold of that time held nothing back, and is gone");
    assert_eq!(back.rows_in_table("erased_again").await, 1);
    assert_eq!(back.rows_in_table("erasure_report").await, 0, "the report was younger than the backup");
    back.clock.advance(SignedDuration::from_hours(24));
    see_to_retention(&back.vault).await.unwrap();
    back.drain_jobs(&handlers()).await;
    let report = &back.query("SELECT rule, rows_left, rows_found, tombstones FROM erasure_report", vec![]).await[0];
    assert_eq!(report.text("rule").unwrap(), "erased_again");
    assert_eq!(
        (report.text("rows_left").unwrap(), report.count("tombstones").unwrap()),
        ("{}".to_owned(), 4),
        "person, record, work, hold"
    );
    assert_eq!(report.text("rows_found").unwrap(), "{}");
    assert!(!back.query("SELECT id FROM record WHERE id = $1", params![kept]).await.is_empty());
    let (id, agency) = w.members["orla"];
    let mut orla = signed_in(&site(&back.vault, &back.clock, true), id, w.agencies[agency]).await;
    let page = orla.get("/trust/retention/erasures").await;
    assert!(page.text.contains("4 tombstones were followed before anybody was served"), "{}", page.text);
    back.vault.close().await;
}

async fn pages_tell_each_what_is_theirs(t: Bench) {
    let mut w = World::set_up(t).await;
    let due = w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await;
    let free = w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await;
    w.day().await;
    let here = format!("/trust/retention/queue/{due}");
    for path in ["/trust/retention", "/trust/retention/queue", "/trust/retention/erasures", &here] {
        assert_eq!(w.browser("nell").await.get(path).await.status.as_u16(), 404, "{path}");
        assert_eq!(w.browser("owen").await.get(path).await.status.as_u16(), 200, "{path}");
    }
    let mut leon = w.browser("leon").await;
    assert_eq!(leon.get(&here).await.status.as_u16(), 404, "another agency’s record");
    assert!(leon.get("/trust/retention/queue").await.text.contains("Nothing waits"));
    assert_eq!(leon.get("/trust/retention/holds").await.status.as_u16(), 404);
    let mut orla = w.browser("orla").await;
    let seen = orla.get(&here).await;
    assert!(seen.text.contains("Only its own agency sees") && !seen.text.contains("Marlow"), "{}", seen.text);
    let rules = orla.get("/trust/retention").await;
    assert!(rules.text.contains("Not checked") && rules.text.contains("Police group 1"), "{}", rules.text);
    let fields = [
        ("held", "record"),
        ("reference", &due.to_string()),
        ("reason", "court"),
        ("case", "T20261234"),
        ("words", "Trial in May"),
        ("review-day", "1"),
        ("review-month", "6"),
        ("review-year", "2027"),
    ];
    let page = orla.get("/trust/retention/holds/new").await;
    let key = page.hidden("form_key");
    let fields: Vec<(&str, &str)> = fields.into_iter().chain([("form_key", key.as_str())]).collect();
    let put = orla.post("/trust/retention/holds/new", &page.hidden("_csrf"), &fields).await;
    assert!(put.location.starts_with("/trust/retention/holds/"), "{}", put.text);
    assert!(orla.get(&put.location).await.text.contains("T20261234"));
    let page = w.browser("owen").await.get(&here).await;
    assert!(page.text.contains("You can’t erase it while the hold stands"), "{}", page.text);
    assert!(!page.text.contains("Delete it now") && !page.text.contains(&put.location), "the hold is the unit’s");
    assert!(orla.get(&here).await.text.contains(&format!("href=\"{}\"", put.location)), "which its officer opens");
    for name in ["owen", "orla"] {
        let queue = w.browser(name).await.get("/trust/retention/queue").await;
        assert_eq!(
            queue.text.matches("Legal hold</strong>").count(),
            1,
            "of two, the one that is held: {}",
            queue.text
        );
        assert!(queue.text.contains(&format!("/trust/retention/queue/{free}")), "{}", queue.text);
    }
}
