//! Small charts drawn on the server as SVG, each with its table beside it: bars with an interval, columns and lines over
//! months. Shapes carry classes, never styles.

use std::fmt::Write as _;

use crate::parts::number;

/// The width of a chart over months, in its own units.
const WIDTH: f64 = 360.0;

/// How wide a letter is on a phone at most, in the same units (`styles/_chart.scss`).
const LETTER: f64 = 7.75;

/// Fewer months than this are a sentence: a line of two points shows a course that nobody knows.
const FEWEST: usize = 3;

/// A number with its interval, where it has one. `None` for what is missing or suppressed; `words` then says which.
#[derive(Debug, Clone, Default)]
pub struct Point {
    /// The row or month: `Castle ward`, `Nov 2026`.
    pub label: String,
    /// The number.
    pub value: Option<f64>,
    /// The interval, lower end first.
    pub interval: Option<(f64, f64)>,
    /// What the table says instead of a missing number: `fewer than 5`, `not supplied`.
    pub words: String,
}

impl Point {
    /// A number.
    pub fn new(label: impl Into<String>, value: f64) -> Self {
        Self { label: label.into(), value: Some(value), ..Self::default() }
    }

    /// With its interval.
    #[must_use]
    pub fn within(mut self, low: f64, high: f64) -> Self {
        self.interval = Some((low, high));
        self
    }

    /// No number, and why.
    pub fn missing(label: impl Into<String>, why: impl Into<String>) -> Self {
        Self { label: label.into(), words: why.into(), ..Self::default() }
    }

    fn top(&self) -> f64 {
        self.interval.map_or(0.0, |(_, high)| high).max(self.value.unwrap_or(0.0))
    }
}

/// What a chart draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Bars,
    Columns,
    Line,
}

/// A chart with its table.
#[derive(Debug, Clone)]
pub struct Chart {
    shape: Shape,
    id: String,
    title: String,
    description: String,
    label_head: String,
    value_head: String,
    note: String,
    unit: &'static str,
    bare: bool,
    points: Vec<Point>,
}

impl Chart {
    /// Horizontal bars, one for each point, with whiskers for the interval. `id` is unique on its page.
    pub fn bars(id: &str, title: impl Into<String>, points: Vec<Point>) -> Self {
        Self::new(Shape::Bars, id, title.into(), points)
    }

    /// Upright columns: counts by month.
    pub fn columns(id: &str, title: impl Into<String>, points: Vec<Point>) -> Self {
        Self::new(Shape::Columns, id, title.into(), points)
    }

    /// A line over months, with a band for the interval.
    pub fn line(id: &str, title: impl Into<String>, points: Vec<Point>) -> Self {
        Self::new(Shape::Line, id, title.into(), points)
    }

    fn new(shape: Shape, id: &str, title: String, points: Vec<Point>) -> Self {
        let label_head = if shape == Shape::Bars { "Group" } else { "Month" };
        Self {
            shape,
            id: id.to_owned(),
            title,
            description: String::new(),
            label_head: label_head.to_owned(),
            value_head: "Number".to_owned(),
            note: String::new(),
            unit: "",
            bare: false,
            points,
        }
    }

    /// What one sees in it, in a sentence, for those who don't see it.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The heads of the table's columns: `Area`, `Offences per 1,000 residents`.
    #[must_use]
    pub fn heads(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.label_head = label.into();
        self.value_head = value.into();
        self
    }

    /// How it was counted, in a line under it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// What stands behind each bar's number: `%`.
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Without its own table: for a chart beside a table that has the same figures.
    #[must_use]
    pub fn beside_table(mut self) -> Self {
        self.bare = true;
        self
    }

