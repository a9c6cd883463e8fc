//! The disclosure register and its notices: every look across agencies is written down before it is shown, once a day; whoever was told is told of a
//! change in the same transaction, once, and answers by a clock.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base::{Code, Id, SignedDuration, code, kind};
use share::api::{
    Copies, NewSeal, NoticeError, SealWhy, Shown, Told, acknowledge_notice, add_token, disclosed_about,
    name_for_sealed, register_views, seal, tell, tell_because,
};
use vault::{Actor, Ask, Cause, Facet, Operation, Permit, Purpose, Scope, Value, Verb, jobs::Handlers, params};

use crate::{
    asking::World,
    house::{plan, signed_in, site},
};

pub type Record = Id<kind::Record>;

impl World {
    pub fn facet(&self, owner: &str, category: &str) -> Facet {
        Facet { controller: self.agencies[owner], category: category.parse().unwrap() }
    }

    pub async fn permit(&self, actor: Actor, verb: Verb, purpose: Purpose, facet: Facet) -> Permit {
        let scope = if verb == Verb::View { Scope::person(self.person) } else { Scope::unit() };
        let ask = Ask { actor, verb, scope, purpose, facets: vec![facet], facts: BTreeMap::new() };
        self.vault().permit(ask).await.unwrap()
    }

    /// A member looks at records of the school, as a page would show them.
    pub async fn sees(&self, name: &str, verb: Verb, records: &[Record]) {
        let facet = self.facet("school", "exclusion");
        let purpose = if name == "leon" { Purpose::Rights } else { Purpose::Safeguarding };
        let permit = self.permit(self.actor(name), verb, purpose, facet.clone()).await;
        let reader = self.vault().read(&permit).unwrap();
        let shown: Vec<Shown> = records.iter().map(|record| Shown { record: *record, facet: facet.clone() }).collect();
        register_views(&reader, &shown).await.unwrap();
    }

    pub async fn told(&self, about: &[String], what: Told) -> u64 {
        let mut change = self.vault().change(self.by_the_program(code!("record_corrected"))).await.unwrap();
        let told = tell(&mut change, about, what).await.unwrap();
        change.commit().await.unwrap();
        told
    }

    pub fn by_the_program(&self, act: Code) -> Cause {
        Cause {
            actor: Actor::System,
            purpose: Purpose::Rights,
            operation: Operation::Erasure,
            act,
            scope: Scope::unit(),
        }
    }

    async fn notices(&self) -> Vec<(Id<kind::Notice>, String)> {
        let rows = self.t.query("SELECT id, to_agency FROM disclosure_notice ORDER BY id", Vec::new()).await;
        rows.iter().map(|row| (row.id("id").unwrap(), row.text("to_agency").unwrap())).collect()
    }

    async fn ground(&self) -> (String, String) {
        let rows = self.t.query("SELECT ground, ground_id FROM disclosure ORDER BY first_at, id", Vec::new()).await;
        (rows[0].text("ground").unwrap(), rows[0].text("ground_id").unwrap())
    }
}

#[tokio::test]
async fn a_look_at_another_agencys_record_is_written_down_once_a_day() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let records: Vec<Record> = (0..3).map(|_| world.t.id()).collect();
            world.sees("olaf", Verb::View, &records[..2]).await;
            assert_eq!(world.t.rows_in_table("disclosure").await, 2);
            let entries = world.t.rows_in_table("audit_entry").await;
            world.sees("olaf", Verb::View, &records[..2]).await;
            assert_eq!(world.t.rows_in_table("disclosure").await, 2, "shown again");
            assert_eq!(world.t.rows_in_table("audit_entry").await, entries + 1, "the permit, and no change");
            world.t.clock.advance(SignedDuration::from_mins(11));
            world.sees("olaf", Verb::View, &records).await;
            let touched = world.t.query("SELECT id FROM disclosure WHERE last_at > first_at", Vec::new()).await;
            assert_eq!((world.t.rows_in_table("disclosure").await, touched.len()), (3, 2));
            world.sees("olaf", Verb::List, &records[..1]).await;
            assert_eq!(world.t.rows_in_table("disclosure").await, 4, "in a list is another way");
            world.t.clock.advance(SignedDuration::from_hours(24));
            world.sees("olaf", Verb::View, &records[..1]).await;
            assert_eq!(world.t.rows_in_table("disclosure").await, 5, "another day");
            assert_eq!(world.ground().await.0, "agreement");
            // Their own records, and what jobs read, are no disclosure.
            world.sees("leon", Verb::View, &records).await;
            let job = Actor::Job { kind: code!("link_records"), id: world.t.id() };
            let facet = world.facet("school", "exclusion");
            let permit = world.permit(job, Verb::List, Purpose::Linking, facet.clone()).await;
            let reader = world.vault().read(&permit).unwrap();
            register_views(&reader, &[Shown { record: records[0], facet }]).await.unwrap();
            assert_eq!(world.t.rows_in_table("disclosure").await, 5);
        })
        .await;
}

