//! Names as people write them: initials, words run together or left out, and spellings of other languages.

use super::phonetic::letters;

/// Whether one name's first word is a single letter with which the other name begins.
pub(crate) fn initial(a: &str, b: &str) -> bool {
    let single = |text: &str| {
        let mut letters = text.split(' ').next().unwrap_or_default().chars();
        letters.next().filter(|_| letters.next().is_none())
    };
    single(a).is_some_and(|letter| b.starts_with(letter)) || single(b).is_some_and(|letter| a.starts_with(letter))
}

/// Whether the names are equal but for spaces.
pub(crate) fn concatenated(a: &str, b: &str) -> bool {
    let letters = |name: &str| name.bytes().filter(|byte| *byte != b' ').collect::<Vec<u8>>();
    // Spaces are all that may differ, so unequal lengths need no look at the letters.
    let spaces = |name: &str| name.bytes().filter(|byte| *byte == b' ').count();
    a.len() - spaces(a) == b.len() - spaces(b) && letters(a) == letters(b)
}

/// The words of two letters or more, sorted, each once.
fn words(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split(' ').filter(|word| word.chars().nth(1).is_some()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether one name has all words of the other, at least one, and more.
pub(crate) fn double_barrelled(a: &str, b: &str) -> bool {
    if !a.contains(' ') && !b.contains(' ') {
        return false;
    }
    let (a, b) = (words(a), words(b));
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    !few.is_empty() && few.len() < many.len() && few.iter().all(|word| many.contains(word))
}

/// Whether the names have a word of two letters or more in common.
pub(crate) fn shared_word(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    a.iter().any(|word| b.contains(word))
}

/// Whether two records' names, each the texts of several fields, are made of the same words, however these are shared out.
pub(crate) fn rearranged<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> bool {
    let sorted = |words: &mut Vec<&'a str>| words.sort_unstable();
    let mut a: Vec<&str> = a.flat_map(|name| name.split(' ')).collect();
    let mut b: Vec<&str> = b.flat_map(|name| name.split(' ')).collect();
    if a.len() != b.len() {
        return false;
    }
    sorted(&mut a);
    sorted(&mut b);
    a == b
}

/// A name as its consonants and the places of its vowels, equal for the usual ways to write a foreign name in Latin letters.
///
/// The rules are our own, drawn from the variants that the romanisation tables of the Library of Congress and of BGN/PCGN allow
/// for Arabic, Urdu, Cyrillic and Greek names: vowels (`y` and `w` too, but at the beginning) are one vowel however many; doubled
/// letters are one; `ph` is `f`; `kh` is `h`; `ck`, `q` and hard `c` are `k`; `dj`, `zh` and `dzh` are `j`; an `h` after
/// `b`, `d`, `g` or `t` and one that ends a name after a vowel are silent, as is the `j` of a last `ej`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spelling {
    /// With `A` for vowels.
    key: Box<str>,
    /// Without them.
    bare: Box<str>,
    /// Its script leaves out short vowels.
    without_vowels: bool,
}

impl Spelling {
    pub(crate) fn new(name: &str) -> Spelling {
        let without_vowels = name.chars().any(|c| matches!(c, '\u{590}'..='\u{7ff}' | '\u{8a0}'..='\u{8ff}'));
        // The Arabic ending -a is written with a letter that `any_ascii` takes for a t.
        let name = name.replace('ة', "a");
        let key = consonants(letters(&name).as_bytes());
        let bare: String = key.chars().filter(|letter| *letter != 'A').collect();
        Spelling { bare: bare.into(), key: key.into(), without_vowels }
    }

    /// Whether both may be one name. Without vowels on one side, only consonants are compared.
    pub(crate) fn matches(&self, other: &Spelling) -> bool {
        if self.without_vowels || other.without_vowels {
            !self.bare.is_empty() && self.bare == other.bare
        } else {
            !self.key.is_empty() && self.key == other.key
        }
    }
}

/// The key of upper case Latin letters.
fn consonants(name: &[u8]) -> String {
    let at = |place: usize| name.get(place).copied().unwrap_or(b' ');
    let is_vowel = |letter: u8| b"AEIOU".contains(&letter);
    let mut key = String::with_capacity(name.len());
    let mut place = 0;
    while place < name.len() {
        let first = place == 0;
        let (letter, taken) = match (at(place), at(place + 1), at(place + 2)) {
            (b'P', b'H', _) => ('F', 2),
            (b'K', b'H', _) => ('H', 2),
            (b'D', b'Z', b'H') => ('J', 3),
            (b'D', b'J', _) | (b'Z', b'H', _) => ('J', 2),
            (b'S', b'C', b'H') => ('S', 3),
            (b'S', b'H', _) => ('S', 2),
            (letter @ (b'B' | b'D' | b'G' | b'T'), b'H', _) => (char::from(letter), 2),
            (b'C', b'K', _) => ('K', 2),
            (b'C', b'H', _) => ('C', 2),
            (b'C', b'E' | b'I' | b'Y', _) => ('S', 1),
            (b'C' | b'Q', _, _) => ('K', 1),
            (b'Y', next, _) if first && (is_vowel(next) || next == b'W') => ('Y', 1),
            (b'W', next, _) if first && is_vowel(next) => ('W', 1),
            (b'H', b' ', _) if key.ends_with('A') => break,
            (b'J', b' ', _) if place.checked_sub(1).is_some_and(|before| at(before) == b'E') => break,
            (letter, _, _) if is_vowel(letter) || letter == b'Y' || letter == b'W' => ('A', 1),
            (letter, _, _) => (char::from(letter), 1),
        };
        if !key.ends_with(letter) {
            key.push(letter);
        }
        place += taken;
    }
    key
}
