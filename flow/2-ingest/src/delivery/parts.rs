//! Writing one part of a delivery: its records, its quarantine, its counts, its announcement and its audit entry in one
//! transaction.

use std::collections::{BTreeMap, HashMap};

use base::{Code, Id, Timestamp, code, kind};
use share::api::{Told, tell_because};
use vault::{
    Announcement, Cause, Change, FromRow, Held, IntoValue, Marks, Operation, Permit, Purpose, Row, Scope, StoreError,
    Value, Vault, params,
};

use super::{Counts, DeliveryFault, pipeline::Part, store};
use crate::{feed::Feed, quarantine, row::Draft};

/// What stays the same through a delivery.
pub(crate) struct Run<'r> {
    pub vault: &'r Vault,
    pub permit: Permit,
    pub delivery: Id<kind::Delivery>,
    pub feed: &'static Feed,
    pub controller: Id<kind::Agency>,
}

const VERSION_COLUMNS: &[&str] = &[
    "id",
    "feed",
    "controller",
    "category",
    "source_key",
    "delivery",
    "line",
    "event_at",
    "body",
    "body_hash",
    "received_at",
    "expires_on",
    "version",
];

/// Of a first version.
pub(crate) const COLUMNS: &[&str] = VERSION_COLUMNS.split_at(12).0;

/// A record is new unless its id or content is held.
const UNLESS_HELD: &str = "ON CONFLICT (feed, source_key, version) DO NOTHING";

impl Run<'_> {
    pub(crate) fn cause(&self, act: Code) -> Cause {
        Cause {
            actor: self.permit.actor().clone(),
            purpose: Purpose::Collection,
            operation: Operation::Collection,
            act,
            scope: Scope::of("delivery", self.delivery),
        }
    }

    /// Writes a part whose rows follow line `from`, in one transaction.
    pub(super) async fn write(&self, part: Part, from: u64) -> Result<Counts, DeliveryFault> {
        let mut change = self.vault.change_under(&self.permit, self.cause(code!("rows_taken_in"))).await?;
        let to_line = part.to_line;
        let counts = self.write_rows(&mut change, part, from).await?;
        if store::advance(&mut change, self.delivery, from, to_line, counts).await? != 1 {
            return Err(DeliveryFault::ReadElsewhere);
        }
        note(&mut change, counts);
        change.commit().await?;
        Ok(counts)
    }

    /// Writes rows into an open change: for a part of a file, and for a live notification.
    pub(crate) async fn write_rows(
        &self,
        change: &mut Change,
        mut part: Part,
        from: u64,
    ) -> Result<Counts, StoreError> {
        let mut counts = Counts { read: part.rows() as u64, ..Counts::default() };
        let settled = quarantine::mended(&part);
        quarantine::erased(self, change, &mut part).await?;
        counts.quarantined = part.bad.len() as u64;
        let bad = std::mem::take(&mut part.bad);
        let drafts = part.drafts;
        self.seal_protected(change, &drafts).await?;
        let ids: Vec<Id<kind::Record>> = drafts.iter().map(|_| change.new_id()).collect();
        let rows = drafts.iter().zip(&ids).map(|(draft, id)| self.values(draft, *id, change.now())).collect();
        let written = change.insert_many("record", COLUMNS, rows, UNLESS_HELD).await?;
        let mut last = ids.last().copied();
        if written == drafts.len() as u64 {
            counts.accepted_new = written;
        } else {
            let found = self.settle(change, drafts, &ids).await?;
            counts.accepted_new = found.new;
            counts.accepted_version = found.versions;
            counts.already_held = found.held;
            last = found.last_version.or(last);
        }
        quarantine::keep(self, change, bad).await?;
        quarantine::settle(self, change, &settled).await?;
        if let (Some(first), Some(last)) = (ids.first(), last)
            && counts.accepted() > 0
        {
            let lines = (from + 1, part.to_line);
            store::part(change, self.delivery, lines, (*first, last)).await?;
            change.announce(&self.announcement(lines)).await?;
        }
        Ok(counts)
    }

    /// Seals what the source protects, with the versions that came before it did: whoever was told of those is told to stop using them.
    async fn seal_protected(&self, change: &mut Change, drafts: &[Draft]) -> Result<(), StoreError> {
        let protected: Vec<&str> = drafts.iter().filter(|draft| draft.sealed).map(|draft| draft.key.as_str()).collect();
        if protected.is_empty() {
            return Ok(());
        }
        let mut before: BTreeMap<String, Vec<String>> =
            protected.iter().map(|key| ((*key).to_owned(), Vec::new())).collect();
        for (key, versions) in self.held(change, &protected).await? {
            before.insert(key, versions.iter().map(|version| version.id.to_string()).collect());
        }
        share::api::seal_declared(change, self.controller, &self.feed.name, &before).await?;
        Ok(())
    }

    fn announcement(&self, (from_line, to_line): (u64, u64)) -> Announcement {
        Announcement {
            topic: crate::RECORDS_ACCEPTED,
            payload: serde_json::json!({
                "delivery": self.delivery.to_string(),
                "feed": self.feed.name.as_str(),
                "category": self.feed.category.as_str(),
                "from_line": from_line,
                "to_line": to_line,
            }),
        }
    }

    fn values(&self, draft: &Draft, id: Id<kind::Record>, now: Timestamp) -> Vec<Value> {
        params![
            id,
            &self.feed.name,
            self.controller,
            &self.feed.category,
            &draft.key,
            self.delivery,
            draft.line,
            draft.event_at,
            &draft.body,
            &draft.hash,
            now,
            draft.expires_on,
        ]
    }

    /// Tells which drafts of a part are new, which are held already, and which are other versions; writes the versions.
    async fn settle(
        &self,
        change: &mut Change,
        drafts: Vec<Draft>,
        ids: &[Id<kind::Record>],
    ) -> Result<Settled, StoreError> {
        let keys: Vec<&str> = drafts.iter().map(|draft| draft.key.as_str()).collect();
        let mut held = self.held(change, &keys).await?;
        let (mut settled, mut back) = (Settled::default(), Vec::new());
        for (draft, id) in drafts.into_iter().zip(ids) {
            let known = held.entry(draft.key.clone()).or_default();
            if known.iter().any(|version| version.id == *id) {
                settled.new += 1;
                continue;
            }
            let Some(current) = known.last() else {
                return Err(StoreError::Constraint("record: a row was neither written nor held".to_owned()));
            };
            if current.hash == draft.hash {
                settled.held += 1;
                if current.withdrawn {
                    bring_back(change, current.id).await?;
                    // Of what is sealed nobody who isn't named hears that it is there again.
                    let told_of = known.iter().filter(|version| !version.sealed);
                    back.extend(told_of.map(|version| version.id.to_string()));
                }
                continue;
            }
            // A file may say two things of one id. Sent again, its first word must not count as news.
            if known.iter().any(|version| version.hash == draft.hash && version.delivery == current.delivery) {
                settled.held += 1;
                continue;
            }
            let version = Version {
                id: change.new_id(),
                number: current.number + 1,
                hash: draft.hash.clone(),
                delivery: self.delivery,
                withdrawn: false,
                sealed: current.sealed,
            };
            supersede(change, current.id).await?;
            let mut row = self.values(&draft, version.id, change.now());
            row.extend(params![version.number]);
            change.insert_many("record", VERSION_COLUMNS, vec![row], "").await?;
            settled.versions += 1;
            settled.last_version = Some(version.id);
            known.push(version);
        }
        if !back.is_empty() {
            // Whoever was told to stop using it is told that it stands again. Another version of it says so by itself.
            tell_because(change, &back, Told::Corrected, &self.delivery.to_string()).await?;
        }
        Ok(settled)
    }

    /// Every version that is held of these keys, oldest first.
    async fn held(&self, change: &Change, keys: &[&str]) -> Result<HashMap<String, Vec<Version>>, StoreError> {
        let most = keys.len();
        let keys: Vec<Value> = keys.iter().map(|key| (*key).into_value()).collect();
        let rows: Vec<HeldVersion> = change
            .rows_held_in(
                "SELECT id, controller, category, source_key, version, body_hash, delivery, withdrawn_at FROM record \
                 WHERE feed = $1 AND source_key IN ({in}) ORDER BY version",
                params![&self.feed.name],
                &keys,
            )
            .await?;
        let mut held: HashMap<String, Vec<Version>> = HashMap::with_capacity(most);
        for row in rows {
            let versions = held.entry(row.key).or_default();
            // The same key may have been asked for twice in one part.
            if !versions.iter().any(|version| version.id == row.version.id) {
                versions.push(row.version);
            }
        }
        for versions in held.values_mut() {
            versions.sort_by_key(|version| version.number);
        }
        Ok(held)
    }
}

