//! `alongside backup` and `alongside restore`: an encrypted copy of everything, and its way back. The key is a file beside the
//! data (`keys/backup.key`) or a passphrase in the environment; whoever keeps the backups must not keep the key with them.

use std::{fs::File, path::Path, process::ExitCode, sync::Arc};

use anyhow::{Context as _, bail};
use share::api::CedarDecider;
use vault::{Actor, BackupKey, Opening, WithKeys};

use crate::{
    clock::{SystemClock, system_random},
    config::Config,
    installation::{Installation, migrations, topics},
};

/// The passphrase, where one is used instead of the key file.
const PASSPHRASE: &str = "ALONGSIDE_BACKUP_PASSPHRASE";

fn key(directory: &Path) -> BackupKey {
    match std::env::var(PASSPHRASE) {
        Ok(passphrase) if !passphrase.is_empty() => BackupKey::Passphrase(passphrase),
        _ => BackupKey::File(directory.join("keys").join("backup.key")),
    }
}

/// Writes a copy. The master key and the signing key are not in it: keep `keys/` apart.
///
/// # Errors
/// The vault's, or the file's.
pub async fn backup(open: &Installation, file: &Path) -> anyhow::Result<()> {
    if file.exists() {
        bail!("{} exists already; give another name", file.display());
    }
    let directory = open.vault.directory();
    let report = open.vault.backup(&Actor::System, file, &key(directory), WithKeys::No).await?;
    println!("{} rows of {} tables and {} files are in {}.", report.rows, report.tables, report.blobs, file.display());
    println!(
        "To restore it you also need {}: keep a copy of it away from the backups, and a copy of tombstones.log beside them.",
        directory.join("keys").display()
    );
    Ok(())
}

/// Brings a copy back into an empty installation.
///
/// # Errors
/// Where the installation isn't empty, the key is another, or the copy was changed.
pub async fn restore(config: Config, file: &Path) -> anyhow::Result<ExitCode> {
    let directory = config.storage.directory.clone();
    let opening = Opening {
        location: config.location()?,
        directory: directory.clone(),
        migrations: migrations(),
        topics: topics(),
        decider: Arc::new(CedarDecider::new().context("the policies can't be read")?),
        clock: Arc::new(SystemClock),
        random: system_random()?,
    };
    let from = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    let report = vault::restore(&opening, from, &key(&directory)).await?;
    println!("{} rows and {} files of {} are back.", report.rows, report.blobs, report.made_at);
    if !report.keys {
        println!("Put the keys into {} before anything else.", directory.join("keys").display());
    }
    println!(
        "Put the newest tombstones.log into {}: what was erased since the copy was made is erased again at the first start.",
        directory.display()
    );
    Ok(ExitCode::SUCCESS)
}
