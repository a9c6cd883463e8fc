//! The nightly watch over who looked: what it finds, who is asked, and who may answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use axum::http::StatusCode;
use base::{Id, Timestamp, code, kind};
use share::api::{
    CountPeople, Known, Look, Opened, PeopleTable, Surroundings, UnusualError, answer_unusual, set_home,
    set_line_manager, settle_unusual,
};
use vault::{
    Actor, Ask, Facet, Purpose, Scope, Vault, Verb,
    jobs::{Handlers, JobFault},
    params,
};

use crate::{
    asking::World,
    browser::Browser,
    house::{change, plan, signed_in, site},
};

/// What the later stages would know.
#[derive(Clone, Default)]
pub struct Around {
    names: Arc<Mutex<BTreeMap<String, Known>>>,
    on_shift: Arc<Mutex<bool>>,
    /// Those who have no case load here.
    work: Arc<Mutex<Option<bool>>>,
}

#[async_trait]
impl Surroundings for Around {
    async fn is_work(&self, _: &Vault, _: &Actor, looks: &[Look]) -> Result<Vec<Option<bool>>, JobFault> {
        Ok(vec![*self.work.lock().unwrap(); looks.len()])
    }

    async fn known(&self, _: &Vault, _: &Actor, opened: &[Opened]) -> Result<Vec<Vec<Known>>, JobFault> {
        let names = self.names.lock().unwrap();
        Ok(opened.iter().map(|(_, id)| names.get(id).cloned().into_iter().collect()).collect())
    }

    async fn on_shift(
        &self,
        _: &Vault,
        _: &Actor,
        at: &[(Id<kind::Member>, Timestamp)],
    ) -> Result<Vec<bool>, JobFault> {
        Ok(vec![*self.on_shift.lock().unwrap(); at.len()])
    }
}

/// Some weeks before the days that are looked at.
fn early() -> vault::testing::Plan {
    plan().starting(at("2026-11-02T09:00:00Z"))
}

/// Nobody has a moment here.
struct Nobody;

#[async_trait]
impl CountPeople for Nobody {
    async fn by_group(&self, _: &Vault, _: &Actor, _: Timestamp, _: Timestamp) -> Result<Vec<PeopleTable>, JobFault> {
        Ok(Vec::new())
    }
}

/// A member looks at somebody of their own agency's records.
pub async fn look(world: &World, who: &str, person: Id<kind::Person>) {
    let (_, agency) = world.members[who];
    let category = if agency == "school" { code!("exclusion") } else { code!("social_care_involvement") };
    let ask = Ask {
        actor: world.actor(who),
        verb: Verb::View,
        scope: Scope::person(person),
        purpose: Purpose::Support,
        facets: vec![Facet { controller: world.agencies[agency], category }],
        facts: BTreeMap::new(),
    };
    world.vault().permit(ask).await.unwrap();
}

