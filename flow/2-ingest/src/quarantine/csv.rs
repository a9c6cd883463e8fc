//! The quarantine as a file that the partner can mend and send again: their own columns, then the line, the delivery and what is
//! wrong. UTF-8 with a byte order mark, so that a spreadsheet shows every letter right. What a spreadsheet would reckon is guarded, and the
//! guard taken off again when the file comes back.

use base::{Id, kind};

use super::Quarantined;
use crate::row::{Reason, guard, header};

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
        let quoted =
            cell.contains([',', ';', '|', '\t', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ');
        if quoted {
            text.push('"');
        }
        if guard::needed(cell) {
            text.push(guard::GUARD);
        }
        if quoted {
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use base::code;
    use proptest::prelude::*;

    use super::*;
    use crate::table::{Limits, Next, Refused, RowView, look, rows};

    /// Every cell of the file as a spreadsheet is given it, and as it is read when it comes back.
    fn sent_and_read(names: &[String], cells: &[Vec<String>]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let quarantined = |(at, cells): (usize, &Vec<String>)| Quarantined {
            id: Id::from_u128(1),
            delivery: Id::from_u128(2),
            controller: Id::from_u128(3),
            category: code!("custody"),
            line: at as u64,
            cells: cells.clone(),
            reasons: Vec::new(),
            settled: false,
        };
        let all: Vec<Quarantined> = cells.iter().enumerate().map(quarantined).collect();
        let file = as_csv(Id::from_u128(2), names, &all).into_bytes();
        let found = look(&file, None, &Limits::default()).unwrap();
        let (mut sent, mut read) = (Vec::new(), Vec::new());
        rows(&file, &found, &Limits::default(), &mut |row| -> Result<Next, Refused> {
            let of = |row: &RowView<'_>| -> Vec<String> { row.cells().take(names.len()).map(str::to_owned).collect() };
            let places = row.unguarded();
            sent.push(of(row));
            read.push(of(&row.with(&places)));
            Ok(Next::Row)
        })
        .unwrap();
        (sent, read)
    }

    proptest! {
        #[test]
        fn every_cell_comes_back_as_it_was_and_none_is_reckoned(
            cells in prop::collection::vec(prop::collection::vec("['=+@\t\r\n\",; |aé-]{0,6}", 3), 1..4),
        ) {
            let names = ["=one", "two", "'@three"].map(str::to_owned);
            let (sent, read) = sent_and_read(&names, &cells);
            let all: Vec<Vec<String>> = std::iter::once(names.to_vec()).chain(cells).collect();
            prop_assert_eq!(&read, &all);
            for cell in sent.iter().flatten() {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", cell);
            }
        }
    }
}
