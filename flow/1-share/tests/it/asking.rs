//! A unit in which a school, a hospital and the police hold something that a social worker's agency has no agreement for.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, Timestamp, code, kind};
use share::api::{
    AgencyKind, AskError, Duty, NewAgency, NewAsk, NewGrant, NewMember, Terms, add_agency, add_agreement, add_member,
    all_bring, ask, grant, register_holding,
};
use vault::{Actor, Ask, Facet, Purpose, Refusal, Scope, Vault, Verb, testing::Bench};

use crate::house::{change, make_demo};

/// Who works where: by their names.
pub struct World {
    pub t: Bench,
    pub agencies: BTreeMap<&'static str, Id<kind::Agency>>,
    pub members: BTreeMap<&'static str, (Id<kind::Member>, &'static str)>,
    pub person: Id<kind::Person>,
}

const AGENCIES: [(&str, &str, AgencyKind, &[&str]); 6] = [
    ("unit", "Violence Unit", AgencyKind::Unit, &[]),
    ("school", "Harbour School", AgencyKind::Education, &["exclusion"]),
    ("care", "Children’s social care", AgencyKind::SocialCare, &["social_care_involvement"]),
    ("hospital", "Lindermouth Hospital", AgencyKind::Health, &["ae_navigator", "assault_attendance"]),
    ("police", "Selmarsh Police", AgencyKind::Police, &["custody", "police_event"]),
    ("navigators", "Turnaround Navigators", AgencyKind::Voluntary, &[]),
];

const MEMBERS: [(&str, &str, &[Duty]); 15] = [
    ("ruth", "care", &[Duty::SocialWorker]),
    ("rhys", "care", &[Duty::SocialWorker]),
    ("mona", "care", &[Duty::BoardMember]),
    ("asha", "navigators", &[Duty::Navigator]),
    ("leon", "school", &[Duty::DataOwner]),
    ("lena", "school", &[Duty::DataOwner]),
    ("theo", "school", &[Duty::DataProtectionOfficer]),
    ("tom", "school", &[Duty::YouthWorker]),
    ("grace", "hospital", &[Duty::DataOwner]),
    ("owen", "police", &[Duty::DataOwner]),
    ("callum", "police", &[Duty::IntelligenceOfficer]),
    ("priya", "unit", &[Duty::Analyst]),
    ("orla", "unit", &[Duty::DataProtectionOfficer]),
    ("olaf", "unit", &[Duty::DataProtectionOfficer, Duty::Navigator]),
    ("sam", "unit", &[Duty::Administrator]),
];

impl World {
    pub async fn set_up(t: Bench) -> Self {
        make_demo(&t.vault).await; // everybody counts as having a second factor
        let mut change = change(&t.vault).await;
        let (mut agencies, mut members) = (BTreeMap::new(), BTreeMap::new());
        for (code, name, kind, held) in AGENCIES {
            let new = NewAgency { code: code.parse().unwrap(), name: name.to_owned(), kind };
            let id = add_agency(&mut change, &new).await.unwrap();
            for category in held {
                register_holding(&mut change, id, &category.parse().unwrap()).await.unwrap();
            }
            agencies.insert(code, id);
        }
        for (name, agency, duties) in MEMBERS {
            let new = NewMember {
                email: format!("{name}@{agency}.example"),
                name: format!("{name} of {agency}"),
                agency: agencies[agency],
                duties: duties.iter().copied().collect::<BTreeSet<_>>(),
                password: None,
            };
            members.insert(name, (add_member(&mut change, &new).await.unwrap(), agency));
        }
        let terms = |parties: &[&str], categories: &[&str]| Terms {
            title: format!("Between {}", parties.join(" and ")),
            brings: all_bring(
                &parties.iter().map(|party| agencies[party]).collect::<Vec<_>>(),
                &categories.iter().map(|category| category.parse().unwrap()).collect::<Vec<_>>(),
            ),
            parties: parties.iter().map(|party| agencies[party]).collect(),
            fields: BTreeMap::new(),
            conditions: Vec::new(),
            retention_days: None,
            assessment: Some("DPIA 2026/1".to_owned()),
            purposes: vec![Purpose::Support, Purpose::Safeguarding, Purpose::Linking, Purpose::Collection],
            gateways: vec![code!("children_act_2004_s10_s11")],
            confidentiality: Some(code!("best_interests")),
            starts: "2026-01-01".parse().unwrap(),
            ends: "2027-12-31".parse().unwrap(),
            review: "2027-12-01".parse().unwrap(),
        };
        let everyone = terms(&["unit", "school", "hospital", "police"], &["exclusion", "ae_navigator", "custody"]);
        add_agreement(&mut change, &everyone).await.unwrap();
        add_agreement(&mut change, &terms(&["unit", "care"], &["social_care_involvement"])).await.unwrap();
        change.commit().await.unwrap();
        Self { person: t.id(), t, agencies, members }
    }

