//! A unit with partners who share, members with duties, files that arrive, and a browser.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use base::{Code, Id, SignedDuration, Timestamp, code, kind};
use ingest::api::{deliver_file, feed, unwatched};
use share::api::{
    Act, AgencyKind, CedarDecider, Deed, Duty, Hand, Members, NewAgency, NewMember, Terms, add_agency, add_agreement,
    add_member, all_bring, enact_agreement, register_holding,
};
use tower::ServiceExt;
use vault::{
    Actor, Cause, Migration, Operation, Purpose, Scope, Topics, Value,
    jobs::Handlers,
    params,
    testing::{Bench, Plan},
};
use web::{Proof, Setup, Site};

pub fn plan() -> Plan {
    let stages = [
        web::MIGRATIONS,
        share::MIGRATIONS,
        ingest::MIGRATIONS,
        link::MIGRATIONS,
        picture::MIGRATIONS,
        act::MIGRATIONS,
    ];
    let migrations: Vec<Migration> = stages.into_iter().flatten().copied().collect();
    Plan::of(&migrations)
        .decider(CedarDecider::new().unwrap())
        .topic("records_accepted", "raise_moments")
        .topic("people_linked", "attach_people")
}

pub fn handlers() -> Handlers {
    // The topics of the test's plan are those that the program registers.
    let topics = act::subscribe(Topics::new());
    assert_eq!(topics.subscribers("records_accepted"), ["raise_moments"]);
    assert_eq!(topics.subscribers("people_linked"), ["attach_people"]);
    act::handlers(Handlers::new(), None)
}

#[derive(Clone)]
pub struct House {
    pub t: Bench,
    pub agencies: BTreeMap<&'static str, Id<kind::Agency>>,
    pub members: BTreeMap<&'static str, Id<kind::Member>>,
}

const AGENCIES: [(&str, AgencyKind, &[&str]); 5] = [
    ("unit", AgencyKind::Unit, &["contact", "referral", "link_decision"]),
    ("police", AgencyKind::Police, &["custody", "missing_episode"]),
    ("hospital", AgencyKind::Health, &["ae_navigator"]),
    ("navigators", AgencyKind::Voluntary, &[]),
    ("youth_justice", AgencyKind::YouthJustice, &[]),
];

const MEMBERS: [(&str, &str, &[Duty]); 6] = [
    ("amira", "navigators", &[Duty::Navigator]),
    ("jonah", "navigators", &[Duty::Navigator]),
    ("tess", "navigators", &[Duty::RotaLead]),
    ("marek", "youth_justice", &[Duty::YouthWorker]),
    ("helen", "unit", &[Duty::ProjectManager]),
    ("stranger", "hospital", &[Duty::DataOwner]),
];

pub fn cause(act: Code) -> Cause {
    Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act,
        scope: Scope::unit(),
    }
}

impl House {
    /// The unit, its partners and their agreement. Youth justice is a party to what police share, not to the hospital's.
    pub async fn of(t: Bench) -> Self {
        let mut change = t.vault.change(cause(code!("set_up"))).await.unwrap();
        let mut agencies = BTreeMap::new();
        for (code, kind, categories) in AGENCIES {
            let new = NewAgency { code: code.parse().unwrap(), name: format!("The {code} people"), kind };
            let id = add_agency(&mut change, &new).await.unwrap();
            for category in categories {
                register_holding(&mut change, id, &category.parse().unwrap()).await.unwrap();
            }
            agencies.insert(code, id);
        }
        change.execute("INSERT INTO setting (name, value) VALUES ('demo', 'yes')", params![]).await.unwrap();
        let terms = |title: &str, parties: &[&str], categories: &[&str]| Terms {
            title: title.to_owned(),
            parties: parties.iter().map(|code| agencies[code]).collect(),
            brings: all_bring(
                &parties.iter().map(|code| agencies[code]).collect::<Vec<_>>(),
                &categories.iter().map(|code| code.parse().unwrap()).collect::<Vec<_>>(),
            ),
            fields: BTreeMap::new(),
            conditions: Vec::new(),
            retention_days: None,
            assessment: Some("DPIA".to_owned()),
            purposes: vec![Purpose::Support, Purpose::Safeguarding, Purpose::Linking, Purpose::Collection],
            gateways: vec![code!("children_act_2004_s10_s11")],
            confidentiality: Some(code!("best_interests")),
            starts: "2026-01-01".parse().unwrap(),
            ends: "2026-12-31".parse().unwrap(),
            review: "2026-11-30".parse().unwrap(),
        };
        let police = ["custody", "missing_episode", "contact", "referral", "link_decision"];
        let all = terms("Help", &["unit", "police", "navigators", "youth_justice"], &police);
        add_agreement(&mut change, &all).await.unwrap();
        let health = terms("Health", &["unit", "hospital", "navigators"], &["ae_navigator"]);
        add_agreement(&mut change, &health).await.unwrap();
        let mut members = BTreeMap::new();
        for (name, agency, duties) in MEMBERS {
            let new = NewMember {
                email: format!("{name}@selmarsh.example"),
                name: name.to_owned(),
                agency: agencies[agency],
                duties: duties.iter().copied().collect(),
                password: None,
            };
            members.insert(name, add_member(&mut change, &new).await.unwrap());
        }
        change.commit().await.unwrap();
        Self { t, agencies, members }
    }

