//! One form for telephone numbers, e-mail addresses and postal addresses.

use unicode_normalization::UnicodeNormalization;

/// Fewest figures of a telephone number.
const FEWEST_FIGURES: usize = 6;

/// A telephone number's figures with the country's code first. A number without one is British (Ofcom's National Telephone Numbering
/// Plan: ten figures after the trunk `0` or the code 44, nine for a few exchanges). `None` for what has too few figures.
pub(super) fn phone(text: &str) -> Option<String> {
    let text: String = text.nfkc().collect();
    let mut figures = String::new();
    for c in text.chars() {
        // Letters after the number begin an extension; before it they are a note.
        if c.is_alphabetic() || c == '#' {
            if figures.len() >= FEWEST_FIGURES {
                break;
            }
        } else if c.is_ascii_digit() {
            figures.push(c);
        }
    }
    let abroad = text.trim_start().starts_with('+');
    let whole = match figures.strip_prefix("00") {
        Some(rest) => rest.to_owned(),
        None if abroad => figures,
        None => match figures.strip_prefix('0') {
            Some(rest) => format!("44{rest}"),
            // A spreadsheet took the number for a sum and dropped its 0.
            None if figures.len() == 10 && figures.starts_with(['1', '2', '7']) => format!("44{figures}"),
            None => figures,
        },
    };
    // `+44 (0)7700 …`: the trunk 0 is for callers at home.
    let whole = match whole.strip_prefix("440") {
        Some(rest) => format!("44{rest}"),
        None => whole,
    };
    (whole.len() >= FEWEST_FIGURES).then_some(whole)
}

/// An e-mail address in lower case, also out of `mailto:` or `Name <…>`. `None` where user or domain is not there.
pub(super) fn email(text: &str) -> Option<String> {
    let text = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(text, |(inner, _)| inner);
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    let (user, domain) = text.split_once('@')?;
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace() || c.is_control());
    (plain(user) && plain(domain)).then(|| text.to_owned())
}

/// A folded address with short forms written out. `st` is a street after a word and a saint after a number or at the beginning.
pub(super) fn address(folded: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in folded.split(' ') {
        let after_word = words.last().is_some_and(|last| !last.contains(|c: char| c.is_ascii_digit()));
        words.push(match word {
            "st" | "str" if after_word => "street",
            "rd" => "road",
            "av" | "ave" => "avenue",
            "ln" | "la" => "lane",
            "cl" => "close",
            "ct" | "crt" => "court",
            "dr" => "drive",
            "gdn" | "gdns" => "gardens",
            "cres" | "cresc" => "crescent",
            "pl" => "place",
            "sq" => "square",
            "ter" | "terr" => "terrace",
            "gr" | "gro" | "grv" => "grove",
            "pk" => "park",
            "hts" => "heights",
            "flt" | "apt" | "apartment" => "flat",
            "hse" => "house",
            "bldg" | "bldgs" => "buildings",
            "cott" | "cotts" => "cottages",
            "no" | "number" => continue,
            word => word,
        });
    }
    words.join(" ")
}
