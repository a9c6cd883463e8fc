//! Drawing: an SVG of fixed width in its own units, scaled by whoever shows it. Presentation attributes only, so that no style sheet
//! and no script is needed, and a picture saved by itself looks the same.

use std::fmt::Write as _;

/// Width of every picture, in its own units: narrow, so that text stays readable on a phone.
pub(super) const WIDTH: f64 = 360.0;
/// Ink of text.
pub(super) const INK: &str = "#0b0c0c";
/// Quieter text and axes.
pub(super) const QUIET: &str = "#505a5f";
/// Lines of a grid.
pub(super) const GRID: &str = "#d5dbdd";
/// The first series: links, m.
pub(super) const FIRST: &str = "#12505b";
/// The second: review, u.
pub(super) const SECOND: &str = "#c05a00";
/// The third.
pub(super) const THIRD: &str = "#5b2a86";
/// What is there but says little: pairs kept apart, missing values.
pub(super) const FAINT: &str = "#a9b6ba";

/// Where a text stands at its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct Text {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) fill: &'static str,
    pub(super) anchor: Anchor,
}

/// A label beside a mark.
pub(super) const LABEL: Text = Text { size: 13.0, bold: false, fill: INK, anchor: Anchor::Start };
/// A label that ends at its point.
pub(super) const FIGURE: Text = Text { size: 13.0, bold: false, fill: INK, anchor: Anchor::End };
/// Text of an axis.
pub(super) const AXIS: Text = Text { size: 12.0, bold: false, fill: QUIET, anchor: Anchor::Middle };
/// A heading within a picture.
pub(super) const HEADING: Text = Text { size: 14.0, bold: true, fill: INK, anchor: Anchor::Start };

/// A picture in the making.
pub(super) struct Svg {
    body: String,
}

impl Svg {
    pub(super) fn new() -> Svg {
        Svg { body: String::new() }
    }

    pub(super) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str, title: &str) {
        let (x, width) = if width < 0.0 { (x + width, -width) } else { (x, width) };
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\">",
            figure(x),
            figure(y),
            figure(width.max(0.5)),
            figure(height)
        );
        let _ = write!(self.body, "<title>{}</title></rect>", escape(title));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str, dashes: &str) {
        let _ = write!(
            self.body,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{stroke}\"",
            figure(from.0),
            figure(from.1),
            figure(to.0),
            figure(to.1)
        );
        self.dashes(dashes);
        self.body.push_str("/>");
    }

    pub(super) fn path(&mut self, points: &[(f64, f64)], stroke: &str, dashes: &str) {
        let list: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", figure(*x), figure(*y))).collect();
        let _ = write!(
            self.body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"",
            list.join(" ")
        );
        self.dashes(dashes);
        self.body.push_str("/>");
    }

    fn dashes(&mut self, dashes: &str) {
        if !dashes.is_empty() {
            let _ = write!(self.body, " stroke-dasharray=\"{dashes}\"");
        }
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), look: Text, text: &str) {
        let anchor = match look.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if look.bold { " font-weight=\"700\"" } else { "" };
        let _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\" fill=\"{}\"{weight}>{}</text>",
            figure(x),
            figure(y),
            look.size,
            look.fill,
            escape(text)
        );
    }

    /// A square with its word, for a legend; gives where the next one begins.
    pub(super) fn key(&mut self, (x, y): (f64, f64), fill: &str, word: &str) -> f64 {
        self.rect((x, y - 10.0), (11.0, 11.0), fill, word);
        self.text((x + 16.0, y), LABEL, word);
        x + 16.0 + wide(word) + 16.0
    }

    /// The finished picture, `height` units high.
    pub(super) fn finish(self, height: f64, title: &str) -> String {
        let (height, title) = (figure(height), escape(title));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             font-family=\"Atkinson Hyperlegible Next, Helvetica, Arial, sans-serif\"><title>{title}</title>{}</svg>",
            self.body
        )
    }
}

/// About how wide a label is.
pub(super) fn wide(text: &str) -> f64 {
    text.chars().count() as f64 * 6.9
}

/// A label cut to the room there is.
pub(super) fn cut(text: &str, room: f64) -> String {
    let most = (room / 6.9).max(4.0) as usize;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

fn figure(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Text as it stands in HTML or SVG.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Not allowed in XML, and a file may hold it.
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