#[derive(Default)]
struct Settled {
    new: u64,
    versions: u64,
    held: u64,
    last_version: Option<Id<kind::Record>>,
}

struct Version {
    id: Id<kind::Record>,
    number: u64,
    hash: String,
    delivery: Id<kind::Delivery>,
    withdrawn: bool,
    sealed: bool,
}

struct HeldVersion {
    key: String,
    controller: Id<kind::Agency>,
    category: Code,
    version: Version,
}

impl FromRow for HeldVersion {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let category: Code = row.parse("category")?;
        let sealed = Marks::split(&category).1.sealed;
        Ok(Self {
            key: row.text("source_key")?,
            controller: row.id("controller")?,
            category,
            version: Version {
                id: row.id("id")?,
                number: row.count("version")?,
                hash: row.text("body_hash")?,
                delivery: row.id("delivery")?,
                withdrawn: row.opt_int("withdrawn_at")?.is_some(),
                sealed,
            },
        })
    }
}

impl Held for HeldVersion {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

async fn supersede(change: &mut Change, id: Id<kind::Record>) -> Result<(), StoreError> {
    change.execute("UPDATE record SET is_current = FALSE WHERE id = $1", params![id]).await?;
    Ok(())
}

async fn bring_back(change: &mut Change, id: Id<kind::Record>) -> Result<(), StoreError> {
    change.execute("UPDATE record SET withdrawn_at = NULL WHERE id = $1", params![id]).await?;
    Ok(())
}

pub(crate) fn note(change: &mut Change, counts: Counts) {
    change.note("read", counts.read);
    change.note("accepted_new", counts.accepted_new);
    change.note("accepted_version", counts.accepted_version);
    change.note("already_held", counts.already_held);
    change.note("quarantined", counts.quarantined);
}
