//! The part of a person's page that says which records are theirs, and why they were linked.

use std::collections::BTreeMap;

use askama::Template;
use base::{Id, Timestamp, kind};
use ingest::api::records_by_ids;
use vault::{Purpose, Reader, StoreError, Vault};
use web::time;

use super::{name_of, records_of};
use crate::{
    pair::{PairKey, compare::category_words, store as pairs},
    run::unit_facet,
};

/// A part of a person's page: a title, its place among the others, and markup that is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPart {
    /// Its heading.
    pub title: &'static str,
    /// Smaller comes first.
    pub order: u32,
    /// What stands under the heading.
    pub html: String,
}

#[derive(Template)]
#[template(path = "person/part.html")]
struct PartPage {
    rows: Vec<PartRow>,
    /// Whether the reader may see the unit's decisions about links.
    explains: bool,
    /// Whether they may open the pair itself: policy let them look for this purpose only if they settle pairs.
    opens: bool,
}

struct PartRow {
    name: String,
    agency: String,
    category: String,
    role: String,
    when: String,
    at: Timestamp,
    why: Vec<(PairKey, String)>,
}

/// Records of a person that the permit covers: from whom, what, when and, for those whose permit covers the unit's `link_decision`,
/// why they were linked. None where it covers none of them.
///
/// # Errors
/// The database's.
pub async fn person_part(
    vault: &Vault,
    reader: &Reader,
    person: Id<kind::Person>,
) -> Result<Option<PersonPart>, StoreError> {
    let mut rows = records_of(reader, person).await?;
    rows.retain(|row| !row.superseded);
    let ids: Vec<Id<kind::Record>> = rows.iter().map(|row| row.record).collect();
    let records = records_by_ids(reader, &ids).await?;
    if records.is_empty() {
        return Ok(None);
    }
    let explains = unit_facet(vault).await.is_ok_and(|unit| reader.permit().covers(unit.controller, &unit.category));
    let why = if explains { why(reader, &ids).await? } else { BTreeMap::new() };
    let names: BTreeMap<_, _> =
        share::api::agencies(&vault.plain()).await?.into_iter().map(|agency| (agency.id, agency.name)).collect();
    let mut rows: Vec<PartRow> = records
        .iter()
        .map(|record| {
            let at = record.event_at.unwrap_or(record.received_at);
            PartRow {
                name: name_of(record),
                agency: names.get(&record.controller).cloned().unwrap_or_else(|| "An agency".to_owned()),
                category: category_words(&record.category),
                role: record.text("role").map_or_else(|| "Not said".to_owned(), role_words),
                when: time::date(at.date_in_london()),
                at,
                why: why.get(&record.id).cloned().unwrap_or_default(),
            }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    let html = PartPage { rows, explains, opens: reader.permit().purpose() == Purpose::Linking }
        .render()
        .map_err(|error| StoreError::BadValue { column: "person_part".to_owned(), problem: error.to_string() })?;
    Ok(Some(PersonPart { title: "Records", order: 90, html }))
}

type Why = BTreeMap<Id<kind::Record>, Vec<(PairKey, String)>>;

/// For each record the strongest link to another one of the person's.
async fn why(reader: &Reader, ids: &[Id<kind::Record>]) -> Result<Why, StoreError> {
    let mut links = pairs::links_of(reader, ids).await?;
    links.retain(|pair| ids.contains(&pair.left) && ids.contains(&pair.right));
    links.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let mut why = Why::new();
    for pair in links {
        let chance = linkage::probability(pair.weight);
        for record in [pair.left, pair.right] {
            let words = match pair.answer {
                Some(_) => "A colleague decided that it is the same person".to_owned(),
                None => chance_words(chance).to_owned(),
            };
            let shown = why.entry(record).or_default();
            if shown.is_empty() {
                shown.push((pair.key(), words));
            }
        }
    }
    Ok(why)
}

/// How sure the model is, in words; the figures are on the pair's own page.
fn chance_words(chance: f64) -> &'static str {
    match chance {
        sure if sure >= 0.999 => "Almost certainly the same person",
        likely if likely >= 0.95 => "Very probably the same person",
        _ => "Probably the same person",
    }
}

/// A role in an event, in plain words.
fn role_words(role: &str) -> String {
    if role == "subject" {
        return "The person it is about".to_owned();
    }
    let words = role.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
