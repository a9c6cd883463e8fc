//! People's rights: everything about somebody is found and nothing of anybody else, a human marks what is left out, a second one looks at it, and
//! nothing is seen by anybody else.

use axum::http::StatusCode;
use base::SignedDuration;
use share::{GatherAnswer, GatherSealed, MakeAnswer, WatchRights, api::Unlinked};
use vault::jobs::Handlers;

use crate::{
    asking::World,
    browser::{Answer, Browser},
    house::{plan, signed_in, site},
};

const ASKED: &str = "I want to see all that you have about me";

impl World {
    async fn at(&self, name: &str) -> Browser {
        let (member, agency) = self.members[name];
        signed_in(&site(self.vault(), &self.t.clock, true), member, self.agencies[agency]).await
    }

    /// Records a request of the person's; gives its address.
    async fn records(&self, orla: &mut Browser, kind: &str, more: &[(&str, &str)]) -> String {
        let page = orla.get(&format!("/trust/rights/new?person={}", self.person)).await;
        assert_eq!(page.status, StatusCode::OK);
        let (key, person) = (page.hidden("form_key"), self.person.to_string());
        let mut fields = vec![
            ("form_key", key.as_str()),
            ("person", person.as_str()),
            ("kind", kind),
            ("made_by", "person"),
            ("received-day", "22"),
            ("received-month", "11"),
            ("received-year", "2026"),
            ("shown", "yes"),
            ("regime", "both"),
            ("asked", ASKED),
        ];
        fields.extend(more);
        let token = page.hidden("_csrf");
        let sent = orla.post("/trust/rights/new", &token, &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let again = orla.post("/trust/rights/new", &token, &fields).await;
        assert_eq!(again.location, sent.location, "a double click is one request");
        sent.location
    }

    async fn questions(&self) {
        self.asks("ruth", "school", "exclusion").await;
        let why = "His mum says that Kai Brook gave him the knife";
        let question = share::api::NewAsk { why: why.to_owned(), ..self.question("police", "custody", "another form") };
        share::api::ask(self.vault(), &self.actor("ruth"), &question).await.unwrap();
        let other = share::api::NewAsk {
            person: self.t.id(),
            why: "Somebody else’s secret is here".to_owned(),
            ..self.question("school", "exclusion", "a third form")
        };
        share::api::ask(self.vault(), &self.actor("ruth"), &other).await.unwrap();
    }
}

fn handlers() -> Handlers {
    Handlers::new().with(GatherAnswer::new(Unlinked)).with(MakeAnswer).with(GatherSealed::new(Unlinked))
}

impl World {
    /// Presses a button behind which a job works; the page that one is sent to leads on, once that is done, to where `to` says.
    async fn works(&self, browser: &mut Browser, page: &str, (form, fields): (&str, &[(&str, &str)]), to: &str) {
        let asked = press(browser, page, form, fields).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        assert!(asked.location.starts_with("/trust/rights/work/"), "{}", asked.location);
        self.t.drain_jobs(&handlers()).await;
        let done = browser.get(&asked.location).await;
        assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, to), "{}", done.text);
    }

    async fn finds(&self, orla: &mut Browser, here: &str) {
        self.works(orla, here, (&format!("{here}/gather"), &[]), &format!("{here}/review")).await;
    }

    async fn approves(&self, olaf: &mut Browser, here: &str) {
        let second = format!("{here}/second");
        self.works(olaf, &second, (&second, &[("decision", "approve")]), here).await;
    }
}

async fn press(browser: &mut Browser, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.get(page).await.hidden("_csrf");
    browser.post(to, &token, fields).await
}

/// The number of the entry whose card holds a text, and the name of its first control.
fn entry_with(page: &str, text: &str) -> (String, String) {
    let card = page.split("name=\"row\" value=\"").skip(1).find(|card| card.contains(text)).expect("no such entry");
    let number = card.split('"').next().unwrap().to_owned();
    let control = card.split(&format!("name=\"m-{number}-")).nth(1).map(|rest| rest.split('"').next().unwrap());
    (number.clone(), control.map_or_else(String::new, |at| format!("m-{number}-{at}")))
}

