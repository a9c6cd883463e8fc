//! Files for one recipient: made by one, released by another, opened with the recipient's key alone, marked, gone after a week or when something in
//! them changes.

use std::io::Read as _;

use age::secrecy::ExposeSecret as _;
use axum::{Router, extract::Path, http::StatusCode, routing::get};
use base::{Id, SignedDuration, kind};
use share::api::{
    FileError, FilePart, FileRow, KeyError, NewFile, NewSeal, SealWhy, Told, add_to_file, draft_file, file_for_release,
    file_summary, name_for_sealed, open_file, propose_file, refuse_file, register_key, release_file, seal,
};
use vault::{Purpose, jobs::Handlers};
use web::{Caller, Page, Site};

use crate::{
    asking::World,
    browser::Browser,
    disclosures::Record,
    house::{plan, site},
};

type FileId = Id<kind::DisclosureFile>;

struct Keys {
    olaf: age::x25519::Identity,
}

impl World {
    async fn with_key(&self) -> Keys {
        let olaf = age::x25519::Identity::generate();
        register_key(self.vault(), &self.actor("olaf"), &olaf.to_public().to_string()).await.unwrap();
        Keys { olaf }
    }

    fn new_file(&self, recipient: &str, key: &str) -> NewFile {
        NewFile {
            recipient: self.members[recipient].0,
            purpose: Purpose::Safeguarding,
            reason: "They plan the summer’s outreach with us".to_owned(),
            form_key: key.to_owned(),
        }
    }

    async fn proposed(&self) -> FileId {
        let id = draft_file(self.vault(), &self.actor("leon"), &self.new_file("olaf", "one")).await.unwrap();
        add_to_file(self.vault(), &self.actor("leon"), id, self.person).await.unwrap();
        propose_file(self.vault(), &self.actor("leon"), id).await.unwrap();
        id
    }

    fn row(&self, record: Record, role: &str) -> FileRow {
        FileRow {
            record,
            controller: self.agencies["school"],
            controller_name: "Harbour School".to_owned(),
            category: "exclusion".parse().unwrap(),
            category_name: "School exclusions".to_owned(),
            role: role.to_owned(),
            when: "3 Nov 2026".to_owned(),
            cells: vec![("Name".to_owned(), "Kai Lee".to_owned()), ("Kind".to_owned(), "=HYPERLINK(1)".to_owned())],
        }
    }

    async fn releases(&self, name: &str, id: FileId, record: Record, role: &str) -> Result<(), FileError> {
        let (file, people) = file_for_release(self.vault(), &self.actor(name), id).await?;
        let facets = [self.facet("school", "exclusion"), self.facet("hospital", "ae_navigator")];
        let decided = file.decide(self.vault(), &self.actor(name), people[0].person, &facets).await.unwrap();
        // Whoever answers for a partner’s data gives what is their own agency’s, and nothing of another’s.
        let of_others = decided.permit().covers(self.agencies["hospital"], &"ae_navigator".parse().unwrap());
        assert!(!of_others, "{name}");
        release_file(self.vault(), &self.actor(name), id, &[FilePart { decided, rows: vec![self.row(record, role)] }])
            .await
    }

    async fn states_of_files(&self) -> Vec<String> {
        let rows = self.t.query("SELECT state FROM disclosure_file ORDER BY made_at, id", Vec::new()).await;
        rows.iter().map(|row| row.text("state").unwrap()).collect()
    }

    /// The encrypted bytes that wait.
    async fn bytes(&self) -> Vec<u8> {
        let rows = self.t.query("SELECT blob FROM disclosure_file", Vec::new()).await;
        let mut reader = self.vault().open_blob(rows[0].id("blob").unwrap()).await.unwrap().unwrap();
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }
}