    /// The whole figure, safe to put into a page: `{{ own::chart(chart) }}`.
    #[must_use]
    pub fn to_html(&self) -> String {
        let (id, title) = (escape(&self.id), escape(&self.title));
        let note = if self.note.is_empty() {
            String::new()
        } else {
            format!("<p class=\"app-chart__note\">{}</p>", escape(&self.note))
        };
        if self.shape != Shape::Bars && self.points.len() < FEWEST {
            return format!(
                "<figure class=\"app-chart\" id=\"{id}\"><figcaption class=\"app-chart__title\">{title}</figcaption>\
                 <p class=\"govuk-body\">{}</p>{note}</figure>",
                escape(&self.sentence())
            );
        }
        format!(
            "<figure class=\"app-chart\" id=\"{id}\"><figcaption class=\"app-chart__title\">{title}</figcaption>{}{note}{}</figure>",
            self.svg(),
            if self.bare { String::new() } else { self.table() }
        )
    }

    /// What would be drawn, in words: `October 2026: 4. November 2026: 7 (5 to 9).`
    fn sentence(&self) -> String {
        let one = |point: &Point| match (point.value, point.interval) {
            (Some(value), Some((low, high))) => {
                format!("{}: {}{} ({} to {}).", point.label, number(value), self.unit, number(low), number(high))
            }
            (Some(value), None) => format!("{}: {}{}.", point.label, number(value), self.unit),
            (None, _) => format!("{}: {}.", point.label, words_of_missing(&point.words)),
        };
        let all: Vec<String> = self.points.iter().map(one).collect();
        if all.is_empty() { "Nothing to show yet.".to_owned() } else { all.join(" ") }
    }

    fn svg(&self) -> String {
        let (width, height, body) = match self.shape {
            Shape::Bars => self.draw_bars(),
            Shape::Columns | Shape::Line => self.draw_months(),
        };
        let description =
            if self.description.is_empty() { "The same numbers are in the table below." } else { &self.description };
        let id = escape(&self.id);
        format!(
            "<svg class=\"app-chart__svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\
             <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>{body}</svg>",
            escape(&self.title),
            escape(description)
        )
    }

    /// The label stands above its bar, so that a narrow phone shows both.
    fn draw_bars(&self) -> (u32, u32, String) {
        const WIDTH: u32 = 360;
        const ROW: u32 = 44;
        const ROOM: f64 = 310.0; // the rest is for the number behind the bar
        let scale = ROOM / self.top();
        let mut body = String::new();
        for (at, point) in (0_u32..).zip(&self.points) {
            let y = at * ROW;
            let _ = write!(body, "<text x=\"0\" y=\"{}\">{}</text>", y + 14, escape(&point.label));
            let Some(value) = point.value else {
                let _ = write!(
                    body,
                    "<text class=\"chart-muted\" x=\"0\" y=\"{}\">{}</text>",
                    y + 33,
                    escape(&point.words)
                );
                continue;
            };
            let length = (value * scale).max(1.0);
            let _ = write!(
                body,
                "<rect class=\"chart-bar\" x=\"0\" y=\"{}\" width=\"{length:.1}\" height=\"16\"/>",
                y + 20
            );
            let mut end = length;
            if let Some((low, high)) = point.interval {
                let (low, high, middle) = (low * scale, high * scale, y + 28);
                end = end.max(high);
                let _ = write!(
                    body,
                    "<path class=\"chart-whisker\" d=\"M{low:.1} {middle}H{high:.1}M{low:.1} {}v10M{high:.1} {}v10\"/>",
                    y + 23,
                    y + 23
                );
            }
            let _ = write!(body, "<text x=\"{:.1}\" y=\"{}\">{}{}</text>", end + 8.0, y + 33, number(value), self.unit);
        }
        let rows = u32::try_from(self.points.len()).unwrap_or(u32::MAX);
        (WIDTH, rows.saturating_mul(ROW).max(ROW), body)
    }