    pub fn vault(&self) -> &Vault {
        &self.t.vault
    }

    pub fn actor(&self, name: &str) -> Actor {
        let (id, agency) = self.members[name];
        Actor::Member { id, agency: self.agencies[agency] }
    }

    pub fn question(&self, owner: &str, category: &str, form_key: &str) -> NewAsk {
        NewAsk {
            person: self.person,
            owner: self.agencies[owner],
            named: true,
            categories: vec![category.parse().unwrap()],
            purpose: Purpose::Safeguarding,
            why: "He carries a kitchen knife to school".to_owned(),
            form_key: form_key.to_owned(),
        }
    }

    pub async fn asks(&self, name: &str, owner: &str, category: &str) -> Id<kind::Ask> {
        let form_key = format!("{}", self.t.id::<kind::Token>());
        ask(self.vault(), &self.actor(name), &self.question(owner, category, &form_key)).await.unwrap()
    }

    pub fn terms(&self, category: &str, hours: i64) -> NewGrant {
        NewGrant {
            power: code!("children_act_2004_s10_s11"),
            confidentiality: None,
            fields: vec![format!("{category}:kind")],
            conditions: Vec::new(),
            until: self.t.vault.now().plus_hours(hours),
        }
    }

    pub async fn grants(&self, name: &str, id: Id<kind::Ask>, new: &NewGrant) -> Result<(), AskError> {
        grant(self.vault(), &self.actor(name), id, new).await
    }

    /// What the decider says to a look at one person: the power, or the reason.
    pub async fn looks(&self, name: &str, look: &Look) -> String {
        let ask = Ask {
            actor: self.actor(name),
            verb: look.verb,
            scope: look.scope.clone(),
            purpose: look.purpose,
            facets: vec![Facet { controller: self.agencies[look.owner], category: look.category.clone() }],
            facts: BTreeMap::new(),
        };
        match self.vault().permit(ask).await {
            Ok(permit) => permit.grants()[0].power.to_string(),
            Err(Refusal::Refused { why }) => format!("no: {}", why[0].1),
            Err(Refusal::Store(error)) => panic!("{error}"),
        }
    }

    /// A social worker's look at what the school holds.
    pub fn look(&self) -> Look {
        Look {
            verb: Verb::View,
            scope: Scope::person(self.person),
            purpose: Purpose::Safeguarding,
            owner: "school",
            category: code!("exclusion"),
        }
    }

    pub async fn set(&self, name: &'static str, value: &str) {
        let mut change = change(self.vault()).await;
        change.execute("INSERT INTO setting (name, value) VALUES ($1, $2)", vault::params![name, value]).await.unwrap();
        change.commit().await.unwrap();
        self.t.clock.advance(base::SignedDuration::from_secs(6)); // settings are read every few seconds
    }

    pub async fn states(&self) -> Vec<String> {
        let rows = self.t.query("SELECT state FROM ask ORDER BY asked_at, id", Vec::new()).await;
        rows.iter().map(|row| row.text("state").unwrap()).collect()
    }

    /// Everything that could be read by somebody who has the database but not the keys, and the log.
    pub async fn in_clear(&self) -> String {
        let mut all = String::new();
        for sql in [
            "SELECT inputs AS text FROM audit_entry",
            "SELECT payload AS text FROM job",
            "SELECT why AS text FROM ask",
            "SELECT COALESCE(answer, '') AS text FROM ask",
            "SELECT why || COALESCE(justification, '') || COALESCE(judgement, '') AS text FROM emergency_access",
        ] {
            for row in self.t.query(sql, Vec::new()).await {
                all.push_str(&row.text("text").unwrap());
                all.push('\n');
            }
        }
        all
    }
}

/// A look at somebody.
#[derive(Clone)]
pub struct Look {
    pub verb: Verb,
    pub scope: Scope,
    pub purpose: Purpose,
    pub owner: &'static str,
    pub category: Code,
}

pub const REFUSED: &str = "no: no_agreement";
pub const S10: &str = "children_act_2004_s10_s11";

pub fn micro_before(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros() - 1).unwrap()
}
