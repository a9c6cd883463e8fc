//! The unit's data protection officer sets its clocks on a page: what is wrong is refused in words, what changed is in the log and counts from
//! then on; nobody else changes any.

use axum::http::StatusCode;
use base::SignedDuration;
use vault::params;

use crate::{asking::World, house::plan};

/// How the names of what is set here begin; the unit has other settings too.
const CLOCKS: [&str; 5] = ["ask_", "emergency_", "notice_hours", "file_days", "unusual:"];

/// Every field of the page, as it stands.
fn fields(page: &str) -> Vec<(String, String)> {
    let of = |input: &str, name: &str| {
        let rest = input.split(&format!(" {name}=\"")).nth(1)?;
        rest.split('"').next().map(str::to_owned)
    };
    let inputs = page.split("<input class=\"govuk-input").skip(1).map(|rest| rest.split('>').next().unwrap());
    inputs.map(|input| (of(input, "name").unwrap(), of(input, "value").unwrap())).collect()
}

fn with<'a>(fields: &'a [(String, String)], new: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let value = |name: &str| new.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
    fields.iter().map(|(name, old)| (name.as_str(), value(name).unwrap_or(old))).collect()
}

impl World {
    async fn settings(&self) -> Vec<String> {
        let rows = self.t.query("SELECT name || '=' || value AS text FROM setting ORDER BY name", params![]).await;
        rows.iter()
            .map(|row| row.text("text").unwrap())
            .filter(|text| CLOCKS.iter().any(|clock| text.starts_with(clock)))
            .collect()
    }

    /// In hours, how long the last question may wait.
    async fn hours_to_answer(&self) -> i64 {
        let rows = self.t.query("SELECT asked_at, answer_by FROM ask ORDER BY asked_at DESC, id DESC", params![]).await;
        let (asked, due) = (rows[0].time("asked_at").unwrap(), rows[0].time("answer_by").unwrap());
        due.since(asked).as_hours()
    }
}

#[tokio::test]
async fn the_officer_sets_the_clocks_and_they_count_from_then_on() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.asks("ruth", "school", "exclusion").await;
            assert_eq!(world.hours_to_answer().await, 24);
            let mut orla = world.browser("orla").await;
            let page = orla.get("/trust/clocks").await;
            let all = fields(&page.text);
            assert_eq!(all.len(), 19, "{all:?}");
            assert!(all.contains(&("ask_hours:safeguarding".to_owned(), "24".to_owned())));
            assert!(page.text.contains("Left empty: five working days"), "{}", page.text);
            // As it stands, nothing changes and nothing is logged.
            let entries = world.t.rows_in_table("audit_entry").await;
            let sent = orla.fill("/trust/clocks", &with(&all, &[])).await;
            assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, "/trust/clocks"));
            assert!(orla.get("/trust/clocks").await.text.contains("Nothing was changed"));
            assert!(world.settings().await.is_empty());
            let changed = "SELECT inputs FROM audit_entry WHERE verb = 'clocks_set'";
            assert!(world.t.query(changed, params![]).await.is_empty() && entries > 0);

            let new = [
                ("ask_hours:safeguarding", " 12 "),
                ("ask_working_hours", "9-17"),
                ("unusual:volume", "30"),
                ("notice_hours", "48"),
            ];
            orla.fill("/trust/clocks", &with(&all, &new)).await;
            assert!(orla.get("/trust/clocks").await.text.contains("4 clocks are set anew"));
            let set = ["ask_hours:safeguarding=12", "ask_working_hours=9-17", "notice_hours=48", "unusual:volume=30"];
            assert_eq!(world.settings().await, set);
            let logged = world.t.query(changed, params![]).await[0].text("inputs").unwrap();
            assert!(logged.contains("24 > 12") && logged.contains("every hour counts > 9-17"), "{logged}");
            world.t.clock.advance(SignedDuration::from_hours(1));
            world.asks("ruth", "school", "exclusion").await;
            assert!(world.hours_to_answer().await > 12, "working hours alone count");
            let mut orla = world.browser("orla").await; // nobody stays signed in for an hour
            let how = orla.get("/trust/unusual/how").await.text;
            assert!(how.contains("Fewer than 30 people") && how.contains("href=\"/trust/clocks\""), "{how}");

            // Back to what is usual: nothing is kept of it.
            let all = fields(&orla.get("/trust/clocks").await.text);
            let usual = [
                ("ask_hours:safeguarding", "24"),
                ("ask_working_hours", ""),
                ("unusual:volume", "20"),
                ("notice_hours", ""),
            ];
            orla.fill("/trust/clocks", &with(&all, &usual)).await;
            assert!(world.settings().await.is_empty());
        })
        .await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_words_and_nothing_is_kept() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut orla = world.browser("orla").await;
            let all = fields(&orla.get("/trust/clocks").await.text);
            for (name, value, words) in [
                ("ask_hours:safeguarding", "soon", "enter a whole number from 1 to 720"),
                ("emergency_hours", "25", "enter a whole number from 1 to 24"),
                ("emergency_hours", "", "enter a whole number from 1 to 24"),
                ("notice_hours", "0", "from 1 to 2160, or nothing"),
                ("ask_working_hours", "17-9", "two hours of the day, such as 9-17"),
                ("unusual:closes", "7", "enter one after that at which they begin"),
            ] {
                let wrong = with(&all, &[("ask_hours:other", "48"), (name, value)]);
                let answer = orla.fill("/trust/clocks", &wrong).await;
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
                assert!(answer.text.contains(words), "{name}: {}", answer.text);
                assert!(answer.text.contains("value=\"48\""), "what was typed stays");
                assert!(world.settings().await.is_empty(), "{name}");
            }
        })
        .await;
}

#[tokio::test]
async fn others_read_the_clocks_or_do_not_know_of_them() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let token = world.browser("orla").await.get("/trust/clocks").await.hidden("_csrf");
            for name in ["leon", "theo", "owen"] {
                let mut browser = world.browser(name).await;
                for from in ["/trust/asks", "/trust/emergencies", "/trust/notices"] {
                    assert!(browser.get(from).await.text.contains("href=\"/trust/clocks\""), "{name}: {from}");
                }
                let page = browser.get("/trust/clocks").await;
                assert_eq!(page.status, StatusCode::OK, "{name}");
                assert!(page.text.contains("every hour counts") && !page.text.contains("ask_hours:other"), "{name}");
                let own = browser.get("/trust/asks").await.text;
                let own = own.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
                let sent = browser.post("/trust/clocks", own.unwrap_or(&token), &[("ask_hours:other", "1")]).await;
                assert!(!sent.status.is_success() && sent.status != StatusCode::SEE_OTHER, "{name}: {}", sent.status);
            }
            for name in ["ruth", "asha", "priya", "sam"] {
                let mut browser = world.browser(name).await;
                assert_eq!(browser.get("/trust/clocks").await.status, StatusCode::NOT_FOUND, "{name}");
                assert!(!browser.get("/trust/unusual/how").await.text.contains("/trust/clocks"), "{name}");
            }
            assert!(world.settings().await.is_empty());
        })
        .await;
}
