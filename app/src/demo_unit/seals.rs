//! What is sealed in the demonstration: two people whom children’s social care protects, and the two who are named for them; and two
//! identities of an adopted child that are kept apart.

use std::collections::{BTreeMap, BTreeSet};

use base::{Id, code, kind};
use link::api::{NewAdoption, PersonRecord, adoptions_of, keep_apart};
use share::api::{Member, NewSeal, SealWhy, agency_by_code, member_by_email, name_for_sealed, seal, seals};
use vault::{Actor, Ask, Facet, Purpose, Refusal, Scope, Vault, Verb, params};

/// Who seals and names for social care, who names for the unit, and who is named.
const OWNER: &str = "joan.petrie@selmarsh.example";
const UNITS_OWNER: &str = "ines.calder@selmarsh.example";
const NAMED: &str = "ruth.adeyemi@selmarsh.example";
/// The second of the two who see what is kept apart.
const OFFICER: &str = "nadia.hassan@selmarsh.example";

const WHY: [SealWhy; 2] = [SealWhy::ProtectedAddress, SealWhy::AdoptedChild];

fn actor(member: &Member) -> Actor {
    Actor::Member { id: member.id, agency: member.agency }
}

/// Names and seals, once: a second call finds what is sealed and changes nothing. Where the county is too small, nobody is sealed.
///
/// # Errors
/// The vault's.
pub async fn make(vault: &Vault) -> anyhow::Result<()> {
    let book = vault.book();
    let (Some(owner), Some(units), Some(named), Some(care)) = (
        member_by_email(&book, OWNER).await?,
        member_by_email(&book, UNITS_OWNER).await?,
        member_by_email(&book, NAMED).await?,
        agency_by_code(&vault.plain(), "social_care").await?,
    ) else {
        return Ok(());
    };
    let people = last_known(vault, care.id).await?;
    // Each step finds what was done before: a demonstration that was cut short goes on where it stopped.
    let kept_apart = !adoptions_of(vault, &actor(&named), false).await?.is_empty();
    if let ([_, _, one, other], Some(officer), false) =
        (people.as_slice(), member_by_email(&book, OFFICER).await?, kept_apart)
    {
        let adoption = NewAdoption { people: [*one, *other], members: [named.id, officer.id] };
        keep_apart(vault, &actor(&named), false, &adoption).await?;
    }
    name_for_sealed(vault, &actor(&units), units.agency, named.id).await?;
    name_for_sealed(vault, &actor(&owner), care.id, named.id).await?;
    // Two look through what is sealed of somebody who asks.
    name_for_sealed(vault, &actor(&owner), care.id, owner.id).await?;
    let sealed = seals(&book).await?;
    let missing = WHY.into_iter().filter(|why| !sealed.iter().any(|seal| seal.agency == care.id && seal.why == *why));
    for (person, why) in people.into_iter().zip(missing) {
        let new = NewSeal { about: person.to_string(), whole: true, why, agency: care.id };
        seal(vault, &actor(&owner), &new).await?;
    }
    Ok(())
}

/// The last people, by id, whom the agency alone knows.
async fn last_known(vault: &Vault, care: Id<kind::Agency>) -> anyhow::Result<Vec<Id<kind::Person>>> {
    const LAST: &str = "SELECT record, person, controller, category, superseded FROM person_record \
         WHERE controller = $1 AND category = 'social_care_involvement' ORDER BY person DESC, record LIMIT 400";
    let facets = share::api::all_person_facets(&vault.book()).await?;
    let facets = facets.into_iter().chain([Facet { controller: care, category: code!("social_care_involvement") }]);
    let facets: BTreeSet<Facet> = facets.collect();
    let asked = Ask {
        actor: Actor::System,
        verb: Verb::List,
        scope: Scope::unit(),
        purpose: Purpose::Safeguarding,
        facets: facets.into_iter().collect(),
        facts: BTreeMap::new(),
    };
    let permit = match vault.permit(asked).await {
        Ok(permit) => permit,
        Err(Refusal::Refused { .. }) => return Ok(Vec::new()),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let reader = vault.read(&permit)?;
    let rows: Vec<PersonRecord> = reader.rows(LAST, params![care]).await?;
    let mut people: Vec<_> = rows.into_iter().map(|row| row.person).collect();
    people.dedup();
    let mut alone = Vec::new();
    for person in people {
        if link::api::who_knows(&reader, person).await? == [care] {
            alone.push(person);
        }
        // Two are sealed, and two kept apart.
        if alone.len() == WHY.len() + 2 {
            break;
        }
    }
    Ok(alone)
}
