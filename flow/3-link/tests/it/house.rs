//! A unit with partners, records as ingest would have left them, and an agreement that can end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use base::{Code, Id, Timestamp, code, kind};
use link::api::{RunReport, run};
use share::api::{AgencyKind, NewAgency, add_agency, register_holding};
use vault::{
    Actor, Ask, Cause, Decider, Decision, Facet, Grant, Migration, Operation, Permit, Purpose, Reader, Scope, Staff,
    StoreError, Verb,
    jobs::Handlers,
    params,
    testing::{Bench, Plan},
};

/// Grants everything but the categories that the test has ended, and opens nothing that may only be searched.
#[derive(Clone, Default)]
pub struct Agreements {
    pub ended: Arc<Mutex<BTreeSet<Code>>>,
    pub only_searched: Arc<Mutex<BTreeSet<Code>>>,
    /// Who is named for what is sealed.
    pub named: Arc<Mutex<BTreeSet<Id<kind::Member>>>>,
}

#[async_trait]
impl Decider for Agreements {
    async fn decide(&self, _: &Staff, ask: &Ask, _: Timestamp) -> Result<Decision, StoreError> {
        let mut decision = Decision::default();
        let sealed_run = ask.facts.get(share::api::RUN) == Some(&share::api::sealed_run());
        let named = matches!(&ask.actor, Actor::Member { id, .. } if self.named.lock().unwrap().contains(id));
        let marked = ask.facets.iter().filter(|_| sealed_run || named).filter_map(|facet| {
            let category = vault::Marks { sealed: true, restricted: false }.on(&facet.category)?;
            Some(Facet { category, ..facet.clone() })
        });
        let marked: Vec<Facet> = marked.collect();
        for facet in ask.facets.iter().chain(&marked) {
            let ended = self.ended.lock().unwrap().contains(&facet.category);
            let hidden = ask.verb == Verb::View && self.only_searched.lock().unwrap().contains(&facet.category);
            if ended || hidden {
                decision.refused.push((facet.clone(), code!("agreement_ended")));
            } else {
                decision.grants.push(Grant {
                    facet: facet.clone(),
                    agreement: None,
                    power: code!("own_record"),
                    basis: code!("public_task"),
                    condition: None,
                    confidentiality: None,
                    obligations: Vec::new(),
                    fields: None,
                });
            }
        }
        Ok(decision)
    }
}

pub fn migrations() -> Vec<Migration> {
    [share::MIGRATIONS, ingest::MIGRATIONS, web::MIGRATIONS, link::MIGRATIONS].concat()
}

pub fn plan(agreements: &Agreements) -> Plan {
    let mut migrations = migrations();
    migrations.sort_by_key(|migration| migration.number);
    Plan::of(&migrations)
        .topic("records_accepted", "link_records")
        .topic("people_linked", "listens")
        .decider(agreements.clone())
}

/// Runs a test on both engines with a county of partners.
pub async fn both<F, Fut>(test: F)
where
    F: Fn(House) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    for engine in [vault::testing::Engine::Sqlite, vault::testing::Engine::Postgres] {
        let agreements = Agreements::default();
        let test = test.clone();
        plan(&agreements).on(engine, move |t| async move { test(House::set_up(t, agreements).await).await }).await;
    }
}

#[derive(Clone)]
pub struct House {
    pub t: Bench,
    pub agreements: Agreements,
    pub unit: Id<kind::Agency>,
    pub partners: BTreeMap<Code, Id<kind::Agency>>,
}

pub const ANALYST: Id<kind::Member> = Id::from_u128(77);

const PARTNERS: [(&str, AgencyKind); 3] = [
    ("custody", AgencyKind::Police),
    ("social_care_involvement", AgencyKind::SocialCare),
    ("exclusion", AgencyKind::Education),
];

impl House {
    pub async fn set_up(t: Bench, agreements: Agreements) -> Self {
        let cause = Cause {
            actor: Actor::System,
            purpose: Purpose::Administration,
            operation: Operation::Administration,
            act: code!("set_up"),
            scope: Scope::unit(),
        };
        let mut change = t.vault.change(cause).await.unwrap();
        let new =
            |code: &str, kind| NewAgency { code: code.parse().unwrap(), name: format!("The {code} people"), kind };
        let unit = add_agency(&mut change, &new("unit", AgencyKind::Unit)).await.unwrap();
        let mut partners = BTreeMap::new();
        for (category, kind) in PARTNERS {
            let agency = add_agency(&mut change, &new(category, kind)).await.unwrap();
            let category: Code = category.parse().unwrap();
            register_holding(&mut change, agency, &category).await.unwrap();
            partners.insert(category, agency);
        }
        change.commit().await.unwrap();
        Self { t, agreements, unit, partners }
    }

