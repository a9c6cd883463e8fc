//! The report of a run: one HTML page that needs nothing else, neither a script nor the network.

use std::fmt::Write as _;

use crate::chart::{Chart, Table, escape};

/// What the page says.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Its heading.
    pub title: String,
    /// Paragraphs under the heading.
    pub intro: Vec<String>,
    /// Figures to begin with: a word and a number.
    pub figures: Vec<(String, String)>,
    /// What the reader should know before trusting the result.
    pub warnings: Vec<String>,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of the page.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Paragraphs under it.
    pub text: Vec<String>,
    /// Its charts, each with its table.
    pub charts: Vec<Chart>,
    /// Tables without a chart, each with its caption.
    pub tables: Vec<(String, Table)>,
}

impl Report {
    /// The page.
    #[must_use]
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{title}</title>\n<style>\n{}</style>\n</head>\n\
             <body>\n<main>\n<h1>{title}</h1>\n",
            include_str!("page.css")
        );
        paragraphs(&mut page, &self.intro);
        page.push_str("<nav aria-label=\"Parts of this page\"><ul>\n");
        for (at, section) in self.sections.iter().enumerate() {
            let _ = writeln!(page, "<li><a href=\"#part-{at}\">{}</a></li>", escape(&section.title));
        }
        page.push_str("</ul></nav>\n<dl>\n");
        for (word, figure) in &self.figures {
            let _ = writeln!(page, "<div><dt>{}</dt><dd>{}</dd></div>", escape(word), escape(figure));
        }
        page.push_str("</dl>\n");
        if !self.warnings.is_empty() {
            page.push_str("<div class=\"warning\"><strong>Before you trust this</strong><ul>\n");
            for warning in &self.warnings {
                let _ = writeln!(page, "<li>{}</li>", escape(warning));
            }
            page.push_str("</ul></div>\n");
        }
        for (at, section) in self.sections.iter().enumerate() {
            let _ = writeln!(page, "<section>\n<h2 id=\"part-{at}\">{}</h2>", escape(&section.title));
            paragraphs(&mut page, &section.text);
            for chart in &section.charts {
                let _ = writeln!(page, "<h3>{}</h3>", escape(&chart.title));
                paragraphs(&mut page, &chart.look);
                page.push_str(&chart.svg);
                table(&mut page, "The figures", &chart.table);
            }
            for (caption, rows) in &section.tables {
                table(&mut page, caption, rows);
            }
            page.push_str("</section>\n");
        }
        page.push_str("</main>\n<footer><p>Made by Alongside's linkage engine. This page holds no script and asks nothing of the network.</p></footer>\n</body>\n</html>\n");
        page
    }
}

fn paragraphs(page: &mut String, texts: &[String]) {
    for text in texts {
        let _ = writeln!(page, "<p>{}</p>", escape(text));
    }
}

/// A table that scrolls by itself where it is wider than the screen, also by keyboard.
fn table(page: &mut String, caption: &str, table: &Table) {
    let caption = escape(caption);
    let _ = write!(
        page,
        "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table><caption>{caption}</caption>\n<thead><tr>"
    );
    let class = |figures: bool| if figures { " class=\"figure\"" } else { "" };
    for (name, figures) in &table.head {
        let _ = write!(page, "<th scope=\"col\"{}>{}</th>", class(*figures), escape(name));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        page.push_str("<tr>");
        for (cell, (_, figures)) in row.iter().zip(&table.head) {
            let _ = write!(page, "<td{}>{}</td>", class(*figures), escape(cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>\n");
}
