//! Erasing: one transaction for everything about somebody or about some records, in every table, with a tombstone for each row and a
//! report; what is kept elsewhere (files that partners sent, rows in quarantine) follows from the same transaction as jobs.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, code, kind};
use serde_json::json;
use vault::{
    About, Actor, Announcement, Cause, Change, Facet, Marks, Operation, Purpose, Scope, StoreError, Vault, params,
};

use crate::{disclosure, rights};

use super::{RECORDS_ERASED, RetentionError, plan::erase_permit, prove};

/// What is to be erased, and why.
#[derive(Debug, Clone)]
pub struct Erasing {
    /// The ids of a person and of all their records, or of records alone. Every version of a record goes with it.
    pub ids: Vec<String>,
    /// The rule, as a code that tombstones carry: `right_to_erasure`, `reviewed`.
    pub rule: Code,
    /// Why, as a code.
    pub reason: Code,
    /// The named person who decided it, or the program.
    pub by: Actor,
    /// Who approved it, where two must.
    pub second: Option<Id<kind::Member>>,
    /// The form's own key: sent twice, it is one erasure.
    pub form_key: String,
}

/// The columns that name a file: of what was sent, and of an answer to somebody who asked (what was found, to read, for machines).
const BLOBS: [&str; 4] = ["blob", "gathered", "to_read", "for_machines"];

/// An erasure, or the one that the same form made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Its report.
    pub erasure: Id<kind::Erasure>,
    /// How many rows went.
    pub rows: u64,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// A legal hold is on some of it.
    #[error(
        "A legal hold is on it, so that nothing of it may be erased until the hold is lifted. Nothing was changed."
    )]
    Held,
    /// Nothing is held about them.
    #[error("Nothing is held about them any more. Nothing was changed.")]
    Nothing,
    /// The database's.
    #[error(transparent)]
    Store(StoreError),
    /// Refused.
    #[error(transparent)]
    Refusal(#[from] vault::Refusal),
}

impl From<StoreError> for EraseError {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Held) { Self::Held } else { Self::Store(error) }
    }
}

impl From<EraseError> for RetentionError {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Held => Self::Held,
            EraseError::Nothing => Self::Done,
            EraseError::Store(error) => Self::Store(error),
            EraseError::Refusal(refusal) => Self::Refusal(refusal),
        }
    }
}

/// Erases it. Dropped half-way, or killed, nothing is erased; once it returns, everything is.
///
/// # Errors
/// [`EraseError`]; nothing was changed then.
pub async fn erase(vault: &Vault, what: &Erasing) -> Result<Erased, EraseError> {
    let permit = erase_permit(vault, &Actor::System, Purpose::Rights).await?;
    let cause = Cause {
        actor: what.by.clone(),
        purpose: Purpose::Rights,
        operation: Operation::Erasure,
        act: code!("erased_about"),
        scope: Scope::unit(),
    };
    let mut change = vault.change_under(&permit, cause).await?;
    let erased = erase_in(&mut change, what).await?;
    change.commit().await?;
    Ok(erased)
}

/// As [`erase`], within a change that was begun under a permit to erase.
///
/// # Errors
/// As [`erase`]; the change must then be dropped.
pub(crate) async fn erase_in(change: &mut Change, what: &Erasing) -> Result<Erased, EraseError> {
    erase_those(change, what, &Which::All).await
}

