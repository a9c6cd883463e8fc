//! How far a request is, as a pure machine: made anew from the steps that were kept, each with who did it and when. A step that can't follow
//! is refused, and nothing is kept.

use base::{Date, Id, Timestamp, kind};

use super::{
    clock::{self, Rules},
    codes::{Deed, Given, Kind, Longer, NotDone, Outcome, Regime},
};

/// One step that was taken: the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub deed: Deed,
    pub by: Id<kind::Member>,
    pub at: Timestamp,
    /// The reason's code, where the deed has one.
    pub code: Option<String>,
    /// In words, sealed.
    pub words: Option<String>,
}

/// How far a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It came, and nothing has been gathered or decided.
    Received,
    /// The clock stands still until they show who they are.
    IdentityAsked { since: Date },
    /// The clock stands still until they say what they mean.
    ClarificationAsked { since: Date },
    /// What is held was found, and is being marked.
    Assembling,
    /// A second person looks at the marks.
    ReadyForSecond { by: Id<kind::Member> },
    /// A second person approved the answer.
    Approved { by: Id<kind::Member> },
    /// Decided, and not told yet.
    Decided { by: Id<kind::Member>, outcome: Outcome, why: Option<NotDone> },
    /// They have the answer.
    Answered { by: Id<kind::Member>, on: Date, how: Option<Given> },
    /// They were told that the request is refused.
    Refused { by: Id<kind::Member>, on: Date, why: NotDone },
    /// They took it back.
    Withdrawn { on: Date },
}

/// A request's way so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course {
    pub kind: Kind,
    pub regime: Regime,
    /// Whether anybody was found whom it is about.
    pub found: bool,
    pub received: Date,
    pub stage: Stage,
    /// From which day the month counts.
    pub starts: Date,
    /// Days for which the clock stood still.
    pub stood_still: i32,
    pub extended: Option<Longer>,
    pub acknowledged: Option<Date>,
    /// Whether whoever asks has shown who they are.
    pub identity: bool,
    gathered: bool,
}

/// Why a step can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CourseError {
    #[error("This request is closed already. Nothing was changed.")]
    Closed,
    #[error("This was done already. Nothing was changed.")]
    Already,
    #[error("This can’t be done now: the request is not so far, or is further. Nothing was changed.")]
    NotNow,
    #[error("The law that this is answered under gives no extension.")]
    NoExtension,
    #[error("The month is over. An extension must be told to whoever asks within the month.")]
    TooLate,
    #[error("You prepared or decided this. A second person must do the next step: nobody approves their own.")]
    Own,
    #[error("Whoever asks has not shown who they are. Nothing is given until they have.")]
    Identity,
    #[error("Choose why.")]
    NoReason,
}

/// When something is due, and whether the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    /// The last day.
    pub on: Date,
    /// The last day of the part that an extension doesn't reach, where it is another.
    pub part_on: Option<Date>,
    /// Why the clock stands still; none where it runs.
    pub paused: Option<&'static str>,
}

impl Due {
    /// What comes first.
    pub(crate) fn first(&self) -> Date {
        self.part_on.map_or(self.on, |part| part.min(self.on))
    }
}

impl Course {
    /// A request as it came.
    pub(crate) fn begin(kind: Kind, regime: Regime, received: Date, found: bool, identity: bool) -> Self {
        Self {
            kind,
            regime,
            found,
            received,
            stage: Stage::Received,
            starts: received,
            stood_still: 0,
            extended: None,
            acknowledged: None,
            identity,
            gathered: false,
        }
    }

