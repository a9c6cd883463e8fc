//! What the demonstration's register has: a navigator who looked, a file that waits for its recipient, and a notice that waits for an answer.

use std::collections::BTreeMap;

use anyhow::Context as _;
use base::{Code, Id, code, kind};
use ingest::api::{Record, current_records};
use share::api::{NewFile, Told, add_to_file, draft_file, member_by_email, propose_file, register_key, tell};
use vault::{Actor, Ask, Cause, Operation, Purpose, Refusal, Scope, Vault, Verb};

/// The public key of the demonstration's youth worker. The private one is AGE-SECRET-KEY-1VHRXFRMN9JQMRNR3FCDCY8K3DLESLCE44YDYLH8NUWHHKJCS3DYQDWPGET,
/// and opens nothing but invented people.
const KEY: &str = "age1x4q2p3qj4njlw65ge27se05tdgrrszkn7en75w8n6prcw30fpahsyltqh9";

/// Makes them, once: a second call finds the file and changes nothing. A county that is too small to hold an exclusion has none.
///
/// # Errors
/// The vault's.
pub async fn make(vault: &Vault) -> anyhow::Result<()> {
    let Some(maker) = somebody(vault, "leon.baptiste").await? else { return Ok(()) };
    let Some(second) = somebody(vault, "nadia.hassan").await? else { return Ok(()) };
    let Some(recipient) = somebody(vault, "marek.lund").await? else { return Ok(()) };
    let Some(looks) = somebody(vault, "amira.cole").await? else { return Ok(()) };
    let excluded = seen(vault, &looks, "exclusion").await?;
    let custody = seen(vault, &looks, "custody").await?;
    register_key(vault, &recipient, KEY).await.context("the demonstration's key")?;
    file(vault, &maker, &second, &recipient, &excluded).await?;
    if let Some(record) = custody.first().or(excluded.first()) {
        corrected(vault, record.id).await?;
    }
    Ok(())
}

async fn somebody(vault: &Vault, login: &str) -> anyhow::Result<Option<Actor>> {
    let found = member_by_email(&vault.book(), &format!("{login}@selmarsh.example")).await?;
    Ok(found.map(|member| Actor::Member { id: member.id, agency: member.agency }))
}

/// A few records, as a member is shown them in a list.
async fn seen(vault: &Vault, looks: &Actor, category: &str) -> anyhow::Result<Vec<Record>> {
    let category: Code = category.parse()?;
    let ask = Ask {
        actor: looks.clone(),
        verb: Verb::List,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: share::api::facets(&vault.book(), std::slice::from_ref(&category)).await?,
        facts: BTreeMap::new(),
    };
    match vault.permit(ask).await {
        Ok(permit) => Ok(current_records(&vault.read(&permit)?, &category, None, 8).await?),
        Err(Refusal::Refused { .. }) => Ok(Vec::new()),
        Err(Refusal::Store(error)) => Err(error.into()),
    }
}

async fn file(
    vault: &Vault,
    maker: &Actor,
    second: &Actor,
    recipient: &Actor,
    excluded: &[Record],
) -> anyhow::Result<()> {
    let people = people_of(vault, excluded).await?;
    let (Actor::Member { id: recipient, .. }, false) = (recipient, people.is_empty()) else { return Ok(()) };
    let new = NewFile {
        recipient: *recipient,
        purpose: Purpose::Safeguarding,
        reason: "They plan with us who meets these pupils on their first day out of school".to_owned(),
        form_key: "demonstration".to_owned(),
    };
    let id = draft_file(vault, maker, &new).await?;
    for person in people {
        match add_to_file(vault, maker, id, person).await {
            Ok(()) => {}
            Err(share::api::FileError::Settled) => return Ok(()), // made before
            Err(error) => return Err(error.into()),
        }
    }
    propose_file(vault, maker, id).await?;
    crate::pages::release_file(vault, second, id).await.map_err(|fault| anyhow::anyhow!(fault.words()))
}

/// Who is behind some records, as the program reads it.
async fn people_of(vault: &Vault, records: &[Record]) -> anyhow::Result<Vec<Id<kind::Person>>> {
    let ask = Ask {
        actor: Actor::System,
        verb: Verb::List,
        scope: Scope::unit(),
        purpose: Purpose::Safeguarding,
        facets: share::api::facets(&vault.book(), &[code!("exclusion")]).await?,
        facts: BTreeMap::new(),
    };
    let permit = match vault.permit(ask).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(Vec::new()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let ids: Vec<_> = records.iter().take(3).map(|record| record.id).collect();
    let mut people: Vec<_> = link::api::people_of(&vault.read(&permit)?, &ids).await?.into_values().collect();
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

/// Says that a record was corrected, as a partner's new version does.
async fn corrected(vault: &Vault, record: Id<kind::Record>) -> anyhow::Result<()> {
    let cause = Cause {
        actor: Actor::System,
        purpose: Purpose::Rights,
        operation: Operation::Administration,
        act: code!("recipients_told"),
        scope: Scope::of("record", record),
    };
    let mut change = vault.change(cause).await?;
    if tell(&mut change, &[record.to_string()], Told::Corrected).await? > 0 {
        change.commit().await?;
    }
    Ok(())
}
