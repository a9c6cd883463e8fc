//! Standing grants: what a data owner decided, or a member opened in an emergency, for one member about one person. Ids and codes
//! only. They count from their first second to the one before their last, and only on a power in law that can carry the data
//! on that day; what the policies exclude stays excluded.

use base::{Code, Id, Timestamp, kind};
use vault::{Ask, Change, Facet, Fields, FromRow, Purpose, Row, Staff, StoreError, Verb, params};

use super::{
    grounds::{Case, Ground, sharing},
    legal::Today,
    register::Asker,
};
use crate::law::Sharing;

// The columns avoid the names of tables about people: a statement for the register may not name one.
const HOLDING: &str = "SELECT source, emergency, controller, category, purpose, gateway, confidentiality, fields FROM standing_grant \
     WHERE about = $1 AND member = $2 AND agency = $3 AND starts_at <= $4 AND ends_at > $4 AND ended_at IS NULL \
     ORDER BY emergency, starts_at, id";
const ADD: &str = "INSERT INTO standing_grant (id, source, emergency, about, member, agency, controller, category, purpose, \
     gateway, confidentiality, fields, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
     ON CONFLICT (source, category) DO NOTHING";
/// Ends what stands on a source (`$1`) at once (`$2`).
pub(crate) const END: &str =
    "UPDATE standing_grant SET ended_at = $2 WHERE source = $1 AND ended_at IS NULL AND ends_at > $2";

// All that stands on the same ask or emergency: it was decided as one.
const END_OF_PERSON: &str = "UPDATE standing_grant SET ended_at = $4 WHERE ended_at IS NULL AND ends_at > $4 AND source IN \
     (SELECT source FROM standing_grant WHERE about = $1 AND controller = $2 AND category = $3 AND ended_at IS NULL AND ends_at > $4)";
// So that those who asked see that it is over, and that it is news.
const CLOSE_ASKS: &str = "UPDATE ask SET until = $2, seen_at = NULL WHERE state = 'granted' AND until > $2 AND id IN \
     (SELECT source FROM standing_grant WHERE about = $1 AND ended_at = $2)";
const CLOSE_EMERGENCIES: &str = "UPDATE emergency_access SET ends_at = $2 WHERE ends_at > $2 AND id IN \
     (SELECT source FROM standing_grant WHERE about = $1 AND ended_at = $2)";

/// What stands for one member about one person now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StandingGrant {
    /// The ask or the emergency.
    pub source: String,
    pub emergency: bool,
    pub facet: Facet,
    pub purpose: Purpose,
    pub gateway: Code,
    pub confidentiality: Option<Code>,
    /// The fields that may be seen; none named, all of them.
    pub fields: Option<Fields>,
}

impl FromRow for StandingGrant {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            source: row.text("source")?,
            emergency: row.bool("emergency")?,
            facet: Facet { controller: row.id("controller")?, category: row.parse("category")? },
            purpose: row.parse("purpose")?,
            gateway: row.parse("gateway")?,
            confidentiality: row.opt_parse("confidentiality")?,
            fields: row.opt_text("fields")?.map(|names| Fields::only(names.split(' '))),
        })
    }
}

/// What holds at `now` for whoever asks about the one person that the request is about; nothing for any other request.
pub(super) async fn read(
    book: &Staff,
    asker: &Asker,
    ask: &Ask,
    now: Timestamp,
) -> Result<Vec<StandingGrant>, StoreError> {
    match (asker, ask.verb, ask.scope.kind, &ask.scope.id) {
        (Asker::Member { id, agency, .. }, Verb::View, "person", Some(person)) => {
            book.rows(HOLDING, params![person, *id, *agency, now]).await
        }
        _ => Ok(Vec::new()),
    }
}

/// The ground that a standing grant is for one part of a request.
pub(super) fn ground(case: &Case, today: &Today, facet: &Facet, acting: Id<kind::Agency>) -> Option<Ground> {
    if case.ask.verb != Verb::View || case.asker.agency() != Some(acting) {
        return None;
    }
    case.standing.iter().find_map(|grant| {
        if grant.facet != *facet || grant.purpose != case.ask.purpose {
            return None;
        }
        let sharing =
            Sharing { decided_by_person: !grant.emergency, emergency: grant.emergency, ..sharing(case, facet, acting) };
        let powers = std::slice::from_ref(&grant.gateway);
        let legal = today.stands(&sharing, powers, grant.confidentiality.as_ref()).ok()?;
        let fields = grant.fields.clone();
        if grant.emergency {
            Some(Ground::Emergency { emergency: grant.source.parse().ok()?, legal, fields })
        } else {
            Some(Ground::OwnersDecision { ask: grant.source.parse().ok()?, legal, fields })
        }
    })
}

/// A standing grant to be kept: for whom, about whom, of whose data, on which power, from when until when.
pub(crate) struct NewStanding<'a> {
    /// The ask's id, or the emergency's.
    pub source: String,
    /// Whether it is an emergency.
    pub emergency: bool,
    pub person: Id<kind::Person>,
    pub member: Id<kind::Member>,
    pub agency: Id<kind::Agency>,
    pub controller: Id<kind::Agency>,
    pub categories: &'a [Code],
    pub purpose: Purpose,
    pub gateway: &'a Code,
    pub confidentiality: Option<&'a Code>,
    /// The fields that may be seen, each as `category:field`; none for all.
    pub fields: Option<&'a [String]>,
    pub ends_at: Timestamp,
}

/// Keeps one for each category, once for each source.
pub(crate) async fn keep(change: &mut Change, new: &NewStanding<'_>) -> Result<(), StoreError> {
    let now = change.now();
    for category in new.categories {
        let id: Id<kind::Permit> = change.new_id();
        change
            .execute(
                ADD,
                params![
                    id,
                    &new.source,
                    new.emergency,
                    new.person,
                    new.member,
                    new.agency,
                    new.controller,
                    category,
                    new.purpose.code(),
                    new.gateway,
                    new.confidentiality,
                    new.fields.map(|fields| names_of(fields, category)),
                    now,
                    new.ends_at
                ],
            )
            .await?;
    }
    Ok(())
}

/// Ends what stands about a person on an agency's records of a category, because records of another identity came to that person: whoever
/// decided knew nothing of those, and is asked again. Belongs in the change that moves the records; gives how many ended.
///
/// # Errors
/// The database's.
pub async fn end_standing_where_records_came(
    change: &mut Change,
    person: Id<kind::Person>,
    controller: Id<kind::Agency>,
    category: &Code,
) -> Result<u64, StoreError> {
    let now = change.now();
    let ended = change.execute(END_OF_PERSON, params![person, controller, category, now]).await?;
    if ended > 0 {
        change.execute(CLOSE_ASKS, params![person, now]).await?;
        change.execute(CLOSE_EMERGENCIES, params![person, now]).await?;
    }
    Ok(ended)
}

/// By what somebody is known: whoever asked knew it already, and must see that it is the same person.
const WHO: [&str; 3] = ["given", "family", "dob"];

/// The names of a category's fields, apart by spaces.
fn names_of(fields: &[String], category: &Code) -> String {
    let of = fields.iter().filter_map(|field| field.split_once(':')).filter(|(of, _)| *category == **of);
    WHO.into_iter().chain(of.map(|(_, name)| name)).collect::<Vec<_>>().join(" ")
}
