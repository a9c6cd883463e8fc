//! Makes values comparable: one text form for each kind of field.

use base::{NhsNumber, Upn};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{Check, Field, Kind};

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
    let short: String = value.trim().chars().take(4 * LONGEST).collect();
    if short.is_empty() {
        return Cleaned::Missing;
    }
    let cleaned = match kind {
        Kind::Text => Some(words(&short.to_lowercase())),
        Kind::Name => Some(fold(&short, true)),
        Kind::Date => date(&short),
        Kind::Postcode => Some(postcode(&short)),
        Kind::Identifier => Some(squeeze(&short)),
    };
    match cleaned {
        None => {
            if missing.contains(&words(&short.to_lowercase())) {
                Cleaned::Missing
            } else {
                Cleaned::Unreadable
            }
        }
        Some(text) => {
            let text: String = text.chars().take(LONGEST).collect();
            if text.is_empty() || missing.contains(&text) { Cleaned::Missing } else { Cleaned::Value(text) }
        }
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

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn squeeze(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn postcode(text: &str) -> String {
    let mut code = squeeze(text);
    let shape: String = code
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '9'
            } else if c.is_ascii_uppercase() {
                'A'
            } else {
                '?'
            }
        })
        .collect();
    if matches!(shape.as_str(), "A99AA" | "A999AA" | "AA99AA" | "AA999AA" | "A9A9AA" | "AA9A9AA") {
        code.insert(code.len() - 3, ' ');
    }
    code
}

/// Eight digits from `1990-01-31`, `19900131` or `31/01/1990` (also with `-`, `.` or a time after a date).
fn date(text: &str) -> Option<String> {
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(kind: Kind, text: &str) -> String {
        match clean(kind, text, &[]) {
            Cleaned::Value(value) => value,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn each_kind_has_one_form() {
        for (kind, text, expected) in [
            (Kind::Name, " O\u{2019}BRIEN ", "obrien"),
            (Kind::Name, "Smith--Jones", "smith jones"),
            (Kind::Name, "Łukasz Żółć", "lukasz zolc"),
            (Kind::Name, "🙂", "Missing"),
            (Kind::Name, "محمد", "محمد"),
            (Kind::Text, "12  High STREET", "12 high street"),
            (Kind::Date, "1990-01-31", "19900131"),
            (Kind::Date, "31/1/1990", "19900131"),
            (Kind::Date, "1990-01-31T00:00:00", "19900131"),
            (Kind::Date, "19081399", "19081399"),
            (Kind::Date, "yesterday", "Unreadable"),
            (Kind::Date, "1/2/90", "Unreadable"),
            (Kind::Postcode, "cm11aa", "CM1 1AA"),
            (Kind::Postcode, "EC1A 1BB", "EC1A 1BB"),
            (Kind::Postcode, "unknown", "UNKNOWN"),
            (Kind::Identifier, "943-476 5919", "9434765919"),
            (Kind::Identifier, " - ", "Missing"),
        ] {
            assert_eq!(value(kind, text), expected, "{text}");
        }
    }

    #[test]
    fn placeholders_are_missing_however_written() {
        let field = Field {
            name: "n".into(),
            kind: Kind::Date,
            missing: vec!["01/01/1900".into(), "Not Known".into()],
            distinguishes: false,
            check: Check::None,
        };
        let missing = placeholders(&field);
        assert_eq!(clean(Kind::Date, "1900-01-01", &missing), Cleaned::Missing);
        assert_eq!(clean(Kind::Date, "not  known", &missing), Cleaned::Missing);
    }

    proptest! {
        #[test]
        fn cleaning_ends_and_settles(text in "\\PC{0,40}") {
            for kind in [Kind::Text, Kind::Name, Kind::Date, Kind::Postcode, Kind::Identifier] {
                if let Cleaned::Value(once) = clean(kind, &text, &[]) {
                    prop_assert!(once.chars().count() <= LONGEST);
                    if kind == Kind::Date {
                        prop_assert_eq!(once.len(), 8);
                    }
                }
            }
        }
    }
}
