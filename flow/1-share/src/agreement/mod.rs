//! Information sharing agreements: who gives which categories to whom, what for, under which law, from when until when.

mod over;
pub(crate) mod pages;
mod store;

use base::{Code, Date, Id, kind};
use vault::Purpose;

use crate::{
    agency::{Agency, AgencyKind},
    law::{Sharing, law},
};

pub use over::{AGREEMENT_OVER, EndAgreement};
pub(crate) use store::all_in;
pub use store::{add, all, by_id, end};

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id; every grant that stands on it names it.
    pub id: Id<kind::Agreement>,
    /// What it says.
    pub terms: Terms,
}

/// What an agreement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Its title, as it was signed.
    pub title: String,
    /// Who signed it; each gives to each.
    pub parties: Vec<Id<kind::Agency>>,
    /// The categories of data that it covers, whichever party controls them.
    pub categories: Vec<Code>,
    /// What for.
    pub purposes: Vec<Purpose>,
    /// Under which powers or duties; codes of `law.toml`.
    pub gateways: Vec<Code>,
    /// The ground that answers a duty of confidence; needed where a category was given in confidence.
    pub confidentiality: Option<Code>,
    /// The first day.
    pub starts: Date,
    /// The last day.
    pub ends: Date,
    /// When it must be looked at again.
    pub review: Date,
}

/// How an agreement stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It starts later.
    NotStarted,
    /// It is in force.
    Live,
    /// It was in force.
    Ended,
}

impl Terms {
    /// How it stands on a day in London.
    #[must_use]
    pub fn standing(&self, today: Date) -> Standing {
        if today < self.starts {
            Standing::NotStarted
        } else if today > self.ends {
            Standing::Ended
        } else {
            Standing::Live
        }
    }

    /// Everything that is wrong with it, each in a sentence; `agencies` are all there are, `supplied` every category that
    /// somebody supplies.
    #[must_use]
    pub fn problems(&self, agencies: &[Agency], supplied: &[Code]) -> Vec<String> {
        let mut found = Vec::new();
        if self.title.trim().is_empty() || self.title.chars().count() > 200 {
            found.push("Give the agreement a title of 1 to 200 characters.".to_owned());
        }
        self.check_parties(agencies, &mut found);
        self.check_coverage(supplied, &mut found);
        self.check_dates(&mut found);
        if found.is_empty() {
            self.check_law(agencies, &mut found);
        }
        found
    }

    fn check_parties(&self, agencies: &[Agency], found: &mut Vec<String>) {
        let mut parties = self.parties.clone();
        parties.sort();
        parties.dedup();
        if parties.len() < 2 {
            found.push("Name at least two different parties.".to_owned());
        }
        if parties.iter().any(|party| !agencies.iter().any(|agency| agency.id == *party)) {
            found.push("Every party must be an agency that is known here. Add the agency first.".to_owned());
        }
    }

    fn check_coverage(&self, supplied: &[Code], found: &mut Vec<String>) {
        if self.categories.is_empty() {
            found.push("Name at least one category of data.".to_owned());
        }
        if self.purposes.is_empty() {
            found.push("Name at least one purpose.".to_owned());
        }
        if self.gateways.is_empty() {
            found.push("Name at least one gateway: the power or duty in law that the sharing stands on.".to_owned());
        }
        for category in &self.categories {
            if !law().categories().iter().any(|known| known.code == *category) && !supplied.contains(category) {
                found.push(format!("“{category}” is no category of data that is known here."));
            }
        }
        for code in self.gateways.iter().filter(|code| law().gateway(code.as_str()).is_none()) {
            let known: Vec<&str> = law().gateways().map(|gateway| gateway.code.as_str()).collect();
            found.push(format!("“{code}” is no gateway. The gateways are: {}.", known.join(", ")));
        }
        if let Some(code) = self.confidentiality.as_ref().filter(|code| law().ground(code.as_str()).is_none()) {
            let known: Vec<&str> = law().confidentiality().map(|ground| ground.code.as_str()).collect();
            found.push(format!("“{code}” is no ground of confidentiality. They are: {}.", known.join(", ")));
        }
    }

    fn check_dates(&self, found: &mut Vec<String>) {
        if self.ends < self.starts {
            found.push(format!("The agreement ends on {} but starts later, on {}.", self.ends, self.starts));
        } else if self.review < self.starts || self.review > self.ends {
            found.push("The review date must lie between the start and the end.".to_owned());
        }
    }

    /// A category that no gateway of the agreement can carry between any two parties would be covered on paper only.
    fn check_law(&self, agencies: &[Agency], found: &mut Vec<String>) {
        for code in self.gateways.iter().filter(|code| law().gateways().all(|gateway| gateway.code != **code)) {
            found.push(format!("“{code}” can’t be agreed upon: only a named person can use it, about one person."));
        }
        let kinds: Vec<AgencyKind> =
            agencies.iter().filter(|agency| self.parties.contains(&agency.id)).map(|agency| agency.kind).collect();
        for code in &self.categories {
            let category = law().category(code);
            if category.in_confidence && self.confidentiality.is_none() {
                found.push(format!(
                    "“{}” is given in confidence: name the ground that answers the duty of confidence.",
                    category.name
                ));
            }
            if !category.open && !self.is_carried(code, &kinds) {
                let laws: Vec<&str> = self
                    .gateways
                    .iter()
                    .filter_map(|code| law().gateway(code.as_str()))
                    .map(|gateway| gateway.law.as_str())
                    .collect();
                found.push(format!(
                    "{} can’t carry “{}”. Add a gateway that can, or take the category out.",
                    laws.join(" and "),
                    category.name
                ));
            }
        }
    }

    /// Whether one of its gateways carries this category from some party to another for one of its purposes.
    fn is_carried(&self, category: &Code, kinds: &[AgencyKind]) -> bool {
        let carries = |giver: &AgencyKind, receiver: &AgencyKind, purpose: &Purpose| {
            let sharing = Sharing {
                giver: *giver,
                receiver: *receiver,
                category: category.clone(),
                purpose: *purpose,
                decided_by_person: false,
                emergency: false,
            };
            law().powers(&sharing).any(|power| self.gateways.contains(&power.code))
        };
        kinds.iter().any(|giver| {
            kinds.iter().any(|receiver| self.purposes.iter().any(|purpose| carries(giver, receiver, purpose)))
        })
    }
}

/// Why an agreement can't be added or ended.
#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    /// What it says does not hold together; each problem in a sentence.
    #[error("{}", .0.join(" "))]
    Invalid(Vec<String>),
    /// There is no such agreement.
    #[error("there is no such agreement")]
    NotFound,
    /// The database's.
    #[error(transparent)]
    Store(#[from] vault::StoreError),
}

/// A purpose in plain words, to be read after "for".
#[must_use]
pub fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Safeguarding => "safeguarding a child or a vulnerable adult",
        Purpose::Support => "offering support",
        Purpose::Linking => "finding which records are the same person",
        Purpose::Collection => "taking data in and mending it",
        Purpose::Statistics => "counting",
        Purpose::Prevention => "preventing crime and disorder",
        Purpose::Rights => "answering a person’s rights",
        Purpose::Administration => "administration",
        Purpose::Oversight => "checking who looked and why",
    }
}

#[cfg(test)]
mod tests;