pub async fn looks(world: &World, who: &str, n: usize) {
    for _ in 0..n {
        look(world, who, world.t.id()).await;
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub async fn watch(world: &World, around: &Around) {
    share::see_to_unusual(world.vault()).await.unwrap();
    world.t.drain_jobs(&handlers(around)).await;
}

pub fn handlers(around: &Around) -> Handlers {
    Handlers::new()
        .with(share::WatchUnusual::new(around.clone()))
        .with(share::DraftTransparency::new(Nobody))
        .with(share::WatchAsk)
        .with(share::WatchEmergency)
}

/// (whose, rule, state, who is asked), in order.
async fn findings(world: &World) -> Vec<(String, String, String, String)> {
    let names: BTreeMap<String, &str> = world.members.iter().map(|(name, (id, _))| (id.to_string(), *name)).collect();
    let name = |id: &str| names.get(id).map_or_else(|| "-".to_owned(), |name| (*name).to_owned());
    let sql = "SELECT member, rule, state, COALESCE(asked_of, '-') AS asked_of FROM unusual_finding ORDER BY day, rule, member";
    let rows = world.t.query(sql, Vec::new()).await;
    rows.iter()
        .map(|row| {
            let text = |column: &str| row.text(column).unwrap();
            (name(&text("member")), text("rule"), text("state"), name(&text("asked_of")))
        })
        .collect()
}

fn found(who: &str, rule: &str, state: &str, of: &str) -> (String, String, String, String) {
    (who.to_owned(), rule.to_owned(), state.to_owned(), of.to_owned())
}

async fn finding(world: &World, rule: &str) -> Id<kind::Finding> {
    let rows =
        world.t.query("SELECT id FROM unusual_finding WHERE rule = $1 ORDER BY found_at, id", params![rule]).await;
    rows.last().unwrap_or_else(|| panic!("no finding of {rule}")).text("id").unwrap().parse().unwrap()
}

/// Two weeks of ordinary days: Monday to Friday, in working hours.
async fn ordinary_days(world: &World) {
    for day in ["09", "10", "11", "12", "13", "16", "17", "18", "19"] {
        world.t.clock.set(at(&format!("2026-11-{day}T10:00:00Z")));
        looks(world, "tom", 4).await;
        looks(world, "ruth", 3).await;
    }
}

#[tokio::test]
async fn planted_misuse_is_found_once_and_ordinary_days_are_silent() {
    early()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let around = Around::default();
            ordinary_days(&world).await;
            world.t.clock.set(at("2026-11-20T01:00:00Z"));
            assert!(!share::see_to_unusual(world.vault()).await.unwrap(), "not before two in the morning");
            world.t.clock.set(at("2026-11-20T03:00:00Z"));
            watch(&world, &around).await;
            assert_eq!(findings(&world).await, []);
            assert_eq!(world.t.rows_in_table("looking_day").await, 18);
            assert!(!share::see_to_unusual(world.vault()).await.unwrap(), "once a day");

            world.t.clock.set(at("2026-11-20T11:00:00Z"));
            looks(&world, "tom", 40).await;
            let own = world.t.id();
            around.names.lock().unwrap().insert(
                own.to_string(),
                Known { given: "RUTH".to_owned(), family: "Care".to_owned(), postcode: String::new() },
            );
            look(&world, "ruth", own).await;
            world.t.clock.set(at("2026-11-20T23:30:00Z"));
            looks(&world, "rhys", 4).await;
            world.t.clock.set(at("2026-11-21T03:00:00Z"));
            watch(&world, &around).await;
            let planted = [
                found("rhys", "after_hours", "escalated", "-"),
                found("ruth", "own_name", "escalated", "-"),
                found("tom", "volume", "asked", "lena"),
            ];
            assert_eq!(findings(&world).await, planted, "care has neither a line manager nor a data owner");

            // Run again from the beginning: nothing is found, asked or counted twice.
            let counted =
                world.t.query("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n FROM looked_count", Vec::new()).await;
            let before = counted[0].int("n").unwrap();
            world.t.tamper("DELETE FROM setting WHERE name = 'unusual_watched_until'").await.unwrap();
            watch(&world, &around).await;
            assert_eq!(findings(&world).await, planted);
            assert_eq!(world.t.rows_in_table("looking_day").await, 21);
            let counted =
                world.t.query("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n FROM looked_count", Vec::new()).await;
            assert_eq!(counted[0].int("n").unwrap(), before);
        })
        .await;
}

#[tokio::test]
async fn a_shift_a_case_load_and_an_own_postcode() {
    early()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let around = Around::default();
            *around.on_shift.lock().unwrap() = true;
            *around.work.lock().unwrap() = Some(false);
            set_home(world.vault(), &world.actor("tom"), Some("CM1 1QH")).await.unwrap();
            world.t.clock.set(at("2026-11-20T23:30:00Z"));
            let neighbour = world.t.id();
            around.names.lock().unwrap().insert(
                neighbour.to_string(),
                Known { given: "Kai".to_owned(), family: "Jones".to_owned(), postcode: "cm11qh".to_owned() },
            );
            look(&world, "tom", neighbour).await;
            looks(&world, "ruth", 6).await;
            world.t.clock.set(at("2026-11-21T03:00:00Z"));
            watch(&world, &around).await;
            assert_eq!(
                findings(&world).await,
                [found("ruth", "outside_work", "escalated", "-"), found("tom", "own_address", "asked", "lena")]
            );
            let digest =
                world.t.query("SELECT home_digest FROM member WHERE home_digest IS NOT NULL", Vec::new()).await;
            assert_eq!(digest.len(), 1);
            assert!(!digest[0].text("home_digest").unwrap().contains("CM1"));
        })
        .await;
}

