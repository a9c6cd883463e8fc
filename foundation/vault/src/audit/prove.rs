//! Proofs that somebody without access to the unit can check: that an entry is in the log of a signed head (RFC 6962, section
//! 2.1.1), and that the log of one head is the beginning of another's (section 2.1.2).
//!
//! A proof is some 20 hashes of subtrees. The kept heads' frontiers hold the roots of the large ones, so that only a few
//! thousand leaves are read, however long the log is. Every proof is checked as its reader will check it before it is given; where a
//! frontier is wrong, it is made again from the leaves.

use std::{collections::BTreeMap, ops::Range};

use base::{Id, Timestamp, code, kind};
use witness::{
    Consistency, Document, Head, Inclusion, Wrong, check_consistency, check_inclusion,
    tree::{self, Frontier, Hash},
};

use super::{
    entry::{COLUMNS_FROM, LoggedEntry, NewEntry},
    head::{HeadRow, LEAVES},
};
use crate::{Actor, Cause, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault, database, params};

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The log isn't so long.
    #[error("there is no entry {position}: the log has {size} entries, the first of which is entry 0")]
    NoEntry {
        /// What was asked for.
        position: u64,
        /// The entries there are.
        size: u64,
    },
    /// Nothing was ever signed.
    #[error("the log is empty: there is nothing to prove yet")]
    Empty,
    /// No head of that size was signed.
    #[error("no head over {size} entries was ever signed here; {}", near(.below, .above))]
    NoHead {
        /// What was asked for.
        size: u64,
        /// The nearest smaller.
        below: Option<u64>,
        /// The nearest larger.
        above: Option<u64>,
    },
    /// The head to prove from is another installation's, or changed.
    #[error(
        "the head over {0} entries is not signed with this installation's key, so there is nothing to prove from it"
    )]
    NotOurs(u64),
    /// The newer head would be older.
    #[error("a log doesn't grow from {from} entries to {to}")]
    Shrunk {
        /// Of the head to prove from.
        from: u64,
        /// Of the head to prove to.
        to: u64,
    },
    /// The agency neither acted nor is its data in the entry.
    #[error(
        "entry {0} is not about that agency’s data, nor did it act: it can be given the entry’s hash, but not what the entry says"
    )]
    NotTheirs(u64),
    /// The entry is not what was signed.
    #[error("entry {0} was changed since it was written: there is no proof of it. Run `alongside audit verify`")]
    Changed(u64),
    /// The log is not what was signed.
    #[error("there is no such proof, for the log is no longer what was signed: {0}. Run `alongside audit verify`")]
    Broken(String),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn near(below: &Option<u64>, above: &Option<u64>) -> String {
    match (below, above) {
        (Some(below), Some(above)) => format!("the nearest are over {below} and over {above}"),
        (Some(near), None) | (None, Some(near)) => format!("the nearest is over {near}"),
        (None, None) => "none was".to_owned(),
    }
}

/// To which agency a head was given last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadGiven {
    /// The agency.
    pub agency: Id<kind::Agency>,
    /// The head's size.
    pub size: u64,
    /// When.
    pub at: Timestamp,
}

impl FromRow for HeadGiven {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { agency: row.id("agency")?, size: row.count("size")?, at: row.time("given_at")? })
    }
}

const HEAD_OF: &str = "SELECT size, root, at, signature, frontier FROM tree_head WHERE size = $1";
const HEADS_BEFORE: &str =
    "SELECT size, root, at, signature, frontier FROM tree_head WHERE size < $1 ORDER BY size DESC LIMIT $2";
const HEADS_FROM: &str =
    "SELECT size, root, at, signature, frontier FROM tree_head WHERE size >= $1 AND size < $2 ORDER BY size LIMIT 1";

/// Subtrees of at most so many leaves are hashed from them; a head is signed at least as often.
const BLOCK: u64 = 1024;

impl Vault {
    /// Proves that an entry is in the log, against the newest head. With an agency, the proof shows what the entry says (ids and
    /// codes), which it may where that agency acted or its data was asked for. The proving is in the log before the entry is read.
    ///
    /// # Errors
    /// Why there is no proof.
    pub async fn prove_entry(
        &self,
        actor: &Actor,
        position: u64,
        reader: Option<Id<kind::Agency>>,
    ) -> Result<Inclusion, ProofError> {
        let size = self.audit_size().await?;
        if position >= size {
            return Err(ProofError::NoEntry { position, size });
        }
        let scope = Scope { kind: "audit_entry", id: Some(position.to_string()) };
        let operation = if reader.is_some() { Operation::Disclosure } else { Operation::Consultation };
        let cause = Cause {
            actor: actor.clone(),
            purpose: Purpose::Oversight,
            operation,
            act: code!("log_entry_proven"),
            scope,
        };
        let notes: BTreeMap<_, _> = reader.iter().map(|agency| ("agency", agency.to_string())).collect();
        self.log(NewEntry::change(&cause, None, &notes, self.now())).await?;
        let entry = self.unchanged(position).await?;
        if let Some(agency) = reader
            && !entry.concerns(agency)
        {
            return Err(ProofError::NotTheirs(position));
        }
        let head = match self.newest_head().await? {
            Some(head) if head.size > position => head,
            _ => {
                self.sign_head_now().await?;
                self.newest_head().await?.ok_or(ProofError::Empty)?
            }
        };
        let parts = tree::inclusion_path(position, head.size);
        let proof = |path| Inclusion {
            position,
            leaf_hash: entry.leaf_hash.clone(),
            entry: reader.map(|_| entry.fields().into_owned()),
            path,
            head: head.clone(),
        };
        self.proven(&parts, proof, |proof| check_inclusion(proof, &self.audit_public_key())).await
    }

