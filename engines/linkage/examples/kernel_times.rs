//! Nanoseconds a pair for each kernel, on names and dates made up: `cargo run --release -p linkage --example kernel_times`. Worth reading
//! on a quiet machine only. The kernels are no part of the crate's interface, so their files are taken as they stand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark may panic"
)]

#[allow(dead_code, reason = "not every kernel is timed")]
#[path = "../src/kernels/mod.rs"]
mod kernels;

use std::{hint::black_box, time::Instant};

use kernels::{date, grams, identifier, name, phonetic, place::Place, postcode, text, tokens};

const VALUES: usize = 4096;
const ROUNDS: usize = 64;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Names of 3 to 11 letters with the frequencies of English, half of them with a slip of another.
fn names() -> Vec<String> {
    let mut dice = Dice(7);
    let letters: Vec<char> = "eeeeeettttaaaaooooiiinnnssshhrrrddllcumwfgypbvk".chars().collect();
    let mut names: Vec<String> = Vec::new();
    while names.len() < VALUES {
        let mut name: Vec<char> = match names.last() {
            Some(last) if names.len() % 2 == 1 => last.chars().collect(),
            _ => (0..3 + dice.below(9)).map(|_| letters[dice.below(letters.len())]).collect(),
        };
        let at = dice.below(name.len());
        name[at] = letters[dice.below(letters.len())];
        names.push(name.into_iter().collect());
    }
    names
}

/// Pairs of neighbours, half of which are alike, and of values far apart.
fn time<T>(what: &str, values: &[T], compare: impl Fn(&T, &T) -> f64) {
    let mut best = f64::INFINITY;
    let mut sum = 0.0;
    for _ in 0..5 {
        let start = Instant::now();
        for round in 1..=ROUNDS {
            for (at, value) in values.iter().enumerate() {
                sum += compare(value, &values[(at + round) % values.len()]);
            }
        }
        best = f64::min(best, start.elapsed().as_nanos() as f64 / (ROUNDS * values.len()) as f64);
    }
    black_box(sum);
    println!("{what:<28} {best:7.1} ns");
}

fn of(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn main() {
    let names = names();
    time("jaro", &names, |a, b| text::jaro(a, b));
    time("jaro_winkler", &names, |a, b| text::jaro_winkler(a, b));
    time("levenshtein <= 2", &names, |a, b| of(text::within_levenshtein(a, b, 2)));
    time("damerau_levenshtein <= 1", &names, |a, b| of(text::within_edits(a, b, 1)));
    time("damerau_levenshtein <= 2", &names, |a, b| of(text::within_edits(a, b, 2)));
    time("jaccard, characters", &names, |a, b| grams::jaccard(a, b, 1));
    time("jaccard, q = 2", &names, |a, b| grams::jaccard(a, b, 2));
    time("cosine, q = 2", &names, |a, b| grams::cosine(a, b, 2));
    time("initial", &names, |a, b| of(name::initial(a, b)));
    time("double_barrelled", &names, |a, b| of(name::double_barrelled(a, b)));
    time("concatenated", &names, |a, b| of(name::concatenated(a, b)));
    let sounds: Vec<_> = names.iter().map(|name| phonetic::double_metaphone(name)).collect();
    time("double_metaphone, codes", &sounds, |a, b| of(a.0 == b.0 || a.1 == b.1));
    time("double_metaphone, one value", &names, |a, _| of(phonetic::double_metaphone(a).0.is_empty()));
    let spellings: Vec<_> = names.iter().map(|name| name::Spelling::new(name)).collect();
    time("transliterated, keys", &spellings, |a, b| of(a.matches(b)));
    let mut dice = Dice(9);
    let dates: Vec<String> = (0..VALUES)
        .map(|_| format!("{}{:02}{:02}", 1940 + dice.below(70), 1 + dice.below(12), 1 + dice.below(28)))
        .collect();
    time("one_digit_wrong", &dates, |a, b| of(identifier::one_digit_wrong(a, b)));
    time("day_month_swapped", &dates, |a, b| of(date::day_month_swapped(a, b)));
    time("absolute_date_difference", &dates, |a, b| of(date::within_days(a, b, 10.0)));
    let postcodes: Vec<String> = (0..VALUES).map(|_| format!("CM{} {}AA", dice.below(30), dice.below(10))).collect();
    time("same_sector", &postcodes, |a, b| of(postcode::same(postcode::sector, a, b)));
    let places: Vec<Place> =
        (0..VALUES).map(|_| Place::new(&format!("{} 0.{}", 50 + dice.below(5), dice.below(999))).unwrap()).collect();
    time("distance_in_km", &places, |a, b| a.kilometres(*b));
    let addresses: Vec<String> = (0..VALUES)
        .map(|at| format!("{} {} {} street town", dice.below(99), names[at], names[VALUES - at - 1]))
        .collect();
    let rarity = tokens::Rarity::new(addresses.iter().map(String::as_str));
    let words: Vec<_> = addresses.iter().map(|address| rarity.tokens(address)).collect();
    time("token_similarity", &words, |a, b| a.similarity(b));
    time("same_numbers", &addresses, |a, b| of(tokens::same_numbers(a, b)));
}