/// As [`erase_in`], of what goes alone.
///
/// # Errors
/// As [`erase_in`].
pub(crate) async fn erase_those(change: &mut Change, what: &Erasing, which: &Which<'_>) -> Result<Erased, EraseError> {
    if let Some(before) = prove::by_form(change, &what.form_key).await? {
        return Ok(before);
    }
    let parted = Parted::of(change, change.about_ids(&what.ids).await?, which).await?;
    let rows = &parted.going;
    if rows.is_empty() {
        return Err(EraseError::Nothing);
    }
    let asked = parted.asked(&what.ids);
    let files = erase_files(change, &parted).await?;
    let (mut sources, mut open_sources) = (BTreeSet::new(), BTreeSet::new());
    let mut deliveries = BTreeSet::new();
    for row in rows {
        if let (Some(feed), Some(key)) = (row.columns.get("feed"), row.columns.get("source_key")) {
            let source = (feed.clone(), change.source_digest(feed, key));
            if !is_sealed(row) {
                open_sources.insert(source.clone());
            }
            sources.insert(source);
            deliveries.extend(row.columns.get("delivery").cloned());
        }
    }
    // Before the rows go: afterwards nobody knows whom to tell.
    let told = disclosure::tell(change, &asked, disclosure::Told::Erased).await?;
    // The vault refuses where a hold is on any of it; the change is then dropped with what was done before.
    let erased = change.erase_about_but(&what.ids, &what.rule, &parted.leaves).await?;
    let mut gone = without_sealed(erased.rows, rows);
    if !parted.keeps {
        // A person who is kept for what is sealed alone is gone to whoever reads the report.
        for row in rows.iter().filter(|row| row.id.as_ref().is_some_and(|id| erased.needed.contains(id))) {
            *gone.entry(row.table.clone()).or_insert(0) += 1;
        }
    }
    let stays = if parted.keeps { erased.needed.len() as u64 } else { 0 };
    let open = open_ids(rows, &asked).saturating_sub(stays);
    let mut ids: BTreeSet<String> = rows.iter().filter_map(|row| row.id.clone()).chain(asked).collect();
    ids.retain(|id| !erased.needed.contains(id));
    let erasure = change.new_id();
    let sources_told = open_sources.len() as u64;
    let report = prove::New { erasure, what, gone: &gone, files, told, sources: sources_told, tombstones: open };
    prove::keep(change, &report, &ids).await?;
    change
        .announce(&Announcement {
            topic: RECORDS_ERASED,
            payload: json!({ "erasure": erasure.to_string(), "deliveries": deliveries, "sources": sources }),
        })
        .await?;
    let now = change.now();
    change.enqueue(prove::KIND, &json!({ "erasure": erasure.to_string() }), now).await?;
    // What is sealed stands in no figure of the report or of this entry: it would tell whoever isn't named for it.
    let rows = gone.values().sum();
    change.about(Scope::of("erasure", erasure));
    change.note("rows", rows);
    change.note("rule", &what.rule);
    change.note("reason", &what.reason);
    if let Some(second) = what.second {
        change.note("second", second);
    }
    Ok(Erased { erasure, rows })
}

/// What of everything about somebody goes.
pub(crate) enum Which<'w> {
    /// All of it.
    All,
    /// What the unit holds, and the agencies that agreed; of an agency that holds no record of theirs what is written about it goes too. What
    /// another than the unit seals stays: that agency decides apart. So does what the unit seals and a hold is on, since saying so would say
    /// that there is something.
    Agreed(Id<kind::Agency>, &'w BTreeSet<Id<kind::Agency>>),
    /// What this agency seals.
    SealedOf(Id<kind::Agency>),
}

/// The tables that say that an agency holds a record about somebody.
const RECORDS: [&str; 2] = ["record", "person_record"];

/// The agencies that hold a record that is not sealed.
pub(crate) fn holders(rows: &[About]) -> BTreeSet<Id<kind::Agency>> {
    let records = rows.iter().filter(|row| RECORDS.contains(&row.table.as_str()) && !is_sealed(row));
    records.map(|row| row.controller).collect()
}

/// What goes and what stays.
struct Parted {
    going: Vec<About>,
    staying: Vec<About>,
    /// The staying rows' controllers and categories.
    leaves: BTreeSet<Facet>,
    /// Whether an agency keeps something that is not sealed.
    keeps: bool,
}

impl Parted {
    async fn of(change: &Change, rows: Vec<About>, which: &Which<'_>) -> Result<Self, StoreError> {
        let facet = |row: &About| Facet { controller: row.controller, category: row.category.clone() };
        // Parts of answers go with the request that they are of.
        let sealed = |row: &About| is_sealed(row) && Marks::split(&row.category).0 != rights::category();
        let held = holders(&rows);
        let stays = |row: &About| match which {
            Which::All => false,
            Which::Agreed(unit, agreed) => {
                row.controller != *unit
                    && (sealed(row) || (held.contains(&row.controller) && !agreed.contains(&row.controller)))
            }
            Which::SealedOf(agency) => !(sealed(row) && row.controller == *agency),
        };
        let mut leaves: BTreeSet<Facet> = rows.iter().filter(|row| stays(row)).map(facet).collect();
        if matches!(which, Which::Agreed(..)) {
            let own: BTreeSet<Facet> = rows.iter().filter(|row| sealed(row)).map(facet).collect();
            for one in own.difference(&leaves.clone()) {
                let of: Vec<About> = rows.iter().filter(|row| facet(row) == *one).cloned().collect();
                if change.are_held(&of).await? {
                    leaves.insert(one.clone());
                }
            }
        }
        let (staying, going): (Vec<About>, Vec<About>) = rows.into_iter().partition(|row| leaves.contains(&facet(row)));
        let keeps = staying.iter().any(|row| !is_sealed(row));
        Ok(Self { going, staying, leaves, keeps })
    }

