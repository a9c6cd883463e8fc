//! `alongside audit verify` and `alongside audit export-head`.

use std::process::ExitCode;

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
    }
}
