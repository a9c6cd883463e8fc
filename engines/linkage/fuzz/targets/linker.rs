//! See `../checks/linker.rs`.
#![no_main]

#[path = "../checks/linker.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
