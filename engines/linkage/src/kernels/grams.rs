//! Q-grams: runs of q neighbouring characters, without padding. A text shorter than q is one gram by itself.

/// Most characters in a gram: as many as fit one number at 21 bits each.
pub(crate) const MOST: u8 = 6;

/// The text's grams in order of their numbers.
fn grams(text: &str, q: usize) -> Vec<u128> {
    // One more than the character, so that a shorter gram is never taken for a longer one.
    let letters: Vec<u128> = text.chars().map(|letter| letter as u128 + 1).collect();
    let pack = |letters: &[u128]| letters.iter().fold(0, |gram, letter| gram << 21 | letter);
    let q = q.clamp(1, MOST.into()).min(letters.len()).max(1);
    let mut grams: Vec<u128> = letters.windows(q).map(pack).collect();
    grams.sort_unstable();
    grams
}

/// The sizes of two sorted lists' common part, and of all that is in either.
fn overlap(a: &[u128], b: &[u128]) -> (usize, usize) {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let (mut both, mut either) = (0, 0);
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let order = x.cmp(y);
        either += 1;
        both += usize::from(order.is_eq());
        if order.is_le() {
            a.next();
        }
        if order.is_ge() {
            b.next();
        }
    }
    (both, either + a.count() + b.count())
}

/// Jaccard similarity of the two sets of q-grams, 0 to 1 (Jaccard 1901): grams in both over grams in either. With single
/// characters that is DuckDB's `jaccard`. 1 for two empty texts.
pub(crate) fn jaccard(a: &str, b: &str, q: usize) -> f64 {
    let (both, either) = if q == 1 && a.is_ascii() && b.is_ascii() {
        let set = |text: &str| text.bytes().fold(0_u128, |set, letter| set | 1 << letter);
        let (a, b) = (set(a), set(b));
        ((a & b).count_ones() as usize, (a | b).count_ones() as usize)
    } else {
        let set = |text: &str| {
            let mut grams = grams(text, q);
            grams.dedup();
            grams
        };
        overlap(&set(a), &set(b))
    };
    if either == 0 { 1.0 } else { both as f64 / either as f64 }
}

/// Cosine of the angle between the two texts' counts of q-grams, 0 to 1 (Salton, Wong and Yang 1975). 1 for two empty texts,
/// 0 where one is.
pub(crate) fn cosine(a: &str, b: &str, q: usize) -> f64 {
    let (a, b) = (grams(a, q), grams(b, q));
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let squares = |grams: &[u128]| grams.chunk_by(|x, y| x == y).map(|run| (run.len() as u64).pow(2)).sum::<u64>();
    let mut product = 0_u64;
    let mut others = b.chunk_by(|x, y| x == y).peekable();
    for run in a.chunk_by(|x, y| x == y) {
        while others.next_if(|other| other.first() < run.first()).is_some() {}
        if let Some(other) = others.next_if(|other| other.first() == run.first()) {
            product += run.len() as u64 * other.len() as u64;
        }
    }
    let size = squares(&a) as f64 * squares(&b) as f64;
    if size == 0.0 { 0.0 } else { (product as f64 / size.sqrt()).min(1.0) }
}
