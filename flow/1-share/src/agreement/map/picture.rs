//! The picture of who gives to whom: a square for each pair, darker the more categories go that way, with their number in it.
//! Rows and columns are numbered; the list under the picture names them.

use std::fmt::Write as _;

/// The side of a square, in the picture's own units.
const SIDE: usize = 44;

/// The picture: `counts[giver][receiver]`, as many rows as columns.
pub(super) fn svg(counts: &[Vec<usize>]) -> String {
    let size = SIDE * (counts.len() + 1);
    let mut svg = format!(
        "<svg class=\"app-chart__svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-labelledby=\"shares-title\"><title \
         id=\"shares-title\">How many categories each agency, by row, gives to each other, by column</title>"
    );
    for (n, row) in counts.iter().enumerate() {
        text(&mut svg, n + 1, 0, &(n + 1).to_string());
        text(&mut svg, 0, n + 1, &(n + 1).to_string());
        for (m, count) in row.iter().enumerate() {
            let class = match count {
                _ if n == m => "chart-area--none",
                0 => "chart-area",
                1..=2 => "chart-area--1",
                3..=5 => "chart-area--2",
                _ => "chart-area--3",
            };
            let (x, y, side) = ((m + 1) * SIDE + 1, (n + 1) * SIDE + 1, SIDE - 2);
            let _ = write!(svg, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\"/>");
            if n != m {
                text(&mut svg, m + 1, n + 1, &count.to_string());
            }
        }
    }
    svg.push_str("</svg>");
    svg
}

/// A text in the middle of a square. The column of row numbers is column 0.
fn text(svg: &mut String, column: usize, row: usize, text: &str) {
    let (x, y) = (column * SIDE + SIDE / 2, row * SIDE + SIDE / 2 + 5);
    let _ = write!(svg, "<text class=\"chart-middle\" x=\"{x}\" y=\"{y}\">{text}</text>");
}
