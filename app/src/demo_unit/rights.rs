//! Three requests of people about their own data in the demonstration: to see it, to correct it, and a complaint, each with its clock.

use anyhow::anyhow;
use base::{SignedDuration, code};
use share::api::{agency_by_code, member_by_email, record_request};
use vault::{Actor, Facet, Vault};

use super::asks::somebody_excluded;

/// Who answers them.
const OFFICER: &str = "nadia.hassan@selmarsh.example";

/// Records them, once: a second call finds them. Where the county is too small to hold an exclusion, there is only the complaint.
///
/// # Errors
/// The vault's.
pub async fn make(vault: &Vault) -> anyhow::Result<()> {
    let plain = vault.plain();
    let (Some(school), Some(officer)) =
        (agency_by_code(&plain, "education").await?, member_by_email(&vault.book(), OFFICER).await?)
    else {
        return Ok(());
    };
    let actor = Actor::Member { id: officer.id, agency: officer.agency };
    let today = vault.now().date_in_london();
    let before = |days: i64| today.saturating_sub(SignedDuration::from_hours(24 * days));
    let person = somebody_excluded(vault, school.id).await?;
    let exclusions = Facet { controller: school.id, category: code!("exclusion") };
    let mut asked = vec![(
        code!("complaint"),
        None,
        None,
        before(26),
        "You spoke to my school before you spoke to me. I think that was wrong.",
    )];
    if person.is_some() {
        asked.push((code!("access"), person, None, before(19), "I want to see everything that you have about me."));
        let words = "It says that I was excluded for a fight. I was not in it: I stood beside it.";
        asked.push((code!("correction"), person, Some(exclusions), before(5), words));
    }
    for (kind, person, to, received, words) in asked {
        let recorded = record_request(vault, &actor, &kind, person, to, (received, words)).await;
        recorded.map_err(|fault| anyhow!("a request of the demonstration can't be recorded: {}", fault.words()))?;
    }
    Ok(())
}
