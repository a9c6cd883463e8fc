//! That somebody's data is deleted, each agency decides about what it holds; what is sealed is decided apart, and nothing tells of it. And no answer
//! is fetched before whoever asked has shown who they are, or after its days.

use axum::http::StatusCode;
use base::{Id, SignedDuration, kind};
use vault::{store_suite, testing::Bench};

use crate::{
    asking::World,
    browser::Browser,
    rights_sealed::{Seen, handlers, kept_plan, part_of},
};

store_suite! { plan: kept_plan() => [
    each_agency_decides_about_what_it_holds,
    what_is_sealed_is_decided_apart_and_nothing_tells_of_it,
    no_answer_is_fetched_before_they_show_who_they_are_or_after_its_days,
    that_something_was_sealed_once_is_read_and_left_out,
    what_is_restricted_is_told_to_those_who_were_shown_what_is_sealed,
] }

impl World {
    /// Records a request of a person's; gives its address.
    async fn wants(&self, orla: &mut Browser, person: Id<kind::Person>, kind: &str) -> String {
        let page = orla.get(&format!("/trust/rights/new?person={person}")).await;
        let (key, person) = (page.hidden("form_key"), person.to_string());
        let fields = [
            ("form_key", key.as_str()),
            ("person", person.as_str()),
            ("kind", kind),
            ("made_by", "person"),
            ("received-day", "22"),
            ("received-month", "11"),
            ("received-year", "2026"),
            ("shown", "no"),
            ("regime", "both"),
            ("asked", "That is what I want"),
        ];
        let sent = orla.post("/trust/rights/new", &page.hidden("_csrf"), &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        sent.location
    }

    /// Writes down that an agency was shown a record.
    async fn shown(&self, record: &str, giver: &str, category: &str, to: &str) {
        let (giver, to, id) = (self.agencies[giver], self.agencies[to], self.t.id::<kind::Entry>());
        let now = self.vault().now().as_micros();
        let sql = format!(
            "INSERT INTO disclosure (id, controller, category, record, to_agency, kind, purpose, ground, power, basis, permit, day, first_at, \
             last_at) VALUES ('{id}', '{giver}', '{category}', '{record}', '{to}', 'view', 'support', 'agreement', 'p', 'b', '1', '2026-11-22', \
             {now}, {now})"
        );
        self.t.tamper(&sql).await.unwrap();
    }

    /// How many records an agency holds.
    async fn records_of(&self, agency: &str) -> usize {
        let agency = self.agencies[agency];
        self.t.query(&format!("SELECT id FROM record WHERE controller = '{agency}'"), Vec::new()).await.len()
    }
}

const DONE: [(&str, &str); 2] = [("outcome", "done"), ("words", "It is done")];

async fn each_agency_decides_about_what_it_holds(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let person = world.t.id();
    world.holds(person, "school", "exclusion", "FIGHT", false).await;
    world.holds(person, "hospital", "ae_navigator", "SEEN AT NIGHT", false).await;
    let mut orla = world.sits("orla").await;
    let here = world.wants(&mut orla, person, "erasure").await;
    let (decide, given) = (format!("{here}/decide"), format!("{here}/given"));
    let token = orla.get(&here).await.hidden("_csrf");
    assert!(orla.get(&here).await.text.contains("It is being found out which agencies hold something"));
    let early = orla.post(&decide, &token, &DONE).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN, "who holds something is not known yet: {}", early.text);
    world.t.drain_jobs(&handlers()).await;
    assert!(orla.get(&here).await.text.contains("Has not decided yet"));
    assert_eq!(orla.post(&decide, &token, &DONE).await.status, StatusCode::NOT_FOUND, "theirs to decide");
    let mut owen = world.sits("owen").await;
    let of_owen = owen.get("/account").await.hidden("_csrf");
    assert!(!owen.get("/trust/rights").await.text.contains(&here), "who holds nothing is not asked");
    assert_eq!(owen.post(&decide, &of_owen, &DONE).await.status, StatusCode::NOT_FOUND);
    orla.post(&format!("{here}/step"), &token, &[("deed", "identity_seen")]).await;

