//! `alongside doctor`: how this installation is set up, and what is wrong with it.

use std::{os::unix::fs::PermissionsExt as _, path::Path, process::ExitCode};

use share::api::{Agency, AgencyKind, Standing, agencies, agreements};
use vault::{FromRow, Row, StoreError, params};

use crate::installation::Installation;

/// What one look found.
enum Found {
    Good(String),
    Ask(String),
    Wrong(String),
}

/// Looks, prints, and ends with 1 where something is wrong.
///
/// # Errors
/// Where the vault can't be read.
pub async fn run(open: &Installation) -> anyhow::Result<ExitCode> {
    let mut found = vec![
        Found::Good(format!("Unit: {}", open.config.unit.name)),
        Found::Good(format!("Database: {}", database_words(open))),
        Found::Good(format!("Served as {}", open.config.server.public_url)),
    ];
    found.extend(keys(open.vault.directory()));
    found.extend(web_address(open));
    found.extend(jobs(open).await?);
    found.extend(agreement_ends(open).await?);
    found.extend(heads_given(open).await?);
    found.push(Found::Ask(
        "Is the disk under the database and under the data directory encrypted? Rows rely on it; files and second-factor secrets \
         are encrypted by the program itself."
            .to_owned(),
    ));
    let mut wrong = 0;
    for line in &found {
        match line {
            Found::Good(text) => println!("  fine   {text}"),
            Found::Ask(text) => println!("  check  {text}"),
            Found::Wrong(text) => {
                wrong += 1;
                println!("  WRONG  {text}");
            }
        }
    }
    println!("{wrong} things to put right.");
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where the rows are, without a password that may stand in the address.
fn database_words(open: &Installation) -> String {
    match open.config.location() {
        Ok(vault::Location::Sqlite(path)) => format!("SQLite, {}", path.display()),
        Ok(vault::Location::Postgres(url)) => {
            let shown = url.rsplit_once('@').map_or(url.as_str(), |(_, host)| host);
            format!("PostgreSQL, {shown}")
        }
        Err(error) => error.to_string(),
    }
}

fn keys(directory: &Path) -> Vec<Found> {
    ["keys/master.key", "keys/audit-signing.key"]
        .iter()
        .map(|name| {
            let path = directory.join(name);
            match std::fs::metadata(&path) {
                Ok(data) if data.permissions().mode() & 0o077 == 0 => {
                    Found::Good(format!("{name} is for its owner only"))
                }
                Ok(_) => Found::Wrong(format!("{} can be read by others: chmod 600 it", path.display())),
                Err(_) => Found::Wrong(format!("{} is missing: what it sealed can't be opened", path.display())),
            }
        })
        .collect()
}

fn web_address(open: &Installation) -> Vec<Found> {
    let server = &open.config.server;
    if !server.public_url.starts_with("https://") && !server.listen.ip().is_loopback() {
        return vec![Found::Wrong(
            "It is reachable from other machines without TLS: put a proxy before it and set server.public_url to https://…"
                .to_owned(),
        )];
    }
    Vec::new()
}

struct Jobs {
    failed: u64,
    waiting: u64,
}

impl FromRow for Jobs {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { failed: row.count("failed")?, waiting: row.count("waiting")? })
    }
}

async fn jobs(open: &Installation) -> anyhow::Result<Vec<Found>> {
    let sql = "SELECT COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed, \
               COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS waiting FROM job";
    let jobs: Option<Jobs> = open.vault.plain().first(sql, params![]).await?;
    Ok(jobs.map_or_else(Vec::new, |jobs| {
        vec![if jobs.failed == 0 {
            Found::Good(format!("Jobs: {} waiting, none failed", jobs.waiting))
        } else {
            Found::Wrong(format!("{} jobs failed for good; the log says why", jobs.failed))
        }]
    }))
}

/// A partner who keeps no signed head can't show later that the log was rewritten.
async fn heads_given(open: &Installation) -> anyhow::Result<Vec<Found>> {
    let given = open.vault.heads_given().await?;
    let agencies = agencies(&open.vault.plain()).await?;
    let partners = agencies.iter().filter(|agency| agency.kind != AgencyKind::Unit);
    let fresh = |agency: &Agency| {
        given.iter().any(|given| given.agency == agency.id && open.vault.now().since(given.at).as_hours() < 24 * 30)
    };
    let without: Vec<&str> = partners.filter(|agency| !fresh(agency)).map(|agency| agency.name.as_str()).collect();
    Ok(match without.as_slice() {
        [] => vec![Found::Good("Every partner was given a signed head of the log this month".to_owned())],
        names => vec![Found::Ask(format!(
            "No signed head of the log was given this month to: {}. They fetch it under Trust, Check the log, or by the API.",
            names.join(", ")
        ))],
    })
}

async fn agreement_ends(open: &Installation) -> anyhow::Result<Vec<Found>> {
    let today = open.vault.now().date_in_london();
    let soon = today.checked_add(jiff::ToSpan::days(60))?;
    let all = agreements(&open.vault.plain()).await?;
    let live = all.iter().filter(|agreement| agreement.standing(today) == Standing::Live);
    let (mut count, mut found) = (0, Vec::new());
    for agreement in live {
        count += 1;
        let terms = &agreement.terms;
        if terms.ends < soon {
            found.push(Found::Ask(format!("“{}” ends on {}", terms.title, terms.ends)));
        } else if terms.review < soon {
            found.push(Found::Ask(format!("“{}” must be reviewed by {}", terms.title, terms.review)));
        }
    }
    for agreement in &all {
        let standing = agreement.standing(today);
        if matches!(standing, Standing::Suspended | Standing::ReviewOverdue | Standing::WithoutAssessment) {
            found.push(Found::Ask(format!("“{}” permits nothing: {}", agreement.terms.title, standing.because())));
        }
    }
    found.insert(
        0,
        if count == 0 {
            Found::Wrong("no agreement is live: nothing can be shared; see `alongside agreement add`".to_owned())
        } else {
            Found::Good(format!("Agreements: {count} live"))
        },
    );
    Ok(found)
}
