//! An agreement's life on a real register: who takes it where, what it permits from which second, and who hears of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use base::{Id, code, kind};
use share::api::{
    Act, AgencyKind, AgreementError, Deed, Duty, Hand, NewAgency, NewMember, Terms, add_agency, add_member,
    agreement_by_id, assess_agreement, draft_agreement, enact_agreement,
};
use vault::{Actor, Ask, Facet, Purpose, Refusal, Scope, Vault, Verb, testing::Bench};

use crate::{
    browser::Browser,
    house::{Unit, change, make_demo, plan, set_up, signed_in, site, terms},
};

/// The small unit with a data owner for each party.
struct House {
    t: Bench,
    set: Unit,
    owners: BTreeMap<&'static str, Id<kind::Member>>,
    administrator: Id<kind::Member>,
}

impl House {
    async fn of(t: Bench) -> Self {
        make_demo(&t.vault).await;
        let set = set_up(&t.vault).await;
        let mut adds = change(&t.vault).await;
        let mut member = async |name: &str, agency, duty| {
            let new = NewMember {
                email: format!("{name}@example.org"),
                name: name.to_owned(),
                agency,
                duties: BTreeSet::from([duty]),
                password: None,
            };
            add_member(&mut adds, &new).await.unwrap()
        };
        let mut owners = BTreeMap::new();
        for (name, agency) in [("unit", set.unit), ("police", set.police), ("navigators", set.navigators)] {
            owners.insert(name, member(&format!("owner-{name}"), agency, Duty::DataOwner).await);
        }
        let administrator = member("administrator", set.unit, Duty::Administrator).await;
        adds.commit().await.unwrap();
        Self { t, set, owners, administrator }
    }

    fn hand(&self, member: Id<kind::Member>, agency: Id<kind::Agency>, duty: Duty) -> Hand {
        Hand { member, agency, duties: BTreeSet::from([duty]), unit: Some(self.set.unit) }
    }

    fn officer(&self) -> Hand {
        self.hand(self.set.officer, self.set.unit, Duty::DataProtectionOfficer)
    }

    fn drafter(&self) -> Hand {
        self.hand(self.administrator, self.set.unit, Duty::Administrator)
    }

    fn agency(&self, name: &str) -> Id<kind::Agency> {
        match name {
            "unit" => self.set.unit,
            "police" => self.set.police,
            _ => self.set.navigators,
        }
    }

    fn owner(&self, name: &str) -> Hand {
        self.hand(self.owners[name], self.agency(name), Duty::DataOwner)
    }

    async fn enact(&self, id: Id<kind::Agreement>, hand: &Hand, deed: &Deed) -> Result<(), AgreementError> {
        let revision = agreement_by_id(&self.t.vault.plain(), id).await.unwrap().unwrap().revision;
        let mut change = change(&self.t.vault).await;
        enact_agreement(&mut change, id, revision, hand, deed).await?;
        change.commit().await.unwrap();
        Ok(())
    }

    /// Drafted, proposed, approved by all and activated.
    async fn activated(&self, terms: &Terms) -> Id<kind::Agreement> {
        let mut drafts = change(&self.t.vault).await;
        let id = draft_agreement(&mut drafts, &self.drafter(), terms).await.unwrap();
        drafts.commit().await.unwrap();
        self.enact(id, &self.drafter(), &Deed::of(Act::Proposed, "")).await.unwrap();
        for name in ["unit", "police", "navigators"] {
            self.enact(id, &self.owner(name), &Deed::approve("Head of information")).await.unwrap();
        }
        self.enact(id, &self.officer(), &Deed::of(Act::Activated, "")).await.unwrap();
        id
    }

    /// The set-up's own agreement is out of the way.
    async fn without_the_first(t: Bench) -> Self {
        let house = Self::of(t).await;
        house.enact(house.set.agreement, &house.officer(), &Deed::of(Act::Ended, "Replaced")).await.unwrap();
        house
    }

    fn terms(&self) -> Terms {
        terms(&[self.set.unit, self.set.police, self.set.navigators])
    }

