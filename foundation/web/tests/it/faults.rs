//! What people see when something is not there, not theirs, or broken.

use axum::http::StatusCode;
use web::Proof;

use crate::house::House;

#[tokio::test]
async fn to_a_stranger_what_exists_and_what_does_not_look_alike() {
    let house = House::new().await;
    let mut browser = house.browser();
    let real = browser.get("/members-only").await;
    let guess = browser.get("/no-such-page").await;
    let wrong_method = browser.get("/upload").await;
    for answer in [&real, &guess, &wrong_method] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location().starts_with("/sign-in?next=%2F"));
        assert!(answer.text.is_empty());
    }
    let names = |answer: &crate::house::Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&real), names(&guess));
    let forged = browser.post("/members-only", "x=1").await;
    let forged_guess = browser.post("/no-such-page", "x=1").await;
    assert_eq!((forged.status, forged_guess.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
}

#[tokio::test]
async fn to_a_member_refusal_looks_like_not_found() {
    let house = House::new().await;
    let mut browser = house.signed_in(Proof::Password).await;
    let strip = |text: String| {
        let token = text.split("name=\"_csrf\" value=\"").nth(1).unwrap()[..128].to_owned();
        text.replace(&token, "")
    };
    let denied = browser.get("/denied").await;
    let missing = browser.get("/no-such-page").await;
    assert_eq!((denied.status, missing.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(strip(denied.text), strip(missing.text));
}

#[tokio::test]
async fn a_failure_shows_a_reference_and_nothing_else() {
    let house = House::new().await;
    let mut browser = house.browser();
    for path in ["/internal", "/panic"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        let reference = answer.text.split("app-reference\">").nth(1).unwrap().split('<').next().unwrap();
        assert_eq!(reference.len(), 9, "{reference}");
        assert!(!answer.text.contains("not a number") && !answer.text.contains("Kayden"));
    }
    assert_eq!(browser.get("/busy").await.headers["retry-after"], "5");
}

#[tokio::test]
async fn the_api_gets_json_and_a_stranger_there_learns_nothing() {
    let house = House::new().await;
    let mut browser = house.browser();
    let failed = browser.get("/api/v1/internal").await;
    assert_eq!(failed.headers["content-type"], "application/json");
    assert!(failed.text.contains("\"reference\":"));
    let guess = browser.get("/api/v1/no-such").await;
    assert_eq!(guess.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get("/api/v1/ping").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_answer_has_the_strict_headers() {
    let house = House::new().await;
    let mut browser = house.browser();
    for path in ["/note", "/", "/no-such-page", "/internal", "/api/v1/no-such"] {
        let headers = browser.get(path).await.headers;
        assert_eq!(headers["content-security-policy"], web::CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(headers.contains_key("permissions-policy") && !headers.contains_key("strict-transport-security"));
    }
}
