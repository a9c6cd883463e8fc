//! One entry of the audit log, and how it is appended.

use std::collections::BTreeMap;

use base::Timestamp;

use crate::{
    Ask, FromRow, Permit, Row, StoreError,
    change::{Cause, insert_rows},
    database, params,
    permit::Decision,
};

/// An entry that has no position yet.
#[derive(Debug, Clone)]
pub(crate) struct NewEntry {
    pub at: Timestamp,
    pub actor_kind: &'static str,
    pub actor: String,
    pub agency: Option<String>,
    pub operation: &'static str,
    pub verb: String,
    pub scope_kind: &'static str,
    pub scope: Option<String>,
    pub purpose: &'static str,
    pub allowed: bool,
    pub permit: Option<String>,
    pub inputs: String,
}

/// An entry as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEntry {
    /// Its place, from 0 without a gap.
    pub position: u64,
    /// When.
    pub at: Timestamp,
    /// `member`, `token`, `job` or `system`.
    pub actor_kind: String,
    /// Whose id.
    pub actor: String,
    /// For which agency.
    pub agency: Option<String>,
    /// The kind of processing.
    pub operation: String,
    /// The verb of a request, or the act of a change.
    pub verb: String,
    /// What it was about.
    pub scope_kind: String,
    /// Its id.
    pub scope: Option<String>,
    /// Why.
    pub purpose: String,
    /// Whether it was allowed.
    pub allowed: bool,
    /// Under which permit.
    pub permit: Option<String>,
    /// The decision's inputs, grants and reasons, as codes in JSON.
    pub inputs: String,
    /// SHA-256(0x00 || canonical bytes), in hexadecimal.
    pub leaf_hash: String,
}

impl NewEntry {
    /// The entry of a decided request.
    pub(crate) fn decided(ask: &Ask, decision: &Decision, permit: Option<&Permit>, now: Timestamp) -> Self {
        let grants: Vec<serde_json::Value> = decision
            .grants
            .iter()
            .map(|grant| {
                let mut granted = serde_json::json!({
                    "controller": grant.facet.controller.to_string(),
                    "category": grant.facet.category.to_string(),
                    "agreement": grant.agreement.map(|id| id.to_string()),
                    "power": grant.power.to_string(),
                    "basis": grant.basis.to_string(),
                    "condition": grant.condition.as_ref().map(ToString::to_string),
                    "confidentiality": grant.confidentiality.as_ref().map(ToString::to_string),
                });
                // Names of columns, never what stands in them; absent where all are granted.
                if let (Some(fields), Some(granted)) = (&grant.fields, granted.as_object_mut()) {
                    granted.insert("fields".to_owned(), fields.names().collect());
                }
                granted
            })
            .collect();
        let refused: Vec<serde_json::Value> = decision
            .refused
            .iter()
            .map(|(facet, why)| {
                serde_json::json!({
                    "controller": facet.controller.to_string(),
                    "category": facet.category.to_string(),
                    "why": why.to_string(),
                })
            })
            .collect();
        let facts: BTreeMap<&str, String> = ask.facts.iter().map(|(key, code)| (*key, code.to_string())).collect();
        Self {
            at: now,
            actor_kind: ask.actor.kind(),
            actor: ask.actor.id_text(),
            agency: ask.actor.agency().map(|id| id.to_string()),
            operation: ask.verb.operation().code(),
            verb: ask.verb.code().to_owned(),
            scope_kind: ask.scope.kind,
            scope: ask.scope.id.clone(),
            purpose: ask.purpose.code(),
            allowed: permit.is_some(),
            permit: permit.map(|permit| permit.id().to_string()),
            inputs: serde_json::json!({
                "asker": decision.inputs,
                "facts": facts,
                "granted": grants,
                "refused": refused,
            })
            .to_string(),
        }
    }

    /// The entry of a change.
    pub(crate) fn change(
        cause: &Cause,
        permit: Option<&Permit>,
        details: &BTreeMap<&'static str, String>,
        now: Timestamp,
    ) -> Self {
        Self {
            at: now,
            actor_kind: cause.actor.kind(),
            actor: cause.actor.id_text(),
            agency: cause.actor.agency().map(|id| id.to_string()),
            operation: cause.operation.code(),
            verb: cause.act.to_string(),
            scope_kind: cause.scope.kind,
            scope: cause.scope.id.clone(),
            purpose: cause.purpose.code(),
            allowed: true,
            permit: permit.map(|permit| permit.id().to_string()),
            inputs: serde_json::json!({ "notes": details }).to_string(),
        }
    }
}

