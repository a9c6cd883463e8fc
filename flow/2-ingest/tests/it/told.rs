//! Whoever was shown a record is told when it comes in another version: once, however often the job runs.

use std::collections::BTreeMap;

use base::{Id, kind};
use ingest::api::{current_records, records_by_ids, versions_of};
use vault::{
    Actor, Ask, Facet, Purpose, Reader, Scope, Verb,
    jobs::Handlers,
    params,
    testing::{Bench, Plan},
};

use crate::setting::{MISSING, agencies, category, deliver_text, episode, migrations};

async fn agency(t: &Bench, code: &str) -> Id<kind::Agency> {
    t.query("SELECT id FROM agency WHERE code = $1", params![code]).await[0].id("id").unwrap()
}

/// A member of an agency looks at what the police hold.
async fn member_of(t: &Bench, code: &str) -> Reader {
    let facet = Facet { controller: agency(t, "police").await, category: category("missing_episodes") };
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
