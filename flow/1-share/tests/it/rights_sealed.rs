//! An answer about somebody of whom something is sealed: to whoever answers, every page, status, count and file is the same as of somebody of
//! whom nothing is; those who are named answer for the rest.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use axum::http::StatusCode;
use base::{Code, Id, kind};
use share::{
    GatherAnswer, GatherSealed, MakeAnswer, MakeSealedPart,
    api::{Everyone, Sought, name_for_sealed},
};
use vault::{
    FromRow, Held, Mark, Migration, Reader, Row, StoreError,
    jobs::{Handler, Handlers, Job, JobFault},
    migration, params, store_suite,
    testing::{Bench, Plan},
};

use crate::{
    asking::World,
    browser::{Answer, Browser},
    house::{change, site},
};

store_suite! { plan: kept_plan() => [
    to_whoever_answers_it_is_the_same_whether_anything_is_sealed_or_not,
    a_part_takes_two_who_are_named_and_nobody_else_finds_it,
    what_came_later_is_gathered_again_and_who_takes_it_back_ends_it,
] }

pub fn kept_plan() -> Plan {
    let migrations: Vec<Migration> =
        web::MIGRATIONS.iter().chain(share::MIGRATIONS).copied().chain([migration!(900, "kept", "kept.sql")]).collect();
    Plan::of(&migrations)
        .decider(share::api::CedarDecider::new().unwrap())
        .starting("2026-11-22T09:00:00Z".parse().unwrap())
}

/// Whose records are whose, as the table says to whoever reads.
#[derive(Clone, Copy)]
struct Kept;

struct Link {
    record: String,
    controller: Id<kind::Agency>,
    category: Code,
}

impl FromRow for Link {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { record: row.text("record")?, controller: row.id("controller")?, category: row.parse("category")? })
    }
}

impl Held for Link {
    fn controller(&self) -> Id<kind::Agency> {
        self.controller
    }
    fn category(&self) -> &Code {
        &self.category
    }
}

#[async_trait]
impl Everyone for Kept {
    async fn ids(&self, reader: &Reader, person: Id<kind::Person>) -> Result<Vec<String>, StoreError> {
        const OF: &str = "SELECT record, controller, category FROM person_record WHERE person = $1 ORDER BY record";
        let links: Vec<Link> = reader.rows(OF, params![person]).await?;
        Ok(links.into_iter().map(|link| link.record).chain([person.to_string()]).collect())
    }
    async fn name(&self, reader: &Reader, person: Id<kind::Person>) -> Result<Option<String>, StoreError> {
        Ok(Some(format!("Kai of {} records", self.ids(reader, person).await?.len() - 1)))
    }
    async fn like(&self, reader: &Reader, sought: &Sought) -> Result<Vec<Vec<String>>, StoreError> {
        const OF: &str = "SELECT record, controller, category FROM person_record ORDER BY record";
        let Some((given, _, _)) = &sought.name else { return Ok(Vec::new()) };
        let links: Vec<Link> = reader.rows(OF, params![]).await?;
        Ok(if given == "Kai" { vec![links.into_iter().map(|link| link.record).collect()] } else { Vec::new() })
    }
}

pub fn handlers() -> Handlers {
    Handlers::new().with(GatherAnswer::new(Kept)).with(MakeAnswer).with(GatherSealed::new(Kept)).with(MakeSealedPart)
}

/// The job that puts by what is sealed, where it doesn't come to it.
struct Slow;

#[async_trait]
impl Handler for Slow {
    fn kind(&self) -> &'static str {
        "gather_sealed"
    }
    async fn run(&self, _: &vault::Vault, _: &Job) -> Result<(), JobFault> {
        Err(JobFault::Later("not yet".to_owned()))
    }
}

fn slow() -> Handlers {
    Handlers::new().with(GatherAnswer::new(Kept)).with(MakeAnswer).with(Slow)
}

impl World {
    pub async fn sits(&self, name: &str) -> Browser {
        let (member, agency) = self.members[name];
        let site = site(self.vault(), &self.t.clock, true);
        let token = site.sign_ins().open(member, self.agencies[agency], web::Proof::SecondFactor).await.unwrap();
        let routes = share::routes().merge(share::rights_routes(Arc::new(Kept)));
        let mut browser = Browser::new(web::serve(routes, site.clone()));
        browser.take(&web::signed_in(&site, &token, "/"));
        browser
    }

