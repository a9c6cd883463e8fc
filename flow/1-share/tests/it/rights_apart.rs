//! Parts of answers for which nobody is named, and of somebody whom whoever answers did not find: told to those whose they are, and to nobody else.

use axum::http::StatusCode;
use vault::{store_suite, testing::Bench};

use crate::{
    asking::World,
    house::site,
    rights_sealed::{Seen, finish_parts, handlers, kept_plan, part_of},
};
use share::api::name_for_sealed;

store_suite! { plan: kept_plan() => [
    a_data_owner_who_named_nobody_is_told_and_nobody_else_is,
    somebody_of_whom_everything_is_sealed_is_answered_apart_too,
] }

/// What a home page counts for this member.
async fn lines(world: &World, name: &str) -> Vec<(usize, &'static str)> {
    let (member, agency) = world.members[name];
    let site = site(world.vault(), &world.t.clock, true);
    let of = share::api::member_by_id(&world.vault().book(), member).await.unwrap().unwrap();
    let caller = web::Caller {
        id: member,
        name: of.name,
        agency: world.agencies[agency],
        agency_name: String::new(),
        duties: of.duties.iter().map(|duty| duty.code().parse().unwrap()).collect(),
        sign_in: world.t.id(),
        second_factor: true,
    };
    let lines = share::api::home_lines(&site, &caller).await.unwrap();
    lines.into_iter().map(|line| (line.count, line.label())).collect()
}

const UNNAMED: &str = "for two people to be named";

async fn is_told(world: &World, name: &str) -> bool {
    let told = lines(world, name).await.iter().any(|(_, label)| label.ends_with(UNNAMED));
    let mut browser = world.sits(name).await;
    let page = browser.get("/trust/seals").await;
    assert_eq!(page.text.contains("name them below"), told, "{name}: {}", page.text);
    told
}

async fn a_data_owner_who_named_nobody_is_told_and_nobody_else_is(t: Bench) {
    let world = World::set_up(t).await;
    let (with, without) = (world.t.id(), world.t.id());
    for person in [with, without] {
        world.holds(person, "school", "exclusion", "FIGHT", false).await;
    }
    world.holds(with, "police", "custody", "HIDDEN", true).await;
    let mut orla = world.sits("orla").await;
    for person in [without, with] {
        world.gathers(&mut orla, person).await;
        world.t.drain_jobs(&handlers()).await;
        let told = is_told(&world, "owen").await;
        assert_eq!(told, person == with, "of somebody of whom the police seal nothing, its data owner is told nothing");
    }
    for who in ["leon", "lena", "grace", "orla", "olaf", "theo"] {
        assert!(!lines(&world, who).await.iter().any(|(_, label)| label.ends_with(UNNAMED)), "{who}");
    }
    // One is not enough: another looks at what they looked through.
    let police = world.agencies["police"];
    for (name, told) in [("owen", true), ("callum", false)] {
        name_for_sealed(world.vault(), &world.actor("owen"), police, world.members[name].0).await.unwrap();
        assert_eq!(is_told(&world, "owen").await, told, "{name}");
    }
    let mut callum = world.sits("callum").await;
    let parts = part_of(&callum.get("/trust/rights/sealed").await.text);
    assert_eq!(parts.len(), 1, "whom they name finds it");
    assert!(callum.get(&parts[0]).await.text.contains("HIDDEN"));
    finish_parts(&world).await;
    finish_parts(&world).await; // made, then given
    assert_eq!(world.t.rows_in_table("rights_part_open").await, 0, "it was given");

    // Another, and it is taken back: nothing waits.
    share::api::unname_for_sealed(world.vault(), &world.actor("owen"), police, world.members["callum"].0)
        .await
        .unwrap();
    let other = world.t.id();
    world.holds(other, "school", "exclusion", "FIGHT", false).await;
    world.holds(other, "police", "custody", "HIDDEN", true).await;
    let (here, token) = world.gathers(&mut orla, other).await;
    world.t.drain_jobs(&handlers()).await;
    assert!(is_told(&world, "owen").await);
    orla.post(&format!("{here}/step"), &token, &[("deed", "withdrawn")]).await;
    assert!(!is_told(&world, "owen").await);
}

