//! The weight of a pair as bars: to the right what speaks for one person, to the left what speaks against. Drawn on the server, the
//! same numbers in the table beside it.

use std::fmt::Write as _;

/// Bars on both sides of nothing.
#[must_use]
pub fn bars(rows: &[(String, f64)]) -> String {
    const WIDTH: f64 = 360.0;
    const ROW: f64 = 44.0;
    let most = rows.iter().map(|(_, bits)| bits.abs()).fold(1.0, f64::max);
    let middle = WIDTH / 2.0;
    let scale = (middle - 50.0) / most; // room for the number at either end
    let mut body = String::new();
    let mut y = 0.0;
    for (label, bits) in rows {
        let length = (bits.abs() * scale).max(1.0);
        let (x, at, class) = if *bits < 0.0 {
            (middle - length, middle - length - 6.0, " class=\"chart-end\"")
        } else {
            (middle, middle + length + 6.0, "")
        };
        let _ = write!(
            body,
            "<path class=\"chart-axis\" d=\"M{middle} {}V{}\"/><text x=\"0\" y=\"{}\">{}</text><rect class=\"chart-bar\" x=\"{x:.1}\" y=\"{}\" width=\"{length:.1}\" height=\"16\"/>\
             <text{class} x=\"{at:.1}\" y=\"{}\">{}</text>",
            y + 18.0,
            y + 38.0,
            y + 14.0,
            escape(label),
            y + 20.0,
            y + 33.0,
            signed(*bits)
        );
        y += ROW;
    }
    format!(
        "<svg class=\"app-chart__svg\" viewBox=\"0 0 {WIDTH} {y}\" role=\"img\" aria-labelledby=\"weights-title weights-desc\">\
         <title id=\"weights-title\">Points for and against, by what was compared</title><desc id=\"weights-desc\">The same numbers are in \
         the table below.</desc>{body}</svg>"
    )
}

/// A number of bits with its sign: `+4.2`, `−3`.
#[must_use]
pub fn signed(bits: f64) -> String {
    let rounded = (bits * 10.0).round() / 10.0;
    let text = format!("{:.1}", rounded.abs());
    let text = text.strip_suffix(".0").unwrap_or(&text);
    match rounded {
        0.0 => "0".to_owned(),
        below if below < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_have_their_sign() {
        assert_eq!([4.23, -3.0, 0.04, -0.04].map(signed), ["+4.2", "−3", "0", "0"]);
    }

    #[test]
    fn bars_go_to_both_sides_and_carry_no_style() {
        let svg = bars(&[("For <it>".into(), 8.0), ("Against".into(), -4.0)]);
        assert!(svg.contains("For &lt;it&gt;") && svg.contains("x=\"180.0\"") && svg.contains("x=\"115.0\""), "{svg}");
        assert!(!svg.contains("style") && !svg.contains("NaN"));
        assert!(!bars(&[]).contains("NaN"));
    }
}
