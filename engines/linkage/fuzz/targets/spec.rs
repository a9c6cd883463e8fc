//! See `../checks/spec.rs`.
#![no_main]

#[path = "../checks/spec.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
