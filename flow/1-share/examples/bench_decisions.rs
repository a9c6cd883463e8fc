//! How long a decision takes with 200 agreements and 60 gateways: `make bench-decisions`. It is the whole of what the vault asks the
//! decider: whether the register changed, who asks, and the rules. Beside it, a page's first, which looks at the register anew (one
//! statement: on a machine whose cores sleep in between, waking them is most of it), and the same request where nothing was answered
//! before (Cedar's own cost), so that the ratio says what remembering saves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "an example on the tests' own house"
)]

#[path = "../tests/it/browser.rs"]
mod browser;
#[path = "../tests/it/house.rs"]
mod house;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use base::{Code, code};
use share::api::{CedarDecider, Terms, add_agreement, law, see_to_starting_set};
use vault::{Actor, Ask, Decider, Facet, Purpose, Scope, Vault, Verb, params, testing::Engine};

const AGREEMENTS: usize = 200;
const GATEWAYS: usize = 60;
const ASKED: usize = 5000;
const LOOKED: usize = 100;

/// A gateway like the others, for whoever it may concern.
fn gateway(number: usize) -> String {
    format!(
        "@id(\"act_{number}\") @name(\"Act {number}\") @law(\"Act {number}\") @kind(\"power\") @in_force_from(\"always\") @summary(\"s\") \
         @note(\"n\")\npermit (principal is Agency, action == Action::\"power\", resource)\nwhen {{\n    \
         [\"prevention\", \"safeguarding\"].contains(context.purpose) && [\"police\", \"council\"].contains(principal.kind)\n}}\n\
         unless {{ !resource.anonymous && resource.patient_information }};\n"
    )
}

/// `starting` is how many gateways the starting set has.
async fn set_up_rules(vault: &Vault, starting: usize) {
    struct Texts(String);
    impl vault::FromRow for Texts {
        fn from_row(row: &vault::Row) -> Result<Self, vault::StoreError> {
            row.text("texts").map(Self)
        }
    }
    see_to_starting_set(vault).await.unwrap();
    let first: Option<Texts> =
        vault.plain().first("SELECT texts FROM rule_version WHERE number = 1", params![]).await.unwrap();
    let mut texts: Vec<serde_json::Value> = serde_json::from_str(&first.unwrap().0).unwrap();
    let more: String = (starting..GATEWAYS).map(gateway).collect();
    texts.push(serde_json::json!({"name": "grounds/40-more.cedar", "text": more}));
    let mut change = house::change(vault).await;
    let sql = "UPDATE rule_version SET texts = $1 WHERE number = 1";
    change.execute(sql, params![serde_json::to_string(&texts).unwrap()]).await.unwrap();
    change.commit().await.unwrap();
}

fn median(mut micros: Vec<f64>) -> (f64, f64) {
    micros.sort_by(f64::total_cmp);
    (micros[micros.len() / 2], micros[micros.len() * 99 / 100])
}

#[tokio::main]
async fn main() {
    let starting = law().gateways().count();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        house::plan()
            .on(engine, move |t| async move {
                house::make_demo(&t.vault).await;
                let set = house::set_up(&t.vault).await;
                set_up_rules(&t.vault, starting).await;
                let mut change = house::change(&t.vault).await;
                for number in 1..AGREEMENTS {
                    // None of them covers what is asked, so that all are looked at.
                    let terms = Terms {
                        title: format!("Agreement {number}"),
                        purposes: vec![Purpose::Safeguarding],
                        ..house::terms(&[set.unit, set.police, set.navigators])
                    };
                    add_agreement(&mut change, &terms).await.unwrap();
                }
                change.commit().await.unwrap();
                let ask = |purpose| Ask {
                    actor: Actor::Member { id: set.navigator, agency: set.navigators },
                    verb: Verb::View,
                    scope: Scope::unit(),
                    purpose,
                    facets: vec![Facet { controller: set.police, category: code!("custody") }],
                    facts: BTreeMap::<&str, Code>::new(),
                };
                let (book, now) = (t.vault.book(), t.vault.now());
                let decider = CedarDecider::new().unwrap();
                let decided = async |decider: &CedarDecider, purpose| {
                    let started = Instant::now();
                    let decision = decider.decide(&book, &ask(purpose), now).await.unwrap();
                    (started.elapsed().as_secs_f64() * 1e6, decision.grants.len())
                };
                assert_eq!(decided(&decider, Purpose::Support).await.1, 1);
                let mut warm = Vec::new();
                for _ in 0..ASKED {
                    warm.push(decided(&decider, Purpose::Support).await.0);
                }
                let mut looking = Vec::new();
                for _ in 0..LOOKED {
                    tokio::time::sleep(Duration::from_millis(60)).await; // longer than one look is shared
                    looking.push(decided(&decider, Purpose::Support).await.0);
                }
                let mut cold = Vec::new();
                for _ in 0..20 {
                    let fresh = CedarDecider::new().unwrap();
                    decided(&fresh, Purpose::Prevention).await; // reads the register and the rules
                    cold.push(decided(&fresh, Purpose::Support).await.0);
                }
                let ((half, most), (first, _), (cold, _)) = (median(warm), median(looking), median(cold));
                println!(
                    "{engine:?}: {AGREEMENTS} agreements, {} gateways: median {half:.0} µs, 99th percentile {most:.0} µs; \
                     a page's first {first:.0} µs; never asked before {cold:.0} µs ({:.1} times)",
                    law().gateways().count(),
                    cold / half
                );
            })
            .await;
    }
}
