//! A workbook with one sheet, as small as Excel accepts (ECMA-376, part 1). Text is inline; a cell that reads `%Y-%m-%d` becomes a
//! date with a date's format; whole numbers become numbers. The same rows give the same bytes.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use jiff::civil::Date;
use zip::write::SimpleFileOptions;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const PACKAGE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/><name val="Arial"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#;

/// The number by which spreadsheets know a date: days since 30 December 1899.
#[must_use]
pub fn serial(date: Date) -> i32 {
    let start = Date::constant(1899, 12, 30);
    start.until(date).map_or(0, |span| span.get_days())
}

/// The workbook's bytes.
///
/// # Errors
/// When the rows are too many for a zip archive in memory.
pub fn workbook(sheet: &str, rows: &[Vec<String>]) -> std::io::Result<Vec<u8>> {
    let book = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let parts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", PACKAGE.to_owned()),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", PARTS.to_owned()),
        ("xl/styles.xml", STYLES.to_owned()),
        ("xl/worksheets/sheet1.xml", sheet_xml(rows)),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // The archive's default time is 1 January 1980, not now.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, text) in parts {
        archive.start_file(name, options)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn sheet_xml(rows: &[Vec<String>]) -> String {
    let mut xml = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (at, row) in rows.iter().enumerate() {
        let _ = write!(xml, "<row r=\"{}\">", at + 1);
        for (column, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let reference = format!("{}{}", char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)), at + 1);
            let _ = match cell(text) {
                Cell::Date(serial) => write!(xml, r#"<c r="{reference}" s="1"><v>{serial}</v></c>"#),
                Cell::Number => write!(xml, r#"<c r="{reference}"><v>{text}</v></c>"#),
                Cell::Text => write!(xml, r#"<c r="{reference}" t="inlineStr"><is><t>{}</t></is></c>"#, escaped(text)),
            };
        }
        xml.push_str("</row>");
    }
    xml.push_str("</sheetData></worksheet>");
    xml
}

enum Cell {
    Date(i32),
    Number,
    Text,
}

fn cell(text: &str) -> Cell {
    if text.len() == 10
        && let Ok(date) = Date::strptime("%Y-%m-%d", text)
    {
        return Cell::Date(serial(date));
    }
    if text.len() <= 4 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cell::Number;
    }
    Cell::Text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    #[test]
    fn serials_are_excels() {
        assert_eq!(super::serial(Date::constant(2008, 11, 2)), 39754);
        assert_eq!(super::serial(Date::constant(1900, 3, 1)), 61);
    }
}
