//! Moment types: which events raise a moment, for whom, how long its clock runs, who is offered it, what may stop the
//! clock, and who is told when it isn't answered. Pure; read from TOML files that a unit may override.

mod read;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use base::{Age, Code, Date, Timestamp, age_on, names::fold, working::WorkingDays};
use serde_json::{Map, Value};

use crate::moment::Reason;
pub use read::TypeProblem;

/// One type of reachable moment.
#[derive(Debug, Clone)]
pub struct MomentType {
    /// Its code, which moments carry.
    pub code: Code,
    /// Its name on pages, such as "A&E attendance".
    pub name: String,
    /// What happened, in a few words that follow a name: "Came to A&E with an injury".
    pub what: String,
    /// Where its rules come from.
    pub sources: Vec<String>,
    /// The category of records that raises it.
    pub category: Code,
    /// What the record must say besides.
    pub conditions: Vec<Condition>,
    /// The youngest age at the event for which it is raised, in years.
    pub youngest: u16,
    /// The oldest age at the event for which it is raised, in years. A person whose age is unknown counts as a child.
    pub oldest: u16,
    /// How long its clock runs.
    pub limit: Limit,
    /// The names of the fields from which the clock starts: the first that the record has; `event` is the event itself.
    pub starts: Vec<String>,
    /// How a record says that somebody else has done already what the moment asks for.
    pub held: Option<HeldBefore>,
    /// Moments of one person within so many hours of the first are one.
    pub window_hours: u32,
    /// An event more days ago than this is counted, and not raised.
    pub horizon_days: u32,
    /// The duty of those to whom it is offered.
    pub duty: Code,
    /// The code of the agency whose members are offered it; any agency's where none is named.
    pub agency: Option<Code>,
    /// The districts where it is raised, by name; everywhere where none is named.
    pub districts: Vec<String>,
    /// Whether the contact must be face to face.
    pub meeting: Meeting,
    /// Whether the unit means to answer it at weekends too.
    pub weekend_cover: bool,
    /// The reasons that stop its clock.
    pub stops: Vec<Reason>,
    /// The reasons that pause its clock.
    pub pauses: Vec<Reason>,
    /// Who is told when, in the order of time.
    pub escalate: Vec<Escalate>,
}

/// How a record says that somebody else has done already what a moment asks for: a return interview that was held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBefore {
    /// The field of the record's body with its day, or its time.
    pub field: String,
    /// What was held, as it stands inside a sentence: "the return interview".
    pub what: String,
}

impl HeldBefore {
    /// What a worker is asked: whose record says so, and of which day.
    #[must_use]
    pub fn question(&self, agency: &str, at: Timestamp) -> String {
        let day = web::time::date(at.date_in_london());
        format!("The record of {agency} says that {} was held on {day}. Is that right?", self.what)
    }
}

/// What a record must say for a moment to be raised. Values are compared without regard to case and spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field of the record's body.
    pub field: String,
    /// It must be one of these, or must not.
    pub wanted: bool,
    /// The values, folded.
    pub values: Vec<String>,
}

/// How long a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Elapsed hours.
    Hours(u32),
    /// To the end of so many working days after the day of the event.
    WorkingDays(u32),
}

/// Whether a contact must be face to face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// A telephone call does not stop the clock.
    FaceToFaceRequired,
    /// Face to face works better; a call stops the clock too.
    FaceToFacePreferred,
    /// Either.
    Either,
}

impl Meeting {
    /// What a moment's page says of how to reach them.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::FaceToFaceRequired => "Only meeting face to face stops this clock. A call does not",
            Self::FaceToFacePreferred => "Face to face works better than a call",
            Self::Either => "Face to face or by phone",
        }
    }

    /// What is said beside a call, where a call doesn't do; else nothing.
    #[must_use]
    pub fn of_a_call(self) -> &'static str {
        match self {
            Self::FaceToFaceRequired => "A call does not stop this clock. It needs a meeting face to face.",
            Self::FaceToFacePreferred | Self::Either => "",
        }
    }
}

