//! Reading a stored delivery to its end, from wherever it stands: the first look, then part after part, then, for a whole
//! picture, what did not come. Running it again after a kill goes on; running it on a finished delivery does nothing.

use std::{io::Read, sync::Arc, time::Instant};

use base::{Id, SignedDuration, code, kind};
use vault::{Permit, Vault};

use super::{
    DeliveryFault, DeliveryReport, Progress, Run, State, Watch,
    deliver::{admit, cause, refuse},
    pipeline::{self, Part},
    store::{self, Delivery, Looked},
};
use crate::{
    feed::{Delivers, Feed, feed},
    row::{header::Plan, identity::Seen},
    table::{self, Again, Limits, Look, Refused},
};

/// How long a delivery's file is kept after its last row is settled.
const FILE_DAYS: i64 = 30;
/// A part grows until its transaction takes about this long, half of what a write may take.
const GOAL_MILLIS: u128 = 25;
const LEAST_ROWS: usize = 250;
const MOST_ROWS: usize = 6000;

/// Reads a delivery to its end.
///
/// # Errors
/// [`DeliveryFault`]; what was committed stays.
pub async fn read_delivery(
    vault: &Vault,
    id: Id<kind::Delivery>,
    watch: Watch<'_>,
) -> Result<DeliveryReport, DeliveryFault> {
    let found = store::find(vault, id).await?.ok_or(DeliveryFault::Unknown)?;
    if found.report.state != State::Reading {
        return Ok(found.report);
    }
    let feed = feed(found.report.feed.as_str()).ok_or(DeliveryFault::Unknown)?;
    let permit = admit(vault, &found.actor, feed, id).await?.permit;
    let Some(blob) = found.blob else { return Err(DeliveryFault::Unknown) };
    let file: Arc<dyn Again> =
        Arc::new(Stored { vault: vault.clone(), blob, runtime: tokio::runtime::Handle::current() });
    let looked = match first_look(&found, feed, Arc::clone(&file)).await? {
        Ok(looked) => looked,
        Err(refused) => return Err(refuse(vault, &permit, id, blob, refused).await),
    };
    if found.look.is_none()
        && let Some(same) = keep_look(vault, &permit, &found, blob, &looked).await?
    {
        return Ok(same);
    }
    let run = Run { vault, permit, delivery: id, feed, controller: found.agency };
    let seen = read_parts(&run, &found, looked.0, file, watch).await?;
    if feed.delivers == Delivers::Everything && !looked.1.is_mending() {
        run.withdraw(&seen).await?;
    }
    finish(&run, blob).await?;
    Ok(store::find(vault, id).await?.ok_or(DeliveryFault::Unknown)?.report)
}

type Found = (Look, Plan, Vec<String>);

/// What kind of table the file is and whether its header is the feed's. A delivery that was looked at before is not run
/// through again.
async fn first_look(
    found: &Delivery,
    feed: &'static Feed,
    file: Arc<dyn Again>,
) -> Result<Result<Found, Refused>, DeliveryFault> {
    let known: Option<Look> = found.look.as_deref().and_then(|text| serde_json::from_str(text).ok());
    blocking(move || {
        let limits = Limits::default();
        let look = match known {
            Some(look) => look,
            None => table::look(file.as_ref(), feed.encoding.as_deref(), &limits)?,
        };
        let (plan, names) = pipeline::head(file.as_ref(), &look, feed, &limits)?;
        Ok((look, plan, names))
    })
    .await
}

/// Keeps what the look found. Where this very content came before, settles the delivery at once.
async fn keep_look(
    vault: &Vault,
    permit: &Permit,
    found: &Delivery,
    blob: Id<kind::Blob>,
    (look, plan, header): &Found,
) -> Result<Option<DeliveryReport>, DeliveryFault> {
    let id = found.report.delivery;
    let mut change = vault.change(cause(permit, id, code!("delivery_looked_at"))).await?;
    let looked = Looked { look, header, notes: &plan.notes };
    if store::looked(&mut change, id, looked).await? != 1 {
        return Err(DeliveryFault::ReadElsewhere);
    }
    let same = store::same_content(&change, &found.report.feed, &look.sha256).await?;
    if let Some(earlier) = &same {
        store::same(&mut change, id, &earlier.report).await?;
        change.erase_blob(blob).await?;
    }
    change.commit().await?;
    if same.is_none() {
        return Ok(None);
    }
    Ok(store::find(vault, id).await?.map(|delivery| delivery.report))
}

async fn read_parts(
    run: &Run<'_>,
    found: &Delivery,
    look: Look,
    file: Arc<dyn Again>,
    watch: Watch<'_>,
) -> Result<Seen, DeliveryFault> {
    let mut counts = found.report.counts;
    let total = look.rows.saturating_sub(1);
    let received = found.report.received_at.date_in_london();
    let reading = pipeline::Reading {
        file,
        look,
        feed: run.feed,
        received,
        lines_done: found.lines_done,
        limits: Limits::default(),
    };
    let mut pipe = pipeline::start(reading);
    let (mut from, mut at_once) = (found.lines_done, LEAST_ROWS * 4);
    while let Some(part) = next_part(&mut pipe, at_once).await {
        let (to, rows, begun) = (part.to_line, part.rows(), Instant::now());
        let written = run.write(part, from).await?;
        at_once = paced(rows, begun.elapsed().as_millis());
        counts.add(written);
        from = to;
        watch(Progress { read: counts.read, total: total.max(counts.read) });
    }
    let end = pipe.end.await.map_err(|error| DeliveryFault::File(error.to_string()))?;
    end.map_err(|refused| DeliveryFault::File(refused.to_string()))
}

/// As many rows as the next transaction may take, as far as they are ready.
async fn next_part(pipe: &mut pipeline::Pipe, at_once: usize) -> Option<Part> {
    let mut part = pipe.parts.recv().await?;
    while part.rows() < at_once {
        match pipe.parts.recv().await {
            Some(more) => part.append(more),
            None => break,
        }
    }
    Some(part)
}

/// How many rows make the next transaction last about as long as it should.
fn paced(rows: usize, millis: u128) -> usize {
    let scaled = rows as u128 * GOAL_MILLIS / millis.max(1);
    let scaled = usize::try_from(scaled).unwrap_or(MOST_ROWS);
    // Not more than twice as many at once: one quick write says little.
    scaled.clamp(LEAST_ROWS, MOST_ROWS).min(rows.saturating_mul(2).max(LEAST_ROWS))
}

async fn finish(run: &Run<'_>, blob: Id<kind::Blob>) -> Result<(), DeliveryFault> {
    let mut change = run.vault.change(run.cause(code!("delivery_finished"))).await?;
    if store::finish(&mut change, run.delivery).await? != 1 {
        return Err(DeliveryFault::ReadElsewhere);
    }
    let when = change.now().plus(SignedDuration::from_hours(24 * FILE_DAYS));
    change.delete_blob_after(blob, Some(when)).await?;
    change.commit().await?;
    Ok(())
}

/// A delivery's stored file. Opened from a blocking thread alone.
struct Stored {
    vault: Vault,
    blob: Id<kind::Blob>,
    runtime: tokio::runtime::Handle,
}

impl Again for Stored {
    fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        match self.runtime.block_on(self.vault.open_blob(self.blob)) {
            Ok(Some(reader)) => Ok(Box::new(reader)),
            Ok(None) => Err(std::io::Error::other("the delivery's stored file is gone")),
            Err(error) => Err(std::io::Error::other(error.to_string())),
        }
    }
}

/// Runs what blocks on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DeliveryFault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| DeliveryFault::File(error.to_string()))
}
