//! The rules on a real vault: a change counts from its time and for everyone, two others stand behind it, and the pages say so.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use base::{Id, SignedDuration, code, kind};
use share::api::{Duty, NewMember, add_member, see_to_starting_set};
use vault::{Actor, Ask, Facet, Purpose, Refusal, Scope, Vault, Verb};

use crate::{
    browser::Browser,
    house::{Unit, change, make_demo, plan, set_up, signed_in, site},
};

async fn data_owner(vault: &Vault, agency: Id<kind::Agency>, email: &str) -> Id<kind::Member> {
    member(vault, agency, email, Duty::DataOwner).await
}

async fn member(vault: &Vault, agency: Id<kind::Agency>, email: &str, duty: Duty) -> Id<kind::Member> {
    let mut change = change(vault).await;
    let duties = BTreeSet::from([duty]);
    let new = NewMember { email: email.to_owned(), name: "Dana Owens".to_owned(), agency, duties, password: None };
    let id = add_member(&mut change, &new).await.unwrap();
    change.commit().await.unwrap();
    id
}

/// The ground on which a navigator sees a custody record, or the reason why not.
async fn looks(vault: &Vault, set: &Unit) -> String {
    let ask = Ask {
        actor: Actor::Member { id: set.navigator, agency: set.navigators },
        verb: Verb::View,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: vec![Facet { controller: set.police, category: code!("custody") }],
        facts: std::collections::BTreeMap::new(),
    };
    match vault.permit(ask).await {
        Ok(permit) => permit.grants()[0].power.to_string(),
        Err(Refusal::Refused { why }) => format!("no: {}", why[0].1),
        Err(Refusal::Store(error)) => panic!("{error}"),
    }
}