    /// What a navigator hears who opens custody to help.
    async fn hears(&self) -> String {
        hears(&self.t.vault, &self.set).await
    }

    async fn browser(&self, hand: &Hand) -> Browser {
        signed_in(&site(&self.t.vault, &self.t.clock, false), hand.member, hand.agency).await
    }

    async fn jobs(&self, kind: &str) -> usize {
        let sql = format!("SELECT id FROM job WHERE kind = '{kind}' AND state = 'waiting'");
        self.t.query(&sql, Vec::new()).await.len()
    }
}

async fn hears(vault: &Vault, set: &Unit) -> String {
    let ask = Ask {
        actor: Actor::Member { id: set.navigator, agency: set.navigators },
        verb: Verb::View,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: vec![Facet { controller: set.police, category: code!("custody") }],
        facts: BTreeMap::new(),
    };
    match vault.permit(ask).await {
        Ok(_) => "granted".to_owned(),
        Err(Refusal::Refused { why }) => why[0].1.to_string(),
        Err(Refusal::Store(error)) => panic!("{error}"),
    }
}

#[tokio::test]
async fn nothing_is_permitted_before_the_last_signature_and_everything_from_that_second() {
    plan()
        .both(|t| async move {
            let house = House::without_the_first(t).await;
            let mut drafts = change(&house.t.vault).await;
            let id = draft_agreement(&mut drafts, &house.drafter(), &house.terms()).await.unwrap();
            drafts.commit().await.unwrap();
            assert_eq!(
                house.hears().await,
                "agreement_ended",
                "of the two that don't permit the ended one came nearer"
            );
            house.enact(id, &house.drafter(), &Deed::of(Act::Proposed, "")).await.unwrap();
            for name in ["unit", "police", "navigators"] {
                let early = house.enact(id, &house.officer(), &Deed::of(Act::Activated, "")).await;
                assert!(matches!(early, Err(AgreementError::Step(_))), "{early:?}");
                house.enact(id, &house.owner(name), &Deed::approve("Head of information")).await.unwrap();
            }
            assert_ne!(house.hears().await, "granted");
            house.enact(id, &house.officer(), &Deed::of(Act::Activated, "")).await.unwrap();
            assert_eq!(house.hears().await, "granted");
        })
        .await;
}

#[tokio::test]
async fn a_suspended_one_permits_nothing_from_that_second_and_a_resumed_one_does_again() {
    plan()
        .topic(share::AGREEMENT_OVER, "part")
        .topic(share::AGREEMENT_LIVE, "join")
        .both(|t| async move {
            let house = House::without_the_first(t).await;
            let id = house.activated(&house.terms()).await;
            let (part, join) = (house.jobs("part").await, house.jobs("join").await);
            // Asked before, so that the register and the policies' answer are remembered.
            assert_eq!(house.hears().await, "granted");
            house.t.clock.advance(base::SignedDuration::from_secs(1));
            house.enact(id, &house.owner("police"), &Deed::of(Act::Suspended, "A leak")).await.unwrap();
            assert_eq!(house.hears().await, "agreement_suspended", "in the same second");
            assert_eq!((house.jobs("part").await, house.jobs("join").await), (part + 1, join));
            house.t.clock.advance(base::SignedDuration::from_secs(1));
            assert_eq!(house.hears().await, "agreement_suspended");
            house.enact(id, &house.owner("police"), &Deed::of(Act::Resumed, "Mended")).await.unwrap();
            assert_eq!(house.hears().await, "granted");
            assert_eq!((house.jobs("part").await, house.jobs("join").await), (part + 1, join + 1), "linked again");
            house.enact(id, &house.officer(), &Deed::of(Act::Ended, "No longer needed")).await.unwrap();
            assert_eq!(house.hears().await, "agreement_ended");
            assert_eq!(house.jobs("part").await, part + 2);
        })
        .await;
}

