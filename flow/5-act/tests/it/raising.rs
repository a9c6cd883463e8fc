//! Records raise moments: once, with the clock of the event, corrected by a new version, one for one person.

use std::collections::BTreeSet;

use vault::{Actor, testing::Bench};

use crate::setting::{House, cause, handlers, plan};

vault::store_suite! { plan: plan() => [
    a_record_raises_a_moment_once, a_new_version_corrects_the_clock, what_is_too_old_is_counted,
    moments_of_one_person_become_one, the_catalogue_knows_the_tables, the_demos_past
] }

const MOMENTS: &str =
    "SELECT moment_type || ' ' || state || ' ' || category AS x FROM moment ORDER BY origin, moment_type";

async fn a_record_raises_a_moment_once(t: Bench) {
    let house = House::of(t).await;
    let file = house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010"), ("A2", 4, "POSS", "Lee", "02-11-2009")]);
    house.deliver("custody", &file).await;
    house.deliver("ae_navigator", &house.attendances(&[("N1", 2, "Roe")])).await;
    house.deliver("custody", &house.custody(&[("A3", 5, "VIOL", "Old", "02-11-1980")])).await;
    let raised = ["ae_attendance open ae_navigator", "custody open custody", "arrest_for_possession open custody"];
    assert_eq!(house.rows(MOMENTS).await, raised);
    // Every job that raised them runs again, as after a kill.
    house.t.tamper("UPDATE job SET state = 'waiting' WHERE kind = 'raise_moments'").await.unwrap();
    house.t.drain_jobs(&handlers()).await;
    assert_eq!(house.rows(MOMENTS).await, raised);
    let too_old =
        "SELECT COALESCE(SUM(n), 0) AS n FROM (SELECT 1 AS n FROM moment_not_raised WHERE why = 'outside_ages') AS w";
    assert_eq!(house.count(too_old).await, 1, "counted once, though the job ran twice");
}

async fn a_new_version_corrects_the_clock(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])).await;
    let due = "SELECT due_at - event_at AS n FROM moment";
    assert_eq!(house.count(due).await, 24 * 3_600_000_000);
    let released = house.ago(1, "%d-%m-%Y %H:%M");
    let with_release = house
        .custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])
        .replace(",,Something", &format!(",{released},Something"));
    house.deliver("custody", &with_release).await;
    assert_eq!(house.rows_of_moment().await, 1);
    let event = house.count("SELECT event_at AS n FROM moment").await;
    assert_eq!(event, house.now().plus_hours(-1).as_micros(), "the clock starts at the release");
}

async fn what_is_too_old_is_counted(t: Bench) {
    let house = House::of(t).await;
    let file =
        house.custody(&[("A1", 15 * 24, "VIOL", "Barker", "02-11-2010"), ("A2", 13 * 24, "VIOL", "Lee", "02-11-2010")]);
    house.deliver("custody", &file).await;
    assert_eq!(
        house.rows(MOMENTS).await,
        ["custody open custody"],
        "late but within the horizon: raised, though breached"
    );
    assert_eq!(house.count("SELECT n FROM moment_not_raised WHERE why = 'too_long_ago'").await, 1);
}

async fn moments_of_one_person_become_one(t: Bench) {
    let house = House::of(t).await;
    let file = house.custody(&[
        ("A1", 3, "VIOL", "Barker", "02-11-2010"),
        ("A2", 9, "VIOL", "Barker", "02-11-2010"),
        ("A3", 9, "VIOL", "Lee", "14-02-2009"),
    ]);
    house.deliver("custody", &file).await;
    for _ in 0..2 {
        link::api::run(&house.t.vault, &Actor::System, &|_| {}).await.unwrap();
        house.t.drain_jobs(&handlers()).await;
        let states = house.rows("SELECT origin || ' ' || state AS x FROM moment ORDER BY origin").await;
        assert_eq!(states, ["custody A1 merged", "custody A2 open", "custody A3 open"]);
    }
    let into = house
        .rows("SELECT first.origin AS x FROM moment later JOIN moment first ON first.id = later.merged_into")
        .await;
    assert_eq!(into, ["custody A2"], "the earliest clock is kept");
    let people: BTreeSet<String> = house.rows("SELECT person AS x FROM moment").await.into_iter().collect();
    assert_eq!(people.len(), 2);
}

async fn the_catalogue_knows_the_tables(t: Bench) {
    assert_eq!(vault::testing::check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
}

async fn the_demos_past(t: Bench) {
    let house = House::of(t).await;
    let rows: Vec<(String, i64)> = (0..120).map(|n| (format!("H{n}"), 24 * 4 + n * 2)).collect();
    let rows: Vec<_> = rows.iter().map(|(id, hours)| (id.as_str(), *hours, "VIOL", "Barker", "02-11-2010")).collect();
    house.deliver("custody", &house.custody(&rows)).await;
    let acted = act::api::act_on_past(&house.t.vault, 7, house.now()).await.unwrap();
    assert!(acted > 90, "{acted}");
    let counts = act::api::moment_counts(&house.t.vault, &Actor::System).await.unwrap();
    assert_eq!(counts.all, 120);
    assert!(counts.in_time > counts.late && counts.late > 5, "{counts:?}");
    assert!(house.count("SELECT COUNT(*) AS n FROM contact").await > 60);
    let wrong = "SELECT COUNT(*) AS n FROM moment WHERE first_contact_at IS NOT NULL AND in_time <> (first_contact_at <= due_at)";
    assert_eq!(house.count(wrong).await, 0);
    drop(house.t.vault.change(cause(base::code!("unused"))).await.unwrap());
}

impl House {
    async fn rows_of_moment(&self) -> u64 {
        self.t.rows_in_table("moment").await
    }
}
