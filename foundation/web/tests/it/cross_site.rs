//! Only forms of our own pages change anything.

use axum::http::StatusCode;

use crate::house::House;

#[tokio::test]
async fn a_form_of_ours_passes_before_anyone_signs_in_and_says_so_once() {
    let house = House::new().await;
    let mut browser = house.browser();
    let token = browser.get("/note").await.token();
    let answer = browser.post("/note", format!("_csrf={token}&note=short")).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/note"));
    assert!(browser.get("/note").await.text.contains("Note kept"));
    assert!(!browser.get("/note").await.text.contains("Note kept"), "a message is shown once");
}

#[tokio::test]
async fn a_form_with_errors_keeps_what_was_typed_and_explains_twice() {
    let house = House::new().await;
    let mut browser = house.browser();
    let token = browser.get("/note").await.token();
    let answer = browser.post("/note", format!("_csrf={token}&note=much+too+%22long%22+for+it")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("<title>Error: Note – Alongside</title>"));
    assert!(answer.text.contains("value=\"much too &#34;long&#34; for it\""), "{}", answer.text);
    assert_eq!(answer.text.matches("it must have 10 or fewer").count(), 2);
    assert!(answer.text.contains("<a href=\"#note\">") && answer.text.contains("aria-describedby=\"note-error\""));
}

#[tokio::test]
async fn no_token_anothers_token_or_another_site_is_refused() {
    let house = House::new().await;
    let mut browser = house.browser();
    let token = browser.get("/note").await.token();
    let others = house.browser().get("/note").await.token();
    let forged = [String::new(), "note=x".to_owned(), format!("_csrf={others}&note=x"), "_csrf=zz&note=x".to_owned()];
    for body in forged {
        assert_eq!(browser.post("/note", body).await.status, StatusCode::FORBIDDEN);
    }
    for site in ["cross-site", "same-site"] {
        browser.fetch_site = Some(site);
        assert_eq!(browser.post("/note", format!("_csrf={token}&note=x")).await.status, StatusCode::FORBIDDEN);
    }
    browser.fetch_site = None; // an older browser: the token alone decides
    assert_eq!(browser.post("/note", format!("_csrf={token}&note=x")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_from_before_signing_in_is_worth_nothing_after_it() {
    let house = House::new().await;
    let mut browser = house.browser();
    let before = browser.get("/note").await.token();
    let mut signed_in = house.signed_in(web::Proof::Password).await;
    browser.cookies.append(&mut signed_in.cookies);
    assert_eq!(browser.post("/note", format!("_csrf={before}&note=x")).await.status, StatusCode::FORBIDDEN);
    let after = browser.get("/note").await.token();
    assert_eq!(browser.post("/note", format!("_csrf={after}&note=x")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_with_files_needs_the_token_first() {
    let house = House::new().await;
    let mut browser = house.browser();
    let token = browser.get("/note").await.token();
    let field =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "x".repeat(100_000);
    let kind = "multipart/form-data; boundary=b";
    let good = format!("{}{}--b--\r\n", field("_csrf", &token), field("file", &file));
    let answer = browser.send("POST", "/upload", kind, good).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "_csrf=128 file=100000"));
    let late = format!("{}{}--b--\r\n", field("file", &file), field("_csrf", &token));
    assert_eq!(browser.send("POST", "/upload", kind, late).await.status, StatusCode::FORBIDDEN);
    let wrong = format!("{}{}--b--\r\n", field("_csrf", &"0".repeat(128)), field("file", &file));
    assert_eq!(browser.send("POST", "/upload", kind, wrong).await.status, StatusCode::FORBIDDEN);
    let too_large = format!("{}{}--b--\r\n", field("_csrf", &token), field("file", &"x".repeat(1_100_000)));
    assert_eq!(browser.send("POST", "/upload", kind, too_large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_api_takes_no_cookie_and_so_needs_no_form_token() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.fetch_site = None;
    assert_eq!(browser.post("/api/v1/ping", "{}").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_huge_form_is_refused_before_it_is_read() {
    let house = House::new().await;
    let mut browser = house.browser();
    let answer = browser.post("/note", format!("note={}", "x".repeat(1_100_000))).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("Nothing was saved"));
}
