//! Searching: exact or nothing, logged without what was typed, and no more than may be known.

use base::code;
use link::api::{Wanted, search};
use vault::Purpose;
use web::Proof;

use crate::{
    house::{ANALYST, both},
    pages::Browser,
    runs::small,
};

fn callum() -> Wanted {
    Wanted::Name { given: "callum".into(), family: "BARKER".into(), born: "2008-11-02".parse().unwrap() }
}

#[tokio::test]
async fn a_full_name_and_birth_date_finds_the_person_and_part_of_it_nobody() {
    both(|house| async move {
        let small = small(&house).await;
        house.run().await;
        let find = async |wanted: Wanted| {
            search(&house.t.vault, &house.actor(), Purpose::Safeguarding, &wanted).await.unwrap()
        };
        let hits = find(callum()).await;
        assert_eq!(hits.len(), 1);
        assert_eq!(Some(hits[0].person), house.person(small.callum).await);
        assert_eq!(hits[0].shown.as_ref().unwrap().name, "Callum Barker");
        assert_eq!((hits[0].agreeing, hits[0].records), (1, 3));
        assert_eq!(hits[0].open.len(), 3);
        let half = Wanted::Name { given: "Call".into(), family: "Barker".into(), born: "2008-11-02".parse().unwrap() };
        assert!(find(half).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_number_finds_the_person_and_stands_nowhere_in_clear() {
    both(|house| async move {
        let number = base::NhsNumber::with_check_digit(943_476_591).unwrap();
        let record = house
            .accept("social_care_involvement", "s1", &format!("given=Ann;family=Lee;nhs_number={}", number.digits()))
            .await;
        house.run().await;
        let hits = search(&house.t.vault, &house.actor(), Purpose::Support, &Wanted::Nhs(number)).await.unwrap();
        assert_eq!(hits.len(), 1);
        assert_eq!(Some(hits[0].person), house.person(record).await);
        let rows = house.t.query("SELECT nhs_digest FROM person_search", vec![]).await;
        assert_ne!(rows[0].text("nhs_digest").unwrap(), number.digits());
        let log = house.t.query("SELECT inputs, verb, purpose FROM audit_entry WHERE verb = 'search'", vec![]).await;
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].text("purpose").unwrap(), "support");
        for row in house.t.query("SELECT inputs FROM audit_entry", vec![]).await {
            assert!(!row.text("inputs").unwrap().contains(&number.digits()));
        }
    })
    .await;
}

#[tokio::test]
async fn who_may_only_be_searched_is_a_pointer_and_who_may_not_is_not_there() {
    both(|house| async move {
        small(&house).await;
        house.run().await;
        let find = async || search(&house.t.vault, &house.actor(), Purpose::Safeguarding, &callum()).await.unwrap();
        house.agreements.only_searched.lock().unwrap().insert(code!("social_care_involvement"));
        let hits = find().await;
        assert_eq!(hits[0].pointers, [house.partners[&code!("social_care_involvement")]]);
        assert_eq!(hits[0].open.len(), 2);
        for category in ["custody", "exclusion"] {
            house.agreements.only_searched.lock().unwrap().insert(category.parse().unwrap());
        }
        let hits = find().await;
        assert!(hits[0].shown.is_none(), "no name where nothing may be opened");
        assert_eq!(hits[0].pointers.len(), 3);
        for category in ["custody", "exclusion", "social_care_involvement"] {
            house.agreements.ended.lock().unwrap().insert(category.parse().unwrap());
        }
        let mut browser = Browser::signed_in(&house, ANALYST, Proof::SecondFactor).await;
        let typed = [
            ("purpose", "safeguarding"),
            ("given", "Callum"),
            ("family", "Barker"),
            ("born-day", "2"),
            ("born-month", "11"),
            ("born-year", "2008"),
        ];
        let sealed = browser.finds(&typed).await;
        house.agreements.ended.lock().unwrap().clear();
        let nobody = browser.finds(&[&typed[..2], &[("family", "Nobody")], &typed[3..]].concat()).await;
        assert_eq!((sealed.status, nobody.status), (200, 200));
        let told = |body: &str| body.split("<main").nth(1).unwrap().split("<form").next().unwrap().to_owned();
        assert_eq!(told(&sealed.body), told(&nobody.body), "sealed looks as if there were nobody");
        assert!(told(&nobody.body).contains("Nobody found"));
    })
    .await;
}
