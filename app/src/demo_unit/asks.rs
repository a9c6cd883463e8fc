//! One question that waits in the demonstration: a social worker asks the education service about a child whom it has excluded.

use std::collections::BTreeMap;

use base::{Id, code, kind};
use link::api::PersonRecord;
use share::api::{NewAsk, agency_by_code, ask, member_by_email};
use vault::{Actor, Ask, Facet, Purpose, Refusal, Scope, Vault, Verb, params};

/// Who asks.
const ASKER: &str = "ruth.adeyemi@selmarsh.example";

/// Asks, once: a second call finds the question and changes nothing. Where the county is too small to hold an exclusion, nobody asks.
///
/// # Errors
/// The vault's.
pub async fn make(vault: &Vault) -> anyhow::Result<()> {
    let plain = vault.plain();
    let (Some(owner), Some(asker)) =
        (agency_by_code(&plain, "education").await?, member_by_email(&vault.book(), ASKER).await?)
    else {
        return Ok(());
    };
    let Some(person) = people_excluded(vault, owner.id).await?.into_iter().next() else { return Ok(()) };
    let question = NewAsk {
        person,
        owner: owner.id,
        named: true,
        categories: vec![code!("exclusion")],
        purpose: Purpose::Safeguarding,
        why: "We open an enquiry: a friend says that he has not been in school and carries a knife. Was he excluded, and what for?".to_owned(),
        form_key: "demonstration".to_owned(),
    };
    ask(vault, &Actor::Member { id: asker.id, agency: asker.agency }, &question).await?;
    Ok(())
}

/// The first people, by id, of whom the agency holds an exclusion.
pub(super) async fn people_excluded(vault: &Vault, owner: Id<kind::Agency>) -> anyhow::Result<Vec<Id<kind::Person>>> {
    const FIRST: &str = "SELECT record, person, controller, category, superseded FROM person_record \
         WHERE controller = $1 AND category = 'exclusion' ORDER BY person, record LIMIT 60";
    let facets = vec![Facet { controller: owner, category: code!("exclusion") }];
    let asked = Ask {
        actor: Actor::System,
        verb: Verb::List,
        scope: Scope::unit(),
        purpose: Purpose::Safeguarding,
        facets,
        facts: BTreeMap::new(),
    };
    let permit = match vault.permit(asked).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(Vec::new()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let found: Vec<PersonRecord> = vault.read(&permit)?.rows(FIRST, params![owner]).await?;
    let mut people: Vec<_> = found.into_iter().map(|found| found.person).collect();
    people.dedup();
    Ok(people)
}
