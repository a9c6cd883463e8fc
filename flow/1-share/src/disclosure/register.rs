//! Writing the register. What a page shows is written once a day for each member, purpose and ground, before it is shown, in one short change;
//! shown again, only the time of the last showing is touched, and that at most every ten minutes. What is given is written with the giving.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, SignedDuration, Timestamp, code, kind};
use vault::{
    Actor, Cause, Change, Facet, FromRow, Grant, Held, IntoValue, Operation, Permit, Reader, Row, StoreError, Value,
    Verb, params,
};

use super::{GroundKind, How};

/// How old the last showing may be before it is written again.
const TOUCHED_MINUTES: i64 = 10;

/// A row that is about to be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// The record.
    pub record: Id<kind::Record>,
    /// Whose data, and which.
    pub facet: Facet,
}

/// Something that is given to another agency.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    /// The record that it is of.
    pub record: Option<Id<kind::Record>>,
    /// The person.
    pub person: Option<Id<kind::Person>>,
    /// On what it stands, as the decider said for the receiver: whose data, which, which fields.
    pub grant: &'a Grant,
    /// To which agency.
    pub to: Id<kind::Agency>,
    /// To which member, where it is for one alone.
    pub member: Option<Id<kind::Member>>,
    /// How.
    pub how: How,
    /// The referral's or the file's id.
    pub via: String,
}

/// What the register has of today.
struct Today {
    id: String,
    record: Id<kind::Record>,
    permit: Ground,
    last_at: Timestamp,
    controller: Id<kind::Agency>,
    category: Code,
}

type Ground = (String, String);

impl FromRow for Today {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text("id")?,
            record: row.id("record")?,
            permit: (row.text("ground")?, row.text("ground_id")?),
            last_at: row.time("last_at")?,
            controller: row.id("controller")?,
            category: row.parse("category")?,
        })
    }
}

impl Held for Today {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

struct Standing {
    source: String,
    emergency: bool,
    facet: Facet,
}

impl FromRow for Standing {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            source: row.text("source")?,
            emergency: row.bool("emergency")?,
            facet: Facet { controller: row.id("controller")?, category: row.parse("category")? },
        })
    }
}

/// Who is told: an agency, and the member where it is one. Jobs and the program tell nobody.
fn receiver(actor: &Actor) -> Option<(Id<kind::Agency>, String)> {
    match actor {
        Actor::Member { id, agency } => Some((*agency, id.to_string())),
        Actor::Token { agency, .. } => Some((*agency, String::new())),
        Actor::Job { .. } | Actor::System => None,
    }
}

fn how(verb: Verb) -> Option<How> {
    match verb {
        // Whoever makes or releases a file for others sees what goes into it.
        Verb::View | Verb::Record | Verb::Disclose => Some(How::View),
        Verb::List | Verb::Search | Verb::Link | Verb::Collect => Some(How::List),
        // What is counted or erased is shown to nobody.
        Verb::Count | Verb::Erase => None,
    }
}

/// Writes down what is about to be shown under a reader's permit of other agencies' data. Nothing is to be shown where it fails.
///
/// # Errors
/// The database's.
pub async fn register_views(reader: &Reader, shown: &[Shown]) -> Result<(), StoreError> {
    const OF_TODAY: &str = "SELECT id, record, ground, ground_id, last_at, controller, category FROM disclosure \
         WHERE person = '' AND to_member = $1 AND day = $2 AND purpose = $3 AND kind = $4 AND to_agency = $5 AND via = '' \
         AND record IN ({in})";
    let permit = reader.permit();
    let (Some((agency, member)), Some(how)) = (receiver(permit.actor()), how(permit.verb())) else { return Ok(()) };
    let others: BTreeSet<&Shown> = shown.iter().filter(|row| row.facet.controller != agency).collect();
    if others.is_empty() {
        return Ok(());
    }
    let vault = reader.vault();
    let now = vault.now();
    let day = now.date_in_london().to_string();
    let keys: Vec<Value> = others.iter().map(|row| row.record.into_value()).collect();
    let same = params![&member, &day, permit.purpose().code(), how.code(), agency];
    let today: Vec<Today> = reader.rows_in(OF_TODAY, same, &keys).await?;
    let stands = standing(reader, permit, &member).await?;
    let (mut fresh, mut old) = (Vec::new(), Vec::new());
    for row in others {
        let Some(grant) = permit.grant_of(row.facet.controller, &row.facet.category) else { continue };
        let ground = ground(grant, &stands);
        match today.iter().find(|known| known.record == row.record && known.permit == ground) {
            Some(known) if now.since(known.last_at) < SignedDuration::from_mins(TOUCHED_MINUTES) => {}
            Some(known) => old.push(known.id.clone()),
            None => fresh.push(values(
                &Line {
                    id: vault.new_id(),
                    record: row.record.to_string(),
                    person: String::new(),
                    to: agency,
                    member: &member,
                    how,
                    grant,
                    ground,
                    via: String::new(),
                },
                permit,
                now,
            )),
        }
    }
    if fresh.is_empty() && old.is_empty() {
        return Ok(());
    }
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: permit.purpose(),
        operation: Operation::Disclosure,
        act: code!("disclosures_registered"),
        scope: permit.scope().clone(),
    };
    let mut change = vault.change(cause).await?;
    change.note("rows", fresh.len());
    insert(&mut change, fresh).await?;
    for id in old {
        change.execute("UPDATE disclosure SET last_at = $2 WHERE id = $1", params![id, now]).await?;
    }
    change.commit().await
}

