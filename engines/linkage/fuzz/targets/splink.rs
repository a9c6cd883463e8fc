//! See `../checks/splink.rs`.
#![no_main]

#[path = "../checks/splink.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
