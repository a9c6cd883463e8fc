//! Clocks are watched: each step of escalation is marked once, at its time, and settled by what answers it.

use vault::testing::Bench;

use crate::setting::{House, handlers, plan};

vault::store_suite! { plan: plan() => [each_step_is_marked_once_at_its_time, taking_it_settles_that_nobody_has] }

const STEPS: &str = "SELECT step || ' ' || to_duty || CASE WHEN settled_at IS NULL THEN '' ELSE ' settled' END AS x \
     FROM moment_escalation ORDER BY marked_at, step";

async fn each_step_is_marked_once_at_its_time(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 0, "VIOL", "Barker", "02-11-2010")])).await;
    assert!(house.rows(STEPS).await.is_empty());
    let mut told = Vec::new();
    for hours in [1, 1, 15, 2, 4, 1, 40] {
        house.advance(hours);
        house.t.drain_jobs(&handlers()).await;
        house.t.drain_jobs(&handlers()).await;
        told.push(house.rows(STEPS).await.len());
    }
    // Unassigned after 2 hours, due soon 6 hours before the end, breached after 24.
    assert_eq!(told, [0, 1, 1, 2, 2, 3, 3]);
    assert_eq!(house.rows(STEPS).await, ["unassigned rota_lead", "due_soon navigator", "breached project_manager"]);
    assert_eq!(house.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'watch_clocks' AND state = 'waiting'").await, 0);
}

async fn taking_it_settles_that_nobody_has(t: Bench) {
    let house = House::of(t).await;
    house.on_shift("amira", "navigator").await;
    house.deliver("custody", &house.custody(&[("A1", 0, "VIOL", "Barker", "02-11-2010")])).await;
    house.advance(3);
    house.t.drain_jobs(&handlers()).await;
    let mut lead = house.browser("tess").await;
    let list = lead.get("/moments").await;
    assert!(list.text().contains("Custody, Place not known") && !list.text().contains("Barker"), "{}", list.text());
    let assign = list.links("/moments/").into_iter().find(|link| link.ends_with("/assign")).unwrap();
    let page = lead.get(&assign).await;
    assert!(page.text().contains("amira On shift now"), "{}", page.text());
    let empty = lead.send_form(&assign, &page, &[]).await;
    assert!(empty.status == 422 && empty.text().contains("Select who will do this"));
    let member = house.members["jonah"].to_string();
    let done = lead.send_form(&assign, &page, &[("member", &member)]).await;
    assert_eq!(done.location, "/moments?show=unassigned");
    assert_eq!(house.rows(STEPS).await, ["unassigned rota_lead settled"]);
    let opened = lead.get(assign.trim_end_matches("/assign")).await;
    assert_eq!(opened.status, 404, "opening one is the practitioner's");
}
