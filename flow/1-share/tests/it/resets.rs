//! Helping a member back in: a code for a new password, a new second factor, and nobody who can do both alone.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use base::{Id, SignedDuration, kind};
use share::api::{Duty, NewMember, Reset, ResetError, add_member, reset_member};
use vault::{Actor, store_suite, testing::Bench};
use web::Site;

use crate::{
    browser::{Answer, Browser},
    house::{PASSWORD, Unit, browser, change, plan, set_up, signed_in, site},
};

store_suite! { plan: plan() => [
    a_lost_password_is_chosen_anew_with_a_code,
    a_code_opens_once_and_for_a_day,
    a_lost_phone_is_replaced_and_everyone_is_signed_out,
    one_administrator_can_not_do_both,
    waiting_makes_nobody_somebody_else,
    who_has_no_second_factor_takes_two_administrators,
    only_administrators_see_the_members,
] }

const EMAIL: &str = "asha@navigators.example";
const FRESH: &str = "lighthouse marble fern";

struct House {
    t: Bench,
    set: Unit,
    site: Site,
    admins: [Id<kind::Member>; 2],
}

impl House {
    async fn of(t: Bench) -> Self {
        let set = set_up(&t.vault).await;
        let mut change = change(&t.vault).await;
        let mut admins = Vec::new();
        for name in ["sam", "kim"] {
            let new = NewMember {
                email: format!("{name}@unit.example"),
                name: name.to_owned(),
                agency: set.unit,
                duties: BTreeSet::from([Duty::Administrator]),
                password: None,
            };
            admins.push(add_member(&mut change, &new).await.unwrap());
        }
        change.commit().await.unwrap();
        let site = site(&t.vault, &t.clock, false);
        Self { t, set, site, admins: [admins[0], admins[1]] }
    }

    async fn admin(&self, n: usize) -> Browser {
        signed_in(&self.site, self.admins[n], self.set.unit).await
    }

    fn path(&self) -> String {
        format!("/trust/members/{}", self.set.navigator)
    }

    /// The administrator presses a button of the member's page.
    async fn press(&self, browser: &mut Browser, what: &str) -> Answer {
        let token = browser.get(&self.path()).await.hidden("_csrf");
        browser.post(&format!("{}/{what}", self.path()), &token, &[]).await
    }

    async fn code(&self, n: usize) -> String {
        // Who has no second factor takes two: see below.
        self.t
            .tamper("UPDATE member SET second_factor = 'sealed' WHERE email = 'asha@navigators.example'")
            .await
            .unwrap();
        let answer = self.press(&mut self.admin(n).await, "password").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.strongs().into_iter().find(|text| text.len() == 23).unwrap()
    }

    async fn choose(&self, code: &str, password: &str) -> Answer {
        let fields = [("email", EMAIL), ("code", code), ("fresh", password), ("again", password)];
        browser(&self.site).fill("/sign-in/new-password", &fields).await
    }

    async fn opens(&self, password: &str) -> bool {
        let answer = browser(&self.site).fill("/sign-in", &[("email", EMAIL), ("password", password)]).await;
        self.t.clock.advance(SignedDuration::from_mins(30)); // the throttle forgets
        answer.status == StatusCode::SEE_OTHER
    }
}

async fn a_lost_password_is_chosen_anew_with_a_code(t: Bench) {
    let house = House::of(t).await;
    assert!(house.opens(PASSWORD).await);
    let mut asha = signed_in(&house.site, house.set.navigator, house.set.navigators).await;
    let code = house.code(0).await;
    assert_eq!(asha.get("/account").await.status, StatusCode::SEE_OTHER, "they are signed out");
    assert!(!house.opens(PASSWORD).await, "the old password opens nothing");
    let stored = house.t.query("SELECT code_hash FROM member_reset", vec![]).await[0].text("code_hash").unwrap();
    assert!(stored.len() == 64 && !stored.contains(&code.replace('-', "")), "only its hash is kept");
    let weak = house.choose(&code, "short").await;
    assert!(weak.status == StatusCode::UNPROCESSABLE_ENTITY && weak.text.contains("at least 12 characters"));
    let wrong = house.choose("aaaaa-bbbbb-ccccc-ddddd", FRESH).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("belong together"));
    assert_eq!(house.choose(&code.to_uppercase().replace('-', " "), FRESH).await.location, "/sign-in");
    assert!(house.opens(FRESH).await);
    let entries = house.t.query("SELECT operation, actor FROM audit_entry WHERE verb = 'password_reset'", vec![]).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].text("operation").unwrap(), "alteration");
    assert_eq!(entries[0].text("actor").unwrap(), house.admins[0].to_string());
}

