//! Every kernel equals its reference on a million random pairs of texts, and is the same from either side. A debug build takes a
//! twentieth of them, so that the everyday run stays short.

use rayon::prelude::*;

use super::{
    plain,
    texts::{Dice, pair},
};
use crate::kernels::{date, email, grams, identifier, name, phonetic, text, tokens};

const PAIRS: u64 = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };
const CHUNK: u64 = 2_500;

/// Shows a million pairs of texts.
fn each_pair(check: impl Fn(&str, &str, &mut Dice) + Sync) {
    (0..PAIRS / CHUNK).into_par_iter().for_each(|seed| {
        let mut dice = Dice::new(seed + 1);
        for _ in 0..CHUNK {
            let (a, b) = pair(&mut dice);
            check(&a, &b, &mut dice);
        }
    });
}

fn near(one: f64, other: f64, a: &str, b: &str) {
    assert!((one - other).abs() < 1e-12, "{one} is not {other}: {a:?} and {b:?}");
}

#[test]
fn jaro() {
    each_pair(|a, b, _| {
        near(text::jaro(a, b), plain::jaro(a, b), a, b);
        assert_eq!(text::jaro(a, b), text::jaro(b, a));
    });
}

#[test]
fn jaro_winkler() {
    each_pair(|a, b, _| {
        near(text::jaro_winkler(a, b), plain::jaro_winkler(a, b), a, b);
        assert_eq!(text::jaro_winkler(a, b), text::jaro_winkler(b, a));
    });
}

#[test]
fn levenshtein() {
    each_pair(|a, b, dice| {
        let most = dice.below(5) as u32;
        let within = plain::levenshtein(a, b) <= most as usize;
        assert_eq!(text::within_levenshtein(a, b, most), within, "{a:?} and {b:?} within {most}");
        assert_eq!(text::within_levenshtein(b, a, most), within);
    });
}

#[test]
fn damerau_levenshtein() {
    each_pair(|a, b, dice| {
        let most = dice.below(5) as u32;
        let within = plain::edits(a, b) <= most as usize;
        assert_eq!(text::within_edits(a, b, most), within, "{a:?} and {b:?} within {most}");
        assert_eq!(text::within_edits(b, a, most), within);
    });
}

#[test]
fn jaccard() {
    each_pair(|a, b, dice| {
        let q = 1 + dice.below(3);
        near(grams::jaccard(a, b, q), plain::jaccard(a, b, q), a, b);
        assert_eq!(grams::jaccard(a, b, q), grams::jaccard(b, a, q));
    });
}

#[test]
fn cosine() {
    each_pair(|a, b, dice| {
        let q = 1 + dice.below(3);
        near(grams::cosine(a, b, q), plain::cosine(a, b, q), a, b);
        assert_eq!(grams::cosine(a, b, q), grams::cosine(b, a, q));
    });
}

#[test]
fn words_and_slips() {
    each_pair(|a, b, dice| {
        assert_eq!(identifier::one_digit_wrong(a, b), plain::one_wrong(a, b), "{a:?} and {b:?}");
        assert_eq!(name::concatenated(a, b), plain::concatenated(a, b), "{a:?} and {b:?}");
        assert_eq!(name::double_barrelled(a, b), plain::double_barrelled(a, b), "{a:?} and {b:?}");
        assert_eq!(name::shared_word(a, b), plain::shared_word(a, b), "{a:?} and {b:?}");
        let length = 1 + dice.below(3);
        let enough = a.chars().count() >= length && b.chars().count() >= length;
        let first = |text: &str| text.chars().take(length).collect::<String>();
        let last = |text: &str| first(&text.chars().rev().collect::<String>());
        assert_eq!(text::same_first(a, b, length), enough && first(a) == first(b), "{a:?} and {b:?}");
        assert_eq!(text::same_last(a, b, length), enough && last(a) == last(b), "{a:?} and {b:?}");
    });
}

#[test]
fn whatever_the_text_an_answer_comes_and_is_the_same_from_either_side() {
    each_pair(|a, b, _| {
        assert_eq!(name::initial(a, b), name::initial(b, a));
        assert_eq!(
            name::rearranged([a, b].into_iter(), [b].into_iter()),
            name::rearranged([b].into_iter(), [a, b].into_iter())
        );
        assert_eq!(tokens::same_numbers(a, b), tokens::same_numbers(b, a));
        for rule in [date::same_year, date::same_month, date::day_month_swapped, date::first_of_january] {
            assert_eq!(rule(a, b), rule(b, a));
        }
        assert_eq!(date::within_days(a, b, 10.0), date::within_days(b, a, 10.0));
        assert_eq!(email::user(a) == email::user(b), email::user(b) == email::user(a));
    });
}

#[test]
fn sounds_are_found_for_any_text() {
    each_pair(|a, b, dice| {
        if dice.below(10) == 0 {
            let _ = (phonetic::double_metaphone(a), phonetic::soundex(b));
            let (one, other) = (name::Spelling::new(a), name::Spelling::new(b));
            assert_eq!(one.matches(&other), other.matches(&one));
        }
    });
}

#[test]
fn tokens_weigh_the_same_from_either_side() {
    let rarity = tokens::Rarity::new(["a b", "b c", "c", "a d"].into_iter());
    each_pair(|a, b, _| {
        let (one, other) = (rarity.tokens(a), rarity.tokens(b));
        let similarity = one.similarity(&other);
        assert_eq!(similarity, other.similarity(&one));
        assert!((0.0..=1.0).contains(&similarity));
    });
}

#[test]
fn days_are_the_calendars() {
    (0..100_u64).into_par_iter().for_each(|seed| {
        let mut dice = Dice::new(seed + 1);
        for _ in 0..200 {
            let mut date = || format!("{:04}{:02}{:02}", 1 + dice.below(2400), dice.below(14), dice.below(33));
            let (a, b) = (date(), date());
            let apart = |days: fn(&str) -> Option<i32>| Some(days(&a)? - days(&b)?);
            assert_eq!(apart(date::day_number), apart(plain::days), "{a} and {b}");
        }
    });
}
