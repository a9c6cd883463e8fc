//! Signing in: passwords, second factors, recovery codes, accounts, the demonstration's chooser.

use axum::http::StatusCode;
use base::SignedDuration;
use totp_rs::{Builder, Secret};
use vault::testing::Bench;
use web::Site;

use crate::{
    browser::{Answer, Browser},
    house::{PASSWORD, browser, make_demo, plan, set_up, signed_in, site},
};

const EMAIL: &str = "asha@navigators.example";

fn code(typed_secret: &str, t: &Bench) -> String {
    let secret = Secret::try_from_base32(typed_secret.replace(' ', "")).unwrap();
    let seconds = u64::try_from(t.vault.now().as_micros() / 1_000_000).unwrap();
    Builder::new().with_secret(secret).build_noncompliant().generate(seconds).to_string()
}

async fn give_password(browser: &mut Browser, password: &str) -> Answer {
    browser.fill("/sign-in", &[("email", EMAIL), ("password", password), ("next", "/account")]).await
}

/// Signs in for the first time: gives the secret as it is typed, and the recovery codes.
async fn first_time(browser: &mut Browser, t: &Bench) -> (String, Vec<String>) {
    let answer = give_password(browser, PASSWORD).await;
    assert_eq!(answer.location, "/sign-in/second-factor?next=/account");
    let set_up = browser.get(&answer.location).await;
    let secret = set_up.strongs().into_iter().find(|text| text.len() == 39).unwrap();
    let fields = [("sealed", set_up.hidden("sealed")), ("code", code(&secret, t)), ("next", "/account".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post("/sign-in/second-factor", &set_up.hidden("_csrf"), &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let codes: Vec<String> = answer.strongs().into_iter().filter(|text| text.len() == 11).collect();
    assert_eq!(codes.len(), 8);
    (secret, codes)
}

async fn give_code(browser: &mut Browser, code: &str) -> Answer {
    browser.fill("/sign-in/second-factor", &[("code", code)]).await
}

#[tokio::test]
async fn the_first_time_sets_up_a_second_factor_and_the_next_asks_for_it() {
    plan()
        .both(|t| async move {
            set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut first = browser(&site);
            assert_eq!(first.get("/account").await.location, "/sign-in?next=%2Faccount");
            let (secret, codes) = first_time(&mut first, &t).await;
            assert!(first.get("/account").await.text.contains("8 recovery codes left"));

            let mut again = browser(&site);
            give_password(&mut again, PASSWORD).await;
            assert_eq!(again.get("/account").await.status, StatusCode::SEE_OTHER, "a password alone opens nothing");
            let same = give_code(&mut again, &code(&secret, &t)).await;
            assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY, "a code works once");
            t.clock.advance(SignedDuration::from_secs(60));
            assert_eq!(give_code(&mut again, &code(&secret, &t)).await.status, StatusCode::SEE_OTHER);
            assert_eq!(again.get("/").await.text, "home of Asha Bello");

            let mut lost_phone = browser(&site);
            give_password(&mut lost_phone, PASSWORD).await;
            let sloppy = codes[0].to_uppercase().replace('-', " ");
            assert_eq!(give_code(&mut lost_phone, &sloppy).await.status, StatusCode::SEE_OTHER);
            assert!(lost_phone.get("/account").await.text.contains("7 recovery codes left"));
            let mut twice = browser(&site);
            give_password(&mut twice, PASSWORD).await;
            assert_eq!(give_code(&mut twice, &codes[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        })
        .await;
}

#[tokio::test]
async fn a_wrong_password_and_a_stranger_get_the_same_answer() {
    plan()
        .both(|t| async move {
            set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut browser = browser(&site);
            let wrong = give_password(&mut browser, "not the password at all").await;
            let fields = [("email", "nobody@nowhere.example"), ("password", "not the password at all")];
            let nobody = browser.fill("/sign-in", &fields).await;
            assert_eq!(
                (wrong.status, nobody.status),
                (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
            );
            let said = |answer: &Answer| {
                answer.text.split("There is a problem").nth(1).unwrap().split("</ul>").next().unwrap().to_owned()
            };
            assert_eq!(said(&wrong), said(&nobody));
            assert!(wrong.text.contains(EMAIL), "what was typed is kept");
            let failures = t
                .query(
                    "SELECT actor_kind, inputs FROM audit_entry WHERE verb = 'sign_in_failed' ORDER BY position",
                    Vec::new(),
                )
                .await;
            let kinds: Vec<String> = failures.iter().map(|row| row.text("actor_kind").unwrap()).collect();
            assert_eq!(kinds, ["member", "system"]);
            assert!(failures.iter().all(|row| !row.text("inputs").unwrap().contains("nowhere")));
        })
        .await;
}

#[tokio::test]
async fn guessing_has_to_wait() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut browser = browser(&site);
            for _ in 0..5 {
                give_password(&mut browser, "a wrong one again").await;
            }
            let waits = give_password(&mut browser, PASSWORD).await;
            assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(waits.text.contains("Wait 3 minutes"), "{}", waits.text);
            t.clock.advance(SignedDuration::from_mins(3));
            assert_eq!(give_password(&mut browser, PASSWORD).await.status, StatusCode::SEE_OTHER);
        })
        .await;
}

#[tokio::test]
async fn somebody_elses_sealed_secret_does_not_open() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut other = signed_in(&site, set.officer, set.unit).await;
            let theirs = other.get("/account/second-factor").await.hidden("sealed");
            let mut browser = browser(&site);
            give_password(&mut browser, PASSWORD).await;
            let answer = browser.fill("/sign-in/second-factor", &[("sealed", &theirs), ("code", "123456")]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        })
        .await;
}

#[tokio::test]
async fn a_changed_password_signs_everyone_else_out() {
    plan()
        .both(|t| async move {
            set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut one = browser(&site);
            let (secret, _) = first_time(&mut one, &t).await;
            t.clock.advance(SignedDuration::from_secs(60));
            let mut two = browser(&site);
            give_password(&mut two, PASSWORD).await;
            give_code(&mut two, &code(&secret, &t)).await;
            let weak = [("present", PASSWORD), ("fresh", "short"), ("again", "other")];
            let refused = one.fill("/account/password", &weak).await;
            assert!(refused.text.contains("at least 12 characters") && refused.text.contains("differs"));
            let wrong =
                [("present", "wrong"), ("fresh", "lighthouse marble fern"), ("again", "lighthouse marble fern")];
            assert_eq!(one.fill("/account/password", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
            let good =
                [("present", PASSWORD), ("fresh", "lighthouse marble fern"), ("again", "lighthouse marble fern")];
            assert_eq!(one.fill("/account/password", &good).await.location, "/account");
            let account = one.get("/account").await;
            assert!(account.text.contains("Your password is changed"));
            assert_eq!(account.text.matches("last used").count(), 1);
            assert_eq!(two.get("/account").await.status, StatusCode::SEE_OTHER);
            assert_eq!(give_password(&mut two, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(give_password(&mut two, "lighthouse marble fern").await.status, StatusCode::SEE_OTHER);
        })
        .await;
}

#[tokio::test]
async fn one_ends_ones_own_sign_ins_and_no_one_elses() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut phone = signed_in(&site, set.navigator, set.navigators).await;
            let mut desk = signed_in(&site, set.navigator, set.navigators).await;
            let mut other = signed_in(&site, set.officer, set.unit).await;
            let page = desk.get("/account").await;
            let ends: Vec<String> = page
                .text
                .split("action=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .filter(|action| action.ends_with("/end"))
                .map(str::to_owned)
                .collect();
            assert_eq!(ends.len(), 2);
            let token = other.get("/account").await.hidden("_csrf");
            for end in &ends {
                assert_eq!(other.post(end, &token, &[]).await.status, StatusCode::NOT_FOUND);
            }
            for end in ends.iter().rev() {
                desk.post(end, &page.hidden("_csrf"), &[]).await;
            }
            assert_eq!(phone.get("/account").await.status, StatusCode::SEE_OTHER);
            assert_eq!(desk.get("/account").await.status, StatusCode::SEE_OTHER);
            assert_eq!(other.get("/account").await.status, StatusCode::OK);
        })
        .await;
}

#[tokio::test]
async fn signing_out_ends_the_sign_in_and_is_logged() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut browser = signed_in(&site, set.navigator, set.navigators).await;
            let token = browser.get("/account").await.hidden("_csrf");
            assert_eq!(browser.post("/sign-out", &token, &[]).await.location, "/sign-in");
            assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
            let ended = t.query("SELECT verb FROM audit_entry WHERE verb = 'sign_in_ended'", Vec::new()).await;
            assert_eq!(ended.len(), 1);
        })
        .await;
}

