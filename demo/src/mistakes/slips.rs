//! Single mistakes, each a plain function.

use jiff::civil::Date;

use crate::dice::Dice;

/// A date with day and month in each other's place; `None` when that is no date or the same one.
#[must_use]
pub fn swapped(date: Date) -> Option<Date> {
    let other = Date::new(date.year(), date.day(), date.month()).ok()?;
    (other != date).then_some(other)
}

/// The first of January of the same year.
pub fn first_of_january(date: Date) -> Date {
    Date::new(date.year(), 1, 1).unwrap_or(date)
}

/// The day, the month or the year off by a little; still a date.
pub fn wrong_digit(date: Date, dice: &mut Dice) -> Date {
    let by = if dice.chance(0.5) { 1 } else { -1 };
    let (year, month, day) = (date.year(), date.month(), date.day());
    let other = match dice.below(4) {
        0 => Date::new(year + i16::from(by), month, day),
        1 => Date::new(year, month + by, day),
        2 => Date::new(year, month, day + by * 10),
        _ => Date::new(year, month, day + by),
    };
    other.unwrap_or_else(|_| Date::new(year, month, 15).unwrap_or(date))
}

/// One slip of a typist: a letter left out, doubled, swapped with the next, or its neighbour on the keyboard. The first
/// letter is mostly right, as it is in life. A word of one letter stays as it is.
#[must_use]
pub fn typo(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 2 {
        return word.to_owned();
    }
    let first = usize::from(!dice.chance(0.08));
    let at = first + dice.index(letters.len() - first);
    match dice.below(5) {
        0 if letters.len() > 3 => drop(letters.remove(at)),
        1 => {
            if let Some(&letter) = letters.get(at) {
                letters.insert(at, letter.to_ascii_lowercase());
            }
        }
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => {
            if let Some(slot) = letters.get_mut(at) {
                *slot = neighbour(*slot, dice);
            }
        }
    }
    letters.into_iter().collect()
}

/// A key beside this one, or a letter that sounds alike.
fn neighbour(letter: char, dice: &mut Dice) -> char {
    const BESIDE: &[(char, &str)] = &[
        ('a', "seo"),
        ('b', "vn"),
        ('c', "xks"),
        ('d', "sf"),
        ('e', "ria"),
        ('f', "gdp"),
        ('g', "fhj"),
        ('h', "gj"),
        ('i', "uyeo"),
        ('j', "hkg"),
        ('k', "jlc"),
        ('l', "kr"),
        ('m', "n"),
        ('n', "mb"),
        ('o', "iua"),
        ('p', "ob"),
        ('q', "wk"),
        ('r', "et"),
        ('s', "azc"),
        ('t', "rd"),
        ('u', "yio"),
        ('v', "bcw"),
        ('w', "qv"),
        ('x', "zc"),
        ('y', "tui"),
        ('z', "xs"),
    ];
    if let Some(digit) = letter.to_digit(10) {
        let by = 1 + u32::try_from(dice.below(8)).unwrap_or(0);
        return char::from_digit((digit + by) % 10, 10).unwrap_or('0');
    }
    let lower = letter.to_ascii_lowercase();
    let near = BESIDE.iter().find(|(key, _)| *key == lower).map_or("e", |(_, near)| near);
    let near: Vec<char> = near.chars().collect();
    let found = dice.pick(&near);
    if letter.is_uppercase() { found.to_ascii_uppercase() } else { found }
}

/// A ten-digit number with another last digit, so that its checksum is wrong.
#[must_use]
pub fn another_check_digit(number: &str) -> String {
    let mut text = number.to_owned();
    let last = text.pop().and_then(|digit| digit.to_digit(10)).unwrap_or(0);
    text.push(char::from_digit((last + 1) % 10, 10).unwrap_or('0'));
    text
}

/// Without accents: what a keyboard without them writes.
pub fn unaccented(text: &str) -> String {
    text.chars().map(plain).collect()
}

/// The letter without its accent. The letters are those in `names.toml`.
pub fn plain(letter: char) -> char {
    const PAIRS: &[(&str, char)] = &[
        ("áàâãäåąăā", 'a'),
        ("ÁÀÂÃÄÅĄĂĀ", 'A'),
        ("çćč", 'c'),
        ("ÇĆČ", 'C'),
        ("éèêëęėē", 'e'),
        ("ÉÈÊËĘĖĒ", 'E'),
        ("ğģ", 'g'),
        ("ĞĢ", 'G'),
        ("íìîïıįī", 'i'),
        ("ÍÌÎÏİĮĪ", 'I'),
        ("ķ", 'k'),
        ("łļ", 'l'),
        ("ŁĻ", 'L'),
        ("ńñņň", 'n'),
        ("ŃÑŅ", 'N'),
        ("óòôõöő", 'o'),
        ("ÓÒÔÕÖŐ", 'O'),
        ("şșśš", 's'),
        ("ŞȘŚŠ", 'S'),
        ("țţ", 't'),
        ("ȚŢ", 'T'),
        ("úùûüųū", 'u'),
        ("ÚÙÛÜŲŪ", 'U'),
        ("ý", 'y'),
        ("źżž", 'z'),
        ("ŹŻŽ", 'Z'),
    ];
    PAIRS.iter().find(|(accented, _)| accented.contains(letter)).map_or(letter, |&(_, plain)| plain)
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use proptest::prelude::{any, proptest};

    use super::{another_check_digit, swapped, typo, unaccented, wrong_digit};
    use crate::dice::Dice;

    fn date(year: i16, month: i8, day: i8) -> Date {
        Date::new(year, month, day).unwrap()
    }

    proptest! {
        #[test]
        fn a_swapped_date_is_a_date_and_swaps_back(year in 1900_i16..2030, month in 1_i8..=12, day in 1_i8..=28) {
            if let Some(other) = swapped(date(year, month, day)) {
                assert_eq!((other.month(), other.day()), (day, month));
                assert_eq!(swapped(other), Some(date(year, month, day)));
            } else {
                assert!(day > 12 || day == month);
            }
        }

        #[test]
        fn a_wrong_digit_leaves_a_date(year in 1900_i16..2030, month in 1_i8..=12, day in 1_i8..=28, seed in any::<u64>()) {
            let other = wrong_digit(date(year, month, day), &mut Dice::of(seed, "test", 0));
            assert!((other.year() - year).abs() <= 1);
        }

        #[test]
        fn a_typo_changes_little(word in "[A-Z][a-z]{2,12}", seed in any::<u64>()) {
            let other = typo(&word, &mut Dice::of(seed, "test", 0));
            assert!(other.chars().count().abs_diff(word.chars().count()) <= 1);
            assert!(!other.is_empty());
        }

        #[test]
        fn another_check_digit_is_never_the_right_one(person in 1_u64..3_000_000) {
            let right = crate::people::nhs_number(person);
            assert!(another_check_digit(&right).parse::<base::NhsNumber>().is_err());
        }
    }

    #[test]
    fn accents_go_and_letters_stay() {
        assert_eq!(unaccented("Gonçalves Żurawska Yılmaz O'Neill"), "Goncalves Zurawska Yilmaz O'Neill");
    }
}
