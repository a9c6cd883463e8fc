//! How members prove who they are: a password, then a second factor.

mod password;

pub use password::{PasswordError, PasswordHash, hash_password};
