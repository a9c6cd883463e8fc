//! Stage 1: who may see what, for what, under which law; who signs in; agreements, tokens, and the log of who looked.
//!
//! Later stages use [`api`] and nothing else. `app` also takes [`MIGRATIONS`], [`routes`] and [`EndAgreement`], the job that
//! announces [`AGREEMENT_OVER`] and [`AGREEMENT_LIVE`].

mod access;
mod agency;
mod agreement;
pub mod api;
mod ask;
mod decision;
mod emergency;
mod law;
mod log;
mod may_i;
mod member;
mod rules;
mod seal;
mod sign_in;
mod token;
mod trust;

pub use agreement::{AGREEMENT_LIVE, AGREEMENT_OVER, EndAgreement};
pub use ask::WatchAsk;
use axum::Router;
pub use emergency::WatchEmergency;
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
        .merge(emergency::pages::routes())
        .merge(seal::pages::routes())
        .merge(log::pages::routes())
}

/// The tables of sharing.
pub const MIGRATIONS: &[Migration] = &[
    migration!(100, "agency", "agency/0100_agency.sql"),
    migration!(110, "member", "member/0110_member.sql"),
    migration!(120, "agreement", "agreement/0120_agreement.sql"),
    migration!(121, "agreement_life", "agreement/0121_agreement_life.sql"),
    migration!(130, "api_token", "token/0130_api_token.sql"),
    migration!(140, "access", "access/0140_access.sql"),
    migration!(150, "member_reset", "sign_in/reset/0150_member_reset.sql"),
    migration!(160, "rules", "rules/0160_rules.sql"),
    migration!(170, "ask", "ask/0170_ask.sql"),
    migration!(171, "emergency", "emergency/0171_emergency.sql"),
    migration!(180, "seal", "seal/0180_seal.sql"),
];
