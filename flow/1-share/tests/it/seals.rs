//! Seals: who seals and names, what the decider then says, and that two people lift; the right of restriction.

use std::collections::BTreeMap;

use base::{Id, code, kind};
use share::api::{
    NewSeal, SealError, SealWhy, all_person_facets, ask_to_lift_seal, confirm_seal, end_unconfirmed_seal, keep_sealed,
    lift_seal, name_for_sealed, restrict, seal, seal_declared, seal_readers, unname_for_sealed, unrestrict,
};
use vault::{Ask, Facet, Marks, Purpose, Refusal, Scope, Verb};

use crate::{
    asking::World,
    house::{change, plan, signed_in, site},
};

impl World {
    fn new_seal(&self, agency: &str) -> NewSeal {
        let agency = self.agencies[agency];
        NewSeal { about: self.person.to_string(), whole: true, why: SealWhy::ProtectedAddress, agency }
    }

    /// Seals, once the school has named somebody who looks at nothing.
    async fn seals(&self, who: &str, agency: &str) -> Result<Id<kind::Seal>, SealError> {
        let (school, mona) = (self.agencies["school"], self.members["mona"].0);
        name_for_sealed(self.vault(), &self.actor("leon"), school, mona).await.unwrap();
        seal(self.vault(), &self.actor(who), &self.new_seal(agency)).await
    }

    /// The marked parts of what an agency holds that a member is granted, for a purpose.
    async fn marked(&self, who: &str, verb: Verb, purpose: Purpose) -> Vec<String> {
        let ask = Ask {
            actor: self.actor(who),
            verb,
            scope: Scope::person(self.person),
            purpose,
            facets: all_person_facets(&self.vault().book()).await.unwrap(),
            facts: BTreeMap::new(),
        };
        match self.vault().permit(ask).await {
            Ok(permit) => {
                let marked = |facet: &Facet| Marks::split(&facet.category).1.any();
                assert!(
                    !permit.withheld().iter().any(|(facet, _)| marked(facet)),
                    "nothing says that there is such a thing"
                );
                let granted = permit.grants().iter().filter(|grant| marked(&grant.facet));
                granted.map(|grant| grant.facet.category.to_string()).collect()
            }
            Err(Refusal::Refused { why }) => {
                assert!(!why.iter().any(|(facet, _)| Marks::split(&facet.category).1.any()));
                Vec::new()
            }
            Err(Refusal::Store(error)) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn an_agencys_data_owner_names_and_the_naming_counts_at_once() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (vault, school) = (world.vault(), world.agencies["school"]);
            let tom = world.members["tom"].0;
            assert!(world.marked("tom", Verb::View, Purpose::Safeguarding).await.is_empty());
            for who in ["grace", "orla", "tom", "theo", "sam"] {
                let refused = name_for_sealed(vault, &world.actor(who), school, tom).await;
                assert!(matches!(refused, Err(SealError::NotYours)), "{who}");
            }
            for _ in 0..2 {
                name_for_sealed(vault, &world.actor("leon"), school, tom).await.unwrap();
            }
            assert_eq!(seal_readers(&vault.book()).await.unwrap().len(), 1, "named twice is named once");
            assert_eq!(world.marked("tom", Verb::View, Purpose::Safeguarding).await, ["exclusion_sealed"]);
            assert!(world.marked("ruth", Verb::View, Purpose::Safeguarding).await.is_empty());
            assert!(matches!(
                name_for_sealed(vault, &world.actor("leon"), school, world.t.id()).await,
                Err(SealError::NoMember)
            ));
            unname_for_sealed(vault, &world.actor("orla"), school, tom).await.unwrap();
            assert!(world.marked("tom", Verb::View, Purpose::Safeguarding).await.is_empty(), "from this second");
            assert!(matches!(unname_for_sealed(vault, &world.actor("leon"), school, tom).await, Err(SealError::Done)));
        })
        .await;
}