    /// Accepts a record: its category, its key at the source, and its fields as `given=Callum family=Barker`.
    pub async fn accept(&self, category: &str, key: &str, fields: &str) -> Id<kind::Record> {
        self.accept_version(category, key, 1, fields).await
    }

    pub async fn accept_version(&self, category: &str, key: &str, version: i64, fields: &str) -> Id<kind::Record> {
        let category: Code = category.parse().unwrap();
        let body: serde_json::Map<String, serde_json::Value> = fields
            .split(';')
            .filter_map(|field| field.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let mut change = self.t.vault.change(self.cause()).await.unwrap();
        let id: Id<kind::Record> = change.new_id();
        change
            .execute(
                "UPDATE record SET is_current = $3 WHERE feed = $1 AND source_key = $2",
                params![&category, key, false],
            )
            .await
            .unwrap();
        change
            .execute(
                "INSERT INTO record (id, feed, controller, category, source_key, version, delivery, line, body, body_hash, received_at) \
                 VALUES ($1, $2, $3, $2, $4, $5, '00000000000000000000000001', 2, $6, 'h', $7)",
                params![
                    id,
                    &category,
                    self.partners[&category],
                    key,
                    version,
                    serde_json::Value::Object(body).to_string(),
                    self.t.vault.now()
                ],
            )
            .await
            .unwrap();
        let payload = serde_json::json!({ "delivery": "00000000000000000000000001", "category": category.as_str() });
        change.announce(&vault::Announcement { topic: "records_accepted", payload }).await.unwrap();
        change.commit().await.unwrap();
        id
    }

    pub fn cause(&self) -> Cause {
        Cause {
            actor: Actor::System,
            purpose: Purpose::Collection,
            operation: Operation::Collection,
            act: code!("test"),
            scope: Scope::unit(),
        }
    }

    pub fn actor(&self) -> Actor {
        Actor::Member { id: ANALYST, agency: self.unit }
    }

    pub async fn run(&self) -> RunReport {
        run(&self.t.vault, &Actor::System, &|_| {}).await.unwrap()
    }

    pub fn facets(&self) -> Vec<Facet> {
        let mut facets: Vec<Facet> = self
            .partners
            .iter()
            .map(|(category, controller)| Facet { controller: *controller, category: category.clone() })
            .collect();
        facets.push(Facet { controller: self.unit, category: code!("link_decision") });
        facets
    }

    pub async fn permit(&self) -> Permit {
        let ask = Ask {
            actor: self.actor(),
            verb: Verb::List,
            scope: Scope::unit(),
            purpose: Purpose::Linking,
            facets: self.facets(),
            facts: BTreeMap::new(),
        };
        self.t.vault.permit(ask).await.unwrap()
    }

    pub async fn reader(&self) -> Reader {
        self.t.vault.read(&self.permit().await).unwrap()
    }

    pub async fn person(&self, record: Id<kind::Record>) -> Option<Id<kind::Person>> {
        link::api::person_of(&self.reader().await, record).await.unwrap()
    }

    /// Everything that linking stores, as text that two databases can be compared by; ids of people left out.
    pub async fn groups(&self) -> BTreeSet<BTreeSet<String>> {
        let rows = self.t.query("SELECT r.source_key AS k, p.person AS p FROM person_record p JOIN record r ON r.id = p.record WHERE NOT p.superseded", vec![]).await;
        let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows {
            groups.entry(row.text("p").unwrap()).or_default().insert(row.text("k").unwrap());
        }
        groups.into_values().collect()
    }

    /// The state of a pair, by the keys of its records.
    pub async fn pair(&self, one: Id<kind::Record>, other: Id<kind::Record>) -> Option<String> {
        let key = link::pair::PairKey::of(one, other);
        let rows = self
            .t
            .query("SELECT state FROM pair WHERE left_record = $1 AND right_record = $2", params![key.left, key.right])
            .await;
        rows.first().map(|row| row.text("state").unwrap())
    }

    pub async fn drain(&self) -> u64 {
        self.t.drain_jobs(&Handlers::new().with(link::LinkRecords).with(link::LinkSealed).with(Listens)).await
    }
}

/// Somebody who follows `people_linked`.
pub struct Listens;

#[async_trait]
impl vault::jobs::Handler for Listens {
    fn kind(&self) -> &'static str {
        "listens"
    }
    async fn run(&self, _: &vault::Vault, job: &vault::jobs::Job) -> Result<(), vault::jobs::JobFault> {
        job.text("run").map(|_| ())
    }
}
