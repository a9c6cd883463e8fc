//! Asking the owner: what a grant opens, to whom, until when; who answers; what a double click, a silence and a failure do.

use base::{SignedDuration, code};
use share::api::{AskError, Facts, Why, ask, refuse, take_back, withdraw};
use vault::{Purpose, Scope, Verb, jobs::Handlers};

use crate::{
    asking::{Look, REFUSED, S10, World, micro_before},
    house::plan,
};

const CHILD: Facts = Facts { child: true, holds: true };

#[tokio::test]
async fn a_grant_opens_exactly_that_and_ends_at_its_second() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let look = world.look();
            assert_eq!(world.looks("ruth", &look).await, REFUSED);
            let id = world.asks("ruth", "school", "exclusion").await;
            assert_eq!(world.looks("ruth", &look).await, REFUSED, "a question opens nothing");
            let terms = world.terms("exclusion", 7 * 24);
            world.grants("leon", id, &terms).await.unwrap();
            assert_eq!(world.looks("ruth", &look).await, S10);
            let others: [(&str, Look); 10] = [
                ("another member of the agency", look.clone()),
                ("another person", Look { scope: Scope::person(world.t.id()), ..look.clone() }),
                ("no one person", Look { scope: Scope::unit(), ..look.clone() }),
                ("another kind of thing", Look { scope: Scope::of("moment", world.person), ..look.clone() }),
                ("another purpose", Look { purpose: Purpose::Support, ..look.clone() }),
                ("another category", Look { owner: "police", category: code!("custody"), ..look.clone() }),
                ("a list", Look { verb: Verb::List, ..look.clone() }),
                ("to write", Look { verb: Verb::Record, ..look.clone() }),
                ("to give it on", Look { verb: Verb::Disclose, ..look.clone() }),
                ("to delete", Look { verb: Verb::Erase, ..look.clone() }),
            ];
            for (at, (what, other)) in others.iter().enumerate() {
                let who = if at == 0 { "rhys" } else { "ruth" };
                assert!(world.looks(who, other).await.starts_with("no: "), "{what}");
            }
            world.t.clock.set(micro_before(terms.until));
            assert_eq!(world.looks("ruth", &look).await, S10);
            world.t.clock.set(terms.until);
            assert_eq!(world.looks("ruth", &look).await, REFUSED, "from that second");
        })
        .await;
}

#[tokio::test]
async fn only_a_data_owner_of_the_agency_that_is_asked_answers_and_nobody_their_own() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let id = world.asks("ruth", "school", "exclusion").await;
            let terms = world.terms("exclusion", 24);
            for (who, why) in [("grace", "another agency’s"), ("owen", "another agency’s")] {
                assert!(matches!(world.grants(who, id, &terms).await, Err(AskError::NotFound)), "{why}");
            }
            for who in ["theo", "tom", "ruth", "rhys", "orla", "priya", "sam"] {
                let refused = world.grants(who, id, &terms).await;
                assert!(matches!(refused, Err(AskError::Refused(_) | AskError::NotFound)), "{who}: {refused:?}");
                let refused = refuse(world.vault(), &world.actor(who), id, Why::NotNeeded, "No", CHILD).await;
                assert!(refused.is_err(), "{who}");
            }
            // Whoever asked and has since become a data owner of the school may still not answer it.
            let (ruth, school) = (world.members["ruth"].0, world.agencies["school"]);
            world.t.tamper(&format!("UPDATE member SET agency = '{school}' WHERE id = '{ruth}'")).await.unwrap();
            world
                .t
                .tamper(&format!("INSERT INTO member_duty (member, duty) VALUES ('{ruth}', 'data_owner')"))
                .await
                .unwrap();
            // As another process changes it: the permits of one page share a look for 50 milliseconds.
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            let moved = vault::Actor::Member { id: ruth, agency: school };
            assert!(matches!(share::api::grant(world.vault(), &moved, id, &terms).await, Err(AskError::Own)));
            assert_eq!(world.states().await, ["waiting"]);
        })
        .await;
}

