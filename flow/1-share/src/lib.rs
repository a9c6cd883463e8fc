//! Stage 1: who may see what, for what, under which law; who signs in; agreements, tokens, and the log of who looked.
//!
//! Later stages use [`api`] and nothing else. `app` also takes [`MIGRATIONS`], [`routes`] and [`EndAgreement`], the job that
//! announces [`AGREEMENT_OVER`] and [`AGREEMENT_LIVE`].

mod access;
mod agency;
mod agreement;
pub mod api;
mod ask;
mod clocks;
mod decision;
mod disclosure;
mod emergency;
mod law;
mod log;
mod may_i;
mod member;
mod oversight;
mod retention;
mod rights;
mod rules;
mod seal;
mod sign_in;
mod token;
mod trust;
mod wording;

pub use agreement::{AGREEMENT_LIVE, AGREEMENT_OVER, EndAgreement};
pub use ask::WatchAsk;
use std::sync::Arc;

use axum::Router;
pub use disclosure::WatchNotices;
pub use emergency::WatchEmergency;
pub use oversight::{DraftTransparency, WatchUnusual, see_to_unusual};
pub use retention::{PlanRetention, ProveErasure, RECORDS_ERASED};
pub use rights::{GatherAnswer, GatherSealed, MakeAnswer, MakeSealedPart, WatchRights};
use vault::{Migration, migration};
use web::Site;

/// The pages of sharing: signing in and out, accounts, agreements, the log of who looked.
pub fn routes() -> Router<Site> {
    sign_in::routes()
        .merge(agreement::pages::routes())
        .merge(access::pages::routes())
        .merge(rules::pages::routes())
        .merge(may_i::routes())
        .merge(ask::pages::routes())
        .merge(clocks::pages::routes())
        .merge(emergency::pages::routes())
        .merge(disclosure::pages::routes())
        .merge(seal::pages::routes())
        .merge(log::pages::routes())
        .merge(retention::routes())
        .merge(oversight::routes())
}

/// The pages of people's rights, which need to know who a person is: `app` has linking say it.
pub fn rights_routes(everyone: Arc<dyn api::Everyone>) -> Router<Site> {
    rights::pages::routes(everyone)
}

/// The tables of sharing.
pub const MIGRATIONS: &[Migration] = &[
    migration!(100, "agency", "agency/0100_agency.sql"),
    migration!(110, "member", "member/0110_member.sql"),
    migration!(111, "unusual", "oversight/unusual/0111_unusual.sql"),
    migration!(112, "transparency", "oversight/transparency/0112_transparency.sql"),
    migration!(113, "assessment", "oversight/assessment/0113_assessment.sql"),
    migration!(114, "home_before", "oversight/unusual/0114_home_before.sql"),
    migration!(120, "agreement", "agreement/0120_agreement.sql"),
    migration!(121, "agreement_life", "agreement/0121_agreement_life.sql"),
    migration!(130, "api_token", "token/0130_api_token.sql"),
    migration!(140, "access", "access/0140_access.sql"),
    migration!(141, "agency_log", "access/0141_agency_log.sql"),
    migration!(150, "member_reset", "sign_in/reset/0150_member_reset.sql"),
    migration!(151, "retention_rules", "retention/0151_retention_rules.sql"),
    migration!(152, "retention_review", "retention/0152_retention_review.sql"),
    migration!(153, "legal_hold", "retention/0153_legal_hold.sql"),
    migration!(154, "erasure", "retention/0154_erasure.sql"),
    migration!(159, "member_reset_kept", "sign_in/reset/0159_member_reset_kept.sql"),
    migration!(160, "rules", "rules/0160_rules.sql"),
    migration!(161, "law_commencement", "rules/0161_law_commencement.sql"),
    migration!(170, "ask", "ask/0170_ask.sql"),
    migration!(171, "emergency", "emergency/0171_emergency.sql"),
    migration!(190, "disclosure", "disclosure/0190_disclosure.sql"),
    migration!(191, "disclosure_notice", "disclosure/0191_disclosure_notice.sql"),
    migration!(192, "disclosure_file", "disclosure/0192_disclosure_file.sql"),
    migration!(193, "notice_withdrawn", "disclosure/0193_notice_withdrawn.sql"),
    migration!(195, "rights", "rights/0195_rights.sql"),
    migration!(196, "rights_kept", "rights/0196_rights_kept.sql"),
    migration!(180, "seal", "seal/0180_seal.sql"),
    migration!(181, "seal_second", "seal/0181_seal_second.sql"),
    migration!(197, "rights_sealed", "rights/sealed/0197_rights_sealed.sql"),
    migration!(198, "rights_work", "rights/0198_rights_work.sql"),
    migration!(199, "rights_decision", "rights/0199_rights_decision.sql"),
];