#[tokio::test]
async fn a_request_is_answered_from_its_receipt_to_its_files() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.questions().await;
            let mut orla = world.at("orla").await;
            let here = world.records(&mut orla, "access", &[]).await;
            let shown = orla.get(&here).await.text;
            assert!(shown.contains("29 days left") || shown.contains("30 days left"), "{shown}");
            assert!(shown.contains(ASKED));
            world.finds(&mut orla, &here).await;
            let review = format!("{here}/review");
            let page = orla.get(&review).await;
            assert!(
                page.text.contains("kitchen knife") && page.text.contains("Kai Brook"),
                "what was sealed is opened"
            );
            assert!(!page.text.contains("Somebody else’s secret"));
            assert!(page.text.contains("Social worker, Children’s social care") && !page.text.contains("ruth of care"));
            assert!(page.text.contains("Schedule 2 paragraph 16"), "a suggestion, with its law");
            let early = press(&mut orla, &here, &format!("{here}/submit"), &[]).await;
            assert_eq!(early.status, StatusCode::FORBIDDEN);
            assert!(early.text.contains("1 suggestions have not been decided"), "{}", early.text);

            let (number, control) = entry_with(&page.text, "Kai Brook");
            let (why, token) = (format!("w-{number}"), page.hidden("_csrf"));
            let fields = [("row", number.as_str()), (control.as_str(), "third_party"), ("page", "1")];
            let silent = orla.post(&review, &token, &fields).await;
            assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is left out without a reason");
            let wrong = [fields[0], (control.as_str(), "police_inquiry"), (why.as_str(), "Because")];
            assert_eq!(
                orla.post(&review, &token, &wrong).await.status,
                StatusCode::FORBIDDEN,
                "the other regime’s ground"
            );
            let whole = [fields[0], fields[1], (why.as_str(), "Names his friend"), ("page", "1")];
            assert_eq!(orla.post(&review, &token, &whole).await.status, StatusCode::SEE_OTHER);
            let submitted = press(&mut orla, &here, &format!("{here}/submit"), &[]).await;
            assert_eq!(submitted.status, StatusCode::SEE_OTHER, "{}", submitted.text);

            let second = format!("{here}/second");
            let own = orla.get(&second).await;
            assert!(own.text.contains("nobody approves their own") && !own.text.contains("make the files"));
            let own = orla.post(&second, &token, &[("decision", "approve")]).await;
            assert_eq!(own.status, StatusCode::FORBIDDEN);
            let mut olaf = world.at("olaf").await;
            assert!(olaf.get(&second).await.text.contains("Names his friend"));
            world.approves(&mut olaf, &here).await;

            let pdf = press(&mut orla, &here, &format!("{here}/file"), &[("file", "pdf")]).await;
            assert!(pdf.text.starts_with("%PDF-1.7") && pdf.text.len() > 20_000);
            let json = press(&mut orla, &here, &format!("{here}/file"), &[("file", "json")]).await;
            let whole: serde_json::Value = serde_json::from_str(&json.text).unwrap();
            let held = whole["held"].as_array().unwrap();
            let tables: Vec<&str> = held.iter().map(|row| row["table"].as_str().unwrap()).collect();
            for table in ["ask", "audit_entry", "rights_request", "rights_step"] {
                assert!(tables.contains(&table), "{table}: {tables:?}");
            }
            assert!(json.text.contains("kitchen knife") && !json.text.contains("Kai Brook"));
            assert!(json.text.contains("\"ground\": \"third_party\"") && !json.text.contains("secret"));
            assert!(orla.get(&format!("{here}/letter")).await.text.contains("Some of it is left out"));
            let mine = orla.get(&format!("{here}/mine")).await.text;
            assert!(mine.contains("These are the facts") && mine.contains("Social worker, Children’s social care"));

            let token = orla.get(&here).await.hidden("_csrf");
            for _ in 0..2 {
                let given = orla.post(&format!("{here}/given"), &token, &[("how", "by_hand")]).await;
                assert_eq!(given.status, StatusCode::SEE_OTHER, "twice is once");
            }
            let closed = orla.get(&here).await.text;
            assert!(closed.contains("Closed 22 November 2026") && closed.contains("Handed over"));
            assert_eq!(world.t.rows_in_table("rights_step").await, 5);
            // With the request closed, the person's right opens nothing more.
            let look = crate::asking::Look { purpose: vault::Purpose::Rights, ..world.look() };
            assert!(world.looks("orla", &look).await.starts_with("no: "));
            let clear = world.t.query("SELECT inputs AS text FROM audit_entry", Vec::new()).await;
            assert!(clear.iter().all(|row| !row.text("text").unwrap().contains("knife")), "no words in the log");
        })
        .await;
}

