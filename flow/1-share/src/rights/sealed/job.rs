//! The job `gather_sealed`: what is sealed about somebody who asked is frozen, agency by agency, for those who are named. It follows every
//! gathering, whoever it is about, and every request to delete, of which it asks the agencies that hold the rest too. The job `make_sealed_part`: the files of a part that a second one approved. And what of it needs a member now.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use base::{Id, code, kind};
use serde_json::json;
use vault::{
    Cause, Change, FromRow, Operation, Purpose, Row, Scope, StoreError, Vault,
    jobs::{Handler, Job, JobFault},
    params,
};
use web::{Caller, Fault, Site};

use super::{SealedPart, Stage, pages, store, unnamed, work};
use crate::{
    agency,
    ask::home::HomeLine,
    rights::{
        Everyone, RightsError,
        gather::{Apart, Gathered, gather_sealed},
        holders, store as requests,
        under_way::{self, Far, asker, id_of},
        work::write_blob,
    },
    seal,
};

/// The job that gathers.
pub(in crate::rights) const KIND: &str = "gather_sealed";
/// The job that makes a part's files.
pub(in crate::rights) const MAKE: &str = "make_sealed_part";
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

/// Has what is sealed about somebody who asked put by.
pub(in crate::rights) async fn gather_apart(
    change: &mut Change,
    request: Id<kind::RightsRequest>,
    person: Id<kind::Person>,
) -> Result<(), StoreError> {
    let now = change.now();
    let payload = json!({ "request": request.to_string(), "person": person.to_string() });
    change.enqueue(KIND, &payload, now).await
}

/// The same where nobody was found: under an id that is nobody's. The opening that lets the job read is closed at once, so that it lets
/// nobody else.
pub(in crate::rights) async fn seek(change: &mut Change, request: Id<kind::RightsRequest>) -> Result<(), StoreError> {
    let nobody = change.new_id();
    requests::open_for(change, request, nobody).await?;
    requests::close_for(change, request).await?;
    gather_apart(change, request, nobody).await
}

struct Asked;

impl FromRow for Asked {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

fn fault(error: RightsError) -> JobFault {
    match error {
        RightsError::NotFound => JobFault::Later("the rules in force let no job gather what is sealed".to_owned()),
        RightsError::Store(error) => error.into(),
        error => JobFault::Later(error.to_string()),
    }
}

#[async_trait]
impl Handler for GatherSealed {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        const ASKED: &str = "SELECT id FROM rights_opening WHERE id = $1 AND about = $2";
        let (request, person) = (id_of::<kind::RightsRequest>(job, "request")?, id_of::<kind::Person>(job, "person")?);
        let asked: Option<Asked> = vault.book().first(ASKED, params![request, person]).await?;
        if asked.is_none() {
            return Ok(()); // erased since
        }
        let gathered = gather_sealed(vault, self.everyone.as_ref(), &job.actor()?, (request, person)).await;
        let Apart { parts: mut found, people, holders: asked } = gathered.map_err(fault)?;
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
        store::keep_people(&mut change, request, &people).await?;
        let whom = vault.seal(person.to_string().as_bytes())?;
        holders::ask(&mut change, request, &asked, &whom).await?;
        unnamed::note(&mut change, request).await?;
        Ok(change.commit().await?)
    }
}

/// The job `make_sealed_part`: the files of a part are made, and with that it is approved. It acts as the second person who asked for it.
pub struct MakeSealedPart;

#[async_trait]
impl Handler for MakeSealedPart {
    fn kind(&self) -> &'static str {
        MAKE
    }

    async fn run(&self, vault: &Vault, job: &Job) -> Result<(), JobFault> {
        let (id, actor) = (id_of::<SealedPart>(job, "part")?, asker(job)?);
        let part = work::read(vault, &actor, id).await.map_err(under_way::fault)?;
        if part.gathered != id_of::<kind::Blob>(job, "gathered")? {
            return Err(JobFault::Hopeless(
                "It was found anew meanwhile, and what you approved is void. Look at what is there now.".to_owned(),
            ));
        }
        if matches!(part.stage, Stage::Ready | Stage::Closed) {
            return Ok(()); // it was killed behind its last step
        }
        let agency: Id<kind::Agency> = id_of(job, "agency")?;
        let agencies = agency::all(&vault.plain()).await?;
        let name = agencies.iter().find(|one| one.id == agency).map_or("", |one| one.name.as_str());
        let made = work::approve(vault, &actor, id, (job.text("unit")?, name), &Far::of(vault, job)).await;
        made.map_err(under_way::fault)
    }
}

/// Parts that wait for somebody whom their agency named; to its data owner, those that wait for somebody to be named.
pub(in crate::rights) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let count = usize::try_from(unnamed::waiting(site.vault(), caller).await?).unwrap_or(usize::MAX);
    lines.push(HomeLine {
        count,
        labels: [
            "sealed part of an answer waits for two people to be named",
            "sealed parts of answers wait for two people to be named",
        ],
        href: "/trust/seals",
    });
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
    lines.push(HomeLine {
        count: late,
        labels: ["sealed part of an answer overdue", "sealed parts of answers overdue"],
        href: pages::LIST,
    });
    lines.push(HomeLine {
        count: parts.len() - late,
        labels: ["sealed part of an answer to see to", "sealed parts of answers to see to"],
        href: pages::LIST,
    });
    Ok(())
}
