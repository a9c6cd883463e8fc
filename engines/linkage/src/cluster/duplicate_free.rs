//! The sources that hold nobody twice, for clusters of one record each.

use std::collections::BTreeSet;

use crate::{Clustering, Error, Method, table::Sources};

/// For each record its source, where it is one that a spec calls duplicate-free; `None` where the spec doesn't ask for that.
///
/// # Errors
/// [`Error::Spec`] where there are no sources, or none of a name.
pub(crate) fn duplicate_free(
    clustering: &Clustering,
    sources: Option<&Sources>,
) -> Result<Option<Vec<Option<u16>>>, Error> {
    if clustering.method != Method::OneToOne {
        return Ok(None);
    }
    let wrong = |message: String| Err(Error::Spec(format!("clustering: {message}")));
    let present: BTreeSet<u16> = sources.iter().flat_map(|sources| &sources.of).copied().collect();
    let Some(sources) = sources.filter(|_| present.len() > 1) else {
        return wrong(
            "method = \"one_to_one\" links records of different sources, and all records are of one. Give a file for each source, or \
             name the column that holds it (--source COLUMN; Table::with_sources)"
                .to_owned(),
        );
    };
    let name = |source: u16| sources.names.get(source as usize).cloned().unwrap_or_else(|| source.to_string());
    let named: Vec<(u16, String)> = present.into_iter().map(|source| (source, name(source))).collect();
    if let Some(odd) = clustering.duplicate_free.iter().find(|odd| !named.iter().any(|(_, name)| name == *odd)) {
        let names: Vec<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
        return wrong(format!(
            "duplicate_free names `{odd}`, which is no source of these records; there are `{}`",
            names.join("`, `")
        ));
    }
    let all = clustering.duplicate_free.is_empty();
    let chosen: BTreeSet<u16> =
        named.iter().filter(|(_, name)| all || clustering.duplicate_free.contains(name)).map(|(at, _)| *at).collect();
    Ok(Some(sources.of.iter().map(|source| chosen.contains(source).then_some(*source)).collect()))
}
