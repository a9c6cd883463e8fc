//! Comparisons of short values, such as dates and postcodes, of which nearly every pair is new: whole values fit a processor's word, and
//! parts that must be equal are numbered beforehand.

use hashbrown::HashMap;

use crate::{
    Comparison, Rule,
    column::Column,
    kernels::{date, postcode},
};

/// Stands for a value that has no such part.
const NO_PART: u64 = u64::MAX;

/// A comparison of one field whose first level is `exact`, for two values that differ.
#[derive(Debug)]
pub(super) struct Quick {
    /// One for each level after the first.
    tests: Vec<Test>,
    /// Whether a test asks for whole values.
    needs_words: bool,
    /// Numbers of each value, value after value: its bytes, the first one lowest, or 0 for one that is too long or not ASCII; and
    /// the numbers of its parts.
    rows: Vec<u64>,
    width: usize,
}

#[derive(Debug)]
enum Test {
    /// The same part, by its number at this place of a row.
    Part(usize),
    OneEdit,
    OneDigitWrong,
    DayMonthSwapped,
    FirstOfJanuary,
    Else,
}

impl Quick {
    /// `None` where a level asks for something else.
    pub(super) fn new(comparison: &Comparison, column: &Column) -> Option<Quick> {
        let mut parts: Vec<Vec<u64>> = Vec::new();
        let tests = comparison.levels.iter().skip(1).map(|level| Test::new(&level.rule, column, &mut parts));
        let tests = tests.collect::<Option<Vec<Test>>>()?;
        let width = parts.len() + 1;
        let mut rows = Vec::with_capacity(width * column.values.len());
        for (at, value) in column.values.iter().enumerate() {
            rows.push(word(value));
            rows.extend(parts.iter().map(|part| part.get(at).copied().unwrap_or(NO_PART)));
        }
        Some(Quick { needs_words: tests.iter().any(Test::needs_words), tests, rows, width })
    }

    /// What two different values show, as a pattern holds it; `None` where that must be found out in the plain way.
    pub(super) fn code(&self, one: u32, other: u32) -> Option<u8> {
        let (one, other) = (one as usize * self.width, other as usize * self.width);
        let (left, right) = (self.rows.get(one..one + self.width)?, self.rows.get(other..other + self.width)?);
        let (a, b) = (*left.first()?, *right.first()?);
        if self.needs_words && (a == 0 || b == 0) {
            return None;
        }
        let holds = |test: &Test| match test {
            Test::Part(at) => match (left.get(*at), right.get(*at)) {
                (Some(a), Some(b)) => a == b && *a != NO_PART,
                _ => false,
            },
            Test::OneEdit => one_edit(a, b),
            Test::OneDigitWrong => length(a) == length(b) && one_edit(a, b),
            Test::DayMonthSwapped => {
                year(a) == year(b) && month(a) == day(b) && day(a) == month(b) && month(a) != day(a)
            }
            Test::FirstOfJanuary => {
                let first = |date: u64| date >> 32 == u64::from(u32::from_le_bytes(*b"0101"));
                year(a) == year(b) && (first(a) || first(b))
            }
            Test::Else => true,
        };
        let level = self.tests.iter().position(holds)?;
        Some(level as u8 + 2)
    }
}

impl Test {
    fn new(rule: &Rule, column: &Column, all: &mut Vec<Vec<u64>>) -> Option<Test> {
        let mut parts = |part: fn(&str) -> Option<&str>| {
            let mut numbers: HashMap<&str, u64> = HashMap::new();
            let mut number = |part| {
                let next = numbers.len() as u64;
                *numbers.entry(part).or_insert(next)
            };
            all.push(column.values.iter().map(|value| part(value).map_or(NO_PART, &mut number)).collect());
            Test::Part(all.len())
        };
        Some(match rule {
            Rule::SameYear => parts(date::year),
            Rule::SameMonth => parts(|value| date::month(value).and_then(|_| value.get(..6))),
            Rule::SameSector => parts(postcode::sector),
            Rule::SameDistrict => parts(postcode::district),
            Rule::SameArea => parts(postcode::area),
            Rule::DamerauLevenshtein(1) => Test::OneEdit,
            Rule::OneDigitWrong => Test::OneDigitWrong,
            // Of kind `date` all values have eight digits.
            Rule::DayMonthSwapped => Test::DayMonthSwapped,
            Rule::FirstOfJanuary => Test::FirstOfJanuary,
            Rule::Else => Test::Else,
            _ => return None,
        })
    }

    fn needs_words(&self) -> bool {
        !matches!(self, Test::Part(_) | Test::Else)
    }
}

fn word(value: &str) -> u64 {
    if value.len() > 8 || !value.bytes().all(|byte| byte.is_ascii() && byte > 0) {
        return 0;
    }
    value.bytes().rev().fold(0, |word, byte| word << 8 | u64::from(byte))
}

fn length(word: u64) -> u32 {
    8 - word.leading_zeros() / 8
}

fn year(date: u64) -> u64 {
    date & 0xFFFF_FFFF
}

fn month(date: u64) -> u64 {
    date >> 32 & 0xFFFF
}

fn day(date: u64) -> u64 {
    date >> 48
}

/// Whether one character inserted, dropped or changed, or exchanged with its neighbour, makes one of the other. Not where both are equal.
fn one_edit(a: u64, b: u64) -> bool {
    let differing = a ^ b;
    if differing == 0 {
        return false;
    }
    let first = differing.trailing_zeros() / 8 * 8;
    match length(a).abs_diff(length(b)) {
        0 => {
            let last = 56 - differing.leading_zeros() / 8 * 8;
            let byte = |word: u64, at: u32| word >> at & 0xFF;
            first == last || last == first + 8 && byte(a, first) == byte(b, last) && byte(a, last) == byte(b, first)
        }
        1 => {
            let (long, short) = (if length(a) > length(b) { a } else { b }, if length(a) > length(b) { b } else { a });
            let before = (1 << first) - 1;
            (long & before) | (long >> 8 & !before) == short
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::{identifier, text};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn words_say_what_texts_say(a in "[ab0-1]{1,8}", b in "[ab0-1]{1,8}") {
            prop_assume!(a != b);
            prop_assert_eq!(one_edit(word(&a), word(&b)), text::within_edits(&a, &b, 1), "{} {}", a, b);
            let wrong = length(word(&a)) == length(word(&b)) && one_edit(word(&a), word(&b));
            prop_assert_eq!(wrong, identifier::one_digit_wrong(&a, &b), "{} {}", a, b);
        }
    }
}