#[tokio::test]
async fn to_everybody_else_there_is_no_request() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut orla = world.at("orla").await;
            let here = world.records(&mut orla, "access", &[]).await;
            let unknown = format!("/trust/rights/{}", world.t.id::<base::kind::RightsRequest>());
            for who in ["ruth", "leon", "theo", "owen", "priya", "sam", "asha", "callum"] {
                let mut browser = world.at(who).await;
                let token = browser.get("/account").await.hidden("_csrf");
                for part in ["", "/review", "/second", "/decide", "/letter", "/mine"] {
                    let (one, other) =
                        (browser.get(&format!("{here}{part}")).await, browser.get(&format!("{unknown}{part}")).await);
                    assert_eq!(one.status, StatusCode::NOT_FOUND, "{who} {part}");
                    assert_eq!(one.text.len(), other.text.len(), "{who} {part}: not there looks the same");
                }
                for part in ["/step", "/gather", "/review", "/submit", "/second", "/decide", "/file", "/given"] {
                    let fields = [
                        ("deed", "withdrawn"),
                        ("decision", "approve"),
                        ("how", "post"),
                        ("outcome", "done"),
                        ("words", "x"),
                    ];
                    let sent = browser.post(&format!("{here}{part}"), &token, &fields).await;
                    assert_eq!(sent.status, StatusCode::NOT_FOUND, "{who} {part}");
                }
            }
            assert_eq!(world.t.rows_in_table("rights_step").await, 1);
            let look = crate::asking::Look { purpose: vault::Purpose::Rights, ..world.look() };
            assert_eq!(world.looks("orla", &look).await, "persons_right");
            for who in ["priya", "olaf", "theo", "ruth"] {
                let answer = world.looks(who, &look).await;
                assert_eq!(answer == "persons_right", who == "olaf", "{who}: {answer}");
            }
            let other = crate::asking::Look { scope: vault::Scope::person(world.t.id()), ..look.clone() };
            assert!(world.looks("orla", &other).await.starts_with("no: "), "nobody else’s records");
            for who in ["orla", "leon"] {
                assert_eq!(world.at(who).await.get("/trust/rights").await.status, StatusCode::OK, "{who}");
            }
            assert_eq!(world.at("ruth").await.get("/trust/rights").await.status, StatusCode::NOT_FOUND);
            let mut stranger = crate::house::browser(&site(world.vault(), &world.t.clock, true));
            let public = stranger.get("/your-information").await;
            assert!(public.status == StatusCode::OK && public.text.contains("You can ask at any age."));
            assert!(public.text.contains("Information Commissioner’s Office") && public.text.contains("Back"));
        })
        .await;
}

#[tokio::test]
async fn a_correction_is_decided_by_the_records_data_owner_and_what_they_say_stays_beside_it() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut orla = world.at("orla").await;
            let to = format!("{} exclusion", world.agencies["school"]);
            let here = world.records(&mut orla, "correction", &[("to", &to)]).await;
            let decide = format!("{here}/decide");
            assert_eq!(orla.get(&decide).await.status, StatusCode::NOT_FOUND, "it is the school’s to decide");
            let mut leon = world.at("leon").await;
            assert!(leon.get("/trust/rights").await.text.contains(&decide));
            let page = leon.get(&decide).await;
            assert!(page.text.contains(ASKED));
            let token = page.hidden("_csrf");
            let bare = leon.post(&decide, &token, &[("outcome", "not"), ("words", "It is what was seen")]).await;
            assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "a refusal has a ground");
            let fields = [("outcome", "not"), ("why", "accurate"), ("words", "It is what was seen")];
            for _ in 0..2 {
                assert_eq!(leon.post(&decide, &token, &fields).await.status, StatusCode::SEE_OTHER);
            }
            assert!(leon.get("/trust/rights").await.text.contains("Nothing waits for your decision"));
            let letter = orla.get(&format!("{here}/letter")).await.text;
            assert!(letter.contains("We have not done what you asked") && letter.contains("UK GDPR article 16"));
            assert!(letter.contains("It is what was seen") && letter.contains("ico.org.uk"));
            let given = press(&mut orla, &here, &format!("{here}/given"), &[("how", "post")]).await;
            assert_eq!(given.status, StatusCode::SEE_OTHER);
            assert_eq!(world.t.rows_in_table("rights_statement").await, 1);
            let facets =
                vec![vault::Facet { controller: world.agencies["school"], category: base::code!("exclusion") }];
            let ask = vault::Ask {
                actor: world.actor("tom"),
                verb: vault::Verb::View,
                scope: vault::Scope::person(world.person),
                purpose: vault::Purpose::Support,
                facets,
                facts: std::collections::BTreeMap::new(),
            };
            let reader = world.vault().read(&world.vault().permit(ask).await.unwrap()).unwrap();
            let said = share::api::what_they_say(world.vault(), &reader, world.person).await.unwrap();
            assert_eq!(said[0].says, ASKED, "whoever sees the record sees it");
        })
        .await;
}

