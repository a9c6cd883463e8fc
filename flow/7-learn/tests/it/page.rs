//! The board's page and the home page's part of it, from one day to the next.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use base::{Code, Id, Random, SignedDuration, code, kind};
use share::api::{AgencyKind, NewAgency, Quarter, add_agency, register_holding};
use vault::{
    Actor, Cause, Operation, Purpose, Scope, StoreError,
    testing::{Bench, Plan},
};
use web::{Caller, Form, MemberCard, Members, Page, Query, Setup, Site};

use crate::board::{alike, keep};

const DAY: i64 = 86_400_000_000;

struct Nobody;

#[async_trait]
impl Members for Nobody {
    async fn member(&self, _: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        Ok(None)
    }
}

fn site(t: &Bench) -> Site {
    Site::new(Setup {
        vault: t.vault.clone(),
        clock: t.clock.clone(),
        random: Random::seeded(7),
        unit: "Selmarsh VVU".into(),
        demo: false,
        https: false,
        behind_proxy: false,
        nav: Vec::new(),
        members: Arc::new(Nobody),
    })
}

fn caller(t: &Bench, duty: Code) -> Caller {
    Caller {
        id: t.vault.new_id(),
        name: "David Marsh".into(),
        agency: t.vault.new_id(),
        agency_name: "The unit".into(),
        duties: BTreeSet::from([duty]),
        sign_in: t.vault.new_id(),
        second_factor: true,
    }
}

fn page() -> Page {
    Page {
        title: String::new(),
        has_errors: false,
        unit: "Selmarsh VVU".into(),
        demo: false,
        nav: Vec::new(),
        caller: None,
        csrf: String::new(),
        path: "/board".into(),
        flash: None,
        scripts: Vec::new(),
        styles: Vec::new(),
    }
}

async fn police(t: &Bench) -> Id<kind::Agency> {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("agencies_added"),
        scope: Scope::unit(),
    };
    let mut change = t.vault.change(cause).await.unwrap();
    let new = NewAgency { code: code!("police"), name: "Selmarsh Police".into(), kind: AgencyKind::Police };
    let agency = add_agency(&mut change, &new).await.unwrap();
    register_holding(&mut change, agency, &code!("custody")).await.unwrap();
    change.commit().await.unwrap();
    agency
}

/// The board, and what home shows of it.
async fn opened(t: &Bench, caller: &Caller) -> (String, String) {
    let site = site(t);
    let home = learn::home_part(&site, caller).await.unwrap().unwrap().html;
    let asked = Query(Form::of([("period", "2025-q4")]));
    let answer = learn::board::pages::show(site, caller.clone(), page(), asked).await.unwrap();
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (String::from_utf8(bytes.to_vec()).unwrap(), home)
}

#[tokio::test]
async fn two_days_pages_are_one_page() {
    let migrations = [web::MIGRATIONS, share::MIGRATIONS, act::MIGRATIONS, learn::MIGRATIONS].concat();
    Plan::of(&migrations)
        .both(|t| async move {
            let agency = police(&t).await;
            let quarter: Quarter = "2025-q4".parse().unwrap();
            let from = quarter.bounds().0.as_micros();
            let member = caller(&t, code!("board_member"));
            let (none, _) = opened(&t, &member).await;
            assert!(none.contains("No period’s figures are counted yet"), "{none}");

            keep(&t, &alike(agency, from, 240, Some(true))).await;
            keep(&t, &alike(agency, from, 20, Some(false))).await;
            let (board, home) = opened(&t, &member).await;
            for figure in ["260", "240", "20", "October 2025 to December 2025"] {
                assert!(board.contains(figure) && home.contains(figure), "{figure}: {home} {board}");
            }
            assert!(
                board.contains("No answer needed") && board.contains("Reached us after its time ran out"),
                "{board}"
            );

            keep(&t, &alike(agency, from + 30 * DAY, 1, Some(false))).await;
            t.clock.advance(SignedDuration::from_hours(24));
            assert_eq!(opened(&t, &member).await, (board.clone(), home.clone()), "one more would be one child");
            let manager = opened(&t, &caller(&t, code!("project_manager"))).await;
            assert_eq!(manager, (board, home), "whoever looks");
            let navigator = caller(&t, code!("navigator"));
            assert!(learn::home_part(&site(&t), &navigator).await.unwrap().is_none());
        })
        .await;
}
