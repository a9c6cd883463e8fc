//! The data protection impact assessment (UK GDPR article 35): nature, scope and purposes from what is configured; each risk with the
//! measures that are in place *now*, read from the state of the unit; and what people judge, signed and kept in versions.

mod checks;
pub(crate) mod pages;
mod risks;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use checks::{Measure, check};
pub(crate) use risks::Risk;

base::code_list! {
    /// How much of a risk remains by rule: nobody’s judgement, only what stands.
    Residual {
        /// Every measure holds.
        Low => "low", "Every measure holds", "";
        /// One does not.
        Raised => "raised", "One measure does not hold", "";
        /// Several don’t.
        High => "high", "Several measures don’t hold", "If it stays so, the Commissioner is consulted before (article 36)";
    }
}

base::code_list! {
    /// What the officer judges of a risk.
    Judgement {
        /// It may remain.
        Acceptable => "acceptable", "Acceptable as it stands", "The measures that hold are enough";
        /// More is done.
        WithMore => "with_more", "Acceptable once more is done", "Say below what, by whom and by when";
        /// It must not remain.
        Not => "not_acceptable", "Not acceptable", "It stops until it is";
    }
}

impl Residual {
    /// By how many measures don’t hold.
    pub(crate) fn of(measures: &[Measure]) -> Self {
        match measures.iter().filter(|measure| !measure.holds).count() {
            0 => Self::Low,
            1 => Self::Raised,
            _ => Self::High,
        }
    }

    pub(crate) fn colour(self) -> &'static str {
        match self {
            Self::Low => "green",
            Self::Raised => "yellow",
            Self::High => "red",
        }
    }
}