#[tokio::test]
async fn a_postcode_that_is_taken_back_before_the_night_is_still_compared() {
    early()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let around = Around::default();
            *around.on_shift.lock().unwrap() = true;
            let homes = async |homes: &[Option<&str>]| {
                for home in homes {
                    set_home(world.vault(), &world.actor("tom"), *home).await.unwrap();
                }
            };
            homes(&[Some("CM1 1QH")]).await;
            let live_at = |postcode: &str| {
                let person = world.t.id::<kind::Person>();
                let known = Known { given: "Kai".into(), family: "Jones".into(), postcode: postcode.into() };
                around.names.lock().unwrap().insert(person.to_string(), known);
                person
            };
            // Taken back right before the look, and another given right after it.
            world.t.clock.set(at("2026-11-20T10:00:00Z"));
            homes(&[None]).await;
            look(&world, "tom", live_at("CM1 1QH")).await;
            homes(&[Some("SS1 1AA")]).await;
            world.t.clock.set(at("2026-11-21T03:00:00Z"));
            watch(&world, &around).await;
            assert_eq!(findings(&world).await, [found("tom", "own_address", "asked", "lena")]);
            let kept = world.t.query("SELECT digest FROM member_home_before", Vec::new()).await;
            assert_eq!(kept.len(), 1, "what was taken back, once");
            assert!(!kept[0].text("digest").unwrap().contains("CM1"));
            assert_eq!(vault::testing::check_catalogue(world.vault()).await.unwrap(), Vec::<String>::new());
        })
        .await;
}

#[tokio::test]
async fn whoever_leads_them_answers_and_nobody_about_themselves() {
    early()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (vault, around) = (world.vault(), Around::default());
            let mut manage = change(vault).await;
            let id = |who: &str| world.members[who].0;
            set_line_manager(&mut manage, id("tom"), Some(id("theo"))).await.unwrap();
            let own = set_line_manager(&mut manage, id("tom"), Some(id("tom"))).await;
            assert!(matches!(own, Err(UnusualError::OwnManager)));
            manage.commit().await.unwrap();
            world.t.clock.set(at("2026-11-20T11:00:00Z"));
            looks(&world, "tom", 60).await;
            world.t.clock.set(at("2026-11-21T03:00:00Z"));
            watch(&world, &around).await;
            assert_eq!(findings(&world).await, [found("tom", "volume", "asked", "theo")]);
            let question = finding(&world, "volume").await;
            for who in ["tom", "lena", "leon", "orla", "ruth", "sam"] {
                let answered = answer_unusual(vault, &world.actor(who), question, true, "Fine").await;
                assert!(answered.is_err(), "{who}");
            }
            assert!(settle_unusual(vault, &world.actor("orla"), question, "x").await.is_err(), "nothing was said yet");
            // Five working days: Friday the 27th, then it is the officer's.
            world.t.clock.set(at("2026-11-28T03:00:00Z"));
            watch(&world, &around).await;
            assert_eq!(findings(&world).await, [found("tom", "volume", "escalated", "theo")]);
            answer_unusual(vault, &world.actor("theo"), question, false, "He was on leave").await.unwrap();
            let again = answer_unusual(vault, &world.actor("orla"), question, true, "Fine").await;
            assert!(matches!(again, Err(UnusualError::Done)));
            assert!(
                settle_unusual(vault, &world.actor("theo"), question, "x").await.is_err(),
                "another agency's officer"
            );
            settle_unusual(vault, &world.actor("orla"), question, "Account closed, police told").await.unwrap();
            assert_eq!(findings(&world).await, [found("tom", "volume", "closed", "theo")]);
            let kept = world.t.query("SELECT answer, settlement FROM unusual_finding", Vec::new()).await;
            let kept = format!("{} {}", kept[0].text("answer").unwrap(), kept[0].text("settlement").unwrap());
            assert!(!kept.contains("leave") && !kept.contains("police"), "sealed");

            // The officer's own: not answered by themselves.
            world.t.clock.set(at("2026-11-30T11:00:00Z"));
            let ask = |category| Ask {
                actor: world.actor("olaf"),
                verb: Verb::View,
                scope: Scope::person(world.t.id()),
                purpose: Purpose::Support,
                facets: vec![Facet { controller: world.agencies["school"], category }],
                facts: BTreeMap::new(),
            };
            for _ in 0..61 {
                vault.permit(ask(code!("exclusion"))).await.unwrap();
            }
            world.t.clock.set(at("2026-12-01T03:00:00Z"));
            watch(&world, &around).await;
            let question = finding(&world, "volume").await;
            let own = answer_unusual(vault, &world.actor("olaf"), question, true, "Mine").await;
            assert!(matches!(own, Err(UnusualError::Own)), "{own:?}");
            answer_unusual(vault, &world.actor("orla"), question, true, "An audit").await.unwrap();
        })
        .await;
}