    fn draw_months(&self) -> (u32, u32, String) {
        const LEFT: f64 = 46.0;
        const TOP: f64 = 12.0;
        const BOTTOM: f64 = 170.0;
        let top = round_up(self.top());
        let y = |value: f64| BOTTOM - value / top * (BOTTOM - TOP);
        let step = (WIDTH - LEFT) / f64::from(u32::try_from(self.points.len()).unwrap_or(u32::MAX).max(1));
        let mut body = String::new();
        let whole = self.points.iter().filter_map(|point| point.value).all(|value| value.fract() == 0.0);
        for part in [0.0, 0.5, 1.0] {
            if whole && (top * part).fract() != 0.0 {
                continue;
            }
            let line = y(top * part);
            let class = if part == 0.0 { "chart-axis" } else { "chart-grid" };
            let _ = write!(
                body,
                "<path class=\"{class}\" d=\"M{LEFT} {line:.1}H{WIDTH}\"/><text class=\"chart-end\" x=\"{}\" y=\"{:.1}\">{}</text>",
                LEFT - 6.0,
                line + 5.0,
                number(top * part)
            );
        }
        let middles: Vec<f64> =
            (0_u32..).zip(&self.points).map(|(at, _)| LEFT + step * (f64::from(at) + 0.5)).collect();
        if self.shape == Shape::Columns {
            for (x, point) in middles.iter().zip(&self.points) {
                let Some(value) = point.value else { continue };
                let (line, width) = (y(value), (step * 0.7).min(40.0));
                let _ = write!(
                    body,
                    "<rect class=\"chart-bar\" x=\"{:.1}\" y=\"{line:.1}\" width=\"{width:.1}\" height=\"{:.1}\"/>",
                    x - width / 2.0,
                    BOTTOM - line
                );
            }
        } else {
            body.push_str(&self.band(&middles, &y));
            body.push_str(&self.path(&middles, &y));
        }
        body.push_str(&self.month_labels(&middles));
        (360, 196, body)
    }

    /// One band for each run of months without a gap.
    fn band(&self, middles: &[f64], y: &impl Fn(f64) -> f64) -> String {
        let points: Vec<(f64, Option<(f64, f64)>)> =
            middles.iter().zip(&self.points).map(|(x, point)| (*x, point.interval)).collect();
        let mut bands = String::new();
        for run in points.split(|(_, interval)| interval.is_none()).filter(|run| run.len() > 1) {
            let bounds = || run.iter().filter_map(|(x, interval)| interval.map(|(low, high)| (*x, y(low), y(high))));
            let upper = bounds().map(|(x, _, high)| format!("{x:.1} {high:.1}"));
            let lower: Vec<String> = bounds().map(|(x, low, _)| format!("{x:.1} {low:.1}")).collect();
            let outline: Vec<String> = upper.chain(lower.into_iter().rev()).collect();
            let _ = write!(bands, "<path class=\"chart-band\" d=\"M{}Z\"/>", outline.join("L"));
        }
        bands
    }

    /// The line breaks where a number is missing: nothing is drawn that is not known.
    fn path(&self, middles: &[f64], y: &impl Fn(f64) -> f64) -> String {
        let (mut path, mut dots, mut pen_down) = (String::new(), String::new(), false);
        for (x, point) in middles.iter().zip(&self.points) {
            let Some(value) = point.value else {
                pen_down = false;
                continue;
            };
            let line = y(value);
            let _ = write!(path, "{}{x:.1} {line:.1}", if pen_down { "L" } else { "M" });
            let _ = write!(dots, "<circle class=\"chart-point\" cx=\"{x:.1}\" cy=\"{line:.1}\" r=\"3.5\"/>");
            pen_down = true;
        }
        format!("<path class=\"chart-line\" d=\"{path}\"/>{dots}")
    }

