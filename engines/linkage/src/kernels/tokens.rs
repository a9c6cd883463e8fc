//! Words of an address, weighed by how rare each is.

use std::collections::HashMap;

/// How many of a field's different values hold each word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rarity {
    values: u32,
    with: HashMap<Box<str>, u32>,
}

/// A text's words by their numbers, sorted, each once and with its weight.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens(Box<[(u64, f64)]>);

/// FNV-1a, 64 bits (Fowler, Noll and Vo): a word's number is the same in every run, so that no order of records can show.
fn number(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Rarity {
    pub(crate) fn new<'a>(values: impl Iterator<Item = &'a str>) -> Rarity {
        let mut rarity = Rarity::default();
        for value in values {
            rarity.values += 1;
            let mut words: Vec<&str> = value.split(' ').collect();
            words.sort_unstable();
            words.dedup();
            for word in words {
                match rarity.with.get_mut(word) {
                    Some(count) => *count += 1,
                    None => drop(rarity.with.insert(word.into(), 1)),
                }
            }
        }
        rarity
    }

    /// `-ln((values with the word + ½) / (values + 1))`: inverse document frequency (Spärck Jones 1972), smoothed so that a word
    /// that every value holds still weighs a little. A word that none holds counts as held by one.
    fn weight(&self, word: &str) -> f64 {
        let with = self.with.get(word).copied().unwrap_or(1);
        -((f64::from(with) + 0.5) / (f64::from(self.values) + 1.0)).min(0.999).ln()
    }

    pub(crate) fn tokens(&self, text: &str) -> Tokens {
        let mut tokens: Vec<(u64, f64)> =
            text.split(' ').filter(|word| !word.is_empty()).map(|word| (number(word), self.weight(word))).collect();
        tokens.sort_unstable_by_key(|(number, _)| *number);
        tokens.dedup_by_key(|(number, _)| *number);
        Tokens(tokens.into())
    }
}

impl Tokens {
    /// The weight of words in both over the weight of words in either, 0 to 1; 0 where there are none.
    pub(crate) fn similarity(&self, other: &Tokens) -> f64 {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        // Added up in order of the words' numbers, so that the sum is the same from either side.
        let (mut both, mut either) = (0.0, 0.0);
        loop {
            let order = match (a.peek(), b.peek()) {
                (Some((x, _)), Some((y, _))) => x.cmp(y),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => break,
            };
            let one = if order.is_le() { a.next() } else { None };
            let other = if order.is_ge() { b.next() } else { None };
            let weight = one.or(other).map_or(0.0, |(_, weight)| *weight);
            either += weight;
            if order.is_eq() {
                both += weight;
            }
        }
        if either > 0.0 { both / either } else { 0.0 }
    }
}

/// Whether both texts have the same words with a figure in them, at least one.
pub(crate) fn same_numbers(a: &str, b: &str) -> bool {
    let numbers = |text: &str| {
        let mut numbers: Vec<String> = text
            .split(' ')
            .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
            .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect())
            .collect();
        numbers.sort_unstable();
        numbers
    };
    let a = numbers(a);
    !a.is_empty() && a == numbers(b)
}
