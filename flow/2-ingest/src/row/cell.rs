//! One cell: from what the partner wrote to what is kept, or what is wrong with it and how to mend it.

use std::fmt::{Display, Write as _};

use base::{DateTime, EthnicGroup, LsoaCode, NhsNumber, Postcode, Sex, Upn, first_large, london, names::fold};

use super::format::{Format, NotADate, read_any};
use crate::feed::Kind;

/// What is wrong with a cell.
pub(super) struct Wrong {
    pub problem: String,
    pub fix: String,
}

impl Wrong {
    fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { problem: problem.into(), fix: fix.into() }
    }

    fn of(error: impl Display) -> Self {
        Self::new(sentence(&error.to_string()), "Correct it, or leave the cell blank if it is not known.")
    }
}

/// With a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    format!("{}.", first_large(text.trim_end_matches('.')))
}

/// Reads a cell that isn't blank and writes `"key":value` to the body; `prefix` is `"key":`. Gives its date and time where it
/// has one.
pub(super) fn read(kind: &Kind, text: &str, prefix: &str, body: &mut String) -> Result<Option<DateTime>, Wrong> {
    match kind {
        Kind::Text(longest) => {
            if text.len() > *longest && text.chars().count() > *longest {
                return Err(Wrong::new(format!("The text is longer than {longest} characters."), "Shorten it."));
            }
            write_pair(prefix, text, body);
        }
        Kind::Date(formats) => {
            let when = date(formats, text)?;
            write_plain(prefix, when.date(), body);
            return Ok(Some(when.date().to_datetime(base::Time::midnight())));
        }
        Kind::LocalDateTime(formats) => {
            let when = date(formats, text)?;
            if london::resolve(when).is_err() {
                return Err(Wrong::new(
                    "This time did not exist: the clocks in the United Kingdom went forward over it.",
                    "Correct the time.",
                ));
            }
            write_plain(prefix, when, body);
            return Ok(Some(when));
        }
        Kind::Integer => {
            let digits = text.strip_suffix(".0").unwrap_or(text);
            let number: i64 = digits.parse().map_err(|_| {
                Wrong::new("This is not a whole number.", "Write digits only, or leave the cell blank.")
            })?;
            push_key(prefix, body);
            let _ = write!(body, "{number}");
        }
        Kind::Decimal => decimal(prefix, text, body)?,
        Kind::Code { spellings, codes } => {
            let code = spellings.get(&fold(text)).ok_or_else(|| {
                Wrong::new("This is not one of the list.", format!("Write one of: {}.", codes.join(", ")))
            })?;
            write_pair(prefix, code, body);
        }
        Kind::NhsNumber => write_pair(prefix, &parsed::<NhsNumber>(text)?.digits(), body),
        Kind::Upn => write_pair(prefix, parsed::<Upn>(text)?.as_str(), body),
        Kind::Postcode => write_pair(prefix, parsed::<Postcode>(text)?.as_str(), body),
        Kind::Phone => write_pair(prefix, &phone(text)?, body),
        Kind::Lsoa => write_plain(prefix, parsed::<LsoaCode>(text)?, body),
        Kind::YesNo => write_pair(prefix, yes_no(text)?, body),
        Kind::Sex => {
            let sex: Sex = text
                .parse()
                .map_err(|_| Wrong::new("This is not one of the list.", "Write M, F or U, or leave the cell blank."))?;
            write_pair(prefix, sex.as_str(), body);
        }
        Kind::Ethnicity => {
            let group: EthnicGroup = text.parse().map_err(|_| {
                Wrong::new(
                    "This is not one of the 16+1 or 18+1 codes.",
                    "Write a code such as W1, B2 or NS, or leave the cell blank.",
                )
            })?;
            write_pair(prefix, group.as_str(), body);
        }
    }
    Ok(None)
}

fn parsed<T: std::str::FromStr<Err: Display>>(text: &str) -> Result<T, Wrong> {
    text.parse().map_err(Wrong::of)
}

fn date(formats: &[Format], text: &str) -> Result<DateTime, Wrong> {
    let when = read_any(formats, text).map_err(|not| match not {
        NotADate::NoSuchDay => Wrong::new("There is no such day or time.", "Correct it."),
        NotADate::Form => {
            let forms: Vec<String> = formats.iter().map(Format::describe).collect();
            Wrong::new("This is not a date as agreed.", format!("Write it as {}.", forms.join(" or ")))
        }
    })?;
    if !(1900..=2100).contains(&when.year()) {
        return Err(Wrong::new("The year is before 1900 or after 2100.", "Correct the year."));
    }
    Ok(when)
}

fn decimal(prefix: &str, text: &str, body: &mut String) -> Result<(), Wrong> {
    let wrong = || Wrong::new("This is not a number.", "Write it with a point and without thousands, such as 0.8912.");
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 17 && part.bytes().all(|byte| byte.is_ascii_digit());
    push_key(prefix, body);
    if digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0')) {
        body.push_str(text); // is a JSON number as it stands
        return Ok(());
    }
    let number: f64 = text.parse().map_err(|_| wrong())?;
    if !number.is_finite() {
        return Err(wrong());
    }
    let _ = write!(body, "{number}");
    Ok(())
}

/// Digits only, with the United Kingdom's country code made a leading zero.
fn phone(text: &str) -> Result<String, Wrong> {
    let mut digits = String::with_capacity(12);
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            ' ' | '-' | '(' | ')' | '+' | '.' | '/' => {}
            _ => {
                return Err(Wrong::new(
                    "A telephone number has only digits, spaces and a plus sign.",
                    "Correct it, or leave the cell blank.",
                ));
            }
        }
    }
    let international = text.trim_start().starts_with('+') || digits.starts_with("00");
    let bare = digits.trim_start_matches('0');
    let national = match bare.strip_prefix("44") {
        Some(rest) if international => format!("0{}", rest.trim_start_matches('0')),
        _ => digits,
    };
    if (6..=15).contains(&national.len()) {
        Ok(national)
    } else {
        Err(Wrong::new("A telephone number has 6 to 15 digits.", "Correct it, or leave the cell blank."))
    }
}

fn yes_no(text: &str) -> Result<&'static str, Wrong> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&["yes", "y", "true", "1"]) {
        Ok("yes")
    } else if is(&["no", "n", "false", "0"]) {
        Ok("no")
    } else {
        Err(Wrong::new("This is neither Yes nor No.", "Write Yes or No, or leave the cell blank if it is not known."))
    }
}

fn push_key(prefix: &str, body: &mut String) {
    if body.len() > 1 {
        body.push(',');
    }
    body.push_str(prefix);
}

fn write_plain(prefix: &str, value: impl Display, body: &mut String) {
    push_key(prefix, body);
    let _ = write!(body, "\"{value}\"");
}

/// Writes `"key":"text"` with the text escaped as JSON asks.
pub(super) fn write_pair(prefix: &str, text: &str, body: &mut String) {
    push_key(prefix, body);
    write_text(text, body);
}

pub(super) fn write_text(text: &str, body: &mut String) {
    body.push('"');
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        body.push_str(text);
    } else {
        for character in text.chars() {
            match character {
                '"' => body.push_str("\\\""),
                '\\' => body.push_str("\\\\"),
                c if u32::from(c) < 0x20 => drop(write!(body, "\\u{:04x}", u32::from(c))),
                c => body.push(c),
            }
        }
    }
    body.push('"');
}
