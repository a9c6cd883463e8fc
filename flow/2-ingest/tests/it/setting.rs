//! What the tests share: a vault with the agencies registered, and files made of text.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use base::{Code, code};
use ingest::api::{DeliveryFault, DeliveryReport, deliver_file, feed, unwatched};
use vault::{
    Actor, Cause, Migration, Operation, Purpose, Scope, params,
    testing::{Bench, Plan},
};

/// The tables that deliveries need.
pub fn migrations() -> Vec<Migration> {
    share::MIGRATIONS.iter().chain(web::MIGRATIONS).chain(ingest::MIGRATIONS).copied().collect()
}

pub fn plan() -> Plan {
    Plan::of(&migrations()).topic(ingest::RECORDS_ACCEPTED, "follow_records")
}

/// Registers the agencies of the built-in feeds.
pub async fn agencies(t: &Bench) {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("agencies_added"),
        scope: Scope::unit(),
    };
    let mut change = t.vault.change(cause).await.unwrap();
    for (code, kind) in [
        ("police", "police"),
        ("youth_justice", "youth_justice"),
        ("education", "education"),
        ("social_care", "social_care"),
        ("hospital", "health"),
        ("open_data", "police"),
    ] {
        let id: base::Id<base::kind::Agency> = change.new_id();
        let now = change.now();
        change
            .execute(
                "INSERT INTO agency (id, code, name, kind, added_at) VALUES ($1, $2, $2, $3, $4)",
                params![id, code, kind, now],
            )
            .await
            .unwrap();
    }
    change.commit().await.unwrap();
}

/// A directory that is removed with the value.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }
}

pub async fn deliver(t: &Bench, name: &str, path: &Path) -> Result<DeliveryReport, DeliveryFault> {
    deliver_file(&t.vault, &Actor::System, feed(name).unwrap(), path, &unwatched).await
}

/// Delivers text that must be taken.
pub async fn deliver_text(t: &Bench, name: &str, text: &str) -> DeliveryReport {
    let folder = Folder::new();
    let report = deliver(t, name, &folder.file("file.csv", text.as_bytes())).await.unwrap();
    assert!(report.counts.add_up(), "{report:?}");
    report
}

/// `read/new/version/held/quarantined/withdrawn`.
pub fn sums(report: &DeliveryReport) -> String {
    let c = report.counts;
    format!("{}/{}/{}/{}/{}/{}", c.read, c.accepted_new, c.accepted_version, c.already_held, c.quarantined, c.withdrawn)
}

pub fn category(name: &str) -> Code {
    feed(name).unwrap().category.clone()
}

pub const MISSING: &str = "EpisodeID,ReportedAt,ReturnedAt,Risk,Surname,Forename,DOB,Gender,Ethnicity,HomeAddress,HomePostcode,\
Phone,LivingWith,FoundArea,FoundPlace,InterviewOffered,InterviewAccepted,InterviewDate\n";

/// A row of `missing_episodes`.
pub fn episode(id: &str, reported: &str, risk: &str, family: &str) -> String {
    format!("{id},{reported},,{risk},{family},Kai,2012-01-17,M,M2,5 Lime Close,CO2 3WB,07101 880031,Foster care,,,,,\n")
}

pub const YOUTH: &str = "Case ID,UPN,Surname,Forenames,Known As,DOB,Sex,Ethnicity,Address,Postcode,Phone,Order Type,Start Date,End Date,Status\n";

pub fn case(id: &str, family: &str, status: &str) -> String {
    format!(
        "{id},,{family},Baran,,39754,Male,W9,30 Tannery Road,CO1 4PR,,Referral order,01/09/2025,01/12/2025,{status}\n"
    )
}

pub const STREET: &str = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,\
Last outcome category,Context\n";