#[tokio::test]
async fn nobody_found_is_answered_and_what_is_late_is_escalated_once() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let mut orla = world.at("orla").await;
            let late = world.records(&mut orla, "complaint", &[]).await;
            let page = orla.get("/trust/rights/new").await;
            let key = page.hidden("form_key");
            let fields = [
                ("form_key", key.as_str()),
                ("person", ""),
                ("kind", "access"),
                ("made_by", "solicitor"),
                ("received-day", "20"),
                ("received-month", "11"),
                ("received-year", "2026"),
                ("shown", "no"),
                ("regime", "uk_gdpr"),
                ("asked", ASKED),
                ("given", "Nobody"),
                ("family", "Known"),
                ("born-day", "3"),
                ("born-month", "5"),
                ("born-year", "2010"),
            ];
            let unnamed = orla.post("/trust/rights/new", &page.hidden("_csrf"), &fields[..10]).await;
            assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY, "by what did they look?");
            let sent = orla.post("/trust/rights/new", &page.hidden("_csrf"), &fields).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
            let shown = orla.get(&sent.location).await.text;
            assert!(shown.contains("Nobody Known, born 3 May 2010"));
            assert!(shown.contains("Nobody was found") && !shown.contains("Find everything"));
            assert!(orla.get(&format!("{}/letter", sent.location)).await.text.contains("We hold nothing"));
            let given = press(&mut orla, &sent.location, &format!("{}/given", sent.location), &[("how", "post")]).await;
            assert_eq!(given.status, StatusCode::SEE_OTHER);

            let handlers = handlers().with(WatchRights);
            world.t.clock.advance(SignedDuration::from_hours(24 * 29));
            world.t.drain_jobs(&handlers).await;
            let escalated = async || {
                let sql = "SELECT id FROM rights_request WHERE escalated_at IS NOT NULL";
                world.t.query(sql, Vec::new()).await.len()
            };
            assert_eq!(escalated().await, 0, "its thirtieth day is not over");
            world.t.clock.advance(SignedDuration::from_hours(48));
            world.t.drain_jobs(&handlers).await;
            world.t.drain_jobs(&handlers).await;
            assert_eq!(escalated().await, 1);
            let mut orla = world.at("orla").await; // a sign-in does not last so long
            assert!(orla.get("/trust/rights").await.text.contains("Breached by"));
            let seen = press(&mut orla, &late, &format!("{late}/step"), &[("deed", "acknowledged")]).await;
            assert_eq!(seen.status, StatusCode::SEE_OTHER);
            let extended =
                press(&mut orla, &late, &format!("{late}/step"), &[("deed", "extended"), ("longer", "complex")]).await;
            assert_eq!(extended.status, StatusCode::FORBIDDEN, "a complaint has no extension");
        })
        .await;
}

/// A value for a column that needs one.
fn value_for(column: &str, kind: &str, number: usize) -> String {
    match (column, kind) {
        (_, "INTEGER") => "1".to_owned(),
        (_, "REAL") => "1.0".to_owned(),
        _ => format!("'{:026}'", number),
    }
}

