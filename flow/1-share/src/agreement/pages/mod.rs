//! The pages of agreements. What is or was in force every member may read: what may be shared with whom is no secret among
//! those who share. Drafts and proposals are seen by those who may write one; each step is taken by whoever's duty it is.

mod draft;
mod list;
mod section;
mod show;
mod step;
mod words;

use std::collections::BTreeMap;

use axum::{
    Router,
    routing::{get, post},
};
use base::{Id, code, kind};
use vault::{Purpose, Staff};
use web::{Caller, Fault, Site};

use super::{Act, Agreement, Dossier, Hand, Stage, store};
use crate::{agency, member};

pub use list::waiting;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/trust/agreements", get(list::list))
        .route("/trust/agreements/map", get(super::map::page::show))
        .route("/trust/agreements/new", get(draft::new).post(draft::begin))
        .route("/trust/agreements/{id}", get(show::show))
        .route("/trust/agreements/{id}/draft/{section}", get(draft::ask).post(draft::save))
        .route("/trust/agreements/{id}/step/{act}", get(step::ask))
        .route("/trust/agreements/{id}/step/{act}", post(step::take))
}

/// Whose hand it is.
async fn hand(site: &Site, caller: &Caller) -> Result<Hand, Fault> {
    let unit = agency::unit(&site.vault().plain()).await?;
    Ok(Hand {
        member: caller.id,
        agency: caller.agency,
        duties: caller.duties.iter().filter_map(|code| code.as_str().parse().ok()).collect(),
        unit: unit.map(|unit| unit.id),
    })
}

/// Whether they may read an agreement that stands there.
fn may_read(hand: &Hand, stage: Stage) -> bool {
    hand.drafts() || matches!(stage, Stage::Active | Stage::Suspended | Stage::Ended)
}

/// An agreement with everything that was done to it. That it was read is in the log: those who did it work here.
struct Opened {
    hand: Hand,
    agreement: Agreement,
    dossier: Dossier,
    staff: Staff,
    agencies: BTreeMap<Id<kind::Agency>, agency::Agency>,
}

impl Opened {
    /// # Errors
    /// [`Fault::NotFound`], the same where they may not read it.
    async fn of(site: &Site, caller: &Caller, id: &str) -> Result<Self, Fault> {
        let id: Id<kind::Agreement> = id.parse().map_err(|_| Fault::NotFound)?;
        let hand = hand(site, caller).await?;
        let plain = site.vault().plain();
        let agreement = store::by_id(&plain, id).await?.filter(|found| may_read(&hand, found.stage));
        let agreement = agreement.ok_or(Fault::NotFound)?;
        let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("agreement_read")).await?;
        let dossier = store::dossier(&staff, id).await?.ok_or(Fault::NotFound)?;
        Ok(Self { hand, agreement, dossier, staff, agencies: store::names(&plain).await? })
    }

    fn check(&self, act: Act) -> Result<(), super::StepError> {
        self.dossier.check(act, &self.hand, &self.agreement.terms.parties)
    }

    fn agency(&self, id: Id<kind::Agency>) -> String {
        self.agencies.get(&id).map_or_else(|| "An agency".to_owned(), |agency| agency.name.clone())
    }

    /// The parties' names, in order.
    fn parties(&self) -> Vec<String> {
        let mut names: Vec<String> = self.agreement.terms.parties.iter().map(|id| self.agency(*id)).collect();
        names.sort();
        names
    }

    /// The names of those who did something to it.
    async fn doers(&self) -> Result<BTreeMap<Id<kind::Member>, String>, Fault> {
        let members: Vec<Id<kind::Member>> = self
            .dossier
            .steps()
            .iter()
            .filter_map(|step| match step.mark.by {
                super::Doer::Member(member) => Some(member),
                super::Doer::Program => None,
            })
            .collect();
        Ok(member::names(&self.staff, &members).await?)
    }
}