#[tokio::test]
async fn nobody_is_asked_too_much_nor_the_same_twice() {
    early()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let around = Around::default();
            // Five rules at once, all answered by one data owner: three are asked today, the weightiest first.
            world.t.clock.set(at("2026-11-20T23:00:00Z"));
            *around.work.lock().unwrap() = Some(false);
            set_home(world.vault(), &world.actor("tom"), Some("CM1 1QH")).await.unwrap();
            let mut people = Vec::new();
            for (given, family) in [("Tom", "School"), ("Ruth", "Care"), ("Kai", "Jones")] {
                let person = world.t.id();
                let known = Known { given: given.into(), family: family.into(), postcode: "CM1 1QH".into() };
                around.names.lock().unwrap().insert(person.to_string(), known);
                people.push(person);
            }
            for person in &people {
                look(&world, "tom", *person).await;
            }
            looks(&world, "tom", 60).await;
            world.t.clock.set(at("2026-11-21T03:00:00Z"));
            watch(&world, &around).await;
            let states = async || {
                let all = findings(&world).await;
                let of = |rule: &str| all.iter().find(|found| found.1 == rule).unwrap().2.clone();
                ["own_name", "own_address", "colleague", "volume", "outside_work", "after_hours"].map(of).join(" ")
            };
            assert_eq!(states().await, "asked asked asked queued queued queued");
            world.t.clock.set(at("2026-11-22T03:00:00Z"));
            watch(&world, &around).await;
            assert_eq!(states().await, "asked asked asked asked asked asked");
            let question = finding(&world, "own_name").await;
            answer_unusual(world.vault(), &world.actor("lena"), question, true, "A namesake").await.unwrap();
            world.t.clock.set(at("2026-11-23T10:00:00Z"));
            look(&world, "tom", people[0]).await;
            world.t.clock.set(at("2026-11-24T03:00:00Z"));
            watch(&world, &around).await;
            let passed = world.t.query("SELECT id FROM unusual_finding WHERE state = 'passed_over'", Vec::new()).await;
            assert!(!passed.is_empty(), "the same of the same member is counted, not asked");
        })
        .await;
}