    let (mut leon, mut grace) = (world.sits("leon").await, world.sits("grace").await);
    assert!(leon.get("/trust/rights").await.text.contains(&decide));
    let of_leon = leon.get(&decide).await.hidden("_csrf");
    let decided = leon.post(&decide, &of_leon, &DONE).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text);
    assert_eq!(leon.post(&decide, &of_leon, &DONE).await.status, StatusCode::SEE_OTHER, "a double click");
    assert!(!leon.get("/trust/rights").await.text.contains(&decide), "they have decided");
    let early = orla.post(&given, &token, &[("how", "post")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "one has not decided: {}", early.text);
    let page = grace.get(&decide).await;
    let of_grace = page.hidden("_csrf");
    assert!(page.text.contains("You decide about what your agency holds"), "{}", page.text);
    let bare = grace.post(&decide, &of_grace, &[("outcome", "not"), ("words", "We must keep it")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "a ground");
    let keeps = [("outcome", "not"), ("why", "public_task"), ("words", "We must keep it")];
    assert_eq!(grace.post(&decide, &of_grace, &keeps).await.status, StatusCode::SEE_OTHER);

    let said = |letter: &str| {
        assert!(letter.contains("We have deleted a part") && letter.contains("keeps what it holds"), "{letter}");
        assert!(letter.contains("a task in the public interest") && letter.contains("We must keep it"), "{letter}");
        assert!(letter.contains("ico.org.uk/make-a-complaint"), "they can complain");
    };
    said(&orla.get(&format!("{here}/letter")).await.text);
    let done = orla.post(&given, &token, &[("how", "by_hand")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(done.location.starts_with("/trust/retention/erasures/"), "{}", done.location);
    assert_eq!((world.records_of("school").await, world.records_of("hospital").await), (0, 1));
    assert_eq!(world.t.rows_in_table("person_record").await, 1, "what it hangs on stays with it");
    assert_eq!(world.t.rows_in_table("person").await, 1);
    said(&orla.get(&format!("{here}/letter")).await.text);
    let about = world.t.query("SELECT person FROM rights_request", Vec::new()).await;
    assert_eq!(about[0].text("person").unwrap(), "", "the request forgets whom it was about");
}

async fn what_is_sealed_is_decided_apart_and_nothing_tells_of_it(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let mut ways = Vec::new();
    for sealed in [false, true] {
        let (person, mut seen) = (world.t.id(), Seen(Vec::new()));
        world.holds(person, "school", "exclusion", "FIGHT", false).await;
        if sealed {
            world.holds(person, "police", "custody", "HIDDEN", true).await;
            // A hold on a kind of data of which only something sealed is theirs.
            let hold =
                format!("INSERT INTO held_back (what, why) VALUES ('{} custody', 'a hold')", world.agencies["police"]);
            world.t.tamper(&hold).await.unwrap();
        }
        let mut orla = world.sits("orla").await;
        let here = world.wants(&mut orla, person, "erasure").await;
        world.t.drain_jobs(&handlers().with(share::ProveErasure)).await;
        seen.look(&mut orla, &here, "asked").await;
        let mut leon = world.sits("leon").await;
        let of_leon = leon.get("/account").await.hidden("_csrf");
        let decided = leon.post(&format!("{here}/decide"), &of_leon, &DONE).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text);
        seen.look(&mut orla, &here, "decided").await;
        let token = orla.get(&here).await.hidden("_csrf");
        let stranger = orla.post(&format!("{here}/given"), &token, &[("how", "by_hand")]).await;
        assert_eq!(stranger.status, StatusCode::FORBIDDEN, "they have not shown who they are");
        seen.press(&mut orla, &here, &format!("{here}/step"), &[("deed", "identity_seen")], "shown").await;
        let report = seen.press(&mut orla, &here, &format!("{here}/given"), &[("how", "by_hand")], "given").await;
        let report = seen.look(&mut orla, &report, "report").await;
        assert!(report.contains("Decided by") && report.contains("leon of school"), "{report}");
        for part in ["", "/letter"] {
            seen.look(&mut orla, &format!("{here}{part}"), part).await;
        }
        assert_eq!(world.records_of("school").await, 0);
        assert_eq!(world.records_of("police").await, usize::from(sealed), "they have not decided");
        ways.push(seen);
    }
    for ((what, status, text), (_, other_status, other_text)) in ways[0].0.iter().zip(&ways[1].0) {
        assert_eq!(status, other_status, "{what}");
        assert_eq!(text, other_text, "{what}");
        assert!(!text.contains("HIDDEN"), "{what}");
    }
    world.t.drain_jobs(&handlers().with(share::ProveErasure)).await;
    for report in world.t.query("SELECT rows_left, rows_found FROM erasure_report", Vec::new()).await {
        let proof = (report.text("rows_left").unwrap(), report.text("rows_found").unwrap());
        assert_eq!(
            proof,
            ("{}".to_owned(), "{}".to_owned()),
            "nothing of what went is left, and the proof tells nothing"
        );
    }
    // Two who are named decide; a hold is told to them alone.
    let (mut owen, mut callum) = (world.sits("owen").await, world.sits("callum").await);
    let parts = part_of(&owen.get("/trust/rights/sealed").await.text);
    assert_eq!(parts.len(), 2, "one for each request, whether anything is sealed or not");
    for part in &parts {
        let page = owen.get(part).await;
        let of_owen = page.hidden("_csrf");
        let full = page.text.contains("HIDDEN");
        if full {
            let bare = owen.post(&format!("{part}/checked"), &of_owen, &[]).await;
            assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "it is decided");
        }
        let checked = owen.post(&format!("{part}/checked"), &of_owen, &DONE).await;
        assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.text);
        let second = format!("{part}/second");
        let own = owen.post(&second, &of_owen, &[("decision", "approve")]).await;
        assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody approves their own");
        let of_callum = callum.get(part).await.hidden("_csrf");
        if full {
            let held = callum.post(&second, &of_callum, &[("decision", "approve")]).await;
            assert!(held.status == StatusCode::FORBIDDEN && held.text.contains("A legal hold is on it"));
            world.t.tamper("DELETE FROM held_back").await.unwrap();
        }
        let agreed = callum.post(&second, &of_callum, &[("decision", "approve")]).await;
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.text);
    }
    assert_eq!(world.records_of("police").await, 0, "theirs went");
    assert_eq!(world.t.rows_in_table("erasure_report").await, 2, "and no report says so");
    assert!(part_of(&owen.get("/trust/rights/sealed").await.text).is_empty());
    let acts =
        world.t.query("SELECT inputs AS text FROM audit_entry WHERE scope_kind = 'rights_sealed'", Vec::new()).await;
    assert!(acts.iter().all(|row| !row.text("text").unwrap().contains("notices")), "the log tells nothing of it");
}

