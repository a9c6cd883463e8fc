//! Random pairs of texts, the same in every run: names, accents, emoji, right-to-left scripts, nothing at all, 10,000 characters.

use crate::{
    Kind,
    clean::{Cleaned, clean},
};

/// Marsaglia's xorshift: no more is needed than many different texts.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn letter(&mut self, alphabet: &[char]) -> char {
        alphabet[self.below(alphabet.len())]
    }
}

const ALPHABETS: [&str; 6] =
    ["ab", "abc d", "etaoinshrdlu cmf'w-ypvbgkjqxz0123456789", "aàeéüßłøñ c", "محمدיוסף ", "a🙂👩‍👧🇬🇧 b"];

/// A text and another, which is either made of it by a few slips or drawn afresh.
pub(super) fn pair(dice: &mut Dice) -> (String, String) {
    let alphabet: Vec<char> = ALPHABETS[dice.below(ALPHABETS.len())].chars().collect();
    let a = text(dice, &alphabet);
    let b = if dice.below(2) == 0 { text(dice, &alphabet) } else { slips(dice, &a, &alphabet) };
    (cut(a), cut(b))
}

fn text(dice: &mut Dice, alphabet: &[char]) -> String {
    let length = match dice.below(100_000) {
        0 => 10_000,
        1..10 => dice.below(300),
        10..1_000 => dice.below(70),
        _ => dice.below(13),
    };
    (0..length).map(|_| dice.letter(alphabet)).collect()
}

fn slips(dice: &mut Dice, text: &str, alphabet: &[char]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(letters.len() + 1);
        match dice.below(4) {
            0 => letters.insert(at, dice.letter(alphabet)),
            1 if at < letters.len() => drop(letters.remove(at)),
            2 if at < letters.len() => letters[at] = dice.letter(alphabet),
            3 if at + 1 < letters.len() => letters.swap(at, at + 1),
            _ => {}
        }
    }
    letters.into_iter().collect()
}

/// Texts reach the kernels as cleaning leaves them, so no longer than it lets them be.
fn cut(text: String) -> String {
    if text.len() < crate::clean::LONGEST {
        return text;
    }
    match clean(Kind::Text, &text, &[]) {
        Cleaned::Value(text) => text,
        Cleaned::Missing | Cleaned::Unreadable => String::new(),
    }
}