#[tokio::test]
async fn past_its_review_it_permits_nothing_until_it_is_reviewed() {
    plan()
        .topic(share::AGREEMENT_OVER, "part")
        .topic(share::AGREEMENT_LIVE, "join")
        .both(|t| async move {
            let house = House::without_the_first(t).await;
            let handlers = vault::jobs::Handlers::new().with(share::EndAgreement);
            let id = house.activated(&house.terms()).await;
            house.t.clock.set("2026-12-01T23:59:59Z".parse().unwrap());
            assert_eq!(house.hears().await, "granted", "the review day's last second");
            let part = house.jobs("part").await;
            house.t.clock.set("2026-12-02T00:00:00Z".parse().unwrap());
            assert_eq!(house.hears().await, "agreement_review_overdue");
            house.t.vault.run_due_jobs(&handlers).await.unwrap();
            let told = house.t.query("SELECT id FROM job WHERE kind = 'part'", Vec::new()).await.len();
            assert!(told > part, "what stood on it is announced");
            let mut review = Deed::of(Act::Reviewed, "Looked at with all three");
            review.review = Some("2027-06-01".parse().unwrap());
            let late = house.enact(id, &house.officer(), &review).await;
            assert!(matches!(late, Err(AgreementError::Invalid(_))), "after the last day: {late:?}");
            review.review = Some("2026-12-20".parse().unwrap());
            let join = house.jobs("join").await;
            house.enact(id, &house.officer(), &review).await.unwrap();
            assert_eq!((house.hears().await.as_str(), house.jobs("join").await), ("granted", join + 1));
        })
        .await;
}

#[tokio::test]
async fn without_an_impact_assessment_it_permits_nothing() {
    plan()
        .both(|t| async move {
            let house = House::without_the_first(t).await;
            let id = house.activated(&Terms { assessment: None, ..house.terms() }).await;
            assert_eq!(house.hears().await, "agreement_without_assessment");
            let mut assesses = change(&house.t.vault).await;
            assess_agreement(&mut assesses, id, "DPIA 2026/9").await.unwrap();
            assesses.commit().await.unwrap();
            assert_eq!(house.hears().await, "granted");
        })
        .await;
}

