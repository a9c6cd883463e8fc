//! What the record says was done already is asked and not counted against anybody; what reached us too late is said so; a call
//! doesn't stop a clock that asks for a meeting, and the form says so.

use vault::testing::Bench;

use crate::setting::{Answer, Browser, House, handlers, plan};

vault::store_suite! { plan: plan() => [
    an_interview_that_was_held_is_asked_about_and_closed_with_one_press, a_worker_may_say_that_it_was_not_held,
    a_newer_record_says_that_it_was_held, what_reached_us_too_late_is_no_breach_of_ours
] }

/// Opens a moment for support, and gives its page.
async fn open(browser: &mut Browser, path: &str) -> Answer {
    let asked = browser.get(path).await;
    browser.send_form(&format!("{path}/open"), &asked, &[("purpose", "support")]).await;
    browser.get(path).await
}

async fn path_of(house: &House, origin: &str) -> String {
    let sql = format!("SELECT id AS x FROM moment WHERE origin = 'missing_episodes {origin}'");
    format!("/moments/{}", house.rows(&sql).await.remove(0))
}

const BREACHES: &str = "SELECT m.origin AS x FROM moment_escalation e JOIN moment m ON m.id = e.moment WHERE e.step = 'breached' \
     ORDER BY m.origin";

async fn an_interview_that_was_held_is_asked_about_and_closed_with_one_press(t: Bench) {
    let house = House::of(t).await;
    let held = house.ago(48, "%Y-%m-%d");
    house.deliver("missing_episodes", &house.returns(&[("E1", 80, &held), ("E2", 80, "")])).await;
    house.t.drain_jobs(&handlers()).await;
    assert_eq!(house.rows(BREACHES).await, ["missing_episodes E2"], "what was held in time breaches nothing");
    let mut marek = house.browser("marek").await;
    let queue = marek.get("/moments?show=all").await.text();
    assert!(queue.contains("The record says it was held") && !queue.contains("Breached"), "{queue}");
    let path = path_of(&house, "E1").await;
    let page = open(&mut marek, &path).await;
    let day = house.ago(48, "%-d %B %Y");
    let question =
        format!("The record of The police people says that the return interview was held on {day}. Is that right?");
    assert!(page.text().contains(&question), "{}", page.text());
    let closed = marek.send_form(&format!("{path}/stop"), &page, &[("reason", "already_held")]).await;
    assert_eq!((closed.status.as_u16(), closed.location.as_str()), (303, "/moments"), "{}", closed.text());
    assert_eq!(house.rows("SELECT closed_reason AS x FROM moment WHERE in_time").await, ["already_held"]);
    assert!(!marek.get(&path).await.text().contains("Is that right?"));
    // The other's record says nothing of the kind: it can't be closed so.
    let other = path_of(&house, "E2").await;
    let page = open(&mut marek, &other).await;
    assert!(!page.text().contains("Is that right?"), "{}", page.text());
    let refused = marek.send_form(&format!("{other}/stop"), &page, &[("reason", "already_held")]).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
}

async fn a_worker_may_say_that_it_was_not_held(t: Bench) {
    let house = House::of(t).await;
    let held = house.ago(48, "%Y-%m-%d");
    house.deliver("missing_episodes", &house.returns(&[("E1", 80, &held)])).await;
    house.t.drain_jobs(&handlers()).await;
    assert!(house.rows(BREACHES).await.is_empty());
    let mut marek = house.browser("marek").await;
    let path = path_of(&house, "E1").await;
    let page = open(&mut marek, &path).await;
    assert_eq!(marek.send_form(&format!("{path}/not-held"), &page, &[]).await.location, path);
    assert_eq!(house.count("SELECT COUNT(*) AS n FROM moment WHERE held_at IS NOT NULL").await, 0);
    assert!(!marek.get(&path).await.text().contains("Is that right?"));
    house.t.drain_jobs(&handlers()).await;
    assert_eq!(house.rows(BREACHES).await, ["missing_episodes E1"], "the clock is the only thing that counts again");
}

async fn a_newer_record_says_that_it_was_held(t: Bench) {
    let house = House::of(t).await;
    house.deliver("missing_episodes", &house.returns(&[("E1", 60, "")])).await;
    let said = "SELECT COUNT(*) AS n FROM moment WHERE held_at <= due_at AND held_at >= event_at";
    assert_eq!(house.count(said).await, 0);
    let held = house.ago(24, "%Y-%m-%d");
    house.deliver("missing_episodes", &house.returns(&[("E1", 60, &held)])).await;
    assert_eq!((house.count(said).await, house.t.rows_in_table("moment").await), (1, 1));
    // Before they came back, or ahead of today, is no interview of this return.
    let (before, ahead) = (house.ago(9 * 24, "%Y-%m-%d"), house.ago(-48, "%Y-%m-%d"));
    house.deliver("missing_episodes", &house.returns(&[("E2", 60, &before), ("E3", 60, &ahead)])).await;
    assert_eq!((house.count(said).await, house.t.rows_in_table("moment").await), (1, 3));
}

async fn what_reached_us_too_late_is_no_breach_of_ours(t: Bench) {
    let house = House::of(t).await;
    house.deliver("missing_episodes", &house.returns(&[("E1", 80, ""), ("E2", 70, "")])).await;
    house.advance(3); // the second came with two hours left, and is up now
    let mut marek = house.browser("marek").await;
    let breached = marek.get("/moments?show=breached").await;
    assert!(breached.text().contains("Breached by 1 hour"), "{}", breached.text());
    assert_eq!(breached.links("/moments/0"), [path_of(&house, "E2").await]);
    let late = marek.get("/moments?show=late").await;
    assert!(late.text().contains("Reached us 8 hours after its time ran out"), "{}", late.text());
    let path = path_of(&house, "E1").await;
    assert_eq!(late.links("/moments/0"), std::slice::from_ref(&path));
    let page = open(&mut marek, &path).await;
    for words in
        ["nobody here could have met it in time", "Only meeting face to face stops this clock", "Call 07101 880 031"]
    {
        assert!(page.text().contains(words), "{words} is not in: {}", page.text());
    }
    let form = marek.get(&format!("{path}/contact")).await;
    assert!(
        form.text().contains("A call does not stop this clock. It needs a meeting face to face."),
        "{}",
        form.text()
    );
    // A type whose clock a call stops says nothing of the kind.
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])).await;
    let custody = house.rows("SELECT id AS x FROM moment WHERE category = 'custody'").await.remove(0);
    let path = format!("/moments/{custody}");
    open(&mut marek, &path).await;
    assert!(!marek.get(&format!("{path}/contact")).await.text().contains("A call does not stop"));
}
