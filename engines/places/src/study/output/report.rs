//! The report: one HTML page that needs nothing else, neither a script nor the network, for a person who leads work in a place.

use std::fmt::Write as _;

use super::{
    Finding, Section,
    figures::count,
    manifest::{Inputs, MADE_BY},
    table::{Cell, Table},
};
use crate::study::{input::date::month_in_words, world::World};

/// Rows of a table that are shown; the file beside the report has them all.
const SHOWN: usize = 20;

/// What the page says.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Its heading.
    pub title: String,
    /// Paragraphs under the heading: what stands out.
    pub intro: Vec<String>,
    /// Figures to begin with: a word and a number.
    pub figures: Vec<(String, String)>,
    /// What the reader should know before trusting the rest.
    pub warnings: Vec<String>,
    /// Its parts.
    pub sections: Vec<Section>,
    /// How it was made, each a line.
    pub made: Vec<String>,
}

/// The report of a study.
#[must_use]
pub fn of(world: &World, inputs: &Inputs, findings: Vec<Finding>) -> Report {
    let sections: Vec<Section> = findings.into_iter().filter_map(|finding| finding.section).collect();
    Report {
        title: world.spec.title.clone(),
        intro: vec![about(world)],
        figures: figures_of(world),
        warnings: warnings(world),
        made: made(world, inputs),
        sections,
    }
}

fn about(world: &World) -> String {
    let what = match world.spec.events.categories.as_slice() {
        [] => "all categories".to_owned(),
        some => some.join(", "),
    };
    let when = world.months.map_or(String::new(), |months| {
        let last = months.first + i32::try_from(months.count).unwrap_or(1) - 1;
        if months.count == 1 {
            format!(", {}", month_in_words(months.first))
        } else {
            format!(", {} to {}", month_in_words(months.first), month_in_words(last))
        }
    });
    format!(
        "Events of {what} in {} areas{when}. Each part below says what was found in two sentences, then what to bear in mind.",
        count(world.ground.len() as u64)
    )
}

fn figures_of(world: &World) -> Vec<(String, String)> {
    let rows = world.events.rows;
    let each = [
        ("Rows read", rows.read),
        ("Counted", rows.counted),
        ("Other categories", rows.other_category),
        ("Without a place", rows.without_place),
        ("Outside the areas", rows.outside),
        ("Residents", world.residents.iter().sum()),
    ];
    each.into_iter().map(|(word, figure)| (word.to_owned(), count(figure))).collect()
}

fn warnings(world: &World) -> Vec<String> {
    let mut warnings = vec![
        "These are events that somebody recorded. Most violence never reaches the police: about six in ten assaults seen in emergency departments are unknown to \
         them. A place with few records is not a safe place."
            .to_owned(),
        "Nothing here says anything about a person, or about the people who live in a place.".to_owned(),
    ];
    if world.events.published {
        warnings.push(
            "The events are published data: points are moved to a shared place nearby and dates are months. What happens within days, or at an address, can't be seen."
                .to_owned(),
        );
    }
    let hidden = world.hidden.iter().filter(|hidden| **hidden).count();
    if world.least > 1 {
        warnings.push(format!(
            "Counts from 1 to {} are not shown, nor what they could be worked out from: {hidden} areas are marked hidden. The figures of all areas together hold them.",
            world.least - 1
        ));
    }
    if world.harm.is_some() {
        warnings.push(format!(
            "Harm is weighted by “{}”. The Cambridge Crime Harm Index leaves out what police find themselves, drugs and trafficking above all, so it understates county lines.",
            world.spec.harm.name
        ));
    }
    warnings.extend(world.ground.notes.iter().cloned());
    warnings
}

fn made(world: &World, inputs: &Inputs) -> Vec<String> {
    let mut made = vec![
        format!(
            "Made by {MADE_BY} with seed {}: the same files and settings give the same figures, to the byte. manifest.json has them all.",
            world.spec.seed
        ),
        format!(
            "Areas that share at least a corner are neighbours: {} pairs.",
            count(world.touching.links() as u64 / 2)
        ),
    ];
    let others = [&inputs.areas, &inputs.population, &inputs.deprivation, &inputs.harm].into_iter().flatten();
    for read in inputs.events.iter().chain(others) {
        made.push(format!("{}: {} bytes, SHA-256 {}", read.file, count(read.bytes), read.sha256));
    }
    made
}

