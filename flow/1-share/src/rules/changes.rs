//! What a proposed version changes: which rules are new, gone or worded otherwise, and whether it would carry what the law excludes.

use std::collections::BTreeMap;

use base::Code;
use cedar_policy::PolicySet;
use vault::Purpose;

use super::RulesError;
use crate::{
    agency::AgencyKind,
    law::{Category, Law, PolicyError, RuleKind, RuleText, Sharing, read},
};

/// A rule that is new, gone or worded otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Its file and name.
    pub rule: String,
    /// As it is in force; none for a new one.
    pub before: Option<String>,
    /// As proposed; none where it goes.
    pub after: Option<String>,
}

/// Every rule that differs, in the order of their names.
pub(crate) fn changed(before: &[RuleText], after: &[RuleText]) -> Result<Vec<Changed>, PolicyError> {
    let (before, after) = (named(&read(before)?), named(&read(after)?));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let changed = differs.map(|name| Changed {
        rule: name.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    });
    Ok(changed.collect())
}

fn named(set: &PolicySet) -> BTreeMap<String, String> {
    set.policies().map(|policy| (policy.id().to_string(), policy.to_cedar().unwrap_or_default())).collect()
}

/// Reads texts and refuses those that can't be used or would be unlawful. It looks at every kind of sharing, so it takes a second and a
/// thread of its own.
pub(crate) async fn usable(texts: Vec<RuleText>) -> Result<(), RulesError> {
    let looked = tokio::task::spawn_blocking(move || check(&Law::new(&texts)?)).await;
    looked.unwrap_or_else(|error| Err(PolicyError::new(error.to_string()).into()))
}

/// Refuses a version whose rules would let a section carry what that section excludes by its own words, whichever rule names it:
/// Police, Crime, Sentencing and Courts Act 2022 sections 16(4) and 17; Crime and Disorder Act 1998 section 17A.
pub(super) fn check(law: &Law) -> Result<(), RulesError> {
    let mut wrong: Vec<String> = Vec::new();
    for category in law.categories().iter().filter(|category| !category.anonymous) {
        for giver in AgencyKind::ALL {
            for receiver in AgencyKind::ALL {
                for purpose in Purpose::ALL {
                    let sharing = Sharing {
                        giver,
                        receiver,
                        category: category.code.clone(),
                        purpose: *purpose,
                        decided_by_person: false,
                        emergency: false,
                    };
                    wrong.extend(law.powers(&sharing).filter_map(|power| excluded(&power.law, category, &sharing)));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    if wrong.is_empty() { Ok(()) } else { Err(RulesError::Unlawful(wrong)) }
}

/// What a section would carry of an identifiable category that it excludes.
fn excluded(citation: &str, category: &Category, sharing: &Sharing) -> Option<String> {
    let cites = |act: &str, section: &str| {
        citation.contains(act) && citation.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == section)
    };
    let act = "Police, Crime, Sentencing and Courts Act 2022";
    let from_care = matches!(sharing.giver, AgencyKind::Health | AgencyKind::SocialCare);
    if (cites(act, "16") || cites(act, "17")) && (category.patient_information || from_care) {
        return Some(format!(
            "{citation} would carry “{}” of {}: it authorises no patient information, and no personal information from a \
             health or social care authority.",
            category.name, sharing.giver
        ));
    }
    if cites("Crime and Disorder Act 1998", "17A") {
        return Some(format!("{citation} would carry “{}”: it is for depersonalised information only.", category.name));
    }
    None
}

/// The rules of a kind that stand in both or either, for a page: codes that are gone, which agreements may still name.
pub(crate) fn gone(before: &Law, after: &Law) -> Vec<Code> {
    let codes = before.rules(RuleKind::Power).map(|rule| rule.code.clone());
    codes.filter(|code| after.gateway(code.as_str()).is_none()).collect()
}
