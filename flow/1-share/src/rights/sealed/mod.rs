//! What is sealed about somebody who asks what is held about them. The unit's data protection officer, who answers, is mostly not named for
//! it: to her it isn't there, and nothing of her work may say that it is. So it is answered apart, by those who see it anyway:
//!
//! - A job that follows every gathering, for every person, freezes what is sealed: one part for each agency, nothing in it where the agency
//!   holds nothing sealed about them.
//! - Whoever the agency named looks through its part on a page of their own, decides what is left out, gives it to a second one whom it named,
//!   and hands it to the person. Where nothing is in it, they see no name, and two of them say so: at an agency that holds nothing, nobody
//!   learns who asked.
//! - Her request waits for none of this. It has the same steps, clock, counts and files whether anything is sealed or not, and its letter
//!   says to everybody that services may keep a part to give themselves. If it waited, its waiting would tell.
//!
//! A request to delete comes to them in the same way, for every person and every agency that named anybody: two of them decide what becomes of what
//! is sealed, and theirs alone goes, whenever that is (`delete`). No report and no letter of the unit's says so.
//!
//! So a missing part is chased where it is known: on the pages of those who are named; and where the agency has not named two who work for it, on
//! the home page of its data owner, who names them (`unnamed`). That tells them that somebody of whom they seal something has asked, which is theirs
//! to know; of an agency that holds nothing sealed about whoever asked, they are told nothing.

mod delete;
mod job;
pub(super) mod pages;
pub(super) mod store;
mod unnamed;
mod work;

use base::{Date, Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use vault::StoreError;

pub use job::{GatherSealed, MakeSealedPart};
pub(super) use job::{MAKE, gather_apart, lines, seek};

pub(super) use unnamed::end as end_parts;
pub(crate) use unnamed::waiting as parts_without_two;

use super::{
    Kind, Regime,
    codes::{Ground, Outcome},
    mark::Mark,
};

/// The kind of a part's id.
#[derive(Debug)]
pub(crate) enum SealedPart {}

base::code_list! {
    /// How far one agency is with its part.
    Stage {
        /// Nobody has looked through it.
        Waiting => "waiting", "To look through";
        /// Somebody has.
        Checked => "checked", "Waits for a second person";
        /// Two have, and it is to be given.
        Ready => "ready", "To be given";
        /// It was given, or there was nothing.
        Closed => "closed", "Done";
    }
}

/// One agency's part.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub id: Id<SealedPart>,
    pub gathered: Id<kind::Blob>,
    pub marks: Vec<Mark>,
    pub stage: Stage,
    pub checked_by: Option<Id<kind::Member>>,
    /// Sealed.
    pub said: Option<String>,
    pub to_read: Option<Id<kind::Blob>>,
    pub for_machines: Option<Id<kind::Blob>>,
    pub ends_at: Option<Timestamp>,
    /// The job that was asked for last.
    pub work: Option<Id<kind::Job>>,
    /// Which right: to see it, or that it is deleted.
    pub kind: Kind,
    /// Whom it is about, sealed, of a request to delete that is not carried out.
    pub whom: Option<String>,
    /// What the first of two decided of a request to delete.
    pub outcome: Option<Outcome>,
    /// What the person is told of that, sealed.
    pub words: Option<String>,
    pub received_on: Date,
    pub due_on: Date,
    pub paused: bool,
    pub regime: Regime,
    /// Whether whoever asks has shown who they are.
    pub identity: bool,
    controller: Id<kind::Agency>,
    category: base::Code,
}

/// A mark as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    number: u32,
    field: String,
    ground: Option<String>,
    suggested: bool,
    why: Option<String>,
    by: String,
    at: i64,
}

fn unreadable() -> StoreError {
    StoreError::BadValue { column: "marks".to_owned(), problem: "they can’t be read".to_owned() }
}

fn written(marks: &[Mark]) -> Result<String, StoreError> {
    let kept = marks.iter().map(|mark| Kept {
        number: mark.number,
        field: mark.field.clone(),
        ground: mark.ground.map(|ground| ground.code().to_owned()),
        suggested: mark.suggested,
        why: mark.why.clone(),
        by: mark.by.to_string(),
        at: mark.at.as_micros(),
    });
    serde_json::to_string(&kept.collect::<Vec<_>>()).map_err(|_| unreadable())
}

fn read(text: &str) -> Result<Vec<Mark>, StoreError> {
    let kept: Vec<Kept> = serde_json::from_str(text).map_err(|_| unreadable())?;
    let marks = kept.into_iter().map(|mark| {
        Some(Mark {
            number: mark.number,
            field: mark.field,
            ground: match mark.ground {
                Some(code) => Some(code.parse::<Ground>().ok()?),
                None => None,
            },
            suggested: mark.suggested,
            why: mark.why,
            by: mark.by.parse().ok()?,
            at: Timestamp::from_micros(mark.at).ok()?,
        })
    });
    marks.collect::<Option<Vec<_>>>().ok_or_else(unreadable)
}
