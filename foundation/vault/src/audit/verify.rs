//! Is the log still what was written? Every entry is hashed anew and every head's root made again, in one pass that holds
//! a few thousand entries at a time.

use std::fmt;

use futures::StreamExt as _;

use super::{
    entry::{COLUMNS_FROM, LoggedEntry},
    head::HeadRow,
};
use crate::{FromRow, Row, StoreError, Vault, database, params};
use witness::{
    Head,
    tree::{self, Frontier, Hash},
};

/// Something that is wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The entry at this position does not give its leaf hash: one of the two was changed.
    Changed(u64),
    /// There are no entries at these positions, though there are later ones.
    Missing {
        /// The first that is missing.
        from: u64,
        /// The next that is there.
        to: u64,
    },
    /// The entries after `from` (a head's size, or 0) and before `to` (a head's size) are not those that were signed.
    Between {
        /// The size of the last head that still holds; 0 where none does.
        from: u64,
        /// The size of the first head that doesn't.
        to: u64,
    },
    /// A head says that there were more entries than there are.
    CutShort {
        /// The entries there are.
        entries: u64,
        /// The head's size.
        head: u64,
    },
    /// A head of this size, in the database or exported, was not signed with the installation's key.
    BadSignature(u64),
    /// The exported head of this size is not, or not so, among the database's.
    HeadGone(u64),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(position) => write!(f, "entry {position} was changed"),
            Self::Missing { from, to } if from + 1 == *to => write!(f, "entry {from} is missing"),
            Self::Missing { from, to } => write!(f, "the entries from {from} to before {to} are missing"),
            Self::Between { from, to } => {
                write!(f, "the entries from {from} up to {to} are not those that the head of size {to} was signed over")
            }
            Self::CutShort { entries, head } => {
                write!(f, "the log was cut short: it has {entries} entries, and a signed head says {head}")
            }
            Self::BadSignature(size) => write!(f, "the head of size {size} is not signed with this installation's key"),
            Self::HeadGone(size) => {
                write!(f, "the exported head of size {size} is not in the database as it was exported")
            }
        }
    }
}

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Entries in the log.
    pub entries: u64,
    /// Heads that were checked, in the database and exported.
    pub heads: u64,
    /// Entries younger than the last head: changing those would not be noticed.
    pub unsigned: u64,
    /// Entries younger than the last exported head: cutting those off together with their heads would not be noticed.
    pub not_exported: u64,
    /// What is wrong; the first hundred findings.
    pub findings: Vec<Finding>,
    /// How many findings there were.
    pub found: u64,
}