#[tokio::test]
async fn only_the_recipients_key_opens_it_and_every_row_is_marked() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let keys = world.with_key().await;
            let id = world.proposed().await;
            let record: Record = world.t.id();
            world.releases("lena", id, record, "Subject").await.unwrap();
            let bytes = world.bytes().await;
            let other = age::x25519::Identity::generate();
            assert!(age::decrypt(&other, &bytes).is_err(), "another’s key");
            let zipped = age::decrypt(&keys.olaf, &bytes).unwrap();
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zipped)).unwrap();
            let mut text = String::new();
            archive.by_name("people.csv").unwrap().read_to_string(&mut text).unwrap();
            let mark = format!("For olaf of unit, Violence Unit, only. File {id}, 22 November 2026");
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 2, "{text}");
            assert!(lines.iter().all(|line| line.contains(&mark)), "{text}");
            assert!(text.contains("Kai Lee") && text.contains("'=HYPERLINK(1)"), "{text}");
            let canary = world.clear("SELECT canary AS text FROM disclosure_file").await;
            assert!(lines[1].starts_with(&format!("{canary}-")), "{text}");
            assert!(!text.contains(&world.person.to_string()) && !text.contains(&record.to_string()), "no id of ours");
            let mut words = String::new();
            archive.by_name("READ-ME.txt").unwrap().read_to_string(&mut words).unwrap();
            assert!(words.contains(&mark) && words.contains("Do not pass it on"), "{words}");
            let row =
                world.t.query("SELECT record, person, kind, via, to_member, ground FROM disclosure", Vec::new()).await;
            assert_eq!(row.len(), 1);
            let text = |column: &str| row[0].text(column).unwrap();
            assert_eq!((text("kind"), text("via")), ("file".to_owned(), id.to_string()));
            assert_eq!((text("record"), text("person")), (record.to_string(), world.person.to_string()));
            assert_eq!(world.t.rows_in_table("disclosure_file_person").await, 0);
        })
        .await;
}

#[tokio::test]
async fn two_people_make_it_and_done_twice_it_is_done_once() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.with_key().await;
            let record: Record = world.t.id();
            let (leon, new) = (world.actor("leon"), world.new_file("olaf", "one"));
            for name in ["ruth", "tom", "callum", "priya", "sam", "mona"] {
                let refused = draft_file(world.vault(), &world.actor(name), &new).await;
                assert!(matches!(refused, Err(FileError::NotFound)), "{name}: {refused:?}");
            }
            let without_key = draft_file(world.vault(), &leon, &world.new_file("orla", "two")).await;
            assert!(matches!(without_key, Err(FileError::Recipient)));
            let id = draft_file(world.vault(), &leon, &new).await.unwrap();
            assert_eq!(draft_file(world.vault(), &leon, &new).await.unwrap(), id, "a double click");
            assert!(matches!(propose_file(world.vault(), &leon, id).await, Err(FileError::Nobody)));
            for _ in 0..2 {
                add_to_file(world.vault(), &leon, id, world.person).await.unwrap();
            }
            assert_eq!(world.t.rows_in_table("disclosure_file_person").await, 1);
            let theirs = add_to_file(world.vault(), &world.actor("lena"), id, world.t.id()).await;
            assert!(matches!(theirs, Err(FileError::NotFound)), "a colleague’s draft");
            assert!(matches!(world.releases("lena", id, record, "Subject").await, Err(FileError::Settled)), "a draft");
            propose_file(world.vault(), &leon, id).await.unwrap();
            assert!(matches!(propose_file(world.vault(), &leon, id).await, Err(FileError::Settled)));
            let itself = file_for_release(world.vault(), &leon, id).await;
            assert!(matches!(itself, Err(FileError::Own)), "nobody releases their own");
            for name in ["grace", "tom", "priya"] {
                let refused = file_for_release(world.vault(), &world.actor(name), id).await;
                assert!(matches!(refused, Err(FileError::NotFound)), "{name}");
            }
            let for_himself = file_for_release(world.vault(), &world.actor("olaf"), id).await;
            assert!(matches!(for_himself, Err(FileError::Own)), "nobody releases what is for themselves");
            let officer = file_for_release(world.vault(), &world.actor("orla"), id).await.unwrap();
            assert_eq!(officer.1.len(), 1, "the unit’s officer may be the second person");
            assert!(matches!(world.releases("lena", id, record, " ").await, Err(FileError::BlankRole)));
            assert_eq!(world.t.rows_in_table("blob").await, 0, "nothing was written");
            world.releases("theo", id, record, "Subject").await.unwrap();
            assert!(matches!(world.releases("lena", id, record, "Subject").await, Err(FileError::Settled)));
            assert_eq!((world.t.rows_in_table("disclosure").await, world.t.rows_in_table("blob").await), (1, 1));
            assert!(matches!(refuse_file(world.vault(), &world.actor("lena"), id).await, Err(FileError::Settled)));
        })
        .await;
}

#[tokio::test]
async fn what_the_recipients_agency_has_no_ground_for_is_not_given() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let identity = age::x25519::Identity::generate();
            for name in ["ruth", "callum"] {
                register_key(world.vault(), &world.actor(name), &identity.to_public().to_string()).await.unwrap();
            }
            let facets = [world.facet("school", "exclusion")];
            // Social care has no agreement with the school; to the police nothing goes this way.
            for name in ["ruth", "callum"] {
                let new = NewFile { form_key: name.to_owned(), ..world.new_file(name, "x") };
                let id = draft_file(world.vault(), &world.actor("leon"), &new).await.unwrap();
                add_to_file(world.vault(), &world.actor("leon"), id, world.person).await.unwrap();
                propose_file(world.vault(), &world.actor("leon"), id).await.unwrap();
                let (file, people) = file_for_release(world.vault(), &world.actor("lena"), id).await.unwrap();
                let decided = file.decide(world.vault(), &world.actor("lena"), people[0].person, &facets).await;
                assert!(matches!(decided, Err(vault::Refusal::Refused { .. })), "{name}");
                let nothing = release_file(world.vault(), &world.actor("lena"), id, &[]).await;
                assert!(matches!(nothing, Err(FileError::Nothing)));
                refuse_file(world.vault(), &world.actor("lena"), id).await.unwrap();
            }
            assert_eq!(world.states_of_files().await, ["refused", "refused"]);
        })
        .await;
}

