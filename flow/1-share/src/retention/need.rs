//! What a record is still needed for: what hangs on it, what of that is open, who received something of it, and whether a hold is on it.
//! Counted from the rows themselves, whichever stage keeps them; nothing that stands in them is shown.

use std::collections::{BTreeMap, BTreeSet};

use base::{Id, code, kind};
use vault::{About, Actor, Cause, Change, Operation, Purpose, Scope, Vault};

use super::{RetentionError, plan::need_permit};
use crate::law::law;

/// What a record is needed for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Need {
    /// What uses it, in words: how many, and how many of them are open.
    pub uses: BTreeMap<String, (u64, u64)>,
    /// To whom something of it was given, or is to be.
    pub received: BTreeSet<Id<kind::Agency>>,
}

impl Need {
    /// How many things that use it are not finished.
    pub(crate) fn open(&self) -> u64 {
        self.uses.values().map(|(_, open)| open).sum()
    }
}

/// States in which something is not finished.
const OPEN: [&str; 8] = ["open", "paused", "waiting", "sent", "accepted", "active", "proposed", "planned"];

/// The need of each of these records.
pub(crate) async fn of(
    vault: &Vault,
    records: &[Id<kind::Record>],
) -> Result<BTreeMap<Id<kind::Record>, Need>, RetentionError> {
    // The program looks, for whoever decides: they are shown counts.
    let permit = need_permit(vault, &Actor::System, Purpose::Rights).await?;
    let ids: Vec<String> = records.iter().map(Id::to_string).collect();
    let rows = vault.read(&permit)?.about(vault, &ids).await?;
    let mut needs: BTreeMap<Id<kind::Record>, Need> = records.iter().map(|record| (*record, Need::default())).collect();
    let mut whose: BTreeMap<String, Id<kind::Record>> = records.iter().map(|id| (id.to_string(), *id)).collect();
    // What hangs on a record, then what hangs on that.
    for _ in 0..3 {
        for row in &rows {
            let parent = |column: &str| row.columns.get(column).and_then(|to| whose.get(to)).copied();
            let parent = parent("record").or_else(|| row.columns.keys().find_map(|column| parent(column)));
            if let (Some(id), Some(record)) = (&row.id, parent) {
                whose.entry(id.clone()).or_insert(record);
            }
        }
    }
    for row in rows.iter().filter(|row| is_use(row, &ids)) {
        let Some(record) = row.id.as_ref().and_then(|id| whose.get(id)) else { continue };
        let Some(need) = needs.get_mut(record) else { continue };
        let open = row.columns.get("state").is_some_and(|state| OPEN.contains(&state.as_str()));
        let count = need.uses.entry(words(row)).or_default();
        count.0 += 1;
        count.1 += u64::from(open);
        need.received.extend(receiver(row));
    }
    Ok(needs)
}

/// Whether a row is something that was done about the person, and not the record itself or a part of finding it.
fn is_use(row: &About, ids: &[String]) -> bool {
    row.sees == "shown"
        && !row.columns.contains_key("source_key")
        && row.id.as_ref().is_some_and(|id| !ids.contains(id))
}

fn words(row: &About) -> String {
    match row.table.as_str() {
        "moment" => "Reachable moments".to_owned(),
        "ask" => "Requests from other agencies".to_owned(),
        "emergency_access" => "Emergency access".to_owned(),
        _ => law().category(&row.category).name,
    }
}

fn receiver(row: &About) -> Option<Id<kind::Agency>> {
    let of = |column: &str| row.columns.get(column).and_then(|id| id.parse().ok());
    match row.columns.get("asker_agency") {
        Some(_) if row.columns.get("state").is_some_and(|state| state == "granted") => of("asker_agency"),
        Some(_) => None,
        None => of("to_agency").or_else(|| of("recipient")),
    }
}

/// The legal holds on anything about these.
pub(crate) async fn holds(vault: &Vault, ids: &[String]) -> Result<BTreeSet<String>, RetentionError> {
    Ok(looking(vault).await?.holds_on(ids).await?)
}

/// Those of some records that a legal hold is on. Half of them are asked of at a time: mostly nothing is held, and one question is all.
pub(crate) async fn held(
    vault: &Vault,
    records: &[Id<kind::Record>],
) -> Result<BTreeSet<Id<kind::Record>>, RetentionError> {
    let (mut held, mut parts) = (BTreeSet::new(), vec![records]);
    if records.is_empty() {
        return Ok(held);
    }
    let change = looking(vault).await?;
    while let Some(part) = parts.pop() {
        let ids: Vec<String> = part.iter().map(Id::to_string).collect();
        if change.holds_on(&ids).await?.is_empty() {
            continue;
        }
        if let [only] = part {
            held.insert(*only);
        } else {
            let (one, other) = part.split_at(part.len() / 2);
            parts.extend([one, other]);
        }
    }
    Ok(held)
}

/// Where holds are looked for. Nothing is changed: it is dropped.
async fn looking(vault: &Vault) -> Result<Change, RetentionError> {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Rights,
        operation: Operation::Consultation,
        act: code!("holds_looked_for"),
        scope: Scope::unit(),
    };
    Ok(vault.change(cause).await?)
}
