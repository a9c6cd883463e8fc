//! Making the record of processing of what is configured.

use std::collections::{BTreeMap, BTreeSet};

use base::{Id, kind};
use vault::{
    FromRow, Purpose, Row, Staff, StoreError, Vault,
    catalogue::{Entry, TableKind},
    params,
};

use super::{Activity, Controller, Measure, Processing, Table, words};
use crate::{
    agency::{self, Agency},
    agreement::{self, Agreement, Stage, Standing, purpose_words},
    law::{Sharing, law},
};

/// The record as it stands now.
pub(crate) async fn gather(vault: &Vault, staff: &Staff) -> Result<Processing, StoreError> {
    let plain = vault.plain();
    let (agencies, agreements) = (agency::all(&plain).await?, agreement::all(&plain).await?);
    let today = vault.now().date_in_london();
    let mut controllers = Vec::new();
    for one in &agencies {
        let supplies = agency::supplied_by(&plain, one.id).await?;
        let given = agreements.iter().filter(|agreement| matches!(agreement.stage, Stage::Active | Stage::Suspended));
        let activities: Vec<Activity> =
            given.flat_map(|agreement| activities(one, agreement, &agencies, today)).collect();
        if supplies.is_empty() && activities.is_empty() {
            continue;
        }
        controllers.push(Controller {
            name: one.name.clone(),
            kind: words::spaced(one.kind.code()),
            supplies: supplies.iter().map(|code| law().category(code).name.replace('_', " ")).collect(),
            activities,
        });
    }
    let tables = vault.catalogue().await?;
    Ok(Processing {
        controllers,
        tables: tables.iter().filter(|entry| entry.kind != TableKind::Plain).map(table).collect(),
        security: security(vault, staff).await?,
    })
}

fn table(entry: &Entry) -> Table {
    Table {
        name: words::sentence(&entry.table),
        about: words::about(entry).to_owned(),
        controller: words::controller(entry).to_owned(),
        category: words::category(entry),
        retention: words::retention(entry),
        subject_sees: words::subject_sees(entry),
        correction: words::correction(entry),
        erasure: words::erasure(entry),
    }
}

/// What one party gives under one agreement: an activity for each purpose.
fn activities(giver: &Agency, agreement: &Agreement, agencies: &[Agency], today: base::Date) -> Vec<Activity> {
    let terms = &agreement.terms;
    let brought: Vec<&base::Code> =
        terms.brings.iter().filter(|one| one.party == giver.id).map(|one| &one.category).collect();
    if brought.is_empty() {
        return Vec::new();
    }
    let of = |id: &Id<kind::Agency>| agencies.iter().find(|agency| agency.id == *id);
    let receivers: Vec<&Agency> = terms.parties.iter().filter(|party| **party != giver.id).filter_map(of).collect();
    let standing = agreement.standing(today);
    let one = |purpose: &Purpose| Activity {
        purpose: purpose_words(*purpose).to_owned(),
        agreement: terms.title.clone(),
        href: format!("/trust/agreements/{}", agreement.id),
        categories: brought.iter().map(|code| law().category(code).name.replace('_', " ")).collect(),
        recipients: receivers.iter().map(|agency| agency.name.clone()).collect(),
        powers: terms
            .gateways
            .iter()
            .map(|code| {
                law().gateway(code.as_str()).map_or_else(|| words::spaced(code.as_str()), |rule| rule.law.clone())
            })
            .collect(),
        bases: bases(giver, &receivers, &brought, *purpose),
        confidentiality: terms.confidentiality.as_ref().map_or_else(
            || "no ground of confidentiality named".to_owned(),
            |code| law().ground(code.as_str()).map_or_else(|| words::spaced(code.as_str()), |rule| rule.name.clone()),
        ),
        fields: terms.fields.get(purpose).filter(|names| !names.is_empty()).map_or_else(
            || "all".to_owned(),
            |names| names.iter().map(|name| words::spaced(name)).collect::<Vec<_>>().join(", "),
        ),
        conditions: terms.conditions.clone(),
        retention: terms.retention_days.map_or_else(
            || "a receiver’s copy ends with the giver’s record".to_owned(),
            |days| format!("a receiver’s copy ends after {days} days"),
        ),
        assessment: terms.assessment.clone().unwrap_or_else(|| "none".to_owned()),
        days: format!("{} to {}, review by {}", terms.starts, terms.ends, terms.review),
        standing: match standing {
            Standing::Live => "in force".to_owned(),
            other => format!("permits nothing, because {}", other.because()),
        },
    };
    terms.purposes.iter().map(one).collect()
}

