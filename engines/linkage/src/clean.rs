//! Makes values comparable: one text form for each kind of field.

mod contact;
mod figure;

use base::{NhsNumber, Upn};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{Check, Field, Kind, kernels::date::day_number, list};

/// Characters of a value that are kept: comparing two texts takes time that grows with the product of their lengths.
pub(crate) const LONGEST: usize = 256;

/// A value after cleaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cleaned {
    /// Ready to compare.
    Value(String),
    /// Empty, or one that the spec lists as missing.
    Missing,
    /// There was something, but not what the kind calls for.
    Unreadable,
}

/// Cleans one value. `missing` holds the field's placeholders, themselves cleaned.
pub(crate) fn clean(kind: Kind, value: &str, missing: &[String]) -> Cleaned {
    // Accents and ligatures can lengthen a text only so far, so cut before the work and once more after it.
    let short = first(value.trim(), 4 * LONGEST);
    if short.is_empty() {
        return Cleaned::Missing;
    }
    let cleaned = match kind {
        Kind::Text => Some(words(&short.to_lowercase())),
        Kind::Raw => Some(short.to_owned()),
        Kind::Name => Some(fold(short, true)),
        Kind::Date => date(short),
        Kind::CalendarDate => date(short).filter(|date| day_number(date).is_some()),
        Kind::Postcode => Some(postcode(short)),
        Kind::Identifier => Some(squeeze(short)),
        Kind::Phone => contact::phone(short),
        Kind::Email => contact::email(short),
        Kind::Address => Some(contact::address(&fold(short, true))),
        Kind::Number => figure::number(short),
        Kind::Coordinates => figure::coordinates(short),
    };
    match cleaned {
        None => {
            if missing.contains(&words(&short.to_lowercase())) {
                Cleaned::Missing
            } else {
                Cleaned::Unreadable
            }
        }
        Some(mut text) => {
            text.truncate(first(&text, LONGEST).len());
            if text.is_empty() || missing.contains(&text) { Cleaned::Missing } else { Cleaned::Value(text) }
        }
    }
}

/// The first so many characters.
fn first(text: &str, characters: usize) -> &str {
    if text.len() <= characters {
        return text; // A character has one byte at least.
    }
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Cleans one cell of a field: one value, or a list of them.
pub(crate) fn clean_cell(field: &Field, cell: &str, missing: &[String]) -> Cleaned {
    let Some(mark) = &field.list else {
        return clean(field.kind, cell, missing);
    };
    let mut unreadable = false;
    let mut values = Vec::new();
    // Twice as many as are kept, since some may be missing or equal.
    for piece in cell.split(list::MARK).flat_map(|piece| piece.split(mark.as_str())).take(2 * list::MOST) {
        match clean(field.kind, piece, missing) {
            Cleaned::Value(value) => values.push(value),
            Cleaned::Missing => {}
            Cleaned::Unreadable => unreadable = true,
        }
    }
    match list::join(values) {
        Some(list) => Cleaned::Value(list),
        None if unreadable => Cleaned::Unreadable,
        None => Cleaned::Missing,
    }
}

/// A field's placeholders in the form that [`clean`] compares them in.
pub(crate) fn placeholders(field: &Field) -> Vec<String> {
    let forms = |text: &String| match clean(field.kind, text, &[]) {
        Cleaned::Value(value) => value,
        Cleaned::Missing | Cleaned::Unreadable => words(&text.to_lowercase()),
    };
    field.missing.iter().map(forms).collect()
}

/// Whether a cleaned value passes a check.
pub(crate) fn valid(check: Check, value: &str) -> bool {
    match check {
        Check::None => true,
        Check::NhsNumber => value.parse::<NhsNumber>().is_ok(),
        Check::Upn => value.parse::<Upn>().is_ok(),
    }
}

/// Lower case letters and digits without accents. With `spaces`, words stay apart by one space, and apostrophes vanish rather
/// than part words.
pub(crate) fn fold(text: &str, spaces: bool) -> String {
    if text.is_ascii() {
        return fold_ascii(text, spaces);
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            c if c.is_alphanumeric() => folded.push(c),
            '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '`' | '\u{200d}' => {}
            _ if spaces && !folded.is_empty() && !folded.ends_with(' ') => folded.push(' '),
            _ => {}
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// [`fold`] of plain letters, which nearly all values are made of.
fn fold_ascii(text: &str, spaces: bool) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => folded.push(c.to_ascii_lowercase()),
            '\'' | '`' => {}
            _ if spaces && !folded.is_empty() && !folded.ends_with(' ') => folded.push(' '),
            _ => {}
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn words(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn squeeze(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    }
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn postcode(text: &str) -> String {
    let mut code = squeeze(text);
    let is = |shape: &str| {
        let fits = |(c, shape): (u8, u8)| if shape == b'9' { c.is_ascii_digit() } else { c.is_ascii_uppercase() };
        code.len() == shape.len() && code.bytes().zip(shape.bytes()).all(fits)
    };
    if ["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"].into_iter().any(is) {
        code.insert(code.len() - 3, ' ');
    }
    code
}

/// Eight digits from `1990-01-31`, `19900131` or `31/01/1990` (also with `-`, `.` or a time after a date).
fn date(text: &str) -> Option<String> {
    if let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() {
        let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
        if digits.iter().all(|digit| digit.is_ascii_digit()) {
            return Some(digits.into_iter().map(|digit| char::from(*digit)).collect());
        }
    }
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let (year, month, day) = match parts.as_slice() {
        [whole] if whole.len() == 8 => (whole.get(..4)?, whole.get(4..6)?, whole.get(6..)?),
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [day, month, year] if year.len() == 4 => (*year, *month, *day),
        _ => return None,
    };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u16>().ok()).flatten();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    (month < 100 && day < 100).then(|| format!("{year:04}{month:02}{day:02}"))
}

#[cfg(test)]
mod tests;