/// One step of escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalate {
    /// Which.
    pub step: Step,
    /// The duty of those who are told; for a moment that someone took, that member.
    pub to: Code,
}

/// When a step of escalation is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Nobody has taken it so many hours after it was raised.
    Unassigned {
        /// Hours after it was raised.
        after_hours: u32,
    },
    /// So many hours before its time is up.
    DueSoon {
        /// Hours before it is due.
        before_hours: u32,
    },
    /// Its time is up.
    Breached,
}

impl Step {
    /// `unassigned`, `due_soon` or `breached`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unassigned { .. } => "unassigned",
            Self::DueSoon { .. } => "due_soon",
            Self::Breached => "breached",
        }
    }
}

/// An accepted record, as far as it matters to whether it raises a moment.
#[derive(Debug, Clone, Copy)]
pub struct Happening<'a> {
    /// Its category.
    pub category: &'a Code,
    /// When it happened.
    pub event_at: Option<Timestamp>,
    /// Its fields.
    pub body: &'a Map<String, Value>,
}

/// Whether a record raises a moment of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does; the clock starts then, and is up then.
    Raises {
        /// When the clock started.
        from: Timestamp,
        /// When its time is up.
        due: Timestamp,
    },
    /// It is about something else.
    AnotherMatter,
    /// The person is too young or too old for this type.
    OutsideAges,
    /// What starts the clock has not happened yet (still missing, still in custody).
    NotStarted,
    /// It happened too long ago.
    TooLongAgo,
}

impl Happening<'_> {
    /// A field's text; empty where there is none.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// The age at a date, where the date of birth is known.
    #[must_use]
    pub fn age_on(&self, day: Date) -> Option<Age> {
        age_on(self.text("dob").parse().ok()?, day)
    }

    fn time_of(&self, field: &str) -> Option<Timestamp> {
        if field == "event" {
            return self.event_at;
        }
        let text = self.text(field);
        text.parse().ok().or_else(|| {
            let local: base::DateTime = text.replace(' ', "T").parse().ok()?;
            base::london::resolve(local).ok()
        })
    }
}

impl Condition {
    fn holds(&self, happening: &Happening<'_>) -> bool {
        self.values.contains(&fold(happening.text(&self.field))) == self.wanted
    }
}

impl MomentType {
    /// Whether a record raises a moment of this type, as of `now`. `horizon_days` stands in for the type's own.
    #[must_use]
    pub fn verdict(&self, happening: &Happening<'_>, now: Timestamp, horizon_days: u32) -> Verdict {
        if vault::Marks::split(happening.category).0 != self.category
            || !self.conditions.iter().all(|one| one.holds(happening))
        {
            return Verdict::AnotherMatter;
        }
        let Some(from) = self.starts.iter().find_map(|field| happening.time_of(field)) else {
            return Verdict::NotStarted;
        };
        if !self.suits_age(happening.age_on(from.date_in_london())) {
            return Verdict::OutsideAges;
        }
        if now.since(from).as_hours() > i64::from(horizon_days) * 24 {
            return Verdict::TooLongAgo;
        }
        Verdict::Raises { from, due: self.due(from) }
    }

    /// When the record says that what this type asks for was done already: not before the clock started, nor in the future. A day
    /// alone counts as its noon, so that the day on which the time is up is judged by when it is up.
    #[must_use]
    pub fn held_at(&self, happening: &Happening<'_>, from: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let field = &self.held.as_ref()?.field;
        let text = happening.text(field);
        let at = if text.len() == 10 {
            let day: Date = text.parse().ok()?;
            base::london::resolve(day.at(12, 0, 0, 0)).ok()?
        } else {
            happening.time_of(field)?
        };
        let day = at.date_in_london();
        (from.date_in_london()..=now.date_in_london()).contains(&day).then(|| at.max(from))
    }

