//! Journey a, in the browser: a navigator's queue, the purpose, the contact, the referral and its answer; and those who may not.

use share::api::Act;
use vault::{Value, testing::Bench};

use crate::setting::{Answer, Browser, House, handlers, plan};

vault::store_suite! { plan: plan() => [
    a_navigator_keeps_a_promise, a_wrong_form_keeps_what_was_typed, a_permit_filters_the_queue, referrals_are_answered_or_escalate,
    an_agency_is_given_only_what_its_agreement_covers, the_rota_is_kept, a_moment_is_paused_and_closed,
    a_partners_agreement_stops_and_the_next_click_says_what_to_do, only_the_fields_that_the_agreement_names_are_seen,
    whatever_is_shown_of_another_agency_is_in_the_register
] }

/// Opens a moment for a purpose, and gives its page.
async fn open(browser: &mut Browser, path: &str) -> Answer {
    let asked = browser.get(path).await;
    assert!(asked.text().contains("Why are you opening this moment?") && !asked.text().contains("Barker"));
    let nothing = browser.send_form(&format!("{path}/open"), &asked, &[]).await;
    assert!(nothing.status == 422 && nothing.text().contains("Select what you open it for"));
    let sent = browser.send_form(&format!("{path}/open"), &asked, &[("purpose", "support")]).await;
    assert_eq!((sent.status.as_u16(), sent.location.as_str()), (303, path));
    browser.get(path).await
}

async fn a_navigator_keeps_a_promise(t: Bench) {
    let house = House::of(t).await;
    house.on_shift("amira", "navigator").await;
    let file = house.custody(&[
        ("A1", 3, "VIOL", "BARKER", "02-11-2010"),
        ("A2", 30, "POSS", "Lee", "14-02-2009"),
        ("A3", 20, "VIOL", "Adult", "14-02-2004"),
    ]);
    house.deliver("custody", &file).await;
    let mut browser = house.browser("amira").await;
    let before = house.count("SELECT COUNT(*) AS n FROM audit_entry").await;
    let queue = browser.get("/moments").await;
    assert_eq!(
        house.count("SELECT COUNT(*) AS n FROM audit_entry").await,
        before + 2,
        "one entry a page of results, and one for what is new in the register of disclosures"
    );
    let text = queue.text();
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is not in: {text}"));
    assert!(place("Callum Lee") < place("Callum Adult") && place("Callum Adult") < place("Callum Barker"), "{text}");
    assert!(
        text.contains("Callum Lee Child, 17")
            && text.contains("Reached us 6 hours after its time ran out")
            && text.contains("Due soon"),
        "{text}"
    );
    assert!(text.contains("21 hours left") && !text.contains("Callum Adult Child"), "{text}");

    let path = queue.links("/moments/0").into_iter().next_back().unwrap();
    let page = open(&mut browser, &path).await;
    for words in
        ["Callum Barker", "Child, 15", "Was in police custody", "Call 07104 119 031", "Suspect", "Nobody has taken"]
    {
        assert!(page.text().contains(words), "{words} is not in: {}", page.text());
    }
    let ask = browser.get(&format!("{path}/contact")).await;
    let key = ask.hidden("form_key");
    let [day, month, year, time] = house.typed_ago(1);
    let fields = [
        ("form_key", key.as_str()),
        ("reached", "yes"),
        ("when-day", &day),
        ("when-month", &month),
        ("when-year", &year),
        ("when-time", &time),
        ("how", "face_to_face"),
        ("agreed", "yes"),
        ("note", "Calm"),
    ];
    for _ in 0..2 {
        let saved = browser.send_form(&format!("{path}/contact"), &ask, &fields).await;
        assert_eq!((saved.status.as_u16(), saved.location.as_str()), (303, path.as_str()), "{}", saved.text());
    }
    assert_eq!(house.t.rows_in_table("contact").await, 1, "sent twice is sent once");
    let stopped = house.count("SELECT first_contact_at AS n FROM moment WHERE state = 'contacted'").await;
    assert_eq!(stopped, house.now().plus_hours(-1).as_micros(), "the clock stops at the contact");
    let page = browser.get(&path).await;
    for words in ["Reached in time", "Reached", "by amira", "Wants support: yes", "Calm", "You have taken this moment"]
    {
        assert!(page.text().contains(words), "{words} is not in: {}", page.text());
    }
    for minutes in [20, 11] {
        house.t.clock.advance(base::SignedDuration::from_mins(minutes)); // the sign-in itself must not go idle
        browser.get("/rota").await;
    }
    assert!(browser.get(&path).await.text().contains("Why are you opening"), "the purpose holds half an hour");
}