#[tokio::test]
async fn pages_lead_from_a_draft_into_force() {
    plan()
        .on(vault::testing::Engine::Sqlite, |t| async move {
            let house = House::without_the_first(t).await;
            let mut administrator = house.browser(&house.drafter()).await;
            let agencies = [house.set.unit, house.set.police].map(|id| id.to_string());
            let fields: &[(&str, &str)] = &[
                ("title", "Safer <streets>"),
                ("parties", &agencies[0]),
                ("parties", &agencies[1]),
                ("starts-day", "1"),
                ("starts-month", "11"),
                ("starts-year", "2026"),
                ("ends-day", "1"),
                ("ends-month", "11"),
                ("ends-year", "2027"),
                ("review-day", "1"),
                ("review-month", "6"),
                ("review-year", "2027"),
            ];
            let wrong = administrator.fill("/trust/agreements/new", &[("title", "")]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text.contains("Select at least two parties") && wrong.text.contains("Enter the first day"));
            let begun = administrator.fill("/trust/agreements/new", fields).await;
            assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
            let home = begun.location;
            let page = administrator.get(&home).await.text;
            assert!(page.contains("It permits nothing now, because it is not active yet"), "{page}");
            assert!(page.contains("What is missing") && page.contains("Name at least one purpose"));
            // Whoever has no members can't approve, and so is not offered.
            let mut adds = change(&house.t.vault).await;
            let open =
                NewAgency { code: code!("open_data"), name: "data.police.uk".to_owned(), kind: AgencyKind::Police };
            add_agency(&mut adds, &open).await.unwrap();
            adds.commit().await.unwrap();
            let parties = administrator.get(&format!("{home}/draft/parties")).await.text;
            assert!(parties.contains("Selmarsh Police") && !parties.contains("data.police.uk"), "{parties}");
            let early = fill_step(&mut administrator, &home, "proposed", &[]).await;
            assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(early.text.contains("Name at least one gateway"));

            let police = format!("brings-{}", house.set.police);
            for (section, sent) in [
                ("data", vec![(police.as_str(), "custody")]),
                ("purposes", vec![("purposes", "support"), ("purposes", "linking")]),
                ("fields", vec![("fields-support", "given\nfamily, dob")]),
                ("law", vec![("gateways", "children_act_2004_s10_s11"), ("confidentiality", "")]),
                ("conditions", vec![("conditions", "Keep it close"), ("retention", "30"), ("assessment", "DPIA 7")]),
            ] {
                let saved = fill_draft(&mut administrator, &format!("{home}/draft/{section}"), &sent).await;
                assert_eq!(saved.status, StatusCode::SEE_OTHER, "{section}: {}", saved.text);
            }
            let page = administrator.get(&home).await.text;
            assert!(
                page.contains("Safer &#60;streets&#62;") && page.contains("Offering support: dob, family and given")
            );
            assert!(page.contains("30 days after they received it") && !page.contains("What is missing"));
            let proposed = fill_step(&mut administrator, &home, "proposed", &[]).await;
            assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text);

            // Whoever has no such duty doesn't find it; the drafter can't approve.
            let mut navigator =
                signed_in(&site(&house.t.vault, &house.t.clock, false), house.set.navigator, house.set.navigators)
                    .await;
            assert_eq!(navigator.get(&home).await.status, StatusCode::NOT_FOUND);
            assert!(!navigator.get("/trust/agreements").await.text.contains("Safer"));
            for act in ["approved", "activated", "suspended", "entered", "shortened", "changed", "nonsense"] {
                assert_eq!(
                    administrator.get(&format!("{home}/step/{act}")).await.status,
                    StatusCode::NOT_FOUND,
                    "{act}"
                );
            }
            let mut officer = house.browser(&house.officer()).await;
            let early = officer.get(&format!("{home}/step/activated")).await;
            assert_eq!(early.status, StatusCode::CONFLICT);
            assert!(
                early.text.contains("waits for the data owner of Selmarsh Police and Violence Unit"),
                "{}",
                early.text
            );

            let mut stale = None;
            for name in ["unit", "police"] {
                let mut owner = house.browser(&house.owner(name)).await;
                assert!(owner.get("/trust/agreements").await.text.contains("Waits for you"));
                let no_role = fill_step(&mut owner, &home, "approved", &[("as_role", " ")]).await;
                assert_eq!(no_role.status, StatusCode::UNPROCESSABLE_ENTITY);
                let form = owner.get(&format!("{home}/step/approved")).await;
                let sent = [("revision", form.hidden("revision")), ("as_role", "Head of data".to_owned())];
                let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let token = form.hidden("_csrf");
                let path = format!("{home}/step/approved");
                assert_eq!(owner.post(&path, &token, &sent).await.status, StatusCode::SEE_OTHER);
                let twice = owner.post(&path, &token, &sent).await;
                assert_eq!(twice.status, StatusCode::CONFLICT);
                assert!(twice.text.contains("This was done already: approved by owner-"), "{}", twice.text);
                stale = Some((owner, token));
            }
            let activated = fill_step(&mut officer, &home, "activated", &[]).await;
            assert_eq!(activated.status, StatusCode::SEE_OTHER, "{}", activated.text);
            let page = navigator.get(&home).await.text;
            assert!(page.contains("It permits now what it says below") && page.contains("Head of data"));
            assert!(page.contains("Activated") && page.contains("by Orla Quinn"));
            let (mut owner, token) = stale.unwrap();
            let late =
                owner.post(&format!("{home}/step/declined"), &token, &[("revision", "6"), ("why", "Too late")]).await;
            assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);

            let no_reason = fill_step(&mut owner, &home, "suspended", &[("why", "")]).await;
            assert!(no_reason.text.contains("Say why"));
            fill_step(&mut owner, &home, "suspended", &[("why", "The laptop was lost.")]).await;
            let page = navigator.get(&home).await.text;
            assert!(page.contains("because it is suspended") && page.contains("The laptop was lost."), "{page}");
            assert!(page.contains("A data owner of Selmarsh Police suspended it"));
            assert!(navigator.get("/trust/agreements").await.text.contains("Permits nothing now"));
            let map = navigator.get("/trust/agreements/map").await.text;
            assert!(map.contains("What permits nothing already") && map.contains("it is suspended"));

            let acts = house
                .t
                .query("SELECT verb FROM audit_entry WHERE verb LIKE 'agreement_%' ORDER BY position", vec![])
                .await;
            let acts: Vec<String> = acts.iter().map(|row| row.text("verb").unwrap()).collect();
            for act in [
                "agreement_drafted",
                "agreement_changed",
                "agreement_proposed",
                "agreement_approved",
                "agreement_activated",
                "agreement_suspended",
            ] {
                assert!(acts.iter().any(|one| one == act), "{act} is in the log: {acts:?}");
            }
        })
        .await;
}