    pub fn now(&self) -> Timestamp {
        self.t.vault.now()
    }

    /// An instant so many hours ago, as London's clocks show it; the test begins in winter.
    pub fn ago(&self, hours: i64, form: &str) -> String {
        self.now().plus_hours(-hours).in_london().strftime(form).to_string()
    }

    /// What is typed in the boxes of a date and time, so many hours ago: day, month, year and time.
    pub fn typed_ago(&self, hours: i64) -> [String; 4] {
        ["%-d", "%-m", "%Y", "%H:%M"].map(|form| self.ago(hours, form))
    }

    /// Delivers a file of a feed, and runs what follows.
    pub async fn deliver(&self, name: &str, text: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("{name}.csv"));
        // The police's reporting tool writes UTF-16.
        let utf16 =
            || -> Vec<u8> { std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect() };
        let bytes: Vec<u8> = if name == "missing_episodes" { utf16() } else { text.as_bytes().to_vec() };
        std::fs::write(&path, bytes).unwrap();
        let report = deliver_file(&self.t.vault, &Actor::System, feed(name).unwrap(), &path, &unwatched).await.unwrap();
        assert!(report.counts.add_up() && report.counts.quarantined == 0, "{report:?}");
        self.t.drain_jobs(&handlers()).await;
    }

    /// A file of custody: (number, hours ago, offence code, family name, date of birth).
    pub fn custody(&self, rows: &[(&str, i64, &str, &str, &str)]) -> String {
        let mut text = String::from(
            "Custody Record Number,Arrival,Release,Suspected Offence,Offence Code,Nominal ID,Surname,First Name,Middle Names,\
             Date of Birth,Age,Gender,Ethnicity,Home Address,Postcode,Phone,Station\n",
        );
        for (number, hours, offence, surname, dob) in rows {
            let arrival = self.ago(*hours, "%d-%m-%Y %H:%M");
            text.push_str(&format!(
                "{number},{arrival},,Something,{offence},N1,{surname},Callum,,{dob},,Male,W1,7 Quay Street,ZQ3 2LD,07104 119031,Marl\n"
            ));
        }
        text
    }

    /// A file of episodes of children missing who came back: (id, hours ago, the day of the return interview).
    pub fn returns(&self, rows: &[(&str, i64, &str)]) -> String {
        let mut text = String::from(
            "EpisodeID,ReportedAt,ReturnedAt,Risk,Surname,Forename,DOB,Gender,Ethnicity,HomeAddress,HomePostcode,Phone,LivingWith,\
             FoundArea,FoundPlace,InterviewOffered,InterviewAccepted,InterviewDate\n",
        );
        for (id, hours, held) in rows {
            let (reported, returned) = (self.ago(hours + 9, "%Y-%m-%dT%H:%M"), self.ago(*hours, "%Y-%m-%dT%H:%M"));
            text.push_str(&format!(
                "{id},{reported},{returned},High,Barker,Kai,2012-01-17,M,M2,5 Lime Close,ZQ3 2LD,07101 880031,Foster care,,Street,,,{held}\n"
            ));
        }
        text
    }

    /// A file of A&E notifications: (id, hours ago, family name).
    pub fn attendances(&self, rows: &[(&str, i64, &str)]) -> String {
        let mut text = String::from(
            "notification_id,nhs_number,forename,surname,date_of_birth,sex,ethnicity,phone,email,postcode,arrival,injury_type,\
             hospital,seen_by,agreed_to_contact,support_agreement\n",
        );
        for (id, hours, surname) in rows {
            let arrival = self.ago(*hours, "%Y-%m-%d %H:%M:%S");
            text.push_str(&format!(
                "{id},,Dana,{surname},20100505,2,B2,,,ZQ3 2LD,{arrival},Stab wound,Marl,A. B,Y,not asked\n"
            ));
        }
        text
    }

    pub async fn rows(&self, sql: &str) -> Vec<String> {
        self.t.query(sql, Vec::new()).await.iter().map(|row| row.text("x").unwrap()).collect()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        self.t.query(sql, Vec::<Value>::new()).await[0].int("n").unwrap()
    }

    /// Puts somebody on shift for a day from now, in the whole county.
    pub async fn on_shift(&self, name: &str, duty: &str) {
        let mut change = self.t.vault.change(cause(code!("rota"))).await.unwrap();
        let (from, until) = (self.now().plus_hours(-1), self.now().plus_hours(24));
        change
            .execute(
                "INSERT INTO rota_shift (id, member, duty, districts, starts_at, ends_at, made_by, made_at, form_key) \
                 VALUES ($1, $2, $3, '*', $4, $5, 'test', $4, $1)",
                params![format!("{name}{duty}{until}"), self.members[name], duty, from, until],
            )
            .await
            .unwrap();
        change.commit().await.unwrap();
    }

    /// The unit's data protection officer does this to the agreement of that title.
    pub async fn enact(&self, title: &str, act: Act) {
        let all = share::api::agreements(&self.t.vault.plain()).await.unwrap();
        let found = all.into_iter().find(|one| one.terms.title == title).unwrap();
        let unit = self.agencies["unit"];
        let duties = [Duty::DataProtectionOfficer].into();
        let hand = Hand { member: Id::from_u128(77), agency: unit, duties, unit: Some(unit) };
        let mut change = self.t.vault.change(cause(code!("agreement_act"))).await.unwrap();
        enact_agreement(&mut change, found.id, found.revision, &hand, &Deed::of(act, "A test")).await.unwrap();
        change.commit().await.unwrap();
    }

    /// Ends an agreement, and adds one that says the same but names fields for support.
    pub async fn replace_with_fields(&self, title: &str, fields: &[&str]) {
        let all = share::api::agreements(&self.t.vault.plain()).await.unwrap();
        let mut terms = all.into_iter().find(|one| one.terms.title == title).unwrap().terms;
        self.enact(title, Act::Ended).await;
        terms.title = format!("{title}, with fewer fields");
        terms.fields.insert(Purpose::Support, fields.iter().map(|&field| field.to_owned()).collect());
        let mut change = self.t.vault.change(cause(code!("agreement_added"))).await.unwrap();
        add_agreement(&mut change, &terms).await.unwrap();
        change.commit().await.unwrap();
    }

    /// The one record of an agency's category as a member sees it who offers support.
    pub async fn seen_by(&self, name: &str, of: &str, category: &str) -> serde_json::Map<String, serde_json::Value> {
        let agency = MEMBERS.iter().find(|member| member.0 == name).unwrap().1;
        let category: Code = category.parse().unwrap();
        let ask = vault::Ask {
            actor: Actor::Member { id: self.members[name], agency: self.agencies[agency] },
            verb: vault::Verb::View,
            scope: Scope::unit(),
            purpose: Purpose::Support,
            facets: vec![vault::Facet { controller: self.agencies[of], category: category.clone() }],
            facts: BTreeMap::new(),
        };
        let permit = self.t.vault.permit(ask).await.unwrap();
        let reader = self.t.vault.read(&permit).unwrap();
        let records = ingest::api::current_records(&reader, &category, None, 10).await.unwrap();
        records.into_iter().next().unwrap().body
    }

    /// Takes away the records of police in an instant: the agreement ends.
    pub fn advance(&self, hours: i64) {
        self.t.clock.advance(SignedDuration::from_hours(hours));
    }

    /// A browser in which a member is signed in.
    pub async fn browser(&self, name: &str) -> Browser {
        let site = Site::new(Setup {
            vault: self.t.vault.clone(),
            clock: self.t.clock.clone(),
            random: base::Random::seeded(self.t.random.next_u64()),
            unit: "Selmarsh VVU".into(),
            demo: true,
            https: false,
            behind_proxy: false,
            nav: Vec::new(),
            members: Arc::new(Members::new(self.t.vault.clone())),
        });
        let agency = MEMBERS.iter().find(|member| member.0 == name).unwrap().1;
        let open = site.sign_ins().open(self.members[name], self.agencies[agency], Proof::SecondFactor);
        let answer = web::signed_in(&site, &open.await.unwrap(), "/");
        let mut browser = Browser { router: web::serve(act::routes(), site), cookies: BTreeMap::new() };
        browser.take(&answer);
        browser
    }
}

/// A browser that keeps cookies and fills forms.
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub html: String,
}

impl Answer {
    /// The page's text without its markup.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for part in self.html.split('<') {
            text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
            text.push(' ');
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.html.split(&start).nth(1).unwrap_or_else(|| panic!("no field {name} in: {}", self.html));
        rest.split('"').next().unwrap().to_owned()
    }

    /// The paths of links that begin with this, in order.
    pub fn links(&self, start: &str) -> Vec<String> {
        let links = self.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links.filter(|link| link.starts_with(start)).map(str::to_owned).collect()
    }
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(path, "GET", String::new()).await
    }

    /// Sends a form with the token of the page that was shown.
    pub async fn send_form(&mut self, path: &str, shown: &Answer, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("_csrf={}", shown.hidden("_csrf"));
        for (name, value) in fields {
            let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            body.push_str(&format!("&{name}={value}"));
        }
        self.send(path, "POST", body).await
    }

    async fn send(&mut self, path: &str, method: &str, body: String) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "alongside.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        self.take(&response);
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answer { status, location: location.unwrap_or_default(), html: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    fn take(&mut self, response: &axum::response::Response) {
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
