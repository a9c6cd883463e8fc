//! Assets are embedded, compressed, kept for ever, and free of what only GOV.UK may use.

use axum::{body::Body, http::StatusCode};

use crate::house::House;

#[tokio::test]
async fn what_a_page_links_to_is_there() {
    let house = House::new().await;
    let mut browser = house.browser();
    let page = browser.get("/note").await.text;
    let links: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(links.len(), 3, "icon, style sheet, script: {links:?}");
    for link in links {
        let answer = browser.get(link).await;
        assert_eq!(answer.status, StatusCode::OK, "{link}");
        assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
    }
    assert_eq!(browser.get("/assets/manifest.json").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/assets/..%2fCargo.toml").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_first_load_is_under_100_kb() {
    let house = House::new().await;
    let mut browser = house.browser();
    let page = browser.get("/note").await.text;
    let fonts: u64 = ["atkinson-latin-400.woff2", "atkinson-latin-700.woff2"]
        .map(|name| std::fs::metadata(file(&web::assets::url(name))).unwrap().len())
        .iter()
        .sum();
    let rest: u64 = ["alongside.css", "page.js", "icon.svg"]
        .map(|name| std::fs::metadata(format!("{}.gz", file(&web::assets::url(name)))).unwrap().len())
        .iter()
        .sum();
    assert!(fonts + rest + (page.len() as u64) < 100_000, "{} bytes", fonts + rest);
}

#[tokio::test]
async fn nothing_that_only_govuk_may_use_is_served() {
    let house = House::new().await;
    let mut browser = house.browser();
    for name in ["alongside.css", "page.js"] {
        let text = browser.send("GET", &web::assets::url(name), "", Body::empty()).await.text;
        assert!(!text.is_empty());
        for word in ["GDS Transport", "crown", "crest"] {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
}

fn file(url: &str) -> String {
    url.replace("/assets/", concat!(env!("CARGO_MANIFEST_DIR"), "/assets/"))
}
