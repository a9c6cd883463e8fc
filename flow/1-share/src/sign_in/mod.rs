//! How members prove who they are: a password, then a code from their phone (or a recovery code). The demonstration has
//! a chooser instead. Every sign-in, failure and sign-out is in the audit log.

mod account;
mod demo;
mod pages;
mod password;
pub(crate) mod reset;
mod second_factor;
mod store;

use axum::Router;
use web::Site;

pub(crate) use account::present_password;
pub use password::{PasswordError, PasswordHash, hash_password};

pub(crate) fn routes() -> Router<Site> {
    pages::routes().merge(account::routes()).merge(demo::routes()).merge(reset::routes())
}