/// Proposes that navigators may not look any more; gives the version's address.
async fn proposes_to_shut_navigators_out(browser: &mut Browser, from: &[(&str, &str)]) -> String {
    let page = browser.get("/trust/rules/change").await;
    let files: Vec<(String, String)> = page
        .text
        .split("name=\"file-")
        .skip(1)
        .map(|rest| {
            let name = rest.split('"').next().unwrap();
            let text = rest.split_once('>').unwrap().1.split("</textarea>").next().unwrap();
            let text = text
                .replace("&#34;", "\"")
                .replace("&#60;", "<")
                .replace("&#62;", ">")
                .replace("&#39;", "'")
                .replace("&#38;", "&");
            let changed = text.replace(
                "[\"navigator\", \"youth_worker\", \"social_worker\"]",
                "[\"youth_worker\", \"social_worker\"]",
            );
            (format!("file-{name}"), changed.replace('\n', "\r\n"))
        })
        .collect();
    assert_eq!(files.len(), 10);
    let mut fields: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    fields.push(("why", "Navigators have left the partnership"));
    fields.extend(from);
    let token = page.hidden("_csrf");
    let answer = browser.post("/trust/rules/change", &token, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location
}

#[tokio::test]
async fn a_change_counts_once_two_others_have_approved_it_and_from_its_day() {
    plan()
        .both(|t| async move {
            make_demo(&t.vault).await;
            let set = set_up(&t.vault).await;
            assert!(!see_to_starting_set(&t.vault).await.unwrap());
            assert_eq!(looks(&t.vault, &set).await, "children_act_2004_s10_s11");
            let police = data_owner(&t.vault, set.police, "dana@police.example").await;
            let colleague = data_owner(&t.vault, set.police, "omar@police.example").await;
            let group = data_owner(&t.vault, set.navigators, "vic@navigators.example").await;
            let site = site(&t.vault, &t.clock, false);
            let mut officer = signed_in(&site, set.officer, set.unit).await;
            let from = [("from-day", "24"), ("from-month", "11"), ("from-year", "2026")];
            let version = proposes_to_shut_navigators_out(&mut officer, &from).await;

            let page = officer.get(&version).await.text;
            assert!(page.contains("Navigators have left the partnership") && page.contains("2 approvals are needed"));
            assert!(page.contains("10-help.cedar:practitioners_help") && page.contains("Not before"));
            assert!(page.contains("Your duties do not include this"), "the look above would be refused: {page}");
            assert!(page.contains("Allowed: Children Act 2004 sections 10 and 11"));
            let approve = format!("{version}/approve");
            let own = officer.post(&approve, &officer_token(&page), &[]).await;
            assert!(own.text.contains("two others must approve it"), "{}", own.text);

            let approves = async |member, agency| {
                let mut browser = signed_in(&site, member, agency).await;
                let page = browser.get(&version).await.text;
                browser.post(&approve, &officer_token(&page), &[]).await
            };
            assert_eq!(approves(police, set.police).await.status, StatusCode::SEE_OTHER);
            let same = approves(colleague, set.police).await;
            assert!(same.text.contains("Another agency must approve it too"), "{}", same.text);
            assert_eq!(approves(group, set.navigators).await.status, StatusCode::SEE_OTHER);

            assert_eq!(looks(&t.vault, &set).await, "children_act_2004_s10_s11", "not before its day");
            // From Sunday 22 November, 9 o'clock, to the last second of Monday.
            t.clock.advance(SignedDuration::from_secs(39 * 3600 - 1));
            assert_eq!(looks(&t.vault, &set).await, "children_act_2004_s10_s11");
            t.clock.advance(SignedDuration::from_secs(1));
            assert_eq!(looks(&t.vault, &set).await, "no: duty_does_not_allow");
            let again = approves(colleague, set.police).await;
            assert!(again.text.contains("approved or withdrawn already"), "{}", again.text);
        })
        .await;
}

fn officer_token(page: &str) -> String {
    let rest = page.split("name=\"_csrf\" value=\"").nth(1).expect("a form");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_change_that_can_not_be_used_is_refused_and_nothing_is_kept() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            see_to_starting_set(&t.vault).await.unwrap();
            see_to_starting_set(&t.vault).await.unwrap();
            assert_eq!(t.rows_in_table("rule_version").await, 1, "the starting set is kept once");
            let site = site(&t.vault, &t.clock, false);
            let mut officer = signed_in(&site, set.officer, set.unit).await;
            let nothing = officer.fill("/trust/rules/change", &[("why", "no files")]).await;
            assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
            let broken = [("why", "a try"), ("file-10-help-cedar", "permit (principal")];
            let broken = officer.fill("/trust/rules/change", &broken).await;
            assert!(broken.text.contains("10-help.cedar"), "it says in which file");
            assert_eq!(t.rows_in_table("rule_version").await, 1);

            let mut navigator = signed_in(&site, set.navigator, set.navigators).await;
            assert_eq!(navigator.get("/trust/rules/change").await.status, StatusCode::NOT_FOUND);
            let rules = navigator.get("/trust/rules").await.text;
            assert!(rules.contains("Police, Crime, Sentencing and Courts Act 2022 section 16"));
            assert!(rules.contains("Not in force") && !rules.contains("Propose a change"));
        })
        .await;
}

