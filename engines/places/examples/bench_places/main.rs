//! Our side of `make bench-places`: one benchmark by name, its measurement as one line of JSON.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark may panic"
)]

mod local;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = args.split_first().expect("the name of a benchmark");
    match name.as_str() {
        "local" => local::run(rest),
        other => panic!("there is no benchmark {other:?}"),
    }
}