    /// The entry at this position, if it still gives its hash.
    async fn unchanged(&self, position: u64) -> Result<LoggedEntry, ProofError> {
        let rows = database::rows(self.pool(), COLUMNS_FROM, params![position, 1_i64]).await?;
        let entry = rows.first().and_then(|row| LoggedEntry::from_row(row).ok());
        entry
            .filter(|entry| entry.position == position && entry.computed_leaf_hash() == entry.leaf_hash)
            .ok_or(ProofError::Changed(position))
    }

    /// Proves that the log of this head, as somebody kept it, is the beginning of the log of the head over `to` entries, or of the
    /// newest.
    ///
    /// # Errors
    /// Why there is no proof: [`ProofError::Broken`] where the log was rewritten since.
    pub async fn prove_growth(&self, from: &Head, to: Option<u64>) -> Result<Consistency, ProofError> {
        let key = self.audit_public_key();
        if !from.is_signed_by(&key) {
            return Err(ProofError::NotOurs(from.size));
        }
        let to = match to {
            Some(size) => self.head_of(size).await?,
            None => self.newest_head().await?.ok_or(ProofError::Empty)?,
        };
        if from.size > to.size {
            return Err(ProofError::Shrunk { from: from.size, to: to.size });
        }
        let parts = tree::consistency_path(from.size, to.size);
        let proof = |path| Consistency { from: from.clone(), to: to.clone(), path };
        self.proven(&parts, proof, |proof| check_consistency(proof, &key)).await
    }

    /// Makes a proof of these subtrees and checks it: with the roots that stand beside the heads, else from the leaves alone.
    async fn proven<T>(
        &self,
        parts: &[Range<u64>],
        proof: impl Fn(Vec<String>) -> T,
        check: impl Fn(&T) -> Result<(), Wrong>,
    ) -> Result<T, ProofError> {
        let made = proof(self.roots(parts, true).await?);
        if check(&made).is_ok() {
            return Ok(made);
        }
        let made = proof(self.roots(parts, false).await?);
        match check(&made) {
            Ok(()) => Ok(made),
            Err(wrong) => Err(ProofError::Broken(wrong.to_string())),
        }
    }

    async fn roots(&self, parts: &[Range<u64>], by_heads: bool) -> Result<Vec<String>, ProofError> {
        let mut roots = Vec::new();
        for part in parts {
            let mut peaks = Vec::new();
            for full in tree::full_subtrees(part) {
                peaks.push(self.root_of_full(full, by_heads).await?);
            }
            roots.push(hex::encode(tree::fold(&peaks)));
        }
        Ok(roots)
    }

    /// The root of a full subtree: what heads know of it, and the leaves of what they don't.
    async fn root_of_full(&self, leaves: Range<u64>, by_heads: bool) -> Result<Hash, ProofError> {
        let mut waiting = vec![leaves];
        // Roots of full subtrees that stand side by side, with their widths.
        let mut done: Vec<(u64, Hash)> = Vec::new();
        while let Some(leaves) = waiting.pop() {
            let width = leaves.end - leaves.start;
            let known = if by_heads { self.peak(&leaves).await? } else { None };
            let mut node = match known {
                Some(peak) => (width, peak),
                None if width <= BLOCK => (width, self.root_of_leaves(&leaves).await?),
                None => {
                    let middle = leaves.start + width / 2;
                    waiting.extend([middle..leaves.end, leaves.start..middle]);
                    continue;
                }
            };
            while let Some((_, left)) = done.pop_if(|(width, _)| *width == node.0) {
                node = (node.0 * 2, tree::parent(&left, &node.1));
            }
            done.push(node);
        }
        Ok(done.first().map_or_else(|| tree::fold(&[]), |(_, root)| *root))
    }

    /// A full subtree's root as it stands in the frontier of the first head behind it. A right child never stands in one.
    async fn peak(&self, leaves: &Range<u64>) -> Result<Option<Hash>, StoreError> {
        let width = leaves.end - leaves.start;
        if width < 2 || !(leaves.start / width).is_multiple_of(2) {
            return Ok(None);
        }
        let rows = database::rows(self.pool(), HEADS_FROM, params![leaves.end, leaves.end + width]).await?;
        let Some(row) = rows.first().map(HeadRow::from_row).transpose()? else { return Ok(None) };
        let frontier = Frontier::from_text(row.size, &row.frontier);
        Ok(frontier
            .filter(|frontier| hex::encode(frontier.root()) == row.root)
            .and_then(|frontier| frontier.peak(leaves)))
    }