#[tokio::test]
async fn a_row_says_on_what_it_stood_and_two_pages_at_once_are_one_row() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let record: Record = world.t.id();
            let id = world.asks("ruth", "school", "exclusion").await;
            world.grants("leon", id, &world.terms("exclusion", 24)).await.unwrap();
            world.sees("ruth", Verb::View, &[record]).await;
            assert_eq!(world.ground().await, ("owners_decision".to_owned(), id.to_string()));
            let row = world.t.query("SELECT power, basis, fields, permit FROM disclosure", Vec::new()).await;
            assert_eq!(row[0].text("power").unwrap(), "children_act_2004_s10_s11");
            assert!(row[0].text("fields").unwrap().split(' ').any(|field| field == "kind"));
            let permit = row[0].text("permit").unwrap();
            let logged = world
                .t
                .query("SELECT scope FROM audit_entry WHERE permit = $1 AND allowed", vec![Value::Text(Some(permit))]);
            assert_eq!(logged.await[0].text("scope").unwrap(), world.person.to_string(), "the log names the person");
            let other: Record = world.t.id();
            let once = [other];
            tokio::join!(world.sees("ruth", Verb::View, &once), world.sees("ruth", Verb::View, &once));
            assert_eq!(world.t.rows_in_table("disclosure").await, 2);
        })
        .await;
}

#[tokio::test]
async fn whoever_was_told_is_told_once_in_the_same_transaction() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (record, other): (Record, Record) = (world.t.id(), world.t.id());
            world.sees("olaf", Verb::View, &[record, other]).await;
            world.sees("callum", Verb::View, &[record]).await;
            let about = [record.to_string()];
            // A change that is not committed tells nobody.
            let mut change = world.vault().change(world.by_the_program(code!("killed"))).await.unwrap();
            assert_eq!(tell(&mut change, &about, Told::Corrected).await.unwrap(), 2);
            drop(change);
            assert_eq!(world.t.rows_in_table("disclosure_notice").await, 0);
            assert_eq!(world.told(&about, Told::Corrected).await, 2, "the unit and the police");
            assert_eq!(world.told(&about, Told::Corrected).await, 0, "as long as it waits");
            assert_eq!(world.told(&[world.t.id::<kind::Record>().to_string()], Told::Erased).await, 0, "never told");
            assert_eq!(world.told(&about, Told::Erased).await, 2, "another thing");
            let mut change = world.vault().change(world.by_the_program(code!("twice"))).await.unwrap();
            let cause = "a version";
            let told = tell_because(&mut change, &[other.to_string()], Told::Corrected, cause).await.unwrap();
            assert_eq!(told, 1);
            change.commit().await.unwrap();
            let unit = world.agencies["unit"].to_string();
            let of_the_unit = world.notices().await.into_iter().filter(|(_, to)| *to == unit);
            for (id, _) in of_the_unit {
                let orla = world.actor("orla");
                acknowledge_notice(world.vault(), &orla, id, Copies::Mended, "").await.unwrap();
            }
            let mut change = world.vault().change(world.by_the_program(code!("twice"))).await.unwrap();
            let again = tell_because(&mut change, &[other.to_string()], Told::Corrected, cause).await.unwrap();
            assert_eq!(again, 0, "the same cause is told once, acknowledged or not");
            drop(change);
            assert_eq!(
                world.told(&about, Told::Corrected).await,
                1,
                "a new correction is told to whoever acknowledged the last"
            );
        })
        .await;
}

