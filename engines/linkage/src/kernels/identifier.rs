//! What a slip of the finger does to an identifier.

/// Whether exactly one character differs, or exactly two neighbours are exchanged; both have the same length.
pub(crate) fn one_digit_wrong(a: &str, b: &str) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut differing = a.bytes().zip(b.bytes()).enumerate().filter(|(_, (a, b))| a != b);
    match (differing.next(), differing.next(), differing.next()) {
        (Some(_), None, None) => true,
        (Some((at, (a1, b1))), Some((next, (a2, b2))), None) => next == at + 1 && a1 == b2 && a2 == b1,
        _ => false,
    }
}