#[tokio::test]
async fn the_day_on_which_regulations_begin_counts_once_another_agency_has_confirmed_it() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut officer = signed_in(&site, set.officer, set.unit).await;
            let here = "/trust/rules/commencement";
            let begins = |code, day| [("rule", code), ("begins-day", day), ("begins-month", "4"), ("begins-year", "2026")];
            let token = officer.get("/trust/rules").await.hidden("_csrf");
            let other = officer.post(here, &token, &begins("pcsc_act_2022_s16", "30")).await;
            assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "that Act needs no day");
            let early = officer.post(here, &token, &begins("children_act_2004_s16la", "28")).await;
            assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(early.text.contains("Royal Assent on 29 April 2026"), "{}", early.text);
            let done = officer.post(here, &token, &begins("children_act_2004_s16la", "30")).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
            let twice = officer.post(here, &token, &begins("children_act_2004_s16la", "29")).await;
            assert!(twice.text.contains("waits to be confirmed already"), "{}", twice.text);
            let page = officer.get("/trust/rules").await.text;
            assert!(page.contains("It waits for somebody of another agency") && page.contains("From 30 April 2026"));
            assert!(!page.contains("In force since 30 April 2026"), "it counts for nothing yet");

            // Neither whoever proposed it, nor their agency, nor who answers for no data, nor a stranger to the duty.
            let confirm = format!("{here}/{}/confirm", day_that_waits(&t).await);
            let own = officer.post(&confirm, &token, &[]).await;
            assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text);
            let colleague = data_owner(&t.vault, set.unit, "una@unit.example").await;
            let mut colleague = signed_in(&site, colleague, set.unit).await;
            let page = colleague.get("/trust/rules").await;
            assert!(page.text.contains("It waits for somebody of another agency"), "{}", page.text);
            let token_of = colleague.get("/trust/rules/change").await.hidden("_csrf");
            assert_eq!(colleague.post(&confirm, &token_of, &[]).await.status, StatusCode::FORBIDDEN);
            let mut navigator = signed_in(&site, set.navigator, set.navigators).await;
            assert!(!navigator.get("/trust/rules").await.text.contains("From 30 April 2026"));
            let token_of = navigator.get("/account").await.hidden("_csrf");
            assert_eq!(navigator.post(&confirm, &token_of, &[]).await.status, StatusCode::NOT_FOUND);

            let owner = data_owner(&t.vault, set.police, "dana@police.example").await;
            let mut owner = signed_in(&site, owner, set.police).await;
            let page = owner.get("/trust/rules").await;
            assert!(page.text.contains("Confirm this day") && !page.text.contains("Withdraw this day"));
            let denied = owner.post(here, &page.hidden("_csrf"), &begins("children_act_2004_s16la", "30")).await;
            assert_eq!(denied.status, StatusCode::NOT_FOUND, "a partner proposes none");
            let done = owner.post(&confirm, &page.hidden("_csrf"), &[]).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
            assert!(officer.get("/trust/rules").await.text.contains("In force since 30 April 2026"));
            let again = owner.post(&confirm, &page.hidden("_csrf"), &[]).await;
            assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
            const LOGGED: &str = "SELECT verb FROM audit_entry WHERE verb IN ('commencement_proposed', 'law_commenced') ORDER BY position";
            let logged: Vec<String> =
                t.query(LOGGED, Vec::new()).await.iter().map(|row| row.text("verb").unwrap()).collect();
            assert_eq!(logged, ["commencement_proposed", "law_commenced"]);
        })
        .await;
}

async fn day_that_waits(t: &vault::testing::Bench) -> String {
    let rows = t.query("SELECT id FROM law_commencement WHERE settled_at IS NULL", Vec::new()).await;
    rows[0].text("id").unwrap()
}