async fn no_answer_is_fetched_before_they_show_who_they_are_or_after_its_days(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let person = world.t.id();
    world.holds(person, "school", "exclusion", "FIGHT", false).await;
    let (mut orla, mut olaf) = (world.sits("orla").await, world.sits("olaf").await);
    let here = world.wants(&mut orla, person, "access").await;
    let token = orla.get(&here).await.hidden("_csrf");
    orla.post(&format!("{here}/gather"), &token, &[]).await;
    world.t.drain_jobs(&handlers()).await;
    let submitted = orla.post(&format!("{here}/submit"), &token, &[]).await;
    assert_eq!(submitted.status, StatusCode::SEE_OTHER, "{}", submitted.text);
    let of_olaf = olaf.get(&here).await.hidden("_csrf");
    olaf.post(&format!("{here}/second"), &of_olaf, &[("decision", "approve")]).await;
    world.t.drain_jobs(&handlers()).await;
    assert!(!orla.get(&here).await.text.contains("Fetch the answer"));
    for file in ["pdf", "json"] {
        let early = orla.post(&format!("{here}/file"), &token, &[("file", file)]).await;
        assert_eq!(early.status, StatusCode::FORBIDDEN, "they have not shown who they are");
        assert!(!early.text.contains("FIGHT"));
    }
    orla.post(&format!("{here}/step"), &token, &[("deed", "identity_seen")]).await;
    let json = orla.post(&format!("{here}/file"), &token, &[("file", "json")]).await;
    assert!(json.status == StatusCode::OK && json.text.contains("FIGHT"), "{}", json.text);
    // Its days are over, and the daily job has not been.
    world.t.clock.advance(SignedDuration::from_hours(24 * 31));
    let mut orla = world.sits("orla").await;
    let token = orla.get(&here).await.hidden("_csrf");
    let late = orla.post(&format!("{here}/file"), &token, &[("file", "json")]).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(late.text.contains("no longer kept") && !late.text.contains("FIGHT"), "{}", late.text);
}

