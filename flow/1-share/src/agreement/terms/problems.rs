//! What must be right before an agreement can be proposed: everything that is wrong, each in a sentence.

use base::Code;
use vault::Purpose;

use super::Terms;
use crate::{
    agency::Agency,
    law::{Sharing, law},
};

/// The longest that a text of an agreement may be, in characters.
pub(crate) const LONGEST: usize = 200;

impl Terms {
    /// Everything that is wrong with it, each in a sentence; `agencies` are all there are, `supplied` every category that
    /// somebody supplies. That an impact assessment is missing is not wrong: the agreement then permits nothing.
    #[must_use]
    pub fn problems(&self, agencies: &[Agency], supplied: &[Code]) -> Vec<String> {
        let mut found = Vec::new();
        if self.title.trim().is_empty() || self.title.chars().count() > LONGEST {
            found.push("Give the agreement a title of 1 to 200 characters.".to_owned());
        }
        self.check_parties(agencies, &mut found);
        self.check_coverage(supplied, &mut found);
        self.check_brought(agencies, &mut found);
        self.check_fields(&mut found);
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
        if self.brings.is_empty() {
            found.push("Name at least one category of data that a party brings.".to_owned());
        }
        if self.purposes.is_empty() {
            found.push("Name at least one purpose.".to_owned());
        }
        if self.gateways.is_empty() {
            found.push("Name at least one gateway: the power or duty in law that the sharing stands on.".to_owned());
        }
        for category in self.categories() {
            if !law().categories().iter().any(|known| known.code == category) && !supplied.contains(&category) {
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

    fn check_brought(&self, agencies: &[Agency], found: &mut Vec<String>) {
        for brought in self.brings.iter().filter(|brought| !self.parties.contains(&brought.party)) {
            let name = agencies.iter().find(|agency| agency.id == brought.party).map(|agency| agency.name.as_str());
            let category = law().category(&brought.category).name;
            found.push(format!(
                "{} brings “{category}” but is no party.",
                name.unwrap_or("An agency that is not known")
            ));
        }
    }

    fn check_fields(&self, found: &mut Vec<String>) {
        if self.fields.keys().any(|purpose| !self.purposes.contains(purpose)) {
            found.push("Fields are named for a purpose that the agreement doesn’t have.".to_owned());
        }
    }

    fn check_dates(&self, found: &mut Vec<String>) {
        if self.ends < self.starts {
            found.push(format!("The agreement ends on {} but starts later, on {}.", self.ends, self.starts));
        } else if self.review < self.starts || self.review > self.ends {
            found.push("The review date must lie between the start and the end.".to_owned());
        }
    }

    /// What no gateway of the agreement can carry from a party that brings it to another would be covered on paper only.
    fn check_law(&self, agencies: &[Agency], found: &mut Vec<String>) {
        for code in self.gateways.iter().filter(|code| law().gateways().all(|gateway| gateway.code != **code)) {
            found.push(format!("“{code}” can’t be agreed upon: only a named person can use it, about one person."));
        }
        for code in self.categories() {
            let category = law().category(&code);
            if category.in_confidence && self.confidentiality.is_none() {
                found.push(format!(
                    "“{}” is given in confidence: name the ground that answers the duty of confidence.",
                    category.name
                ));
            }
            if !category.open && !self.is_carried(&code, agencies) {
                let gateways = self.gateways.iter().filter_map(|code| law().gateway(code.as_str()));
                let laws: Vec<&str> = gateways.map(|gateway| gateway.law.as_str()).collect();
                found.push(format!(
                    "{} can’t carry “{}”. Add a gateway that can, or take the category out.",
                    laws.join(" and "),
                    category.name
                ));
            }
        }
    }

    /// Whether one of its gateways carries this category from whoever brings it to another party for one of its purposes.
    fn is_carried(&self, category: &Code, agencies: &[Agency]) -> bool {
        let carries = |giver: &Agency, receiver: &Agency, purpose: &Purpose| {
            let sharing = Sharing {
                giver: giver.kind,
                receiver: receiver.kind,
                category: category.clone(),
                purpose: *purpose,
                decided_by_person: false,
                emergency: false,
            };
            law().powers(&sharing).any(|power| self.gateways.contains(&power.code))
        };
        let givers = agencies.iter().filter(|agency| self.brings(agency.id, category));
        let receivers = || agencies.iter().filter(|agency| self.parties.contains(&agency.id));
        givers.into_iter().any(|giver| {
            let others = receivers().filter(|receiver| receiver.id != giver.id);
            others.into_iter().any(|receiver| self.purposes.iter().any(|purpose| carries(giver, receiver, purpose)))
        })
    }
}