#[tokio::test]
async fn a_day_is_taken_away_by_two_as_well_and_a_partners_officer_proposes_none() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut officer = signed_in(&site, set.officer, set.unit).await;
            let partner = member(&t.vault, set.police, "percy@police.example", Duty::DataProtectionOfficer).await;
            let mut partner = signed_in(&site, partner, set.police).await;
            let here = "/trust/rules/commencement";
            let begins = [
                ("rule", "children_act_2004_s16la"),
                ("begins-day", "1"),
                ("begins-month", "9"),
                ("begins-year", "2026"),
            ];
            let nothing = [("rule", "children_act_2004_s16la")];
            // A partner's officer does not say it for every agency, but confirms it as its data owner does.
            let token = partner.get("/trust/rules/change").await.hidden("_csrf");
            assert_eq!(partner.post(here, &token, &begins).await.status, StatusCode::NOT_FOUND);
            assert!(!partner.get("/trust/rules").await.text.contains("Propose this day"));
            let own = officer.get("/trust/rules").await.hidden("_csrf");
            let none = officer.post(here, &own, &nothing).await;
            assert!(none.text.contains("what counts already"), "no day counts: {}", none.text);
            officer.post(here, &own, &begins).await;
            let of = async |act: &str| format!("{here}/{}/{act}", day_that_waits(&t).await);
            assert_eq!(partner.post(&of("confirm").await, &token, &[]).await.status, StatusCode::SEE_OTHER);
            assert!(officer.get("/trust/rules").await.text.contains("In force since 1 September 2026"));

            officer.post(here, &own, &nothing).await;
            let (confirm, withdraw) = (of("confirm").await, of("withdraw").await);
            assert_eq!(partner.post(&withdraw, &token, &[]).await.status, StatusCode::NOT_FOUND);
            assert_eq!(officer.post(&withdraw, &own, &[]).await.status, StatusCode::SEE_OTHER);
            assert_eq!(partner.post(&confirm, &token, &[]).await.status, StatusCode::CONFLICT, "it was withdrawn");
            assert!(officer.get("/trust/rules").await.text.contains("In force since 1 September 2026"));
            officer.post(here, &own, &nothing).await;
            assert_eq!(partner.post(&of("confirm").await, &token, &[]).await.status, StatusCode::SEE_OTHER);
            assert!(!officer.get("/trust/rules").await.text.contains("In force since 1 September 2026"));
            assert_eq!(vault::testing::check_catalogue(&t.vault).await.unwrap(), Vec::<String>::new());
        })
        .await;
}

#[tokio::test]
async fn only_whoever_proposed_a_change_and_the_units_officer_withdraw_it() {
    plan()
        .both(|t| async move {
            make_demo(&t.vault).await;
            let set = set_up(&t.vault).await;
            see_to_starting_set(&t.vault).await.unwrap();
            let police = data_owner(&t.vault, set.police, "dana@police.example").await;
            let group = data_owner(&t.vault, set.navigators, "vic@navigators.example").await;
            let site = site(&t.vault, &t.clock, false);
            let mut police = signed_in(&site, police, set.police).await;
            let mut group = signed_in(&site, group, set.navigators).await;
            let version = proposes_to_shut_navigators_out(&mut police, &[]).await;
            let page = group.get(&version).await.text;
            assert!(page.contains("Approve this change") && !page.contains("Withdraw it"), "{page}");
            let refused = group.post(&format!("{version}/withdraw"), &officer_token(&page), &[]).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
            let mut officer = signed_in(&site, set.officer, set.unit).await;
            assert!(officer.get(&version).await.text.contains("Withdraw it"));
            let page = police.get(&version).await;
            assert!(page.text.contains("Withdraw it"));
            let done = police.post(&format!("{version}/withdraw"), &page.hidden("_csrf"), &[]).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        })
        .await;
}

#[tokio::test]
async fn may_i_share_this_answers_with_the_rule() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut navigator = signed_in(&site, set.navigator, set.navigators).await;
            let empty = navigator.get("/trust/may-i-share").await;
            assert!(empty.status == StatusCode::OK && empty.text.contains("never whose"));
            let half = navigator.get("/trust/may-i-share?from=police&what=custody").await;
            assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
            let asked = "/trust/may-i-share?from=police&what=custody&to=voluntary&for=support&how=agreed";
            let yes = navigator.get(asked).await.text;
            assert!(yes.contains("An agreement covers it") && yes.contains("Reachable moments"));
            let asked = "/trust/may-i-share?from=health&what=ae_navigator&to=police&for=prevention&how=agreed";
            let no = navigator.get(asked).await.text;
            assert!(no.contains("The rules do not permit it") && no.contains("not legal advice"));
        })
        .await;
}
