//! See `../checks/kernels.rs`. The kernels are no part of the crate's interface, so their files are taken as they stand.
#![no_main]

#[path = "../checks/kernels.rs"]
mod check;
#[allow(dead_code, reason = "not all of them have a reference")]
#[path = "../../src/kernels/mod.rs"]
mod kernels;
#[allow(dead_code, reason = "one is for whole runs of dates")]
#[path = "../../src/kernels/tests/plain.rs"]
mod plain;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
