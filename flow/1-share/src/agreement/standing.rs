//! Whether an agreement permits anything on a day, and if not, why not. The decider asks this for every part of every request.

use base::Date;

use super::{Agreement, Stage};

/// How an agreement stands on a day. It permits only while it is [`Standing::Live`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It was not activated: a draft, a proposal, or withdrawn.
    NotActive,
    /// It was in force, or was ended before its last day.
    Ended,
    /// It starts later.
    NotStarted,
    /// It was not looked at again by its review day.
    ReviewOverdue,
    /// No impact assessment is recorded.
    WithoutAssessment,
    /// Somebody suspended it.
    Suspended,
    /// It is in force.
    Live,
}

impl Standing {
    /// Its name, in lower case and hyphens, for the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotActive => "not-active",
            Self::Ended => "ended",
            Self::NotStarted => "not-started",
            Self::ReviewOverdue => "review-overdue",
            Self::WithoutAssessment => "without-assessment",
            Self::Suspended => "suspended",
            Self::Live => "live",
        }
    }

    /// Why it permits nothing, to be read after "because"; empty where it is live.
    #[must_use]
    pub fn because(self) -> &'static str {
        match self {
            Self::NotActive => "it was not activated",
            Self::Ended => "it has ended",
            Self::NotStarted => "it has not started",
            Self::ReviewOverdue => "its review is overdue",
            Self::WithoutAssessment => "no impact assessment is recorded for it",
            Self::Suspended => "it is suspended",
            Self::Live => "",
        }
    }
}

impl Agreement {
    /// How it stands on a day in London.
    #[must_use]
    pub fn standing(&self, today: Date) -> Standing {
        match self.stage {
            Stage::Drafted | Stage::Proposed | Stage::Withdrawn => return Standing::NotActive,
            Stage::Ended => return Standing::Ended,
            Stage::Active | Stage::Suspended => {}
        }
        let terms = &self.terms;
        if today > terms.ends {
            Standing::Ended
        } else if self.stage == Stage::Suspended {
            Standing::Suspended
        } else if terms.assessment.is_none() {
            Standing::WithoutAssessment
        } else if today < terms.starts {
            Standing::NotStarted
        } else if today > terms.review {
            Standing::ReviewOverdue
        } else {
            Standing::Live
        }
    }
}

#[cfg(test)]
mod tests {
    use base::Id;

    use super::*;
    use crate::agreement::terms::tests::terms;

    fn standing(stage: Stage, assessed: bool, today: &str) -> Standing {
        let mut terms = terms();
        if !assessed {
            terms.assessment = None;
        }
        Agreement { id: Id::from_u128(1), terms, stage, revision: 1 }.standing(today.parse().unwrap())
    }

    #[test]
    fn its_days_are_whole_days() {
        let active = |today| standing(Stage::Active, true, today);
        assert_eq!(active("2025-12-31"), Standing::NotStarted);
        assert_eq!(active("2026-01-01"), Standing::Live);
        assert_eq!(active("2026-12-01"), Standing::Live, "the review day itself");
        assert_eq!(active("2026-12-02"), Standing::ReviewOverdue);
        assert_eq!(active("2027-03-31"), Standing::ReviewOverdue);
        assert_eq!(active("2027-04-01"), Standing::Ended);
    }

    #[test]
    fn only_an_active_and_assessed_one_is_live() {
        let day = "2026-06-01";
        for stage in Stage::ALL.iter().copied() {
            assert_eq!(standing(stage, true, day) == Standing::Live, stage == Stage::Active, "{stage:?}");
            assert_ne!(standing(stage, false, day), Standing::Live, "{stage:?} without an assessment");
        }
    }
}
