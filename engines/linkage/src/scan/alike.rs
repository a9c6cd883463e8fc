//! A bound on how alike two texts can be, from which letters they have: most pairs of names are too unlike for any level of a comparison,
//! and that shows without comparing them letter by letter.

use crate::{Comparison, Rule, column::Column};

/// A comparison of one field whose levels ask for equal values, then for some Jaro or Jaro–Winkler similarity.
#[derive(Debug)]
pub(super) struct Alike {
    /// By value.
    letters: Vec<Letters>,
    /// Below this similarity only the last level is left.
    least: f64,
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
        Some(Alike { letters, least, unlike: u8::try_from(comparison.levels.len()).ok()? })
    }

    /// What two different values show, as a pattern holds it, where they are plainly unlike.
    pub(super) fn code(&self, one: u32, other: u32) -> Option<u8> {
        let (one, other) = (self.letters.get(one as usize)?, self.letters.get(other as usize)?);
        (one.most_alike(*other) + 1e-9 < self.least).then_some(self.unlike)
    }
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

    /// At least the Jaro–Winkler similarity, and so Jaro's: of as many matches as there can be, all in order. A class that only one text has, or
    /// has twice, is a character there without a match.
    fn most_alike(self, other: Letters) -> f64 {
        let alone = |one: Letters, other: Letters| one.length - (one.classes & !other.classes).count_ones();
        let matches = f64::from(alone(self, other).min(alone(other, self)));
        if matches == 0.0 {
            return 0.0;
        }
        let jaro = (matches / f64::from(self.length) + matches / f64::from(other.length) + 1.0) / 3.0;
        let start = (self.start ^ other.start).trailing_zeros() / 8;
        jaro + f64::from(start) * 0.1 * (1.0 - jaro)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::text;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn no_pair_is_more_alike_than_the_bound(a in "[a-d éß]{0,9}|\\PC{0,12}", b in "[a-d éß]{0,9}|\\PC{0,12}") {
            prop_assume!(a != b);
            let bound = Letters::of(&a).most_alike(Letters::of(&b));
            prop_assert!(text::jaro_winkler(&a, &b) <= bound + 1e-12, "{} {} {}", a, b, bound);
            prop_assert!(text::jaro(&a, &b) <= bound + 1e-12, "{} {} {}", a, b, bound);
        }
    }

    #[test]
    fn unlike_names_are_seen_to_be_unlike() {
        let bound = |a, b| Letters::of(a).most_alike(Letters::of(b));
        assert!(bound("mohammed", "kirsty") < 0.5, "{}", bound("mohammed", "kirsty"));
        assert!(bound("anna", "hannah") > 0.8, "{}", bound("anna", "hannah"));
    }
}
