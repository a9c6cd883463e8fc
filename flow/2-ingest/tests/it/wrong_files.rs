//! Files that are refused as a whole, with a reason, and of which nothing is kept.

use std::io::Write as _;

use ingest::api::DeliveryFault;
use vault::testing::Bench;

use crate::setting::{Folder, MISSING, STREET, agencies, deliver, episode, plan};

async fn refused(t: &Bench, feed: &str, bytes: &[u8]) -> String {
    let folder = Folder::new();
    let outcome = deliver(t, feed, &folder.file("what.ever", bytes)).await;
    let Err(DeliveryFault::Refused { delivery, refused }) = outcome else { panic!("{outcome:?}") };
    let kept = ingest::api::delivery(&t.vault.plain(), delivery).await.unwrap().unwrap();
    assert_eq!(kept.refusal, Some(refused.to_string()));
    assert_eq!(kept.counts.read, 0);
    for table in ["record", "quarantined", "delivery_part"] {
        assert_eq!(t.rows_in_table(table).await, 0, "{table}");
    }
    let blobs = t.query("SELECT COUNT(*) AS n FROM blob WHERE wrapped_key IS NOT NULL", vault::params![]).await;
    assert_eq!(blobs[0].int("n").unwrap(), 0, "the file itself is not kept");
    refused.to_string()
}

fn archive(names: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in names {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn packed(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..times {
        gzip.write_all(bytes).unwrap();
    }
    gzip.finish().unwrap()
}

#[tokio::test]
async fn each_kind_of_wrong_file_is_told() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let good = format!("{MISSING}{}", episode("MP-1", "2026-01-02T22:40", "High", "Lee"));
            let unclosed = format!("{good}MP-2,\"2026-01-02T22:40,,High,Lee\n{}", "x,y\n".repeat(10));
            let endless = format!("{good}{}", "x".repeat(3 << 20));
            let broken_mark =
                [b"\xef\xbb\xbf", good.replace("Lee", "L\u{fc}").replace('\u{fc}', "#").as_bytes()].concat();
            let broken_mark: Vec<u8> =
                broken_mark.iter().map(|byte| if *byte == b'#' { 0xfc } else { *byte }).collect();
            let mut zeros_later = good.clone().into_bytes();
            zeros_later.extend(vec![b'\n'; 100_000]);
            zeros_later.extend([0; 10]);
            let half = packed(good.repeat(50).as_bytes(), 1);
            let cases: Vec<(&str, Vec<u8>, &str)> = vec![
                ("missing_episodes", Vec::new(), "The file is empty."),
                ("missing_episodes", b"\n\n \n".to_vec(), "nothing but empty lines"),
                ("missing_episodes", vec![0; 1 << 20], "This is a file of zeros."),
                ("missing_episodes", zeros_later, "binary zeros"),
                ("missing_episodes", packed(&[0; 1 << 16], 3), "This is a file of zeros."),
                ("missing_episodes", archive(&[("word/document.xml", b"<w/>")]), "This is a Word document."),
                ("missing_episodes", archive(&[("a.csv", good.as_bytes())]), "zip archive, not a workbook"),
                ("missing_episodes", b"\xd0\xcf\x11\xe0 old".to_vec(), "old version of Microsoft Office"),
                ("missing_episodes", b"%PDF-1.7".to_vec(), "a PDF document"),
                ("missing_episodes", b"<html><body>Sign in".to_vec(), "XML or a web page"),
                ("missing_episodes", b"  {\"a\": 1}".to_vec(), "JSON, not a table"),
                ("missing_episodes", packed(&packed(good.as_bytes(), 1), 1), "packed file inside a packed file"),
                ("missing_episodes", half[..half.len() / 2].to_vec(), "damaged or was cut off"),
                ("missing_episodes", unclosed.into_bytes(), "opened on line 3 and never closed"),
                ("missing_episodes", endless.into_bytes(), "Line 3 is longer than 1024 kB"),
                ("missing_episodes", broken_mark, "some of its bytes are not"),
                ("missing_episodes", format!("{}\n", "a,".repeat(700)).into_bytes(), "more than 500 columns"),
                (
                    "police_uk",
                    good.clone().into_bytes(),
                    "This looks like a file of the feed “Missing episodes” (missing_episodes)",
                ),
                ("missing_episodes", STREET.as_bytes().to_vec(), "Street crime (data.police.uk)"),
                (
                    "missing_episodes",
                    good.replace("EpisodeID", "Episode").into_bytes(),
                    "“EpisodeID” (is it “Episode”?)",
                ),
                (
                    "missing_episodes",
                    good.replace("Risk", "ReportedAt").into_bytes(),
                    "lacks what every row must have: “Risk”",
                ),
                ("missing_episodes", good.replace("LivingWith", "Surname").into_bytes(), "the column “Surname” twice"),
                ("youth_justice", crate::setting::YOUTH.as_bytes().to_vec(), "a header and no rows"),
            ];
            for (feed, bytes, says) in cases {
                let why = refused(&t, feed, &bytes).await;
                assert!(why.contains(says), "{says:?}: {why}");
            }
        })
        .await;
}

#[tokio::test]
async fn without_a_header_no_cell_is_quoted() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let why =
                refused(&t, "missing_episodes", episode("MP-1", "2026-01-02T22:40", "High", "Barker").as_bytes()).await;
            assert!(!why.contains("Barker"), "{why}");
        })
        .await;
}

#[tokio::test]
async fn without_an_agency_or_a_permit_nothing_is_taken() {
    let nobody = vault::testing::Table::new();
    plan()
        .decider(nobody)
        .both(|t| async move {
            let folder = Folder::new();
            let path = folder.file("a.csv", MISSING.as_bytes());
            let outcome = deliver(&t, "missing_episodes", &path).await;
            assert!(matches!(outcome, Err(DeliveryFault::NoAgency(_))), "{outcome:?}");
            agencies(&t).await;
            let outcome = deliver(&t, "missing_episodes", &path).await;
            assert!(matches!(outcome, Err(DeliveryFault::NotAllowed { .. })), "{outcome:?}");
            assert_eq!(t.rows_in_table("delivery").await, 0);
        })
        .await;
}
