//! `alongside audit verify`, `audit export-head` and `audit prove`.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, bail};
use share::api::agency_by_code;
use vault::{
    Actor,
    audit::{Document, Head},
};

use crate::{cli, installation::Installation};

/// Runs one of them. Verifying ends with 1 where something is wrong.
///
/// # Errors
/// Where the log or its heads can't be read.
pub async fn run(open: &Installation, command: &cli::Audit) -> anyhow::Result<ExitCode> {
    match command {
        cli::Audit::Verify => {
            let exported = vault::audit::read_exported(&open.vault.directory().join("heads"))?;
            let verdict = vault::audit::verify(&open.vault, &exported).await?;
            for finding in &verdict.findings {
                println!("WRONG: {finding}");
            }
            println!(
                "{} entries, {} signed heads, {} things wrong. {} entries are younger than the last head, {} younger than the \
                 last exported head.",
                verdict.entries, verdict.heads, verdict.found, verdict.unsigned, verdict.not_exported
            );
            Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        cli::Audit::ExportHead => {
            match open.vault.export_head().await? {
                Some(head) => println!(
                    "Signed and exported the head over {} entries, under `heads` in {}. Keep a copy where nobody who can \
                     change the database can change it.",
                    head.size,
                    open.vault.directory().display()
                ),
                None => println!("The log is empty: there is nothing to sign yet."),
            }
            Ok(ExitCode::SUCCESS)
        }
        cli::Audit::Prove(wanted) => prove(open, wanted).await,
    }
}

/// Makes a proof and writes it.
async fn prove(open: &Installation, wanted: &cli::Prove) -> anyhow::Result<ExitCode> {
    let document = match (&wanted.entry, &wanted.from) {
        (Some(position), _) => {
            let reader = match &wanted.reader {
                Some(code) => Some(
                    agency_by_code(&open.vault.plain(), code)
                        .await?
                        .with_context(|| format!("there is no agency `{code}`; `alongside agency list` lists them"))?
                        .id,
                ),
                None => None,
            };
            Document::Inclusion(open.vault.prove_entry(&Actor::System, *position, reader).await?)
        }
        (None, Some(from)) => {
            if wanted.to.is_none() {
                open.vault.sign_head_now().await?;
            }
            let from = head(open, from).await?;
            let to = match &wanted.to {
                Some(to) => Some(head(open, to).await?.size),
                None => None,
            };
            Document::Consistency(open.vault.prove_growth(&from, to).await?)
        }
        (None, None) => bail!("say what to prove: --entry N, or --from the head that the partner kept"),
    };
    match &wanted.out {
        Some(file) => {
            std::fs::write(file, document.to_text()).with_context(|| format!("{} can't be written", file.display()))?;
            println!(
                "Wrote {}. Whoever gets it checks it with `alongside-witness check` and the key whose fingerprint is {}.",
                file.display(),
                open.vault.audit_fingerprint()
            );
        }
        None => print!("{}", document.to_text()),
    }
    Ok(ExitCode::SUCCESS)
}

/// A head: the file that somebody kept, or this log's own of that size.
async fn head(open: &Installation, file_or_size: &str) -> anyhow::Result<Head> {
    if let Ok(size) = file_or_size.parse() {
        return Ok(open.vault.head_of(size).await?);
    }
    match Document::open(Path::new(file_or_size)).with_context(|| format!("the head {file_or_size} can't be used"))? {
        Document::Head(head) => Ok(head),
        Document::Inclusion(proof) => Ok(proof.head),
        Document::Consistency(proof) => Ok(proof.to),
    }
}
