//! One entry of the log, as it is hashed and as a stranger may be shown it: ids and codes, never a name, a searched word or a value.

use std::{borrow::Cow, fmt::Write as _};

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::tree::{self, Hash};

/// An entry's fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<'a> {
    /// Its place in the log, from 0 without a gap.
    pub position: u64,
    /// When.
    pub at: Timestamp,
    /// `member`, `token`, `job` or `system`.
    pub actor_kind: Cow<'a, str>,
    /// Whose id.
    pub actor: Cow<'a, str>,
    /// The id of the agency that they acted for.
    pub agency: Option<Cow<'a, str>>,
    /// The kind of processing.
    pub operation: Cow<'a, str>,
    /// The verb of a request, or the act of a change.
    pub verb: Cow<'a, str>,
    /// What it was about.
    pub scope_kind: Cow<'a, str>,
    /// Its id.
    pub scope: Option<Cow<'a, str>>,
    /// Why.
    pub purpose: Cow<'a, str>,
    /// Whether it was allowed.
    pub allowed: bool,
    /// Under which permit.
    pub permit: Option<Cow<'a, str>>,
    /// The decision's inputs, grants and reasons, as codes in JSON: text, since it is hashed as it was written.
    pub inputs: Cow<'a, str>,
}

impl Entry<'_> {
    /// The bytes that are hashed: every field as `length:text;`, an absent one as `-;`, so that no two entries share them.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut text = String::with_capacity(256 + self.inputs.len());
        let (position, at) = (self.position.to_string(), self.at.as_micros().to_string());
        let fields: [Option<&str>; 13] = [
            Some(&position),
            Some(&at),
            Some(&self.actor_kind),
            Some(&self.actor),
            self.agency.as_deref(),
            Some(&self.operation),
            Some(&self.verb),
            Some(&self.scope_kind),
            self.scope.as_deref(),
            Some(&self.purpose),
            Some(if self.allowed { "allowed" } else { "refused" }),
            self.permit.as_deref(),
            Some(&self.inputs),
        ];
        for field in fields {
            let _ = match field {
                Some(field) => write!(text, "{}:{field};", field.len()),
                None => write!(text, "-;"),
            };
        }
        text.into_bytes()
    }

    /// The same, on its own feet.
    #[must_use]
    pub fn into_owned(self) -> Entry<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Entry {
            position: self.position,
            at: self.at,
            actor_kind: own(self.actor_kind),
            actor: own(self.actor),
            agency: self.agency.map(own),
            operation: own(self.operation),
            verb: own(self.verb),
            scope_kind: own(self.scope_kind),
            scope: self.scope.map(own),
            purpose: own(self.purpose),
            allowed: self.allowed,
            permit: self.permit.map(own),
            inputs: own(self.inputs),
        }
    }

    /// Its hash in the tree.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        tree::leaf(&self.canonical())
    }
}