#[tokio::test]
async fn what_is_no_question_is_not_kept() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let sends = async |who: &str, owner: &str, category: &str, purpose| {
                let question = share::api::NewAsk { purpose, ..world.question(owner, category, "a form") };
                ask(world.vault(), &world.actor(who), &question).await
            };
            let own = sends("ruth", "care", "social_care_involvement", Purpose::Safeguarding).await;
            assert!(matches!(own, Err(AskError::OwnRecord)));
            let not_held = sends("ruth", "school", "custody", Purpose::Safeguarding).await;
            assert!(matches!(not_held, Err(AskError::NothingToAsk)));
            let anonymous = sends("ruth", "hospital", "assault_attendance", Purpose::Safeguarding).await;
            assert!(matches!(anonymous, Err(AskError::NothingToAsk)));
            let confidence = sends("callum", "hospital", "ae_navigator", Purpose::Prevention).await;
            assert!(matches!(confidence, Err(AskError::ConfidenceNotForPrevention)));
            for (who, purpose) in [
                ("ruth", Purpose::Prevention),
                ("priya", Purpose::Safeguarding),
                ("priya", Purpose::Linking),
                ("mona", Purpose::Safeguarding),
                ("orla", Purpose::Rights),
                ("leon", Purpose::Safeguarding),
                ("sam", Purpose::Safeguarding),
            ] {
                let refused = sends(who, "police", "custody", purpose).await;
                assert!(matches!(refused, Err(AskError::Refused(_))), "{who} {purpose}: {refused:?}");
            }
            let job = vault::Actor::System;
            assert!(ask(world.vault(), &job, &world.question("school", "exclusion", "x")).await.is_err());
            assert_eq!(world.t.rows_in_table("ask").await, 0);
            assert_eq!(world.t.rows_in_table("standing_grant").await, 0);
        })
        .await;
}

#[tokio::test]
async fn a_double_click_is_one_question_and_one_grant() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let (vault, ruth) = (world.vault(), world.actor("ruth"));
            let first = ask(vault, &ruth, &world.question("school", "exclusion", "one form")).await.unwrap();
            let again = ask(vault, &ruth, &world.question("school", "exclusion", "one form")).await.unwrap();
            let other_form = ask(vault, &ruth, &world.question("school", "exclusion", "other form")).await.unwrap();
            assert_eq!((first, first), (again, other_form));
            assert_eq!(world.t.rows_in_table("ask").await, 1);
            let clocks = world.t.query("SELECT id FROM job WHERE kind = 'watch_ask'", Vec::new()).await;
            assert_eq!(clocks.len(), 2, "its clock, once");
            let terms = world.terms("exclusion", 24);
            world.grants("leon", first, &terms).await.unwrap();
            world.grants("leon", first, &terms).await.unwrap();
            let second = world.grants("lena", first, &world.terms("exclusion", 48)).await;
            assert!(matches!(second, Err(AskError::Settled)), "another’s answer came too late");
            let late = refuse(vault, &world.actor("lena"), first, Why::NotNeeded, "No", CHILD).await;
            assert!(matches!(late, Err(AskError::Settled)));
            assert_eq!(world.t.rows_in_table("standing_grant").await, 1);
            // What was answered may be asked anew.
            let anew = ask(vault, &ruth, &world.question("school", "exclusion", "third form")).await.unwrap();
            assert_ne!(anew, first);
            assert!(withdraw(vault, &world.actor("rhys"), anew).await.is_err(), "only whoever asked withdraws");
            withdraw(vault, &ruth, anew).await.unwrap();
            assert!(matches!(withdraw(vault, &ruth, anew).await, Err(AskError::Settled)));
            assert_eq!(world.states().await, ["granted", "withdrawn"]);
        })
        .await;
}

