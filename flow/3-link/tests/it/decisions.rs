//! What people decide: it holds at once, outlives runs and new versions, and can be undone.

use base::{Id, kind};
use web::Proof;

use crate::{
    house::{ANALYST, House, both},
    pages::Browser,
    runs::small,
};

async fn decide(house: &House, one: Id<kind::Record>, other: Id<kind::Record>, answer: &str, reason: &str) {
    let mut browser = Browser::signed_in(house, ANALYST, Proof::SecondFactor).await;
    let path = format!("/links/pairs/{}", link::pair::PairKey::of(one, other));
    let answered = browser.post(&path, &[("answer", answer), ("reason", reason)]).await;
    assert_eq!(answered.status, 303, "{}", answered.body);
}

async fn undo(house: &House, one: Id<kind::Record>, other: Id<kind::Record>) {
    let mut browser = Browser::signed_in(house, ANALYST, Proof::SecondFactor).await;
    let path = format!("/links/pairs/{}", link::pair::PairKey::of(one, other));
    browser.get(&path).await;
    assert_eq!(browser.post_to(&format!("{path}/undo"), &path, &[]).await.status, 303);
}

#[tokio::test]
async fn the_same_person_is_joined_at_once_and_stays_joined_until_it_is_undone() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let (callum, hart) = (house.person(small.callum).await.unwrap(), house.person(small.unsure).await.unwrap());
        assert_ne!(callum, hart);
        decide(&house, small.callum, small.unsure, "same", "His mother's name").await;
        assert_eq!(house.person(small.unsure).await, Some(callum), "at once, and whoever has more records stays");
        let reader = house.reader().await;
        assert_eq!(link::api::current_person(&reader, hart).await.unwrap(), callum);
        house.drain().await;
        house.run().await;
        assert_eq!(house.person(small.unsure).await, Some(callum), "after another run");
        assert_eq!(house.pair(small.callum, small.unsure).await.as_deref(), Some("required"));
        assert_eq!(house.run().await.changes, 0);

        // A corrected record inherits what was decided about the one before.
        let newer =
            house.accept_version("exclusion", "e3", 2, "given=Callum;family=Hart-Lee;dob=2008-11-02;sex=male").await;
        house.drain().await;
        assert_eq!(house.person(newer).await, Some(callum));

        assert_eq!(house.run().await.changes, 0);

        let records = house.t.rows_in_table("person_record").await;
        undo(&house, small.callum, newer).await;
        house.drain().await;
        assert_eq!(house.person(newer).await, Some(hart), "the person that was merged is back");
        assert_eq!(link::api::current_person(&reader, hart).await.unwrap(), hart);
        assert_eq!(house.t.rows_in_table("person_record").await, records, "no record is lost");
    })
    .await;
}

#[tokio::test]
async fn undo_by_the_page_restores_both_people() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let before = (house.groups().await, house.person(small.callum).await, house.person(small.unsure).await);
        decide(&house, small.callum, small.unsure, "same", "").await;
        assert_ne!(house.groups().await, before.0);
        undo(&house, small.callum, small.unsure).await;
        house.drain().await;
        assert_eq!((house.groups().await, house.person(small.callum).await, house.person(small.unsure).await), before);
        assert_eq!(house.pair(small.callum, small.unsure).await.as_deref(), Some("review"), "it waits again");
    })
    .await;
}

#[tokio::test]
async fn different_people_are_parted_and_never_linked_again() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let callum = house.person(small.callum).await;
        assert_eq!(house.person(small.callum_short).await, callum);
        decide(&house, small.callum, small.callum_short, "different", "Cousins with the same birthday").await;
        house.drain().await;
        assert_ne!(house.person(small.callum_short).await, house.person(small.callum).await);
        house.run().await;
        assert_ne!(house.person(small.callum_short).await, house.person(small.callum).await);
        assert_eq!(house.pair(small.callum, small.callum_short).await.as_deref(), Some("forbidden"));
        assert_eq!(house.run().await.changes, 0);
    })
    .await;
}

#[tokio::test]
async fn two_people_are_asked_about_once() {
    both(|house| async move {
        let small = small(&house).await;
        // A second record of the other child: two pairs, one question.
        house.accept("custody", "c8", "given=Callum;family=Hart;dob=2008-11-02;sex=male;postcode=ZQ3 2LX").await;
        house.run().await;
        let waiting = async || link::api::waiting_count(&house.t.vault, &house.actor()).await.unwrap().unwrap();
        let (pairs, asked) =
            (house.t.query("SELECT state FROM pair WHERE state = 'review'", vec![]).await.len(), waiting().await);
        assert!(pairs > 2 && asked < pairs as u64, "{asked} of {pairs}");
        decide(&house, small.callum, small.unsure, "different", "Another family").await;
        assert_eq!(waiting().await, asked - 1, "their other pairs are not asked about again");
        undo(&house, small.callum, small.unsure).await;
        assert_eq!(waiting().await, asked);
    })
    .await;
}

#[tokio::test]
async fn a_decision_in_the_middle_of_a_run_is_not_written_over() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        // A run that is open while somebody decides.
        house.t.tamper("UPDATE link_run SET state = 'running'").await.unwrap();
        decide(&house, small.callum, small.unsure, "same", "").await;
        let open = house.t.query("SELECT id FROM link_run WHERE state = 'running'", vec![]).await;
        assert!(open.is_empty(), "the run may no longer write");
        let jobs = house
            .t
            .query("SELECT id FROM job WHERE kind = 'link_records' AND state = 'waiting' AND payload = '{}'", vec![])
            .await;
        assert_eq!(jobs.len(), 1, "and another follows");
    })
    .await;
}

