//! A small unit on a real vault, with the real decider and the real pages.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{Router, routing::get};
use base::{Clock, Code, HandClock, Id, code, kind};
use share::api::{
    AgencyKind, CedarDecider, Duty, Members, NewAgency, NewMember, Terms, add_agency, add_agreement, add_member,
    all_bring, hash_password, register_holding,
};
use vault::{Actor, Cause, Change, Migration, Operation, Purpose, Scope, Vault, testing::Plan};
use web::{Setup, Site};

use crate::browser::Browser;

pub const PASSWORD: &str = "teapot orbit lantern";

pub fn plan() -> Plan {
    let migrations: Vec<Migration> = web::MIGRATIONS.iter().chain(share::MIGRATIONS).copied().collect();
    Plan::of(&migrations).decider(CedarDecider::new().unwrap()).starting("2026-11-22T09:00:00Z".parse().unwrap())
}

pub async fn change(vault: &Vault) -> Change {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("unit_set_up"),
        scope: Scope::unit(),
    };
    vault.change(cause).await.unwrap()
}

/// The ids of the small unit.
#[derive(Clone, Copy)]
pub struct Unit {
    pub unit: Id<kind::Agency>,
    pub police: Id<kind::Agency>,
    pub navigators: Id<kind::Agency>,
    pub navigator: Id<kind::Member>,
    pub officer: Id<kind::Member>,
    pub agreement: Id<kind::Agreement>,
}

pub fn terms(parties: &[Id<kind::Agency>]) -> Terms {
    Terms {
        title: "Reachable moments".to_owned(),
        parties: parties.to_vec(),
        brings: all_bring(parties, &[code!("custody"), code!("contact")]),
        purposes: vec![Purpose::Support, Purpose::Collection, Purpose::Linking],
        gateways: vec![code!("children_act_2004_s10_s11")],
        fields: BTreeMap::new(),
        confidentiality: None,
        conditions: Vec::new(),
        retention_days: None,
        assessment: Some("DPIA 2026/1".to_owned()),
        starts: "2026-01-01".parse().unwrap(),
        ends: "2026-12-31".parse().unwrap(),
        review: "2026-12-01".parse().unwrap(),
    }
}

async fn agency(change: &mut Change, code: Code, name: &str, kind: AgencyKind) -> Id<kind::Agency> {
    add_agency(change, &NewAgency { code, name: name.to_owned(), kind }).await.unwrap()
}

pub async fn set_up(vault: &Vault) -> Unit {
    let password = hash_password(PASSWORD, "", vault.random()).await.unwrap();
    let mut change = change(vault).await;
    let unit = agency(&mut change, code!("unit"), "Violence Unit", AgencyKind::Unit).await;
    let police = agency(&mut change, code!("police"), "Selmarsh Police", AgencyKind::Police).await;
    let navigators = agency(&mut change, code!("navigators"), "Turnaround Navigators", AgencyKind::Voluntary).await;
    register_holding(&mut change, police, &code!("custody")).await.unwrap();
    let mut member = async |name: &str, email: &str, agency, duty| {
        let new = NewMember {
            email: email.to_owned(),
            name: name.to_owned(),
            agency,
            duties: BTreeSet::from([duty]),
            password: Some(password.clone()),
        };
        add_member(&mut change, &new).await.unwrap()
    };
    let navigator = member("Asha Bello", "asha@navigators.example", navigators, Duty::Navigator).await;
    let officer = member("Orla Quinn", "orla@unit.example", unit, Duty::DataProtectionOfficer).await;
    let agreement = add_agreement(&mut change, &terms(&[unit, police, navigators])).await.unwrap();
    change.commit().await.unwrap();
    Unit { unit, police, navigators, navigator, officer, agreement }
}

pub async fn make_demo(vault: &Vault) {
    let mut change = change(vault).await;
    change.execute("INSERT INTO setting (name, value) VALUES ('demo', 'yes')", vault::params![]).await.unwrap();
    change.commit().await.unwrap();
}

pub fn site(vault: &Vault, clock: &Arc<HandClock>, demo: bool) -> Site {
    Site::new(Setup {
        vault: vault.clone(),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: vault.random().clone(),
        unit: "Selmarsh VVU".to_owned(),
        demo,
        https: false,
        behind_proxy: false,
        nav: Vec::new(),
        members: Arc::new(Members::new(vault.clone())),
    })
}

pub fn router(site: &Site) -> Router {
    let home = Router::new().route("/", get(|caller: web::Caller| async move { format!("home of {}", caller.name) }));
    let rights = share::rights_routes(Arc::new(share::api::Unlinked));
    web::serve(share::routes().merge(rights).merge(home), site.clone())
}

pub fn browser(site: &Site) -> Browser {
    Browser::new(router(site))
}

/// Somebody who is signed in with both factors.
pub async fn signed_in(site: &Site, member: Id<kind::Member>, agency: Id<kind::Agency>) -> Browser {
    let token = site.sign_ins().open(member, agency, web::Proof::SecondFactor).await.unwrap();
    let mut browser = Browser::new(router(site));
    browser.take(&web::signed_in(site, &token, "/"));
    browser
}
