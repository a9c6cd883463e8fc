//! What waits for the data protection officer in the demonstration: who leads whom, a navigator who opened far more people than the work
//! needs, somebody opened in an emergency, a request that was refused, and the quarter's numbers.

use std::collections::BTreeMap;

use base::{Id, code, kind};
use link::api::PersonRecord;
use share::api::{Danger, NewEmergency, agency_by_code, break_glass, member_by_email, set_line_manager};
use vault::{Actor, Ask, Facet, Purpose, Refusal, Scope, Vault, Verb, params};

use super::{asks::people_excluded, set_up};

/// Who leads whom, by the first parts of their addresses.
const LEADS: [(&str, &str); 5] = [
    ("tess.okonjo", "amira.cole"),
    ("tess.okonjo", "jonah.ferrier"),
    ("helen.strand", "priya.nair"),
    ("femi.oduya", "marek.lund"),
    ("joan.petrie", "ruth.adeyemi"),
];

/// So many people are opened: more than anybody opens who is not asked about it.
const OPENED: i64 = 64;

async fn member(vault: &Vault, login: &str) -> anyhow::Result<Option<(Id<kind::Member>, Actor)>> {
    let found = member_by_email(&vault.book(), &format!("{login}@selmarsh.example")).await?;
    Ok(found.map(|member| (member.id, Actor::Member { id: member.id, agency: member.agency })))
}

/// Makes it. The jobs that follow count it.
///
/// # Errors
/// The vault's.
pub async fn make(vault: &Vault) -> anyhow::Result<()> {
    let mut pairs = Vec::new();
    for (manager, led) in LEADS {
        if let (Some((manager, _)), Some((led, _))) = (member(vault, manager).await?, member(vault, led).await?) {
            pairs.push((led, manager));
        }
    }
    let mut change = vault.change(set_up(code!("line_managers_set"))).await?;
    for (led, manager) in pairs {
        set_line_manager(&mut change, led, Some(manager)).await?;
    }
    change.commit().await?;
    let plain = vault.plain();
    let (Some(police), Some(education), Some(hospital)) = (
        agency_by_code(&plain, "police").await?,
        agency_by_code(&plain, "education").await?,
        agency_by_code(&plain, "hospital").await?,
    ) else {
        return Ok(());
    };
    let people = some_people(vault, police.id).await?;
    if let Some((_, jonah)) = member(vault, "jonah.ferrier").await? {
        for person in &people {
            look(vault, &jonah, *person, police.id, code!("custody"), Purpose::Support).await?;
        }
    }
    // The last of those with an exclusion: about the first ones others ask.
    let missing = people_excluded(vault, education.id).await?.pop();
    if let (Some((_, ruth)), Some(person)) = (member(vault, "ruth.adeyemi").await?, missing) {
        let new = NewEmergency {
            person,
            owner: education.id,
            named: true,
            categories: vec![code!("exclusion")],
            danger: Danger::Missing,
            why: "Not home since yesterday; his mother found a train ticket to the coast.".to_owned(),
            form_key: "demonstration".to_owned(),
        };
        if let Err(error) = break_glass(vault, &ruth, &new).await {
            tracing::warn!(%error, "the demonstration has no emergency");
        }
    }
    // Refused, always: what a patient told a nurse is not for looking for suspects.
    if let (Some((_, callum)), Some(person)) = (member(vault, "callum.reid").await?, people.first().copied()) {
        for _ in 0..6 {
            look(vault, &callum, person, hospital.id, code!("ae_navigator"), Purpose::Prevention).await?;
        }
    }
    let mut change = vault.change(set_up(code!("demo_watched"))).await?;
    let now = change.now();
    change.enqueue("watch_unusual", &serde_json::json!({ "today": true }), now).await?;
    // Behind it, so that the quarter counts what it counted.
    let quarter = share::api::Quarter::of(now.date_in_london()).to_string();
    let payload = serde_json::json!({ "quarter": quarter, "unit": "Selmarsh Violence and Vulnerability Unit" });
    change.enqueue("draft_transparency", &payload, now.plus(base::SignedDuration::from_micros(1))).await?;
    change.commit().await?;
    Ok(())
}

/// One look, as its page would ask for it; refused or not, it is in the log.
async fn look(
    vault: &Vault,
    actor: &Actor,
    person: Id<kind::Person>,
    controller: Id<kind::Agency>,
    category: base::Code,
    purpose: Purpose,
) -> anyhow::Result<()> {
    let ask = Ask {
        actor: actor.clone(),
        verb: Verb::View,
        scope: Scope::person(person),
        purpose,
        facets: vec![Facet { controller, category }],
        facts: BTreeMap::new(),
    };
    match vault.permit(ask).await {
        Ok(_) | Err(Refusal::Refused { .. }) => Ok(()),
        Err(Refusal::Store(error)) => Err(error.into()),
    }
}

/// Some of those of whom the police hold records, by id.
async fn some_people(vault: &Vault, police: Id<kind::Agency>) -> anyhow::Result<Vec<Id<kind::Person>>> {
    const SOME: &str = "SELECT record, person, controller, category, superseded FROM person_record \
         WHERE controller = $1 ORDER BY person, record LIMIT $2";
    let asked = Ask {
        actor: Actor::System,
        verb: Verb::List,
        scope: Scope::unit(),
        purpose: Purpose::Support,
        facets: [code!("custody"), code!("police_event"), code!("missing_episode")]
            .map(|category| Facet { controller: police, category })
            .to_vec(),
        facts: BTreeMap::new(),
    };
    let permit = match vault.permit(asked).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(Vec::new()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let found: Vec<PersonRecord> = vault.read(&permit)?.rows(SOME, params![police, 20 * OPENED]).await?;
    let mut people: Vec<Id<kind::Person>> = found.into_iter().map(|found| found.person).collect();
    people.dedup();
    people.truncate(usize::try_from(OPENED)?);
    Ok(people)
}
