//! What the tests share: a small stage's schema, its causes and its rows.

use base::{Code, Id, code, kind};
use vault::{
    Actor, Ask, Cause, FromRow, Held, Migration, Operation, Permit, Purpose, Row, Scope, StoreError, Verb, params,
    testing::{Bench, facet},
};

pub const MIGRATIONS: &[Migration] = &[vault::migration!(900, "county", "county.sql")];

pub const POLICE: Id<kind::Agency> = Id::from_u128(1);
pub const HOSPITAL: Id<kind::Agency> = Id::from_u128(2);

pub const RECORDS: &str = "SELECT id, controller, category, body FROM record ORDER BY source_key";

#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: Id<kind::Record>,
    pub controller: Id<kind::Agency>,
    pub category: Code,
    pub body: Option<String>,
}

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
            body: row.opt_text("body")?,
        })
    }
}

impl Held for Record {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

pub fn cause(act: Code) -> Cause {
    Cause {
        actor: Actor::System,
        purpose: Purpose::Collection,
        operation: Operation::Collection,
        act,
        scope: Scope::unit(),
    }
}

pub fn ask(verb: Verb) -> Ask {
    Ask {
        actor: Actor::System,
        verb,
        scope: Scope::unit(),
        purpose: Purpose::Safeguarding,
        facets: vec![facet(POLICE, "custody"), facet(HOSPITAL, "ae_navigator")],
        facts: std::collections::BTreeMap::from([("age_band", code!("16_17"))]),
    }
}

pub async fn may_view(t: &Bench) -> Permit {
    t.vault.permit(ask(Verb::View)).await.unwrap()
}

/// Adds a record in a change of its own.
pub async fn add(t: &Bench, controller: Id<kind::Agency>, category: &str, key: &str) -> Id<kind::Record> {
    let mut change = t.vault.change(cause(code!("record_accepted"))).await.unwrap();
    let id: Id<kind::Record> = change.new_id();
    change
        .execute(
            "INSERT INTO record (id, feed, source_key, controller, category, body) VALUES ($1, 'f', $2, $3, $4, $5)",
            params![id, key, controller, category, format!("body of {key}")],
        )
        .await
        .unwrap();
    change.commit().await.unwrap();
    id
}

/// One police record in custody, one of the hospital's.
pub async fn two_records(t: &Bench) {
    add(t, POLICE, "custody", "a").await;
    add(t, HOSPITAL, "ae_navigator", "b").await;
}
