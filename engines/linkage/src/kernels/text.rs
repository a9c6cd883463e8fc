//! Similarity of text: Jaro, Jaro–Winkler, Levenshtein and Damerau–Levenshtein, by the crate `rapidfuzz` but for the commonest cases,
//! which are quicker by hand. Characters are compared, not bytes.

use rapidfuzz::distance::{damerau_levenshtein, jaro, jaro_winkler, levenshtein};

use super::short;

/// Jaro's greedy matching can depend on the side, so the lesser text always goes first.
fn in_order<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    if a <= b { (a, b) } else { (b, a) }
}

/// Jaro similarity, 0 to 1 (Jaro 1989): the mean of the shares of characters of either text that match within half the longer
/// text's length, and of matches in the same order.
pub(crate) fn jaro(a: &str, b: &str) -> f64 {
    let (a, b) = in_order(a, b);
    if let Some(similarity) = short::jaro(a, b) {
        similarity
    } else if a.is_ascii() && b.is_ascii() {
        jaro::similarity(a.bytes(), b.bytes())
    } else {
        jaro::similarity(a.chars(), b.chars())
    }
}

/// Jaro–Winkler similarity, 0 to 1 (Winkler 1990): Jaro's, and where that is above 0.7 a tenth of the rest for each of up to four
/// equal first characters.
pub(crate) fn jaro_winkler(a: &str, b: &str) -> f64 {
    let (a, b) = in_order(a, b);
    if let Some(jaro) = short::jaro(a, b) {
        let start = a.bytes().zip(b.bytes()).take(4).take_while(|(x, y)| x == y).count();
        if jaro > 0.7 { jaro + start as f64 * 0.1 * (1.0 - jaro) } else { jaro }
    } else if a.is_ascii() && b.is_ascii() {
        jaro_winkler::similarity(a.bytes(), b.bytes())
    } else {
        jaro_winkler::similarity(a.chars(), b.chars())
    }
}

/// Whether at most `most` characters need be inserted, dropped or changed to make one of the other (Levenshtein 1966).
pub(crate) fn within_levenshtein(a: &str, b: &str, most: u32) -> bool {
    let most = most as usize;
    let (a, b) = differing(a, b);
    if most <= 1 {
        return slips(a, b, false) <= most;
    }
    let args = levenshtein::Args::default().score_cutoff(most);
    if a.is_ascii() && b.is_ascii() {
        a.len().abs_diff(b.len()) <= most && levenshtein::distance_with_args(a.bytes(), b.bytes(), &args).is_some()
    } else {
        levenshtein::distance_with_args(a.chars(), b.chars(), &args).is_some()
    }
}

/// Whether at most `most` characters need be inserted, dropped, changed or exchanged with a neighbour to make one of the other
/// (Damerau 1964, without limits on where edits overlap: Lowrance and Wagner 1975).
pub(crate) fn within_edits(a: &str, b: &str, most: u32) -> bool {
    let most = most as usize;
    let (a, b) = differing(a, b);
    if most <= 1 {
        return slips(a, b, true) <= most;
    }
    let args = damerau_levenshtein::Args::default().score_cutoff(most);
    if a.is_ascii() && b.is_ascii() {
        a.len().abs_diff(b.len()) <= most
            && damerau_levenshtein::distance_with_args(a.bytes(), b.bytes(), &args).is_some()
    } else {
        damerau_levenshtein::distance_with_args(a.chars(), b.chars(), &args).is_some()
    }
}

/// Both texts without their common beginning and the rest's common end, which no edit need touch.
fn differing<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    let equal = |x: &char, y: &char| x == y;
    let length = |a: &mut dyn Iterator<Item = (char, char)>| {
        a.take_while(|(x, y)| equal(x, y)).map(|(x, _)| x.len_utf8()).sum::<usize>()
    };
    let start = length(&mut a.chars().zip(b.chars()));
    let (a, b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = length(&mut a.chars().rev().zip(b.chars().rev()));
    (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default())
}

/// How many edits make one of the other, of texts that begin and end differently: 0, 1, or 2 for any more.
fn slips(a: &str, b: &str, exchanges: bool) -> usize {
    let letters = |text: &str| {
        let mut letters = text.chars();
        [letters.next(), letters.next(), letters.next()]
    };
    match (letters(a), letters(b)) {
        ([None, ..], [None, ..]) => 0,
        ([_, None, _], [_, None, _]) => 1,
        ([x1, x2, None], [y1, y2, None]) if exchanges && x1 == y2 && x2 == y1 => 1,
        _ => 2,
    }
}

/// Whether the first `length` characters are equal, and both texts have as many.
pub(crate) fn same_first(a: &str, b: &str, length: usize) -> bool {
    same(a.chars(), b.chars(), length)
}

/// Whether the last `length` characters are equal, and both texts have as many.
pub(crate) fn same_last(a: &str, b: &str, length: usize) -> bool {
    same(a.chars().rev(), b.chars().rev(), length)
}

fn same(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>, length: usize) -> bool {
    a.zip(b).take(length).take_while(|(a, b)| a == b).count() == length
}
