//! The pages of asking: two clicks, no reason in an address, no name where the service doesn't allow it, and nothing for anybody else.

use axum::http::StatusCode;
use base::{Id, kind};
use share::api::pointers;
use vault::Purpose;
use web::Caller;

use crate::{asking::World, house::plan};

impl World {
    /// The way to ask, as search and the person's page give it to a member.
    async fn way(&self, name: &str, owner: &str) -> (String, String, String) {
        let (id, agency) = self.members[name];
        let card = web::Members::member(&share::api::Members::new(self.vault().clone()), id).await.unwrap().unwrap();
        let caller = Caller {
            id,
            name: card.name,
            agency: self.agencies[agency],
            agency_name: card.agency_name,
            duties: card.duties,
            sign_in: Id::from_u128(1),
            second_factor: true,
        };
        let services: [Id<kind::Agency>; 1] = [self.agencies[owner]];
        let found = pointers(self.vault(), &caller, self.person, Purpose::Safeguarding, &services).await.unwrap();
        let pointer = found[0].clone();
        (pointer.name, pointer.ask.unwrap_or_default(), pointer.emergency.unwrap_or_default())
    }
}

const WHY: (&str, &str) = ("why", "He carries a kitchen knife");

#[tokio::test]
async fn a_question_takes_two_clicks_and_one_reason() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (name, way, _) = world.way("ruth", "school").await;
            assert_eq!(name, "Harbour School");
            let mut ruth = world.browser("ruth").await;
            let page = ruth.get(&way).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text.contains("Ask Harbour School") && page.text.contains("This cannot wait"));
            let (token, key, category) = (page.hidden("_csrf"), page.hidden("form_key"), page.hidden("categories"));
            let empty = ruth.post(&way, &token, &[("form_key", &key), ("categories", &category)]).await;
            assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
            let fields = [WHY, ("form_key", key.as_str()), ("categories", category.as_str())];
            let sent = ruth.post(&way, &token, &fields).await;
            let again = ruth.post(&way, &token, &fields).await;
            assert_eq!((sent.status, &sent.location), (StatusCode::SEE_OTHER, &again.location));
            assert!(sent.location.starts_with("/asks/") && !sent.location.contains("knife"));
            assert_eq!(world.t.rows_in_table("ask").await, 1);
            let mine = ruth.get("/asks").await.text;
            assert!(mine.contains("Harbour School, asked") && mine.contains("kitchen knife"));
            let mut rhys = world.browser("rhys").await;
            assert!(!rhys.get("/asks").await.text.contains("knife"), "a colleague did not ask it");
            assert_eq!(rhys.get(&way).await.status, StatusCode::NOT_FOUND, "another’s way");
            let mut leon = world.browser("leon").await;
            let waiting = leon.get("/trust/asks").await.text;
            assert!(waiting.contains("ruth of care") && waiting.contains("24 hours left") && waiting.contains("knife"));
            let mut grace = world.browser("grace").await;
            assert!(grace.get("/trust/asks").await.text.contains("Nothing waits for your answer"));
            assert_eq!(rhys.get("/trust/asks").await.status, StatusCode::NOT_FOUND);
            assert_eq!(leon.get("/asks").await.status, StatusCode::NOT_FOUND);
        })
        .await;
}

#[tokio::test]
async fn officers_see_what_is_late_and_never_why() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.asks("ruth", "school", "exclusion").await;
            world.asks("asha", "police", "custody").await;
            world.t.clock.advance(base::SignedDuration::from_hours(25));
            let of_the_unit = world.browser("orla").await.get("/trust/asks").await.text;
            assert!(of_the_unit.contains("Harbour School") && of_the_unit.contains("Selmarsh Police"));
            assert!(of_the_unit.contains("Breached by") && !of_the_unit.contains("knife"));
            let of_the_school = world.browser("theo").await.get("/trust/asks").await.text;
            assert!(of_the_school.contains("Harbour School") && !of_the_school.contains("Selmarsh Police"));
            assert!(!of_the_school.contains("knife"));
        })
        .await;
}