#[tokio::test]
async fn a_grant_that_fails_half_way_leaves_nothing() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let id = world.asks("ruth", "school", "exclusion").await;
            let terms = world.terms("exclusion", 24);
            world.t.tamper("ALTER TABLE standing_grant RENAME TO standing_away").await.unwrap();
            let entries = world.t.rows_in_table("audit_entry").await;
            assert!(matches!(world.grants("leon", id, &terms).await, Err(AskError::Store(_))));
            assert_eq!(world.states().await, ["waiting"]);
            assert_eq!(world.t.rows_in_table("audit_entry").await, entries + 1, "the permit, and no change");
            world.t.tamper("ALTER TABLE standing_away RENAME TO standing_grant").await.unwrap();
            world.grants("leon", id, &terms).await.unwrap();
            assert_eq!(world.looks("ruth", &world.look()).await, S10);
        })
        .await;
}

#[tokio::test]
async fn what_is_taken_back_or_withdrawn_is_closed_at_once() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let id = world.asks("ruth", "school", "exclusion").await;
            world.grants("leon", id, &world.terms("exclusion", 24)).await.unwrap();
            assert!(take_back(world.vault(), &world.actor("grace"), id).await.is_err());
            assert!(take_back(world.vault(), &world.actor("ruth"), id).await.is_err());
            take_back(world.vault(), &world.actor("lena"), id).await.unwrap();
            assert_eq!(world.looks("ruth", &world.look()).await, REFUSED);
            assert!(matches!(take_back(world.vault(), &world.actor("lena"), id).await, Err(AskError::Settled)));
            let other = world.asks("rhys", "school", "exclusion").await;
            refuse(world.vault(), &world.actor("leon"), other, Why::NotNeeded, "Ask for less.", CHILD).await.unwrap();
            assert_eq!(world.looks("rhys", &world.look()).await, REFUSED);
        })
        .await;
}

#[tokio::test]
async fn a_grant_stands_on_a_power_that_can_carry_it() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let id = world.asks("ruth", "hospital", "ae_navigator").await;
            let terms = world.terms("ae_navigator", 24);
            let with = |power: &str| share::api::NewGrant { power: power.parse().unwrap(), ..terms.clone() };
            for power in ["pcsc_act_2022_s16", "protecting_life", "children_act_2004_s16la", "nothing_known"] {
                let refused = world.grants("grace", id, &with(power)).await;
                assert!(matches!(refused, Err(AskError::NoPower)), "{power}: {refused:?}");
            }
            assert!(matches!(world.grants("grace", id, &terms).await, Err(AskError::NoConfidentiality)));
            let unknown = share::api::NewGrant { confidentiality: Some(code!("hope")), ..terms.clone() };
            assert!(matches!(world.grants("grace", id, &unknown).await, Err(AskError::NoConfidentiality)));
            let now = world.vault().now();
            for until in [now, now.plus_hours(30 * 24).plus(SignedDuration::from_secs(1)), now.plus_hours(-1)] {
                let wrong = share::api::NewGrant { until, ..with("public_interest_disclosure") };
                assert!(matches!(world.grants("grace", id, &wrong).await, Err(AskError::Until)), "{until}");
            }
            for fields in [vec![], vec!["custody:kind".to_owned()], vec!["kind".to_owned()]] {
                let wrong = share::api::NewGrant { fields, ..with("public_interest_disclosure") };
                assert!(matches!(world.grants("grace", id, &wrong).await, Err(AskError::NoFields)));
            }
            // A named person at the hospital decides in the public interest.
            world.grants("grace", id, &with("public_interest_disclosure")).await.unwrap();
            let look = Look { owner: "hospital", category: code!("ae_navigator"), ..world.look() };
            assert_eq!(world.looks("ruth", &look).await, "public_interest_disclosure");
        })
        .await;
}