#[tokio::test]
async fn only_its_recipient_fetches_it_says_that_it_came_and_then_it_is_gone() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.with_key().await;
            let id = world.proposed().await;
            world.releases("lena", id, world.t.id(), "Subject").await.unwrap();
            let (fetch, receipt) = (format!("/trust/files/{id}/fetch"), format!("/trust/files/{id}/receipt"));
            let posts = async |name: &str, path: &str| {
                let mut browser = world.browser(name).await;
                let token = browser.get("/account").await.hidden("_csrf");
                browser.post(path, &token, &[]).await.status
            };
            for name in ["orla", "priya", "leon", "lena", "ruth"] {
                assert_eq!(posts(name, &fetch).await, StatusCode::NOT_FOUND, "{name}");
                assert_eq!(posts(name, &receipt).await, StatusCode::NOT_FOUND, "{name}");
            }
            assert_eq!(posts("olaf", &receipt).await, StatusCode::SEE_OTHER);
            let unfetched = world.t.query("SELECT id FROM disclosure_file WHERE receipt_at IS NULL", Vec::new()).await;
            assert_eq!(unfetched.len(), 1, "what was not fetched did not come");
            assert_eq!(posts("olaf", &fetch).await, StatusCode::OK);
            assert_eq!(posts("olaf", &receipt).await, StatusCode::SEE_OTHER);
            let came = "SELECT d.id FROM disclosure d JOIN disclosure_file f ON f.id = d.via WHERE d.receipt_at IS NOT NULL AND f.receipt_at IS NOT NULL";
            assert_eq!(world.t.query(came, Vec::new()).await.len(), 1);
            world.t.clock.advance(SignedDuration::from_hours(24 * 7));
            assert_eq!(posts("olaf", &fetch).await, StatusCode::CONFLICT, "its time is over, to the second");
            world.t.drain_jobs(&Handlers::new().with(share::WatchNotices)).await;
            let blob = world.t.query("SELECT id FROM blob WHERE wrapped_key IS NOT NULL", Vec::new()).await;
            assert!(blob.is_empty(), "erased");
            let mine = world.browser("olaf").await.get("/trust/files").await.text;
            assert!(mine.contains("Received"), "{mine}");
        })
        .await;
}

#[tokio::test]
async fn what_holds_something_that_changed_is_withdrawn_at_once() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.with_key().await;
            let id = world.proposed().await;
            let record: Record = world.t.id();
            world.releases("lena", id, record, "Subject").await.unwrap();
            assert_eq!(world.told(&[record.to_string()], Told::Corrected).await, 1);
            assert_eq!(world.states_of_files().await, ["withdrawn"]);
            let blob = world.t.query("SELECT id FROM blob WHERE wrapped_key IS NOT NULL", Vec::new()).await;
            assert!(blob.is_empty());
            let mut olaf = world.browser("olaf").await;
            let token = olaf.get("/account").await.hidden("_csrf");
            assert_eq!(olaf.post(&format!("/trust/files/{id}/fetch"), &token, &[]).await.status, StatusCode::CONFLICT);
            assert!(olaf.get("/trust/files").await.text.contains("something in it changed"));
            let notices = olaf.get("/trust/notices").await.text;
            assert!(notices.contains("School exclusions and suspensions: it was corrected"), "{notices}");
        })
        .await;
}

