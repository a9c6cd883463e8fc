//! Serves the pages of places on http://localhost:8091 with a county's data, to look at and to measure:
//! `cargo run --release -p picture --example pages -- FOLDER [measure]`. FOLDER is the real Essex folder or a synthetic county
//! (`areas.geojson`, `population.csv`, `feeds/street_crime/`). `measure` prints how long the pages take, and ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "an example may stop")]

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
    routing::get,
};
use base::{Clock, HandClock, Id, Random, code, kind};
use tower::ServiceExt;
use vault::{Actor, Cause, Location, Opening, Operation, Purpose, Scope, StoreError, Topics, Vault, jobs::Handlers};
use web::{MemberCard, Members, NavLink, Proof, Setup, Site};

struct Everyone;

#[async_trait::async_trait]
impl Members for Everyone {
    async fn member(&self, id: Id<kind::Member>) -> Result<Option<MemberCard>, StoreError> {
        let duties = BTreeSet::from([code!("analyst")]);
        Ok(Some(MemberCard {
            id,
            name: "Asha Brown".into(),
            agency: Id::from_u128(2),
            agency_name: "The unit".into(),
            duties,
        }))
    }
}

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let directory = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(HandClock::at("2026-11-23T13:00:00Z".parse().unwrap()));
    let random = Random::seeded(1);
    let vault = open(directory.path(), &clock, &random).await;
    fill(&vault, &folder).await;
    let nav =
        [("Home", "/home"), ("People", "/people"), ("Action", "/moments"), ("Insight", "/places"), ("Trust", "/trust")];
    let site = Site::new(Setup {
        vault,
        clock,
        random,
        unit: "Violence and Vulnerability Unit".to_owned(),
        demo: false,
        https: false,
        behind_proxy: false,
        nav: nav.map(|(text, href)| NavLink { text, href, duties: &[] }).to_vec(),
        members: Arc::new(Everyone),
    });
    let token = site.sign_ins().open(Id::from_u128(1), Id::from_u128(2), Proof::Demo).await.unwrap();
    let cookie = web::signed_in(&site, &token, "/places").headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let enter = move |site: Site| async move { web::Result::<_>::Ok(web::signed_in(&site, &token, "/places")) };
    let pages = web::serve(Router::new().route("/", get(enter)).merge(picture::routes(None)), site);
    if std::env::args().nth(2).is_some() {
        return measure(&pages, cookie.split(';').next().unwrap()).await;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8091").await.expect("port 8091 is free");
    println!("http://localhost:8091");
    axum::serve(listener, pages).await.expect("serves");
}

async fn open(directory: &Path, clock: &Arc<dyn Clock>, random: &Random) -> Vault {
    let stages = [web::MIGRATIONS, share::MIGRATIONS, ingest::MIGRATIONS, picture::MIGRATIONS];
    Vault::open(Opening {
        location: Location::Sqlite(directory.join("alongside.db")),
        directory: directory.join("vault"),
        migrations: stages.into_iter().flatten().copied().collect(),
        topics: picture::api::subscribe(Topics::new()),
        decider: Arc::new(vault::testing::AllowAll),
        clock: Arc::clone(clock),
        random: Arc::new(random.clone()),
    })
    .await
    .expect("the vault opens")
}

async fn fill(vault: &Vault, folder: &Path) {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act: code!("agencies_added"),
        scope: Scope::unit(),
    };
    let mut change = vault.change(cause).await.unwrap();
    let kind = share::api::AgencyKind::Police;
    let new = share::api::NewAgency { code: code!("open_data"), name: "data.police.uk".into(), kind };
    let agency = share::api::add_agency(&mut change, &new).await.unwrap();
    share::api::register_holding(&mut change, agency, &code!("street_crime")).await.unwrap();
    change.commit().await.unwrap();
    let open = |names: [&str; 2]| names.iter().find_map(|name| File::open(folder.join(name)).ok()).expect("the file");
    let started = Instant::now();
    let areas = open(["areas.geojson", "lsoa-2011-boundaries.geojson.gz"]);
    println!(
        "areas: {:?} in {:?}",
        picture::api::load_areas(vault, Actor::System, areas).await.unwrap().kept,
        started.elapsed()
    );
    let population = open(["population.csv", "population-mid-2015.csv"]);
    picture::api::load_population(vault, Actor::System, population).await.unwrap();
    let deprivation = open(["deprivation.csv", "imd-2019.csv"]);
    picture::api::load_deprivation(vault, Actor::System, deprivation).await.unwrap();
    if let Ok(postcodes) = File::open(folder.join("postcodes.csv")) {
        println!("postcodes: {:?}", picture::api::load_postcodes(vault, Actor::System, postcodes).await.unwrap());
    }
    let crimes = folder.join("feeds/street_crime");
    let crimes = if crimes.is_dir() { crimes } else { folder.to_path_buf() };
    let mut files: Vec<PathBuf> = std::fs::read_dir(crimes).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with("street.csv.gz"));
    files.sort();
    let (feed, mut rows) = (ingest::api::feed("police_uk").unwrap(), 0);
    for path in files {
        let report =
            ingest::api::deliver_file(vault, &Actor::System, feed, &path, &ingest::api::unwatched).await.unwrap();
        rows += report.counts.read;
    }
    let started = Instant::now();
    let jobs = vault.run_due_jobs(&picture::api::handlers(Handlers::new())).await.unwrap();
    println!("{rows} rows counted in {jobs} jobs in {:?}", started.elapsed());
}

async fn measure(pages: &Router, cookie: &str) {
    for path in ["/places", "/places?category=Drugs&measure=count&sort=area&page=9", "/places/areas.geojson"] {
        for encoding in ["identity", "br"] {
            let mut times: Vec<Duration> = Vec::new();
            let mut size = 0;
            for _ in 0..101 {
                let request = Request::builder()
                    .uri(path)
                    .header(header::COOKIE, cookie)
                    .header(header::ACCEPT_ENCODING, encoding);
                let started = Instant::now();
                let response = pages.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                size = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().len();
                times.push(started.elapsed());
            }
            let first = times[0];
            times.sort();
            println!(
                "{path} ({encoding}): {size} bytes, median {:?}, 95th {:?}, first {first:?}",
                times[50], times[95]
            );
        }
    }
}