/// What a data owner decided or a member opened, for this member about the one person of the permit: to say on which of them it stood.
async fn standing(reader: &Reader, permit: &Permit, member: &str) -> Result<Vec<Standing>, StoreError> {
    const HOLDING: &str = "SELECT source, emergency, controller, category FROM standing_grant WHERE about = $1 AND member = $2 \
         AND purpose = $3 AND starts_at <= $4 AND ends_at > $4 AND ended_at IS NULL ORDER BY emergency, starts_at, id";
    let without = permit.grants().iter().any(|grant| grant.agreement.is_none());
    match &permit.scope().id {
        Some(person) if without && permit.scope().kind == "person" => {
            let now = reader.vault().now();
            reader.vault().book().rows(HOLDING, params![person, member, permit.purpose().code(), now]).await
        }
        _ => Ok(Vec::new()),
    }
}

fn ground(grant: &Grant, standing: &[Standing]) -> Ground {
    if let Some(agreement) = grant.agreement {
        return (GroundKind::Agreement.code().to_owned(), agreement.to_string());
    }
    match standing.iter().find(|one| one.facet == grant.facet) {
        Some(one) if one.emergency => (GroundKind::Emergency.code().to_owned(), one.source.clone()),
        Some(one) => (GroundKind::OwnersDecision.code().to_owned(), one.source.clone()),
        None => (GroundKind::Other.code().to_owned(), String::new()),
    }
}

struct Line<'a> {
    id: Id<kind::Disclosure>,
    record: String,
    person: String,
    to: Id<kind::Agency>,
    member: &'a str,
    how: How,
    grant: &'a Grant,
    ground: Ground,
    via: String,
}

const COLUMNS: &[&str] = &[
    "id",
    "controller",
    "category",
    "record",
    "person",
    "to_agency",
    "to_member",
    "kind",
    "purpose",
    "ground",
    "ground_id",
    "power",
    "basis",
    "condition",
    "confidentiality",
    "obligations",
    "fields",
    "permit",
    "via",
    "day",
    "first_at",
    "last_at",
];

fn values(line: &Line<'_>, permit: &Permit, now: Timestamp) -> Vec<Value> {
    let grant = line.grant;
    let obligations: Vec<&str> = grant.obligations.iter().map(Code::as_str).collect();
    let fields = grant.fields.as_ref().map(|fields| fields.names().collect::<Vec<_>>().join(" "));
    params![
        line.id,
        grant.facet.controller,
        &grant.facet.category,
        &line.record,
        &line.person,
        line.to,
        line.member,
        line.how.code(),
        permit.purpose().code(),
        &line.ground.0,
        &line.ground.1,
        &grant.power,
        &grant.basis,
        grant.condition.as_ref(),
        grant.confidentiality.as_ref(),
        obligations.join(" "),
        fields,
        permit.id(),
        &line.via,
        now.date_in_london(),
        now,
        now,
    ]
}

async fn insert(change: &mut Change, rows: Vec<Vec<Value>>) -> Result<u64, StoreError> {
    // Two pages at once: the later one is the last showing.
    const SEEN_AGAIN: &str = "ON CONFLICT (record, person, to_member, day, purpose, kind, ground, ground_id, to_agency, controller, category, via) \
         DO UPDATE SET last_at = excluded.last_at";
    change.insert_many("disclosure", COLUMNS, rows, SEEN_AGAIN).await
}

/// Writes down what is given, in the change that gives it. `permit` is that under which the decider said that the receiver may have it.
/// What stays with its controller is no disclosure.
///
/// # Errors
/// The database's.
pub async fn register_given(change: &mut Change, permit: &Permit, given: &[Given<'_>]) -> Result<u64, StoreError> {
    let now = change.now();
    let mut rows = BTreeMap::new();
    for one in given.iter().filter(|one| one.grant.facet.controller != one.to) {
        let text = |id: Option<String>| id.unwrap_or_default();
        let member = text(one.member.map(|id| id.to_string()));
        let line = Line {
            id: change.new_id(),
            record: text(one.record.map(|id| id.to_string())),
            person: text(one.person.map(|id| id.to_string())),
            to: one.to,
            member: &member,
            how: one.how,
            grant: one.grant,
            ground: ground(one.grant, &[]),
            via: one.via.clone(),
        };
        // One statement can't meet the same row twice.
        rows.insert((line.record.clone(), line.person.clone(), one.grant.facet.clone()), values(&line, permit, now));
    }
    insert(change, rows.into_values().collect()).await
}

/// Writes down that a member is about to be told that these services know somebody, as far as their permit to search says so.
///
/// # Errors
/// The database's; nothing is to be shown then.
pub async fn register_pointers(
    reader: &Reader,
    person: Id<kind::Person>,
    services: &[Id<kind::Agency>],
) -> Result<(), StoreError> {
    let permit = reader.permit();
    let Actor::Member { id, agency } = permit.actor() else { return Ok(()) };
    let of = |service: &Id<kind::Agency>| permit.grants().iter().find(|grant| grant.facet.controller == *service);
    let given: Vec<Given<'_>> = services
        .iter()
        .filter(|service| *service != agency)
        .filter_map(of)
        .map(|grant| Given {
            record: None,
            person: Some(person),
            grant,
            to: *agency,
            member: Some(*id),
            how: How::Pointer,
            via: String::new(),
        })
        .collect();
    if given.is_empty() {
        return Ok(());
    }
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: permit.purpose(),
        operation: Operation::Disclosure,
        act: code!("disclosures_registered"),
        scope: permit.scope().clone(),
    };
    let mut change = reader.vault().change(cause).await?;
    register_given(&mut change, permit, &given).await?;
    change.note("rows", given.len());
    change.commit().await
}