    async fn root_of_leaves(&self, leaves: &Range<u64>) -> Result<Hash, ProofError> {
        let count = leaves.end - leaves.start;
        let rows = database::rows(self.pool(), LEAVES, params![leaves.start, count]).await?;
        let mut tree = Frontier::default();
        for (at, row) in leaves.clone().zip(&rows) {
            if row.count("position")? != at {
                break;
            }
            tree.push(tree::hash(&row.text("leaf_hash")?).unwrap_or_default());
        }
        if tree.size() != count {
            let missing = leaves.start + tree.size();
            return Err(ProofError::Broken(format!("entry {missing} is missing")));
        }
        Ok(tree.root())
    }

    /// The newest signed head.
    ///
    /// # Errors
    /// The database's.
    pub async fn newest_head(&self) -> Result<Option<Head>, StoreError> {
        Ok(self.heads(None, 1).await?.into_iter().next())
    }

    /// Signed heads, newest first, of those over fewer than `before` entries.
    ///
    /// # Errors
    /// The database's.
    pub async fn heads(&self, before: Option<u64>, limit: u32) -> Result<Vec<Head>, StoreError> {
        let key = self.audit_public_key();
        let values = params![before.unwrap_or(u64::MAX), limit];
        let rows: Vec<HeadRow> = self.plain().rows(HEADS_BEFORE, values).await?;
        Ok(rows.into_iter().map(|row| row.head(&key)).collect())
    }

    /// The signed head over so many entries.
    ///
    /// # Errors
    /// [`ProofError::NoHead`], which names the nearest.
    pub async fn head_of(&self, size: u64) -> Result<Head, ProofError> {
        let row: Option<HeadRow> = self.plain().first(HEAD_OF, params![size]).await?;
        if let Some(row) = row {
            return Ok(row.head(&self.audit_public_key()));
        }
        let below = self.heads(Some(size), 1).await?.first().map(|head| head.size);
        let above: Option<HeadRow> = self.plain().first(HEADS_FROM, params![size, u64::MAX]).await?;
        Err(ProofError::NoHead { size, below, above: above.map(|row| row.size) })
    }

    /// What a partner is given to keep: the newest head and, where it has kept one over `since` entries, the proof that nothing under
    /// that was changed. That the actor's agency was given it is written down.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn give_head(&self, actor: &Actor, since: u64) -> Result<Document, ProofError> {
        self.sign_head_if_due().await?;
        let newest = match self.newest_head().await? {
            Some(head) => head,
            None => self.sign_head_now().await?.ok_or(ProofError::Empty)?,
        };
        let document = if since == 0 || since == newest.size {
            Document::Head(newest.clone())
        } else {
            Document::Consistency(self.prove_growth(&self.head_of(since).await?, Some(newest.size)).await?)
        };
        self.note_given(actor, newest.size).await?;
        Ok(document)
    }

    async fn note_given(&self, actor: &Actor, size: u64) -> Result<(), StoreError> {
        let Some(agency) = actor.agency() else { return Ok(()) };
        if self.heads_given().await?.iter().any(|given| given.agency == agency && given.size == size) {
            return Ok(());
        }
        let scope = Scope { kind: "tree_head", id: Some(size.to_string()) };
        let act = code!("tree_head_given");
        let cause =
            Cause { actor: actor.clone(), purpose: Purpose::Oversight, operation: Operation::Disclosure, act, scope };
        let mut change = self.change(cause).await?;
        let now = change.now();
        change
            .execute(
                "INSERT INTO head_given (agency, size, given_at) VALUES ($1, $2, $3) \
                 ON CONFLICT (agency) DO UPDATE SET size = excluded.size, given_at = excluded.given_at",
                params![agency, size, now],
            )
            .await?;
        change.commit().await
    }

    /// Which agency was last given which head, the latest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn heads_given(&self) -> Result<Vec<HeadGiven>, StoreError> {
        let sql = "SELECT agency, size, given_at FROM head_given ORDER BY given_at DESC, agency";
        self.plain().rows(sql, params![]).await
    }
}

impl LoggedEntry {
    /// Whether an agency may be told what this entry says: it acted, or its data was asked for.
    #[must_use]
    pub fn concerns(&self, agency: Id<kind::Agency>) -> bool {
        let agency = agency.to_string();
        let inputs: serde_json::Value = serde_json::from_str(&self.inputs).unwrap_or_default();
        let is_theirs = |facet: &serde_json::Value| facet.get("controller").and_then(|id| id.as_str()) == Some(&agency);
        let lists = ["granted", "refused"].iter().filter_map(|name| inputs.get(name)?.as_array());
        self.agency.as_ref() == Some(&agency) || lists.flatten().any(is_theirs)
    }
}
