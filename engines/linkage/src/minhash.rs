//! Keys that texts share the likelier the more alike they are, so that names with no exact part in common are still found.
//!
//! A text is the set of its pairs of neighbouring letters, its beginning and end marked. The least of a set's numbers under one mixing is the same for
//! two sets with the chance of their Jaccard similarity `s` (Broder 1997). With `rows` such numbers to a key and `bands` keys, two texts
//! share a key with the chance `1 - (1 - s^rows)^bands` (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4).

use crate::sample::mix;

/// One key for each band. None for a text without letters.
pub(crate) fn keys(text: &str, bands: usize, rows: usize) -> Vec<String> {
    let pairs = pairs(text);
    if pairs.is_empty() {
        return Vec::new();
    }
    let least = |number: u64| pairs.iter().map(|pair| mix(pair ^ mix(number))).min().unwrap_or_default();
    let band = |band: usize| {
        let first = (band * rows) as u64;
        let key = (first..first + rows as u64).fold(band as u64, |key, number| mix(key ^ least(number)));
        format!("{band}:{key:016x}")
    };
    (0..bands).map(band).collect()
}

/// Each pair of neighbouring letters as a number.
fn pairs(text: &str) -> Vec<u64> {
    let letters: Vec<u64> = text.chars().map(u64::from).collect();
    if letters.is_empty() {
        return Vec::new();
    }
    let (from, to) = (std::iter::once(0).chain(letters.iter().copied()), letters.iter().copied().chain([0]));
    from.zip(to).map(|(one, next)| one << 32 | next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_names_share_a_key_as_often_as_the_formula_says() {
        // Every name with one letter exchanged for another; the share of pairs with a common key against the formula's mean.
        let names =
            ["okonkwo", "macdonald", "featherstone", "szczepanska", "ramanathan", "villanueva", "christodoulou"];
        let (mut found, mut expected, mut pairs_seen) = (0.0, 0.0, 0.0);
        for (name, other) in names.iter().flat_map(|name| slips(name).into_iter().map(move |other| (*name, other))) {
            let (a, b) = (pairs(name), pairs(&other));
            let shared = a.iter().filter(|pair| b.contains(pair)).count() as f64;
            let likeness = shared / (a.len() + b.len() - shared as usize) as f64;
            expected += 1.0 - (1.0 - likeness.powi(2)).powi(6);
            let (ours, theirs) = (keys(name, 6, 2), keys(&other, 6, 2));
            found += f64::from(u8::from(ours.iter().any(|key| theirs.contains(key))));
            pairs_seen += 1.0;
        }
        let (found, expected) = (found / pairs_seen, expected / pairs_seen);
        assert!((found - expected).abs() < 0.05, "{found} found, {expected} expected");
        assert!(found > 0.7, "{found}");
    }

    fn slips(name: &str) -> Vec<String> {
        let one = |at: usize| ('a'..='z').map(move |letter| (at, letter));
        let slip = |(at, letter)| name.chars().enumerate().map(|(n, c)| if n == at { letter } else { c }).collect();
        (0..name.len()).flat_map(one).map(slip).filter(|other: &String| other != name).collect()
    }

    #[test]
    fn strangers_share_no_key() {
        assert!(keys("okonkwo", 6, 2).iter().all(|key| !keys("smith", 6, 2).contains(key)));
        assert!(keys("", 6, 2).is_empty());
        assert_eq!(keys("smith", 6, 2).len(), 6);
    }
}
