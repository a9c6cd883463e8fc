//! One form for numbers and for places on the globe.

/// A number in its shortest decimal form, without the sign of a currency, `%`, spaces, or commas between thousands.
pub(super) fn number(text: &str) -> Option<String> {
    let plain: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '£' | '$' | '€' | '%')).collect();
    // Rust would also read `inf` and `nan`.
    if !plain.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number: f64 = plain.parse().ok().filter(|number: &f64| number.is_finite())?;
    let number = number + 0.0; // turns -0 into 0
    let usual = number == 0.0 || (1e-9..1e15).contains(&number.abs());
    Some(if usual { number.to_string() } else { format!("{number:e}") })
}

/// Latitude and longitude in degrees, parted by a space; `None` outside -90 to 90 and -180 to 180.
pub(super) fn coordinates(text: &str) -> Option<String> {
    let mut parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|part| !part.is_empty());
    let (latitude, longitude) = (number(parts.next()?)?, number(parts.next()?)?);
    let inside = |degrees: &str, most: f64| degrees.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= most);
    (parts.next().is_none() && inside(&latitude, 90.0) && inside(&longitude, 180.0))
        .then(|| format!("{latitude} {longitude}"))
}
