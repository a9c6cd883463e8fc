//! What the tests share: a vault with the publisher of street crime, small files, the real data where it is, and a browser.

use std::{collections::BTreeSet, io::Write as _, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header, request},
};
use base::{Id, code, kind};
use ingest::api::{DeliveryReport, deliver_file, feed, unwatched};
use share::api::{AgencyKind, NewAgency, add_agency, register_holding};
use tower::ServiceExt;
use vault::{
    Actor, Cause, Migration, Operation, Purpose, Scope, StoreError,
    jobs::Handlers,
    testing::{Bench, Plan},
};
use web::{MemberCard, Members, Proof, Setup, Site};

pub fn plan() -> Plan {
    let stages = [web::MIGRATIONS, share::MIGRATIONS, ingest::MIGRATIONS, picture::MIGRATIONS];
    let migrations: Vec<Migration> = stages.into_iter().flatten().copied().collect();
    Plan::of(&migrations).topic(ingest::RECORDS_ACCEPTED, "count_offences")
}

pub fn handlers() -> Handlers {
    picture::api::handlers(Handlers::new())
}

/// Registers the publisher of street crime.
pub async fn open_data(t: &Bench) {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("agencies_added"),
        scope: Scope::unit(),
    };
    let mut change = t.vault.change(cause).await.unwrap();
    let new = NewAgency { code: code!("open_data"), name: "data.police.uk".into(), kind: AgencyKind::Police };
    let agency = add_agency(&mut change, &new).await.unwrap();
    register_holding(&mut change, agency, &code!("street_crime")).await.unwrap();
    change.commit().await.unwrap();
}

pub const STREET: &str = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,\
Last outcome category,Context\n";

/// A row of street crime; the crime's id is padded to the length of a real one.
pub fn crime(id: &str, month: &str, area: &str, category: &str, outcome: &str) -> String {
    let id = if id.is_empty() { String::new() } else { format!("{id:0>64}") };
    format!(
        "{id},{month},Selmarsh Police,Selmarsh Police,0.15,51.55,On or near Quay Street,{area},,{category},{outcome},\n"
    )
}

/// Delivers text as a file of street crime; `count` runs the jobs that follow.
pub async fn deliver(t: &Bench, text: &str) -> DeliveryReport {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("street.csv");
    std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    let report = deliver_file(&t.vault, &Actor::System, feed("police_uk").unwrap(), &path, &unwatched).await.unwrap();
    assert!(report.counts.add_up() && report.counts.quarantined == 0, "{report:?}");
    report
}

/// Every count that is not 0, as `area month category n`.
pub async fn counts(t: &Bench) -> Vec<String> {
    let rows = t
        .query(
            "SELECT area, month, category, n FROM offence_count WHERE n <> 0 ORDER BY area, month, category",
            Vec::new(),
        )
        .await;
    let text = |row: &vault::Row, column: &str| row.text(column).unwrap();
    rows.iter()
        .map(|row| {
            format!("{} {} {} {}", text(row, "area"), text(row, "month"), text(row, "category"), row.int("n").unwrap())
        })
        .collect()
}

/// Two districts with two squares each, as the synthetic county writes them.
pub const AREAS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"E01090001","name":"Lindermouth 001A","district_code":"E07099001","district_name":"Lindermouth"},"geometry":{"type":"Polygon","coordinates":[[[0.1,51.5],[0.2,51.5],[0.2,51.6],[0.1,51.6],[0.1,51.5]]]}},
{"type":"Feature","properties":{"code":"E01090002","name":"Lindermouth 001B","district_code":"E07099001","district_name":"Lindermouth"},"geometry":{"type":"Polygon","coordinates":[[[0.2,51.5],[0.3,51.5],[0.3,51.6],[0.2,51.6],[0.2,51.5]]]}},
{"type":"Feature","properties":{"code":"E01090003","name":"Marl & Haven 001A","district_code":"E07099002","district_name":"Marl & Haven"},"geometry":{"type":"MultiPolygon","coordinates":[[[[0.3,51.5],[0.4,51.5],[0.4,51.6],[0.3,51.6],[0.3,51.5]]],[[[0.45,51.5],[0.46,51.5],[0.46,51.51]]]]}}
]}"#;