#[tokio::test]
async fn every_table_about_people_is_in_the_answer_and_nobody_elses_row() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let world = World::set_up(t).await;
            let mut orla = world.at("orla").await;
            let here = world.records(&mut orla, "access", &[]).await;
            let entries = world.vault().catalogue().await.unwrap();
            let subject: Vec<_> = entries.iter().filter(|entry| entry.kind == vault::TableKind::Subject).collect();
            assert!(subject.len() >= 7);
            let unit = world.agencies["unit"];
            let mut spoken = std::collections::BTreeSet::new();
            for (at, entry) in subject.iter().enumerate() {
                let sql = format!("SELECT name, type AS kind FROM pragma_table_info('{}')", entry.table);
                let columns = world.t.query(&sql, Vec::new()).await;
                for (whose, person, mark) in [(0, world.person, "planted"), (1, world.t.id(), "foreign")] {
                    let (mut names, mut values) = (Vec::new(), Vec::new());
                    for column in &columns {
                        let (name, kind) = (column.text("name").unwrap(), column.text("kind").unwrap());
                        let number = at * 1000 + whose * 100 + names.len();
                        let value = if entry.person_columns().any(|own| own == name) {
                            format!("'{person}'")
                        } else if name == entry.controller {
                            format!("'{unit}'")
                        } else if name == entry.category {
                            "'rights_request'".to_owned()
                        } else if kind == "TEXT" && !["id", "request"].contains(&name.as_str()) {
                            spoken.insert(entry.table.as_str());
                            format!("'{mark} {} {}'", entry.table.replace('_', "-"), name.replace('_', "-"))
                        } else {
                            value_for(&name, &kind, number)
                        };
                        names.push(name);
                        values.push(value);
                    }
                    let insert = format!(
                        "PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON; INSERT INTO {} ({}) VALUES ({}); \
                         PRAGMA ignore_check_constraints=OFF; PRAGMA foreign_keys=ON",
                        entry.table,
                        names.join(", "),
                        values.join(", ")
                    );
                    world.t.tamper(&insert).await.unwrap_or_else(|error| panic!("{}: {error}", entry.table));
                }
            }
            world.finds(&mut orla, &here).await;
            let mut all = String::new();
            for page in 1..=4 {
                all.push_str(&orla.get(&format!("{here}/review?page={page}")).await.text);
            }
            // What a seal is about says nothing but ids.
            assert_eq!(subject.len() - spoken.len(), 1, "{spoken:?}");
            for table in spoken {
                let planted = format!("planted {} ", table.replace('_', "-"));
                assert!(all.contains(&planted), "{table} is not in the answer");
            }
            assert!(!all.contains("foreign "), "somebody else’s row");
        })
        .await;
}

#[tokio::test]
async fn somebody_with_thousands_of_rows_is_answered_too() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let world = World::set_up(t).await;
            let (person, school, ruth, care) =
                (world.person, world.agencies["school"], world.members["ruth"].0, world.agencies["care"]);
            let why = world.vault().seal(b"His mum rang the school again about the bus").unwrap();
            for part in 0..25 {
                let rows: Vec<String> = (0..200)
                    .map(|at| {
                        let number = part * 200 + at;
                        format!(
                            "('{number:026}', '{school}', 'data_request', '{person}', '{ruth}', '{care}', 1, 'exclusion', 'safeguarding', \
                             '{why}', {number}, 1, 1, 'withdrawn', 'form {number}')"
                        )
                    })
                    .collect();
                let sql = format!(
                    "INSERT INTO ask (id, controller, category, person, asker, asker_agency, named, categories, purpose, why, asked_at, \
                     answer_by, expires_at, state, form_key) VALUES {}",
                    rows.join(", ")
                );
                world.t.tamper(&sql).await.unwrap();
            }
            let mut orla = world.at("orla").await;
            let here = world.records(&mut orla, "access", &[]).await;
            let began = std::time::Instant::now();
            world.finds(&mut orla, &here).await;
            println!("gathered in {:?}", began.elapsed());
            let page = orla.get(&format!("{here}/review?show=undecided&page=3")).await;
            assert!(page.text.contains("5000 suggestions alike"), "{}", &page.text[..2000]);
            let (rule, ground) = (page.hidden("rule"), page.hidden("ground"));
            let all = [("table", "ask"), ("rule", &rule), ("ground", &ground), ("decision", "withhold"), ("why-all", "His mother")];
            let kept = orla.post(&format!("{here}/review/all"), &page.hidden("_csrf"), &all).await;
            assert_eq!(kept.status, StatusCode::SEE_OTHER);
            assert_eq!(press(&mut orla, &here, &format!("{here}/submit"), &[]).await.status, StatusCode::SEE_OTHER);
            let began = std::time::Instant::now();
            let mut olaf = world.at("olaf").await;
            world.approves(&mut olaf, &here).await;
            println!("approved in {:?}", began.elapsed());
            let json = press(&mut olaf, &here, &format!("{here}/file"), &[("file", "json")]).await;
            assert!(json.text.matches("\"table\": \"ask\"").count() == 5000 && !json.text.contains("His mum"));
        })
        .await;
}