#[tokio::test]
async fn one_person_seals_and_two_lift() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let vault = world.vault();
            for (who, agency) in [("ruth", "care"), ("grace", "school"), ("tom", "school"), ("sam", "unit")] {
                assert!(matches!(world.seals(who, agency).await, Err(SealError::NotYours)), "{who}");
            }
            let (first, second) =
                (world.seals("leon", "school").await.unwrap(), world.seals("orla", "school").await.unwrap());
            let (leon, lena, orla) = (world.actor("leon"), world.actor("lena"), world.actor("orla"));
            assert!(matches!(lift_seal(vault, &lena, first).await, Err(SealError::NotFound)), "nobody asked yet");
            ask_to_lift_seal(vault, &leon, first).await.unwrap();
            assert!(matches!(ask_to_lift_seal(vault, &lena, first).await, Err(SealError::Done)));
            assert!(matches!(lift_seal(vault, &leon, first).await, Err(SealError::SecondPerson)));
            for who in ["grace", "ruth", "tom"] {
                assert!(matches!(lift_seal(vault, &world.actor(who), first).await, Err(SealError::NotFound)), "{who}");
            }
            keep_sealed(vault, &lena, first).await.unwrap();
            assert!(matches!(lift_seal(vault, &orla, first).await, Err(SealError::NotFound)), "it was to be kept");
            ask_to_lift_seal(vault, &leon, first).await.unwrap();
            lift_seal(vault, &orla, first).await.unwrap();
            assert!(matches!(lift_seal(vault, &orla, first).await, Err(SealError::Done)));
            assert!(world.t.rows_in_table("marked").await > 0, "the other seal holds it");
            ask_to_lift_seal(vault, &orla, second).await.unwrap();
            lift_seal(vault, &lena, second).await.unwrap();
            assert_eq!(world.t.rows_in_table("marked").await, 0);
        })
        .await;
}

#[tokio::test]
async fn the_page_says_how_many_and_to_nobody_else_about_whom() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let vault = world.vault();
            world.seals("leon", "school").await.unwrap();
            name_for_sealed(vault, &world.actor("leon"), world.agencies["school"], world.members["tom"].0)
                .await
                .unwrap();
            let site = site(vault, &world.t.clock, true);
            let page = async |who: &str| {
                let (id, agency) = world.members[who];
                signed_in(&site, id, world.agencies[agency]).await.get("/trust/seals").await
            };
            let person = world.person.to_string();
            for who in ["leon", "lena", "orla"] {
                let page = page(who).await;
                assert!(page.text.contains("1 sealed") && page.text.contains("tom of school"), "{who}: {}", page.text);
                assert!(!page.text.contains(&person), "{who} is not named");
            }
            let others = page("grace").await;
            assert!(!others.text.contains("1 sealed") && !others.text.contains("named by"), "another agency's");
            for who in ["ruth", "tom", "priya", "sam", "mona"] {
                assert_eq!(page(who).await.status.as_u16(), 404, "{who}");
            }
            name_for_sealed(vault, &world.actor("leon"), world.agencies["school"], world.members["leon"].0)
                .await
                .unwrap();
            assert!(page("leon").await.text.contains(&format!("/people/{person}")), "the named see whom it is about");
        })
        .await;
}

#[tokio::test]
async fn a_second_person_confirms_that_everything_about_somebody_is_sealed_or_ends_it() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let vault = world.vault();
            let alone = seal(vault, &world.actor("leon"), &world.new_seal("school")).await;
            assert!(matches!(alone, Err(SealError::NobodyNamed)), "somebody has to be left who can help");
            assert_eq!(world.t.rows_in_table("marked").await, 0);

            let (first, second) =
                (world.seals("leon", "school").await.unwrap(), world.seals("leon", "school").await.unwrap());
            assert!(world.t.rows_in_table("marked").await > 0, "it acts at once");
            for who in ["leon", "lena", "theo", "grace", "owen", "tom"] {
                let actor = world.actor(who);
                assert!(matches!(confirm_seal(vault, &actor, first).await, Err(SealError::NotFound)), "{who}");
                assert!(matches!(end_unconfirmed_seal(vault, &actor, first).await, Err(SealError::NotFound)), "{who}");
            }
            let orla = world.actor("orla");
            confirm_seal(vault, &orla, first).await.unwrap();
            assert!(end_unconfirmed_seal(vault, &orla, first).await.is_err(), "two lift what was confirmed");
            end_unconfirmed_seal(vault, &orla, second).await.unwrap();
            assert!(confirm_seal(vault, &orla, second).await.is_err());
            assert!(world.t.rows_in_table("marked").await > 0, "the first stands");
            ask_to_lift_seal(vault, &orla, first).await.unwrap();
            lift_seal(vault, &world.actor("lena"), first).await.unwrap();
            assert_eq!(world.t.rows_in_table("marked").await, 0);

            // What the unit's officer seals for an agency, that agency's data owner confirms, and no other officer has to.
            let hers = world.seals("orla", "school").await.unwrap();
            assert!(confirm_seal(vault, &orla, hers).await.is_err());
            assert!(matches!(confirm_seal(vault, &world.actor("grace"), hers).await, Err(SealError::NotFound)));
            confirm_seal(vault, &world.actor("lena"), hers).await.unwrap();

            // One alone doesn't uncover an address that nobody looked at in time.
            let late = world.seals("leon", "school").await.unwrap();
            world.t.clock.advance(base::SignedDuration::from_hours(25));
            assert!(matches!(end_unconfirmed_seal(vault, &orla, late).await, Err(SealError::Done)));
            confirm_seal(vault, &orla, late).await.unwrap();
        })
        .await;
}

