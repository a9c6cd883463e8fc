//! Whoever was shown a record is told when it comes in another version, and when it comes no more: once, however often that is read.

use std::collections::BTreeMap;

use base::{Id, kind};
use ingest::api::{current_records, records_by_ids, versions_of};
use vault::{
    Actor, Ask, Facet, Purpose, Reader, Scope, Verb,
    jobs::Handlers,
    params,
    testing::{Bench, Plan},
};

use crate::setting::{MISSING, YOUTH, agencies, case, category, deliver_text, episode, migrations, sums};

async fn agency(t: &Bench, code: &str) -> Id<kind::Agency> {
    t.query("SELECT id FROM agency WHERE code = $1", params![code]).await[0].id("id").unwrap()
}

/// A member of an agency looks at what the police hold.
async fn member_of(t: &Bench, code: &str) -> Reader {
    member_who_sees(t, code, "police", "missing_episodes").await
}

pub async fn member_who_sees(t: &Bench, code: &str, owner: &str, feed: &str) -> Reader {
    let facet = Facet { controller: agency(t, owner).await, category: category(feed) };
    let ask = Ask {
        actor: Actor::Member { id: Id::from_u128(9), agency: agency(t, code).await },
        verb: Verb::View,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: vec![facet],
        facts: BTreeMap::new(),
    };
    t.vault.read(&t.vault.permit(ask).await.unwrap()).unwrap()
}

fn handlers() -> Handlers {
    Handlers::new().with(ingest::TellRecipients)
}

#[tokio::test]
async fn whoever_saw_an_earlier_version_is_told_once() {
    Plan::of(&migrations())
        .topic(ingest::RECORDS_ACCEPTED, "tell_recipients")
        .both(|t| async move {
            agencies(&t).await;
            let one = format!(
                "{MISSING}{}{}",
                episode("MP-1", "2026-01-02T22:40", "High", "Lee"),
                episode("MP-2", "2026-01-02T22:40", "High", "Roe")
            );
            deliver_text(&t, "missing_episodes", &one).await;
            t.drain_jobs(&handlers()).await;
            // Every way in which records are read is written down, but for those whose records they are.
            for (code, rows) in [("police", 0), ("education", 2), ("hospital", 4)] {
                let reader = member_of(&t, code).await;
                let found = current_records(&reader, &category("missing_episodes"), None, 10).await.unwrap();
                let ids: Vec<_> = found.iter().map(|record| record.id).collect();
                assert_eq!(records_by_ids(&reader, &ids).await.unwrap().len(), 2);
                assert_eq!(versions_of(&reader, &found[0]).await.unwrap().len(), 1);
                assert_eq!(t.rows_in_table("disclosure").await, rows, "{code}");
            }
            assert_eq!(t.rows_in_table("disclosure_notice").await, 0);
            let two = one.replace("T22:40,,High,Lee", "T22:40,2026-01-03T06:15,High,Lee");
            deliver_text(&t, "missing_episodes", &two).await;
            t.drain_jobs(&handlers()).await;
            let told = t.query("SELECT what, cause FROM disclosure_notice", params![]).await;
            assert_eq!(told.len(), 2, "the school and the hospital, of one record");
            assert!(told.iter().all(|row| row.text("what").unwrap() == "corrected"));
            // The job runs again, as after a kill: nobody is told twice.
            t.tamper("UPDATE job SET state = 'waiting' WHERE kind = 'tell_recipients'").await.unwrap();
            t.tamper("UPDATE disclosure_notice SET acknowledged_at = 1, copies = 'mended'").await.unwrap();
            t.drain_jobs(&handlers()).await;
            assert_eq!(t.rows_in_table("disclosure_notice").await, 2);
            // The same file again says nothing new.
            deliver_text(&t, "missing_episodes", &format!("{two}\n")).await;
            t.drain_jobs(&handlers()).await;
            assert_eq!(t.rows_in_table("disclosure_notice").await, 2);
        })
        .await;
}