#[tokio::test]
async fn long_work_goes_on_without_whoever_asked_is_done_once_and_says_when_it_failed() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.asks("ruth", "school", "exclusion").await;
            let mut orla = world.at("orla").await;
            let here = world.records(&mut orla, "access", &[]).await;
            let gather = format!("{here}/gather");
            let asked = press(&mut orla, &here, &gather, &[]).await;
            let waits = orla.get(&asked.location).await;
            assert_eq!(waits.status, StatusCode::OK);
            assert!(waits.text.contains("It waits for its turn.") && waits.text.contains("http-equiv=\"refresh\""));
            assert!(orla.get(&here).await.text.contains("See how far it is"));
            let again = press(&mut orla, &here, &gather, &[]).await;
            assert_eq!(
                (again.status, again.location.as_str()),
                (StatusCode::SEE_OTHER, here.as_str()),
                "a double click"
            );
            let token = orla.get(&here).await.hidden("_csrf");
            let paused = orla.post(&format!("{here}/step"), &token, &[("deed", "clarification_asked")]).await;
            assert_eq!(paused.status, StatusCode::CONFLICT, "what would change under it waits");
            for who in ["ruth", "leon", "theo", "owen", "sam"] {
                assert_eq!(world.at(who).await.get(&asked.location).await.status, StatusCode::NOT_FOUND, "{who}");
            }
            // The program is killed while the job runs, and behind its last step: it runs again, and nothing is done twice.
            let running = "UPDATE job SET state = 'running', held_until = 0, attempts = 1 WHERE kind = 'gather_answer'";
            world.t.tamper(running).await.unwrap();
            for _ in 0..2 {
                world.vault().run_due_jobs(&handlers()).await.unwrap();
                let gathered = "SELECT id FROM rights_step WHERE deed = 'gathered'";
                assert_eq!(world.t.query(gathered, Vec::new()).await.len(), 1);
                world.t.tamper(running).await.unwrap();
            }
            world.vault().run_due_jobs(&handlers()).await.unwrap();
            let log = "SELECT actor FROM audit_entry WHERE actor IN (SELECT id FROM job WHERE kind = 'gather_answer')";
            assert!(world.t.query(log, Vec::new()).await.is_empty(), "it acts as whoever asked");
            let done = orla.get(&asked.location).await;
            assert_eq!(done.location, format!("{here}/review"));

            // While it is found again nothing is marked; and it is not found for somebody who may not do it any more.
            let again = press(&mut orla, &here, &gather, &[]).await;
            let submitted = orla.post(&format!("{here}/submit"), &token, &[]).await;
            assert_eq!(submitted.status, StatusCode::CONFLICT);
            let analyst = std::collections::BTreeSet::from([share::api::Duty::Analyst]);
            let mut change = crate::house::change(world.vault()).await;
            share::api::set_member_duties(&mut change, world.members["orla"].0, &analyst).await.unwrap();
            change.commit().await.unwrap();
            world.vault().run_due_jobs(&handlers()).await.unwrap();
            let mut olaf = world.at("olaf").await;
            let failed = olaf.get(&again.location).await;
            assert!(failed.text.contains("It could not be done") && failed.text.contains("may not do it any more"));
            assert!(!failed.text.contains("http-equiv"), "nothing is waited for");
            let shown = olaf.get(&here).await.text;
            assert!(shown.contains("it could not be done") && shown.contains("Find everything again"));
            assert_eq!(world.t.query("SELECT id FROM rights_step WHERE deed = 'gathered'", Vec::new()).await.len(), 1);

            // Taken back while the work goes on: it ends with the request.
            press(&mut olaf, &here, &gather, &[]).await;
            press(&mut olaf, &here, &format!("{here}/step"), &[("deed", "withdrawn")]).await;
            world.vault().run_due_jobs(&handlers()).await.unwrap();
            let shown = olaf.get(&here).await.text;
            assert!(shown.contains("Closed 22 November 2026") && !shown.contains("could not be done"));
            assert_eq!(world.t.query("SELECT id FROM rights_step WHERE deed = 'gathered'", Vec::new()).await.len(), 1);
        })
        .await;
}
