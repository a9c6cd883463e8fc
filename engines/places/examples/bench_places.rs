//! Our side of `make bench-places`: `bench_places WHAT ARGUMENTS` prints one line of JSON with the seconds it took.

#[path = "bench_places/density.rs"]
mod density;
#[path = "bench_places/knox.rs"]
mod knox;
#[path = "bench_places/points.rs"]
mod points;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.split_first() {
        Some((what, args)) if what == "knox" => knox::run(args),
        Some((what, args)) if what == "density" => density::run(args),
        _ => Err("say what: knox FILE or density FILE".into()),
    }
}
