//! Numbers as people read them in England.

/// A whole number with commas: `1,790,339`.
#[must_use]
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// A measure with so many decimals: `1,234.5`, `−2.11`.
#[must_use]
pub fn real(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let digits = rest.map_or_else(|| grouped(whole), |rest| format!("{}.{rest}", grouped(whole)));
    let zero = digits.chars().all(|letter| matches!(letter, '0' | '.' | ','));
    if value < 0.0 && !zero { format!("−{digits}") } else { digits }
}

/// A share as a percentage: `16.4 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}%", real(100.0 * share, 1))
}

/// A p-value: never 0, since chance was played so many times only.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "under 0.001".to_owned() } else { real(p, 3) }
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{count, p_value, percent, real};

    #[test]
    fn numbers_read_well() {
        assert_eq!([count(0), count(999), count(1000), count(1_790_339)].join(" "), "0 999 1,000 1,790,339");
        assert_eq!([real(-1234.56, 1), real(-0.001, 2), real(3.0, 0)].join(" "), "−1,234.6 0.00 3");
        assert_eq!([percent(0.1643), p_value(0.0004), p_value(0.0312)].join(" "), "16.4% under 0.001 0.031");
    }
}