#[tokio::test]
async fn whoever_saw_what_its_partner_withdraws_is_told_to_stop_using_it() {
    Plan::of(&migrations())
        .topic(ingest::RECORDS_ACCEPTED, "tell_recipients")
        .both(|t| async move {
            agencies(&t).await;
            let picture = |cases: &[String]| format!("{YOUTH}{}", cases.concat());
            let (one, two) = (case("YJ/1", "Demir", "Open"), case("YJ/2", "Lee", "Open"));
            deliver_text(&t, "youth_justice", &picture(&[one.clone(), two.clone()])).await;
            sees_all(&t, "education").await;
            // The first case comes in another version, which the hospital sees; then it comes no more.
            let closed = case("YJ/1", "Demir", "Closed");
            deliver_text(&t, "youth_justice", &picture(&[closed.clone(), two.clone()])).await;
            t.drain_jobs(&handlers()).await;
            sees_all(&t, "hospital").await;
            assert_eq!(told(&t).await, ["education corrected"]);
            let last = deliver_text(&t, "youth_justice", &picture(std::slice::from_ref(&two))).await;
            assert_eq!(sums(&last), "1/0/0/1/0/1");
            t.drain_jobs(&handlers()).await;
            let of_the_withdrawn = ["education corrected", "education withdrawn", "hospital withdrawn"];
            assert_eq!(told(&t).await, of_the_withdrawn, "those who saw any version of it, and of no other record");
            let row = &t.query("SELECT cause, due_at FROM disclosure_notice WHERE what = 'withdrawn'", vec![]).await[0];
            assert_eq!(row.text("cause").unwrap(), last.delivery.to_string());
            assert!(row.int("due_at").unwrap() > t.vault.now().as_micros());
            let watched =
                t.query("SELECT id FROM job WHERE kind = 'watch_notices' AND state = 'waiting'", vec![]).await;
            assert!(!watched.is_empty(), "whoever says nothing is chased");
            // What never came again is withdrawn once; what comes back is told of, and what goes again is told of again.
            deliver_text(&t, "youth_justice", &format!("{}\n", picture(std::slice::from_ref(&two)))).await;
            assert_eq!(told(&t).await, of_the_withdrawn);
            t.tamper("UPDATE disclosure_notice SET acknowledged_at = 1, copies = 'destroyed'").await.unwrap();
            let back = format!("{}\n", picture(&[closed, two.clone()]));
            let back = deliver_text(&t, "youth_justice", &back).await;
            let of_the_return = t.query(CORRECTED, params![back.delivery]).await;
            let to: Vec<String> = of_the_return.iter().map(|row| row.text("code").unwrap()).collect();
            assert_eq!(to, ["education", "hospital"], "whoever was told that it was withdrawn");
            t.drain_jobs(&handlers()).await;
            assert_eq!(t.query(CORRECTED, params![back.delivery]).await.len(), 2, "nobody twice");
            deliver_text(&t, "youth_justice", &format!("{}\n\n", picture(&[two]))).await;
            assert_eq!(told(&t).await.iter().filter(|told| told.ends_with("withdrawn")).count(), 4);
            assert_eq!(vault::testing::check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
        })
        .await;
}

#[tokio::test]
async fn of_withdrawn_and_back_again_the_last_word_is_dated_last_though_nobody_acknowledged_any() {
    Plan::of(&migrations())
        .topic(ingest::RECORDS_ACCEPTED, "tell_recipients")
        .both(|t| async move {
            agencies(&t).await;
            let (one, two) = (case("YJ/1", "Demir", "Open"), case("YJ/2", "Lee", "Open"));
            let (both, less) = (format!("{YOUTH}{one}{two}"), format!("{YOUTH}{two}"));
            deliver_text(&t, "youth_justice", &both).await;
            sees_all(&t, "education").await;
            for (n, (file, last)) in
                [(&less, "withdrawn"), (&both, "corrected"), (&less, "withdrawn"), (&both, "corrected")]
                    .iter()
                    .enumerate()
            {
                t.clock.advance(base::SignedDuration::from_secs(60));
                // An empty line more, so that it is another file.
                deliver_text(&t, "youth_justice", &format!("{file}{}", "\n".repeat(n + 1))).await;
                let newest = t.query("SELECT what FROM disclosure_notice ORDER BY made_at DESC, id DESC", vec![]).await;
                assert_eq!(newest[0].text("what").unwrap(), *last, "{n}");
                assert!(newest.len() <= 2, "one of each waits");
            }
        })
        .await;
}

/// Who was told of what a delivery put right.
const CORRECTED: &str = "SELECT a.code FROM disclosure_notice n JOIN agency a ON a.id = n.to_agency \
     WHERE n.what = 'corrected' AND n.cause = $1 ORDER BY a.code";

/// A member of an agency looks at every case of the youth offending service.
async fn sees_all(t: &Bench, code: &str) {
    let reader = member_who_sees(t, code, "youth_justice", "youth_justice").await;
    assert!(!current_records(&reader, &category("youth_justice"), None, 10).await.unwrap().is_empty());
}

/// To whom, and what was told.
async fn told(t: &Bench) -> Vec<String> {
    const SQL: &str = "SELECT a.code || ' ' || n.what AS told FROM disclosure_notice n JOIN agency a ON a.id = n.to_agency ORDER BY 1";
    t.query(SQL, vec![]).await.iter().map(|row| row.text("told").unwrap()).collect()
}