async fn a_wrong_form_keeps_what_was_typed(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])).await;
    let mut browser = house.browser("amira").await;
    let path = browser.get("/moments?show=all").await.links("/moments/0").remove(0);
    open(&mut browser, &path).await;
    let contact = format!("{path}/contact");
    let ask = browser.get(&contact).await;
    let key = ask.hidden("form_key");
    let bad = [
        ("form_key", key.as_str()),
        ("reached", "yes"),
        ("when-day", "yesterday"),
        ("note", "Said <hello> & went"),
        ("next-day", "1"),
        ("next-month", "1"),
        ("next-year", "2001"),
        ("next-time", "9am"),
    ];
    let answer = browser.send_form(&contact, &ask, &bad).await;
    assert_eq!(answer.status, 422);
    for words in [
        "The time of the contact must include a month and a year",
        "Select how you tried",
        "Select whether they want support",
        "The next contact must be in the future",
    ] {
        assert!(answer.text().contains(words), "{words} is not in: {}", answer.text());
    }
    assert!(answer.html.contains("Said &#60;hello&#62; &#38; went") && answer.hidden("form_key") == key);
    let [day, month, year, time] = house.typed_ago(5);
    let early = [
        ("form_key", key.as_str()),
        ("reached", "no"),
        ("when-day", &day),
        ("when-month", &month),
        ("when-year", &year),
        ("when-time", &time),
        ("how", "phone"),
    ];
    let answer = browser.send_form(&contact, &ask, &early).await;
    assert!(answer.status == 422 && answer.text().contains("can’t be before what happened"), "{}", answer.text());
    assert_eq!(house.t.rows_in_table("contact").await, 0, "nothing was kept of it");
}

async fn a_permit_filters_the_queue(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])).await;
    house.deliver("ae_navigator", &house.attendances(&[("N1", 2, "Roe")])).await;
    let both = house.browser("amira").await.get("/moments?show=all").await.text();
    assert!(both.contains("Dana Roe") && both.contains("Callum Barker"), "{both}");
    // Youth justice is no party to what the hospital shares.
    let mut marek = house.browser("marek").await;
    let one = marek.get("/moments?show=all").await.text();
    assert!(!one.contains("Roe") && one.contains("Callum Barker"), "{one}");
    let hidden = house.rows("SELECT id AS x FROM moment WHERE category = 'ae_navigator'").await.remove(0);
    let path = format!("/moments/{hidden}");
    let asked = marek.get(&path).await;
    marek.send_form(&format!("{path}/open"), &asked, &[("purpose", "support")]).await;
    assert_eq!(marek.get(&path).await.status, 404, "not covered looks like not there");
    for name in ["helen", "stranger"] {
        let mut browser = house.browser(name).await;
        assert_eq!(browser.get("/moments").await.status, 404, "{name}");
        assert_eq!(browser.get(&path).await.status, 404, "{name}");
    }
}

