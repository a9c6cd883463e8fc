//! Any two texts: every kernel says what its plain reference says, and the same from either side.
//!
//! The input is a byte of numbers, then two texts parted by a zero byte, each cut to 200 characters: longer ones only cost time.

use super::plain;
use crate::kernels::{
    date, email, grams, identifier,
    name::{self, Spelling},
    number, phonetic,
    place::Place,
    postcode, text, tokens,
};

/// Compares two texts in every way.
pub(super) fn check(bytes: &[u8]) {
    let Some((numbers, rest)) = bytes.split_first() else { return };
    let texts = String::from_utf8_lossy(rest);
    let (a, b) = texts.split_once('\0').unwrap_or((&texts, ""));
    let cut = |text: &str| text.chars().filter(|letter| *letter != '\0').take(200).collect::<String>();
    let (a, b) = (cut(a), cut(b));
    let (few, q) = (usize::from(numbers & 7), usize::from(numbers >> 3 & 3) + 1);
    similar(&a, &b, q);
    edits(&a, &b, few as u32);
    words(&a, &b, few.max(1));
    same_from_either_side(&a, &b, few);
    sounds(&a, &b);
}

fn near(one: f64, other: f64, what: &str) {
    assert!((one - other).abs() < 1e-12, "{what}: {one} is not {other}");
}

fn similar(a: &str, b: &str, q: usize) {
    near(text::jaro(a, b), plain::jaro(a, b), "jaro");
    near(text::jaro_winkler(a, b), plain::jaro_winkler(a, b), "jaro_winkler");
    near(grams::jaccard(a, b, q), plain::jaccard(a, b, q), "jaccard");
    near(grams::cosine(a, b, q), plain::cosine(a, b, q), "cosine");
    let twice = |kernel: &dyn Fn(&str, &str) -> f64| {
        assert_eq!(kernel(a, b), kernel(b, a));
        assert!((0.0..=1.0).contains(&kernel(a, b)));
    };
    twice(&text::jaro);
    twice(&text::jaro_winkler);
    twice(&|a, b| grams::jaccard(a, b, q));
    twice(&|a, b| grams::cosine(a, b, q));
}

fn edits(a: &str, b: &str, most: u32) {
    let (levenshtein, damerau) = (plain::levenshtein(a, b), plain::edits(a, b));
    assert_eq!(text::within_levenshtein(a, b, most), levenshtein <= most as usize, "levenshtein {levenshtein}");
    assert_eq!(text::within_levenshtein(b, a, most), levenshtein <= most as usize, "levenshtein {levenshtein}");
    assert_eq!(text::within_edits(a, b, most), damerau <= most as usize, "damerau_levenshtein {damerau}");
    assert_eq!(text::within_edits(b, a, most), damerau <= most as usize, "damerau_levenshtein {damerau}");
    assert_eq!(identifier::one_digit_wrong(a, b), plain::one_wrong(a, b), "one_digit_wrong");
}

fn words(a: &str, b: &str, length: usize) {
    assert_eq!(name::concatenated(a, b), plain::concatenated(a, b), "concatenated");
    assert_eq!(name::double_barrelled(a, b), plain::double_barrelled(a, b), "double_barrelled");
    assert_eq!(name::shared_word(a, b), plain::shared_word(a, b), "shared_word");
    let enough = a.chars().count() >= length && b.chars().count() >= length;
    let first = |text: &str| text.chars().take(length).collect::<String>();
    let last = |text: &str| first(&text.chars().rev().collect::<String>());
    assert_eq!(text::same_first(a, b, length), enough && first(a) == first(b), "same_first");
    assert_eq!(text::same_last(a, b, length), enough && last(a) == last(b), "same_last");
}

fn same_from_either_side(a: &str, b: &str, few: usize) {
    let rules = [name::initial, tokens::same_numbers, date::same_year, date::same_month];
    for rule in rules.into_iter().chain([date::day_month_swapped, date::first_of_january]) {
        assert_eq!(rule(a, b), rule(b, a));
    }
    assert_eq!(date::within_days(a, b, few as f64), date::within_days(b, a, few as f64));
    assert_eq!(date::within_years(a, b, few as u32), date::within_years(b, a, few as u32));
    for part in [postcode::area, postcode::district, postcode::sector] {
        assert_eq!(postcode::same(part, a, b), postcode::same(part, b, a));
    }
    let _ = (email::user(a), email::domain(a));
    if let (Some(one), Some(other)) = (Place::new(a), Place::new(b)) {
        assert_eq!(one.kilometres(other), other.kilometres(one));
        assert!((0.0..20_100.0).contains(&one.kilometres(other)), "farther than the globe goes");
    }
    if let (Ok(one), Ok(other)) = (a.parse(), b.parse()) {
        assert_eq!(number::within_share(one, other, 0.1), number::within_share(other, one, 0.1));
    }
    let swapped = |one, other| name::rearranged([one, other].into_iter(), [other, one].into_iter());
    assert_eq!(swapped(a, b), swapped(b, a));
}

fn sounds(a: &str, b: &str) {
    let _ = (phonetic::double_metaphone(a), phonetic::soundex(b));
    let (one, other) = (Spelling::new(a), Spelling::new(b));
    assert_eq!(one.matches(&other), other.matches(&one));
    let rarity = tokens::Rarity::new([a, b, "a b", "c"].into_iter());
    let (one, other) = (rarity.tokens(a), rarity.tokens(b));
    assert_eq!(one.similarity(&other), other.similarity(&one));
    assert!((0.0..=1.0).contains(&one.similarity(&other)));
}
