//! People's names: held as written, compared and sorted by a folded form that is made here and stored beside them, so that
//! every database orders them alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest that either part of a name may be, in characters.
pub const MAX_LENGTH: usize = 100;

/// The form of a text in which names are compared and sorted: without accents, in lower case, apostrophes and full stops
/// dropped, hyphens and runs of space made one space. Folding twice changes nothing more.
///
/// ```
/// assert_eq!(base::names::fold("  O’Néill-SMITH "), "oneill smith");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |character: char| match character {
        '\'' | '.' | '`' | '´' | '‘' | '’' | 'ʼ' | 'ʻ' | '′' | '＇' => {}
        c if c.is_whitespace() || is_hyphen(c) => gap = !folded.is_empty(),
        c => {
            if std::mem::take(&mut gap) {
                folded.push(' ');
            }
            match letters_of(c) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(c),
            }
        }
    };
    if text.is_ascii() {
        text.chars().for_each(|c| push(c.to_ascii_lowercase()));
    } else {
        // Lower case first opens some ligatures and dotted letters, and decomposing opens some capitals: so twice.
        let bare = |text: &str| -> String {
            text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
        };
        bare(&bare(text)).nfkd().filter(|c| !is_combining_mark(*c)).for_each(push);
    }
    folded
}

fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_')
}

/// Letters that Unicode does not take apart but people write out.
fn letters_of(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "n",
        'ŧ' => "t",
        _ => return None,
    })
}

/// A person's name as a partner wrote it: given names and family name, either of which may be blank (many people have one
/// name), but not both. Spaces are tidied; nothing else is changed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName {
    given: String,
    family: String,
}

/// Why something is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Both parts are blank.
    #[error("blank name: give at least one of given name and family name")]
    Blank,
    /// A part is longer than [`MAX_LENGTH`].
    #[error("the {0} is longer than 100 characters")]
    TooLong(&'static str),
    /// A character that cannot be shown, such as NUL.
    #[error("the {0} has a control character, which no name has")]
    Control(&'static str),
    /// No letter at all, such as `-` or `?`.
    #[error("the {0} has no letter in it")]
    NoLetter(&'static str),
}

impl PersonName {
    /// A name from its two parts.
    ///
    /// # Errors
    /// When both parts are blank, or one is too long, has a control character, or has no letter.
    pub fn parse(given: &str, family: &str) -> Result<Self, NameError> {
        let name = Self { given: part(given, "given name")?, family: part(family, "family name")? };
        if name.given.is_empty() && name.family.is_empty() { Err(NameError::Blank) } else { Ok(name) }
    }

    /// Given names as written; may be blank.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// Family name as written; may be blank.
    #[must_use]
    pub fn family(&self) -> &str {
        &self.family
    }

    /// As a page shows it: given names, then family name, with capitals mended where all or none were capitals.
    #[must_use]
    pub fn shown(&self) -> String {
        let both = format!("{} {}", title_case(&self.given), title_case(&self.family));
        both.trim().to_owned()
    }

    /// For sorting and searching: family name, a space, given names, both folded.
    #[must_use]
    pub fn folded(&self) -> String {
        let both = format!("{} {}", fold(&self.family), fold(&self.given));
        both.trim().to_owned()
    }
}

impl std::fmt::Debug for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonName") // never the name: debug output ends in logs
    }
}

fn part(text: &str, which: &'static str) -> Result<String, NameError> {
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if tidy.chars().any(char::is_control) {
        return Err(NameError::Control(which));
    }
    if tidy.chars().count() > MAX_LENGTH {
        return Err(NameError::TooLong(which));
    }
    if !tidy.is_empty() && !tidy.chars().any(char::is_alphabetic) {
        return Err(NameError::NoLetter(which));
    }
    Ok(tidy)
}

/// Capitals as people write them, for a text that has all or none: `O'NEILL` is `O'Neill`, `mcdonald` is `McDonald`,
/// `smith-jones` is `Smith-Jones`. A text in mixed case is taken as its owner's own spelling and left alone.
#[must_use]
pub fn title_case(text: &str) -> String {
    let (upper, lower) = (text.chars().any(char::is_uppercase), text.chars().any(char::is_lowercase));
    if upper && lower {
        return text.to_owned();
    }
    text.split_inclusive([' ', '-', '\u{2010}']).map(title_word).collect()
}

