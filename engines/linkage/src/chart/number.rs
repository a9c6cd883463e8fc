//! Figures as people read them.

/// `1234567` as `1,234,567`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share of 0 to 1 as a percentage: one decimal, and more near the ends so that what isn't all doesn't read as all.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let odd = percent.min(100.0 - percent).abs();
    if odd == 0.0 || odd >= 1.0 {
        format!("{percent:.1}%")
    } else if odd >= 0.01 {
        format!("{percent:.2}%")
    } else {
        format!("{percent:.4}%")
    }
}

/// A chance of 0 to 1 with three figures that count: `0.93`, `0.000012`.
#[must_use]
pub fn share(value: f64) -> String {
    if value <= 0.0 || value >= 1.0 {
        return format!("{value}");
    }
    let places = (2.0 - value.log10().floor()).clamp(2.0, 12.0) as usize;
    let text = format!("{value:.places$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Bits of evidence with their sign: `+13.2`, `−4.0`.
#[must_use]
pub fn bits_text(bits: f64) -> String {
    if bits.abs() < 0.05 {
        "0.0".to_owned()
    } else if bits < 0.0 {
        format!("−{:.1}", -bits)
    } else {
        format!("+{bits:.1}")
    }
}