/// The bases and conditions in data protection law on which some receiver may have it.
fn bases(giver: &Agency, receivers: &[&Agency], categories: &[&base::Code], purpose: Purpose) -> Vec<String> {
    let mut found = BTreeSet::new();
    for receiver in receivers {
        for category in categories {
            let sharing = Sharing {
                giver: giver.kind,
                receiver: receiver.kind,
                category: (*category).clone(),
                purpose,
                decided_by_person: false,
                emergency: false,
            };
            found.extend(law().bases(&sharing, false).map(|rule| rule.name.clone()));
        }
    }
    found.into_iter().collect()
}

pub(crate) struct Number(pub u64);

impl FromRow for Number {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.count("n").map(Self)
    }
}

pub(crate) async fn number(staff: &Staff, sql: &'static str, values: Vec<vault::Value>) -> Result<u64, StoreError> {
    let found: Option<Number> = staff.first(sql, values).await?;
    Ok(found.map_or(0, |number| number.0))
}

pub(crate) const MEMBERS: &str = "SELECT COUNT(*) AS n FROM member WHERE active = $1";
pub(crate) const WITHOUT_SECOND_FACTOR: &str =
    "SELECT COUNT(*) AS n FROM member WHERE active = $1 AND second_factor IS NULL";

/// A setting’s value.
pub(crate) async fn setting(staff: &Staff, name: &'static str) -> Result<Option<String>, StoreError> {
    struct Text(String);
    impl FromRow for Text {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            row.text("value").map(Self)
        }
    }
    let found: Option<Text> = staff.first("SELECT value FROM setting WHERE name = $1", params![name]).await?;
    Ok(found.map(|text| text.0))
}

async fn security(vault: &Vault, staff: &Staff) -> Result<Vec<Measure>, StoreError> {
    let members = number(staff, MEMBERS, params![true]).await?;
    let without = number(staff, WITHOUT_SECOND_FACTOR, params![true]).await?;
    let heads = vault.heads(None, 1).await?;
    let given = vault.heads_given().await?;
    let expired = setting(staff, "expired_for").await?;
    let watched = setting(staff, "unusual_watched_until").await?;
    let now = |text: Option<String>, none: &str| text.unwrap_or_else(|| none.to_owned());
    let agencies: BTreeMap<_, _> = given.iter().map(|given| (given.agency, ())).collect();
    Ok([
        ("Every look is decided by rule and logged before a row is shown", "always; nothing turns it off".to_owned()),
        (
            "Two proofs of who signs in",
            format!("{} of {members} active members have a second factor", members - without.min(members)),
        ),
        (
            "The log can’t be changed unseen: signed heads of a Merkle tree",
            heads.first().map_or_else(
                || "no head signed yet".to_owned(),
                |head| {
                    format!(
                        "the newest over {} entries, signed on {}; given to {} partners",
                        head.size,
                        web::time::full(head.at),
                        agencies.len()
                    )
                },
            ),
        ),
        ("Files are encrypted, each with a key of its own; erasing the key erases the file", "always".to_owned()),
        (
            "What people write about asks, emergencies and answers is sealed under a key outside the database",
            "always".to_owned(),
        ),
        ("What is due is erased, once a day", now(expired.map(|day| format!("last on {day}")), "not run yet")),
        (
            "Unusual looking is asked about",
            now(watched.map(|day| format!("looked at up to {day}")), "not looked at yet"),
        ),
        ("Numbers about people leave only after suppression of small ones", "always".to_owned()),
        ("No call leaves the unit’s own machine: no transfer to another country by this program", "always".to_owned()),
    ]
    .into_iter()
    .map(|(what, now)| Measure { what: what.to_owned(), now })
    .collect())
}
