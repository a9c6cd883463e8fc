//! Requests as a demonstration has them: recorded by their codes, and brought to a stage of their way as the pages would bring them, with the work done
//! at once instead of by a job.

use base::{Code, Date, Id, kind};
use vault::{Actor, Vault};

use super::{
    Everyone,
    act::{NewRequest, Said, open, record, take},
    codes::{Deed, Given, MadeBy, Regime},
    course::Stage,
    give::give,
    mark::NewMark,
    suggest,
    under_way::Far,
    work,
};

/// Records a request by its codes, once: a second call with the same ones finds it. For a demonstration, and for what came before this system
/// was there.
///
/// # Errors
/// Where it can't be, as on the page.
pub async fn record_request(
    vault: &Vault,
    actor: &Actor,
    kind: &Code,
    person: Option<Id<kind::Person>>,
    to: Option<vault::Facet>,
    (received_on, asked): (Date, &str),
    identity_shown: bool,
) -> Result<Id<kind::RightsRequest>, web::Fault> {
    let new = NewRequest {
        person,
        kind: kind.as_str().parse().map_err(web::Fault::internal)?,
        regime: Regime::Both,
        made_by: MadeBy::Person,
        identity_shown,
        received_on,
        asked: asked.to_owned(),
        to,
        sought: None,
        form_key: format!("recorded {kind} {received_on}"),
    };
    Ok(record(vault, actor, &new).await?)
}

/// How far a request is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoFar {
    /// Its clock stands still.
    AskedWhoTheyAre,
    /// Everything was found and marked; a second person looks at it.
    WaitsForSecond,
    /// Approved by the second, its files made, and given.
    Given,
}

/// Brings a request to see what is held so far, as its pages would, once: one that is further is left as it is. What is suggested to be left
/// out is. For a demonstration.
///
/// # Errors
/// Where it can't be, as on the pages.
pub async fn bring_request(
    vault: &Vault,
    everyone: &dyn Everyone,
    (officer, second): (&Actor, &Actor),
    id: Id<kind::RightsRequest>,
    unit: &str,
    so_far: SoFar,
) -> Result<(), web::Fault> {
    if open(vault, officer, id).await?.course.stage != Stage::Received {
        return Ok(());
    }
    if so_far == SoFar::AskedWhoTheyAre {
        return Ok(take(vault, officer, id, Deed::IdentityAsked, &Said::default()).await?);
    }
    work::gather_for(vault, everyone, officer, id, &Far::default()).await?;
    let found = work::work(vault, officer, id).await?.gathered;
    let suggestions = suggest::all(&found);
    let marks = suggestions.iter().map(|one| NewMark {
        number: one.number,
        field: one.field.clone(),
        ground: Some(one.ground),
        why: one.why.to_owned(),
    });
    work::mark(vault, officer, id, &marks.collect::<Vec<_>>()).await?;
    work::submit(vault, officer, id).await?;
    if so_far == SoFar::Given {
        work::approve(vault, second, id, unit, &Far::default()).await?;
        give(vault, everyone, officer, id, Given::ByHand).await?;
    }
    Ok(())
}