#[tokio::test]
async fn where_sharing_is_a_duty_the_only_reason_to_refuse_is_the_childs_own_good() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let leon = world.actor("leon");
            let id = world.asks("ruth", "school", "exclusion").await;
            world.set("in_force:children_act_2004_s16la", "2026-11-01").await;
            let refused = async |why, facts| refuse(world.vault(), &leon, id, why, "Because.", facts).await;
            for why in [Why::NotNeeded, Why::NoPower, Why::Confidence, Why::AskElsewhere] {
                assert!(matches!(refused(why, CHILD).await, Err(AskError::Duty)), "{why}");
            }
            assert!(matches!(refused(Why::NothingHeld, CHILD).await, Err(AskError::Refused(_))), "it holds something");
            refused(Why::MoreDetrimental, CHILD).await.unwrap();
            let rows = world.t.query("SELECT refusal, answer FROM ask", Vec::new()).await;
            assert_eq!(rows[0].text("refusal").unwrap(), "more_detrimental");
            assert_ne!(rows[0].text("answer").unwrap(), "Because.");
            // Of an adult the duty says nothing.
            let adult = world.asks("rhys", "school", "exclusion").await;
            let facts = Facts { child: false, holds: true };
            refuse(world.vault(), &leon, adult, Why::NotNeeded, "Ask for less.", facts).await.unwrap();
        })
        .await;
}

#[tokio::test]
async fn silence_escalates_once_and_ends_after_a_month() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let handlers = Handlers::new().with(share::WatchAsk);
            world.asks("ruth", "school", "exclusion").await;
            let answered = world.asks("rhys", "school", "exclusion").await;
            world.grants("leon", answered, &world.terms("exclusion", 24)).await.unwrap();
            let escalated = async || {
                let sql = "SELECT id FROM ask WHERE escalated_at IS NOT NULL";
                world.t.query(sql, Vec::new()).await.len()
            };
            world.t.clock.advance(SignedDuration::from_hours(24));
            assert_eq!(escalated().await, 0);
            world.t.drain_jobs(&handlers).await;
            assert_eq!(escalated().await, 1, "what was answered is left alone");
            let entries = world.t.rows_in_table("audit_entry").await;
            world.t.tamper("UPDATE job SET state = 'waiting' WHERE kind = 'watch_ask'").await.unwrap();
            world.t.clock.advance(SignedDuration::from_hours(1));
            world.t.drain_jobs(&handlers).await;
            assert_eq!((escalated().await, world.t.rows_in_table("audit_entry").await), (1, entries), "run twice");
            world.t.clock.advance(SignedDuration::from_hours(30 * 24));
            world.t.tamper("UPDATE job SET state = 'waiting' WHERE kind = 'watch_ask'").await.unwrap();
            world.t.drain_jobs(&handlers).await;
            let mut states = world.states().await;
            states.sort();
            assert_eq!(states, ["expired", "granted"]);
            let late = world.grants("leon", world.first("ruth").await, &world.terms("exclusion", 24)).await;
            assert!(matches!(late, Err(AskError::Settled)));
        })
        .await;
}

#[tokio::test]
async fn what_was_said_stands_nowhere_in_clear() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let id = world.asks("ruth", "school", "exclusion").await;
            let words = "He was found with scissors in class";
            refuse(world.vault(), &world.actor("leon"), id, Why::MoreDetrimental, words, CHILD).await.unwrap();
            let clear = world.in_clear().await;
            assert!(clear.contains("more_detrimental"));
            for word in ["knife", "kitchen", "scissors"] {
                assert!(!clear.contains(word), "{word}");
            }
        })
        .await;
}

impl World {
    /// The first ask of a member.
    async fn first(&self, name: &str) -> base::Id<base::kind::Ask> {
        let member = self.members[name].0;
        let sql = format!("SELECT id FROM ask WHERE asker = '{member}' ORDER BY asked_at");
        self.t.query(&sql, Vec::new()).await[0].id("id").unwrap()
    }
}