async fn referrals_are_answered_or_escalate(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])).await;
    let mut amira = house.browser("amira").await;
    let path = amira.get("/moments?show=all").await.links("/moments/0").remove(0);
    open(&mut amira, &path).await;
    let refer = format!("{path}/refer");
    let ask = amira.get(&refer).await;
    let (key, to) = (ask.hidden("form_key"), house.agencies["youth_justice"].to_string());
    let mut fields =
        vec![("form_key", key.as_str()), ("agency", to.as_str()), ("needs", "mentoring"), ("needs", "safety")];
    let refused = amira.send_form(&refer, &ask, &fields).await;
    assert!(
        refused.status == 422 && refused.text().contains("have not said that they want support"),
        "{}",
        refused.text()
    );
    fields.push(("reason", "Older men wait for him"));
    for _ in 0..2 {
        let sent = amira.send_form(&refer, &ask, &fields).await;
        assert_eq!((sent.status.as_u16(), sent.location.as_str()), (303, path.as_str()), "{}", sent.text());
    }
    assert_eq!(house.t.rows_in_table("referral").await, 1);
    let given = house.t.query(
        "SELECT d.to_agency, d.ground FROM disclosure d JOIN referral r ON r.id = d.via WHERE d.kind = 'referral'",
        Vec::new(),
    );
    let given = given.await;
    assert_eq!(given.len(), 1, "what was given with it is in the register, once");
    assert_eq!(
        (given[0].text("to_agency").unwrap(), given[0].text("ground").unwrap()),
        (to.clone(), "agreement".to_owned())
    );
    let mut marek = house.browser("marek").await;
    let list = marek.get("/referrals").await;
    assert!(list.text().contains("Callum Barker Child, 15") && list.text().contains("Mentoring"), "{}", list.text());
    let one = list.links("/referrals/").remove(0);
    let page = marek.get(&one).await;
    assert!(page.text().contains("Older men wait for him"), "{}", page.text());
    assert_eq!(house.browser("stranger").await.get(&one).await.status, 404);
    // Three working days of silence: Monday to the end of Thursday.
    house.advance(24 * 4);
    house.t.drain_jobs(&handlers()).await;
    assert_eq!(house.count("SELECT COUNT(*) AS n FROM referral WHERE escalated_at IS NOT NULL").await, 1);
    let (mut amira, mut marek) = (house.browser("amira").await, house.browser("marek").await); // four days later
    let page = marek.get(&one).await;
    let silent = marek.send_form(&format!("{one}/answer"), &page, &[("answer", "declined"), ("words", "")]).await;
    assert!(silent.status == 422 && silent.text().contains("Say why you can’t help"), "{}", silent.text());
    let answer = [("answer", "accepted"), ("words", "Marek will ring on Friday")];
    let sent = marek.send_form(&format!("{one}/answer"), &page, &answer).await;
    assert_eq!(sent.location, "/referrals");
    let again = marek.send_form(&format!("{one}/answer"), &page, &answer).await;
    assert_eq!(again.status, 409);
    let ours = amira.get("/referrals?show=sent").await;
    assert!(ours.text().contains("Accepted"), "{}", ours.text());
    assert!(amira.get(&one).await.text().contains("Marek will ring on Friday"));
}

async fn an_agency_is_given_only_what_its_agreement_covers(t: Bench) {
    let house = House::of(t).await;
    // What the hospital shares is not for youth justice; what police share is.
    house.deliver("ae_navigator", &house.attendances(&[("N1", 2, "Roe")])).await;
    let mut amira = house.browser("amira").await;
    let path = amira.get("/moments?show=all").await.links("/moments/0").remove(0);
    open(&mut amira, &path).await;
    let refer = format!("{path}/refer");
    let ask = amira.get(&refer).await;
    let (key, to) = (ask.hidden("form_key"), house.agencies["youth_justice"].to_string());
    let fields = [
        ("form_key", key.as_str()),
        ("agency", to.as_str()),
        ("needs", "mentoring"),
        ("reason", "Older men wait for her"),
    ];
    let refused = amira.send_form(&refer, &ask, &fields).await;
    assert_eq!(refused.status, 422);
    for words in [
        "There is no information sharing agreement between the agency that controls this",
        "Nothing was sent. Choose another agency",
        "Older men wait for her",
    ] {
        assert!(refused.text().contains(words), "{words} is not in: {}", refused.text());
    }
    assert_eq!(house.t.rows_in_table("referral").await, 0);
    let asked = house.count("SELECT COUNT(*) AS n FROM audit_entry WHERE verb = 'disclose'").await;
    assert_eq!(asked, 1, "that it was asked and refused is in the log");
}