    /// Whether someone of this age is offered it. Unknown age: treated as a child.
    #[must_use]
    pub fn suits_age(&self, age: Option<Age>) -> bool {
        age.is_none_or(|age| (self.youngest..=self.oldest).contains(&age.0))
    }

    /// When a clock that started then is up.
    #[must_use]
    pub fn due(&self, from: Timestamp) -> Timestamp {
        static ENGLAND: OnceLock<WorkingDays> = OnceLock::new();
        match self.limit {
            Limit::Hours(hours) => from.plus_hours(i64::from(hours)),
            Limit::WorkingDays(days) => ENGLAND
                .get_or_init(WorkingDays::england)
                .deadline(from, days)
                .unwrap_or_else(|_| from.plus_hours(i64::from(days) * 24)), // only at the end of the range of years
        }
    }

    /// When a step of escalation is due for a moment that was raised and is due then.
    #[must_use]
    pub fn step_at(step: Step, raised: Timestamp, due: Timestamp) -> Timestamp {
        match step {
            Step::Unassigned { after_hours } => raised.plus_hours(i64::from(after_hours)),
            Step::DueSoon { before_hours } => due.plus_hours(-i64::from(before_hours)),
            Step::Breached => due,
        }
    }

    /// Its limit in words: "24 hours", "5 working days".
    #[must_use]
    pub fn limit_words(&self) -> String {
        match self.limit {
            Limit::Hours(1) => "1 hour".to_owned(),
            Limit::Hours(hours) => format!("{hours} hours"),
            Limit::WorkingDays(1) => "1 working day".to_owned(),
            Limit::WorkingDays(days) => format!("{days} working days"),
        }
    }
}

/// All moment types of this installation.
#[derive(Debug, Clone)]
pub struct MomentTypes(Arc<Vec<MomentType>>);

const BUILT_IN: [(&str, &str); 5] = [
    ("ae_attendance.toml", include_str!("../../moment_types/ae_attendance.toml")),
    ("custody.toml", include_str!("../../moment_types/custody.toml")),
    ("arrest_for_possession.toml", include_str!("../../moment_types/arrest_for_possession.toml")),
    ("return_from_missing.toml", include_str!("../../moment_types/return_from_missing.toml")),
    ("exclusion.toml", include_str!("../../moment_types/exclusion.toml")),
];

impl MomentTypes {
    /// The built-in types, with the unit's own files (name and text) in place of, or beside, those with the same code.
    ///
    /// # Errors
    /// Everything that is wrong with the files, each in a sentence that names its file.
    pub fn with<'a>(own: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Vec<TypeProblem>> {
        let mut types: Vec<MomentType> = Vec::new();
        let mut problems = Vec::new();
        for (file, text) in BUILT_IN.into_iter().chain(own) {
            match read::read(file, text) {
                Ok(new) => {
                    types.retain(|known| known.code != new.code);
                    types.push(new);
                }
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(Self(Arc::new(types))) } else { Err(problems) }
    }

    /// Every type.
    pub fn iter(&self) -> std::slice::Iter<'_, MomentType> {
        self.0.iter()
    }

    /// The type with this code.
    #[must_use]
    pub fn get(&self, code: &Code) -> Option<&MomentType> {
        self.0.iter().find(|one| one.code == *code)
    }

    /// The categories of records that raise moments, each once.
    #[must_use]
    pub fn categories(&self) -> Vec<Code> {
        let set: std::collections::BTreeSet<&Code> = self.0.iter().map(|one| &one.category).collect();
        set.into_iter().cloned().collect()
    }
}

static IN_USE: OnceLock<MomentTypes> = OnceLock::new();

/// Puts a unit's own types in use. Call it once, before the site or its jobs start; later calls change nothing.
pub fn use_types(types: MomentTypes) {
    let _ = IN_USE.set(types); // the first one stays
}

/// The types in use: the unit's own, else the built-in ones.
pub fn types() -> &'static MomentTypes {
    IN_USE.get_or_init(|| MomentTypes::with([]).unwrap_or(MomentTypes(Arc::default()))) // a test holds the built-in ones good
}
