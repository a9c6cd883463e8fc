//! An address finds a place, not people. What is typed is held against public lists alone (which postcode lies in which small area, the names
//! of areas and districts): no record about anybody is read, so that nobody learns from it who lives or is known anywhere, or that anybody
//! is. It goes by POST, and its answer is held under a random id.

pub(crate) mod pages;

use base::{LsoaCode, Postcode, names::fold};
use serde::{Deserialize, Serialize};

/// What was typed, as far as it can name a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A postcode stands in it.
    Postcode(Postcode),
    /// It is the code of a small area.
    Area(LsoaCode),
    /// None: the parts between its commas and lines, folded, the last first, since the town stands last.
    Names(Vec<String>),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Found {
    /// A small area, by its code.
    Area(String),
    /// A district, by its code.
    District(String),
    /// Nothing of that name.
    Nothing,
}

/// Reads what was typed. A postcode counts before all else, the last one where there are several.
pub(crate) fn wanted(text: &str) -> Wanted {
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter == ',').collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let pairs = words.windows(2).map(|pair| pair.concat());
    let alone = words.iter().map(|word| (*word).to_owned());
    let postcode = pairs.chain(alone).filter_map(|word| word.parse::<Postcode>().ok()).next_back();
    if let Some(postcode) = postcode {
        return Wanted::Postcode(postcode);
    }
    if let Ok(area) = text.trim().to_uppercase().parse::<LsoaCode>() {
        return Wanted::Area(area);
    }
    let parts = text.split([',', '\n']).rev().map(fold).filter(|part| !part.is_empty());
    Wanted::Names(parts.take(8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postcode(text: &str) -> Option<String> {
        match wanted(text) {
            Wanted::Postcode(postcode) => Some(postcode.to_string()),
            _ => None,
        }
    }

    #[test]
    fn a_postcode_is_found_wherever_it_stands() {
        for text in
            ["SS1 2AB", "ss12ab", " 12 Quay Street, Lindermouth, SS1 2AB ", "Flat 3\n12 Quay Street\nSS1  2AB\nEngland"]
        {
            assert_eq!(postcode(text).as_deref(), Some("SS1 2AB"), "{text}");
        }
        assert_eq!(postcode("12 Quay Street, Lindermouth"), None);
        assert_eq!(postcode("SS1"), None, "half a postcode is none");
    }

    #[test]
    fn without_a_postcode_it_may_be_a_name_or_an_areas_code() {
        assert_eq!(wanted("e01090001"), Wanted::Area("E01090001".parse().unwrap()));
        let Wanted::Names(names) = wanted("12 Quay Street, Marl & Haven") else { panic!("no names") };
        assert_eq!(names.first().map(String::as_str), Some(fold("Marl & Haven").as_str()), "the town stands last");
    }
}