async fn a_partners_agreement_stops_and_the_next_click_says_what_to_do(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "BARKER", "02-11-2010")])).await;
    let mut amira = house.browser("amira").await;
    let path = amira.get("/moments?show=all").await.links("/moments/0").remove(0);
    open(&mut amira, &path).await;
    house.t.clock.advance(base::SignedDuration::from_secs(1));
    house.enact("Help", Act::Suspended).await;
    for click in [path.clone(), format!("{path}/contact"), format!("{path}/refer")] {
        let refused = amira.get(&click).await;
        assert_eq!(refused.status, 403, "{click}: {}", refused.text());
        for words in ["is suspended", "It can be resumed", "what you wrote here is kept", "call 999"] {
            assert!(refused.text().contains(words), "{words} is not in: {}", refused.text());
        }
        assert!(!refused.text().contains("Barker") && !refused.text().contains("Quay Street"), "{}", refused.text());
    }
    // Whoever had not opened it learns nothing: not even that there is one.
    let mut tess = house.browser("tess").await;
    assert!(!tess.get("/moments?show=all").await.text().contains("Barker"));
    // Where nothing at all may be seen any more, the list says what to do too, and nobody is on it.
    house.enact("Health", Act::Suspended).await;
    for click in [path.as_str(), "/moments"] {
        let refused = amira.get(click).await;
        assert_eq!(refused.status, 403, "{click}: {}", refused.text());
        assert!(refused.text().contains("It can be resumed") && !refused.text().contains("Barker"));
    }
    house.enact("Health", Act::Resumed).await;
    house.enact("Help", Act::Resumed).await;
    assert!(amira.get(&path).await.text().contains("Callum Barker"), "at once again");
    house.enact("Help", Act::Ended).await;
    let ended = amira.get(&path).await;
    assert!(
        ended.text().contains("has ended") && ended.text().contains("The parties can agree anew"),
        "{}",
        ended.text()
    );
}

