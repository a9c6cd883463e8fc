//! Counting what ingest accepts: once, whatever comes again, in whatever order.

use vault::testing::Bench;

use crate::setting::{STREET, counts, crime, deliver, handlers, open_data, plan};

vault::store_suite! { plan: plan() => [
    every_row_is_counted_once, a_corrected_row_takes_the_place_of_the_one_before, a_job_that_runs_twice_counts_once,
    other_categories_are_left_alone
] }

fn first() -> String {
    let rows = [
        crime("a1", "2026-09", "E01090001", "Drugs", "Under investigation"),
        crime("a2", "2026-09", "E01090001", "Drugs", "Under investigation"),
        crime("a3", "2026-09", "", "Burglary", "Under investigation"),
        crime("", "2026-09", "E01090002", "Anti-social behaviour", ""),
        crime("", "2026-09", "E01090002", "Anti-social behaviour", ""),
        crime("a4", "2026-09", "E01000061", "Drugs", "Under investigation"),
    ];
    format!("{STREET}{}", rows.concat())
}

const FIRST: [&str; 4] = [
    " 2026-09 Burglary 1",
    "E01000061 2026-09 Drugs 1",
    "E01090001 2026-09 Drugs 2",
    "E01090002 2026-09 Anti-social behaviour 2",
];

async fn every_row_is_counted_once(t: Bench) {
    open_data(&t).await;
    deliver(&t, &first()).await;
    t.drain_jobs(&handlers()).await;
    assert_eq!(counts(&t).await, FIRST);
    // The same file, and the same rows in another file with one more.
    deliver(&t, &first()).await;
    let more = first() + &crime("a5", "2026-10", "E01090001", "Drugs", "");
    deliver(&t, &more).await;
    t.drain_jobs(&handlers()).await;
    let after = counts(&t).await;
    assert_eq!(after.len(), 5);
    assert_eq!(after[3], "E01090001 2026-10 Drugs 1");
    assert_eq!(after[2], FIRST[2]);
}

async fn a_corrected_row_takes_the_place_of_the_one_before(t: Bench) {
    open_data(&t).await;
    deliver(&t, &first()).await;
    let outcome = crime("a1", "2026-09", "E01090001", "Drugs", "Offender given a caution");
    let moved = crime("a2", "2026-09", "E01090002", "Drugs", "Under investigation");
    deliver(&t, &format!("{STREET}{outcome}{moved}")).await;
    let placed = crime("a3", "2026-09", "E01090002", "Burglary", "Under investigation");
    let recast = crime("a2", "2026-09", "E01090002", "Other theft", "Under investigation");
    deliver(&t, &format!("{STREET}{placed}{recast}")).await;
    t.drain_jobs(&handlers()).await;
    assert_eq!(
        counts(&t).await,
        [
            "E01000061 2026-09 Drugs 1",
            "E01090001 2026-09 Drugs 1",
            "E01090002 2026-09 Anti-social behaviour 2",
            "E01090002 2026-09 Burglary 1",
            "E01090002 2026-09 Other theft 1",
        ]
    );
}

async fn a_job_that_runs_twice_counts_once(t: Bench) {
    open_data(&t).await;
    deliver(&t, &first()).await;
    t.drain_jobs(&handlers()).await;
    // As after a kill between the count and the note that the job is done.
    t.tamper("UPDATE job SET state = 'waiting', run_after = 0, done_at = NULL WHERE kind = 'count_offences'")
        .await
        .unwrap();
    assert_eq!(t.drain_jobs(&handlers()).await, 1);
    assert_eq!(counts(&t).await, FIRST);
}

async fn other_categories_are_left_alone(t: Bench) {
    let row = "INSERT INTO job (id, kind, payload, cause, state, run_after, made_at) VALUES ('01KWWWWWWWWWWWWWWWWWWWWWWW', 'count_offences', \
               '{\"category\":\"custody\",\"delivery\":\"x\",\"from_line\":1,\"to_line\":2}', 'test', 'waiting', 0, 0)";
    t.tamper(row).await.unwrap();
    assert_eq!(t.drain_jobs(&handlers()).await, 1);
    assert_eq!(t.rows_in_table("offence_chunk").await, 0);
}
