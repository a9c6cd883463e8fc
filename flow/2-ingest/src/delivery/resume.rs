//! Going on after the program was stopped or killed.

use async_trait::async_trait;
use base::{Id, kind};
use vault::{
    StoreError, Vault,
    jobs::{Handler, Job, JobFault},
};

use super::{DeliveryFault, DeliveryReport, Watch, read::read_delivery, store};

/// The kind of the job that reads an upload.
pub(crate) const READ_DELIVERY: &str = "read_delivery";

/// Reads on every delivery that was left unfinished. To be called when the program starts, before it takes new ones.
/// One that can't go on (its agreement ended, another process reads it) is left as it is; the others go on.
///
/// # Errors
/// The database's.
pub async fn resume_unfinished(
    vault: &Vault,
    watch: Watch<'_>,
) -> Result<Vec<Result<DeliveryReport, DeliveryFault>>, StoreError> {
    let mut outcomes = Vec::new();
    for found in store::unfinished(vault).await? {
        if found.blob.is_some() {
            outcomes.push(read_delivery(vault, found.report.delivery, watch).await);
        }
    }
    Ok(outcomes)
}

/// The job that reads an upload. It goes on where it was killed.
#[derive(Debug, Clone, Copy)]
pub struct ReadDelivery;

#[async_trait]
impl Handler for ReadDelivery {
    fn kind(&self) -> &'static str {
        READ_DELIVERY
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let id: Id<kind::Delivery> =
            job.text("delivery")?.parse().map_err(|_| JobFault::Hopeless("the job's delivery is no id".to_owned()))?;
        match read_delivery(vault, id, &super::unwatched).await {
            // A refused file is an answer, and it is kept with the delivery.
            Ok(_) | Err(DeliveryFault::Refused { .. }) => Ok(()),
            Err(DeliveryFault::Store(error)) => Err(error.into()),
            Err(DeliveryFault::Unknown) => Err(JobFault::Hopeless("there is no such delivery or feed".to_owned())),
            Err(other) => Err(JobFault::Later(other.to_string())),
        }
    }
}
