//! The few forms that all charts are drawn in: bars under their labels, columns, and lines.

use super::svg::{AXIS, Anchor, FIGURE, GRID, HEADING, INK, LABEL, QUIET, Svg, Text, WIDTH, cut, wide};

/// A part of a bar: its share of the full width, its colour and its words.
pub(super) struct Part {
    pub(super) share: f64,
    pub(super) fill: &'static str,
    pub(super) title: String,
}

/// A bar, perhaps of several parts end to end, with the figure written after it.
pub(super) struct Bar {
    pub(super) parts: Vec<Part>,
    pub(super) figure: String,
}

/// A row of bars under one label.
pub(super) struct Row {
    /// Written above the row, in bold, where another group begins.
    pub(super) heading: Option<String>,
    pub(super) label: String,
    /// At the right end of the label's line.
    pub(super) note: String,
    pub(super) bars: Vec<Bar>,
}

/// Bars, each row's label on a line of its own above them, so that long words have room on a phone.
pub(super) fn bars(title: &str, keys: &[(&str, &str)], rows: &[Row]) -> String {
    const FIGURES: f64 = 92.0;
    let mut svg = Svg::new();
    let (mut x, mut y) = (0.0, 14.0);
    for (fill, word) in keys {
        x = svg.key((x, y), fill, word);
    }
    if keys.is_empty() {
        y = 0.0;
    }
    for row in rows {
        if let Some(heading) = &row.heading {
            y += 32.0;
            svg.text((0.0, y), HEADING, &cut(heading, WIDTH));
        }
        y += 21.0;
        svg.text((0.0, y), LABEL, &cut(&row.label, WIDTH - 8.0 - wide(&row.note)));
        svg.text((WIDTH, y), FIGURE, &row.note);
        y += 5.0;
        for bar in &row.bars {
            let mut x = 0.0;
            for part in &bar.parts {
                let width = part.share.clamp(0.0, 1.0) * (WIDTH - FIGURES);
                svg.rect((x, y), (width, 12.0), part.fill, &part.title);
                x += width.max(0.5);
            }
            svg.text((x + 6.0, y + 11.0), Text { size: 12.0, ..LABEL }, &bar.figure);
            y += 15.0;
        }
    }
    svg.finish(y + 6.0, title)
}

/// A row of a waterfall: from where to where it leads.
pub(super) struct Fall {
    pub(super) label: String,
    pub(super) figure: String,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) fill: &'static str,
}

/// Floating bars, one under the other, over one scale.
pub(super) fn waterfall(title: &str, heading: &str, falls: &[Fall], mark: Option<(f64, &str)>) -> String {
    let ends = falls.iter().flat_map(|fall| [fall.from, fall.to]).chain(mark.map(|(at, _)| at)).chain([0.0]);
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| (low.min(end), high.max(end)));
    let scale = WIDTH / (high - low).max(1.0);
    let place = |value: f64| (value - low) * scale;
    let mut svg = Svg::new();
    svg.text((0.0, 15.0), HEADING, &cut(heading, WIDTH));
    let (top, bottom) = (26.0, 26.0 + 34.0 * falls.len() as f64);
    for (at, fall) in falls.iter().enumerate() {
        let y = top + 34.0 * at as f64;
        svg.text((0.0, y + 13.0), LABEL, &cut(&fall.label, WIDTH - 8.0 - wide(&fall.figure)));
        svg.text((WIDTH, y + 13.0), FIGURE, &fall.figure);
        // Only beside the bars, so that no line runs through words.
        svg.line((place(0.0), y + 16.0), (place(0.0), y + 33.0), GRID, "");
        if let Some((at, _)) = mark {
            svg.line((place(at), y + 16.0), (place(at), y + 33.0), INK, "4 3");
        }
        let title = format!("{}: {}", fall.label, fall.figure);
        svg.rect((place(fall.from), y + 18.0), (place(fall.to) - place(fall.from), 12.0), fall.fill, &title);
    }
    let axis = |anchor| Text { anchor, ..AXIS };
    svg.text((place(0.0).clamp(3.0, WIDTH - 3.0), bottom + 14.0), axis(side(place(0.0))), "0");
    if let Some((at, word)) = mark {
        svg.text((place(at), bottom + 28.0), axis(side(place(at))), word);
    }
    svg.finish(bottom + 34.0, title)
}

fn side(x: f64) -> Anchor {
    if x < WIDTH * 0.3 {
        Anchor::Start
    } else if x > WIDTH * 0.7 {
        Anchor::End
    } else {
        Anchor::Middle
    }
}

