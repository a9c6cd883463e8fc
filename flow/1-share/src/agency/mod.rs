//! An agency: an organisation that shares, or the unit itself. Also who supplies which category of data.

mod store;

use std::{fmt, str::FromStr};

use base::{Code, Id, kind};

pub(crate) use store::bump_version;
pub use store::{add, all, by_code, by_id, facets, facets_of_all, register_holding, supplied_by, unit, with_members};

/// An organisation that shares, or the unit itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// Its id.
    pub id: Id<kind::Agency>,
    /// The short word by which feeds and commands name it.
    pub code: Code,
    /// Its name as people know it.
    pub name: String,
    /// What sort of organisation it is; the law differs by it.
    pub kind: AgencyKind,
}

/// The sorts of organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgencyKind {
    /// The violence reduction unit that runs this installation; there is one.
    Unit,
    /// A police force.
    Police,
    /// A youth offending service.
    YouthJustice,
    /// A council, but for the services named apart.
    Council,
    /// A council's education service, a school or a trust.
    Education,
    /// Children's or adults' social care.
    SocialCare,
    /// An NHS body.
    Health,
    /// Probation.
    Probation,
    /// Fire and rescue.
    Fire,
    /// A voluntary or community group.
    Voluntary,
}

impl AgencyKind {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Unit,
        Self::Police,
        Self::YouthJustice,
        Self::Council,
        Self::Education,
        Self::SocialCare,
        Self::Health,
        Self::Probation,
        Self::Fire,
        Self::Voluntary,
    ];

    /// The code that is stored and that policies name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Police => "police",
            Self::YouthJustice => "youth_justice",
            Self::Council => "council",
            Self::Education => "education",
            Self::SocialCare => "social_care",
            Self::Health => "health",
            Self::Probation => "probation",
            Self::Fire => "fire",
            Self::Voluntary => "voluntary",
        }
    }
}

impl fmt::Display for AgencyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A word that is no sort of agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an agency is one of: unit, police, youth_justice, council, education, social_care, health, probation, fire, voluntary"
)]
pub struct NoSuchKind;

impl FromStr for AgencyKind {
    type Err = NoSuchKind;
    fn from_str(text: &str) -> Result<Self, NoSuchKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == text).ok_or(NoSuchKind)
    }
}

/// An agency to be added.
#[derive(Debug, Clone)]
pub struct NewAgency {
    /// The short word by which feeds and commands will name it.
    pub code: Code,
    /// Its name as people know it.
    pub name: String,
    /// What sort of organisation it is.
    pub kind: AgencyKind,
}

/// Why an agency can't be added.
#[derive(Debug, thiserror::Error)]
pub enum AgencyError {
    /// No name.
    #[error("give the agency a name of 1 to 200 characters")]
    Name,
    /// Another agency has this code.
    #[error("there is an agency with the code `{0}` already")]
    Taken(Code),
    /// A second unit.
    #[error("there is a unit already: one installation serves one unit")]
    SecondUnit,
    /// The database's.
    #[error(transparent)]
    Store(#[from] vault::StoreError),
}
