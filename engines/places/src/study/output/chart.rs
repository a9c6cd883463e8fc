//! Charts as SVG: bars with intervals, a line with limits, and a curve of shares. Each stands beside a table of its figures.

use std::fmt::Write as _;

use super::{figures, report::escaped};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 56.0;
/// Room at the right, for the names of level lines.
const RIGHT: f64 = 84.0;
const BOTTOM: f64 = 44.0;
const TOP: f64 = 12.0;

/// A bar or a point, with its interval where it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Under it.
    pub label: String,
    /// How high.
    pub value: f64,
    /// From where to where it may be.
    pub interval: Option<(f64, f64)>,
    /// Whether it stands out.
    pub stands_out: bool,
}

/// Bars from 0.
#[must_use]
pub fn bars(label: &str, axis: &str, marks: &[Mark]) -> String {
    let top = marks
        .iter()
        .map(|mark| mark.interval.map_or(mark.value, |(_, upper)| upper.max(mark.value)))
        .fold(0.0, f64::max);
    let mut plot = Plot::open(label, axis, top);
    let each = plot.inner_width() / real(marks.len().max(1));
    for (at, mark) in marks.iter().enumerate() {
        let middle = LEFT + each * (real(at) + 0.5);
        let y = plot.y(mark.value);
        let class = if mark.stands_out { "bar out" } else { "bar" };
        let half = (each * 0.36).min(40.0);
        plot.put(format!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            middle - half,
            2.0 * half,
            (HEIGHT - BOTTOM - y).max(0.0)
        ));
        plot.interval(middle, mark);
        plot.under(middle, each, at, marks.len(), &mark.label);
    }
    plot.close()
}

/// A line through points, with level lines that have names.
#[must_use]
pub fn line(label: &str, axis: &str, marks: &[Mark], levels: &[(&str, f64)]) -> String {
    let top = marks.iter().map(|mark| mark.value).chain(levels.iter().map(|(_, level)| *level)).fold(0.0, f64::max);
    let mut plot = Plot::open(label, axis, top);
    let each = plot.inner_width() / real(marks.len().max(1));
    for (name, level) in levels {
        let y = plot.y(*level);
        plot.put(format!(
            "<path class=\"level\" d=\"M{LEFT} {y:.1}H{:.1}\"/><text class=\"small\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            WIDTH - RIGHT,
            WIDTH - RIGHT + 4.0,
            y + 4.0,
            escaped(name)
        ));
    }
    let mut path = String::new();
    for (at, mark) in marks.iter().enumerate() {
        let (x, y) = (LEFT + each * (real(at) + 0.5), plot.y(mark.value));
        // Writing to a string cannot fail.
        let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
    }
    plot.put(format!("<path class=\"line\" d=\"{path}\"/>"));
    for (at, mark) in marks.iter().enumerate() {
        let (x, y) = (LEFT + each * (real(at) + 0.5), plot.y(mark.value));
        let class = if mark.stands_out { "dot out" } else { "dot" };
        plot.put(format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"));
        plot.under(x, each, at, marks.len(), &mark.label);
    }
    plot.close()
}

/// How much the fullest places hold: points `(share of places, share of events)` from 0 to 1, with what chance alone would do.
#[must_use]
pub fn shares(label: &str, found: &[(f64, f64)], by_chance: &[(f64, f64)]) -> String {
    let mut plot = Plot::open(label, "Share of events (%)", 100.0);
    let width = plot.inner_width();
    for (class, points) in [("line chance", by_chance), ("line", found)] {
        let mut path = String::new();
        for (at, (places, events)) in points.iter().enumerate() {
            let (x, y) = (LEFT + width * places, plot.y(100.0 * events));
            let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
        }
        plot.put(format!("<path class=\"{class}\" d=\"{path}\"/>"));
    }
    for tenth in (0..=10).step_by(2) {
        let x = LEFT + width * f64::from(tenth) / 10.0;
        plot.put(format!(
            "<text class=\"under\" x=\"{x:.1}\" y=\"{:.1}\">{}%</text>",
            HEIGHT - BOTTOM + 18.0,
            tenth * 10
        ));
    }
    plot.put(format!(
        "<text class=\"under\" x=\"{:.1}\" y=\"{:.1}\">Share of places</text>",
        LEFT + width / 2.0,
        HEIGHT - 6.0
    ));
    plot.close()
}

struct Plot {
    svg: String,
    top: f64,
}

impl Plot {
    fn open(label: &str, axis: &str, greatest: f64) -> Self {
        let step = step(greatest);
        let top = ((greatest / step).ceil() * step).max(step);
        let mut plot = Self {
            svg: format!(
                "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">",
                escaped(label)
            ),
            top,
        };
        let mut level = 0.0;
        while level <= top + step / 2.0 {
            let y = plot.y(level);
            let decimals = if step >= 1.0 {
                0
            } else if step >= 0.1 {
                1
            } else {
                2
            };
            plot.put(format!(
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{:.1}\"/><text class=\"left\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                y + 4.0,
                figures::real(level, decimals)
            ));
            level += step;
        }
        plot.put(format!("<text class=\"axis\" x=\"{LEFT}\" y=\"{TOP}\" dy=\"-2\">{}</text>", escaped(axis)));
        plot
    }

    fn inner_width(&self) -> f64 {
        WIDTH - LEFT - RIGHT
    }

    fn y(&self, value: f64) -> f64 {
        let room = HEIGHT - BOTTOM - TOP - 14.0;
        HEIGHT - BOTTOM - room * (value / self.top).clamp(0.0, 1.0)
    }

    fn put(&mut self, text: impl AsRef<str>) {
        self.svg.push_str(text.as_ref());
    }

    fn interval(&mut self, x: f64, mark: &Mark) {
        if let Some((lower, upper)) = mark.interval {
            let (low, high) = (self.y(lower), self.y(upper));
            self.put(format!(
                "<path class=\"interval\" d=\"M{x:.1} {low:.1}V{high:.1}M{:.1} {low:.1}h8M{:.1} {high:.1}h8\"/>",
                x - 4.0,
                x - 4.0
            ));
        }
    }

    /// A label below the axis; of many, only as many as there is room for.
    fn under(&mut self, x: f64, room: f64, at: usize, of: usize, label: &str) {
        let every = (56.0 / room).ceil().max(1.0);
        if (real(at) % every).abs() < 0.5 || (at + 1 == of && every < 2.0) {
            self.put(format!(
                "<text class=\"under\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
                HEIGHT - BOTTOM + 18.0,
                escaped(label)
            ));
        }
    }

    fn close(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// A round step that makes about five levels.
fn step(greatest: f64) -> f64 {
    if !(greatest.is_finite() && greatest > 0.0) {
        return 1.0;
    }
    let rough = greatest / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough).unwrap_or(10.0 * power)
}

#[expect(clippy::cast_precision_loss, reason = "marks of a chart are few")]
fn real(number: usize) -> f64 {
    number as f64
}
