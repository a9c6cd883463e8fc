//! Similarity of text, from the crate `rapidfuzz`.

use rapidfuzz::distance::{damerau_levenshtein, jaro_winkler};

/// Jaro–Winkler similarity, 0 to 1 (Winkler 1990): Jaro's, and where that is above 0.7 a tenth of the rest for each of up to four
/// equal first characters. Jaro's greedy matching can depend on the side, so the lesser text always goes first.
pub(crate) fn jaro_winkler(a: &str, b: &str) -> f64 {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    if a.is_ascii() && b.is_ascii() {
        jaro_winkler::similarity(a.bytes(), b.bytes())
    } else {
        jaro_winkler::similarity(a.chars(), b.chars())
    }
}

/// Whether at most `most` characters need be inserted, dropped, changed or exchanged with a neighbour to make one of the other
/// (Damerau 1964, without limits on where edits overlap).
pub(crate) fn within_edits(a: &str, b: &str, most: u32) -> bool {
    let most = most as usize;
    if a.is_ascii() && b.is_ascii() {
        a.len().abs_diff(b.len()) <= most && {
            let args = damerau_levenshtein::Args::default().score_cutoff(most);
            damerau_levenshtein::distance_with_args(a.bytes(), b.bytes(), &args).is_some()
        }
    } else {
        let args = damerau_levenshtein::Args::default().score_cutoff(most);
        damerau_levenshtein::distance_with_args(a.chars(), b.chars(), &args).is_some()
    }
}

/// Whether one name's first word is a single letter with which the other name begins.
pub(crate) fn initial(a: &str, b: &str) -> bool {
    let single = |text: &str| {
        let mut letters = text.split(' ').next().unwrap_or_default().chars();
        letters.next().filter(|_| letters.next().is_none())
    };
    single(a).is_some_and(|letter| b.starts_with(letter)) || single(b).is_some_and(|letter| a.starts_with(letter))
}