    /// At most four labels, and fewer where they are long, so that they neither run into each other nor over the edge.
    fn month_labels(&self, middles: &[f64]) -> String {
        let all = self.points.len();
        let labels: Vec<String> = self.points.iter().map(|point| short_month(&point.label)).collect();
        let half = labels.iter().map(|label| label.chars().fold(LETTER, |width, _| width + LETTER) / 2.0);
        let half = half.fold(LETTER, f64::max).min(WIDTH / 2.0);
        let places =
            |every: usize| -> Vec<f64> { middles.iter().step_by(every).map(|x| x.clamp(half, WIDTH - half)).collect() };
        let apart = |every: &usize| {
            places(*every).windows(2).all(|pair| matches!(pair, [one, next] if next - one >= 2.0 * half))
        };
        let every = (all.div_ceil(4).max(1)..all).find(apart).unwrap_or(all.max(1));
        let mut text = String::new();
        for (x, label) in places(every).iter().zip(labels.iter().step_by(every)) {
            let _ = write!(text, "<text class=\"chart-middle\" x=\"{x:.1}\" y=\"190\">{}</text>", escape(label));
        }
        text
    }

    fn table(&self) -> String {
        let with_interval = self.points.iter().any(|point| point.interval.is_some());
        let mut rows = String::new();
        for point in &self.points {
            let value = point.value.map_or_else(|| missing(&point.words), number);
            let _ = write!(
                rows,
                "<tr class=\"govuk-table__row\"><th scope=\"row\" class=\"govuk-table__header\">{}</th>\
                 <td class=\"govuk-table__cell govuk-table__cell--numeric\">{value}</td>",
                escape(&point.label)
            );
            if with_interval {
                let range = point
                    .interval
                    .map_or_else(String::new, |(low, high)| format!("{} to {}", number(low), number(high)));
                let _ = write!(rows, "<td class=\"govuk-table__cell govuk-table__cell--numeric\">{range}</td>");
            }
            rows.push_str("</tr>");
        }
        let head = |text: &str, class: &str| {
            format!("<th scope=\"col\" class=\"govuk-table__header{class}\">{}</th>", escape(text))
        };
        let numeric = " govuk-table__header--numeric";
        let range_head = if with_interval { head("95% interval", numeric) } else { String::new() };
        format!(
            "<details class=\"govuk-details\"><summary class=\"govuk-details__summary\"><span class=\"govuk-details__summary-text\">\
             Show as a table<span class=\"govuk-visually-hidden\">: {title}</span></span></summary><div class=\"govuk-details__text\">\
             <div class=\"app-scroll\" role=\"region\" aria-label=\"Table: {title}\" tabindex=\"0\"><table class=\"govuk-table\">\
             <caption class=\"govuk-visually-hidden\">{title}</caption><thead class=\"govuk-table__head\"><tr class=\"govuk-table__row\">\
             {}{}{range_head}</tr></thead><tbody class=\"govuk-table__body\">{rows}</tbody></table></div></div></details>",
            head(&self.label_head, ""),
            head(&self.value_head, numeric),
            title = escape(&self.title)
        )
    }

    fn top(&self) -> f64 {
        let top = self.points.iter().map(Point::top).fold(0.0, f64::max);
        if top > 0.0 { top } else { 1.0 }
    }
}

fn words_of_missing(words: &str) -> &str {
    if words.is_empty() { "not supplied" } else { words }
}

fn missing(words: &str) -> String {
    format!("<span class=\"app-missing\">{}</span>", escape(words_of_missing(words)))
}

/// `December 2025` as `Dec 2025`: under an axis there is no room for more. Anything else stays.
fn short_month(label: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let short = label.split_once(' ').filter(|(month, _)| MONTHS.contains(month));
    short.and_then(|(month, year)| Some(format!("{} {year}", month.get(..3)?))).unwrap_or_else(|| label.to_owned())
}

/// The next round number, so that the axis ends on one and so does its middle.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0].iter().map(|step| step * power).find(|step| *step >= value).unwrap_or(value)
}

