//! What of unusual access needs a member now.

use base::code;
use vault::Purpose;
use web::{Caller, Fault, Site};

use super::{State, pages::is_officer, store};
use crate::ask::home::HomeLine;

/// Questions to answer; for the officer also each “no”, and what nobody answered.
pub(crate) async fn lines(site: &Site, caller: &Caller, lines: &mut Vec<HomeLine>) -> Result<(), Fault> {
    let staff = site.vault().staff(&caller.actor(), Purpose::Oversight, code!("unusual_access_read")).await?;
    let mine = store::of_answerer(&staff, caller.id).await?;
    let count = mine.iter().filter(|finding| finding.state.is_open()).count();
    lines.push(HomeLine {
        count,
        labels: ["question about a colleague’s looking", "questions about a colleague’s looking"],
        href: "/trust/unusual",
    });
    if is_officer(site, caller).await? {
        let open = store::open(&staff).await?;
        let others = open.iter().filter(|finding| finding.member != caller.id);
        let count = others.filter(|finding| matches!(finding.state, State::No | State::Escalated)).count();
        lines.push(HomeLine {
            count,
            labels: ["unusual access to see to", "unusual access to see to"],
            href: "/trust/unusual",
        });
    }
    Ok(())
}
