//! Who looked, and why: the audit log in plain words, for the data protection officer. Reading it is itself logged.

pub(crate) mod pages;
mod store;
pub(crate) mod words;
