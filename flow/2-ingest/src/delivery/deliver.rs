//! Taking a delivery in: the permit, a glance at its first bytes, and storing it whole before a row is read.

use std::{io::Read as _, path::Path};

use base::{Id, code, kind};
use sha2::{Digest, Sha256};
use vault::{Actor, Ask, Cause, Facet, Operation, Permit, Purpose, Scope, StoredBlob, Vault, Verb};

use super::{
    DeliveryFault, DeliveryReport, Watch,
    read::{blocking, read_delivery},
    store::{self, NewDelivery},
};
use crate::{
    feed::Feed,
    table::{self, Refused},
};

/// The right to take in a delivery, and whose records they will be.
pub(crate) struct Admission {
    pub delivery: Id<kind::Delivery>,
    pub controller: Id<kind::Agency>,
    pub permit: Permit,
}

/// Asks whether this actor may take in this feed.
pub(crate) async fn admit(
    vault: &Vault,
    actor: &Actor,
    feed: &Feed,
    delivery: Id<kind::Delivery>,
) -> Result<Admission, DeliveryFault> {
    let controller =
        store::agency(vault, &feed.agency).await?.ok_or_else(|| DeliveryFault::NoAgency(feed.agency.clone()))?;
    let ask = Ask {
        actor: actor.clone(),
        verb: Verb::Collect,
        scope: Scope::of("delivery", delivery),
        purpose: Purpose::Collection,
        facets: vec![Facet { controller, category: feed.category.clone() }],
        facts: std::collections::BTreeMap::new(),
    };
    match vault.permit(ask).await {
        Ok(permit) => Ok(Admission { delivery, controller, permit }),
        Err(refusal) => {
            let known = share::api::agency_by_id(&vault.plain(), controller).await?;
            let name = known.map_or_else(|| feed.agency.to_string(), |agency| agency.name);
            Err(DeliveryFault::refused_by(feed, name, refusal))
        }
    }
}

/// Takes in one file of a feed: stores it, looks at it, reads every row. Returns when every row is accounted for.
///
/// # Errors
/// [`DeliveryFault`]; where the database fails in the middle, what was committed stays and [`super::resume_unfinished`] goes on.
pub async fn deliver_file(
    vault: &Vault,
    actor: &Actor,
    feed: &'static Feed,
    path: &Path,
    watch: Watch<'_>,
) -> Result<DeliveryReport, DeliveryFault> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let admission = admit(vault, actor, feed, vault.new_id()).await?;
    let (from, mut writer) = (path.to_path_buf(), vault.new_blob()?);
    let stored = blocking(move || -> Result<Result<StoredBlob, Refused>, DeliveryFault> {
        let unreadable = |error: std::io::Error| DeliveryFault::File(error.to_string());
        let mut file = std::fs::File::open(&from).map_err(unreadable)?;
        let mut head = Vec::new();
        file.by_ref().take(table::HEAD as u64).read_to_end(&mut head).map_err(unreadable)?;
        if let Err(refused) = table::glance(&head) {
            return Ok(Err(refused));
        }
        let mut whole = std::io::Cursor::new(head).chain(file);
        std::io::copy(&mut whole, &mut writer).map_err(unreadable)?;
        Ok(Ok(writer.finish()?))
    })
    .await??;
    let delivery = admission.delivery;
    match stored {
        Ok(blob) => opened(vault, &admission, feed, &name, Some(&blob)).await?.commit().await?,
        Err(refused) => {
            let mut change = opened(vault, &admission, feed, &name, None).await?;
            change.note("why", refused.code);
            store::refuse(&mut change, delivery, &refused.to_string()).await?;
            change.commit().await?;
            return Err(DeliveryFault::Refused { delivery, refused });
        }
    }
    read_delivery(vault, delivery, watch).await
}

/// Makes a stored upload a delivery that waits to be read: by [`read_delivery`], or by the job `read_delivery` where `by_job`.
///
/// # Errors
/// [`DeliveryFault`]; the blob is not kept then.
pub async fn receive_blob(
    vault: &Vault,
    actor: &Actor,
    feed: &'static Feed,
    file_name: &str,
    blob: &StoredBlob,
    by_job: bool,
) -> Result<Id<kind::Delivery>, DeliveryFault> {
    let admission = admit(vault, actor, feed, vault.new_id()).await?;
    let mut change = opened(vault, &admission, feed, file_name, Some(blob)).await?;
    if by_job {
        let payload = serde_json::json!({ "delivery": admission.delivery.to_string() });
        let now = change.now();
        change.enqueue(super::resume::READ_DELIVERY, &payload, now).await?;
    }
    change.commit().await?;
    Ok(admission.delivery)
}

async fn opened(
    vault: &Vault,
    admission: &Admission,
    feed: &Feed,
    file_name: &str,
    blob: Option<&StoredBlob>,
) -> Result<vault::Change, DeliveryFault> {
    let mut change = vault.change(cause(&admission.permit, admission.delivery, code!("delivery_received"))).await?;
    if let Some(blob) = blob {
        change.keep_blob(blob, &code!("delivery"), None).await?;
    }
    let new = NewDelivery {
        id: admission.delivery,
        feed,
        agency: admission.controller,
        source: "file",
        file_digest: Some(hex::encode(Sha256::digest(file_name.as_bytes()))),
        blob: blob.map(|blob| blob.id),
    };
    store::insert(&mut change, new).await?;
    Ok(change)
}

pub(super) fn cause(permit: &Permit, delivery: Id<kind::Delivery>, act: base::Code) -> Cause {
    Cause {
        actor: permit.actor().clone(),
        purpose: Purpose::Collection,
        operation: Operation::Collection,
        act,
        scope: Scope::of("delivery", delivery),
    }
}

/// Keeps the refusal and nothing else; gives the fault that says so.
pub(super) async fn refuse(
    vault: &Vault,
    permit: &Permit,
    delivery: Id<kind::Delivery>,
    blob: Id<kind::Blob>,
    refused: Refused,
) -> DeliveryFault {
    let kept = async {
        let mut change = vault.change(cause(permit, delivery, code!("delivery_refused"))).await?;
        change.note("why", refused.code);
        store::refuse(&mut change, delivery, &refused.to_string()).await?;
        change.erase_blob(blob).await?;
        change.commit().await
    };
    match kept.await {
        Ok(()) => DeliveryFault::Refused { delivery, refused },
        Err(error) => DeliveryFault::Store(error),
    }
}
