//! Grounds and powers in words.

use base::Code;

use super::GroundKind;
use crate::law::law;

/// On what a disclosure stood.
pub(super) fn ground_words(ground: GroundKind, agreement: Option<&str>) -> String {
    match (ground, agreement) {
        (GroundKind::Agreement, Some(title)) => format!("Under the agreement “{title}”"),
        (GroundKind::Agreement, None) => "Under an agreement".to_owned(),
        (GroundKind::OwnersDecision, _) => "The data owner decided it for this person".to_owned(),
        (GroundKind::Emergency, _) => "Opened in an emergency".to_owned(),
        (GroundKind::Other, _) => "On a rule of law by itself".to_owned(),
    }
}

/// The law that is the power.
pub(super) fn power_words(power: &Code) -> String {
    match power.as_str() {
        "own_record" => "Own records".to_owned(),
        code => law().gateway(code).map_or_else(|| code.replace('_', " "), |gateway| gateway.law.clone()),
    }
}

/// A basis, a condition or a ground of confidentiality.
pub(super) fn rule_words(code: &Code) -> String {
    law()
        .any(code.as_str())
        .map_or_else(|| code.as_str().replace('_', " "), |rule| format!("{} ({})", rule.name, rule.law))
}
