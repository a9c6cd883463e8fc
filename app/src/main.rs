//! `alongside`: the shared system of a violence reduction unit. Commands, configuration, wiring, and the pages that are made
//! of every stage's parts.

mod cli;
mod clock;
mod commands;
mod config;
mod declarations;
mod demo_unit;
mod installation;
mod pages;
mod progress;
mod surroundings;

use std::{io::IsTerminal as _, process::ExitCode};

use clap::Parser as _;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    log();
    // A panic's message may hold a value; where it happened is enough to mend it.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%at, "a panic");
    }));
    match commands::run(cli).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("alongside: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Readable lines on a terminal, JSON elsewhere; ids and never names.
fn log() {
    let filter = EnvFilter::try_from_env("ALONGSIDE_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let registry = tracing_subscriber::registry().with(filter);
    if std::io::stderr().is_terminal() {
        registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr)).init();
    } else {
        registry.with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr)).init();
    }
}
