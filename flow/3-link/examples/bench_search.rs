//! How long it takes to look somebody up among 2,000,000 people: `make bench-search`. The whole way as a member goes it: the form is
//! sent, both permits are decided by the rules and logged, the answer is held, and the page that shows it is made. Three of four
//! searches find somebody, one finds nobody. `--people N` for another number.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "an example on the tests' own house"
)]

#[path = "../../1-share/tests/it/browser.rs"]
mod browser;
#[path = "../../1-share/tests/it/house.rs"]
mod house;

use std::time::Instant;

use base::{Id, Random, SignedDuration, kind};
use share::api::CedarDecider;
use vault::{
    Value, params,
    testing::{Bench, Engine, Plan},
};

use browser::Browser;

const SEARCHES: usize = 2000;
const BATCH: u64 = 4000;
const GIVEN: u64 = 400;
const FAMILY: u64 = 9000;

/// A person by number: names as unevenly spread as real ones (the rank falls with the square of a uniform draw), any birth date of
/// twenty years.
fn named(person: u64) -> [String; 3] {
    let mixed = person.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let part = |shift: u32, of: u64| {
        let uniform = ((mixed >> shift) & 0xFFFF) as f64 / 65536.0;
        (uniform * uniform * of as f64) as u64
    };
    let day = (mixed >> 40) % 7300;
    let (year, month, day) = (2000 + day / 365, 1 + day % 365 / 31, 1 + day % 28);
    [letters(part(0, GIVEN)), letters(part(16, FAMILY)), format!("{year}-{month:02}-{day:02}")]
}

/// A number as a name: four syllables.
fn letters(mut number: u64) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "ru"];
    let mut name = String::new();
    for _ in 0..4 {
        name.push_str(SYLLABLES[(number % 10) as usize]);
        number /= 10;
    }
    name
}

/// Every second person has two records.
async fn fill(t: &Bench, police: Id<kind::Agency>, people: u64) {
    const RECORD: &[&str] =
        &["id", "feed", "controller", "category", "source_key", "delivery", "line", "body", "body_hash", "received_at"];
    const PLACE: &[&str] = &["record", "person", "controller", "category", "linked_at"];
    const SEARCHED: &[&str] = &["record", "controller", "category", "given", "family", "dob"];
    let now = t.vault.now();
    for first in (0..people).step_by(BATCH as usize) {
        let mut change = house::change(&t.vault).await;
        let mut rows: [Vec<Vec<Value>>; 4] = Default::default();
        for number in first..(first + BATCH).min(people) {
            let [given, family, born] = named(number);
            let person: Id<kind::Person> = change.new_id();
            rows[1].push(params![person, police, "custody", now]);
            for copy in 0..1 + number % 2 {
                let record: Id<kind::Record> = change.new_id();
                let body = format!(r#"{{"given":"{given}","family":"{family}","dob":"{born}"}}"#);
                let key = format!("{number}.{copy}");
                rows[0].push(params![record, "custody", police, "custody", key, "d", 1, body, "h", now]);
                rows[2].push(params![record, person, police, "custody", now]);
                rows[3].push(params![record, police, "custody", &given, &family, &born]);
            }
        }
        let [records, persons, places, searched] = rows;
        change.insert_many("record", RECORD, records, "").await.unwrap();
        change.insert_many("person", &["id", "controller", "category", "made_at"], persons, "").await.unwrap();
        change.insert_many("person_record", PLACE, places, "").await.unwrap();
        change.insert_many("person_search", SEARCHED, searched, "").await.unwrap();
        change.commit().await.unwrap();
    }
}

/// One search, from the form to the answer's page, in milliseconds.
async fn look_up(browser: &mut Browser, token: &str, person: u64) -> f64 {
    let nobody = person % 4 == 3;
    let [given, family, born] = named(person);
    let family = if nobody { format!("{family}x") } else { family };
    let date: Vec<&str> = born.split('-').collect();
    let fields = [
        ("purpose", "support"),
        ("given", &given),
        ("family", &family),
        ("born-day", date[2]),
        ("born-month", date[1]),
        ("born-year", date[0]),
    ];
    let started = Instant::now();
    let sent = browser.post("/people", token, &fields).await;
    let page = browser.get(&sent.location).await;
    let millis = started.elapsed().as_secs_f64() * 1e3;
    assert_eq!(page.text.contains("Nobody found"), nobody, "{}: {}", sent.location, page.text);
    millis
}

async fn measure(t: Bench, people: u64) {
    house::make_demo(&t.vault).await;
    let unit = house::set_up(&t.vault).await;
    fill(&t, unit.police, people).await;
    let site = house::site(&t.vault, &t.clock, true);
    let token = site.sign_ins().open(unit.navigator, unit.navigators, web::Proof::SecondFactor).await.unwrap();
    let mut browser = Browser::new(web::serve(share::routes().merge(link::routes()), site.clone()));
    browser.take(&web::signed_in(&site, &token, "/"));
    let token = browser.get("/people").await.hidden("_csrf");
    let random = Random::seeded(7);
    let mut millis = Vec::new();
    for _ in 0..SEARCHES {
        t.clock.advance(SignedDuration::from_mins(1)); // as people look, and below what a member is let
        millis.push(look_up(&mut browser, &token, random.next_u64() % people).await);
    }
    millis.sort_by(f64::total_cmp);
    let at = |percent: usize| millis[millis.len() * percent / 100];
    println!(
        "{:?}: {people} people, {} records: from the form to the answer {:.1} ms at the median, {:.1} ms at the 99th percentile",
        t.engine,
        people + people / 2,
        at(50),
        at(99)
    );
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let people = args.iter().position(|arg| arg == "--people").map_or(2_000_000, |at| args[at + 1].parse().unwrap());
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let migrations = [web::MIGRATIONS, share::MIGRATIONS, ingest::MIGRATIONS, link::MIGRATIONS].concat();
        let plan = Plan::of(&migrations).decider(CedarDecider::new().unwrap());
        plan.starting("2026-11-22T09:00:00Z".parse().unwrap()).on(engine, move |t| measure(t, people)).await;
    }
}
