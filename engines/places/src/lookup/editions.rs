//! Codes that have no area, and whose they may be: those of another year, most often.

use std::{collections::HashSet, fmt};

use super::Lookup;

/// The last small area in England of 2011; the 2021 census numbered its new ones on from there.
const LAST_OF_2011: u32 = 33_768;

/// Codes without an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// The rows, counted from 0, and their codes, as they come; each row of a code that comes often.
    pub rows: Vec<(usize, String)>,
    /// How many rows there are in all.
    pub of: usize,
    /// What is the matter with the first code, and what to do.
    pub remedy: String,
}

impl fmt::Display for Unmatched {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let Some((row, code)) = self.rows.first() else { return Ok(()) };
        let code: String = code.chars().take(40).collect();
        let have = if self.rows.len() == 1 { "has" } else { "have" };
        write!(
            formatter,
            "{} of {} rows {have} a code without an area, first row {} ({code}): {}",
            self.rows.len(),
            self.of,
            row + 1,
            self.remedy
        )
    }
}

/// The codes that none of the areas has, with what to do about them; `None` when all have one. A lookup, if there is one,
/// tells codes of the other edition for what they are; without, English small areas (`E01…`) are told by their numbers.
#[must_use]
pub fn unmatched(areas: &[String], codes: &[String], lookup: Option<&Lookup>) -> Option<Unmatched> {
    let known: HashSet<&str> = areas.iter().map(String::as_str).collect();
    let rows: Vec<(usize, String)> = codes
        .iter()
        .enumerate()
        .filter(|(_, code)| !known.contains(code.as_str()))
        .map(|(row, code)| (row, code.clone()))
        .collect();
    let first = &rows.first()?.1;
    let remedy = remedy(areas, first, lookup);
    Some(Unmatched { rows, of: codes.len(), remedy })
}

fn remedy(areas: &[String], code: &str, lookup: Option<&Lookup>) -> String {
    if let Some(lookup) = lookup {
        let (is_from, is_to) = (lookup.number(code).is_some(), lookup.has_to(code));
        if is_from && !is_to {
            return "it is a code of the lookup's earlier edition: carry these rows over with the lookup first"
                .to_owned();
        }
        if is_to && !is_from {
            return "it is a code of the lookup's later edition, and the areas are of the earlier: take the areas of the later edition".to_owned();
        }
    }
    let newest = areas.iter().filter_map(|area| english_small_area(area)).max();
    match (english_small_area(code), newest) {
        (Some(number), Some(newest)) if number > LAST_OF_2011 && newest <= LAST_OF_2011 => {
            "it is a code of 2021, and the areas have those of 2011. Take the 2021 boundaries, or carry the rows over with a lookup".to_owned()
        }
        (Some(number), Some(newest)) if number <= LAST_OF_2011 && newest > LAST_OF_2011 => {
            "the areas have the codes of 2021; this may be one of 2011 that was split or merged, or it lies elsewhere. Carry the rows over with a lookup, or leave it out".to_owned()
        }
        (Some(_), None) => "it is a small area (LSOA), and the areas are of another level: take boundaries of small areas".to_owned(),
        _ => "leave it out, or add its boundary to the areas".to_owned(),
    }
}

fn english_small_area(code: &str) -> Option<u32> {
    code.strip_prefix("E01").filter(|number| number.len() == 6)?.parse().ok()
}

impl Lookup {
    fn has_to(&self, code: &str) -> bool {
        self.to.binary_search_by(|to| to.as_str().cmp(code)).is_ok()
    }

    /// What to say of a code that the lookup has not on its one side.
    pub(super) fn unknown(&self, code: &str) -> String {
        let short: String = code.chars().take(40).collect();
        let example = self.from.first().map(String::as_str).unwrap_or_default();
        if self.has_to(code) {
            format!(
                "{short} is already a code of the edition that the lookup leads to: leave the lookup out, or turn it round"
            )
        } else {
            format!(
                "{short} is not in the lookup, whose codes are like {example}: take the lookup for the edition of the counts"
            )
        }
    }
}
