//! A map of areas as one SVG picture: shaded by class, some outlined, with a legend that doesn't rest on colour alone.

use std::fmt::Write as _;

use crate::geometry::{Bounds, Point, Shape, View, simplify};

/// Units across: enough to tell streets' blocks apart in a county.
const WIDTH: u32 = 900;

/// Areas that are drawn as often as a study asks, thinned once.
#[derive(Debug, Clone)]
pub struct Canvas {
    paths: Vec<String>,
    view: View,
}

/// One class of a legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shade {
    /// The name of its style, such as `s1`.
    pub style: &'static str,
    /// What it means.
    pub means: String,
}

impl Canvas {
    /// A canvas of these areas; `None` where there are none.
    #[must_use]
    pub fn of(shapes: &[Shape]) -> Option<Self> {
        let view = View::of(Bounds::around(shapes)?, WIDTH);
        let paths = simplify(shapes, view.metres_per_unit()).iter().map(|shape| view.path(shape)).collect();
        Some(Self { paths, view })
    }

    /// Draws every area in its shade, by its place in the legend; areas without one stay blank.
    #[must_use]
    pub fn shaded(&self, label: &str, shade_of: &[Option<usize>], legend: &[Shade]) -> String {
        let mut svg = self.open(label);
        for (at, shade) in legend.iter().enumerate() {
            let mut path = String::new();
            for (outline, _) in self.paths.iter().zip(shade_of).filter(|(_, of)| **of == Some(at)) {
                path.push_str(outline);
            }
            // Writing to a string cannot fail.
            let _ = write!(svg, "<path class=\"{}\" d=\"{path}\"/>", shade.style);
        }
        let blank: String = self
            .paths
            .iter()
            .zip(shade_of)
            .filter(|(_, of)| of.is_none())
            .map(|(outline, _)| outline.as_str())
            .collect();
        let _ = write!(svg, "<path class=\"blank\" d=\"{blank}\"/></svg>");
        svg + &legend_html(legend)
    }

    /// Draws all areas blank, and dots on them: `(where, how wide from 0 to 1)`.
    #[must_use]
    pub fn dotted(&self, label: &str, dots: &[(Point, f64)], means: &str) -> String {
        let mut svg = self.open(label);
        let _ = write!(svg, "<path class=\"blank\" d=\"{}\"/>", self.paths.concat());
        for (point, width) in dots {
            let (x, y) = self.view.place(*point);
            let _ = write!(
                svg,
                "<circle class=\"spot\" cx=\"{x}\" cy=\"{y}\" r=\"{:.1}\"/>",
                3.0 + 7.0 * width.clamp(0.0, 1.0)
            );
        }
        svg.push_str("</svg>");
        svg + &legend_html(&[Shade { style: "spot", means: means.to_owned() }])
    }

    fn open(&self, label: &str) -> String {
        format!(
            "<svg class=\"map\" role=\"img\" aria-label=\"{}\" viewBox=\"{}\" fill-rule=\"evenodd\">",
            super::report::escaped(label),
            self.view.view_box()
        )
    }
}

fn legend_html(legend: &[Shade]) -> String {
    let entries: String = legend
        .iter()
        .map(|shade| {
            let means = super::report::escaped(&shade.means);
            format!("<li><svg class=\"key\" viewBox=\"0 0 20 14\" aria-hidden=\"true\"><path class=\"{}\" d=\"M0 0h20v14h-20z\"/></svg>{means}</li>", shade.style)
        })
        .collect();
    format!("<ul class=\"legend\">{entries}</ul>")
}
