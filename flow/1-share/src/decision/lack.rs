//! Why nothing stands behind a request: how far the best agreement came.

use base::{Code, code};

/// How far the best agreement came; later is nearer to a ground, and its reason helps most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lack {
    NoAgreement,
    CategoryNotCovered,
    PurposeNotCovered,
    NotActive,
    Ended,
    NotStarted,
    ReviewOverdue,
    WithoutAssessment,
    Suspended,
    GatewayNotForPurpose,
    GatewayNotForReceiver,
    GatewayNotInForce,
    GatewayCannotCarry,
    ConfidentialityMissing,
    ConfidentialityNotForThis,
    NoBasis,
    NoCondition,
}

impl Lack {
    pub(super) fn code(self) -> Code {
        match self {
            Self::NoAgreement => code!("no_agreement"),
            Self::CategoryNotCovered => code!("category_not_covered"),
            Self::PurposeNotCovered => code!("purpose_not_covered"),
            Self::NotActive => code!("agreement_not_active"),
            Self::Ended => code!("agreement_ended"),
            Self::NotStarted => code!("agreement_not_started"),
            Self::ReviewOverdue => code!("agreement_review_overdue"),
            Self::WithoutAssessment => code!("agreement_without_assessment"),
            Self::Suspended => code!("agreement_suspended"),
            Self::GatewayNotForPurpose => code!("gateway_not_for_purpose"),
            Self::GatewayNotForReceiver => code!("gateway_not_for_receiver"),
            Self::GatewayNotInForce => code!("gateway_not_in_force"),
            Self::GatewayCannotCarry => code!("gateway_cannot_carry"),
            Self::ConfidentialityMissing => code!("confidentiality_missing"),
            Self::ConfidentialityNotForThis => code!("confidentiality_not_for_this"),
            Self::NoBasis => code!("no_basis"),
            Self::NoCondition => code!("no_condition"),
        }
    }
}
