//! Our side of `make bench-places`: each benchmark prints one line of JSON. `bench_places WHAT [ARGUMENT…]`.

mod local;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    match args.first().map(String::as_str) {
        Some("local") => local::run(rest),
        _ => eprintln!("bench_places local VALUES.csv LINKS.csv [PERMUTATIONS] [shared|own]"),
    }
}
