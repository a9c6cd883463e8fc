//! What a run does and leaves.

use std::collections::BTreeSet;

use base::{Id, code, kind};
use link::api::{Model, Progress, RunError, run, run_with};
use vault::{Actor, StoreError};
use web::Proof;

use crate::{
    house::{ANALYST, House, both},
    pages::Browser,
};

const CALLUM: &str = "given=Callum;family=Barker;dob=2008-11-02;sex=male;postcode=ZQ3 2LD;phone=07104119031";

/// A small county in which everything occurs.
pub struct Small {
    pub callum: Id<kind::Record>,
    pub callum_typo: Id<kind::Record>,
    pub callum_short: Id<kind::Record>,
    pub twin: Id<kind::Record>,
    pub sister: Id<kind::Record>,
    pub unsure: Id<kind::Record>,
    pub stranger: Id<kind::Record>,
}

pub async fn small(house: &House) -> Small {
    let small = Small {
        callum: house.accept("custody", "c1", CALLUM).await,
        callum_typo: house
            .accept(
                "social_care_involvement",
                "s1",
                "given=CALLUM;family=BARKR;dob=2008-11-02;sex=male;postcode=ZQ3 2LD",
            )
            .await,
        callum_short: house
            .accept("exclusion", "e1", "given=Cal James;family=Barker;dob=2008-11-02;sex=male;postcode=ZQ3 2LD")
            .await,
        twin: house
            .accept(
                "custody",
                "c2",
                "given=Connor;family=Barker;dob=2008-11-02;sex=male;postcode=ZQ3 2LD;phone=07104119031",
            )
            .await,
        sister: house
            .accept(
                "exclusion",
                "e2",
                "given=Chloe;family=Barker;dob=2010-05-06;sex=female;postcode=ZQ3 2LD;phone=07104119031",
            )
            .await,
        unsure: house
            .accept("exclusion", "e3", "given=Callum;family=Hart;dob=2008-11-02;sex=male;postcode=ZQ3 2LX")
            .await,
        stranger: house
            .accept(
                "social_care_involvement",
                "s2",
                "given=Zofia;family=Nowak;dob=1990-01-30;sex=female;postcode=ZQ1 1AA",
            )
            .await,
    };
    for n in 0..40 {
        let fields = format!(
            "given=Given{n};family=Family{n};dob=19{:02}-0{}-1{};sex=male;postcode=ZQ{} 1AB",
            50 + n,
            n % 9 + 1,
            n % 10,
            n % 14 + 1
        );
        house.accept("custody", &format!("x{n}"), &fields).await;
    }
    small
}