    /// Whether nothing is to be done any more.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.stage, Stage::Answered { .. } | Stage::Refused { .. } | Stage::Withdrawn { .. })
    }

    fn is_paused(&self) -> bool {
        matches!(self.stage, Stage::IdentityAsked { .. } | Stage::ClarificationAsked { .. })
    }

    fn resume(&mut self) {
        self.stage = if self.gathered { Stage::Assembling } else { Stage::Received };
    }

    /// When the answer is due, seen from a day.
    pub(crate) fn due(&self, today: Date, rules: Rules) -> Due {
        let running = match self.stage {
            Stage::ClarificationAsked { since } => clock::days_between(since, today),
            _ => 0,
        };
        let still = self.stood_still + running;
        let months = if self.extended.is_some() { 3 } else { 1 };
        let part = self.extended.is_some() && rules.leaves_a_part(self.regime);
        Due {
            on: clock::due(self.starts, months, still),
            part_on: part.then(|| clock::due(self.starts, 1, still)),
            paused: match self.stage {
                Stage::IdentityAsked { .. } => Some("until they show who they are"),
                Stage::ClarificationAsked { .. } => Some("until they say what they mean"),
                _ => None,
            },
        }
    }

    /// The last day on which a complaint is acknowledged in time; none where it was, or is no complaint.
    pub(crate) fn acknowledge_by(&self) -> Option<Date> {
        let waits = self.kind == Kind::Complaint && self.acknowledged.is_none() && !self.is_closed();
        waits.then(|| clock::acknowledge_by(self.received))
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`CourseError`]; nothing is changed then.
    pub(crate) fn take(&mut self, step: &Step, rules: Rules) -> Result<(), CourseError> {
        let on = step.at.date_in_london();
        if self.is_closed() {
            return Err(CourseError::Closed);
        }
        match step.deed {
            Deed::Received => return Err(CourseError::Already),
            Deed::IdentityAsked => {
                self.may_pause()?;
                if self.identity {
                    return Err(CourseError::Already);
                }
                self.stage = Stage::IdentityAsked { since: on };
            }
            Deed::IdentitySeen => self.see_identity(on)?,
            Deed::ClarificationAsked => {
                self.may_pause()?;
                self.stage = Stage::ClarificationAsked { since: on };
            }
            Deed::Clarified => {
                let Stage::ClarificationAsked { since } = self.stage else { return Err(CourseError::NotNow) };
                self.stood_still += clock::days_between(since, on);
                self.resume();
            }
            Deed::Extended => self.extend(step, on, rules)?,
            Deed::Acknowledged => {
                if self.kind != Kind::Complaint {
                    return Err(CourseError::NotNow);
                }
                if self.acknowledged.is_some() {
                    return Err(CourseError::Already);
                }
                self.acknowledged = Some(on);
            }
            Deed::Refused => {
                let why = code(step)?;
                self.stage = Stage::Refused { by: step.by, on, why };
            }
            Deed::Withdrawn => self.stage = Stage::Withdrawn { on },
            _ => self.go_on(step, on)?,
        }
        Ok(())
    }

    /// The steps towards an answer.
    fn go_on(&mut self, step: &Step, on: Date) -> Result<(), CourseError> {
        let access = self.kind == Kind::Access;
        match (step.deed, &self.stage) {
            (Deed::Gathered, Stage::Received | Stage::Assembling) if access && self.found => {
                self.gathered = true;
                self.stage = Stage::Assembling;
            }
            (Deed::Submitted, Stage::Assembling) => self.stage = Stage::ReadyForSecond { by: step.by },
            (Deed::Submitted, Stage::ReadyForSecond { .. }) => return Err(CourseError::Already),
            (Deed::SentBack | Deed::Approved, Stage::ReadyForSecond { by }) if *by == step.by => {
                return Err(CourseError::Own);
            }
            (Deed::SentBack, Stage::ReadyForSecond { .. } | Stage::Approved { .. }) => self.stage = Stage::Assembling,
            (Deed::Approved, Stage::ReadyForSecond { .. }) => self.stage = Stage::Approved { by: step.by },
            (Deed::Approved, Stage::Approved { .. }) | (Deed::Decided, Stage::Decided { .. }) => {
                return Err(CourseError::Already);
            }
            (Deed::Decided, Stage::Received) if !access => {
                let (outcome, why) = decision(step)?;
                self.stage = Stage::Decided { by: step.by, outcome, why };
            }
            (Deed::Answered, stage) => {
                let ready = match stage {
                    Stage::Approved { .. } | Stage::Decided { .. } => true,
                    // Nobody was found: that nothing is held is the whole answer.
                    Stage::Received => access && !self.found,
                    _ => false,
                };
                if !ready {
                    return Err(CourseError::NotNow);
                }
                self.may_give(step.by)?;
                let how = step.code.as_deref().and_then(|code| code.parse().ok());
                self.stage = Stage::Answered { by: step.by, on, how };
            }
            _ => return Err(CourseError::NotNow),
        }
        Ok(())
    }

    /// Whether this member may say that the answer was given, once it is ready. To somebody who has not shown who they are nothing is given
    /// of anybody whom the unit knows, but for the answer to a complaint; and what hides or erases what is held, two people stand behind.
    ///
    /// # Errors
    /// [`CourseError::Identity`], [`CourseError::Own`].
    pub(crate) fn may_give(&self, by: Id<kind::Member>) -> Result<(), CourseError> {
        if self.kind != Kind::Complaint && self.found && !self.identity {
            return Err(CourseError::Identity);
        }
        let for_two = matches!(self.kind, Kind::Erasure | Kind::Restriction | Kind::Objection);
        match self.stage {
            Stage::Decided { by: decider, outcome: Outcome::Done | Outcome::Partly, .. }
                if for_two && decider == by =>
            {
                Err(CourseError::Own)
            }
            _ => Ok(()),
        }
    }

    fn may_pause(&self) -> Result<(), CourseError> {
        match self.stage {
            Stage::Received | Stage::Assembling => Ok(()),
            _ if self.is_paused() => Err(CourseError::Already),
            _ => Err(CourseError::NotNow),
        }
    }

    /// The month begins on the day on which they showed who they are, where they were asked.
    fn see_identity(&mut self, on: Date) -> Result<(), CourseError> {
        if self.identity {
            return Err(CourseError::Already);
        }
        match self.stage {
            Stage::IdentityAsked { .. } => {
                self.starts = on;
                self.stood_still = 0;
                self.identity = true;
                self.resume();
            }
            _ => self.identity = true,
        }
        Ok(())
    }

    fn extend(&mut self, step: &Step, on: Date, rules: Rules) -> Result<(), CourseError> {
        if self.extended.is_some() {
            return Err(CourseError::Already);
        }
        if self.kind == Kind::Complaint || !rules.extends(self.regime) {
            return Err(CourseError::NoExtension);
        }
        if self.is_paused() {
            return Err(CourseError::NotNow);
        }
        if on > self.due(on, rules).on {
            return Err(CourseError::TooLate);
        }
        self.extended = Some(code(step)?);
        Ok(())
    }

    /// All steps, one after the other.
    ///
    /// # Errors
    /// As [`Course::take`]: then what is kept can't be.
    pub(crate) fn replay(mut self, steps: &[Step], rules: Rules) -> Result<Self, CourseError> {
        for step in steps.iter().filter(|step| step.deed != Deed::Received) {
            self.take(step, rules)?;
        }
        Ok(self)
    }
}

fn code<T: std::str::FromStr>(step: &Step) -> Result<T, CourseError> {
    step.code.as_deref().and_then(|code| code.parse().ok()).ok_or(CourseError::NoReason)
}

/// `done`, `partly accurate`, `not crime`: whatever is not wholly done has a ground.
fn decision(step: &Step) -> Result<(Outcome, Option<NotDone>), CourseError> {
    let text = step.code.as_deref().unwrap_or_default();
    let (outcome, why) = text.split_once(' ').map_or((text, None), |(outcome, why)| (outcome, Some(why)));
    let outcome: Outcome = outcome.parse().map_err(|_| CourseError::NoReason)?;
    let why = why.and_then(|why| why.parse().ok());
    if outcome != Outcome::Done && why.is_none() {
        return Err(CourseError::NoReason);
    }
    Ok((outcome, why))
}
