//! The unit's own feeds and moment types, read from the folders that the configuration names before anything is opened: a file
//! that can't be read keeps the program from starting half-configured.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::config::Unit;

/// Puts the unit's own feeds and moment types in use.
///
/// # Errors
/// In words, with every file that must be mended.
pub fn put_in_use(unit: &Unit) -> anyhow::Result<()> {
    if let Some(folder) = &unit.feeds {
        ingest::api::use_folder(folder)
            .context("the unit's own feeds (`unit.feeds`) can't be used; nothing was started")?;
    }
    if let Some(folder) = &unit.moment_types {
        let types = moment_types(&toml_files(folder)?)
            .context("the unit's own moment types (`unit.moment_types`) can't be used; nothing was started")?;
        act::api::use_moment_types(types);
    }
    Ok(())
}

fn toml_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{}: the folder of `unit.moment_types` can't be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    if files.is_empty() {
        bail!("{}: it holds no file that ends in .toml", folder.display());
    }
    Ok(files)
}

/// The built-in moment types with those of these files.
///
/// # Errors
/// Everything that is wrong with the files, a line each.
pub fn moment_types(files: &[PathBuf]) -> anyhow::Result<act::api::MomentTypes> {
    let mut texts = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?;
        texts.push((file.display().to_string(), text));
    }
    let named = texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    act::api::MomentTypes::with(named).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!(lines.join("\n"))
    })
}
