//! The questions, a file each: what is asked of the world, and how the answer is said.

pub mod clusters;
pub mod concentration;
pub mod deprivation;
pub mod months;
pub mod overlap;
pub mod rates;
pub mod scan;
pub mod spots;
pub mod spread;

use super::output::{Finding, Section};

impl Finding {
    /// A question that had no answer, and why.
    fn without(id: &'static str, title: &str, why: &str) -> Self {
        Self {
            section: Some(Section {
                id,
                title: title.to_owned(),
                said: format!("This could not be worked out: {}.", why.trim_end_matches('.')),
                caveat: "That there is no answer does not mean that there is nothing to find.".to_owned(),
                method: "Nothing was computed.".to_owned(),
                ..Section::default()
            }),
            ..Self::default()
        }
    }
}