#[tokio::test]
async fn a_pair_is_settled_blind_and_needs_a_reason_where_it_is_two_people() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let mut browser = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        let path = format!("/links/pairs/{}", link::pair::PairKey::of(small.callum, small.unsure));
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("only the given name the same") && page.body.contains("Differs"), "{}", page.body);
        assert!(!page.body.contains("a chance of") && !page.body.contains("links from"), "blind");
        let refused = browser.post(&path, &[("answer", "different")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("Enter why they are different people"));
        let answered = browser.post(&path, &[("answer", "not_sure")]).await;
        assert!(
            answered.location.contains(&format!("after={}", link::pair::PairKey::of(small.callum, small.unsure))),
            "{}",
            answered.location
        );
        let page = browser.get(&path).await;
        assert!(page.body.contains("a chance of") && page.body.contains("links from"));
        let queue = browser.get("/links/review?show=aside").await;
        assert!(queue.body.contains("Callum Hart"));
        let who = house.t.query("SELECT decided_by, answer FROM pair_decision", vec![]).await;
        assert_eq!(who[0].text("decided_by").unwrap(), ANALYST.to_string());
        let logged = house
            .t
            .query("SELECT operation FROM audit_entry WHERE scope_kind = 'pair' AND verb = 'pair_decided'", vec![])
            .await;
        assert_eq!(logged.len(), 1);
    })
    .await;
}

/// What a data owner opened of a person for a member, of one agency's category, with the ask that it was given on.
async fn stands(house: &House, person: Id<kind::Person>, category: &str) -> String {
    let (ask, grant): (Id<kind::Ask>, Id<kind::Permit>) = (house.t.id(), house.t.id());
    let (owner, asker) = (house.partners[&category.parse::<base::Code>().unwrap()], house.unit);
    let granted = format!(
        "INSERT INTO ask (id, controller, person, asker, asker_agency, named, categories, purpose, why, asked_at, answer_by, expires_at, \
         state, settled_by, settled_at, seen_at, gateway, fields, conditions, until, form_key) VALUES ('{ask}', '{owner}', '{person}', \
         '{ANALYST}', '{asker}', TRUE, '{category}', 'safeguarding', 'x', 1, 2, 3, 'granted', '{ANALYST}', 2, 3, \
         'children_act_2004_s10_s11', '[]', '', 9000000000000000, '{ask}')"
    );
    let standing = format!(
        "INSERT INTO standing_grant (id, source, emergency, about, member, agency, controller, category, purpose, gateway, starts_at, \
         ends_at) VALUES ('{grant}', '{ask}', FALSE, '{person}', '{ANALYST}', '{asker}', '{owner}', '{category}', 'safeguarding', \
         'children_act_2004_s10_s11', 1, 9000000000000000)"
    );
    house.t.tamper(&granted).await.unwrap();
    house.t.tamper(&standing).await.unwrap();
    ask.to_string()
}

/// The asks on which something stands.
async fn standing(house: &House) -> Vec<String> {
    let sql = "SELECT s.source AS source FROM standing_grant s JOIN ask a ON a.id = s.source \
         WHERE s.ended_at IS NULL AND a.until = 9000000000000000 ORDER BY s.source";
    house.t.query(sql, vec![]).await.iter().map(|row| row.text("source").unwrap()).collect()
}

#[tokio::test]
async fn what_was_opened_of_one_child_does_not_open_anothers_records_that_come_to_them() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let (callum, hart) = (house.person(small.callum).await.unwrap(), house.person(small.unsure).await.unwrap());
        let of_school = stands(&house, callum, "exclusion").await;
        let of_police = stands(&house, callum, "custody").await;
        let of_another = stands(&house, house.person(small.sister).await.unwrap(), "exclusion").await;
        // A later version of their own record is theirs.
        let own = "given=Cal James;family=Barker;dob=2008-11-02;sex=male;postcode=ZQ3 2LD;phone=07104119031";
        let newer = house.accept_version("exclusion", "e1", 2, own).await;
        house.run().await;
        assert_eq!(house.person(newer).await, Some(callum));
        assert_eq!(standing(&house).await.len(), 3, "nothing of another identity came");

        decide(&house, small.callum, small.unsure, "same", "His mother's name").await;
        assert_eq!(house.person(small.unsure).await, Some(callum));
        let mut left = [of_police, of_another.clone()];
        left.sort();
        assert_eq!(standing(&house).await, left, "the school's came, the others' did not");
        let closed = house.t.query("SELECT id FROM ask WHERE seen_at IS NULL", vec![]).await;
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].text("id").unwrap(), of_school, "whoever asked is told");

        // A run that parts them again brings the record to the other child.
        let of_hart = stands(&house, hart, "exclusion").await;
        undo(&house, small.callum, small.unsure).await;
        house.drain().await;
        assert_eq!(house.person(small.unsure).await, Some(hart));
        assert!(!standing(&house).await.contains(&of_hart), "a run ends it too");
        assert!(standing(&house).await.contains(&of_another));
    })
    .await;
}