#[tokio::test]
async fn a_service_that_does_not_allow_its_name_is_asked_without_it() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut leon = world.browser("leon").await;
            let token = leon.get("/trust/asks").await.hidden("_csrf");
            leon.post("/trust/asks/name", &token, &[("named", "no")]).await;
            let mut ruth = world.browser("ruth").await;
            let token = ruth.get("/account").await.hidden("_csrf");
            let theirs = ruth.post("/trust/asks/name", &token, &[("named", "yes")]).await;
            assert_eq!(theirs.status, StatusCode::NOT_FOUND, "only a data owner says so");
            let (name, way, emergency) = world.way("ruth", "school").await;
            assert_eq!(name, "A service that isn’t named here");
            let page = ruth.get(&way).await;
            let key = page.hidden("form_key");
            let alarm = ruth.get(&emergency).await.text;
            for text in [&page.text, &alarm] {
                assert!(!text.contains("Harbour") && !text.contains("xclusion"), "nor what it holds");
            }
            assert!(!way.contains(&world.agencies["school"].to_string()));
            let sent = ruth.post(&way, &page.hidden("_csrf"), &[WHY, ("form_key", &key)]).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER);
            let mine = ruth.get("/asks").await.text;
            assert!(mine.contains("isn’t named here") && !mine.contains("Harbour"));
            assert!(leon.get("/trust/asks").await.text.contains("kitchen knife"), "it goes through");
        })
        .await;
}

#[tokio::test]
async fn who_may_not_ask_is_given_no_way() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let world = World::set_up(t).await;
            for (who, asks, breaks) in [
                ("ruth", true, true),
                ("asha", true, true),
                ("callum", true, false),
                ("priya", false, false),
                ("orla", false, false),
                ("tom", false, false),
            ] {
                let (_, ask, emergency) = world.way(who, "school").await;
                assert_eq!((!ask.is_empty(), !emergency.is_empty()), (asks, breaks), "{who}");
            }
        })
        .await;
}

#[tokio::test]
async fn an_emergency_is_opened_alarmed_justified_and_judged_on_pages() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (_, _, way) = world.way("ruth", "school").await;
            let mut ruth = world.browser("ruth").await;
            let page = ruth.get(&way).await;
            let (token, key) = (page.hidden("_csrf"), page.hidden("form_key"));
            let empty = ruth.post(&way, &token, &[("form_key", &key)]).await;
            assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
            let fields = [("danger", "child_missing"), ("why", "Gone with his passport"), ("form_key", key.as_str())];
            let opened = ruth.post(&way, &token, &fields).await;
            assert_eq!(opened.status, StatusCode::SEE_OTHER);
            assert!(ruth.get("/emergencies").await.text.contains("A child is missing now"));
            let id = opened.location.rsplit('/').next().unwrap().to_owned();
            let (here, justify) = (format!("/trust/emergencies/{id}"), format!("/emergencies/{id}/justify"));
            let mut leon = world.browser("leon").await;
            assert!(leon.get("/trust/emergencies").await.text.contains("Acknowledge"));
            let shown = leon.get(&here).await;
            assert!(shown.text.contains("passport") && shown.text.contains("ruth of care"));
            assert!(!shown.text.contains("Judge it"));
            leon.post(&format!("{here}/acknowledge"), &shown.hidden("_csrf"), &[]).await;
            let theirs = world.browser("theo").await.get(&here).await.text;
            assert!(theirs.contains("passport") && !theirs.contains("I have seen this"), "the school’s own officer");
            for who in ["grace", "rhys", "priya"] {
                assert_eq!(world.browser(who).await.get(&here).await.status.as_u16(), 404, "{who}");
                assert_eq!(world.browser(who).await.get(&justify).await.status.as_u16(), 404, "{who}");
            }
            let early = world.browser("orla").await.get(&here).await.text;
            assert!(early.contains("You can judge it once ruth of care has justified it, or on"), "{early}");
            assert!(early.contains("I have seen this") && !early.contains("Save judgement"), "{early}");
            let said = ruth.fill(&justify, &[("justification", "The harbour police found him")]).await;
            assert_eq!(said.status, StatusCode::SEE_OTHER);
            let mut orla = world.browser("orla").await;
            let shown = orla.get(&here).await;
            assert!(shown.text.contains("The harbour police found him"));
            let judge = format!("{here}/judge");
            let nothing = orla.post(&judge, &shown.hidden("_csrf"), &[]).await;
            assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
            let fields = [("verdict", "proper"), ("reason", "It could not wait")];
            orla.post(&judge, &shown.hidden("_csrf"), &fields).await;
            assert!(orla.get(&here).await.text.contains("Proper: it could not wait. It could not wait"));
        })
        .await;
}
