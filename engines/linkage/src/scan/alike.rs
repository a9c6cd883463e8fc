//! A bound on how alike two texts can be, from which letters they have: most pairs of names are too unlike for any level of a comparison,
//! and that shows without comparing them letter by letter.

use crate::{Comparison, Rule, column::Column};

/// A comparison of one field whose levels ask for equal values, then for some Jaro or Jaro–Winkler similarity.
#[derive(Debug)]
pub(super) struct Alike {
    /// By value.
    letters: Vec<Letters>,
    /// For both lengths and the length of the common beginning, how many characters must match for any level but the last.
    needed: Vec<u8>,
    /// The last level, as a pattern holds it.
    unlike: u8,
}

/// What of a text says how alike it can be to another. 16 bytes.
#[derive(Debug, Clone, Copy)]
struct Letters {
    /// For each of 32 classes of characters, whether there is one, and whether there is a second.
    classes: u64,
    /// The low bytes of the first four characters; 0 where there are fewer.
    start: u32,
    length: u32,
}

impl Alike {
    /// `None` where a level asks for something else.
    pub(super) fn new(comparison: &Comparison, column: &Column) -> Option<Alike> {
        let (last, levels) = comparison.levels.split_last()?;
        let (first, levels) = levels.split_first()?;
        if first.rule != Rule::Exact || last.rule != Rule::Else || levels.is_empty() {
            return None;
        }
        let least = |level: &crate::Level| match level.rule {
            Rule::JaroWinkler(least) | Rule::Jaro(least) => Some(least),
            _ => None,
        };
        let least = levels.iter().map(least).collect::<Option<Vec<f64>>>()?.into_iter().fold(1.0, f64::min);
        let letters = column.values.iter().map(|value| Letters::of(value)).collect();
        let needed = (0..LENGTHS * LENGTHS * STARTS).map(|at| needed(at, least)).collect();
        Some(Alike { letters, needed, unlike: u8::try_from(comparison.levels.len()).ok()? })
    }

    /// What two different values show, as a pattern holds it, where they are plainly unlike.
    pub(super) fn code(&self, one: u32, other: u32) -> Option<u8> {
        let (one, other) = (self.letters.get(one as usize)?, self.letters.get(other as usize)?);
        let (a, b) = (one.length as usize, other.length as usize);
        if a >= LENGTHS || b >= LENGTHS {
            return None;
        }
        let needed = self.needed.get((a * LENGTHS + b) * STARTS + one.same_start(*other))?;
        (one.most_matches(*other) < u32::from(*needed)).then_some(self.unlike)
    }
}

/// Texts of fewer characters than this are looked at.
const LENGTHS: usize = 32;
/// Common beginnings of 0 to 4 characters.
const STARTS: usize = 5;

/// How many matches make the similarity reach `least`; 255 where none do. `at` is a place in [`Alike::needed`].
fn needed(at: usize, least: f64) -> u8 {
    let (a, b, start) = (at / STARTS / LENGTHS, at / STARTS % LENGTHS, at % STARTS);
    let enough = |matches: &u8| most_alike(f64::from(*matches), a as f64, b as f64, start as f64) + 1e-9 >= least;
    (0..=a.min(b) as u8).find(enough).unwrap_or(u8::MAX)
}

/// At least the Jaro–Winkler similarity, and so Jaro's, of two texts with so many matches, which may all be in order.
fn most_alike(matches: f64, a: f64, b: f64, start: f64) -> f64 {
    if matches == 0.0 {
        return 0.0;
    }
    let jaro = (matches / a + matches / b + 1.0) / 3.0;
    jaro + start * 0.1 * (1.0 - jaro)
}

impl Letters {
    fn of(text: &str) -> Letters {
        let mut letters = Letters { classes: 0, start: 0, length: 0 };
        for c in text.chars() {
            let class = 1_u64 << (c as u32 % 32);
            letters.classes |= if letters.classes & class == 0 { class } else { class << 32 };
            if letters.length < 4 {
                letters.start |= (c as u32 & 0xFF) << (8 * letters.length);
            }
            letters.length += 1;
        }
        letters
    }

    /// At least as many as can match: a class that only one text has, or has twice, is a character there without a match.
    fn most_matches(self, other: Letters) -> u32 {
        let alone = |one: Letters, other: Letters| one.length - (one.classes & !other.classes).count_ones();
        alone(self, other).min(alone(other, self))
    }

    /// At least as many characters as both begin with, up to four.
    fn same_start(self, other: Letters) -> usize {
        (self.start ^ other.start).trailing_zeros() as usize / 8
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::text;

    fn bound(a: &str, b: &str) -> f64 {
        let (one, other) = (Letters::of(a), Letters::of(b));
        let (a, b) = (f64::from(one.length), f64::from(other.length));
        most_alike(f64::from(one.most_matches(other)), a, b, one.same_start(other) as f64)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn no_pair_is_more_alike_than_the_bound(a in "[a-d éß]{0,9}|\\PC{0,12}", b in "[a-d éß]{0,9}|\\PC{0,12}") {
            prop_assume!(a != b);
            let bound = bound(&a, &b);
            prop_assert!(text::jaro_winkler(&a, &b) <= bound + 1e-12, "{} {} {}", a, b, bound);
            prop_assert!(text::jaro(&a, &b) <= bound + 1e-12, "{} {} {}", a, b, bound);
        }
    }

    #[test]
    fn unlike_names_are_seen_to_be_unlike() {
        assert!(bound("mohammed", "kirsty") < 0.5, "{}", bound("mohammed", "kirsty"));
        assert!(bound("anna", "hannah") > 0.8, "{}", bound("anna", "hannah"));
    }
}
