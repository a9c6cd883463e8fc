//! Every way in which a table can be written is read alike.

use std::io::Write as _;

use ingest::api::{current_records, records_between};
use vault::{Actor, Ask, Purpose, Scope, Verb, testing::Bench};

use crate::setting::{Folder, MISSING, agencies, category, deliver, deliver_text, episode, plan, sums};

/// A reader of everything of a feed.
pub async fn reader(t: &Bench, feed: &str) -> vault::Reader {
    let category = category(feed);
    let agency = ingest::api::feed(feed).unwrap().agency.clone();
    let rows = t.query("SELECT id FROM agency WHERE code = $1", vault::params![&agency]).await;
    let facet = vault::Facet { controller: rows[0].id("id").unwrap(), category };
    let ask = Ask {
        actor: Actor::System,
        verb: Verb::Link,
        scope: Scope::unit(),
        purpose: Purpose::Linking,
        facets: vec![facet],
        facts: std::collections::BTreeMap::new(),
    };
    t.vault.read(&t.vault.permit(ask).await.unwrap()).unwrap()
}

fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    vec![
        ("utf8", text.as_bytes().to_vec()),
        ("utf8 with mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("utf16le with mark", utf16(false, true)),
        ("utf16be with mark", utf16(true, true)),
        ("utf16le", utf16(false, false)),
        ("utf16be", utf16(true, false)),
        ("windows-1252", encoding_rs::WINDOWS_1252.encode(text).0.into_owned()),
        ("gzip", packed.finish().unwrap()),
        ("semicolons", text.replace(',', ";").into_bytes()),
        ("tabs", text.replace(',', "\t").into_bytes()),
        ("carriage returns and line feeds", text.replace('\n', "\r\n").into_bytes()),
        ("carriage returns alone", text.replace('\n', "\r").into_bytes()),
        ("no last line end", text.trim_end().as_bytes().to_vec()),
    ]
}

#[tokio::test]
async fn every_encoding_gives_the_same_records() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let text = format!(
                "{MISSING}{}{}",
                episode("MP-1", "2026-01-02T22:40", "High", "Gonçalves"),
                episode("MP-2", "2026-01-03T22:40", "low", "Núñez")
            );
            let folder = Folder::new();
            for (at, (what, bytes)) in encodings(&text).into_iter().enumerate() {
                let report = deliver(&t, "missing_episodes", &folder.file("a.csv", &bytes)).await.unwrap();
                let wanted = if at == 0 { "2/2/0/0/0/0" } else { "2/0/0/2/0/0" };
                assert_eq!(sums(&report), wanted, "{what}: {report:?}");
            }
            let reader = reader(&t, "missing_episodes").await;
            let found = current_records(&reader, &category("missing_episodes"), None, 10).await.unwrap();
            let names: Vec<_> = found.iter().map(|record| record.text("family").unwrap()).collect();
            assert_eq!(names, ["Gonçalves", "Núñez"]);
            assert_eq!(found[0].text("kind"), Some("high"));
            assert_eq!(found[0].text("ethnicity"), Some("mixed"));
            assert_eq!(found[0].text("role"), Some("person_at_risk"));
            assert_eq!(found[0].text("phone"), Some("07101880031"));
            assert_eq!(found[0].event_at.unwrap().to_string(), "2026-01-02T22:40:00Z");
            assert_eq!(found[0].expires_on.unwrap().to_string(), "2032-01-02");
            assert_eq!(found[0].text("ReturnedAt"), None);
        })
        .await;
}

#[tokio::test]
async fn quotes_embedded_newlines_and_line_numbers() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let quoted = episode("MP-1", "2026-01-02T22:40", "High", "Lee")
                .replace("5 Lime Close", "\"5 \"\"The\"\" Limes,\nClose\"");
            let text = format!("{MISSING}\n{quoted}\n\n{}", episode("MP-2", "2026-01-03T22:40", "Enormous", "Lee"));
            let report = deliver_text(&t, "missing_episodes", &text).await;
            assert_eq!(sums(&report), "2/1/0/0/1/0");
            let reader = reader(&t, "missing_episodes").await;
            let found = records_between(&reader, report.delivery, 1, 100).await.unwrap();
            assert_eq!(found[0].line, 3);
            assert_eq!(found[0].text("address"), Some("5 \"The\" Limes,\nClose"));
            let waiting = ingest::api::waiting(&reader, report.delivery, 0, 10).await.unwrap();
            assert_eq!(waiting[0].line, 7);
        })
        .await;
}

/// A workbook of one sheet: `#n` is a date cell, `=n` a number, blank no cell.
fn workbook(lines: &[String]) -> Vec<u8> {
    let mut rows = String::new();
    for (line, text) in (1..).zip(lines) {
        rows.push_str(&format!("<row r=\"{line}\">"));
        for (column, cell) in ('A'..).zip(text.split(',')) {
            let at = format!("{column}{line}");
            match (cell.strip_prefix('#'), cell.strip_prefix('=')) {
                _ if cell.is_empty() => {}
                (Some(serial), _) => rows.push_str(&format!("<c r=\"{at}\" s=\"1\"><v>{serial}</v></c>")),
                (_, Some(number)) => rows.push_str(&format!("<c r=\"{at}\"><v>{number}</v></c>")),
                _ => rows.push_str(&format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>")),
            }
        }
        rows.push_str("</row>");
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let parts = [
        ("[Content_Types].xml", format!("<Types xmlns=\"{package}/content-types\"/>")),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Exclusions\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{office}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_workbook_with_real_dates() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let head = "UPN,Surname,Forename,DOB,Sex,Ethnicity,Home Postcode,School,School Code,Start Date,Type,Sessions,\
                        Reason 1,Reason 2,Reason 3";
            let pupil = |start: &str| format!(",O'Neill,Shauna,#39920,F,,,St Osyn's,,{start},FIXD,=2,DB,,");
            let lines = [head.to_owned(), pupil("#46036"), pupil("#46036"), pupil("31/02/2026")];
            let folder = Folder::new();
            let path = folder.file("x.xlsx", &workbook(&lines));
            let report = deliver(&t, "exclusions", &path).await.unwrap();
            assert_eq!(sums(&report), "3/2/0/0/1/0", "two equal rows are two records");
            let reader = reader(&t, "exclusions").await;
            let found = records_between(&reader, report.delivery, 1, 100).await.unwrap();
            assert_eq!(found.iter().map(|record| record.line).collect::<Vec<_>>(), [2, 3]);
            assert_eq!(found[0].text("dob"), Some("2009-04-17"));
            assert_eq!(found[0].body["Sessions"], 2);
            assert_eq!(found[0].text("kind"), Some("SUSP"));
            assert_eq!(found[0].expires_on.unwrap().to_string(), "2034-04-17");
        })
        .await;
}
