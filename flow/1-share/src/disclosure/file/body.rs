//! What is in a file: one CSV and a text that says how it must be handled, zipped, and encrypted to one person's key. Every row says whose copy it is;
//! the references of people, the mark and the order of the rows are made for this file alone, so that a copy that turns up somewhere leads back to it.

use std::{
    collections::BTreeSet,
    io::{Cursor, Write as _},
};

use base::{Code, Id, kind};
use vault::Vault;

use super::FileError;

/// A row of a file: one record of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The record.
    pub record: Id<kind::Record>,
    /// Whose data.
    pub controller: Id<kind::Agency>,
    /// Its name.
    pub controller_name: String,
    /// Which data.
    pub category: Code,
    /// Its name.
    pub category_name: String,
    /// Who the person was in the event; a blank one is not exported.
    pub role: String,
    /// When it happened or came, in words.
    pub when: String,
    /// The other fields: name and words.
    pub cells: Vec<(String, String)>,
}

/// For whom a file is, in words.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub file: Id<kind::DisclosureFile>,
    pub recipient: String,
    pub agency: String,
    pub date: String,
    pub purpose: &'static str,
    pub from: String,
    pub gone: String,
    pub handling: Vec<String>,
}

impl Mark {
    /// The words that stand in every row.
    fn words(&self) -> String {
        format!("For {}, {}, only. File {}, {}", self.recipient, self.agency, self.file, self.date)
    }
}

/// The mark of a file: the beginning of every reference in it.
pub(crate) fn canary(vault: &Vault, file: Id<kind::DisclosureFile>, recipient: Id<kind::Member>) -> String {
    let mut digest = vault.digest("file_mark", format!("{file} {recipient}").as_bytes());
    digest.truncate(8);
    digest
}

/// A person's reference in a file: it names nobody, and is another one in every other file.
fn reference(vault: &Vault, mark: &Mark, canary: &str, person: Id<kind::Person>) -> String {
    let mut digest = vault.digest("file_person", format!("{} {person}", mark.file).as_bytes());
    digest.truncate(10);
    format!("{canary}-{digest}")
}

/// The table, as CSV: UTF-8 with a byte order mark, so that a spreadsheet shows every letter right.
pub(crate) fn csv(
    vault: &Vault,
    mark: &Mark,
    canary: &str,
    rows: &[(Id<kind::Person>, FileRow)],
) -> Result<Vec<u8>, FileError> {
    let unwritten = |error: &dyn std::fmt::Display| FileError::Unwritten(error.to_string());
    let mut names: Vec<&str> = Vec::new();
    let mut known = BTreeSet::new();
    for (name, _) in rows.iter().flat_map(|(_, row)| &row.cells) {
        if known.insert(name.as_str()) {
            names.push(name);
        }
    }
    // The order is the file's own too.
    let mut ordered: Vec<(String, String, &FileRow)> = rows
        .iter()
        .map(|(person, row)| {
            let order = vault.digest("file_order", format!("{} {}", mark.file, row.record).as_bytes());
            (reference(vault, mark, canary, *person), order, row)
        })
        .collect();
    ordered.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    let mut out = csv::Writer::from_writer(Vec::from("\u{feff}".as_bytes()));
    let head = ["Reference", "What", "Whose data", "Role in the event", "When"].map(str::to_owned);
    let head = head.into_iter().chain(names.iter().map(|name| (*name).to_owned())).chain([mark.words()]);
    out.write_record(head.map(|cell| plain(&cell))).map_err(|error| unwritten(&error))?;
    for (reference, _, row) in ordered {
        let fixed =
            [reference, row.category_name.clone(), row.controller_name.clone(), row.role.clone(), row.when.clone()];
        let cells = names.iter().map(|name| {
            row.cells.iter().find(|(known, _)| known == name).map_or_else(String::new, |(_, words)| words.clone())
        });
        let all = fixed.into_iter().chain(cells).chain([mark.words()]);
        out.write_record(all.map(|cell| plain(&cell))).map_err(|error| unwritten(&error))?;
    }
    out.into_inner().map_err(|error| unwritten(&error))
}

/// A cell that no spreadsheet takes for a formula.
pub(crate) fn plain(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell.to_owned() }
}

/// How the file must be handled.
pub(crate) fn read_me(mark: &Mark) -> String {
    let mut text = format!(
        "{}\r\n\r\nThis file was given by {} for {}, to you alone. Every row says whose copy it is, and the references and the order of the rows are \
         those of your copy and of no other.\r\n\r\nHow to handle it\r\n- Use it for {}, and for nothing else.\r\n- Do not pass it on, whole or in \
         part. Whoever else needs it asks {}.\r\n- Keep it encrypted. Destroy it when you have done what it was given for.\r\n- It can be fetched \
         until {}. Say in Alongside that it came: Trust, Files.\r\n- If something in it is corrected or erased, you get a notice in Alongside: \
         do what it says with every copy.\r\n- A person's role in the event is part of what is told: who was harmed is not who is suspected.\r\n",
        mark.words(),
        mark.from,
        mark.purpose,
        mark.purpose,
        mark.from,
        mark.gone,
    );
    for sentence in &mark.handling {
        text.push_str("- ");
        text.push_str(sentence);
        text.push_str("\r\n");
    }
    text
}

/// Zips the two and encrypts them to the recipient's public key.
pub(crate) fn sealed(table: &[u8], words: &str, public_key: &str) -> Result<Vec<u8>, FileError> {
    let unwritten = |error: &dyn std::fmt::Display| FileError::Unwritten(error.to_string());
    let recipient: age::x25519::Recipient = public_key.parse().map_err(|_| FileError::Recipient)?;
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("people.csv", table), ("READ-ME.txt", words.as_bytes())] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).map_err(|error| unwritten(&error))?;
        archive.write_all(bytes).map_err(|error| unwritten(&error))?;
    }
    let zipped = archive.finish().map_err(|error| unwritten(&error))?.into_inner();
    age::encrypt(&recipient, &zipped).map_err(|error| unwritten(&error))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+44 7700 900000", "-2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(plain(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(plain("O’Neil, Aoife"), "O’Neil, Aoife");
    }
}
