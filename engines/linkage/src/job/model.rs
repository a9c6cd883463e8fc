//! The model of a job: from TOML or from Splink's JSON, and what to say about how it meets the records.

use std::{fmt::Write as _, path::Path};

use super::JobError;
use crate::{
    Linker, Spec,
    read::ReadError,
    splink::{Imported, from_splink},
};

/// A spec that suits people's records with the columns of FEBRL's data sets, commented; `alongside link --example` prints it.
pub const EXAMPLE: &str = include_str!("example.toml");

fn text(path: &Path) -> Result<String, JobError> {
    let bytes = std::fs::read(path).map_err(|error| ReadError::new(path, format!("can't be opened: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| ReadError::new(path, "is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

fn splink(path: &Path, text: &str) -> Result<Imported, JobError> {
    from_splink(text).map_err(|error| JobError::Spec { file: path.display().to_string(), error })
}

/// The spec, and Splink's link type where it is Splink's.
pub(super) fn read(path: &Path) -> Result<(Spec, Option<String>), JobError> {
    let text = text(path)?;
    let named = |error| JobError::Spec { file: path.display().to_string(), error };
    if !text.trim_start().starts_with('{') {
        return Ok((Spec::from_toml(&text).map_err(named)?, None));
    }
    let imported = splink(path, &text)?;
    if !imported.unrecognised.is_empty() {
        let mut message = format!(
            "{}: {} of its conditions are not standard ones. Write the model as TOML with `alongside link --from-splink {0} > spec.toml`, \
             and put these lines in their places:",
            path.display(),
            imported.unrecognised.len()
        );
        for odd in &imported.unrecognised {
            let _ = write!(message, "\n  {odd}");
        }
        return Err(JobError::Unrecognised(message));
    }
    imported.spec.check().map_err(named)?;
    Ok((imported.spec, Some(imported.link_type)))
}

/// A Splink model as TOML, with a comment for each condition that was not recognised and the line to write in its place.
///
/// # Errors
/// Where the file can't be read or is not a Splink model.
pub fn convert(path: &Path) -> Result<String, JobError> {
    let imported = splink(path, &text(path)?)?;
    let mut toml = format!("# From {}, a Splink model ({}).\n", path.display(), imported.link_type);
    if !imported.unrecognised.is_empty() {
        toml.push_str("# Not recognised: write these lines in their places, with the rule that comes nearest.\n");
        for odd in &imported.unrecognised {
            let _ = writeln!(toml, "#   {}: {}\n#     {}", odd.place, odd.sql, odd.line);
        }
    }
    toml.push('\n');
    toml.push_str(&imported.spec.to_toml()?);
    Ok(toml)
}

/// Columns that say nothing, or not what they should.
pub(super) fn field_warnings(linker: &Linker) -> Vec<String> {
    let mut warnings = Vec::new();
    for field in linker.fields() {
        let name = &field.field;
        let kind = linker.spec().fields.iter().find(|other| other.name == *name).map_or("", |other| other.kind.name());
        if field.unreadable > 0 {
            let share = crate::chart::percent(field.unreadable as f64 / linker.records() as f64);
            warnings.push(format!(
                "field `{name}`: {} values ({share}) can't be read as a {kind} and count as missing",
                field.unreadable
            ));
        }
        if field.filled == 0 {
            warnings.push(format!("field `{name}` is empty in every record: it says nothing about any pair"));
        } else if field.distinct == 1 && linker.records() > 1 {
            warnings.push(format!(
                "field `{name}` has one and the same value in every record that has any: it tells nobody apart"
            ));
        }
    }
    if linker.records() == 1 {
        warnings.push("there is only one record, and so no pair".to_owned());
    }
    warnings
}
