//! The commands, a module each.

mod audit;
mod backup;
mod check;
mod county;
mod demo;
mod doctor;
mod ingest;
mod link;
mod places;
mod register;
mod serve;
mod summary;

use std::process::ExitCode;

use std::sync::Arc;

use crate::{
    cli::{Cli, Command},
    clock::{SystemClock, system_random},
    config::Config,
    installation::Installation,
};

/// Runs one command.
///
/// # Errors
/// What went wrong, in words.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Demo(plan) => demo::run(&cli.config, plan).await,
        Command::County(plan) => county::run(&plan),
        Command::Openapi => {
            println!("{}", ::ingest::api::openapi());
            Ok(ExitCode::SUCCESS)
        }
        Command::Check(files) => Ok(check::run(&files)),
        Command::Link(plan) if !plan.is_for_the_unit() => link::run(plan),
        Command::Places(plan) => places::run(plan),
        Command::Restore(file) => backup::restore(Config::load(&cli.config)?, &file.file).await,
        command => in_installation(&cli.config, command).await,
    }
}

async fn in_installation(config: &std::path::Path, command: Command) -> anyhow::Result<ExitCode> {
    let config = Config::load(config)?;
    if matches!(command, Command::Serve) {
        // Before anything is opened or made.
        config.basemap()?;
    }
    let open = Installation::open(config, Arc::new(SystemClock), system_random()?).await?;
    let outcome = in_open(&open, command).await;
    open.vault.close().await;
    outcome
}

async fn in_open(open: &Installation, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => serve::run(open).await?,
        Command::Ingest(files) => return ingest::files(open, &files).await,
        Command::Areas(areas) => ingest::areas(open, &areas).await?,
        Command::Link(_) => ingest::link(open).await?,
        Command::Agency(command) => register::agency(open, command).await?,
        Command::Agreement(command) => register::agreement(open, command).await?,
        Command::Member(command) => register::member(open, command).await?,
        Command::Token(command) => register::token(open, command).await?,
        Command::Audit(command) => return audit::run(open, &command).await,
        Command::Backup(file) => backup::backup(open, &file.file).await?,
        Command::Summary(how) => return summary::run(open, &how).await,
        Command::Doctor => return doctor::run(open).await,
        Command::Demo(_)
        | Command::County(_)
        | Command::Check(_)
        | Command::Places(_)
        | Command::Restore(_)
        | Command::Openapi => {}
    }
    Ok(ExitCode::SUCCESS)
}