pub const POPULATION: &str = "area,name,district_code,district_name,all,age_0_9\nE01090001,Lindermouth 001A,E07099001,Lindermouth,\"1,500\",200\n\
E01090002,Lindermouth 001B,E07099001,Lindermouth,2000,200\n";

/// The folder of the real data, or `None` and one line that says so.
pub fn real_data() -> Option<PathBuf> {
    let named = std::env::var_os("ALONGSIDE_REAL_DATA").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = named.unwrap_or(beside).join("essex");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("not run: the real Essex files are not here (../shared/data or $ALONGSIDE_REAL_DATA)");
    None
}

struct Everyone;

#[async_trait]
impl Members for Everyone {
    async fn member(&self, id: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        let duties = BTreeSet::from([code!("analyst")]);
        Ok(Some(MemberCard {
            id,
            name: "Asha Analyst".into(),
            agency: Id::from_u128(2),
            agency_name: "The unit".into(),
            duties,
        }))
    }
}

/// A browser: signed in as an analyst, or a stranger.
pub struct Browser {
    router: Router,
    cookie: String,
}

impl Browser {
    pub async fn of(t: &Bench, signed_in: bool) -> Self {
        Self::with_basemap(t, signed_in, None).await
    }

    /// Somebody else, who is signed in too.
    pub async fn another(t: &Bench) -> Self {
        Self::with(t, Some(3), None).await
    }

    /// A browser of a unit that has a basemap of its own.
    pub async fn with_basemap(t: &Bench, signed_in: bool, basemap: Option<picture::Basemap>) -> Self {
        Self::with(t, signed_in.then_some(1), basemap).await
    }

    async fn with(t: &Bench, member: Option<u128>, basemap: Option<picture::Basemap>) -> Self {
        let site = Site::new(Setup {
            vault: t.vault.clone(),
            clock: t.clock.clone(),
            random: base::Random::seeded(5 + u64::try_from(member.unwrap_or_default()).unwrap()),
            unit: "Selmarsh VVU".into(),
            demo: false,
            https: false,
            behind_proxy: false,
            nav: Vec::new(),
            members: Arc::new(Everyone),
        });
        let mut cookie = String::new();
        if let Some(member) = member {
            let token =
                site.sign_ins().open(Id::from_u128(member), Id::from_u128(2), Proof::SecondFactor).await.unwrap();
            let answer = web::signed_in(&site, &token, "/");
            let first = answer.headers().get(header::SET_COOKIE).unwrap().to_str().unwrap();
            cookie = first.split(';').next().unwrap().to_owned();
        }
        Self { router: web::serve(picture::routes(basemap), site), cookie }
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let (status, bytes) = self.get_as(path, "identity").await;
        (status, String::from_utf8(bytes).unwrap())
    }

    /// Sends a form with the token of the page that it stands on; the status, and where it leads.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let page = self.get(path).await.1;
        let token = page.split("name=\"_csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let form =
            form_urlencoded::Serializer::new(String::new()).append_pair("_csrf", token).extend_pairs(fields).finish();
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form))
            .unwrap();
        let (head, _) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let location = head.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        (head.status, location.unwrap_or_default())
    }

    /// The answer as it travels, compressed as asked.
    pub async fn get_as(&self, path: &str, encoding: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::builder().uri(path).header(header::ACCEPT_ENCODING, encoding);
        let (status, _, bytes) = self.ask(request).await;
        (status, bytes)
    }

    /// The answer to any request, with its headers.
    pub async fn ask(&self, request: request::Builder) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = request.header(header::COOKIE, &self.cookie).body(Body::empty()).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (head.status, head.headers, axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }
}
