//! Requests of people about their own data in the demonstration, each at another stage: a complaint and a correction that wait; one to see what is
//! held that was answered, with its files; one that waits for the second person; and one whose clock stands still until they show who they are.

use anyhow::anyhow;
use base::{Id, SignedDuration, code, kind};
use share::api::{SoFar, agency_by_code, bring_request, member_by_email, record_request};
use vault::{Actor, Facet, Vault};

use super::asks::people_excluded;
use crate::{installation::Installation, pages::LinkedPeople};

/// Who answers them, and who looks at an answer as the second.
const OFFICER: &str = "nadia.hassan@selmarsh.example";
const SECOND: &str = "martin.keogh@selmarsh.example";

async fn actor(vault: &Vault, email: &str) -> anyhow::Result<Option<Actor>> {
    let member = member_by_email(&vault.book(), email).await?;
    Ok(member.map(|member| Actor::Member { id: member.id, agency: member.agency }))
}

fn failed(fault: &web::Fault) -> anyhow::Error {
    anyhow!("a request of the demonstration can't be recorded or answered: {}", fault.words())
}

/// Records them, and takes each so far, once: a second call finds them. Where the county is too small to hold an exclusion, there is only the
/// complaint.
///
/// # Errors
/// The vault's.
pub async fn make(open: &Installation) -> anyhow::Result<()> {
    let vault = &open.vault;
    let plain = vault.plain();
    let (Some(school), Some(officer), Some(second)) =
        (agency_by_code(&plain, "education").await?, actor(vault, OFFICER).await?, actor(vault, SECOND).await?)
    else {
        return Ok(());
    };
    let today = vault.now().date_in_london();
    let before = |days: i64| today.saturating_sub(SignedDuration::from_hours(24 * days));
    let people = people_excluded(vault, school.id).await?;
    let person = |at: usize| people.get(at).or(people.first()).copied();
    let exclusions = Facet { controller: school.id, category: code!("exclusion") };
    let record = async |kind: base::Code, person: Option<Id<kind::Person>>, to, (received, shown, words)| {
        let recorded = record_request(vault, &officer, &kind, person, to, (received, words), shown).await;
        recorded.map_err(|fault| failed(&fault))
    };
    let words = "You spoke to my school before you spoke to me. I think that was wrong.";
    record(code!("complaint"), None, None, (before(26), true, words)).await?;
    if people.is_empty() {
        return Ok(());
    }
    let words = "It says that I was excluded for a fight. I was not in it: I stood beside it.";
    record(code!("correction"), person(0), Some(exclusions), (before(5), true, words)).await?;
    let asked = [
        (1, before(19), true, SoFar::Given, "I want to see everything that you have about me."),
        (2, before(12), true, SoFar::WaitsForSecond, "What do you know about me, and who told you?"),
        (3, before(8), false, SoFar::AskedWhoTheyAre, "My son wants to know what is kept about him."),
    ];
    for (at, received, shown, so_far, words) in asked {
        let id = record(code!("access"), person(at), None, (received, shown, words)).await?;
        let bring = bring_request(vault, &LinkedPeople, (&officer, &second), id, &open.config.unit.name, so_far).await;
        bring.map_err(|fault| failed(&fault))?;
    }
    vault.run_due_jobs(&open.handlers).await?;
    Ok(())
}
