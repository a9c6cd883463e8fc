//! Reference implementations as the papers put them, with no thought of speed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Jaro, lesser text first.
pub(super) fn jaro(a: &str, b: &str) -> f64 {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut from_a = Vec::new();
    for (i, letter) in a.iter().enumerate() {
        let low = i.saturating_sub(window);
        if let Some(j) = (low..b.len().min(i + window + 1)).find(|j| !taken[*j] && b[*j] == *letter) {
            taken[j] = true;
            from_a.push(*letter);
        }
    }
    let from_b: Vec<char> = b.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(letter, _)| *letter).collect();
    if from_a.is_empty() {
        return 0.0;
    }
    let matches = from_a.len() as f64;
    let transposed = (from_a.iter().zip(&from_b).filter(|(x, y)| x != y).count() / 2) as f64;
    (matches / a.len() as f64 + matches / b.len() as f64 + (matches - transposed) / matches) / 3.0
}

/// Winkler's addition for a common beginning.
pub(super) fn jaro_winkler(a: &str, b: &str) -> f64 {
    let jaro = jaro(a, b);
    let prefix = a.chars().zip(b.chars()).take(4).take_while(|(x, y)| x == y).count() as f64;
    if jaro > 0.7 { jaro + prefix * 0.1 * (1.0 - jaro) } else { jaro }
}

/// Levenshtein's table, row after row.
pub(super) fn levenshtein(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut last = i;
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = last + usize::from(letter != other);
            last = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(last + 1);
        }
    }
    row[b.len()]
}

/// Damerau–Levenshtein with the table of the textbook (Lowrance and Wagner 1975).
pub(super) fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let most = a.len() + b.len();
    let mut last_row = HashMap::new();
    let mut table = vec![vec![most; b.len() + 2]; a.len() + 2];
    for i in 0..=a.len() {
        table[i + 1][1] = i;
    }
    for j in 0..=b.len() {
        table[1][j + 1] = j;
    }
    for i in 1..=a.len() {
        let mut last_column = 0;
        for j in 1..=b.len() {
            let row = last_row.get(&b[j - 1]).copied().unwrap_or(0);
            let column = last_column;
            let cost = usize::from(a[i - 1] != b[j - 1]);
            if cost == 0 {
                last_column = j;
            }
            table[i + 1][j + 1] = (table[i][j] + cost)
                .min(table[i + 1][j] + 1)
                .min(table[i][j + 1] + 1)
                .min(table[row][column] + (i - row - 1) + 1 + (j - column - 1));
        }
        last_row.insert(a[i - 1], i);
    }
    table[a.len() + 1][b.len() + 1]
}

/// How often each q-gram stands in a text; a shorter text is its own gram.
fn grams(text: &str, q: usize) -> BTreeMap<&str, u64> {
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
    let mut counts = BTreeMap::new();
    if places.len() <= q && !text.is_empty() {
        counts.insert(text, 1);
    }
    for place in 0..places.len().saturating_sub(q) {
        *counts.entry(&text[places[place]..places[place + q]]).or_default() += 1;
    }
    counts
}

pub(super) fn jaccard(a: &str, b: &str, q: usize) -> f64 {
    let (a, b): (BTreeSet<&str>, BTreeSet<&str>) =
        (grams(a, q).into_keys().collect(), grams(b, q).into_keys().collect());
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    a.intersection(&b).count() as f64 / a.union(&b).count() as f64
}

pub(super) fn cosine(a: &str, b: &str, q: usize) -> f64 {
    let (a, b) = (grams(a, q), grams(b, q));
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let length = |counts: &BTreeMap<&str, u64>| counts.values().map(|n| (n * n) as f64).sum::<f64>().sqrt();
    let product: u64 = a.iter().map(|(gram, n)| n * b.get(gram).copied().unwrap_or(0)).sum();
    if product == 0 { 0.0 } else { product as f64 / (length(&a) * length(&b)) }
}

/// Whether one character differs or two neighbours are exchanged, by trying all of them.
pub(super) fn one_wrong(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() || a == b {
        return false;
    }
    (0..a.len()).any(|at| {
        let mut changed = a.to_vec();
        changed[at] = b[at];
        let mut exchanged = a.to_vec();
        if at + 1 < a.len() {
            exchanged.swap(at, at + 1);
        }
        changed == b || exchanged == b
    })
}

/// Words of two letters or more.
fn words(name: &str) -> BTreeSet<&str> {
    name.split(' ').filter(|word| word.chars().count() > 1).collect()
}

pub(super) fn double_barrelled(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    a != b && !a.is_empty() && !b.is_empty() && (a.is_subset(&b) || b.is_subset(&a))
}

pub(super) fn shared_word(a: &str, b: &str) -> bool {
    !words(a).is_disjoint(&words(b))
}

pub(super) fn concatenated(a: &str, b: &str) -> bool {
    a.replace(' ', "") == b.replace(' ', "")
}

/// Days from 1 January of the year 1 to this date, counted one by one from year to year and month to month.
pub(super) fn days(date: &str) -> Option<i32> {
    let number = |text: &str| text.parse::<i32>().unwrap();
    let (year, month, day) = (number(&date[..4]), number(&date[4..6]), number(&date[6..]));
    let leap = |year: i32| year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    let lengths = |year| [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths(year).get(usize::try_from(month - 1).ok()?)?;
    if !(1..=length).contains(&day) {
        return None;
    }
    let years: i32 = (1..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    Some(years + lengths(year).iter().take(month as usize - 1).sum::<i32>() + day)
}
