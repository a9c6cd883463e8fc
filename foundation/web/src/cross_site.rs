//! Requests that change something must come from our own pages: `Sec-Fetch-Site` (or `Origin`) must say so, and the form
//! must carry a token that only a page of ours, shown to this same browser, could know.
//!
//! The token is a hash of the browser's secret cookie (the sign-in, or the visit before it), so nothing is stored. It is
//! masked anew on every page, since pages are compressed and a steady secret in them could be measured (BREACH).

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, header},
};
use base::Random;
use futures::StreamExt;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Fault;

/// The name of the hidden field; the first field of every form.
pub const FIELD: &str = "_csrf";
/// A form without files may be so large, in bytes.
pub const FORM_LIMIT: usize = 1_000_000;
/// The token must stand within so many bytes from the start of a form with files.
const PREFIX_LIMIT: usize = 8 * 1024;

/// The token for a browser's secret, masked.
pub(crate) fn token(secret: &str, random: &Random) -> String {
    let mask = random.bytes::<32>();
    hex::encode([mask, xor(mask, digest(secret))].concat())
}

fn matches(secret: &str, token: &str) -> bool {
    let mut bytes = [0_u8; 64];
    if hex::decode_to_slice(token, &mut bytes).is_err() {
        return false;
    }
    let (mask, masked) = bytes.split_at(32);
    let (Ok(mask), Ok(masked)) = (<[u8; 32]>::try_from(mask), <[u8; 32]>::try_from(masked)) else {
        return false;
    };
    bool::from(xor(mask, masked).ct_eq(&digest(secret)))
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"alongside form token 1\0").chain_update(secret.as_bytes()).finalize().into()
}

fn xor(a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
    let mut out = a;
    for (left, right) in out.iter_mut().zip(b) {
        *left ^= right;
    }
    out
}

/// Lets a request pass, with its body as it came, or refuses it.
pub(crate) async fn check(request: Request<Body>, secret: &str) -> Result<Request<Body>, Fault> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
        return Ok(request);
    }
    // No cookie opens the API (the frame does not look at them there); a browser never sends a bearer token of itself.
    if crate::frame::is_api(request.uri().path()) {
        return Ok(request);
    }
    if !from_our_site(request.headers()) {
        return Err(Fault::Forged);
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        check_files(request, secret).await
    } else {
        check_form(request, secret).await
    }
}

fn from_our_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        // Older browsers: the origin's host must be the one that was asked.
        None => text("origin").is_none_or(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }),
    }
}

async fn check_form(request: Request<Body>, secret: &str) -> Result<Request<Body>, Fault> {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, FORM_LIMIT).await.map_err(|_| {
        Fault::TooLarge("The form is larger than 1 MB. Nothing was saved. Shorten the longest answer.".into())
    })?;
    let good = form_urlencoded::parse(&bytes).any(|(name, value)| name == FIELD && matches(secret, &value));
    if good { Ok(Request::from_parts(parts, Body::from(bytes))) } else { Err(Fault::Forged) }
}

/// Reads only the first part of a form with files, which must be the token, and puts it back in front of the rest.
async fn check_files(request: Request<Body>, secret: &str) -> Result<Request<Body>, Fault> {
    let (parts, body) = request.into_parts();
    let mut stream = body.into_data_stream();
    let mut start: Vec<u8> = Vec::new();
    let found = loop {
        if let Some(value) = first_field(&start) {
            break value;
        }
        if start.len() > PREFIX_LIMIT {
            return Err(Fault::Forged);
        }
        match stream.next().await {
            Some(Ok(chunk)) => start.extend_from_slice(&chunk),
            _ => return Err(Fault::Forged),
        }
    };
    if !matches(secret, &found) {
        return Err(Fault::Forged);
    }
    let first = futures::stream::once(async move { Ok::<_, axum::Error>(Bytes::from(start)) });
    Ok(Request::from_parts(parts, Body::from_stream(first.chain(stream))))
}

/// The value of the first part, once it is whole and if it is the token's.
fn first_field(start: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(start.get(..start.len().min(PREFIX_LIMIT))?).into_owned();
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let (value, _) = rest.split_once("\r\n--")?;
    Some(if head.contains("name=\"_csrf\"") { value.to_owned() } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_its_secret_only_and_looks_new_each_time() {
        let random = Random::seeded(1);
        let (one, two) = (token("secret", &random), token("secret", &random));
        assert_ne!(one, two);
        assert!(matches("secret", &one) && matches("secret", &two));
        assert!(!matches("another", &one));
        assert!(!matches("secret", "") && !matches("secret", &one[2..]));
    }

    #[test]
    fn the_first_field_is_found_only_when_whole() {
        let whole = b"--b\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\nabc\r\n--b\r\nContent-Disp";
        assert_eq!(first_field(whole).as_deref(), Some("abc"));
        assert_eq!(first_field(&whole[..50]), None);
        let other = b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc\r\n--b";
        assert_eq!(first_field(other).as_deref(), Some(""));
    }
}