    /// A record about somebody; sealed from its first instant, or not.
    pub async fn holds(&self, person: Id<kind::Person>, agency: &str, category: &str, says: &str, sealed: bool) {
        let (agency, record) = (self.agencies[agency], self.t.id::<kind::Record>());
        let body = format!("{{\"given\":\"Kai\",\"family\":\"Marlow\",\"kind\":\"{says}\",\"role\":\"victim\"}}");
        let mut change = change(self.vault()).await;
        let now = change.now();
        change
            .execute(
                "INSERT INTO person (id, controller, category) VALUES ($1, $2, 'link_decision') ON CONFLICT (id) DO NOTHING",
                params![person, self.agencies["unit"]],
            )
            .await
            .unwrap();
        change
            .execute(
                "INSERT INTO record (id, feed, controller, category, source_key, event_at, body, received_at) \
                 VALUES ($1, 'f', $2, $3, $1, $4, $5, $4)",
                params![record, agency, category, now, body],
            )
            .await
            .unwrap();
        change
            .execute(
                "INSERT INTO person_record (record, person, controller, category) VALUES ($1, $2, $3, $4)",
                params![record, person, agency, category],
            )
            .await
            .unwrap();
        if sealed {
            change.mark(&[record.to_string()], Mark::Sealed, &format!("seal of {record}")).await.unwrap();
        }
        change.commit().await.unwrap();
    }

    pub async fn set_up_with_readers(t: Bench) -> Self {
        let world = Self::set_up(t).await;
        for name in ["owen", "callum"] {
            let police = world.agencies["police"];
            name_for_sealed(world.vault(), &world.actor("owen"), police, world.members[name].0).await.unwrap();
        }
        world
    }

    /// Records a request to see what is held; gives its address.
    pub async fn requests(&self, orla: &mut Browser, person: Id<kind::Person>) -> String {
        let page = orla.get(&format!("/trust/rights/new?person={person}")).await;
        let (key, person) = (page.hidden("form_key"), person.to_string());
        let fields = [
            ("form_key", key.as_str()),
            ("person", person.as_str()),
            ("kind", "access"),
            ("made_by", "person"),
            ("received-day", "22"),
            ("received-month", "11"),
            ("received-year", "2026"),
            ("shown", "yes"),
            ("regime", "both"),
            ("asked", "All of it"),
        ];
        orla.post("/trust/rights/new", &page.hidden("_csrf"), &fields).await.location
    }

    /// Records a request to see what is held and has it gathered, which a job does later; gives its address and the page's token.
    pub async fn gathers(&self, orla: &mut Browser, person: Id<kind::Person>) -> (String, String) {
        let here = self.requests(orla, person).await;
        let token = orla.get(&here).await.hidden("_csrf");
        orla.post(&format!("{here}/gather"), &token, &[]).await;
        (here, token)
    }
}

