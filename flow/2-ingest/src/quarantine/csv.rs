//! The quarantine as a file that the partner can mend and send again: their own columns, then the line, the delivery and what is
//! wrong. UTF-8 with a byte order mark, so that a spreadsheet shows every letter right.

use base::{Id, kind};

use super::Quarantined;
use crate::row::{Reason, header};

/// The file. `names` is the header of the delivery; its own copies of our three columns are left out.
#[must_use]
pub fn as_csv(delivery: Id<kind::Delivery>, names: &[String], rows: &[Quarantined]) -> String {
    let own = [header::LINE, header::DELIVERY, header::PROBLEM];
    let places: Vec<usize> =
        (0..names.len()).filter(|at| names.get(*at).is_some_and(|name| !own.contains(&name.as_str()))).collect();
    let mut text = String::from("\u{feff}");
    let head = places.iter().filter_map(|at| names.get(*at)).map(String::as_str).chain(own);
    line(&mut text, head);
    let delivery = delivery.to_string();
    for row in rows {
        let number = row.line.to_string();
        let problems = row.reasons.iter().map(words).collect::<Vec<_>>().join(" ");
        let cells = places.iter().map(|at| row.cells.get(*at).map_or("", String::as_str));
        line(&mut text, cells.chain([number.as_str(), delivery.as_str(), problems.as_str()]));
    }
    text
}

/// A reason in one sentence after another, with its column in front.
pub(crate) fn words(reason: &Reason) -> String {
    match &reason.column {
        Some(column) => format!("{column}: {} {}", reason.problem, reason.fix),
        None => format!("{} {}", reason.problem, reason.fix),
    }
}

fn line<'c>(text: &mut String, cells: impl Iterator<Item = &'c str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}
