//! Deciders for the tests of stages that come before, after or without `share`.

use async_trait::async_trait;
use base::{Code, Id, Timestamp, kind};

use crate::{Ask, Decider, Decision, Facet, Grant, Marks, Purpose, Staff, StoreError, Verb};

/// Grants whatever is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowAll;

#[async_trait]
impl Decider for AllowAll {
    async fn decide(&self, _book: &Staff, ask: &Ask, _now: Timestamp) -> Result<Decision, StoreError> {
        let mut grants: Vec<Grant> = ask.facets.iter().map(grant).collect();
        // As the real one: what is marked is taken in and counted.
        if matches!(ask.verb, Verb::Collect | Verb::Count) {
            let marked = ask.facets.iter().flat_map(|facet| {
                let on = |marks: Marks| Some(Facet { category: marks.on(&facet.category)?, ..facet.clone() });
                Marks::EVERY.into_iter().filter_map(on)
            });
            grants.extend(marked.map(|facet| grant(&facet)));
        }
        Ok(Decision { grants, ..Decision::default() })
    }
}

/// Grants what its rows say, whoever the controller is, and refuses the rest as `not_in_table`.
#[derive(Debug, Clone, Default)]
pub struct Table(Vec<(Verb, Purpose, Code)>);

impl Table {
    /// Grants nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Grants this verb, for this purpose, on this category.
    #[must_use]
    pub fn allow(mut self, verb: Verb, purpose: Purpose, category: &'static str) -> Self {
        self.0.push((verb, purpose, Code::checked(category)));
        self
    }
}

#[async_trait]
impl Decider for Table {
    async fn decide(&self, _book: &Staff, ask: &Ask, _now: Timestamp) -> Result<Decision, StoreError> {
        let mut decision = Decision::default();
        for facet in &ask.facets {
            if self.0.contains(&(ask.verb, ask.purpose, facet.category.clone())) {
                decision.grants.push(grant(facet));
            } else {
                decision.refused.push((facet.clone(), Code::checked("not_in_table")));
            }
        }
        Ok(decision)
    }
}

/// One kind of data of one agency.
#[must_use]
pub fn facet(controller: Id<kind::Agency>, category: &'static str) -> Facet {
    Facet { controller, category: Code::checked(category) }
}

fn grant(facet: &Facet) -> Grant {
    Grant {
        facet: facet.clone(),
        agreement: None,
        power: Code::checked("own_record"),
        basis: Code::checked("public_task"),
        condition: None,
        confidentiality: None,
        obligations: Vec::new(),
        fields: None,
    }
}
