//! The unit's own basemap: which file is taken, who gets it, and by which bytes.

use std::{fs, path::Path};

use axum::http::{HeaderMap, Request, StatusCode, header};
use picture::{Basemap, BasemapError};
use vault::{Actor, testing::Bench};

use crate::setting::{AREAS, Browser, STREET, crime, deliver, handlers, open_data, plan};

vault::store_suite! { plan: plan() => [
    strangers_get_no_tiles, tiles_come_by_their_bytes, the_page_names_its_basemap, a_unit_without_one_has_none
] }

const TILES: &str = "/places/basemap.pmtiles";

/// A header of version 3 with 500 bytes after it that differ from their neighbours.
fn archive(version: u8, kind: u8) -> Vec<u8> {
    let mut bytes = vec![0; 127];
    bytes[..7].copy_from_slice(b"PMTiles");
    bytes[7] = version;
    bytes[99] = kind;
    bytes.extend((0..500u16).map(|at| u8::try_from(at % 251).unwrap()));
    bytes
}

fn kept(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join("county.pmtiles");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_file_that_cannot_be_drawn_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |bytes: &[u8]| Basemap::open(&kept(folder.path(), bytes), None);
    assert!(open(&archive(3, 1)).is_ok() && open(&archive(3, 2)).is_ok());
    assert!(matches!(open(&archive(2, 1)), Err(BasemapError::Version(_, 2))));
    assert!(matches!(open(&archive(3, 0)), Err(BasemapError::Tiles(_, 0))));
    assert!(matches!(open(&archive(3, 1)[..126]), Err(BasemapError::NotPmtiles(_))));
    assert!(matches!(open(b""), Err(BasemapError::NotPmtiles(_))));
    assert!(matches!(open(&[b'x'; 500]), Err(BasemapError::NotPmtiles(_))));
    assert!(matches!(Basemap::open(&folder.path().join("absent"), None), Err(BasemapError::Unreadable(..))));
    assert!(matches!(Basemap::open(folder.path(), None), Err(BasemapError::Unreadable(..))), "a folder is no file");
}

async fn strangers_get_no_tiles(t: Bench) {
    let folder = tempfile::tempdir().unwrap();
    let basemap = Basemap::open(&kept(folder.path(), &archive(3, 1)), None).unwrap();
    let stranger = Browser::with_basemap(&t, false, Some(basemap)).await;
    let (status, headers, body) = stranger.ask(Request::builder().uri(TILES).header(header::RANGE, "bytes=0-6")).await;
    assert_eq!((status, body.len()), (StatusCode::SEE_OTHER, 0));
    assert!(!headers.contains_key(header::ETAG) && !headers.contains_key(header::CONTENT_RANGE));
}

async fn tiles_come_by_their_bytes(t: Bench) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = archive(3, 1);
    let path = kept(folder.path(), &bytes);
    let browser = Browser::with_basemap(&t, true, Some(Basemap::open(&path, None).unwrap())).await;
    let ask = || Request::builder().uri(TILES).header(header::ACCEPT_ENCODING, "gzip, br");
    let said = |headers: &HeaderMap, name: header::HeaderName| headers[name].to_str().unwrap().to_owned();

    for (range, from, to) in
        [("bytes=0-126", 0, 127), ("bytes=130-139", 130, 140), ("bytes=-7", 620, 627), ("bytes=600-99999", 600, 627)]
    {
        let (status, headers, body) = browser.ask(ask().header(header::RANGE, range)).await;
        assert_eq!(status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(body, bytes[from..to], "{range}");
        assert_eq!(said(&headers, header::CONTENT_RANGE), format!("bytes {from}-{}/627", to - 1));
        assert_eq!(said(&headers, header::ACCEPT_RANGES), "bytes");
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "what is compressed has other bytes");
    }
    let (status, headers, _) = browser.ask(ask().header(header::RANGE, "bytes=627-700")).await;
    assert_eq!(
        (status, said(&headers, header::CONTENT_RANGE).as_str()),
        (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */627")
    );

    let (status, headers, body) = browser.ask(ask().method("HEAD")).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    assert_eq!(said(&headers, header::CONTENT_LENGTH), "627");
    assert_eq!(said(&headers, header::CONTENT_TYPE), "application/vnd.pmtiles");
    let (status, whole, body) = browser.ask(ask()).await;
    assert_eq!((status, body == bytes), (StatusCode::OK, true));
    assert!(!whole.contains_key(header::CONTENT_ENCODING));

    // The tag holds until the file is another.
    let tag = said(&headers, header::ETAG);
    assert_eq!(tag, said(&whole, header::ETAG));
    let part = || ask().header(header::RANGE, "bytes=0-6");
    assert_eq!(browser.ask(ask().header(header::IF_NONE_MATCH, &tag)).await.0, StatusCode::NOT_MODIFIED);
    assert_eq!(browser.ask(part().header(header::IF_RANGE, &tag)).await.0, StatusCode::PARTIAL_CONTENT);
    kept(folder.path(), &[&bytes[..], b"more"].concat());
    let (status, headers, body) = browser.ask(part().header(header::IF_RANGE, &tag)).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 631), "a part of another file is of no use");
    assert_ne!(tag, said(&headers, header::ETAG));

    fs::remove_file(path).unwrap();
    assert_eq!(browser.ask(part()).await.0, StatusCode::INTERNAL_SERVER_ERROR);
}

async fn county(t: &Bench) {
    open_data(t).await;
    picture::api::load_areas(&t.vault, Actor::System, AREAS.as_bytes()).await.unwrap();
    deliver(t, &format!("{STREET}{}", crime("a1", "2026-08", "E01090001", "Drugs", ""))).await;
    t.drain_jobs(&handlers()).await;
}

async fn the_page_names_its_basemap(t: Bench) {
    county(&t).await;
    let folder = tempfile::tempdir().unwrap();
    let path = kept(folder.path(), &archive(3, 1));
    let basemap = Basemap::open(&path, Some("© Selmarsh & \"others\"".to_owned())).unwrap();

    let (_, with) = Browser::with_basemap(&t, true, Some(basemap)).await.get("/places").await;
    assert!(with.contains("data-tiles=\"/places/basemap.pmtiles\" data-basemap=\"/assets/basemap-"), "{with}");
    assert!(with.contains("data-attribution=\"© Selmarsh &#38; &#34;others&#34;\""), "{with}");
}

async fn a_unit_without_one_has_none(t: Bench) {
    county(&t).await;
    let browser = Browser::of(&t, true).await;
    let (_, without) = browser.get("/places").await;
    assert!(without.contains("data-map ") && !without.contains("basemap") && !without.contains("data-tiles"));
    assert_eq!(browser.get(TILES).await.0, StatusCode::NOT_FOUND);
}
