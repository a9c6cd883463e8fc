//! Agencies, members, agreements and tokens as they are kept.

use std::collections::BTreeSet;

use base::code;
use share::api::{
    AgencyError, AgencyKind, AgreementError, Duty, MemberError, NewAgency, NewMember, add_agency, add_agreement,
    add_member, add_token, agencies, agency_by_code, agreement_by_id, agreements, all_person_facets, end_agreement,
    facets, member_by_email, members, register_holding, revoke_token, set_member_active, set_member_duties,
    token_actor, unit,
};
use vault::{Actor, testing::check_catalogue};

use crate::house::{change, plan, set_up, terms};

#[tokio::test]
async fn every_table_is_in_the_catalogue() {
    plan().both(|t| async move { assert_eq!(check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new()) }).await;
}

#[tokio::test]
async fn what_is_added_is_read_back() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let plain = t.vault.plain();
            let names: Vec<String> = agencies(&plain).await.unwrap().into_iter().map(|agency| agency.name).collect();
            assert_eq!(names, ["Selmarsh Police", "Turnaround Navigators", "Violence Unit"]);
            assert_eq!(unit(&plain).await.unwrap().unwrap().id, set.unit);
            assert_eq!(agency_by_code(&plain, "police").await.unwrap().unwrap().kind, AgencyKind::Police);
            assert!(agency_by_code(&plain, "fire").await.unwrap().is_none());
            let kept = agreement_by_id(&plain, set.agreement).await.unwrap().unwrap();
            let mut sent = terms(&[set.unit, set.police, set.navigators]);
            sent.parties.sort();
            sent.brings.sort();
            let mut got = kept.terms;
            got.parties.sort();
            got.brings.sort();
            got.purposes.sort();
            sent.purposes.sort();
            assert_eq!(got, sent);
            let book = t.vault.book();
            let asha = member_by_email(&book, " Asha@Navigators.example ").await.unwrap().unwrap();
            assert_eq!((asha.id, asha.duties), (set.navigator, BTreeSet::from([Duty::Navigator])));
            assert_eq!(members(&book).await.unwrap().len(), 2);
        })
        .await;
}

#[tokio::test]
async fn what_does_not_hold_together_is_refused_and_nothing_is_kept() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut change = change(&t.vault).await;
            let agency = |code, kind| NewAgency { code, name: "Another".to_owned(), kind };
            let taken = add_agency(&mut change, &agency(code!("police"), AgencyKind::Police)).await;
            assert!(matches!(taken, Err(AgencyError::Taken(_))));
            let second = add_agency(&mut change, &agency(code!("unit_two"), AgencyKind::Unit)).await;
            assert!(matches!(second, Err(AgencyError::SecondUnit)));
            let member = |email: &str, duties: &[Duty]| NewMember {
                email: email.to_owned(),
                name: "Somebody".to_owned(),
                agency: set.unit,
                duties: duties.iter().copied().collect(),
                password: None,
            };
            let again = add_member(&mut change, &member("ASHA@navigators.example", &[Duty::Analyst])).await;
            assert!(matches!(again, Err(MemberError::Taken)));
            assert!(matches!(add_member(&mut change, &member("x@y.example", &[])).await, Err(MemberError::NoDuty)));
            assert!(matches!(add_member(&mut change, &member("x@y", &[Duty::Analyst])).await, Err(MemberError::Email)));
            let lonely = add_agreement(&mut change, &terms(&[set.unit])).await;
            assert!(matches!(lonely, Err(AgreementError::Invalid(problems)) if problems.len() == 1));
            change.commit().await.unwrap();
            assert_eq!(t.rows_in_table("agency").await, 3);
            assert_eq!(t.rows_in_table("member").await, 2);
            assert_eq!(t.rows_in_table("agreement").await, 1);
        })
        .await;
}

#[tokio::test]
async fn who_supplies_what() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut change = change(&t.vault).await;
            for category in [code!("contact"), code!("custody"), code!("street_crime")] {
                register_holding(&mut change, set.unit, &category).await.unwrap();
            }
            register_holding(&mut change, set.police, &code!("custody")).await.unwrap();
            change.commit().await.unwrap();
            let book = t.vault.book();
            let custody = facets(&book, &[code!("custody")]).await.unwrap();
            assert_eq!(custody.len(), 2);
            assert!(custody.iter().any(|facet| facet.controller == set.police));
            assert_eq!(facets(&book, &[]).await.unwrap(), []);
            let people = all_person_facets(&book).await.unwrap();
            assert_eq!(people.len(), 3);
            assert!(people.iter().all(|facet| facet.category != "street_crime"));
        })
        .await;
}

