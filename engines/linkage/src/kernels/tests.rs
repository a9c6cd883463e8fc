//! Kernels against plain reference implementations, and examples of each rule.

use proptest::prelude::*;

use super::{date, identifier, name, postcode, text};

/// Jaro–Winkler as Winkler's paper puts it, lesser text first.
fn plain_jaro_winkler(a: &str, b: &str) -> f64 {
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
    let jaro = (matches / a.len() as f64 + matches / b.len() as f64 + (matches - transposed) / matches) / 3.0;
    let prefix = a.iter().zip(&b).take(4).take_while(|(x, y)| x == y).count() as f64;
    if jaro > 0.7 { jaro + prefix * 0.1 * (1.0 - jaro) } else { jaro }
}

/// Damerau–Levenshtein with the table of the textbook (Lowrance and Wagner 1975).
fn plain_edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let most = a.len() + b.len();
    let mut last_row = std::collections::HashMap::new();
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn jaro_winkler_is_the_papers(a in "[abcé]{0,12}|[a-z]{0,80}", b in "[abcé]{0,12}|[a-z]{0,80}") {
        prop_assert!((text::jaro_winkler(&a, &b) - plain_jaro_winkler(&a, &b)).abs() < 1e-12, "{a} {b}");
        prop_assert_eq!(text::jaro_winkler(&a, &b), text::jaro_winkler(&b, &a));
    }

    #[test]
    fn edits_are_the_textbooks(a in "[abcé]{0,10}", b in "[abcé]{0,10}", most in 0_u32..4) {
        prop_assert_eq!(text::within_edits(&a, &b, most), plain_edits(&a, &b) <= most as usize);
        prop_assert_eq!(text::within_edits(&a, &b, most), text::within_edits(&b, &a, most));
    }

    #[test]
    fn one_wrong_digit_is_found(number in "[0-9]{10}", place in 0_usize..10, by in 1_u8..10) {
        let mut wrong = number.clone().into_bytes();
        wrong[place] = b'0' + (wrong[place] - b'0' + by) % 10;
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assert!(identifier::one_digit_wrong(&number, &wrong) && identifier::one_digit_wrong(&wrong, &number));
    }
}

#[test]
fn known_similarities() {
    // Winkler's own examples.
    for (a, b, expected) in [("martha", "marhta", 0.9611), ("dwayne", "duane", 0.84), ("dixon", "dicksonx", 0.8133)] {
        assert!((text::jaro_winkler(a, b) - expected).abs() < 1e-4, "{a} {b}");
    }
}

#[test]
fn slips_in_identifiers() {
    assert!(identifier::one_digit_wrong("9434765919", "9434765991"));
    assert!(!identifier::one_digit_wrong("9434765919", "9434765919"));
    assert!(!identifier::one_digit_wrong("9434765919", "9434769515"));
}

#[test]
fn dates_and_postcodes() {
    assert!(date::day_month_swapped("19900402", "19900204"));
    assert!(!date::day_month_swapped("19900404", "19900404"));
    assert!(!date::day_month_swapped("19900402", "19910204"));
    assert!(date::first_of_january("19900101", "19900716"));
    assert!(!date::first_of_january("19900101", "19910716"));
    assert!(date::same_year("19900101", "19901231"));
    assert!(postcode::same(postcode::sector, "CM1 1AA", "CM1 1ZZ"));
    assert!(!postcode::same(postcode::sector, "CM1 1AA", "CM1 2AA"));
    assert!(postcode::same(postcode::district, "CM1 1AA", "CM1 2AA"));
    assert!(!postcode::same(postcode::district, "UNKNOWN", "UNKNOWN"), "what has no district shares none");
}

#[test]
fn initials() {
    assert!(name::initial("j", "james") && name::initial("james", "j"));
    assert!(name::initial("j paul", "james"));
    assert!(!name::initial("jo", "james") && !name::initial("j", "rob"));
}
