//! The audit log as every partner may check it: its public key, its signed heads to keep, and the proof that it only grew.

pub(crate) mod pages;