#[tokio::test]
async fn a_notice_outlives_what_was_erased_and_names_nobody() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let record: Record = world.t.id();
            world.sees("olaf", Verb::View, &[record]).await;
            let mut change = world.vault().change(world.by_the_program(code!("erased"))).await.unwrap();
            tell(&mut change, &[record.to_string()], Told::Erased).await.unwrap();
            change.execute("DELETE FROM disclosure WHERE record = $1", params![record]).await.unwrap();
            change.commit().await.unwrap();
            let rows = world.t.query("SELECT * FROM disclosure_notice", Vec::new()).await;
            for column in ["source", "cause", "giver", "category", "ground_id", "power", "via"] {
                let text = rows[0].text(column).unwrap();
                assert!(!text.contains(&record.to_string()) && !text.contains(&world.person.to_string()), "{column}");
            }
            let mut olaf = world.browser("olaf").await;
            let list = olaf.get("/trust/notices").await.text;
            assert!(list.contains("School exclusions and suspensions: it was erased"), "{list}");
            let id = world.notices().await[0].0;
            let page = olaf.get(&format!("/trust/notices/{id}")).await.text;
            assert!(page.contains("Destroy every copy") && page.contains("Harbour School"), "{page}");
            assert!(!page.contains(&record.to_string()));
        })
        .await;
}

#[tokio::test]
async fn a_notice_is_acknowledged_by_those_it_came_to_and_escalates() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let record: Record = world.t.id();
            world.sees("callum", Verb::View, &[record]).await;
            world.told(&[record.to_string()], Told::Corrected).await;
            let id = world.notices().await[0].0;
            let acknowledges = async |name: &str, copies, words: &str| {
                acknowledge_notice(world.vault(), &world.actor(name), id, copies, words).await
            };
            for name in ["leon", "ruth", "orla", "asha", "priya"] {
                let refused = acknowledges(name, Copies::NoneKept, "").await;
                assert!(matches!(refused, Err(NoticeError::NotFound)), "{name}: another agency’s");
            }
            let handlers = Handlers::new().with(share::WatchNotices);
            world.t.drain_jobs(&handlers).await;
            let escalated = async || {
                let sql = "SELECT id FROM disclosure_notice WHERE escalated_at IS NOT NULL";
                world.t.query(sql, Vec::new()).await.len()
            };
            assert_eq!(escalated().await, 0);
            world.t.clock.advance(SignedDuration::from_hours(24 * 9)); // five working days are over
            world.t.drain_jobs(&handlers).await;
            assert_eq!(escalated().await, 1);
            let orla = world.browser("orla").await.get("/trust/notices").await.text;
            assert!(orla.contains("Told to Selmarsh Police") && orla.contains("It was escalated"), "{orla}");
            let owen = world.browser("owen").await.get("/trust/notices").await.text;
            assert!(owen.contains("Told to you by Harbour School"), "{owen}");
            let refused = acknowledges("callum", Copies::KeptByLaw, " ").await;
            assert!(matches!(refused, Err(NoticeError::Why)));
            acknowledges("callum", Copies::KeptByLaw, "Disclosure to the court, until the trial ends").await.unwrap();
            let again = acknowledges("owen", Copies::Destroyed, "").await;
            assert!(matches!(again, Err(NoticeError::Done)), "{again:?}");
            assert!(!world.clear("SELECT words AS text FROM disclosure_notice").await.contains("trial"), "sealed");
        })
        .await;
}

#[tokio::test]
async fn a_partners_system_reads_its_notices_and_acknowledges() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let record: Record = world.t.id();
            world.sees("callum", Verb::View, &[record]).await;
            world.told(&[record.to_string()], Told::Erased).await;
            let (id, police) = world.notices().await.remove(0);
            assert_eq!(police, world.agencies["police"].to_string());
            // What its partner withdrew comes the same way, in its own words.
            let withdrawn: Record = world.t.id();
            world.sees("callum", Verb::View, &[withdrawn]).await;
            assert_eq!(world.told(&[withdrawn.to_string()], Told::Withdrawn).await, 1);
            let of_it = world.notices().await.into_iter().find(|(other, _)| *other != id).unwrap().0;
            let page = world.browser("owen").await.get(&format!("/trust/notices/{of_it}")).await.text;
            assert!(page.contains("withdrawn by the agency that gave it") && page.contains("Stop using it"), "{page}");
            let mut change = crate::house::change(world.vault()).await;
            let random = world.vault().random();
            let (token, text) = add_token(&mut change, random, world.agencies["police"], "system").await.unwrap();
            change.commit().await.unwrap();
            let actor = Actor::Token { id: token, agency: world.agencies["police"] };
            let stranger = Actor::Token { id: token, agency: world.agencies["hospital"] };
            let refused = acknowledge_notice(world.vault(), &stranger, id, Copies::Destroyed, "").await;
            assert!(matches!(refused, Err(NoticeError::NotFound)));
            let bearer: &'static str = Box::leak(format!("Bearer {text}").into_boxed_str());
            let mut system = crate::house::browser(&site(world.vault(), &world.t.clock, true));
            let list = system.get_with("/api/v1/notices", &[("authorization", bearer)]).await;
            assert!(list.text.contains(&id.to_string()) && list.text.contains("\"what\":\"erased\""), "{}", list.text);
            assert!(list.text.contains("\"what\":\"withdrawn\""), "{}", list.text);
            assert!(!list.text.contains(&record.to_string()));
            assert_eq!(system.get("/api/v1/notices").await.status, StatusCode::UNAUTHORIZED);
            acknowledge_notice(world.vault(), &actor, id, Copies::Destroyed, "").await.unwrap();
        })
        .await;
}

