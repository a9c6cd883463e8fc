//! The decider on a real register: what changes there counts at once.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use base::{Id, code, kind};
use share::api::{add_token, end_agreement, revoke_token, set_member_active};
use vault::{Actor, Ask, Facet, Purpose, Refusal, Scope, Vault, Verb};

use crate::house::{Unit, change, make_demo, plan, set_up};

fn ask(actor: Actor, verb: Verb, purpose: Purpose, controller: Id<kind::Agency>) -> Ask {
    let facets = vec![Facet { controller, category: code!("custody") }];
    Ask { actor, verb, scope: Scope::unit(), purpose, facets, facts: BTreeMap::new() }
}

fn navigator(set: &Unit) -> Actor {
    Actor::Member { id: set.navigator, agency: set.navigators }
}

async fn reason(vault: &Vault, ask: Ask) -> String {
    match vault.permit(ask).await {
        Ok(permit) => format!("granted on {}", permit.grants()[0].power),
        Err(Refusal::Refused { why }) => why[0].1.to_string(),
        Err(Refusal::Store(error)) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_change_of_the_register_counts_at_once() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let view = || ask(navigator(&set), Verb::View, Purpose::Support, set.police);
            assert_eq!(reason(&t.vault, view()).await, "second_factor_missing");
            make_demo(&t.vault).await;
            t.clock.advance(base::SignedDuration::from_secs(6)); // settings have no version; they are read every few seconds
            assert_eq!(reason(&t.vault, view()).await, "granted on children_act_2004_s10_s11");
            let job = Actor::Job { kind: code!("link_records"), id: Id::from_u128(1) };
            let link = || ask(job.clone(), Verb::Link, Purpose::Linking, set.police);
            assert_eq!(reason(&t.vault, link()).await, "granted on children_act_2004_s10_s11");
            let mut ends = change(&t.vault).await;
            end_agreement(&mut ends, set.agreement, "2026-11-21".parse().unwrap()).await.unwrap();
            ends.commit().await.unwrap();
            assert_eq!(reason(&t.vault, view()).await, "agreement_ended");
            assert_eq!(reason(&t.vault, link()).await, "agreement_ended");
        })
        .await;
}

#[tokio::test]
async fn whoever_left_or_acts_for_another_agency_is_refused() {
    plan()
        .both(|t| async move {
            make_demo(&t.vault).await;
            let set = set_up(&t.vault).await;
            let other = Actor::Member { id: set.navigator, agency: set.police };
            assert_eq!(reason(&t.vault, ask(other, Verb::View, Purpose::Support, set.police)).await, "not_a_member");
            let nobody = Actor::Member { id: Id::from_u128(9), agency: set.police };
            assert_eq!(reason(&t.vault, ask(nobody, Verb::View, Purpose::Support, set.police)).await, "not_a_member");
            let mut leaves = change(&t.vault).await;
            set_member_active(&mut leaves, set.navigator, false).await.unwrap();
            leaves.commit().await.unwrap();
            let view = ask(navigator(&set), Verb::View, Purpose::Support, set.police);
            assert_eq!(reason(&t.vault, view).await, "member_inactive");
            assert_eq!(t.rows_in_table("audit_entry").await, 6, "every refusal is in the log");
        })
        .await;
}

#[tokio::test]
async fn what_another_process_changes_counts_for_the_next_page() {
    plan()
        .both(|t| async move {
            make_demo(&t.vault).await;
            let set = set_up(&t.vault).await;
            let view = || ask(navigator(&set), Verb::View, Purpose::Support, set.police);
            assert_eq!(reason(&t.vault, view()).await, "granted on children_act_2004_s10_s11");
            let command_line = Vault::open(t.opening()).await.unwrap();
            let mut leaves = change(&command_line).await;
            set_member_active(&mut leaves, set.navigator, false).await.unwrap();
            leaves.commit().await.unwrap();
            tokio::time::sleep(Duration::from_millis(60)).await; // the permits of one page share a look for 50
            assert_eq!(reason(&t.vault, view()).await, "member_inactive");
        })
        .await;
}

#[tokio::test]
async fn a_revoked_token_sends_nothing() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut adds = change(&t.vault).await;
            let (id, _) = add_token(&mut adds, &t.random, set.police, "custody").await.unwrap();
            adds.commit().await.unwrap();
            let token = Actor::Token { id, agency: set.police };
            let send = || ask(token.clone(), Verb::Collect, Purpose::Collection, set.police);
            assert_eq!(reason(&t.vault, send()).await, "granted on children_act_2004_s10_s11");
            let mut revokes = change(&t.vault).await;
            revoke_token(&mut revokes, id).await.unwrap();
            revokes.commit().await.unwrap();
            assert_eq!(reason(&t.vault, send()).await, "not_a_member");
        })
        .await;
}

/// The figure is printed for the record; the bound is wide, since this is a program without optimisation on a busy machine.
#[tokio::test]
async fn ten_parts_are_decided_quickly() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            make_demo(&t.vault).await;
            let set = set_up(&t.vault).await;
            let decider = share::api::CedarDecider::new().unwrap();
            let mut request = ask(navigator(&set), Verb::View, Purpose::Support, set.police);
            request.facets = vec![request.facets[0].clone(); 10];
            let (book, now) = (t.vault.book(), t.vault.now());
            let decide = async || vault::Decider::decide(&decider, &book, &request, now).await.unwrap();
            assert_eq!(decide().await.grants.len(), 10);
            let started = Instant::now();
            for _ in 0..200 {
                decide().await;
            }
            let each = started.elapsed() / 200;
            println!("a request of ten parts is decided in {each:?}");
            assert!(each.as_millis() < 100, "{each:?}");
        })
        .await;
}
