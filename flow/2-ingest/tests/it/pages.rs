//! The analyst's journey by page: feeds, file, what became of it, the rows to mend, and back.

use axum::http::StatusCode;
use ingest::api::ReadDelivery;
use vault::jobs::Handlers;

use crate::{
    house::{ANALYST, House, OUTSIDER, plan},
    setting::{MISSING, episode},
};

#[tokio::test]
async fn from_the_feeds_to_the_mended_file() {
    plan()
        .both(|t| async move {
            let house = House::of(t, OUTSIDER).await; // of the police, whose file it is
            let (status, feeds) = house.page("/data/feeds").await;
            assert_eq!(status, StatusCode::OK);
            assert!(feeds.contains("Missing episodes") && feeds.contains("Nothing yet"), "{feeds}");
            let (_, feed) = house.page("/data/feeds/missing_episodes").await;
            assert!(feed.contains("Date and time in the United Kingdom: yyyy-mm-ddThh:mm"), "{feed}");
            let (_, form) = house.page("/data/feeds/missing_episodes/deliver").await;
            assert!(form.contains("<option value=\"missing_episodes\" selected>"), "{form}");

            let text = format!(
                "{MISSING}{}{}",
                episode("MP-1", "2026-01-02T22:40", "High", "Lee"),
                episode("MP-2", "2026-01-02T22:40", "Enormous", "Barker")
            );
            let to = house.upload("missing_episodes", "oct.csv", text.as_bytes()).await.unwrap();
            let (_, waiting) = house.page(&to).await;
            assert!(waiting.contains("Reading the file") && waiting.contains("Refresh"), "{waiting}");
            house.t.drain_jobs(&Handlers::new().with(ReadDelivery)).await;
            let (_, done) = house.page(&to).await;
            assert!(
                done.contains("1 of 2 rows accepted")
                    && done.contains("2 rows read: 1 accepted as new, 1 in quarantine."),
                "{done}"
            );
            assert!(done.contains("This is not one of the list.") && !done.contains("Barker"), "{done}");
            let (status, csv) = house.page(&format!("{to}/quarantine.csv")).await;
            assert_eq!(status, StatusCode::OK);
            assert!(csv.contains("Barker") && csv.contains("Alongside problem"));

            let to = house
                .upload("missing_episodes", "mended.csv", csv.replace("Enormous", "Low").as_bytes())
                .await
                .unwrap();
            house.t.drain_jobs(&Handlers::new().with(ReadDelivery)).await;
            let (_, done) = house.page(&to).await;
            assert!(done.contains("1 of 1 rows accepted"), "{done}");
            let (_, feeds) = house.page("/data/feeds").await;
            assert!(feeds.contains("In time"), "{feeds}");
        })
        .await;
}

#[tokio::test]
async fn a_wrong_file_is_explained_where_it_was_chosen_or_after_it_was_read() {
    plan()
        .both(|t| async move {
            let house = House::of(t, ANALYST).await;
            let told = house.upload("missing_episodes", "a.pdf", b"%PDF-1.7").await.unwrap_err();
            assert!(told.contains("This is a PDF document.") && told.contains("There is a problem"), "{told}");
            let told = house.upload("", "a.csv", b"a,b").await.unwrap_err();
            assert!(told.contains("Select the feed that the file is of"), "{told}");
            let told = house.upload("missing_episodes", "", b"").await.unwrap_err();
            assert!(told.contains("Select a file"), "{told}");
            let to = house.upload("custody", "a.csv", MISSING.as_bytes()).await.unwrap();
            house.t.drain_jobs(&Handlers::new().with(ReadDelivery)).await;
            let (_, page) = house.page(&to).await;
            assert!(page.contains("The file was not taken") && page.contains("Missing episodes"), "{page}");
        })
        .await;
}

#[tokio::test]
async fn the_rows_that_wait_leave_to_their_own_agency_alone() {
    plan()
        .both(|t| async move {
            let house = House::of(t, ANALYST).await; // of the unit
            let text = format!("{MISSING}{}", episode("MP-2", "2026-01-02T22:40", "Enormous", "Barker"));
            let to = house.upload("missing_episodes", "oct.csv", text.as_bytes()).await.unwrap();
            house.t.drain_jobs(&Handlers::new().with(ReadDelivery)).await;
            let (_, done) = house.page(&to).await;
            assert!(done.contains("This is not one of the list.") && !done.contains("quarantine.csv"), "{done}");
            let (status, csv) = house.page(&format!("{to}/quarantine.csv")).await;
            assert!(status.is_client_error() && !csv.contains("Barker"), "{csv}");
            assert_eq!(house.t.rows_in_table("disclosure").await, 1, "what is wrong with the row is told of somebody");
        })
        .await;
}

#[tokio::test]
async fn another_agencys_deliveries_are_not_found() {
    plan()
        .both(|t| async move {
            let house = House::of(t, OUTSIDER).await; // an analyst of the police
            let (_, feeds) = house.page("/data/feeds").await;
            assert!(feeds.contains("Custody") && !feeds.contains("A&#38;E navigator"), "{feeds}");
            assert_eq!(house.page("/data/feeds/ae_navigator").await.0, StatusCode::NOT_FOUND);
            assert_eq!(house.page("/data/feeds/nonsense").await.0, StatusCode::NOT_FOUND);
            assert_eq!(house.page("/data/uploads/01ARZ3NDEKTSV4RRFFQ69G5FAV").await.0, StatusCode::NOT_FOUND);
        })
        .await;
}
