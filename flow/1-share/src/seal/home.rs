//! What of seals needs a member now: those that somebody else made, or asked to lift.

use vault::StoreError;
use web::{Caller, Site};

use super::{answers_for, is_officer, second::is_second, store};
use crate::ask::home::HomeLine;

pub(crate) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), StoreError> {
    if !caller.has("data_owner") && !caller.has("data_protection_officer") {
        return Ok(());
    }
    let (vault, actor) = (site.vault(), caller.actor());
    let officer = is_officer(vault, &actor).await?;
    let own = answers_for(vault, &actor, caller.agency).await?.is_some();
    let (mut count, mut second) = (0, 0);
    for seal in store::all(&vault.book()).await? {
        let theirs = officer || (own && seal.agency == caller.agency);
        count += usize::from(theirs && seal.lift_asked.is_some_and(|(by, _)| by != caller.id));
        second += usize::from(seal.lift_asked.is_none() && is_second(vault, &actor, &seal).await?);
    }
    lines.push(HomeLine { count: second, labels: ["seal to confirm", "seals to confirm"], href: "/trust/seals" });
    lines.push(HomeLine { count, labels: ["seal to keep or lift", "seals to keep or lift"], href: "/trust/seals" });
    Ok(())
}