async fn only_the_fields_that_the_agreement_names_are_seen(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "BARKER", "02-11-2010")])).await;
    let mut amira = house.browser("amira").await;
    let path = amira.get("/moments?show=all").await.links("/moments/0").remove(0);
    let before = open(&mut amira, &path).await.text();
    for words in ["7 Quay Street", "ZQ3 2LD", "Call 07104 119 031", "Marl", "Violence"] {
        assert!(before.contains(words), "{words} is not in: {before}");
    }
    house.replace_with_fields("Help", &["given", "family", "dob"]).await;
    for page in [path.clone(), format!("{path}/contact"), format!("{path}/refer"), "/moments?show=all".to_owned()] {
        let seen = amira.get(&page).await;
        assert_eq!(seen.status, 200, "{page}: {}", seen.text());
        assert!(seen.text().contains("Callum Barker"), "{page}: {}", seen.text());
        for words in ["Quay Street", "ZQ3", "07104119031", "07104 119031", "07104 119 031", "Suspected of"] {
            assert!(!seen.html.contains(words), "{words} is on {page}: {}", seen.text());
        }
    }
    assert!(amira.get(&path).await.text().contains("Suspect"), "who they were in the event is never left out");
    // What every page about a person is made of.
    let body = house.seen_by("amira", "police", "custody").await;
    let mut keys: Vec<&str> = body.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["dob", "family", "given", "role"]);
    let granted =
        house.rows("SELECT inputs AS x FROM audit_entry WHERE verb = 'view' ORDER BY position DESC LIMIT 1").await;
    assert!(granted[0].contains(r#""fields":["dob","family","given"]"#), "the log says which: {}", granted[0]);
}

async fn the_rota_is_kept(t: Bench) {
    let house = House::of(t).await;
    let mut tess = house.browser("tess").await;
    let page = tess.get("/rota").await;
    assert!(
        page.text().contains("No cover planned") && page.text().contains("This weekend has gaps"),
        "{}",
        page.text()
    );
    let (key, amira) = (page.hidden("form_key"), house.members["amira"].to_string());
    let mut fields = vec![
        ("form_key", key.as_str()),
        ("member", amira.as_str()),
        ("duty", "youth_worker"),
        ("from-day", "7"),
        ("from-month", "3"),
        ("from-year", "2026"),
        ("from-time", "9:00"),
        ("until-day", "7"),
        ("until-month", "3"),
        ("until-year", "2026"),
        ("until-time", "8am"),
        ("districts", "*"),
    ];
    let wrong = tess.send_form("/rota", &page, &fields).await;
    assert!(
        wrong.text().contains("must end after it starts") && wrong.text().contains("does not have this duty"),
        "{}",
        wrong.text()
    );
    fields[2].1 = "navigator";
    fields[10].1 = "1pm";
    for _ in 0..2 {
        assert_eq!(tess.send_form("/rota", &page, &fields).await.status, 303);
    }
    assert_eq!(house.t.rows_in_table("rota_shift").await, 1);
    let mut amira = house.browser("amira").await;
    let seen = amira.get("/rota").await;
    assert!(seen.text().contains("No cover until Saturday 9am") && !seen.html.contains("/remove"), "{}", seen.text());
    let shown = tess.get("/rota").await;
    let remove = shown
        .html
        .split("action=\"")
        .find(|part| part.contains("/remove"))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(tess.send_form(&remove, &shown, &[]).await.status, 303);
    assert_eq!(house.t.rows_in_table("rota_shift").await, 0);
}

async fn a_moment_is_paused_and_closed(t: Bench) {
    let house = House::of(t).await;
    house.deliver("custody", &house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010")])).await;
    let mut browser = house.browser("amira").await;
    let path = browser.get("/moments?show=all").await.links("/moments/0").remove(0);
    let page = open(&mut browser, &path).await;
    assert_eq!(browser.send_form(&format!("{path}/take"), &page, &[]).await.status, 303);
    let stop = format!("{path}/stop");
    let ask = browser.get(&stop).await;
    assert!(!ask.text().contains("could not be reached"), "only what the rules allow is offered: {}", ask.text());
    browser.send_form(&stop, &ask, &[("reason", "not_safe_now")]).await;
    let paused = browser.get(&path).await;
    assert!(paused.text().contains("Paused: it is not safe to contact them now"), "{}", paused.text());
    browser.send_form(&format!("{path}/resume"), &paused, &[]).await;
    let refused = browser.send_form(&stop, &ask, &[("reason", "not_reached")]).await;
    assert!(refused.status == 422 && refused.text().contains("only after its time is up"), "{}", refused.text());
    let closed = browser.send_form(&stop, &ask, &[("reason", "already_supported")]).await;
    assert_eq!(closed.location, "/moments");
    assert_eq!(house.rows("SELECT closed_reason AS x FROM moment WHERE in_time").await.len(), 1);
    assert!(browser.get(&path).await.text().contains("Closed"));
}

/// Every page of moments that shows somebody, walked by a member of another agency: no record is behind it that the register doesn't have.
async fn whatever_is_shown_of_another_agency_is_in_the_register(t: Bench) {
    let house = House::of(t).await;
    house.on_shift("amira", "navigator").await;
    let file = house.custody(&[("A1", 3, "VIOL", "Barker", "02-11-2010"), ("A2", 30, "POSS", "Lee", "14-02-2009")]);
    house.deliver("custody", &file).await;
    house.deliver("ae_navigator", &house.attendances(&[("N1", 2, "Lee")])).await;
    let mut browser = house.browser("amira").await;
    let unwritten = "SELECT COUNT(*) AS n FROM moment m WHERE m.record NOT IN (SELECT record FROM disclosure \
        WHERE to_member = $1 AND kind = $2)";
    let missing = async |how: &str| {
        let values = vec![Value::Text(Some(house.members["amira"].to_string())), Value::Text(Some(how.to_owned()))];
        house.t.query(unwritten, values).await[0].int("n").unwrap()
    };
    assert_eq!((missing("list").await, missing("view").await), (3, 3), "nothing was shown yet");
    let queue = browser.get("/moments?show=all").await;
    assert!(queue.text().contains("Callum Barker") && queue.text().contains("Dana Lee"), "{}", queue.text());
    assert_eq!((missing("list").await, missing("view").await), (0, 3));
    for path in queue.links("/moments/0") {
        open(&mut browser, &path).await;
    }
    assert_eq!(missing("view").await, 0);
    let grounds = house.rows("SELECT DISTINCT ground AS x FROM disclosure").await;
    assert_eq!(grounds, ["agreement"]);
    let own = house.count("SELECT COUNT(*) AS n FROM disclosure WHERE controller = to_agency").await;
    assert_eq!(own, 0);
    let rows = house.count("SELECT COUNT(*) AS n FROM disclosure").await;
    browser.get("/moments?show=all").await;
    assert_eq!(house.count("SELECT COUNT(*) AS n FROM disclosure").await, rows, "shown again, written once");
}
