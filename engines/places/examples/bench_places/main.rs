//! Our side of `make bench-places`: `bench_places WHAT [ARGUMENTS]` prints a line of JSON for each thing measured.

mod suppression;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (what, rest) = args.split_first().map_or(("", &[][..]), |(what, rest)| (what.as_str(), rest));
    match what {
        "suppression" => suppression::run(rest),
        other => Err(format!("`{other}` is not measured here: suppression").into()),
    }
}
