//! A record that a review keeps and stops the use of.

use vault::{params, testing::Bench};

use super::World;
use crate::house::change;

pub(super) async fn what_a_review_restricts_is_used_by_nobody_until_somebody_decides_again(t: Bench) {
    let mut w = World::set_up(t).await;
    let due = w.record("police", "custody", 7, "2005-03-03", "2040-01-01").await;
    let work = w.work(due, "open").await;
    w.day().await;
    let (mut owen, here) = (w.browser("owen").await, format!("/trust/retention/queue/{due}"));
    let page = owen.get(&here).await;
    let (csrf, key) = (page.hidden("_csrf"), page.hidden("form_key"));
    let restrict = format!("{here}/restrict");
    let bare = owen.post(&restrict, &csrf, &[("form_key", &key), ("restrict", "claims")]).await;
    assert_eq!(bare.status.as_u16(), 422, "a day and what has to be settled");
    let fields = [
        ("form_key", key.as_str()),
        ("restrict", "claims"),
        ("restrict-words", "The family’s claim is before the court"),
        ("restrict-until-day", "1"),
        ("restrict-until-month", "2"),
        ("restrict-until-year", "2027"),
    ];
    for _ in 0..2 {
        assert_eq!(owen.post(&restrict, &csrf, &fields).await.status.as_u16(), 303, "sent twice, it is once");
    }
    assert_eq!(w.t.rows_in_table("retention_decision").await, 1);
    let category = async |table: &str, id: String| {
        let sql = format!("SELECT category FROM {table} WHERE id = $1");
        w.t.query(&sql, params![id]).await[0].text("category").unwrap()
    };
    assert_eq!(category("record", due.to_string()).await, "custody_restricted");
    assert_eq!(category("piece_of_work", work.to_string()).await, "contact_restricted", "what hangs on it too");
    w.next_day().await;
    assert_eq!(w.due(due).await.unwrap(), "review police_group_3 2027-02-01 decision", "the next run leaves it");
    for (who, sees) in [("owen", 200), ("leon", 404)] {
        assert_eq!(w.browser(who).await.get(&here).await.status.as_u16(), sees, "{who}");
    }
    w.t.clock.set("2027-02-02T09:00:00Z".parse().unwrap());
    w.day().await;
    let page = w.browser("owen").await.get(&here).await.text;
    assert!(page.contains("Kept and not used until 1 February 2027") && page.contains("Kai Marlow"), "{page}");
    w.keeps("owen", due, "2027-06-01", "used again").await.unwrap();
    assert_eq!(category("record", due.to_string()).await, "custody");
    assert_eq!(w.t.rows_in_table("marked").await, 0);
    // What the person had restricted themselves, no review lifts.
    let mut change = change(w.vault()).await;
    share::api::restrict(&mut change, &[due.to_string()]).await.unwrap();
    change.commit().await.unwrap();
    w.t.clock.set("2027-06-02T09:00:00Z".parse().unwrap());
    w.day().await;
    w.keeps("owen", due, "2027-12-01", "still not used").await.unwrap();
    assert_eq!(category("record", due.to_string()).await, "custody_restricted");
}