    /// The ids that were asked for, without those of what stays, and without the person's where an agency keeps something of theirs: whom to
    /// tell of what went, and what must be gone.
    fn asked(&self, ids: &[String]) -> Vec<String> {
        let kept: BTreeSet<&String> =
            self.staying.iter().flat_map(|row| row.id.iter().chain(row.columns.get("record"))).collect();
        let person = |id: &String| self.going.iter().any(|row| row.table == "person" && row.id.as_ref() == Some(id));
        ids.iter().filter(|id| !(kept.contains(id) || self.keeps && person(id))).cloned().collect()
    }
}

/// Erases the files that only what goes names. Gives how many, without those that only what is sealed names.
async fn erase_files(change: &mut Change, parted: &Parted) -> Result<u64, StoreError> {
    let kept: BTreeSet<&String> = parted.staying.iter().flat_map(blobs).collect();
    // Of a file that something plain names too, the plain row counts.
    let open: BTreeSet<&String> = parted.going.iter().filter(|row| !is_sealed(row)).flat_map(blobs).collect();
    let all: BTreeSet<&String> = parted.going.iter().flat_map(blobs).filter(|name| !kept.contains(name)).collect();
    let mut files = 0;
    for name in all {
        if let Ok(blob) = name.parse() {
            change.erase_blob(blob).await?;
            files += u64::from(open.contains(name));
        }
    }
    Ok(files)
}

/// Erases what an agency seals about somebody, as two whom it named decided. No report says so, and nothing is announced: to everybody else
/// there was nothing. The files that partners sent go by their own days.
///
/// # Errors
/// As [`erase_in`]; the change must then be dropped.
pub(crate) async fn erase_sealed(
    change: &mut Change,
    ids: &[String],
    agency: Id<kind::Agency>,
) -> Result<(), EraseError> {
    let parted = Parted::of(change, change.about_ids(ids).await?, &Which::SealedOf(agency)).await?;
    erase_files(change, &parted).await?;
    let gone: Vec<String> = parted.going.iter().filter_map(|row| row.id.clone()).collect();
    let cause: Id<kind::Entry> = change.new_id();
    disclosure::tell_quietly(change, &gone, disclosure::Told::Erased, &cause.to_string()).await?;
    change.erase_about_but(ids, &code!("right_to_erasure"), &parted.leaves).await?;
    Ok(())
}

fn is_sealed(row: &About) -> bool {
    Marks::split(&row.category).1.sealed
}

/// The files that a row names.
fn blobs(row: &About) -> impl Iterator<Item = &String> {
    BLOBS.iter().filter_map(move |one| row.columns.get(*one))
}

/// How many rows went, by table, as whoever reads the report may know it: without what was sealed.
fn without_sealed(mut gone: BTreeMap<String, u64>, rows: &[About]) -> BTreeMap<String, u64> {
    for row in rows.iter().filter(|row| is_sealed(row)) {
        if let Some(count) = gone.get_mut(&row.table) {
            *count = count.saturating_sub(1);
        }
    }
    gone.retain(|_, count| *count > 0);
    gone
}

/// How many ids have a tombstone, without those of what was sealed: of the ids that were asked for, whoever reads the report knows those that
/// some plain row names.
fn open_ids(rows: &[About], asked: &[String]) -> u64 {
    let sealed: BTreeSet<&String> =
        rows.iter().filter(|row| is_sealed(row)).filter_map(|row| row.id.as_ref()).collect();
    let plain = rows.iter().filter(|row| !is_sealed(row)).filter_map(|row| row.id.as_ref());
    let hung: BTreeSet<&String> =
        rows.iter().filter(|row| is_sealed(row)).filter_map(|row| row.columns.get("record")).collect();
    let asked = asked.iter().filter(|id| !sealed.contains(id) && !hung.contains(id));
    plain.chain(asked).collect::<BTreeSet<_>>().len() as u64
}

/// What another stage erased of an erasure after it, for its report: `what` is a code (`delivery_file`, `quarantined`), `n` how many
/// went, `later` how many go by themselves later.
///
/// # Errors
/// The database's.
pub async fn reached(
    change: &mut Change,
    erasure: &str,
    what: &'static str,
    n: u64,
    later: u64,
) -> Result<(), StoreError> {
    let now = change.now();
    change
        .execute(
            "INSERT INTO erasure_reach (erasure, what, n, later, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (erasure, what) DO UPDATE SET n = erasure_reach.n + excluded.n, later = excluded.later, at = excluded.at",
            params![erasure, what, n, later, now],
        )
        .await?;
    Ok(())
}
