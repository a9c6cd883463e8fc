//! Every component, rendered once as it stands and once with errors: what a page must never have, and what it must.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::Request;
use axum::{Router, routing::get};
use base::Timestamp;
use tower::ServiceExt;
use web::{Form, Page, Site};

use crate::house::House;

#[path = "../../examples/gallery/page.rs"]
#[allow(missing_docs, reason = "shared with the example")]
mod page;

async fn gallery(form: Form) -> String {
    let house = House::new().await;
    let now: Timestamp = "2026-11-23T13:00:00Z".parse().unwrap();
    let routes: Router<Site> = Router::new().route(
        "/gallery",
        get(move |page: Page| async move { axum::response::Html(page::gallery(page, form, now).render().unwrap()) }),
    );
    let request = Request::builder().uri("/gallery").body(axum::body::Body::empty()).unwrap();
    let response = web::serve(routes, house.site.clone()).oneshot(request).await.unwrap();
    String::from_utf8(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

fn wrong() -> Form {
    let mut form =
        Form::of([("email", "<b>\"x"), ("note", "typed </textarea>"), ("reached", "no"), ("when-day", "31")]);
    for field in ["email", "reached", "signs", "kind", "note", "file"] {
        form.refuse(field, format!("Mend {field}"));
    }
    form.date("when", "the date of the contact");
    form.date_time("next", "the next contact");
    form
}

fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn no_inline_script_or_style_and_no_event_handler() {
    for html in [gallery(Form::empty()).await, gallery(wrong()).await] {
        assert!(!html.contains(" style=") && !html.contains("<style"), "an inline style");
        let handler =
            |tag: &str| tag.split_whitespace().skip(1).any(|word| word.starts_with("on") && word.contains('='));
        let tags = html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap());
        assert_eq!(tags.filter(|tag| handler(tag)).count(), 0, "an event handler");
        let scripts: Vec<&str> = html.split("<script").skip(1).collect();
        assert!(scripts.iter().all(|script| script.contains("src=\"/assets/") && script.contains("></script>")));
    }
}

#[tokio::test]
async fn ids_are_unique_and_every_reference_finds_its_own() {
    for html in [gallery(Form::empty()).await, gallery(wrong()).await] {
        let ids = attributes(&html, "id");
        let set: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(set.len(), ids.len(), "an id occurs twice");
        let described = attributes(&html, "aria-describedby");
        let labelled = attributes(&html, "aria-labelledby");
        let named = attributes(&html, "for");
        for wanted in described.iter().chain(&labelled).chain(&named).flat_map(|ids| ids.split_whitespace()) {
            assert!(set.contains(wanted), "nothing has the id `{wanted}`");
        }
        for link in attributes(&html, "href").iter().filter_map(|href| href.strip_prefix('#')) {
            assert!(set.contains(link), "a link leads to `#{link}`, which is not there");
        }
    }
}

#[tokio::test]
async fn every_field_keeps_what_was_typed_and_says_what_is_wrong() {
    let html = gallery(wrong()).await;
    assert!(html.contains("value=\"&#60;b&#62;&#34;x\"") && html.contains("typed &#60;/textarea&#62;</textarea>"));
    assert!(
        html.contains("value=\"no\" checked")
            && html.contains("name=\"when-day\" type=\"text\" inputmode=\"numeric\" value=\"31\"")
    );
    for field in ["email", "reached", "signs", "kind", "note", "file"] {
        assert!(html.contains(&format!("<a href=\"#{field}\">Mend {field}</a>")), "{field} in the summary");
        assert!(
            html.contains(&format!("<p id=\"{field}-error\" class=\"govuk-error-message\">")),
            "{field} beside the field"
        );
    }
    assert!(html.contains("The date of the contact must include a month and a year"));
    assert!(
        html.contains("Enter the next contact")
            && html.contains("id=\"next-time\" name=\"next-time\" type=\"text\" value=\"\"")
    );
    assert!(html.contains("<title>Error: Gallery of components – Alongside</title>"));
    assert!(!gallery(Form::empty()).await.contains("govuk-error"));
}

#[tokio::test]
async fn a_wide_table_is_cards_on_a_phone_and_says_so_where_it_scrolls() {
    let html = gallery(Form::empty()).await;
    assert!(
        html.contains("<table class=\"govuk-table app-cards\">\n<caption class=\"govuk-visually-hidden\">Open moments")
    );
    assert!(html.contains("app-scroll__sign--cards\">Scroll across to see every column"));
    let frame = html.find("<div class=\"app-scroll\" role=\"region\" aria-label=\"Open moments\"").unwrap();
    let named = html.find("<p class=\"app-caption\" aria-hidden=\"true\">Open moments</p>").unwrap();
    assert!(named < frame, "what it is called does not scroll away");
}

#[tokio::test]
async fn the_words_that_colour_only_adds_to_are_there() {
    let html = gallery(Form::empty()).await;
    for words in [
        "Child, 14",
        "Age unknown: treat as child",
        "26 hours left",
        "Due soon",
        "Breached by 5 hours",
        "Paused: no cover until Monday 8am",
        "about 41 (31–53), medium confidence, 3 of 5 feeds",
        "Pointer only",
        "Showing 151 to 200 of 1,234",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(html.matches("class=\"app-child\"").count(), 1 + 6, "none for an adult");
}