/// Without what differs between any two requests: ids, keys, positions in the log.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut word = String::new();
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() || letter == '_' || letter == '-' {
            word.push(letter);
            continue;
        }
        let random = word.len() >= 20 && word.bytes().any(|one| one.is_ascii_digit());
        let number = word.len() >= 5 && word.bytes().all(|one| one.is_ascii_digit());
        let position = word.len() == 12 && word.starts_with("0000");
        plain.push_str(if random || number || position { "#" } else { &word });
        plain.push(letter);
        word.clear();
    }
    // The entry's place in the log, in the file for machines.
    let lines = plain.lines().map(|line| {
        if line.trim_start().starts_with("\"value\": \"") {
            line.trim_end_matches(|one: char| one.is_ascii_digit() || one == '"')
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub struct Seen(pub Vec<(String, u16, String)>);

impl Seen {
    pub fn note(&mut self, what: &str, answer: &Answer) {
        let text = if answer.text.starts_with("%PDF") { "%PDF".to_owned() } else { plain(&answer.text) };
        self.0.push((what.to_owned(), answer.status.as_u16(), format!("{}\n{text}", plain(&answer.location))));
    }

    pub async fn look(&mut self, browser: &mut Browser, path: &str, what: &str) -> String {
        let answer = browser.get(path).await;
        self.note(what, &answer);
        answer.text
    }

    pub async fn press(
        &mut self,
        browser: &mut Browser,
        page: &str,
        to: &str,
        fields: &[(&str, &str)],
        what: &str,
    ) -> String {
        let token = browser.get(page).await.hidden("_csrf");
        let answer = browser.post(to, &token, fields).await;
        assert!(answer.status == StatusCode::SEE_OTHER || answer.status == StatusCode::OK, "{what}: {}", answer.text);
        self.note(what, &answer);
        answer.location
    }
}

/// The whole way of a request as the unit's two officers see it; what those who are named do in between leaves no trace in it. Where they
/// aren't quick, nor is the job: it comes when the request is closed.
async fn way(world: &World, person: Id<kind::Person>, readers_are_quick: bool) -> Seen {
    let (mut orla, mut olaf, mut seen) = (world.sits("orla").await, world.sits("olaf").await, Seen(Vec::new()));
    let here = world.requests(&mut orla, person).await;
    seen.look(&mut orla, &here, "recorded").await;
    let jobs = || if readers_are_quick { handlers() } else { slow() };
    let work = seen.press(&mut orla, &here, &format!("{here}/gather"), &[], "gather").await;
    seen.look(&mut orla, &here, "is gathered").await;
    assert!(world.vault().run_due_jobs(&jobs()).await.unwrap() >= 1);
    seen.look(&mut orla, &work, "work").await;
    if readers_are_quick {
        finish_parts(world).await;
    }
    seen.look(&mut orla, &here, "gathered").await;
    seen.look(&mut orla, &format!("{here}/review"), "review").await;
    seen.look(&mut orla, &format!("{here}/review?show=undecided"), "undecided").await;
    // Found again, in case the first time left something in the log about it.
    seen.press(&mut orla, &here, &format!("{here}/gather"), &[], "gather again").await;
    world.vault().run_due_jobs(&jobs()).await.unwrap();
    seen.look(&mut orla, &format!("{here}/review"), "review again").await;
    seen.press(&mut orla, &here, &format!("{here}/submit"), &[], "submit").await;
    seen.look(&mut orla, &here, "submitted").await;
    let second = format!("{here}/second");
    seen.look(&mut orla, &second, "own second").await;
    seen.look(&mut olaf, &second, "second").await;
    seen.press(&mut olaf, &second, &second, &[("decision", "approve")], "approve").await;
    world.vault().run_due_jobs(&jobs()).await.unwrap();
    seen.look(&mut orla, &here, "approved").await;
    for file in ["pdf", "json"] {
        seen.press(&mut orla, &here, &format!("{here}/file"), &[("file", file)], file).await;
    }
    for part in ["letter", "mine"] {
        seen.look(&mut orla, &format!("{here}/{part}"), part).await;
    }
    for name in ["orla", "olaf"] {
        let mut browser = world.sits(name).await;
        seen.look(&mut browser, "/trust/rights/sealed", "sealed parts").await;
        seen.look(&mut browser, "/trust", "overview").await;
    }
    seen.press(&mut orla, &here, &format!("{here}/given"), &[("how", "post")], "given").await;
    seen.look(&mut orla, &here, "closed").await;
    if !readers_are_quick {
        let before = world.t.rows_in_table("rights_sealed").await;
        world
            .t
            .tamper("UPDATE job SET run_after = 0 WHERE kind = 'gather_sealed' AND state = 'waiting'")
            .await
            .unwrap();
        world.t.drain_jobs(&handlers()).await;
        assert!(world.t.rows_in_table("rights_sealed").await > before, "it is owed all the same");
    }
    seen
}

pub fn part_of(list: &str) -> Vec<String> {
    let parts = list.split("href=\"/trust/rights/sealed/").skip(1).filter_map(|rest| rest.split('"').next());
    parts.map(|id| format!("/trust/rights/sealed/{id}")).collect()
}

/// Two who are named see to every part that waits.
pub async fn finish_parts(world: &World) {
    let (mut owen, mut callum) = (world.sits("owen").await, world.sits("callum").await);
    for part in part_of(&owen.get("/trust/rights/sealed").await.text) {
        let page = owen.get(&part).await;
        let token = page.hidden("_csrf");
        if page.text.contains("They have it") {
            assert_eq!(owen.post(&format!("{part}/given"), &token, &[]).await.status, StatusCode::SEE_OTHER);
            continue;
        }
        let checked = owen.post(&format!("{part}/checked"), &token, &[]).await;
        assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.text);
        let token = callum.get(&part).await.hidden("_csrf");
        let approved = callum.post(&format!("{part}/second"), &token, &[("decision", "approve")]).await;
        assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.text);
        world.t.drain_jobs(&handlers()).await;
    }
}

async fn to_whoever_answers_it_is_the_same_whether_anything_is_sealed_or_not(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    for quick in [false, true] {
        let (with, without) = (world.t.id(), world.t.id());
        for person in [with, without] {
            world.holds(person, "school", "exclusion", "FIGHT", false).await;
        }
        world.holds(with, "police", "custody", "HIDDEN AT HER AUNT", true).await;
        world.holds(with, "hospital", "ae_navigator", "SEEN AT NIGHT", true).await;
        let (one, other) = (way(&world, with, quick).await, way(&world, without, quick).await);
        assert_eq!(one.0.len(), other.0.len());
        for ((what, status, text), (_, other_status, other_text)) in one.0.iter().zip(&other.0) {
            assert_eq!(status, other_status, "{what}");
            for (line, other_line) in text.lines().zip(other_text.lines()) {
                assert_eq!(line, other_line, "{what}");
            }
            assert_eq!(text.len(), other_text.len(), "{what}");
            assert!(!text.contains("HIDDEN") && !text.contains("AUNT") && !text.contains("NIGHT"), "{what}: {text}");
        }
        assert!(one.0.iter().any(|(_, _, text)| text.contains("FIGHT")), "what isn't sealed is answered");
        assert!(one.0.iter().any(|(_, _, text)| text.contains("Whether they keep any about you, we are not told")));
    }
}

async fn a_part_takes_two_who_are_named_and_nobody_else_finds_it(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let (with, without) = (world.t.id(), world.t.id());
    for person in [with, without] {
        world.holds(person, "school", "exclusion", "FIGHT", false).await;
    }
    world.holds(with, "police", "custody", "HIDDEN AT HER AUNT WITH KAI BROOK IN THE TOWN", true).await;
    let mut orla = world.sits("orla").await;
    for person in [with, without] {
        world.gathers(&mut orla, person).await;
    }
    world.t.drain_jobs(&handlers()).await;
    world.t.drain_jobs(&handlers()).await;
    let (mut owen, mut callum) = (world.sits("owen").await, world.sits("callum").await);
    let parts = part_of(&owen.get("/trust/rights/sealed").await.text);
    assert_eq!(parts.len(), 2, "one for each request, whether anything is sealed or not");
    let (mut full, mut empty) = (String::new(), String::new());
    for part in parts {
        let page = owen.get(&part).await.text;
        if page.contains("HIDDEN") { full = part } else { empty = part }
    }
    let nothing = owen.get(&empty).await.text;
    assert!(nothing.contains("holds nothing sealed about whoever asked") && !nothing.contains("Kai"), "{nothing}");
    let page = owen.get(&full).await;
    assert!(page.text.contains("Kai of 2 records") && !page.text.contains("FIGHT"), "only what is sealed, and theirs");

    let unknown = format!("/trust/rights/sealed/{}", world.t.id::<kind::Person>());
    for who in ["orla", "olaf", "leon", "theo", "ruth", "sam", "grace", "priya"] {
        let mut browser = world.sits(who).await;
        let token = browser.get("/account").await.hidden("_csrf");
        let (one, other) = (browser.get(&full).await, browser.get(&unknown).await);
        assert_eq!((one.status, other.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{who}");
        assert_eq!(one.text.len(), other.text.len(), "{who}");
        assert_eq!(browser.get("/trust/rights/sealed").await.status, StatusCode::NOT_FOUND, "{who}");
        for way in ["", "/checked", "/second", "/file", "/given"] {
            let sent = browser.post(&format!("{full}{way}"), &token, &[("decision", "approve")]).await;
            assert_eq!(sent.status, StatusCode::NOT_FOUND, "{who} {way}");
        }
    }

    // Left out with a ground and a reason, by one; looked at by the other.
    let token = page.hidden("_csrf");
    let row = page.text.split("name=\"row\" value=\"").find(|card| card.contains("HIDDEN AT HER")).unwrap();
    let number = row.split('"').next().unwrap().to_owned();
    let field = row.split(&format!("name=\"m-{number}-")).nth(1);
    let (name, value) = match field.map(|rest| rest.split('"').next().unwrap()) {
        Some(at) => (format!("m-{number}-{at}"), "police_others"),
        None => (format!("f-{number}"), "w"),
    };
    let (ground, why) = (format!("g-{number}"), format!("w-{number}"));
    let silent = [("row", number.as_str()), (name.as_str(), value), (ground.as_str(), "police_others")];
    assert_eq!(owen.post(&full, &token, &silent).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason");
    let fields = [silent[0], silent[1], silent[2], (why.as_str(), "Names somebody else"), ("page", "1")];
    assert_eq!(owen.post(&full, &token, &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owen.post(&format!("{full}/checked"), &token, &[]).await.status, StatusCode::SEE_OTHER);
    let own = owen.post(&format!("{full}/second"), &token, &[("decision", "approve")]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody approves their own");
    let theirs = callum.get(&full).await;
    assert!(theirs.text.contains("Names somebody else") && theirs.text.contains("You are the second person"));
    let token = theirs.hidden("_csrf");
    let back = [("decision", "back"), ("words", "Show it: he knows")];
    assert_eq!(callum.post(&format!("{full}/second"), &token, &back).await.status, StatusCode::SEE_OTHER);
    assert!(owen.get(&full).await.text.contains("Show it: he knows"));
    let token = owen.get(&full).await.hidden("_csrf");
    assert_eq!(owen.post(&format!("{full}/checked"), &token, &[]).await.status, StatusCode::SEE_OTHER);
    let token = callum.get(&full).await.hidden("_csrf");
    let approved = callum.post(&format!("{full}/second"), &token, &[("decision", "approve")]).await;
    assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.text);
    assert!(approved.location.starts_with("/trust/rights/work/"), "{}", approved.location);
    let twice = callum.post(&format!("{full}/second"), &token, &[("decision", "approve")]).await;
    assert_eq!(twice.location, full, "a double click");
    let back = callum.post(&format!("{full}/second"), &token, &back).await;
    assert_eq!(back.status, StatusCode::CONFLICT, "its files are being made");
    for who in ["orla", "owen", "sam"] {
        assert_eq!(world.sits(who).await.get(&approved.location).await.status, StatusCode::NOT_FOUND, "{who}");
    }
    assert!(owen.get(&full).await.text.contains("Making the files"));
    let again = "UPDATE job SET state = 'running', held_until = 0 WHERE kind = 'make_sealed_part'";
    for _ in 0..2 {
        world.t.drain_jobs(&handlers()).await;
        assert_eq!(world.t.query("SELECT id FROM rights_sealed WHERE stage = 'ready'", Vec::new()).await.len(), 1);
        world.t.tamper(again).await.unwrap(); // killed behind its last step
    }
    world.t.drain_jobs(&handlers()).await;
    assert_eq!(callum.get(&approved.location).await.location, full);
    let json = callum.post(&format!("{full}/file"), &token, &[("file", "json")]).await;
    assert!(json.text.contains("Selmarsh Police") && json.text.contains("left_out") && !json.text.contains("AUNT"));
    assert!(callum.post(&format!("{full}/file"), &token, &[("file", "pdf")]).await.text.starts_with("%PDF"));
    assert_eq!(callum.post(&format!("{full}/given"), &token, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(part_of(&owen.get("/trust/rights/sealed").await.text), std::slice::from_ref(&empty), "one is done");
    finish_parts(&world).await;
    assert!(part_of(&owen.get("/trust/rights/sealed").await.text).is_empty());
    let kept: BTreeSet<String> = world
        .t
        .query("SELECT marks FROM rights_sealed", Vec::new())
        .await
        .iter()
        .map(|row| row.text("marks").unwrap())
        .collect();
    assert!(kept.iter().all(|marks| !marks.contains("somebody")), "reasons are sealed");
    let clear = world.t.query("SELECT scope_kind, scope, inputs AS text FROM audit_entry", Vec::new()).await;
    assert!(clear.iter().all(|row| !row.text("text").unwrap().contains("HIDDEN")));
}

async fn what_came_later_is_gathered_again_and_who_takes_it_back_ends_it(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let person = world.t.id();
    world.holds(person, "school", "exclusion", "FIGHT", false).await;
    let mut orla = world.sits("orla").await;
    let (here, token) = world.gathers(&mut orla, person).await;
    world.t.drain_jobs(&handlers()).await;
    finish_parts(&world).await;
    let mut owen = world.sits("owen").await;
    assert!(part_of(&owen.get("/trust/rights/sealed").await.text).is_empty(), "two saw that there was nothing");
    world.holds(person, "police", "custody", "HIDDEN", true).await;
    orla.post(&format!("{here}/gather"), &token, &[]).await;
    world.t.drain_jobs(&handlers()).await;
    let parts = part_of(&owen.get("/trust/rights/sealed").await.text);
    assert_eq!(parts.len(), 1, "now there is something");
    assert!(owen.get(&parts[0]).await.text.contains("HIDDEN"));
    let taken = orla.post(&format!("{here}/step"), &token, &[("deed", "withdrawn")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    assert!(part_of(&owen.get("/trust/rights/sealed").await.text).is_empty());
    assert_eq!(owen.get(&parts[0]).await.status, StatusCode::NOT_FOUND);
}
