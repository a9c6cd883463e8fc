//! What of seals needs a member now: those that somebody else asked to lift.

use vault::StoreError;
use web::{Caller, Site};

use super::{answers_for, is_officer, store};
use crate::ask::home::HomeLine;

pub(crate) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), StoreError> {
    if !caller.has("data_owner") && !caller.has("data_protection_officer") {
        return Ok(());
    }
    let (vault, actor) = (site.vault(), caller.actor());
    let officer = is_officer(vault, &actor).await?;
    let own = answers_for(vault, &actor, caller.agency).await?.is_some();
    let mut count = 0;
    for seal in store::all(&vault.book()).await? {
        let theirs = officer || (own && seal.agency == caller.agency);
        count += usize::from(theirs && seal.lift_asked.is_some_and(|(by, _)| by != caller.id));
    }
    lines.push(HomeLine { count, labels: ["seal to keep or lift", "seals to keep or lift"], href: "/trust/seals" });
    Ok(())
}
