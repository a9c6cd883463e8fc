//! Sign-ins at the edge: limits, revocation, what is stored, what strangers see.

use axum::http::StatusCode;
use base::SignedDuration;
use vault::{Actor, Row, StoreError, params};
use web::{End, Proof};

use crate::house::{AGENCY, House, NAVIGATOR};

struct Column(String);

impl vault::FromRow for Column {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("found").map(Self)
    }
}

#[tokio::test]
async fn a_member_is_known_and_sees_only_their_navigation() {
    let house = House::new().await;
    let mut browser = house.signed_in(Proof::SecondFactor).await;
    assert_eq!(browser.get("/members-only").await.text, "hello Asha Navigator");
    let page = browser.get("/note").await.text;
    assert!(page.contains("Asha Navigator, Youth service") && page.contains("href=\"/moments\""));
    assert!(!page.contains("href=\"/money\""));
}

#[tokio::test]
async fn half_an_hour_unused_and_it_is_over_but_use_keeps_it() {
    let house = House::new().await;
    let mut browser = house.signed_in(Proof::Password).await;
    for _ in 0..4 {
        house.clock.advance(SignedDuration::from_mins(25));
        assert_eq!(browser.get("/members-only").await.status, StatusCode::OK);
    }
    house.clock.advance(SignedDuration::from_mins(30));
    let answer = browser.get("/members-only").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fmembers-only"));
}

#[tokio::test]
async fn twelve_hours_and_it_is_over_however_busy() {
    let house = House::new().await;
    let mut browser = house.signed_in(Proof::Password).await;
    for _ in 0..(12 * 3 - 1) {
        house.clock.advance(SignedDuration::from_mins(20));
        assert_eq!(browser.get("/members-only").await.status, StatusCode::OK);
    }
    house.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(browser.get("/members-only").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn revoking_a_members_sign_ins_ends_all_of_them_at_once() {
    let house = House::new().await;
    let mut one = house.signed_in(Proof::Password).await;
    let mut two = house.signed_in(Proof::Password).await;
    assert_eq!(one.get("/members-only").await.status, StatusCode::OK);
    let actor = Actor::Member { id: NAVIGATOR, agency: AGENCY };
    assert_eq!(house.site.sign_ins().end_all(NAVIGATOR, actor, End::Revoked).await.unwrap(), 2);
    assert_eq!(one.get("/members-only").await.status, StatusCode::SEE_OTHER);
    assert_eq!(two.get("/members-only").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_token_is_never_stored_in_clear() {
    let house = House::new().await;
    let mut browser = house.signed_in(Proof::Password).await;
    browser.get("/members-only").await;
    let token = browser.cookies.get("alongside-sign-in").unwrap().clone();
    let stored: Vec<Column> =
        house.site.vault().book().rows("SELECT token_hash AS found FROM sign_in", params![]).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_ne!(stored[0].0, token);
    for file in std::fs::read_dir(house.directory.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(64).any(|part| part == token.as_bytes()), "{} holds the token", file.path().display());
    }
}

#[tokio::test]
async fn a_password_without_the_second_factor_opens_only_the_page_that_asks_for_it() {
    let house = House::new().await;
    let mut browser = house.signed_in(Proof::Pending).await;
    assert_eq!(browser.get("/members-only").await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/second-factor").await.text, NAVIGATOR.to_string());
    assert_eq!(house.signed_in(Proof::Password).await.get("/second-factor").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn someone_who_is_no_member_any_more_is_a_stranger() {
    let house = House::new().await;
    let gone = base::Id::from_u128(99);
    let token = house.site.sign_ins().open(gone, AGENCY, Proof::Password).await.unwrap();
    let mut browser = house.browser();
    browser.keep(&web::signed_in(&house.site, &token, "/"));
    assert_eq!(browser.get("/members-only").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn cookies_are_locked_to_the_host_with_https() {
    let house = House::with(true).await;
    let token = house.site.sign_ins().open(NAVIGATOR, AGENCY, Proof::Password).await.unwrap();
    let response = web::signed_in(&house.site, &token, "//evil.example/");
    assert_eq!(response.headers()["location"], "/");
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-alongside-sign-in="));
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    let page = house.browser().get("/note").await;
    assert!(page.headers["strict-transport-security"].to_str().unwrap().starts_with("max-age=63072000"));
}

#[tokio::test]
async fn leads_to_other_sites_are_not_followed() {
    for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "evil", "/a\nb"] {
        assert_eq!(web::own_path(bad), "/", "{bad}");
    }
    assert_eq!(web::own_path("/moments/01?x=1"), "/moments/01?x=1");
}
