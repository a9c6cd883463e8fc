//! Identifiers with a check digit, and what a slip of the finger does to one.

/// Whether exactly one character differs, or exactly two neighbours are exchanged; both have the same length.
pub(crate) fn one_digit_wrong(a: &str, b: &str) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut differing = a
        .bytes()
        .zip(b.bytes())
        .enumerate()
        .filter(|(_, (a, b))| a != b);
    match (differing.next(), differing.next(), differing.next()) {
        (Some(_), None, None) => true,
        (Some((at, (a1, b1))), Some((next, (a2, b2))), None) => {
            next == at + 1 && a1 == b2 && a2 == b1
        }
        _ => false,
    }
}

/// Whether this is ten digits of which the last is the NHS number's modulus 11 check digit (NHS Data Model and Dictionary,
/// "NHS NUMBER"): 11 less the remainder of the first nine weighted 10 to 2, where 11 counts as 0 and 10 is never issued.
/// Ten equal digits are never issued either.
#[must_use]
pub fn is_nhs_number(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|digits| digits.len() == 10) else {
        return false;
    };
    let weighted: u32 = digits
        .iter()
        .take(9)
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = (11 - weighted % 11) % 11;
    digits.last() == Some(&check) && digits.windows(2).any(|pair| pair.first() != pair.last())
}

/// Whether this is a unique pupil number (Department for Education, "Unique pupil numbers"): a check letter, eleven digits, and
/// a digit or, for a temporary number, a letter. The letter is picked by the rest weighted 2 to 13, modulo 23.
#[must_use]
pub fn is_upn(text: &str) -> bool {
    const LETTERS: &str = "ABCDEFGHJKLMNPQRTUVWXYZ";
    if !text.is_ascii() || text.len() != 13 {
        return false;
    }
    let (Some(check), Some(middle), Some(last)) = (
        text.chars().next(),
        text.get(1..12).and_then(digits),
        text.chars().last(),
    ) else {
        return false;
    };
    let value = |c: char| {
        c.to_digit(10)
            .or_else(|| LETTERS.find(c).and_then(|at| u32::try_from(at).ok()))
    };
    let Some(last) = value(last) else {
        return false;
    };
    let weighted: u32 = middle
        .iter()
        .chain([&last])
        .zip(2..)
        .map(|(digit, weight)| digit * weight)
        .sum();
    LETTERS.chars().nth((weighted % 23) as usize) == Some(check)
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}
