//! The job `gather_sealed`: what is sealed about somebody who asked is frozen, agency by agency, for those who are named. It follows every
//! gathering, whoever it is about; and what of it needs a named member now.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use base::{Id, code, kind};
use vault::{
    Cause, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault,
    jobs::{Handler, Job, JobFault},
    params,
};
use web::{Caller, Fault, Site};

use super::{pages, store, work};
use crate::{
    ask::home::HomeLine,
    rights::{
        Everyone, RightsError,
        gather::{Gathered, gather_sealed},
        work::write_blob,
    },
    seal,
};

/// Its kind.
pub(in crate::rights) const KIND: &str = "gather_sealed";
/// What was frozen is kept for longer than any answer may take.
const DAYS: i64 = 110;

/// The job `gather_sealed`.
pub struct GatherSealed {
    everyone: Arc<dyn Everyone>,
}

impl GatherSealed {
    /// With what knows who a person is.
    #[must_use]
    pub fn new(everyone: impl Everyone + 'static) -> Self {
        Self { everyone: Arc::new(everyone) }
    }
}

struct Asked;

impl FromRow for Asked {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

fn fault(error: RightsError) -> JobFault {
    match error {
        RightsError::Store(error) => error.into(),
        RightsError::NotFound => JobFault::Later("the rules in force let no job gather what is sealed".to_owned()),
        error => JobFault::Later(error.to_string()),
    }
}

fn id<K>(job: &Job, key: &str) -> Result<Id<K>, JobFault> {
    job.text(key)?.parse().map_err(|_| JobFault::Hopeless(format!("`{key}` is no id")))
}

#[async_trait]
impl Handler for GatherSealed {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        const ASKED: &str = "SELECT id FROM rights_opening WHERE id = $1 AND about = $2";
        let (request, person) = (id::<kind::RightsRequest>(job, "request")?, id::<kind::Person>(job, "person")?);
        let asked: Option<Asked> = vault.book().first(ASKED, params![request, person]).await?;
        if asked.is_none() {
            return Ok(()); // erased since
        }
        let mut found = gather_sealed(vault, self.everyone.as_ref(), &job.actor()?, person).await.map_err(fault)?;
        let named = seal::with_own_readers(&vault.book()).await?;
        let agencies: BTreeSet<_> = named.into_iter().chain(found.keys().copied()).collect();
        let empty = Gathered::default();
        let mut blobs = Vec::new();
        for agency in agencies {
            let part = found.remove(&agency).unwrap_or_else(|| empty.clone());
            let packed = part.packed().map_err(fault)?;
            blobs.push((agency, write_blob(vault, &packed).map_err(fault)?, part.items.len()));
        }
        let cause = Cause {
            actor: job.actor()?,
            purpose: Purpose::Rights,
            operation: Operation::Consultation,
            act: code!("rights_sealed_gathered"),
            scope: Scope::of("rights_request", request),
        };
        let mut change = vault.change(cause).await?;
        let ends = change.now().plus_hours(24 * DAYS);
        for (agency, blob, rows) in blobs {
            change.keep_blob(&blob, &code!("rights_gathered"), Some(ends)).await?;
            store::keep(&mut change, request, agency, (blob.id, rows)).await?;
        }
        Ok(change.commit().await?)
    }
}

/// Parts that wait for somebody whom their agency named.
pub(in crate::rights) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let readers = seal::readers(&site.vault().book()).await?;
    if !readers.iter().any(|reader| reader.agency == caller.agency && reader.member == caller.id) {
        return Ok(());
    }
    let parts = match work::list(site.vault(), &caller.actor()).await {
        Ok(parts) => parts,
        Err(RightsError::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let today = site.now().date_in_london();
    let late = parts.iter().filter(|part| !part.paused && part.due_on < today).count();
    lines.push(HomeLine { count: late, label: "sealed parts of answers overdue", href: pages::LIST });
    lines.push(HomeLine { count: parts.len() - late, label: "sealed parts of answers to see to", href: pages::LIST });
    Ok(())
}
