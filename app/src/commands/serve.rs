//! `alongside serve`: the pages, the API and the background jobs, until it is told to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::Router;
use share::api::Members;
use tokio::sync::watch;
use web::{Setup, Site};

use crate::{installation::Installation, pages};

/// Every stage's routes, with the frame around them.
///
/// # Errors
/// Where the unit's own basemap can't be read.
pub fn site(open: &Installation, demo: bool) -> anyhow::Result<Router> {
    let site = Site::new(Setup {
        vault: open.vault.clone(),
        clock: Arc::clone(&open.clock),
        random: open.random.as_ref().clone(),
        unit: open.config.unit.name.clone(),
        demo,
        https: open.config.server.public_url.starts_with("https://"),
        behind_proxy: open.config.server.public_url.starts_with("https://"),
        nav: pages::navigation(),
        members: Arc::new(Members::new(open.vault.clone())),
    });
    let routes = pages::routes()
        .merge(share::routes())
        .merge(share::rights_routes(Arc::new(pages::LinkedPeople)))
        .merge(ingest::routes())
        .merge(link::routes())
        .merge(picture::routes(open.config.basemap()?))
        .merge(act::routes())
        .merge(learn::routes());
    Ok(web::serve(routes, site))
}

/// Serves until Ctrl-C or a termination signal; jobs in hand are finished first.
///
/// # Errors
/// Where the address is taken, or the vault fails.
pub async fn run(open: &Installation) -> anyhow::Result<()> {
    let listen = open.config.server.listen;
    let router = site(open, open.says_yes("demo").await? && listen.ip().is_loopback())?;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("can't listen on {listen}: is another program using it?"))?;
    let (stop, stopped) = watch::channel(false);
    let jobs = {
        let (vault, handlers, stopped) = (open.vault.clone(), open.handlers.clone(), stopped.clone());
        tokio::spawn(async move { vault.run_jobs_until(&handlers, stopped).await })
    };
    let heads = tokio::spawn(sign_heads(open.clone(), stopped.clone()));
    let retention = tokio::spawn(see_to_each_day(open.clone(), stopped.clone()));
    println!("Serving on {} (stop with Ctrl-C)", open.config.server.public_url);
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(asked_to_stop())
        .await?;
    stop.send_replace(true);
    jobs.await?;
    heads.await?;
    retention.await?;
    Ok(())
}

/// A signed tree head at least every minute while there is something new to sign.
async fn sign_heads(open: Installation, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = open.vault.sign_head_if_due().await {
            tracing::error!(%error, "the audit log's head could not be signed");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(15)) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// What is due goes once a day: soon after the start, then soon after each midnight in London. A signed head of the audit log is
/// exported as often, into `heads` beside the keys, whence the unit's backup should take it elsewhere.
async fn see_to_each_day(open: Installation, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        // First what is due by the rules, then what goes.
        if let Err(error) = share::api::see_to_retention(&open.vault).await {
            tracing::error!(%error, "the day's retention plan could not be enqueued; it is tried again");
        }
        if let Err(error) = open.vault.see_to_expiry().await {
            tracing::error!(%error, "the day's retention run could not be enqueued; it is tried again");
        }
        if let Err(error) = share::see_to_unusual(&open.vault).await {
            tracing::error!(%error, "the night's watch over who looked could not be enqueued; it is tried again");
        }
        if let Err(error) = open.vault.export_head_if_due().await {
            tracing::error!(%error, "the day's signed head could not be exported; it is tried again");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(300)) => {}
            _ = stopped.changed() => {}
        }
    }
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
