//! A person's records of one agency, under a permit for that person, as they stand beside an ask or an emergency access.

use std::collections::BTreeMap;

use base::{Code, Id, kind};
use vault::{Ask, Facet, Purpose, Refusal, Scope, Verb};
use web::{Caller, ChildFlag, Fault, Site, time};

/// Fields by which a person is reached: shown only where they are chosen.
pub(super) const REACHING: [(&str, &str); 4] =
    [("phone", "Telephone"), ("email", "Email"), ("address", "Address"), ("postcode", "Postcode")];

/// Somebody, as one agency's records have them.
pub struct Seen {
    /// Their name.
    pub name: String,
    /// Whether they are a child.
    pub child: ChildFlag,
    /// The records, the newest first.
    pub records: Vec<SeenRecord>,
}

/// One record.
pub struct SeenRecord {
    /// What it is.
    pub what: String,
    /// When it happened, or came.
    pub when: String,
    /// Its fields.
    pub fields: Vec<SeenField>,
}

/// One field.
pub struct SeenField {
    /// How a decision names it: `category:field`.
    pub key: String,
    /// What it is.
    pub label: String,
    /// What it says.
    pub words: String,
}

impl Seen {
    /// Only the fields that were granted.
    #[must_use]
    pub fn only(mut self, granted: &[String]) -> Self {
        for record in &mut self.records {
            record.fields.retain(|field| granted.contains(&field.key));
        }
        self
    }
}

/// Whose records, of which kinds, for what.
pub struct Wanted<'a> {
    pub person: Id<kind::Person>,
    pub owner: Id<kind::Agency>,
    pub categories: &'a [Code],
    pub purpose: Purpose,
}

/// What an agency's records say of a person; none where policy opens nothing of it now, or the agency holds nothing.
///
/// # Errors
/// The database's.
pub async fn seen(site: &Site, caller: &Caller, wanted: &Wanted<'_>) -> Result<Option<Seen>, Fault> {
    let vault = site.vault();
    let facet = |category: &Code| Facet { controller: wanted.owner, category: category.clone() };
    let ask = Ask {
        actor: caller.actor(),
        verb: Verb::View,
        scope: Scope::person(wanted.person),
        purpose: wanted.purpose,
        facets: wanted.categories.iter().map(facet).collect(),
        facts: BTreeMap::new(),
    };
    let reader = match vault.permit(ask).await {
        Ok(permit) => vault.read(&permit)?,
        Err(Refusal::Refused { .. }) => return Ok(None),
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let mut rows = link::api::records_of(&reader, wanted.person).await?;
    rows.retain(|row| !row.superseded);
    let ids: Vec<_> = rows.iter().map(|row| row.record).collect();
    let mut records = ingest::api::records_by_ids(&reader, &ids).await?;
    if records.is_empty() {
        return Ok(None);
    }
    records.sort_by_key(|record| std::cmp::Reverse(record.event_at.unwrap_or(record.received_at)));
    let shown = link::api::shown(&records);
    Ok(Some(Seen {
        name: shown.name_or_words().to_owned(),
        child: ChildFlag::from(shown.age_on(site.now().date_in_london())),
        records: records.iter().map(record).collect(),
    }))
}

fn record(record: &ingest::api::Record) -> SeenRecord {
    let category = vault::Marks::split(&record.category).0;
    let category = category.as_str();
    let known = act::api::record_fields(category, &record.body, record.event_at);
    let told = known.into_iter().map(|field| (field.key, field.label, field.words));
    let reached = REACHING
        .iter()
        .filter_map(|(key, label)| Some(((*key).to_owned(), (*label).to_owned(), record.text(key)?.to_owned())));
    SeenRecord {
        what: share::api::category_words(&record.category),
        when: time::date(record.event_at.unwrap_or(record.received_at).date_in_london()),
        fields: told
            .chain(reached)
            .map(|(key, label, words)| SeenField { key: format!("{category}:{key}"), label, words })
            .collect(),
    }
}
