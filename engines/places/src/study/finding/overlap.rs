//! How much is on nobody's list?

use crate::{
    overlap::{
        Estimate, OverlapError,
        log_linear::{Criterion, Histories, average},
        sensitivity::{USUAL, band},
    },
    study::{
        StudyError,
        output::{
            Finding, Section,
            figures::{count, percent, real},
            table::{Cell, Table},
        },
        spec::Overlap,
        world::World,
    },
};

const TITLE: &str = "How much is on nobody's list?";

/// The histories that the spec describes.
///
/// # Errors
/// When it names a list that there isn't, or nobody is on any.
pub fn histories(overlap: &Overlap) -> Result<Histories, StudyError> {
    let mut rows = Vec::new();
    for seen in &overlap.seen {
        let mut history = 0_u32;
        for on in &seen.on {
            let list = overlap.lists.iter().position(|list| list == on);
            let list = list.ok_or_else(|| {
                StudyError::Spec(format!("overlap: “{on}” is none of the lists ({})", overlap.lists.join(", ")))
            })?;
            history |= 1_u32.checked_shl(u32::try_from(list).unwrap_or(u32::MAX)).unwrap_or_default();
        }
        rows.push((history, seen.count));
    }
    Histories::of(overlap.lists.len(), rows).map_err(|error| StudyError::Spec(format!("overlap: {error}")))
}

/// Capture-recapture of the lists in the spec; nothing where it has none.
pub fn find(world: &World) -> Finding {
    let Some(overlap) = &world.spec.overlap else { return Finding::default() };
    let found = histories(overlap)
        .map_err(|error| error.to_string())
        .and_then(|histories| estimate(&histories).map(|found| (histories, found)).map_err(|error| error.to_string()));
    match found {
        Ok((histories, estimate)) => said(overlap, &histories, &estimate),
        Err(error) => Finding::without("overlap", TITLE, &error),
    }
}

fn estimate(histories: &Histories) -> Result<Estimate, OverlapError> {
    if histories.lists() == 2 {
        histories.two(0, 1).estimate()
    } else {
        average(histories, Criterion::Aic).map(|averaged| averaged.estimate)
    }
}

fn said(overlap: &Overlap, histories: &Histories, estimate: &Estimate) -> Finding {
    let table = table(overlap, histories, estimate);
    let unseen = estimate.unseen();
    let first = overlap.lists.first().map_or("the first", String::as_str);
    let missed = estimate.missed(histories.on(1));
    let section = Section {
        id: "overlap",
        title: TITLE.to_owned(),
        said: format!(
            "{} are on at least one list; about {} ({} to {}) are on none. Of all of them {} misses {} ({}).",
            count(histories.seen()),
            real(unseen.count, 0),
            real(unseen.interval.lower, 0),
            real(unseen.interval.upper, 0),
            first,
            real(missed.count, 0),
            percent(missed.share)
        ),
        caveat: if histories.lists() == 2 {
            "Two lists can't tell whether one service sends people to the other. If it does, more are on no list than this says; the table shows how \
             many, for different strengths of that. Links between the lists that were missed make it too high."
                .to_owned()
        } else {
            "Some people may be on no list of any kind, whatever the services do: they are not in this number. Links between the lists that were missed \
             make it too high."
                .to_owned()
        },
        method: if histories.lists() == 2 {
            "Chapman's estimate, interval after Sadinle (2009); for other odds ratios after Gerritse and others (2015)."
                .to_owned()
        } else {
            "Log-linear models of every set of pairwise dependences, averaged by Akaike's criterion (Buckland and others 1997).".to_owned()
        },
        picture: None,
        table: Some(table.clone()),
    };
    Finding { section: Some(section), tables: vec![table], ..Finding::default() }
}

fn table(overlap: &Overlap, histories: &Histories, estimate: &Estimate) -> Table {
    let headings = [("assumption", "If"), ("total", "Then there are in all"), ("lower", "From"), ("upper", "To")];
    let mut table = Table::new("overlap", "How many there are, by what is assumed", &headings);
    let mut row = |what: String, total: f64, lower: f64, upper: f64| {
        table.rows.push(vec![Cell::text(what), Cell::Real(total, 0), Cell::Real(lower, 0), Cell::Real(upper, 0)]);
    };
    if histories.lists() > 2 {
        row(
            "Dependences as the lists show them".to_owned(),
            estimate.total,
            estimate.interval.lower,
            estimate.interval.upper,
        );
        return table;
    }
    for under in band(&histories.two(0, 1), &USUAL).unwrap_or_default() {
        let what = if (under.odds_ratio - 1.0).abs() < f64::EPSILON {
            "The lists are independent".to_owned()
        } else {
            format!(
                "Odds of being on {} are {} times as high for those on {}",
                overlap.lists.get(1).map_or("the second", String::as_str),
                real(under.odds_ratio, 2),
                overlap.lists.first().map_or("the first", String::as_str)
            )
        };
        row(what, under.total, under.interval.lower, under.interval.upper);
    }
    table
}
