//! How well the model does on the synthetic county, from the partners' files to the people found.

use std::{collections::HashMap, path::Path};

use base::code;
use ingest::api::{deliver_file, feed};
use link::api::run;
use share::api::{AgencyKind, NewAgency, add_agency, register_holding};
use vault::{
    Actor, Cause, Operation, Purpose, Scope,
    testing::{Bench, Engine},
};

use crate::house::{Agreements, plan};

const FEEDS: [&str; 7] =
    ["police_events", "custody", "missing_episodes", "youth_justice", "exclusions", "social_care", "ae_navigator"];

/// A wrong link puts one child's history into another's life: one in a thousand, at most.
const LEAST_PRECISION: f64 = 0.999;
const LEAST_RECALL: f64 = 0.9;

#[tokio::test]
async fn the_county_is_linked_with_hardly_a_wrong_link() {
    let agreements = Agreements::default();
    plan(&agreements).on(Engine::Sqlite, |t| measure(t, 4_000, 5)).await;
}

#[tokio::test]
async fn and_so_is_another_one() {
    let agreements = Agreements::default();
    plan(&agreements).on(Engine::Sqlite, |t| measure(t, 20_000, 6)).await;
}

/// Makes a county of so many people and takes in what its partners send. Gives who each record is about, by feed and key.
pub async fn county(t: &Bench, people: u64, seed: u64) -> HashMap<(String, String), String> {
    let folder = tempfile::tempdir().unwrap();
    let mut county =
        demo::county::Plan::new(people, seed, folder.path().join("county"), "2026-03-02T09:00:00Z".parse().unwrap());
    county.months = 12;
    demo::county::generate(&county, &mut |_| {}).unwrap();
    set_up(t).await;
    for name in FEEDS {
        let feed = feed(name).unwrap();
        for path in files(&county.out.join("feeds").join(name)) {
            deliver_file(&t.vault, &Actor::System, feed, &path, &|_| {}).await.unwrap();
        }
    }
    truth(&county.out.join("truth/records.csv"))
}

async fn measure(t: Bench, people: u64, seed: u64) {
    let truth = county(&t, people, seed).await;
    let started = std::time::Instant::now();
    let report = run(&t.vault, &Actor::System, &|_| {}).await.unwrap();
    let rows = t
        .query("SELECT r.feed AS f, r.source_key AS k, p.person AS p FROM person_record p JOIN record r ON r.id = p.record WHERE r.is_current", vec![])
        .await;
    // Exclusions have no id of their own, so the truth can't be looked up by it.
    let known: Vec<(String, String)> = rows
        .iter()
        .filter_map(|row| {
            Some((row.text("p").unwrap(), truth.get(&(row.text("f").unwrap(), row.text("k").unwrap()))?.clone()))
        })
        .collect();
    assert!(known.len() > 1_000, "{} of {} records have a truth", known.len(), rows.len());
    let (linked, same, both) = pairs(&known);
    let (precision, recall) = (both as f64 / linked as f64, both as f64 / same as f64);
    eprintln!(
        "{} records, {} people, {} for review; precision {precision:.4}, recall {recall:.4}; {:?}",
        report.records,
        report.people,
        report.review,
        started.elapsed()
    );
    assert!(precision >= LEAST_PRECISION, "precision {precision:.4}");
    assert!(recall >= LEAST_RECALL, "recall {recall:.4}");
}

/// Pairs that were linked, pairs that are one person, pairs that are both.
fn pairs(records: &[(String, String)]) -> (u64, u64, u64) {
    let two = |n: u64| n * n.saturating_sub(1) / 2;
    let count = |key: &dyn Fn(&(String, String)) -> String| {
        let mut counts: HashMap<String, u64> = HashMap::new();
        for record in records {
            *counts.entry(key(record)).or_default() += 1;
        }
        counts.into_values().map(two).sum::<u64>()
    };
    (count(&|r| r.0.clone()), count(&|r| r.1.clone()), count(&|r| format!("{} {}", r.0, r.1)))
}

fn truth(path: &Path) -> HashMap<(String, String), String> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader
        .records()
        .map(Result::unwrap)
        .map(|row| ((row[0].to_owned(), row[1].to_owned()), row[3].to_owned()))
        .collect()
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

async fn set_up(t: &Bench) {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("set_up"),
        scope: Scope::unit(),
    };
    let mut change = t.vault.change(cause).await.unwrap();
    let mut agencies = HashMap::new();
    for (code, kind) in [
        ("unit", AgencyKind::Unit),
        ("police", AgencyKind::Police),
        ("youth_justice", AgencyKind::YouthJustice),
        ("education", AgencyKind::Education),
        ("social_care", AgencyKind::SocialCare),
        ("hospital", AgencyKind::Health),
        ("navigators", AgencyKind::Voluntary),
    ] {
        let new = NewAgency { code: code.parse().unwrap(), name: code.to_owned(), kind };
        agencies.insert(code.to_owned(), add_agency(&mut change, &new).await.unwrap());
    }
    for name in FEEDS {
        let feed = feed(name).unwrap();
        register_holding(&mut change, agencies[feed.agency.as_str()], &feed.category).await.unwrap();
    }
    change.commit().await.unwrap();
}
