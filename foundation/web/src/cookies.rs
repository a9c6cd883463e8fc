//! The three cookies: the sign-in, the visit before it (which forms are bound to), and the one message after a redirect.
//! None outlives the browser but by the sign-in's own limit; none holds anything about a person.

use axum::http::{HeaderMap, HeaderValue, header};

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    SignIn,
    Visit,
    Flash,
}

impl Cookie {
    /// With https the `__Host-` prefix, so that no neighbouring site or plain connection can plant it. Loopback http
    /// can't have `Secure` cookies in every browser, so there it is plain.
    fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::SignIn, true) => "__Host-alongside-sign-in",
            (Self::SignIn, false) => "alongside-sign-in",
            (Self::Visit, true) => "__Host-alongside-visit",
            (Self::Visit, false) => "alongside-visit",
            (Self::Flash, true) => "__Host-alongside-said",
            (Self::Flash, false) => "alongside-said",
        }
    }

    pub(crate) fn read(self, headers: &HeaderMap, https: bool) -> Option<&str> {
        let name = self.name(https);
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| {
            line.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
        })
    }

    /// The header that sets it; an empty value removes it. `value` must be hex or percent-encoded.
    pub(crate) fn set(self, value: &str, https: bool) -> Option<HeaderValue> {
        let life = match (value.is_empty(), self) {
            (true, _) => "; Max-Age=0",
            (false, Self::Flash) => "; Max-Age=60",
            (false, _) => "",
        };
        let secure = if https { "; Secure" } else { "" };
        let name = self.name(https);
        HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}")).ok()
    }
}

/// Percent-encodes what a cookie can't hold.
pub(crate) fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Undoes [`encode`].
pub(crate) fn decode(text: &str) -> Option<String> {
    form_urlencoded::parse(format!("v={text}").as_bytes()).next().map(|(_, value)| value.into_owned())
}
