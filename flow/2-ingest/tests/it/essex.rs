//! The five real files, where they are. Other forces' files have the same columns.

use std::path::PathBuf;

use crate::setting::{STREET, agencies, deliver, deliver_text, plan, sums};

/// The folder of the real data, if it is there.
fn data() -> Option<PathBuf> {
    let named = std::env::var_os("ALONGSIDE_REAL_DATA").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = named.unwrap_or(beside).join("essex");
    folder.is_dir().then_some(folder)
}

#[tokio::test]
async fn the_five_real_files_go_in_whole() {
    let Some(folder) = data() else {
        println!("the real Essex files are not here (../shared/data or $ALONGSIDE_REAL_DATA): not tested on them");
        return;
    };
    plan()
        .both(move |t| {
            let folder = folder.clone();
            async move {
                agencies(&t).await;
                let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
                    .unwrap()
                    .map(|entry| entry.unwrap().path())
                    .filter(|path| path.to_string_lossy().ends_with("-essex-street.csv.gz"))
                    .collect();
                files.sort();
                let mut rows = 0;
                for path in &files {
                    let report = deliver(&t, "police_uk", path).await.unwrap();
                    assert_eq!(report.counts.accepted_new, report.counts.read, "{report:?}");
                    rows += report.counts.read;
                }
                assert_eq!(rows, 84_233);
                let repeats = t
                    .query(
                        "SELECT COUNT(*) AS n FROM record WHERE source_key >= '~' AND LENGTH(source_key) > 23",
                        vault::params![],
                    )
                    .await;
                println!("{} rows are the second or later of their equals", repeats[0].int("n").unwrap());
                for path in &files {
                    let again = deliver(&t, "police_uk", path).await.unwrap();
                    assert_eq!(again.counts.already_held, again.counts.read);
                    assert!(again.same_as.is_some());
                }
                // The same rows in another order and with other line ends are other bytes: known row by row.
                let mut text = String::new();
                let packed = std::fs::File::open(&files[0]).unwrap();
                std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
                let (head, rest) = text.split_once('\n').unwrap();
                let mut lines: Vec<&str> = rest.lines().collect();
                lines.reverse();
                let again = deliver_text(&t, "police_uk", &format!("{head}\r\n{}\r\n", lines.join("\r\n"))).await;
                assert!(again.same_as.is_none());
                assert_eq!(again.counts.already_held, again.counts.read);
                assert_eq!(t.rows_in_table("record").await, 84_233);
            }
        })
        .await;
}

#[tokio::test]
async fn another_forces_file() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let id = "aaa003527bd5d88ded5fc79e5ec508fb464c04f645f1ff38cec84aa9aefa7d2e";
            let asb = ",2024-03,North Wales Police,North Wales Police,-4.1,53.2,\"On or near Ffordd, Y Bryn\",W01000101,Gwynedd 001A,Anti-social behaviour,,\n";
            let text = format!(
                "{STREET}{id},2024-03,North Wales Police,North Wales Police,,,No Location,,,Drugs,Under investigation,\n{asb}{asb}{asb}"
            );
            let report = deliver_text(&t, "police_uk", &text).await;
            assert_eq!(sums(&report), "4/4/0/0/0/0");
            let one_more = deliver_text(&t, "police_uk", &format!("{text}{asb}")).await;
            assert_eq!(sums(&one_more), "5/1/0/4/0/0");
            let outcome = deliver_text(&t, "police_uk", &text.replace("Under investigation", "Offender given a caution")).await;
            assert_eq!(sums(&outcome), "4/0/1/3/0/0");
        })
        .await;
}
