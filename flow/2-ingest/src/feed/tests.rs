//! Feeds as declared: what is read, and what is refused.

use base::Date;

use super::{Delivers, Retention, RetentionStart, Role, declaration::read, load_folder};

#[test]
fn the_built_in_feeds_are_whole() {
    let feeds = load_folder(None).unwrap();
    let names: Vec<&str> = feeds.iter().map(|feed| feed.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "ae_navigator",
            "custody",
            "exclusions",
            "istv",
            "missing_episodes",
            "police_events",
            "police_uk",
            "social_care",
            "youth_justice"
        ]
    );
    let whole: Vec<&str> =
        feeds.iter().filter(|feed| feed.delivers == Delivers::Everything).map(|feed| feed.name.as_str()).collect();
    assert_eq!(whole, ["social_care", "youth_justice"]);
    for feed in &feeds {
        assert_eq!(feed.retention.is_none(), feed.name == "police_uk", "{}", feed.name);
        assert_eq!(feed.role == Role::Nobody, ["istv", "police_uk"].contains(&feed.name.as_str()));
    }
}

const GOOD: &str = r#"
title = "T"
agency = "police"
category = "custody"
about = "A."
delivers = "changes"
every = "month"
source_id = ["ref"]
retention = { years = 6, from = "event" }
role = { fixed = "suspect" }
[[column]]
name = "ref"
type = "text"
required = true
"#;

#[test]
fn mistakes_in_a_feed_file_are_named() {
    assert!(read("mine", GOOD).is_ok());
    for (wrong, says) in [
        (GOOD.replace("\"ref\"]", "\"reff\"]"), "there is no column `reff`"),
        (GOOD.replace("required = true", ""), "`required = true`"),
        (GOOD.replace("\"suspect\"", "\"offender\""), "a fixed role is one of victim"),
        (GOOD.replace("type = \"text\"", "type = \"text\"\nalso = [\"Gang_Nominal\"]"), "`Gang_Nominal` is a label"),
        (
            GOOD.replace("type = \"text\"", "type = \"code\"\ncodes = { x = [\"known gang\"] }"),
            "`known gang` is a label",
        ),
        (GOOD.replace("type = \"text\"", "type = \"number\""), "column `ref`: `type` is one of"),
        (GOOD.replace("type = \"text\"", "type = \"date\""), "column `ref`: say its `formats`"),
        (GOOD.replace("type = \"text\"", "type = \"date\"\nformats = [\"%d/%Q\"]"), "column `ref`: "),
        (GOOD.replace("retention = { years = 6, from = \"event\" }", ""), "how long they are kept"),
        (format!("{GOOD}\n[[column]]\nname = \"REF\"\ntype = \"text\""), "stands for both"),
        (GOOD.replace("title", "titel"), "titel"),
    ] {
        let fault = read("mine", &wrong).unwrap_err().to_string();
        assert!(fault.contains("mine.toml") && fault.contains(says), "{fault}");
    }
}

#[test]
fn retention_runs_from_birth_or_event() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let from_birth = Retention { years: 25, days: 0, from: RetentionStart::Birth };
    assert_eq!(from_birth.expires_on(None, Some(day("2008-02-29")), day("2026-01-01")), day("2033-03-01"));
    assert_eq!(from_birth.expires_on(Some(day("2026-05-05")), None, day("2026-06-01")), day("2051-05-05"));
    let from_event = Retention { years: 0, days: 30, from: RetentionStart::Event };
    assert_eq!(from_event.expires_on(None, None, day("2026-06-01")), day("2026-07-01"));
}