/// A plot's frame: what its axes run over and what is written under them.
pub(super) struct Frame<'a> {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    /// Places and words along the horizontal axis.
    pub(super) x_ticks: Vec<(f64, String)>,
    pub(super) y_ticks: Vec<(f64, String)>,
    pub(super) x_title: &'a str,
    /// Vertical lines with words over them, at most two: the first one's to its left, the last one's to its right.
    pub(super) marks: Vec<(f64, String)>,
}

const LEFT: f64 = 48.0;
const TALL: f64 = 190.0;

impl Frame<'_> {
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = (x - self.x.0) / (self.x.1 - self.x.0).max(1e-9);
        let up = (y - self.y.0) / (self.y.1 - self.y.0).max(1e-9);
        (LEFT + across * (WIDTH - LEFT - 8.0), self.top() + TALL * (1.0 - up))
    }

    fn top(&self) -> f64 {
        if self.marks.is_empty() { 28.0 } else { 44.0 }
    }

    fn draw(&self, svg: &mut Svg, keys: &[(&str, &str)]) {
        let mut x = 0.0;
        for (fill, word) in keys {
            x = svg.key((x, 14.0), fill, word);
        }
        for (at, word) in &self.y_ticks {
            let (_, y) = self.place((self.x.0, *at));
            svg.line((LEFT, y), (WIDTH - 8.0, y), GRID, "");
            svg.text((LEFT - 5.0, y + 4.0), Text { anchor: Anchor::End, ..AXIS }, word);
        }
        for (at, word) in &self.x_ticks {
            let (x, y) = self.place((*at, self.y.0));
            svg.line((x, y), (x, y + 4.0), QUIET, "");
            svg.text((x.min(WIDTH - 12.0), y + 17.0), AXIS, word);
        }
        let bottom = self.top() + TALL;
        svg.text(((LEFT + WIDTH) / 2.0, bottom + 34.0), AXIS, self.x_title);
    }

    fn draw_marks(&self, svg: &mut Svg) {
        for (number, (at, word)) in self.marks.iter().enumerate() {
            let (x, _) = self.place((*at, self.y.0));
            svg.line((x, 34.0), (x, self.top() + TALL), INK, "4 3");
            let left = if self.marks.len() > 1 { number == 0 && x > wide(word) } else { x > WIDTH / 2.0 };
            let (x, anchor) =
                if left { (x - 4.0, Anchor::End) } else { (x.min(WIDTH - wide(word)) + 4.0, Anchor::Start) };
            svg.text((x, 38.0), Text { anchor, fill: INK, ..AXIS }, word);
        }
    }

    fn height(&self) -> f64 {
        self.top() + TALL + 42.0
    }
}

/// A column of a histogram: from, to, height, colour, words.
pub(super) struct Column {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) height: f64,
    pub(super) fill: &'static str,
    pub(super) title: String,
}

/// A histogram.
pub(super) fn columns(title: &str, keys: &[(&str, &str)], frame: &Frame, columns: &[Column]) -> String {
    let mut svg = Svg::new();
    frame.draw(&mut svg, keys);
    for column in columns {
        let (left, top) = frame.place((column.from, column.height));
        let (right, bottom) = frame.place((column.to, frame.y.0));
        svg.rect((left + 0.5, top), ((right - left - 1.0).max(0.5), bottom - top), column.fill, &column.title);
    }
    frame.draw_marks(&mut svg);
    svg.finish(frame.height(), title)
}

/// A line: its colour, its dashes, its points.
pub(super) struct Line {
    pub(super) fill: &'static str,
    pub(super) dashes: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

/// Lines over one frame.
pub(super) fn lines(title: &str, keys: &[(&str, &str)], frame: &Frame, lines: &[Line]) -> String {
    let mut svg = Svg::new();
    frame.draw(&mut svg, keys);
    frame.draw_marks(&mut svg);
    for line in lines {
        let points: Vec<(f64, f64)> = line.points.iter().map(|point| frame.place(*point)).collect();
        svg.path(&points, line.fill, line.dashes);
    }
    svg.finish(frame.height(), title)
}

/// About `most` round places over a range.
pub(super) fn ticks((low, high): (f64, f64), most: f64) -> Vec<f64> {
    let rough = ((high - low) / most).max(1e-9);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= rough).unwrap_or(rough);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|n| n as f64 * step).collect()
}
