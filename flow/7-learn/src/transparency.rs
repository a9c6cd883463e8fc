//! For the unit's transparency report: whose records were opened or given in a quarter, by age, sex and ethnic group. Counted here, since
//! only what is done for somebody knows their group; counts leave the vault only through suppression.

use std::collections::BTreeMap;

use async_trait::async_trait;
use base::Timestamp;
use share::api::{CountPeople, PeopleTable};
use vault::{Actor, Ask, Purpose, Scope, Vault, Verb, jobs::JobFault, params};

use crate::board::Breakdown;

/// Everybody with a moment whose own page or whose moment was opened by, or given to, a member or a partner's system; each once, as their
/// last moment has them. Ids of people and of moments never agree, so that both are looked for alike.
const SHOWN: &str = "WITH shown AS (SELECT DISTINCT scope FROM audit_entry WHERE at >= $1 AND at < $2 AND allowed = $3 \
     AND actor_kind IN ('member', 'token') AND verb IN ('view', 'disclose') AND scope IS NOT NULL), \
     theirs AS (SELECT COALESCE(m.person, m.id) AS who, m.id FROM moment m JOIN shown ON shown.scope = m.id \
     UNION SELECT COALESCE(m.person, m.id) AS who, m.id FROM moment m JOIN shown ON shown.scope = m.person), \
     newest AS (SELECT who, MAX(id) AS id FROM theirs GROUP BY who) \
     SELECT m.age_band || ' ' || m.sex || ' ' || m.ethnicity AS keys, COUNT(*) AS n FROM moment m JOIN newest ON newest.id = m.id \
     WHERE m.controller || ' ' || m.category IN ({in}) GROUP BY m.age_band, m.sex, m.ethnicity";

/// Counts them.
pub struct People;

/// By what they are counted, in the order of the keys.
const BY: [Breakdown; 3] = [Breakdown::Age, Breakdown::Sex, Breakdown::Ethnicity];

fn group<'k>(keys: &[&'k str], at: usize) -> Option<(&'k str, &'k str)> {
    keys.get(at).map(|key| (*key, "people"))
}

#[async_trait]
impl CountPeople for People {
    async fn by_group(
        &self,
        vault: &Vault,
        actor: &Actor,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<PeopleTable>, JobFault> {
        let ask = Ask {
            actor: actor.clone(),
            verb: Verb::Count,
            scope: Scope::unit(),
            purpose: Purpose::Statistics,
            facets: share::api::all_person_facets(&vault.book()).await?,
            facts: BTreeMap::new(),
        };
        let permit = vault.permit(ask).await?;
        let counted = vault
            .count(&permit)?
            .tables(
                SHOWN,
                params![from, until, true],
                &[&|keys| group(keys, 0), &|keys| group(keys, 1), &|keys| group(keys, 2)],
            )
            .await?;
        let table = |(by, counts): (&Breakdown, vault::Published)| PeopleTable {
            head: by.head(),
            labels: counts.rows.iter().map(|key| by.label(key)).collect(),
            counts,
        };
        Ok(BY.iter().zip(counted).map(table).collect())
    }
}