#[tokio::test]
async fn duties_change_and_members_leave() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut change = change(&t.vault).await;
            let duties = BTreeSet::from([Duty::RotaLead, Duty::Navigator]);
            set_member_duties(&mut change, set.navigator, &duties).await.unwrap();
            set_member_active(&mut change, set.officer, false).await.unwrap();
            let nobody = set_member_active(&mut change, base::Id::from_u128(1), false).await;
            assert!(matches!(nobody, Err(MemberError::NoMember)));
            change.commit().await.unwrap();
            let known = web::Members::member(&share::api::Members::new(t.vault.clone()), set.navigator).await.unwrap();
            assert_eq!(known.unwrap().duties.len(), 2);
            let gone = web::Members::member(&share::api::Members::new(t.vault.clone()), set.officer).await.unwrap();
            assert!(gone.is_none());
        })
        .await;
}

#[tokio::test]
async fn an_agreement_ends_early_but_never_later() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut change = change(&t.vault).await;
            let later = end_agreement(&mut change, set.agreement, "2027-01-01".parse().unwrap()).await;
            assert!(matches!(later, Err(AgreementError::Invalid(_))));
            end_agreement(&mut change, set.agreement, "2026-11-21".parse().unwrap()).await.unwrap();
            change.commit().await.unwrap();
            let kept = agreements(&t.vault.plain()).await.unwrap();
            assert_eq!(kept[0].terms.ends.to_string(), "2026-11-21");
        })
        .await;
}

async fn jobs(t: &vault::testing::Bench, kind: &str) -> usize {
    let sql = format!("SELECT id FROM job WHERE kind = '{kind}' AND state = 'waiting'");
    t.query(&sql, Vec::new()).await.len()
}

/// The unit with a listener, as the program has one.
fn heard() -> vault::testing::Plan {
    plan().topic(share::AGREEMENT_OVER, "link_records")
}

#[tokio::test]
async fn an_agreement_that_is_ended_is_announced_in_the_same_change() {
    heard()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut undone = change(&t.vault).await;
            end_agreement(&mut undone, set.agreement, "2026-11-21".parse().unwrap()).await.unwrap();
            drop(undone);
            assert_eq!(jobs(&t, "link_records").await, 0, "undone with its change");
            let mut change = change(&t.vault).await;
            end_agreement(&mut change, set.agreement, "2026-11-21".parse().unwrap()).await.unwrap();
            change.commit().await.unwrap();
            assert_eq!(jobs(&t, "link_records").await, 1);
        })
        .await;
}

#[tokio::test]
async fn an_agreement_that_runs_out_is_announced_on_the_day_after() {
    heard()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let handlers = vault::jobs::Handlers::new().with(share::EndAgreement);
            let mut change = change(&t.vault).await;
            end_agreement(&mut change, set.agreement, "2026-11-22".parse().unwrap()).await.unwrap();
            change.commit().await.unwrap();
            t.vault.run_due_jobs(&handlers).await.unwrap();
            assert_eq!(jobs(&t, "link_records").await, 0, "today is its last day");
            t.clock.set("2026-11-23T00:00:00Z".parse().unwrap());
            assert_eq!(t.vault.run_due_jobs(&handlers).await.unwrap(), 2, "that job, and the one it announced to");
            let done = t.query("SELECT id FROM job WHERE kind = 'link_records'", Vec::new()).await;
            assert_eq!(done.len(), 1);
        })
        .await;
}

#[tokio::test]
async fn a_token_is_kept_as_a_hash_and_opens_until_it_is_revoked() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let mut first = change(&t.vault).await;
            let (id, text) = add_token(&mut first, &t.random, set.police, "nightly custody").await.unwrap();
            first.commit().await.unwrap();
            let actor = token_actor(&t.vault, &format!("Bearer {text}")).await.unwrap();
            assert_eq!(actor, Some(Actor::Token { id, agency: set.police }));
            for wrong in ["", "Bearer", "Bearer alongside_", &text[..70], &text.to_uppercase()] {
                assert_eq!(token_actor(&t.vault, wrong).await.unwrap(), None, "{wrong}");
            }
            for row in t.query("SELECT token_hash FROM api_token", Vec::new()).await {
                assert!(!text.contains(&row.text("token_hash").unwrap()));
            }
            let mut second = change(&t.vault).await;
            revoke_token(&mut second, id).await.unwrap();
            assert!(revoke_token(&mut second, id).await.is_err());
            second.commit().await.unwrap();
            assert_eq!(token_actor(&t.vault, &text).await.unwrap(), None);
        })
        .await;
}