async fn what_is_restricted_is_told_to_those_who_were_shown_what_is_sealed(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let person = world.t.id();
    world.holds(person, "school", "exclusion", "FIGHT", false).await;
    world.holds(person, "police", "custody", "HIDDEN", true).await;
    let sealed = world.t.query("SELECT id FROM record WHERE category = 'custody_sealed'", Vec::new()).await;
    let record = sealed[0].text("id").unwrap();
    world.shown(&record, "police", "custody_sealed", "care").await;
    let mut orla = world.sits("orla").await;
    let here = world.wants(&mut orla, person, "restriction").await;
    let token = orla.get(&here).await.hidden("_csrf");
    orla.post(&format!("{here}/step"), &token, &[("deed", "identity_seen")]).await;
    let done = [("outcome", "done"), ("words", "It is done")];
    let decided = orla.post(&format!("{here}/decide"), &token, &done).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text);
    let own = orla.post(&format!("{here}/given"), &token, &[("how", "post")]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "two people stand behind it");
    let mut olaf = world.sits("olaf").await;
    let of_olaf = olaf.get(&here).await.hidden("_csrf");
    let given = olaf.post(&format!("{here}/given"), &of_olaf, &[("how", "post")]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let told = world.t.query("SELECT to_agency, what FROM disclosure_notice", Vec::new()).await;
    assert_eq!(told.len(), 1, "whoever was shown what is sealed is told too");
    assert_eq!(told[0].text("to_agency").unwrap(), world.agencies["care"].to_string());
    assert_eq!(told[0].text("what").unwrap(), "restricted");
    let restricted = "SELECT id FROM record WHERE category IN ('custody_sealed_restricted', 'exclusion_restricted')";
    assert_eq!(world.t.query(restricted, Vec::new()).await.len(), 2, "it is kept, and not used");
    let log =
        world.t.query("SELECT inputs AS text FROM audit_entry WHERE scope_kind = 'rights_request'", Vec::new()).await;
    assert!(log.iter().all(|row| !row.text("text").unwrap().contains("custody_sealed")));
}

async fn that_something_was_sealed_once_is_read_and_left_out(t: Bench) {
    let world = World::set_up_with_readers(t).await;
    let person = world.t.id::<kind::Person>();
    world.holds(person, "school", "exclusion", "FIGHT", false).await;
    // As it stands once two people have lifted it.
    let (id, school) = (world.t.id::<kind::Seal>(), world.agencies["school"]);
    let lifted = format!(
        "INSERT INTO seal_about (id, about, whole, controller, category) VALUES ('{id}', '{person}', TRUE, '{school}', 'seal')"
    );
    world.t.tamper(&lifted).await.unwrap();
    let mut orla = world.sits("orla").await;
    let here = world.wants(&mut orla, person, "access").await;
    let token = orla.get(&here).await.hidden("_csrf");
    orla.post(&format!("{here}/gather"), &token, &[]).await;
    world.t.drain_jobs(&handlers()).await;
    let early = orla.post(&format!("{here}/submit"), &token, &[]).await;
    assert!(!early.text.contains("could not be read"), "{}", early.text);
    assert!(
        early.text.contains("1 suggestions have not been decided"),
        "it is suggested to be left out: {}",
        early.text
    );
}