impl NewEntry {
    /// Whether a text of it holds the character that no database keeps.
    pub(crate) fn has_nul(&self) -> bool {
        let texts =
            [Some(&self.actor), self.agency.as_ref(), Some(&self.verb), self.scope.as_ref(), Some(&self.inputs)];
        texts.into_iter().flatten().any(|text| text.contains('\0'))
    }
}

impl LoggedEntry {
    fn placed(new: NewEntry, position: u64) -> Self {
        let mut entry = Self {
            position,
            at: new.at,
            actor_kind: new.actor_kind.to_owned(),
            actor: new.actor,
            agency: new.agency,
            operation: new.operation.to_owned(),
            verb: new.verb,
            scope_kind: new.scope_kind.to_owned(),
            scope: new.scope,
            purpose: new.purpose.to_owned(),
            allowed: new.allowed,
            permit: new.permit,
            inputs: new.inputs,
            leaf_hash: String::new(),
        };
        entry.leaf_hash = entry.computed_leaf_hash();
        entry
    }

    /// Its fields as they are hashed, and as a partner may be shown them.
    #[must_use]
    pub fn fields(&self) -> witness::Entry<'_> {
        witness::Entry {
            position: self.position,
            at: self.at,
            actor_kind: (&self.actor_kind).into(),
            actor: (&self.actor).into(),
            agency: self.agency.as_ref().map(Into::into),
            operation: (&self.operation).into(),
            verb: (&self.verb).into(),
            scope_kind: (&self.scope_kind).into(),
            scope: self.scope.as_ref().map(Into::into),
            purpose: (&self.purpose).into(),
            allowed: self.allowed,
            permit: self.permit.as_ref().map(Into::into),
            inputs: (&self.inputs).into(),
        }
    }

    /// The leaf hash that the entry's content gives now.
    #[must_use]
    pub fn computed_leaf_hash(&self) -> String {
        hex::encode(self.fields().leaf())
    }
}

/// A page of the log, in its order.
pub(super) const COLUMNS_FROM: &str = "SELECT position, at, actor_kind, actor, agency, operation, verb, scope_kind, scope, \
     purpose, allowed, permit, inputs, leaf_hash FROM audit_entry WHERE position >= $1 ORDER BY position LIMIT $2";

impl FromRow for LoggedEntry {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            position: row.count("position")?,
            at: row.time("at")?,
            actor_kind: row.text("actor_kind")?,
            actor: row.text("actor")?,
            agency: row.opt_text("agency")?,
            operation: row.text("operation")?,
            verb: row.text("verb")?,
            scope_kind: row.text("scope_kind")?,
            scope: row.opt_text("scope")?,
            purpose: row.text("purpose")?,
            allowed: row.bool("allowed")?,
            permit: row.opt_text("permit")?,
            inputs: row.text("inputs")?,
            leaf_hash: row.text("leaf_hash")?,
        })
    }
}

const COLUMNS: &[&str] = &[
    "position",
    "at",
    "actor_kind",
    "actor",
    "agency",
    "operation",
    "verb",
    "scope_kind",
    "scope",
    "purpose",
    "allowed",
    "permit",
    "inputs",
    "leaf_hash",
];

/// Appends entries at the next positions. The writer's lock is held, so positions have no gap and no double.
pub(crate) async fn append_all(tx: &database::Writing, new: Vec<NewEntry>) -> Result<(), StoreError> {
    let next =
        database::rows(&**tx, "SELECT COALESCE(MAX(position) + 1, 0) AS next FROM audit_entry", params![]).await?;
    let first: u64 = next.first().map_or(Ok(0), |row| row.count("next"))?;
    let rows = (first..).zip(new).map(|(position, new)| {
        let entry = LoggedEntry::placed(new, position);
        params![
            entry.position,
            entry.at,
            entry.actor_kind,
            entry.actor,
            entry.agency,
            entry.operation,
            entry.verb,
            entry.scope_kind,
            entry.scope,
            entry.purpose,
            entry.allowed,
            entry.permit,
            entry.inputs,
            entry.leaf_hash
        ]
    });
    insert_rows(tx, "audit_entry", COLUMNS, rows.collect(), "").await?;
    Ok(())
}