#[tokio::test]
async fn it_is_not_fetched_once_its_ground_is_gone() {
    let stops = [
        "UPDATE agreement SET stage = 'suspended'",
        "UPDATE member SET agency = (SELECT id FROM agency WHERE code = 'police') WHERE email = 'olaf@unit.example'",
    ];
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.with_key().await;
            let mut olaf = world.browser("olaf").await;
            let token = olaf.get("/account").await.hidden("_csrf");
            let mut fetches = async |id: FileId| olaf.post(&format!("/trust/files/{id}/fetch"), &token, &[]).await;
            let made = world.proposed().await;
            world.releases("lena", made, world.t.id(), "Subject").await.unwrap();
            assert_eq!(fetches(made).await.status, StatusCode::OK, "while it stands");
            world.t.tamper(stops[0]).await.unwrap();
            let refused = fetches(made).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
            assert!(refused.text.contains("ask the agency that made it"), "{}", refused.text);
            assert_eq!(world.states_of_files().await, ["withdrawn"]);
            let blob = world.t.query("SELECT id FROM blob WHERE wrapped_key IS NOT NULL", Vec::new()).await;
            assert!(blob.is_empty(), "erased");
            assert_eq!(fetches(made).await.status, StatusCode::CONFLICT);
        })
        .await;
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.with_key().await;
            let made = world.proposed().await;
            world.releases("lena", made, world.t.id(), "Subject").await.unwrap();
            let mut olaf = world.browser("olaf").await;
            let token = olaf.get("/account").await.hidden("_csrf");
            world.t.tamper(stops[1]).await.unwrap();
            let refused = olaf.post(&format!("/trust/files/{made}/fetch"), &token, &[]).await;
            assert_ne!(refused.status, StatusCode::OK, "{}", refused.text);
        })
        .await;
}

#[tokio::test]
async fn what_holds_somebody_who_is_sealed_is_withdrawn_and_a_protected_address_is_told() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.with_key().await;
            let id = world.proposed().await;
            world.releases("lena", id, world.t.id(), "Subject").await.unwrap();
            name_for_sealed(world.vault(), &world.actor("leon"), world.agencies["school"], world.members["leon"].0)
                .await
                .unwrap();
            let new =
                |why| NewSeal { about: world.person.to_string(), whole: true, why, agency: world.agencies["school"] };
            seal(world.vault(), &world.actor("leon"), &new(SealWhy::Informant)).await.unwrap();
            assert_eq!(world.states_of_files().await, ["withdrawn"]);
            assert_eq!(world.t.rows_in_table("disclosure_notice").await, 0, "a notice would tell");
            seal(world.vault(), &world.actor("leon"), &new(SealWhy::ProtectedAddress)).await.unwrap();
            assert_eq!(world.t.rows_in_table("disclosure_notice").await, 1);
            let mut olaf = world.browser("olaf").await;
            let token = olaf.get("/account").await.hidden("_csrf");
            assert_eq!(olaf.post(&format!("/trust/files/{id}/fetch"), &token, &[]).await.status, StatusCode::CONFLICT);
        })
        .await;
}

#[tokio::test]
async fn a_private_key_is_never_kept() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            let identity = age::x25519::Identity::generate();
            let private = identity.to_string().expose_secret().to_owned();
            let olaf = world.actor("olaf");
            assert!(matches!(register_key(world.vault(), &olaf, &private).await, Err(KeyError::Private)));
            assert!(matches!(register_key(world.vault(), &olaf, "age1nothing").await, Err(KeyError::NotOne)));
            assert_eq!(world.t.rows_in_table("recipient_key").await, 0);
            let mut browser = world.browser("olaf").await;
            let page = browser.fill("/account/key", &[("key", &private)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.text.contains("This is a private key") && !page.text.contains(&private));
            let kept = browser.fill("/account/key", &[("key", &identity.to_public().to_string())]).await;
            assert_eq!(kept.status, StatusCode::SEE_OTHER);
        })
        .await;
}

/// What `app` shows of a file before it shows who is in it.
async fn summary(site: Site, caller: Caller, page: Page, Path(id): Path<FileId>) -> web::Result<String> {
    let (file, hand, _) = open_file(&site, &caller, id).await?;
    file_summary(&site, &caller, &page, &file, hand).await
}

#[tokio::test]
async fn whoever_releases_a_file_is_told_when_the_key_last_changed() {
    plan()
        .both(|t| async move {
            let world = World::set_up(t).await;
            world.with_key().await;
            let id = world.proposed().await;
            world.t.clock.advance(SignedDuration::from_hours(24));
            let changed = web::time::full(world.vault().now());
            let fresh = age::x25519::Identity::generate().to_public().to_string();
            register_key(world.vault(), &world.actor("olaf"), &fresh).await.unwrap();
            let site = site(world.vault(), &world.t.clock, true);
            let (lena, school) = (world.members["lena"].0, world.agencies["school"]);
            let token = site.sign_ins().open(lena, school, web::Proof::SecondFactor).await.unwrap();
            let mut browser = Browser::new(web::serve(Router::new().route("/file/{id}", get(summary)), site.clone()));
            browser.take(&web::signed_in(&site, &token, "/"));
            let shown = browser.get(&format!("/file/{id}")).await;
            assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
            assert!(shown.text.contains(&format!("Last changed {changed}")), "{}", shown.text);
        })
        .await;
}