#[tokio::test]
async fn whoever_is_to_confirm_a_seal_is_told_what_to_do_and_by_when() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let site = site(world.vault(), &world.t.clock, true);
            let page = async |who: &str| {
                let (id, agency) = world.members[who];
                signed_in(&site, id, world.agencies[agency]).await.get("/trust/seals").await.text
            };
            world.seals("leon", "school").await.unwrap();
            let second = page("orla").await;
            assert!(second.contains("Speak to whoever sealed it") && second.contains("Confirm it"), "{second}");
            let own = page("leon").await;
            assert!(own.contains("A second person is to confirm it") && !own.contains("Confirm it"), "{own}");
            world.t.clock.advance(base::SignedDuration::from_hours(25));
            let late = page("orla").await;
            assert!(late.contains("Not confirmed in time") && !late.contains("End it"), "{late}");
        })
        .await;
}

#[tokio::test]
async fn the_log_names_whom_a_seal_hides_only_to_those_who_are_named() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.marked("tom", Verb::View, Purpose::Safeguarding).await; // a look, which the log has
            let site = site(world.vault(), &world.t.clock, true);
            let person = world.person.to_string();
            let log = async |who: &str, narrowed: &str| {
                let (id, agency) = world.members[who];
                let mut browser = signed_in(&site, id, world.agencies[agency]).await;
                browser.get(&format!("/trust/access{narrowed}")).await.text
            };
            let about = format!("?about={person}");
            for who in ["orla", "theo"] {
                assert!(log(who, "").await.contains(&person) && !log(who, &about).await.contains("There is nothing"));
            }
            world.seals("leon", "school").await.unwrap();
            for who in ["orla", "theo"] {
                assert!(!log(who, "").await.contains(&person), "{who}");
                assert!(log(who, &about).await.contains("There is nothing in the log for this"), "{who}");
            }
            let (school, theo) = (world.agencies["school"], world.members["theo"].0);
            name_for_sealed(world.vault(), &world.actor("leon"), school, theo).await.unwrap();
            assert!(log("theo", "").await.contains(&person) && !log("theo", &about).await.contains("There is nothing"));
        })
        .await;
}

#[tokio::test]
async fn what_a_system_declares_is_sealed_once() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let keys = BTreeMap::from(["7", "9"].map(|key| (key.to_owned(), Vec::new())));
            for sealed in [2, 0] {
                let mut change = change(world.vault()).await;
                let made =
                    seal_declared(&mut change, world.agencies["school"], &code!("exclusions"), &keys).await.unwrap();
                change.commit().await.unwrap();
                assert_eq!(made, sealed);
            }
            assert_eq!(world.t.rows_in_table("seal").await, 2);
        })
        .await;
}

#[tokio::test]
async fn what_is_restricted_is_for_the_owner_and_the_officer() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let ids = [world.person.to_string()];
            let mut change = change(world.vault()).await;
            restrict(&mut change, &ids).await.unwrap();
            change.commit().await.unwrap();
            assert_eq!(world.t.rows_in_table("marked").await, 1);
            assert_eq!(world.marked("leon", Verb::View, Purpose::Rights).await, ["exclusion_restricted"]);
            assert!(world.marked("tom", Verb::View, Purpose::Safeguarding).await.is_empty());
            name_for_sealed(world.vault(), &world.actor("leon"), world.agencies["school"], world.members["tom"].0)
                .await
                .unwrap();
            assert_eq!(
                world.marked("tom", Verb::View, Purpose::Safeguarding).await,
                ["exclusion_sealed"],
                "and no more"
            );
            let mut change = crate::house::change(world.vault()).await;
            unrestrict(&mut change, &ids).await.unwrap();
            change.commit().await.unwrap();
            assert_eq!(world.t.rows_in_table("marked").await, 0);
        })
        .await;
}
