//! Quarantine: every reason at once, downloaded, mended, sent again.

use ingest::api::{as_csv, waiting};

use crate::{
    files::reader,
    setting::{MISSING, YOUTH, agencies, case, deliver_text, episode, plan, sums},
};

#[tokio::test]
async fn every_reason_at_once_and_back_again_mended() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let good = episode("MP-1", "2026-01-02T22:40", "High", "Lee");
            let bad = "MP-2,31/02/2026,,Enormous,,\"K, \"\"ai\"\"\",2012-01-17,M,Z9,5 Lime Close,nowhere,call me,,,,Maybe,,\n";
            let report = deliver_text(&t, "missing_episodes", &format!("{MISSING}{good}{bad}")).await;
            assert_eq!(sums(&report), "2/1/0/0/1/0");
            let reader = reader(&t, "missing_episodes").await;
            let rows = waiting(&reader, report.delivery, 0, 10).await.unwrap();
            let columns: Vec<_> = rows[0].reasons.iter().map(|reason| reason.column.as_deref().unwrap()).collect();
            assert_eq!(columns, ["ReportedAt", "Risk", "Surname", "Ethnicity", "HomePostcode", "Phone", "InterviewOffered"]);
            let names: Vec<String> = MISSING.trim().split(',').map(str::to_owned).collect();
            let csv = as_csv(report.delivery, &names, &rows);
            assert!(csv.lines().next().unwrap().ends_with("InterviewDate,Alongside line,Alongside delivery,Alongside problem"));
            assert!(csv.contains("\"K, \"\"ai\"\"\""));
            // Sent again as it is: nothing is lost, it waits in the new delivery.
            let unmended = deliver_text(&t, "missing_episodes", &csv).await;
            assert_eq!(sums(&unmended), "1/0/0/0/1/0");
            assert!(waiting(&reader, report.delivery, 0, 10).await.unwrap().is_empty());
            let rows = waiting(&reader, unmended.delivery, 0, 10).await.unwrap();
            let mended = as_csv(unmended.delivery, &names, &rows)
                .replace("31/02/2026", "2026-02-28T09:00")
                .replace("Enormous,", "High,Lee")
                .replace("Z9", "")
                .replace("nowhere,call me", "CO1 1AA,")
                .replace("Maybe", "No");
            let report = deliver_text(&t, "missing_episodes", &mended).await;
            assert_eq!(sums(&report), "1/1/0/0/0/0");
            assert!(waiting(&reader, unmended.delivery, 0, 10).await.unwrap().is_empty());
        })
        .await;
}

#[tokio::test]
async fn what_a_spreadsheet_would_reckon_goes_out_guarded_and_comes_back_as_it_was() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let bad =
                "MP-2,31/02/2026,,Enormous,@Lee,\"=K, ai\",2012-01-17,M,Z9,'+5 Lime Close,nowhere,-1,,,,Maybe,,\n";
            let report = deliver_text(&t, "missing_episodes", &format!("{MISSING}{bad}")).await;
            let reader = reader(&t, "missing_episodes").await;
            let rows = waiting(&reader, report.delivery, 0, 10).await.unwrap();
            let names: Vec<String> = MISSING.trim().split(',').map(str::to_owned).collect();
            let csv = as_csv(report.delivery, &names, &rows);
            for guarded in [",'@Lee,", ",\"'=K, ai\",", ",''+5 Lime Close,", ",'-1,"] {
                assert!(csv.contains(guarded), "{guarded}: {csv}");
            }
            let again = deliver_text(&t, "missing_episodes", &csv).await;
            let came = waiting(&reader, again.delivery, 0, 10).await.unwrap();
            assert_eq!(came[0].cells[..names.len()], rows[0].cells[..names.len()]);
            assert_eq!(as_csv(report.delivery, &names, &came), csv, "and out again the same");
        })
        .await;
}

#[tokio::test]
async fn a_mended_file_of_a_whole_picture_withdraws_nothing() {
    plan()
        .both(|t| async move {
            agencies(&t).await;
            let text = format!("{YOUTH}{}{}", case("YJ/1", "Demir", "Open"), case("YJ/2", "Lee", "Ajar"));
            let report = deliver_text(&t, "youth_justice", &text).await;
            assert_eq!(sums(&report), "2/1/0/0/1/0");
            let reader = reader(&t, "youth_justice").await;
            let rows = waiting(&reader, report.delivery, 0, 10).await.unwrap();
            let names: Vec<String> = YOUTH.trim().split(',').map(str::to_owned).collect();
            let mended = as_csv(report.delivery, &names, &rows).replace("Ajar", "Open");
            assert_eq!(sums(&deliver_text(&t, "youth_justice", &mended).await), "1/1/0/0/0/0");
        })
        .await;
}