/// Opens a step's page and sends it, with the revision that the page was made of.
async fn fill_step(browser: &mut Browser, home: &str, act: &str, fields: &[(&str, &str)]) -> crate::browser::Answer {
    fill_draft(browser, &format!("{home}/step/{act}"), fields).await
}

async fn fill_draft(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> crate::browser::Answer {
    let form = browser.get(path).await;
    let (token, revision) = (form.hidden("_csrf"), form.hidden("revision"));
    let mut sent = vec![("revision", revision.as_str())];
    sent.extend(fields);
    browser.post(path, &token, &sent).await
}

#[tokio::test]
async fn what_was_in_force_before_the_upgrade_stays_in_force() {
    use vault::testing::{Engine, Plan};
    let old: Vec<vault::Migration> =
        web::MIGRATIONS.iter().chain(share::MIGRATIONS).copied().filter(|one| one.number < 121).collect();
    let new: Vec<vault::Migration> = share::MIGRATIONS.iter().copied().filter(|one| one.number >= 121).collect();
    let life = new.iter().find(|one| one.number == 121).unwrap().sql;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        // The statements of 0121 themselves, on a register of the old kind; the runner writes SQLite's kinds so.
        let life = if engine == Engine::Sqlite { life.replace("BIGINT", "INTEGER") } else { life.to_owned() };
        Plan::of(&old)
            .decider(share::api::CedarDecider::new().unwrap())
            .on(engine, move |t| async move {
                for sql in [
                    "INSERT INTO agency (id, code, name, kind, added_at) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FA1', 'unit', 'Unit', 'unit', 1)",
                    "INSERT INTO agency (id, code, name, kind, added_at) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FA2', 'police', 'Police', 'police', 1)",
                    "INSERT INTO agreement (id, title, starts, ends, review, added_at) VALUES \
                     ('01ARZ3NDEKTSV4RRFFQ69G5FA3', 'Old', '2026-01-01', '2027-01-01', '2027-01-01', 5)",
                    "INSERT INTO agreement_party (agreement, agency) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FA3', '01ARZ3NDEKTSV4RRFFQ69G5FA1')",
                    "INSERT INTO agreement_party (agreement, agency) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FA3', '01ARZ3NDEKTSV4RRFFQ69G5FA2')",
                    "INSERT INTO agreement_category (agreement, category) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FA3', 'custody')",
                ] {
                    t.tamper(sql).await.unwrap();
                }
                for statement in life.split(";\n").filter(|one| !one.trim().is_empty()) {
                    let lines: Vec<&str> = statement.lines().filter(|line| !line.starts_with("--")).collect();
                    t.tamper(&lines.join("\n")).await.unwrap();
                }
                let kept = share::api::agreements(&t.vault.plain()).await.unwrap();
                assert_eq!(kept[0].standing("2026-11-22".parse().unwrap()), share::api::Standing::Live);
                assert_eq!(kept[0].terms.brings.len(), 2, "each party brings what the one list said");
                let steps = t.query("SELECT act FROM agreement_step", vec![]).await;
                assert_eq!(steps[0].text("act").unwrap(), "carried_over");
            })
            .await;
    }
}
