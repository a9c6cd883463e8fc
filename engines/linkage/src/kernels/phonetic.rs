//! How names sound: Double Metaphone and Soundex, from the crate `rphonetic`, for names in any script.

use std::fmt;

use any_ascii::any_ascii_char;
use rphonetic::{DoubleMetaphone, Encoder, Soundex};

/// A phonetic code of up to eight letters and digits; empty for what has no sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Code([u8; 8]);

impl Code {
    fn new(text: &str) -> Code {
        let mut code = Code::default();
        // Philips's rules leave a space in some alternate codes, where a letter is silent.
        for (to, from) in code.0.iter_mut().zip(text.bytes().filter(|letter| *letter != b' ')) {
            *to = from;
        }
        code
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Code::default()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take_while(|letter| **letter != 0).try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

/// Length of a Double Metaphone code, as Philips has it.
const CODE: usize = 4;

/// The Latin letters of a name in any script, upper case, nothing else. `any_ascii` writes one to a few letters for each.
pub(super) fn letters(name: &str) -> String {
    let mut letters = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii() {
            letters.push(c);
        } else if c.is_alphabetic() {
            letters.push_str(any_ascii_char(c)); // which would also spell out what an emoji shows
        }
    }
    letters.retain(|c| c.is_ascii_alphabetic());
    letters.make_ascii_uppercase();
    letters
}

/// Primary and alternate Double Metaphone codes of the whole name, its spaces left out (L. Philips, "The Double Metaphone Search
/// Algorithm", C/C++ Users Journal, June 2000). Codes have at most four letters.
pub(crate) fn double_metaphone(name: &str) -> (Code, Code) {
    let codes = DoubleMetaphone::new(Some(CODE)).double_metaphone(&letters(name));
    (Code::new(&codes.primary()), Code::new(&codes.alternate()))
}

/// The American Soundex code of the whole name, its spaces left out: a letter and three figures (Russell 1918; the rules of the US
/// National Archives, in which `h` and `w` don't part letters of one figure).
pub(crate) fn soundex(name: &str) -> Code {
    Code::new(&Soundex::default().encode(&letters(name)))
}
