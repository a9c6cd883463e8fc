//! A person's own request: while one is open, the unit's data protection officer may look at everything that the unit holds about that
//! person, whichever agency controls it and whatever was agreed (UK GDPR article 15, Data Protection Act 2018 section 45). It opens
//! nothing about anybody else, and nothing for any other purpose.

use base::{Id, kind};
use vault::{Ask, FromRow, Purpose, Row, Staff, StoreError, Verb, params};

use super::{grounds::Case, register::Asker};

struct Open;

impl FromRow for Open {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// Whether a request of the one person about whom is asked is open.
pub(super) async fn open(book: &Staff, asker: &Asker, ask: &Ask) -> Result<bool, StoreError> {
    const OPEN: &str = "SELECT about FROM rights_opening WHERE about = $1 AND closed_at IS NULL LIMIT 1";
    const EVER: &str = "SELECT about FROM rights_opening WHERE about = $1 LIMIT 1";
    match (asker, ask.verb, ask.purpose, ask.scope.kind, &ask.scope.id) {
        // The job freezes what is sealed for those who are named for it.
        (Asker::Member { .. } | Asker::Job, Verb::View, Purpose::Rights, "person", Some(about)) => {
            // It may come to it after the rest was given: what is sealed is owed all the same.
            let sql = if matches!(asker, Asker::Job) { EVER } else { OPEN };
            let found: Option<Open> = book.first(sql, params![about]).await?;
            Ok(found.is_some())
        }
        _ => Ok(false),
    }
}

/// Whether the person's right is the ground on which the unit looks.
pub(super) fn reaches(case: &Case, acting: Id<kind::Agency>) -> bool {
    case.rights
        && case.register.unit == Some(acting)
        && case.ask.verb == Verb::View
        && case.ask.purpose == Purpose::Rights
        && matches!(case.asker, Asker::Member { .. } | Asker::Job)
}