fn group(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[tokio::test]
async fn typing_mistakes_are_linked_twins_are_not_and_the_uncertain_waits() {
    both(|house| async move {
        let small = small(&house).await;
        let report = house.run().await;
        assert_eq!(report.records, 47);
        assert!(report.whole);
        let groups = house.groups().await;
        assert!(groups.contains(&group(&["c1", "s1", "e1"])), "{groups:?}");
        for alone in ["c2", "e2", "e3", "s2"] {
            assert!(groups.contains(&group(&[alone])), "{alone} is not alone: {groups:?}");
        }
        assert_eq!(house.pair(small.callum, small.unsure).await.as_deref(), Some("review"));
        assert_eq!(house.pair(small.callum, small.twin).await, None, "a twin is nobody's question");
        assert_eq!(house.pair(small.callum, small.sister).await, None);
        assert_eq!(house.pair(small.callum, small.stranger).await, None);
        assert!(report.review >= 1);
        assert_eq!(vault::testing::check_catalogue(&house.t.vault).await.unwrap(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_one_job_serves_all_announcements() {
    both(|house| async move {
        small(&house).await;
        let jobs = house.drain().await;
        assert!(jobs >= 47, "{jobs}");
        let runs = house.t.query("SELECT state FROM link_run", vec![]).await;
        assert_eq!(runs.len(), 1, "47 announcements, one run");
        let before = house.groups().await;
        let report = house.run().await;
        assert_eq!(report.changes, 0);
        assert_eq!(house.groups().await, before);
    })
    .await;
}

#[tokio::test]
async fn records_added_one_by_one_come_to_the_same_as_all_at_once() {
    both(|house| async move {
        // Enough records first that what comes later is weighed by itself.
        let first = small(&house).await;
        assert!(house.run().await.whole);
        let person = house.person(first.callum).await;
        house.accept("custody", "c9", "given=Calum;family=Barker;dob=2008-02-11;sex=male;postcode=ZQ3 2LD;phone=07104119031").await;
        let added = house.run().await;
        assert!(!added.whole);
        house.accept("exclusion", "e9", "given=Zofia;family=Nowak;dob=1990-01-30;sex=female;postcode=ZQ1 1AA").await;
        assert!(!house.run().await.whole);
        let (incremental, pairs) = (house.groups().await, house.t.rows_in_table("pair").await);
        assert!(incremental.contains(&group(&["c1", "s1", "e1", "c9"])), "{incremental:?}");
        assert!(incremental.contains(&group(&["s2", "e9"])));
        assert_eq!(house.person(first.callum).await, person, "the person keeps their id");

        house.t.tamper("DELETE FROM person_move; DELETE FROM person_record; DELETE FROM pair; DELETE FROM person_search; DELETE FROM link_run").await.unwrap();
        assert!(house.run().await.whole);
        assert_eq!(house.groups().await, incremental);
        assert_eq!(house.t.rows_in_table("pair").await, pairs);
    })
    .await;
}

#[tokio::test]
async fn a_new_version_takes_the_place_and_the_person_of_the_old() {
    both(|house| async move {
        let old = house.accept("custody", "c1", CALLUM).await;
        house.run().await;
        let person = house.person(old).await.unwrap();
        let new = house
            .accept_version("custody", "c1", 2, "given=Callum;family=Smith;dob=2008-11-02;sex=male;postcode=ZQ3 2LD")
            .await;
        house.run().await;
        assert_eq!(house.person(new).await, Some(person));
        assert_eq!(house.person(old).await, Some(person), "what hangs on the old version finds its person");
        assert_eq!(house.groups().await.len(), 1);
        assert_eq!(house.run().await.changes, 0);
    })
    .await;
}

#[tokio::test]
async fn an_ended_agreement_hides_at_once_and_the_next_run_unmakes() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let person = house.person(small.callum).await.unwrap();
        assert_eq!(house.person(small.callum_typo).await, Some(person));

        house.agreements.ended.lock().unwrap().insert(code!("social_care_involvement"));
        assert_eq!(house.person(small.callum_typo).await, None, "hidden at once");
        let reader = house.reader().await;
        assert_eq!(link::api::records_of(&reader, person).await.unwrap().len(), 2);
        assert!(
            link::api::who_knows(&reader, person)
                .await
                .unwrap()
                .iter()
                .all(|agency| *agency != house.partners[&code!("social_care_involvement")])
        );

        house.run().await;
        let left =
            house.t.query("SELECT record FROM person_record WHERE category = 'social_care_involvement'", vec![]).await;
        assert!(left.is_empty(), "unmade");
        let left =
            house.t.query("SELECT record FROM person_search WHERE category = 'social_care_involvement'", vec![]).await;
        assert!(left.is_empty(), "no longer found");
        assert_eq!(house.pair(small.callum, small.callum_typo).await, None);
        assert_eq!(house.person(small.callum).await, Some(person), "who is left keeps their id");

        house.agreements.ended.lock().unwrap().clear();
        house.run().await;
        assert_eq!(house.person(small.callum_typo).await, Some(person), "linked again under a new agreement");
    })
    .await;
}

/// Whether anything that linking stores still rests on social care's records.
async fn rests_on_social_care(house: &House) -> bool {
    const KEPT: [&str; 3] = [
        "SELECT record FROM person_record WHERE category = 'social_care_involvement'",
        "SELECT record FROM person_search WHERE category = 'social_care_involvement'",
        "SELECT left_record FROM pair WHERE left_facet LIKE '%social_care%' OR right_facet LIKE '%social_care%'",
    ];
    let mut any = false;
    for sql in KEPT {
        any |= !house.t.query(sql, vec![]).await.is_empty();
    }
    any
}

#[tokio::test]
async fn an_agreement_suspended_in_the_middle_of_a_run_stops_it() {
    both(|house| async move {
        let small = small(&house).await;
        // While it reads, while it compares, at the first thing that it writes, and later.
        for (step, at) in [("Reading records", 1), ("Comparing records", 1), ("Writing people and pairs", 1), ("Writing people and pairs", 2)] {
            house.agreements.ended.lock().unwrap().clear();
            house.t.tamper("DELETE FROM person_move; DELETE FROM person_record; DELETE FROM pair; DELETE FROM person_search; DELETE FROM link_run").await.unwrap();
            let told = std::sync::atomic::AtomicU64::new(0);
            let tell = |progress: Progress| {
                if progress.step == step && told.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == at {
                    house.agreements.ended.lock().unwrap().insert(code!("social_care_involvement"));
                    house.t.clock.advance(base::SignedDuration::from_secs(2));
                }
            };
            let report = run(&house.t.vault, &Actor::System, &tell).await.unwrap();
            assert_eq!(report.records, 45, "{step}: of what is permitted now");
            assert!(!rests_on_social_care(&house).await, "{step} {at}");
            let runs = house.t.query("SELECT state, not_permitted FROM link_run ORDER BY started_at, id", vec![]).await;
            let states: Vec<_> = runs.iter().map(|run| (run.text("state").unwrap(), run.bool("not_permitted").unwrap())).collect();
            assert_eq!(states, [("overtaken".to_owned(), true), ("done".to_owned(), false)], "{step} {at}");
            assert!(house.person(small.callum).await.is_some());
        }
        let logged = "SELECT inputs FROM audit_entry WHERE inputs LIKE '%not_permitted_any_more%'";
        assert_eq!(house.t.query(logged, vec![]).await.len(), 4, "each stop is in the log");
        let mut browser = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        assert!(browser.get("/links/review").await.body.contains("because what may be used for it changed"));
        house.t.clock.advance(base::SignedDuration::from_mins(5));
        house.run().await;
        assert!(!browser.get("/links/review").await.body.contains("Linking stopped"), "it is over");
    })
    .await;
}

#[tokio::test]
async fn a_permit_that_keeps_changing_stops_the_run_for_later() {
    both(|house| async move {
        small(&house).await;
        let tell = |progress: Progress| {
            if progress.step == "Comparing records" {
                let mut ended = house.agreements.ended.lock().unwrap();
                let next = ["custody", "exclusion", "social_care_involvement"]
                    .into_iter()
                    .find(|one| !ended.iter().any(|code| code.as_str() == *one));
                ended.extend(next.map(|one| one.parse().unwrap()));
                house.t.clock.advance(base::SignedDuration::from_secs(2));
            }
        };
        let outcome = run(&house.t.vault, &Actor::System, &tell).await;
        assert!(matches!(outcome, Err(RunError::NotPermitted)), "{outcome:?}");
        assert_eq!(house.t.rows_in_table("person_record").await, 0, "nothing was written");
        let report = house.run().await;
        assert_eq!(report.records, 0, "nothing is permitted any more");
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_record_belongs_to_nobody_any_more() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        house.t.tamper("UPDATE record SET withdrawn_at = 1 WHERE source_key = 's1'").await.unwrap();
        house.run().await;
        assert_eq!(house.person(small.callum_typo).await, None);
        assert!(house.person(small.callum).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_run_that_was_killed_anywhere_is_mended_by_the_next() {
    both(|house| async move {
        small(&house).await;
        // What a whole run comes to, and in how many changes.
        house.run().await;
        let wanted = house.groups().await;
        let pairs = house.t.rows_in_table("pair").await;
        let batches = house.t.query("SELECT batches FROM link_run", vec![]).await[0].int("batches").unwrap();
        let clear = "DELETE FROM person_move; DELETE FROM person_record; DELETE FROM pair; DELETE FROM person_search; DELETE FROM person; DELETE FROM link_run";
        for kill_at in 0..batches {
            house.t.tamper(clear).await.unwrap();
            // Dropping the run's future at a step is what a kill leaves: committed changes, and an open run.
            let steps = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
            let (vault, seen) = (house.t.vault.clone(), steps.clone());
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let stop = std::sync::Mutex::new(Some(stop));
            let task = tokio::spawn(async move {
                let tell = move |progress: Progress| {
                    if progress.step.starts_with("Writing") && seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) >= kill_at
                        && let Some(stop) = stop.lock().unwrap().take() {
                            stop.send(()).ok();
                    }
                };
                let going = run(&vault, &Actor::System, &tell);
                tokio::select! { biased; _ = stopped => None, outcome = going => Some(outcome) }
            });
            task.await.unwrap();
            house.run().await;
            assert_eq!(house.groups().await, wanted, "killed at {kill_at}");
            assert_eq!(house.t.rows_in_table("pair").await, pairs);
            assert_eq!(house.run().await.changes, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn two_runs_at_once_do_not_write_over_each_other() {
    both(|house| async move {
        small(&house).await;
        let (one, other) = (house.t.vault.clone(), house.t.vault.clone());
        let (a, b) = tokio::join!(run(&one, &Actor::System, &|_| {}), run(&other, &Actor::System, &|_| {}));
        assert!(a.is_ok() || b.is_ok());
        for outcome in [a, b] {
            assert!(
                matches!(outcome, Ok(_) | Err(RunError::Overtaken | RunError::Store(StoreError::Busy))),
                "{outcome:?}"
            );
        }
        house.run().await;
        assert_eq!(house.run().await.changes, 0);
        let doubled = house
            .t
            .query(
                "SELECT id FROM person WHERE id NOT IN (SELECT person FROM person_record) AND merged_into IS NULL",
                vec![],
            )
            .await;
        assert!(doubled.is_empty(), "nobody is left without a record");
    })
    .await;
}

#[tokio::test]
async fn another_model_weighs_everything_anew_and_old_scores_stay_readable() {
    both(|house| async move {
        small(&house).await;
        house.run().await;
        let mut spec = Model::built_in().unwrap().spec;
        spec.thresholds.link = 0.9999;
        let model = Model::of(spec).unwrap();
        let report = run_with(&house.t.vault, &Actor::System, &model, &|_| {}).await.unwrap();
        assert!(report.whole);
        assert_eq!(house.t.rows_in_table("link_spec").await, 2);
        let versions = house.t.query("SELECT DISTINCT spec FROM pair", vec![]).await;
        assert_eq!(versions.len(), 1);
        assert_eq!(versions[0].text("spec").unwrap(), model.version);
    })
    .await;
}