/// Text for markup and attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Point> {
        vec![
            Point::new("North & <Castle>", 12.0).within(9.0, 16.0),
            Point::missing("South", "fewer than 5"),
            Point::new("West", 0.0),
        ]
    }

    #[test]
    fn every_shape_has_title_description_and_table_and_no_style() {
        for chart in
            [Chart::bars("a", "Rates", all()), Chart::columns("b", "Counts", all()), Chart::line("c", "Trend", all())]
        {
            let html = chart.described("North is highest.").to_html();
            for needed in ["<title id=", "<desc id=", "North is highest.", "<table", "fewer than 5", "9 to 16"] {
                assert!(html.contains(needed), "{needed} is missing in {html}");
            }
            assert!(html.contains("North &amp; &lt;Castle&gt;"), "labels are escaped");
            assert!(!html.contains("style=") && !html.contains("<script"));
            assert!(!html.contains("NaN") && !html.contains("inf"));
        }
    }

    #[test]
    fn a_missing_number_is_no_bar_and_breaks_the_line() {
        assert_eq!(Chart::columns("a", "t", all()).to_html().matches("<rect").count(), 2);
        let points = vec![Point::new("1", 1.0), Point::missing("2", ""), Point::new("3", 2.0), Point::new("4", 3.0)];
        let html = Chart::line("a", "t", points).to_html();
        let line = html.split("chart-line\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(line.matches('M').count(), 2);
        assert!(html.contains("not supplied"));
    }

    #[test]
    fn long_months_stand_apart_and_inside() {
        for (name, months) in
            [("Nov 2026", 12), ("September 2026", 12), ("September 2026", 3), ("A very long name of a month", 24)]
        {
            let points = (0..months).map(|_| Point::new(name, 1.0)).collect();
            let html = Chart::columns("a", "t", points).to_html();
            let middles: Vec<f64> = html
                .match_indices("class=\"chart-middle\" x=\"")
                .map(|(at, found)| html[at + found.len()..].split('"').next().unwrap().parse().unwrap())
                .collect();
            let half = f64::from(u32::try_from(short_month(name).len()).unwrap()) * LETTER / 2.0;
            assert!(!middles.is_empty() && middles.len() <= 4, "{name}: {middles:?}");
            assert!(middles.iter().all(|x| x - half >= 0.0 && x + half <= 360.0), "{name}: {middles:?}");
            assert!(middles.windows(2).all(|pair| pair[1] - pair[0] >= 2.0 * half), "{name}: {middles:?}");
        }
    }

    #[test]
    fn a_year_of_months_is_labelled_every_third() {
        let html = Chart::columns("a", "t", (0..12).map(|_| Point::new("December 2025", 1.0)).collect()).to_html();
        assert_eq!(html.matches(">Dec 2025</text>").count(), 4);
        assert!(html.contains("December 2025</th>"), "the table has the whole name");
    }

    #[test]
    fn counts_have_whole_numbers_at_their_axis_and_no_wide_bar() {
        let html = Chart::columns("a", "t", (1..=3).map(|_| Point::new("May 2026", 1.0)).collect()).to_html();
        assert!(!html.contains(">0.5</text>") && html.contains("width=\"40.0\""), "{html}");
    }

    #[test]
    fn two_months_are_a_sentence() {
        let points = vec![Point::new("October 2026", 4.0), Point::missing("November 2026", "fewer than 5")];
        let html = Chart::columns("a", "Erasures", points).to_html();
        assert!(html.contains("October 2026: 4. November 2026: fewer than 5.") && !html.contains("<svg"), "{html}");
    }

    #[test]
    fn nothing_to_draw_is_drawn_without_trouble() {
        for html in
            [Chart::bars("a", "t", vec![]).to_html(), Chart::line("a", "t", vec![Point::new("x", 0.0)]).to_html()]
        {
            assert!(!html.contains("NaN") && !html.contains("inf"));
        }
    }

    #[test]
    fn axes_end_on_round_numbers() {
        assert_eq!([0.75, 1.0, 13.0, 48.0, 61.0].map(round_up), [0.8, 1.0, 20.0, 60.0, 80.0]);
    }
}
