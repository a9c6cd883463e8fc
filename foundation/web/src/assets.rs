//! Styles, font and scripts, embedded and served under names that hold their hash, so that they may be kept for ever.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use crate::Fault;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// From a plain name (`alongside.css`) to the hashed one, as the build wrote it.
static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    Files::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

/// The URL of an asset by its plain name: `alongside.css`, `page.js`, `map.js`, `maplibre.css`, `maplibre-worker.js`,
/// `icon.svg`. A name that the build does not know gives a URL that is not found.
#[must_use]
pub fn url(name: &str) -> String {
    format!("/assets/{}", NAMES.get(name).map_or(name, String::as_str))
}

pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    if !NAMES.values().any(|known| *known == name) {
        return Fault::NotFound.into_response();
    }
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(accepted, encoding)
            && let Some(file) = Files::get(&format!("{name}.{ending}"))
        {
            let mut response = answer(&name, file.data);
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            return response;
        }
    }
    Files::get(&name).map_or_else(|| Fault::NotFound.into_response(), |file| answer(&name, file.data))
}

fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        words.next() == Some(encoding) && words.all(|word| word != "q=0")
    })
}

fn answer(name: &str, data: std::borrow::Cow<'static, [u8]>) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    let body = match data {
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    (StatusCode::OK, headers, body).into_response()
}