async fn a_code_opens_once_and_for_a_day(t: Bench) {
    let house = House::of(t).await;
    let first = house.code(0).await;
    let second = house.code(0).await;
    assert_ne!(house.choose(&first, FRESH).await.location, "/sign-in", "a newer code ends the older");
    house.t.clock.advance(SignedDuration::from_hours(25));
    assert_ne!(house.choose(&second, FRESH).await.location, "/sign-in", "a day is over");
    let third = house.code(0).await;
    assert_eq!(house.choose(&third, FRESH).await.location, "/sign-in");
    assert_ne!(house.choose(&third, "another long password").await.location, "/sign-in", "it opens once");
    assert!(house.opens(FRESH).await);
}

async fn a_lost_phone_is_replaced_and_everyone_is_signed_out(t: Bench) {
    let house = House::of(t).await;
    house.t.tamper("UPDATE member SET second_factor = 'sealed' WHERE email = 'asha@navigators.example'").await.unwrap();
    let mut asha = signed_in(&house.site, house.set.navigator, house.set.navigators).await;
    let answer = house.press(&mut house.admin(0).await, "second-factor").await;
    assert_eq!(answer.location, house.path(), "{}", answer.text);
    assert_eq!(asha.get("/account").await.status, StatusCode::SEE_OTHER);
    let mut again = browser(&house.site);
    let to = again.fill("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.location;
    assert!(again.get(&to).await.text.contains("Set up your second factor"));
}

async fn one_administrator_can_not_do_both(t: Bench) {
    let house = House::of(t).await;
    house.code(0).await;
    let mut sam = house.admin(0).await;
    let refused = house.press(&mut sam, "second-factor").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("another administrator must do this"), "{}", refused.text);
    assert_eq!(house.press(&mut house.admin(1).await, "second-factor").await.status, StatusCode::SEE_OTHER);
    let own = Actor::Member { id: house.admins[0], agency: house.set.unit };
    let result = reset_member(&house.t.vault, &own, house.admins[0], Reset::SecondFactor).await;
    assert!(matches!(result, Err(ResetError::Own)));
    // Whoever keeps the machine may do both, as `alongside member reset --second-factor` does.
    for what in [Reset::SecondFactor, Reset::Password] {
        reset_member(&house.t.vault, &Actor::System, house.set.officer, what).await.unwrap();
    }
    let nobody = reset_member(&house.t.vault, &Actor::System, Id::from_u128(9), Reset::Password).await;
    assert!(matches!(nobody, Err(ResetError::NoMember)));
}

async fn waiting_makes_nobody_somebody_else(t: Bench) {
    let house = House::of(t).await;
    let code = house.code(0).await;
    assert_eq!(house.choose(&code, FRESH).await.location, "/sign-in");
    for days in [8, 400] {
        house.t.clock.advance(SignedDuration::from_hours(24 * days));
        assert!(house.opens(FRESH).await, "the password alone is no sign-in with both");
        let refused = house.press(&mut house.admin(0).await, "second-factor").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "after {days} days: {}", refused.text);
    }
    signed_in(&house.site, house.set.navigator, house.set.navigators).await;
    house.t.clock.advance(SignedDuration::from_hours(1));
    let after = house.press(&mut house.admin(0).await, "second-factor").await;
    assert_eq!(after.status, StatusCode::SEE_OTHER, "they came back with their phone since: {}", after.text);
}

async fn who_has_no_second_factor_takes_two_administrators(t: Bench) {
    let house = House::of(t).await;
    let mut sam = house.admin(0).await;
    assert!(sam.get(&house.path()).await.text.contains("Two administrators must ask for it"));
    for _ in 0..2 {
        let first = house.press(&mut sam, "password").await;
        assert_eq!(first.location, house.path(), "no code for one alone, however often: {}", first.text);
    }
    assert!(house.opens(PASSWORD).await, "nothing changed");
    house.t.clock.advance(SignedDuration::from_hours(25));
    let late = house.press(&mut house.admin(1).await, "password").await;
    assert_eq!(late.location, house.path(), "the first word’s time is over");
    let second = house.press(&mut house.admin(0).await, "password").await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.text);
    assert!(second.text.contains("two administrators asked for this code"), "{}", second.text);
    let code = second.strongs().into_iter().find(|text| text.len() == 23).unwrap();
    assert_eq!(house.choose(&code, FRESH).await.location, "/sign-in");
    let alone = house.press(&mut house.admin(1).await, "password").await;
    assert_eq!(alone.location, house.path(), "words given before are used up");
}

async fn only_administrators_see_the_members(t: Bench) {
    let house = House::of(t).await;
    let list = house.admin(0).await.get("/trust/members").await;
    assert!(list.text.contains("Asha Bello") && list.text.contains("No second factor"), "{}", list.text);
    let mut asha = signed_in(&house.site, house.set.navigator, house.set.navigators).await;
    let token = asha.get("/account").await.hidden("_csrf");
    assert_eq!(asha.get("/trust/members").await.status, StatusCode::NOT_FOUND);
    assert_eq!(asha.get(&house.path()).await.status, StatusCode::NOT_FOUND);
    for what in ["password", "second-factor"] {
        let answer = asha.post(&format!("{}/{what}", house.path()), &token, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(house.t.rows_in_table("member_reset").await, 0);
}