fn local(site: &Site) -> Browser {
    let mut browser = browser(site);
    browser.peer = "127.0.0.1:50000".parse().unwrap();
    browser.host = "localhost:8080";
    browser
}

#[tokio::test]
async fn the_chooser_needs_a_demo_database_a_demo_server_and_this_machine() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let set = set_up(&t.vault).await;
            let (demo, plain) = (site(&t.vault, &t.clock, true), site(&t.vault, &t.clock, false));
            let status = async |browser: &mut Browser| browser.get("/sign-in/demo").await.status;
            assert_eq!(status(&mut local(&demo)).await, StatusCode::SEE_OTHER, "not a database of the demo");
            make_demo(&t.vault).await;
            assert_eq!(status(&mut local(&plain)).await, StatusCode::SEE_OTHER, "not served by the demo");
            assert_eq!(status(&mut browser(&demo)).await, StatusCode::SEE_OTHER, "not this machine");
            let mut renamed = local(&demo);
            renamed.host = "evil.example:8080";
            assert_eq!(status(&mut renamed).await, StatusCode::SEE_OTHER, "by another name");
            let proxied = local(&demo).get_with("/sign-in/demo", &[("x-forwarded-for", "127.0.0.1")]).await;
            assert_eq!(proxied.status, StatusCode::SEE_OTHER, "through a proxy");

            let mut here = local(&demo);
            assert!(here.get("/sign-in").await.text.contains("Choose who to be"));
            let page = here.get("/sign-in/demo").await;
            assert!(page.text.contains("Navigator at Turnaround Navigators"));
            assert!(page.text.contains("Asha Bello: sees moments to act on"));
            let id = set.navigator.to_string();
            let token = page.hidden("_csrf");
            let forged = here.post("/sign-in/demo", "00", &[("member", &id)]).await;
            assert_eq!(forged.status, StatusCode::FORBIDDEN);
            assert_eq!(
                here.post("/sign-in/demo", &token, &[("member", &id), ("next", "/account")]).await.location,
                "/account"
            );
            assert_eq!(here.get("/").await.text, "home of Asha Bello");
        })
        .await;
}

#[tokio::test]
async fn an_unlocked_computer_changes_no_key_for_files() {
    plan()
        .both(|t| async move {
            let set = set_up(&t.vault).await;
            let site = site(&t.vault, &t.clock, false);
            let mut browser = signed_in(&site, set.navigator, set.navigators).await;
            let key = age::x25519::Identity::generate().to_public().to_string();
            for present in ["", "not the password at all"] {
                let refused = browser.fill("/account/key", &[("key", &key), ("present", present)]).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
                assert!(refused.text.contains("present password") && !refused.text.contains(&key));
            }
            assert_eq!(t.rows_in_table("recipient_key").await, 0);
            let kept = browser.fill("/account/key", &[("key", &key), ("present", PASSWORD)]).await;
            assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
            assert_eq!(t.rows_in_table("recipient_key").await, 1);
        })
        .await;
}
