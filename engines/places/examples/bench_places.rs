//! Our side of `make bench-places`: `bench_places WHAT ARGUMENTS` prints one line of JSON with the seconds it took.

#[path = "bench_places/scan.rs"]
mod scan;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.split_first() {
        Some((what, args)) if what == "scan" => scan::run(args),
        _ => Err("say what: scan FILE".into()),
    }
}
