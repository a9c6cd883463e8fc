//! What humans decided of each field of an answer, and what waits for a decision.

use std::collections::BTreeMap;

use base::{Id, Timestamp, kind};

use super::{
    RightsError,
    codes::Ground,
    gather::{Gathered, Item},
    suggest::{self, Suggestion, WHOLE},
};

/// What a human decided of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub number: u32,
    /// A field's key, or [`WHOLE`].
    pub field: String,
    /// Withheld on this ground; none: shown, though withholding was suggested.
    pub ground: Option<Ground>,
    pub suggested: bool,
    /// Why, in words, sealed.
    pub why: Option<String>,
    pub by: Id<kind::Member>,
    pub at: Timestamp,
}

/// Marks by row and field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks(BTreeMap<(u32, String), Mark>);

impl Marks {
    pub(crate) fn of(marks: Vec<Mark>) -> Self {
        Self(marks.into_iter().map(|mark| ((mark.number, mark.field.clone()), mark)).collect())
    }

    pub(crate) fn get(&self, number: u32, field: &str) -> Option<&Mark> {
        self.0.get(&(number, field.to_owned()))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Mark> {
        self.0.values()
    }

    /// On which ground a field is withheld, itself or with its row.
    pub(crate) fn ground(&self, number: u32, field: &str) -> Option<Ground> {
        let of = |field: &str| self.get(number, field).and_then(|mark| mark.ground);
        of(WHOLE).or_else(|| of(field))
    }

    /// The suggestions that nobody has decided.
    pub(crate) fn undecided<'a>(&self, suggestions: &'a [Suggestion]) -> Vec<&'a Suggestion> {
        suggestions.iter().filter(|one| self.get(one.number, &one.field).is_none() && !self.whole(one.number)).collect()
    }

    fn whole(&self, number: u32) -> bool {
        self.get(number, WHOLE).is_some_and(|mark| mark.ground.is_some())
    }
}

/// What somebody decides of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewMark {
    pub number: u32,
    pub field: String,
    pub ground: Option<Ground>,
    /// In words.
    pub why: String,
}

impl NewMark {
    /// Whether it can be: of a row and a field that are there, on a ground of the row's regime, with a reason where it withholds.
    ///
    /// # Errors
    /// [`RightsError`].
    pub(crate) fn check(&self, gathered: &Gathered) -> Result<bool, RightsError> {
        let item = gathered.item(self.number).ok_or(RightsError::NotFound)?;
        if self.field != WHOLE && !item.fields.iter().any(|field| field.key == self.field) {
            return Err(RightsError::NotFound);
        }
        if let Some(ground) = self.ground {
            if !Ground::for_record(item.law_enforcement).any(|known| known == ground) {
                return Err(RightsError::WrongGround);
            }
            if self.why.trim().is_empty() {
                return Err(RightsError::NoReason);
            }
        }
        Ok(suggested(item, gathered, &self.field))
    }
}

fn suggested(item: &Item, gathered: &Gathered, field: &str) -> bool {
    suggest::of_item(item, gathered).iter().any(|one| one.field == field)
}
