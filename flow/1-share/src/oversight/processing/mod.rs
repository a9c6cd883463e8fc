//! The record of processing (UK GDPR article 30; Data Protection Act 2018 section 61), made of what is configured each time that it is read:
//! agreements, what agencies supply, the catalogue of tables, and what the program knows of its own security. So it can’t drift.

mod gather;
pub(crate) mod pages;
mod words;

use serde::Serialize;

pub(crate) use gather::gather;
/// Reading single numbers and settings.
pub(crate) mod numbers {
    pub(crate) use super::gather::{MEMBERS, WITHOUT_SECOND_FACTOR, number, setting};
}

/// The whole record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Processing {
    /// What each controller’s data is used for.
    pub controllers: Vec<Controller>,
    /// What is kept, table by table.
    pub tables: Vec<Table>,
    /// Technical and organisational measures (article 32), as they stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<Measure>,
}

/// One controller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Controller {
    pub name: String,
    pub kind: String,
    /// Categories of data that it supplies.
    pub supplies: Vec<String>,
    pub activities: Vec<Activity>,
}

/// One purpose for which its data goes to others under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Activity {
    pub purpose: String,
    pub agreement: String,
    #[serde(skip)]
    pub href: String,
    pub categories: Vec<String>,
    pub recipients: Vec<String>,
    pub powers: Vec<String>,
    pub bases: Vec<String>,
    pub confidentiality: String,
    /// The fields that may be seen; `all` where the agreement names none.
    pub fields: String,
    pub conditions: Vec<String>,
    pub retention: String,
    pub assessment: String,
    pub days: String,
    /// Whether it permits anything now, or why not.
    pub standing: String,
}

/// One table about people, or about those who work here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Table {
    pub name: String,
    pub about: String,
    pub controller: String,
    pub category: String,
    pub retention: String,
    pub subject_sees: String,
    pub correction: String,
    pub erasure: String,
}

/// A measure, and what is so now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Measure {
    pub what: String,
    pub now: String,
}

impl Processing {
    /// Everything that is configured, one line each: what two records differ in, their lines differ in. What changes by itself (the state
    /// of the security measures) is not in it.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for controller in &self.controllers {
            let supplies = controller.supplies.join(", ");
            lines.push(format!("{} ({}) supplies: {supplies}", controller.name, controller.kind));
            for one in &controller.activities {
                lines.push(format!(
                    "{} gives {} to {} for {}, under “{}” ({}): {}; {}; {}; fields: {}; {}; {}; assessment: {}; {}",
                    controller.name,
                    one.categories.join(", "),
                    one.recipients.join(", "),
                    one.purpose,
                    one.agreement,
                    one.days,
                    one.powers.join(", "),
                    one.bases.join(", "),
                    one.confidentiality,
                    one.fields,
                    one.conditions.join(" "),
                    one.retention,
                    one.assessment,
                    one.standing,
                ));
            }
        }
        for table in &self.tables {
            lines.push(format!(
                "{} ({}), of {}: {}; kept {}; its subject: {}; corrected: {}; erased: {}",
                table.name,
                table.about,
                table.controller,
                table.category,
                table.retention,
                table.subject_sees,
                table.correction,
                table.erasure
            ));
        }
        lines
    }

    /// SHA-256 over its lines.
    pub(crate) fn hash(&self) -> String {
        crate::oversight::transparency::store::hash(&self.lines().join("\n"))
    }
}