fn title_word(word: &str) -> String {
    let lower = word.to_lowercase();
    let after = match lower.strip_prefix("mc") {
        // Two letters more, so that a mere "Mc" or "Mca" is not split.
        Some(rest) if rest.chars().count() > 1 => 2,
        _ => one_letter_and_apostrophe(&lower),
    };
    lower
        .chars()
        .enumerate()
        .flat_map(|(at, c)| -> Box<dyn Iterator<Item = char>> {
            if at == 0 || at == after { Box::new(c.to_uppercase()) } else { Box::new(std::iter::once(c)) }
        })
        .collect()
}

/// Where the letter after `o'` or `d'` stands; 0 where there is no such start.
fn one_letter_and_apostrophe(word: &str) -> usize {
    let mut characters = word.chars();
    let first = characters.next().is_some_and(char::is_alphabetic);
    let apostrophe = matches!(characters.next(), Some('\'' | '’'));
    if first && apostrophe { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NameError, PersonName, fold, title_case};

    #[test]
    fn spellings_of_one_name_fold_alike() {
        for (text, folded) in [
            ("O'NEILL", "oneill"),
            ("O’Neill", "oneill"),
            ("Siân", "sian"),
            ("Smith - Jones", "smith jones"),
            ("SMITH–JONES", "smith jones"),
            ("St. John", "st john"),
            ("Łukasz", "lukasz"),
            ("Strauß", "strauss"),
            ("İbrahim", "ibrahim"),
            ("ﬁona", "fiona"),
            ("  ", ""),
            ("-", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn capitals_are_mended_only_where_all_or_none() {
        for (text, titled) in [
            ("O'NEILL", "O'Neill"),
            ("mcdonald", "McDonald"),
            ("SMITH-JONES", "Smith-Jones"),
            ("mary anne", "Mary Anne"),
            ("SA'AD", "Sa'ad"),
            ("van der Berg", "van der Berg"),
            ("DeShawn", "DeShawn"),
            ("ÉLODIE", "Élodie"),
            ("mc", "Mc"),
            ("", ""),
        ] {
            assert_eq!(title_case(text), titled, "{text}");
        }
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        assert_eq!(PersonName::parse(" ", ""), Err(NameError::Blank));
        assert_eq!(PersonName::parse("A\0b", "C"), Err(NameError::Control("given name")));
        assert_eq!(PersonName::parse("A", &"b".repeat(101)), Err(NameError::TooLong("family name")));
        assert_eq!(PersonName::parse("A", "?"), Err(NameError::NoLetter("family name")));
        assert_eq!(NameError::Blank.to_string(), "blank name: give at least one of given name and family name");
    }

    #[test]
    fn a_name_is_kept_shown_and_sorted() {
        let name = PersonName::parse(" MARY  ANNE ", "O'NEILL").unwrap();
        assert_eq!((name.given(), name.family()), ("MARY ANNE", "O'NEILL"));
        assert_eq!(name.shown(), "Mary Anne O'Neill");
        assert_eq!(name.folded(), "oneill mary anne");
        assert_eq!(PersonName::parse("Sukarno", "").unwrap().shown(), "Sukarno");
        assert!(!format!("{name:?}").contains("MARY"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn case_does_not_matter(text in "[a-zA-Z' -]{0,30}") {
            prop_assert_eq!(fold(&text.to_uppercase()), fold(&text.to_lowercase()));
        }

        #[test]
        fn titles_change_only_case(text in "[a-zA-Z' -]{0,30}") {
            prop_assert_eq!(title_case(&text).to_lowercase(), text.to_lowercase());
        }

        #[test]
        fn no_text_panics(given in ".{0,40}", family in ".{0,40}") {
            if let Ok(name) = PersonName::parse(&given, &family) {
                let _ = (name.shown(), name.folded());
            }
        }
    }
}