#[tokio::test]
async fn no_name_and_no_reference_of_anybody_is_kept() {
    early()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let around = Around::default();
            let person = world.t.id();
            let known = Known { given: "Tom".into(), family: "School".into(), postcode: "ZZ9 9ZZ".into() };
            around.names.lock().unwrap().insert(person.to_string(), known);
            world.t.clock.set(at("2026-11-20T11:00:00Z"));
            look(&world, "tom", person).await;
            world.t.clock.set(at("2026-11-21T03:00:00Z"));
            watch(&world, &around).await;
            assert_eq!(findings(&world).await[0].1, "own_name");
            let mut all = String::new();
            for (table, columns) in [
                (
                    "unusual_finding",
                    "id || ' ' || member || ' ' || agency || ' ' || day || ' ' || rule || ' ' || state",
                ),
                ("looking_day", "member || ' ' || day || ' ' || agency || ' ' || duties"),
                ("looked_count", "day || by_agency || verb || purpose || held_by || category || outcome"),
                ("job", "payload"),
                ("audit_entry", "inputs"),
            ] {
                for row in world.t.query(&format!("SELECT {columns} AS text FROM {table}"), Vec::new()).await {
                    all.push_str(&row.text("text").unwrap());
                    all.push('\n');
                }
            }
            for word in [person.to_string().as_str(), "Tom", "School", "ZZ9"] {
                assert!(!all.contains(word), "{word}");
            }
        })
        .await;
}

pub async fn browser(world: &World, who: &str) -> Browser {
    let (id, agency) = world.members[who];
    signed_in(&site(world.vault(), &world.t.clock, true), id, world.agencies[agency]).await
}

#[tokio::test]
async fn the_pages_ask_answer_and_tell_the_member_afterwards() {
    early()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let around = Around::default();
            world.t.clock.set(at("2026-11-20T11:00:00Z"));
            looks(&world, "tom", 60).await;
            world.t.clock.set(at("2026-11-21T03:00:00Z"));
            watch(&world, &around).await;
            let address = format!("/trust/unusual/{}", finding(&world, "volume").await);
            let mut tom = browser(&world, "tom").await;
            for who in ["tom", "leon", "theo", "sam", "asha"] {
                let answer = browser(&world, who).await.get(&address).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who}");
            }
            assert!(tom.get("/account/questions").await.text.contains("Nothing was asked about you"));
            assert!(!tom.get("/trust/unusual").await.text.contains("Far more people"));
            let mut lena = browser(&world, "lena").await;
            assert!(lena.get("/trust/unusual").await.text.contains("tom of school"));
            let page = lena.get(&address).await.text;
            assert!(page.contains("Was this part of tom of school’s work?") && page.contains("Far more people"));
            assert!(!page.contains("/trust/access"), "the log is the officer's");
            let wrong = lena.fill(&address, &[("words", "")]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text.contains("Select yes or no"));
            let mut orla = browser(&world, "orla").await;
            let page = orla.get(&address).await.text;
            assert!(page.contains("/trust/access?by=") && !page.contains("Save answer"), "not yet theirs");
            lena.fill(&address, &[("was_work", "no"), ("words", "He left in October")]).await;
            assert!(!tom.get("/account/questions").await.text.contains("Far more people"), "not before it is over");
            let page = orla.get(&address).await;
            assert!(page.text.contains("He left in October") && page.text.contains("What did you do about it?"));
            let token = page.hidden("_csrf");
            orla.post(&format!("{address}/done"), &token, &[("done", "Account closed")]).await;
            let told = tom.get("/account/questions").await.text;
            assert!(told.contains("Far more people") && told.contains("dealt with"));
            assert!(!told.contains("October"), "what was said of them is not theirs to read here");
        })
        .await;
}

#[tokio::test]
async fn an_administrator_says_who_leads_whom() {
    early()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let world = World::set_up(t).await;
            let address = format!("/trust/members/{}/manager", world.members["tom"].0);
            assert_eq!(browser(&world, "orla").await.get(&address).await.status, StatusCode::NOT_FOUND);
            let mut sam = browser(&world, "sam").await;
            let theo = world.members["theo"].0.to_string();
            sam.fill(&address, &[("manager", &theo)]).await;
            let page = sam.get(&address).await.text;
            assert!(page.contains(&format!("<option value=\"{theo}\" selected>")), "{page}");
            let own = sam.fill(&address, &[("manager", &world.members["tom"].0.to_string())]).await;
            assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
        })
        .await;
}