#[tokio::test]
async fn what_was_told_of_a_sealed_record_is_for_those_who_are_named() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (record, open): (Record, Record) = (world.t.id(), world.t.id());
            world.sees("callum", Verb::View, &[record, open]).await;
            let sql = "SELECT id FROM disclosure WHERE record = $1";
            let id = world.t.query(sql, params![record]).await[0].text("id").unwrap();
            let here = format!("/trust/disclosures/{id}");
            let leon = world.actor("leon");
            let (school, mona) = (world.agencies["school"], world.members["mona"].0);
            name_for_sealed(world.vault(), &leon, school, mona).await.unwrap();
            let new = NewSeal { about: record.to_string(), whole: false, why: SealWhy::Informant, agency: school };
            seal(world.vault(), &leon, &new).await.unwrap();
            for name in ["orla", "leon", "theo", "owen"] {
                let mut browser = world.browser(name).await;
                let list = browser.get("/trust/disclosures").await.text;
                assert!(list.contains("/trust/disclosures/") && !list.contains(&here), "{name}: {list}");
                assert_eq!(browser.get(&here).await.status, StatusCode::NOT_FOUND, "{name}");
            }
            name_for_sealed(world.vault(), &leon, school, world.members["theo"].0).await.unwrap();
            let mut theo = world.browser("theo").await;
            assert!(theo.get("/trust/disclosures").await.text.contains(&here));
            assert_eq!(theo.get(&here).await.status, StatusCode::OK);
        })
        .await;
}

#[tokio::test]
async fn the_register_is_for_those_who_answer_and_a_partner_reads_its_own() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let record: Record = world.t.id();
            world.sees("callum", Verb::View, &[record]).await;
            let id = world.t.query("SELECT id FROM disclosure", Vec::new()).await[0].text("id").unwrap();
            let here = format!("/trust/disclosures/{id}");
            for name in ["orla", "leon", "theo", "owen"] {
                let mut browser = world.browser(name).await;
                let list = browser.get("/trust/disclosures").await;
                assert!(list.text.contains(&here), "{name}: {}", list.text);
                let one = browser.get(&here).await.text;
                assert!(one.contains("Harbour School") && one.contains(&record.to_string()), "{name}");
                assert!(one.contains("Between unit and school and hospital and police"), "{name}: {one}");
            }
            let narrowed =
                world.browser("orla").await.get("/trust/disclosures?purpose=support&month=2026-11-01").await.text;
            assert!(narrowed.contains("Nothing was disclosed for this") && !narrowed.contains(&here));
            let grace = world.browser("grace").await.get("/trust/disclosures").await.text;
            assert!(!grace.contains(&here), "the hospital neither gave nor got it");
            assert_eq!(world.browser("grace").await.get(&here).await.status, StatusCode::NOT_FOUND);
            for name in ["ruth", "callum", "priya", "sam", "mona"] {
                assert_eq!(
                    world.browser(name).await.get("/trust/disclosures").await.status,
                    StatusCode::NOT_FOUND,
                    "{name}"
                );
            }
            let ids = [record.to_string()];
            let told =
                disclosed_about(world.vault(), &world.actor("orla"), world.agencies["unit"], &ids).await.unwrap();
            assert_eq!((told.len(), told[0].to.as_str(), told[0].record), (1, "Selmarsh Police", Some(record)));
            let theirs =
                disclosed_about(world.vault(), &world.actor("grace"), world.agencies["hospital"], &ids).await.unwrap();
            assert!(theirs.is_empty());
        })
        .await;
}

impl World {
    pub async fn browser(&self, name: &str) -> crate::browser::Browser {
        let (member, agency) = self.members[name];
        signed_in(&site(self.vault(), &self.t.clock, true), member, self.agencies[agency]).await
    }

    pub async fn clear(&self, sql: &str) -> String {
        let rows = self.t.query(sql, Vec::new()).await;
        rows.iter().map(|row| row.text("text").unwrap()).collect()
    }
}