impl Report {
    /// The page.
    #[must_use]
    pub fn html(&self) -> String {
        let title = escaped(&self.title);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{title}</title>\n<style>\n{}</style>\n</head>\n\
             <body>\n<main>\n<h1>{title}</h1>\n",
            include_str!("page.css")
        );
        self.opening(&mut page);
        for section in &self.sections {
            part(&mut page, section);
        }
        page.push_str("<section>\n<h2 id=\"made\">How this was made</h2>\n");
        list(&mut page, &self.made);
        page.push_str("</section>\n</main>\n</body>\n</html>\n");
        page
    }

    fn opening(&self, page: &mut String) {
        for paragraph in &self.intro {
            // Writing to a string cannot fail.
            let _ = writeln!(page, "<p class=\"lead\">{}</p>", escaped(paragraph));
        }
        page.push_str("<dl>\n");
        for (word, figure) in &self.figures {
            let _ = writeln!(page, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(word), escaped(figure));
        }
        page.push_str("</dl>\n<div class=\"warning\"><h2>Before you use this</h2>\n");
        list(page, &self.warnings);
        page.push_str("</div>\n<nav aria-label=\"Parts of this page\"><ul>\n");
        for section in &self.sections {
            let _ = writeln!(page, "<li><a href=\"#{}\">{}</a></li>", section.id, escaped(&section.title));
        }
        page.push_str("<li><a href=\"#made\">How this was made</a></li>\n</ul></nav>\n");
    }
}

fn part(page: &mut String, section: &Section) {
    let _ = writeln!(page, "<section>\n<h2 id=\"{}\">{}</h2>", section.id, escaped(&section.title));
    let _ = writeln!(page, "<p>{}</p>", escaped(&section.said));
    if let Some(picture) = &section.picture {
        let _ = writeln!(page, "<div class=\"picture\">{picture}</div>");
    }
    let _ = writeln!(page, "<p class=\"caveat\"><strong>Bear in mind:</strong> {}</p>", escaped(&section.caveat));
    if let Some(rows) = &section.table {
        table(page, rows);
    }
    let _ = writeln!(
        page,
        "<details><summary>How this was worked out</summary><p>{}</p></details>\n</section>",
        escaped(&section.method)
    );
}

fn list(page: &mut String, lines: &[String]) {
    page.push_str("<ul>\n");
    for line in lines {
        let _ = writeln!(page, "<li>{}</li>", escaped(line));
    }
    page.push_str("</ul>\n");
}

fn table(page: &mut String, table: &Table) {
    let caption = escaped(&table.caption);
    let _ = write!(
        page,
        "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table><caption>{caption}</caption><thead><tr>"
    );
    let numeric: Vec<bool> = (0..table.headings.len())
        .map(|at| table.rows.iter().filter_map(|row| row.get(at)).any(|cell| cell.is_number() && *cell != Cell::None))
        .collect();
    for ((_, heading), is_number) in table.headings.iter().zip(&numeric) {
        let _ = write!(page, "<th scope=\"col\"{}>{}</th>", figure(*is_number), escaped(heading));
    }
    page.push_str("</tr></thead><tbody>\n");
    for row in table.rows.iter().take(SHOWN) {
        page.push_str("<tr>");
        for (cell, is_number) in row.iter().zip(&numeric) {
            let _ = write!(page, "<td{}>{}</td>", figure(*is_number), escaped(&cell.read()));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>\n");
    if table.rows.len() > SHOWN {
        let _ = writeln!(
            page,
            "<p class=\"more\">The first {SHOWN} of {}; all are in {}.csv.</p>",
            count(table.rows.len() as u64),
            escaped(&table.name)
        );
    }
}

fn figure(is_number: bool) -> &'static str {
    if is_number { " class=\"figure\"" } else { "" }
}

/// A text as HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
