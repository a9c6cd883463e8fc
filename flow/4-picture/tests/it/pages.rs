//! The pages: who sees them, what they say, and what they never say.

use axum::http::StatusCode;
use picture::api::{load_areas, load_deprivation, load_population};
use vault::{Actor, testing::Bench};

use crate::setting::{AREAS, Browser, POPULATION, STREET, crime, deliver, handlers, open_data, plan};

vault::store_suite! { plan: plan() => [
    strangers_sign_in_first, empty_pages_say_what_to_do, the_map_and_its_table, one_area, the_map_as_geojson,
    the_picture_is_drawn_anew_when_data_comes
] }

async fn county(t: &Bench) {
    open_data(t).await;
    load_areas(&t.vault, Actor::System, AREAS.as_bytes()).await.unwrap();
    load_population(&t.vault, Actor::System, POPULATION.as_bytes()).await.unwrap();
    load_deprivation(&t.vault, Actor::System, &b"area,decile\nE01090001,1\n"[..]).await.unwrap();
    let rows = [
        crime("a1", "2026-08", "E01090001", "Drugs", ""),
        crime("a2", "2026-09", "E01090001", "Drugs", ""),
        crime("a3", "2026-09", "E01090001", "Burglary", ""),
        crime("a4", "2026-09", "E01090002", "Drugs", ""),
        crime("a5", "2026-09", "E01090003", "Drugs", ""),
        crime("a6", "2026-09", "", "Drugs", ""),
        crime("a7", "2026-09", "E01000061", "Drugs", ""),
        crime("a8", "2026-09", "E01000061", "Drugs", ""),
    ];
    deliver(t, &format!("{STREET}{}", rows.concat())).await;
    t.drain_jobs(&handlers()).await;
}

/// The text of a page, without markup.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn strangers_sign_in_first(t: Bench) {
    county(&t).await;
    let stranger = Browser::of(&t, false).await;
    for path in ["/places", "/places/E01090001", "/places/areas.geojson", "/places/E01999999"] {
        let (status, html) = stranger.get(path).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
        assert!(html.is_empty(), "{path}");
    }
}

async fn empty_pages_say_what_to_do(t: Bench) {
    let browser = Browser::of(&t, true).await;
    let (status, html) = browser.get("/places").await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("alongside areas FILE") && html.contains("No street crime has come in yet"));
    assert_eq!(browser.get("/places/E01090001").await.0, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/places/areas.geojson").await.0, StatusCode::OK);
}

async fn the_map_and_its_table(t: Bench) {
    county(&t).await;
    let browser = Browser::of(&t, true).await;
    let (status, html) = browser.get("/places").await;
    assert_eq!(status, StatusCode::OK);
    let words = text(&html);
    for sentence in [
        "August 2026 to September 2026, the whole county.",
        "1 offence has no place and 2 lie outside the county: they are counted here, not on the map.",
        "5 offences on the map",
        "Lindermouth 001A: 2 per 1,000 residents",
        "1 area has no rate, since the number of residents is not known.",
        // 3 offences, 1,500 residents: Garwood's interval of 3 is 0.62 to 8.77.
        "Lindermouth 001A Lindermouth 3 1,500 2.0 0.4 to 5.8",
        "Lindermouth 001B Lindermouth 1 2,000 0.5 0.0 to 2.8",
        "Marl &#38; Haven 001A Marl &#38; Haven 1 not known no rate",
    ] {
        assert!(words.contains(sentence), "{sentence} is not in: {words}");
    }
    // By rate, highest first; what has none comes last, either way.
    let order = |html: &str| {
        let table = html.split("<tbody").nth(1).unwrap();
        table.split("/places/").skip(1).map(|rest| rest[..9].to_owned()).take(3).collect::<Vec<_>>()
    };
    assert_eq!(order(&html), ["E01090001", "E01090002", "E01090003"]);
    let (_, up) = browser.get("/places?sort=rate&order=up").await;
    assert_eq!(order(&up), ["E01090002", "E01090001", "E01090003"]);
    let (_, html) =
        browser.get("/places?category=Drugs&from=2026-09&to=2026-09&measure=count&district=E07099001").await;
    let words = text(&html);
    assert!(words.contains("September 2026, Lindermouth.") && words.contains("2 offences on the map"), "{words}");
    assert!(!words.contains("Marl &#38; Haven 001A"), "{words}");
    assert!(html.contains("href=\"/places?category=Drugs&#38;district=E07099001&#38;from=2026-09&#38;to=2026-09&#38;measure=count&#38;sort=area"));
    assert!(!html.contains("style=") && !html.contains("Quay Street") && !html.contains("51.55"));
}

async fn one_area(t: Bench) {
    county(&t).await;
    let browser = Browser::of(&t, true).await;
    let (status, html) = browser.get("/places/E01090001?category=Drugs").await;
    assert_eq!(status, StatusCode::OK);
    let words = text(&html);
    for sentence in [
        "Lindermouth Lindermouth 001A",
        "Decile 1 of 10: among the most deprived tenth",
        "August 2026 to September 2026: 2 offences , 1.3 per 1,000 residents (95% interval 0.2 to 4.8).",
        "Highest of 2 areas, by rate.",
        "The whole county has 0.9 per 1,000 (0.2 to 2.5).",
        "Burglary 1 0.7 0.0 to 3.7 0.3",
        "Aug 2026: 0.7",
    ] {
        assert!(words.contains(sentence), "{sentence} is not in: {words}");
    }
    assert!(!html.contains("style=") && !html.contains("Quay Street") && !html.contains("51.55"));
    assert_eq!(browser.get("/places/E01999999").await.0, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/places/%3Cscript%3E").await.0, StatusCode::NOT_FOUND);
}

async fn the_map_as_geojson(t: Bench) {
    county(&t).await;
    let (status, body) = Browser::of(&t, true).await.get("/places/areas.geojson?measure=count&category=Burglary").await;
    assert_eq!(status, StatusCode::OK);
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    let areas = json["features"].as_array().unwrap();
    assert_eq!(areas.len(), 3);
    assert_eq!(areas[0]["properties"]["words"], "1 offence");
    assert_eq!(areas[2]["geometry"]["coordinates"].as_array().unwrap().len(), 2);
}

async fn the_picture_is_drawn_anew_when_data_comes(t: Bench) {
    county(&t).await;
    let browser = Browser::of(&t, true).await;
    assert!(text(&browser.get("/places").await.1).contains("5 offences on the map"));
    deliver(&t, &format!("{STREET}{}", crime("b1", "2026-09", "E01090002", "Robbery", ""))).await;
    t.drain_jobs(&handlers()).await;
    assert!(text(&browser.get("/places").await.1).contains("6 offences on the map"));
    load_areas(&t.vault, Actor::System, std::io::Cursor::new(AREAS.replace("E01090003", "E01000061"))).await.unwrap();
    // Loading areas after the offences: what lay outside is now on the map.
    let words = text(&browser.get("/places").await.1);
    assert!(words.contains("7 offences on the map") && words.contains("1 lies outside the county"), "{words}");
}