impl Verdict {
    /// Whether nothing was found wrong.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.found == 0
    }

    fn say(&mut self, finding: Finding) {
        self.found += 1;
        if self.findings.len() < 100 && !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// Verifies the log against its heads in the database and these exported ones ([`read_exported`](super::read_exported)).
///
/// # Errors
/// The database's. What is wrong with the log is no error but the answer.
pub async fn verify(vault: &Vault, exported: &[Head]) -> Result<Verdict, StoreError> {
    let last_exported = exported.iter().map(|head| head.size).max().unwrap_or(0);
    let mut verdict = Verdict { entries: 0, heads: 0, unsigned: 0, not_exported: 0, findings: Vec::new(), found: 0 };
    let heads = signed_heads(vault, exported, &mut verdict).await?;
    let last = heads.iter().map(|head| head.size).max().unwrap_or(0);
    let mut walk =
        Walk { tree: Frontier::default(), expected: 0, last, heads: heads.iter().peekable(), good: 0, broken: false };
    walk.pass_heads(&mut verdict);
    let mut next = Some(i64::MIN);
    if let Some(last) = last_of_whole(vault).await? {
        // Where every position is known, pages are fetched and hashed beside each other, and taken in their order.
        let pages = (0..=last).step_by(PAGE.unsigned_abs() as usize);
        let pages = pages.map(|from| page(vault, from, PAGE.min(last + 1 - from)));
        let mut pages = futures::stream::iter(pages).buffered(AT_ONCE);
        while let Some(page) = pages.next().await {
            page.map_err(|_| StoreError::Busy)??.leaves.into_iter().for_each(|leaf| walk.take(leaf, &mut verdict));
        }
        next = last.checked_add(1);
    }
    while let Some(from) = next {
        let found = page(vault, from, PAGE).await.map_err(|_| StoreError::Busy)??;
        next = found.next;
        found.leaves.into_iter().for_each(|leaf| walk.take(leaf, &mut verdict));
    }
    for head in walk.heads {
        verdict.say(Finding::CutShort { entries: verdict.entries, head: head.size });
    }
    verdict.unsigned = verdict.entries.saturating_sub(last);
    verdict.not_exported = verdict.entries.saturating_sub(last_exported);
    Ok(verdict)
}

/// A page of entries as they are hashed ([`witness::Entry::canonical`]), put together by the database: one value of a thousand entries is
/// fetched in a fraction of the time of a thousand rows. Each entry says its length before it, and its kept hash stands behind it. The
/// databases take the rows in the order of the inner SELECT, but don't promise it: whoever reads the page holds each to its position.
const HASHED_FROM: &str = "SELECT MIN(position) AS first, MAX(position) AS last, COUNT(*) AS entries, \
     string_agg(concat(octet_length(hashed), ':', hashed, leaf_hash), '') AS page FROM (SELECT position, leaf_hash, concat( \
     octet_length(CAST(position AS TEXT)), ':', position, ';', octet_length(CAST(at AS TEXT)), ':', at, ';', \
     octet_length(actor_kind), ':', actor_kind, ';', octet_length(actor), ':', actor, ';', \
     COALESCE(octet_length(agency) || ':' || agency, '-'), ';', octet_length(operation), ':', operation, ';', \
     octet_length(verb), ':', verb, ';', octet_length(scope_kind), ':', scope_kind, ';', \
     COALESCE(octet_length(scope) || ':' || scope, '-'), ';', octet_length(purpose), ':', purpose, ';', \
     CASE WHEN allowed THEN '7:allowed;' ELSE '7:refused;' END, COALESCE(octet_length(permit) || ':' || permit, '-'), ';', \
     octet_length(inputs), ':', inputs, ';') AS hashed \
     FROM audit_entry WHERE position >= $1 ORDER BY position LIMIT $2) AS entry";

/// Entries that are fetched at once …
const PAGE: i64 = 1000;
/// … and pages that are on their way beside each other.
const AT_ONCE: usize = 3;

/// The last position, where there is an entry at each from 0 on.
async fn last_of_whole(vault: &Vault) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT MIN(position) AS first, MAX(position) AS last, COUNT(*) AS entries FROM audit_entry";
    let rows = database::rows(vault.pool(), sql, params![]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (first, last) = (row.opt_int("first")?, row.opt_int("last")?);
    Ok(last.filter(|last| first == Some(0) && last.checked_add(1) == row.int("entries").ok()))
}

/// A page of the log: none for each row that can't be read, and where the next page begins.
struct Leaves {
    leaves: Vec<Option<Leaf>>,
    next: Option<i64>,
}

/// Fetches and hashes a page, on a task of its own.
fn page(vault: &Vault, from: i64, count: i64) -> tokio::task::JoinHandle<Result<Leaves, StoreError>> {
    let vault = vault.clone();
    tokio::spawn(async move {
        if let Ok(Some(leaves)) = whole_page(&vault, from, count).await {
            return Ok(Leaves { leaves, next: from.checked_add(count) });
        }
        // Something is not as it was written, or is being written: what it is, its rows say one by one.
        let rows = database::rows(vault.pool(), COLUMNS_FROM, params![from, count]).await?;
        let last = rows.last().map(|row| row.int("position")).transpose()?;
        Ok(Leaves { leaves: rows.iter().map(Leaf::of).collect(), next: last.and_then(|last| last.checked_add(1)) })
    })
}

/// A page of which every entry is there and gives its hash; none of any other.
async fn whole_page(vault: &Vault, from: i64, count: i64) -> Result<Option<Vec<Option<Leaf>>>, StoreError> {
    let rows = database::rows(vault.pool(), HASHED_FROM, params![from, count]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let there = (row.opt_int("first")?, row.opt_int("last")?, row.int("entries")?);
    if there != (Some(from), from.checked_add(count - 1), count) {
        return Ok(None);
    }
    let text = row.text("page")?;
    let mut rest = text.as_bytes();
    let mut leaves = Vec::new();
    for position in from.unsigned_abs()..from.unsigned_abs() + count.unsigned_abs() {
        let Some((entry, after)) = next_of_page(rest, position).filter(|(entry, _)| entry.kept == Some(entry.computed))
        else {
            return Ok(None);
        };
        leaves.push(Some(entry));
        rest = after;
    }
    Ok(Some(leaves).filter(|_| rest.is_empty()))
}

/// The first entry of a page's text, if it is the one of this position, and what follows.
fn next_of_page(text: &[u8], position: u64) -> Option<(Leaf, &[u8])> {
    let colon = text.iter().take(20).position(|byte| *byte == b':')?;
    let (length, rest) = text.split_at_checked(colon)?;
    let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
    let (hashed, rest) = rest.get(1..)?.split_at_checked(length)?;
    let (kept, rest) = rest.split_at_checked(64)?;
    let digits = position.to_string();
    hashed.strip_prefix(format!("{}:{digits};", digits.len()).as_bytes())?;
    let kept = tree::hash(std::str::from_utf8(kept).ok()?);
    Some((Leaf { position, computed: tree::leaf(hashed), kept }, rest))
}

/// An entry's hashes.
struct Leaf {
    position: u64,
    /// What its content gives now.
    computed: Hash,
    /// What stands beside it.
    kept: Option<Hash>,
}

impl Leaf {
    /// None where the row can't be read.
    fn of(row: &Row) -> Option<Self> {
        let entry = LoggedEntry::from_row(row).ok()?;
        Some(Self { position: entry.position, computed: entry.fields().leaf(), kept: tree::hash(&entry.leaf_hash) })
    }
}

/// The heads of the database and of the files whose signatures hold, smallest first.
async fn signed_heads(vault: &Vault, exported: &[Head], verdict: &mut Verdict) -> Result<Vec<Head>, StoreError> {
    let key = vault.audit_public_key();
    let sql = "SELECT size, root, at, signature, frontier FROM tree_head ORDER BY size";
    let rows: Vec<HeadRow> = vault.plain().rows(sql, params![]).await?;
    let kept: Vec<Head> = rows.into_iter().map(|row| row.head(&key)).collect();
    let mut signed = Vec::new();
    for head in kept.iter().chain(exported) {
        verdict.heads += 1;
        if head.is_signed_by(&key) {
            signed.push(head.clone());
        } else {
            verdict.say(Finding::BadSignature(head.size));
        }
    }
    for head in exported {
        let same = kept.iter().any(|own| own.size == head.size && own.root == head.root && own.at == head.at);
        if !same {
            verdict.say(Finding::HeadGone(head.size));
        }
    }
    signed.sort_by_key(|head| head.size);
    Ok(signed)
}

/// Where the pass has come to.
struct Walk<'a> {
    tree: Frontier,
    /// The position that the next entry should have.
    expected: u64,
    /// The size of the last head.
    last: u64,
    heads: std::iter::Peekable<std::slice::Iter<'a, Head>>,
    /// The size of the last head that held.
    good: u64,
    /// Whether an earlier head didn't: then later ones can't either, and only the first is told.
    broken: bool,
}

impl Walk<'_> {
    fn take(&mut self, leaf: Option<Leaf>, verdict: &mut Verdict) {
        verdict.entries += 1;
        match leaf {
            Some(leaf) => self.step(&leaf, verdict),
            // A row that can't even be read was changed.
            None => self.unreadable(verdict),
        }
    }

    fn step(&mut self, entry: &Leaf, verdict: &mut Verdict) {
        if entry.position > self.expected {
            verdict.say(Finding::Missing { from: self.expected, to: entry.position });
            // A hash of nothing stands for each that is missing, so that the heads after it meet their own sizes.
            while self.tree.size() < entry.position.min(self.last) {
                self.tree.push([0; 32]);
                self.pass_heads(verdict);
            }
        }
        self.expected = entry.position.saturating_add(1);
        if Some(entry.computed) != entry.kept {
            verdict.say(Finding::Changed(entry.position));
        }
        // The kept hash goes into the tree, so that one changed entry does not hide whether the others hold.
        self.tree.push(entry.kept.unwrap_or_default());
        self.pass_heads(verdict);
    }

    fn unreadable(&mut self, verdict: &mut Verdict) {
        verdict.say(Finding::Changed(self.expected));
        self.expected += 1;
        self.tree.push([0; 32]);
        self.pass_heads(verdict);
    }

    /// Holds the tree against every head of its present size.
    fn pass_heads(&mut self, verdict: &mut Verdict) {
        while let Some(head) = self.heads.next_if(|head| head.size == self.tree.size()) {
            if head.root == hex::encode(self.tree.root()) {
                self.good = head.size;
            } else if !self.broken {
                self.broken = true;
                verdict.say(Finding::Between { from: self.good, to: head.size });
            }
        }
    }
}