/// Records a request about somebody whom the officer did not find, and answers it: what she sees of it.
async fn not_found(world: &World, given: &str, name: &str) -> Seen {
    let (mut orla, mut seen) = (world.sits(name).await, Seen(Vec::new()));
    let page = orla.get("/trust/rights/new").await;
    let key = page.hidden("form_key");
    let fields = [
        ("form_key", key.as_str()),
        ("person", ""),
        ("kind", "access"),
        ("made_by", "person"),
        ("received-day", "22"),
        ("received-month", "11"),
        ("received-year", "2026"),
        ("shown", "yes"),
        ("regime", "both"),
        ("asked", "All of it"),
        ("given", given),
        ("family", "Marlow"),
        ("born-day", "3"),
        ("born-month", "5"),
        ("born-year", "2010"),
    ];
    let sent = orla.post("/trust/rights/new", &page.hidden("_csrf"), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    seen.note("recorded", &sent);
    let here = sent.location;
    seen.look(&mut orla, &here, "before").await;
    world.t.drain_jobs(&handlers()).await;
    seen.look(&mut orla, &here, "after").await;
    seen.look(&mut orla, &format!("{here}/letter"), "letter").await;
    seen.press(&mut orla, &here, &format!("{here}/given"), &[("how", "post")], "given").await;
    seen.look(&mut orla, &here, "closed").await;
    seen
}

async fn somebody_of_whom_everything_is_sealed_is_answered_apart_too(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let person = world.t.id();
    world.holds(person, "police", "custody", "HIDDEN AT HER AUNT", true).await;
    world.holds(person, "hospital", "ae_navigator", "SEEN AT NIGHT", true).await;
    let one = not_found(&world, "Kai", "orla").await;
    let other = not_found(&world, "Mia", "orla").await;
    for ((what, status, text), (_, other_status, other_text)) in one.0.iter().zip(&other.0) {
        assert_eq!(status, other_status, "{what}");
        assert_eq!(*text, other_text.replace("Mia", "Kai"), "{what}");
        assert!(!text.contains("HIDDEN") && !text.contains("NIGHT"), "{what}");
    }
    // Nor does the log tell one from the other.
    let log = world.t.query("SELECT actor, verb || ' ' || scope_kind || ' ' || purpose AS text FROM audit_entry WHERE actor_kind = 'job' ORDER BY position", Vec::new()).await;
    let mut of_job: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for row in &log {
        of_job.entry(row.text("actor").unwrap()).or_default().push(row.text("text").unwrap());
    }
    let jobs: Vec<_> = of_job.values().collect();
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    assert_eq!(jobs[0], jobs[1]);
    // It opens nothing of anybody to whoever answers.
    let open = world.t.query("SELECT id FROM rights_opening WHERE closed_at IS NULL", Vec::new()).await;
    assert!(open.is_empty());
    let mut owen = world.sits("owen").await;
    let parts = part_of(&owen.get("/trust/rights/sealed").await.text);
    assert_eq!(parts.len(), 2, "one for each request");
    let mut pages = Vec::new();
    for part in &parts {
        pages.push(owen.get(part).await.text);
    }
    let full = pages.iter().find(|page| page.contains("HIDDEN")).expect("what is sealed is found by what they gave");
    assert!(full.contains("Kai Marlow") && full.contains("make sure that it is about them") && !full.contains("NIGHT"));
    let empty = pages.iter().find(|page| !page.contains("HIDDEN")).unwrap();
    assert!(
        empty.contains("holds nothing sealed") && !empty.contains("Mia") && !empty.contains("make sure that it is")
    );
    assert!(is_told(&world, "grace").await, "the hospital has named nobody");
    assert!(!is_told(&world, "leon").await);

    // An erasure reaches what was put by, though no request names the person.
    let frozen = "SELECT id FROM blob WHERE wrapped_key IS NOT NULL";
    let before = world.t.query(frozen, Vec::new()).await.len();
    let records = world.t.query("SELECT record FROM person_record", Vec::new()).await;
    let records: Vec<String> = records.iter().map(|row| row.text("record").unwrap()).collect();
    let what = share::api::Erasing {
        ids: records.into_iter().chain([person.to_string()]).collect(),
        rule: base::code!("right_to_erasure"),
        reason: base::code!("asked"),
        by: vault::Actor::System,
        second: None,
        form_key: "asked".to_owned(),
    };
    share::api::erase(world.vault(), &what).await.unwrap();
    assert_eq!(world.t.query("SELECT id FROM rights_sealed WHERE found > 0", Vec::new()).await.len(), 0);
    assert_eq!(before - world.t.query(frozen, Vec::new()).await.len(), 2, "with its files");
    assert!(!is_told(&world, "grace").await);
}
