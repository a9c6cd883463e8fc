//! The whole job as one call: `cargo run -p linkage --example link_files -- spec.toml out/ people.csv [more.csv]`.

use std::{env, path::PathBuf, process::ExitCode};

use linkage::job::{Progress, Request, run, suggest};

fn main() -> ExitCode {
    let mut named = env::args().skip(1).map(PathBuf::from);
    let (Some(spec), Some(out)) = (named.next(), named.next()) else {
        eprintln!("name a spec, a folder to write and files of records");
        return ExitCode::FAILURE;
    };
    let mut request = Request::new(named.collect(), spec, out);
    request.truth = env::var("TRUTH").ok();
    request.update = env::var_os("UPDATE").map(PathBuf::from);
    request.groups =
        env::var("GROUPS").map(|groups| groups.split(',').map(str::to_owned).collect()).unwrap_or_default();
    if let Some(budget) = env::var("SUGGEST").ok().and_then(|budget| budget.parse().ok()) {
        request.budget = budget;
        return match suggest(&request, &mut |_| ()) {
            Ok(suggestion) => {
                println!("{}\n{}", suggestion.lines().join("\n"), suggestion.to_toml());
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    match run(&request, &mut |progress| match progress {
        Progress::Begin(step) => eprint!("{step} … "),
        Progress::End(outcome) => eprintln!("{outcome}"),
        Progress::Say(line) => eprintln!("{line}"),
    }) {
        Ok(Some(summary)) => println!("{}", summary.line()),
        Ok(None) => {}
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
