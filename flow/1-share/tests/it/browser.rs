//! A browser that keeps cookies and fills forms.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use tower::ServiceExt;

pub struct Browser {
    pub router: Router,
    pub peer: SocketAddr,
    pub host: &'static str,
    cookies: BTreeMap<String, String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
}

impl Answer {
    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.text.split(&start).nth(1).unwrap_or_else(|| panic!("no field {name} in: {}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }

    /// What is set in bold, in order.
    pub fn strongs(&self) -> Vec<String> {
        self.text
            .split("<strong>")
            .skip(1)
            .filter_map(|rest| rest.split("</strong>").next())
            .map(str::to_owned)
            .collect()
    }
}

impl Browser {
    pub fn new(router: Router) -> Self {
        Self { router, peer: "192.0.2.7:40000".parse().unwrap(), host: "alongside.example", cookies: BTreeMap::new() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(path, "GET", String::new(), &[]).await
    }

    pub async fn get_with(&mut self, path: &str, headers: &[(&'static str, &'static str)]) -> Answer {
        self.send(path, "GET", String::new(), headers).await
    }

    /// Opens the page, takes its form token, and sends the fields.
    pub async fn fill(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(page).await.hidden("_csrf");
        self.post(page, &token, fields).await
    }

    pub async fn post(&mut self, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("_csrf={token}");
        for (name, value) in fields {
            let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            body.push_str(&format!("&{name}={value}"));
        }
        self.send(path, "POST", body, &[]).await
    }

    async fn send(
        &mut self,
        path: &str,
        method: &str,
        body: String,
        headers: &[(&'static str, &'static str)],
    ) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.host)
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(ConnectInfo(self.peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        self.take(&response);
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 26).await.unwrap();
        Answer { status, location: location.unwrap_or_default(), text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Keeps an answer's cookies.
    pub fn take(&mut self, response: &axum::response::Response) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
