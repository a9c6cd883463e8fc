//! A reachable moment: something happened to a young person, and for a short while they can be reached. Its state carries
//! its evidence; every transition is a method that can fail; the clock stops at the time of the contact, for the reasons
//! that its type allows, and for no other. Pure.

pub mod alter;
pub mod attach;
pub mod happened;
pub mod merge;
pub mod opening;
pub mod pages;
pub mod queue;
pub mod raise;
pub mod reason;
pub mod show;
pub mod store;
#[cfg(test)]
mod tests;
pub mod words;

use base::{AgeBand, Code, EthnicGroup, Id, Sex, SignedDuration, Timestamp, kind};

use crate::moment_type::{Meeting, MomentType, Step};
pub use reason::{Agreed, How, Reason};

/// A reachable moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Its id.
    pub id: Id<kind::Moment>,
    /// The code of its type.
    pub moment_type: Code,
    /// The record that raised it, in the newest version that changed it.
    pub record: Id<kind::Record>,
    /// The feed and the source's own id of that record, the same in every version.
    pub origin: String,
    /// The person, once linking knows them.
    pub person: Option<Id<kind::Person>>,
    /// The controller of the record, since the moment reveals it.
    pub controller: Id<kind::Agency>,
    /// The category of the record.
    pub category: Code,
    /// The person's role in the event; empty where the record has none.
    pub role: String,
    /// When it happened: the start of the clock.
    pub event_at: Timestamp,
    /// When its time is up.
    pub due_at: Timestamp,
    /// How long its clock stood still so far; `due_at` has it already.
    pub paused_for: SignedDuration,
    /// How far it is.
    pub state: State,
    /// Who took it, or was given it.
    pub assigned_to: Option<Id<kind::Member>>,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// When the record says that it was answered by somebody else, as its type reads it; a worker says whether that is so.
    pub held_at: Option<Timestamp>,
    /// The age at the event, as a band.
    pub age_band: AgeBand,
    /// Sex as the record has it.
    pub sex: Sex,
    /// Ethnic group as the record has it.
    pub ethnicity: EthnicGroup,
    /// The small area of the person's home, where it is known.
    pub area: Option<String>,
    /// The name of its district.
    pub district: Option<String>,
    /// Counts its changes, so that two that cross are noticed.
    pub changes: i64,
}

/// How far a moment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its clock runs.
    Open,
    /// Its clock stands still.
    Paused(Pause),
    /// The person was reached, which stopped the clock; the work with them goes on.
    Contacted(Reached),
    /// It is over.
    Closed(Closing),
    /// It is one with an earlier moment of the same person and type.
    Merged(Merged),
}

/// Why and since when a clock stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub why: Reason,
    /// Who paused it.
    pub by: Id<kind::Member>,
    /// Since when.
    pub since: Timestamp,
}

/// The contact that stopped the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The attempt that reached them.
    pub contact: Id<kind::Contact>,
    /// When they were reached, not when that was written down.
    pub at: Timestamp,
    /// How.
    pub how: How,
    /// Whether they want support, as last said.
    pub agreed: Agreed,
}

/// How a moment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Why.
    pub reason: Reason,
    /// Who closed it.
    pub by: Id<kind::Member>,
    /// When.
    pub at: Timestamp,
    /// The contact before it, if they were reached.
    pub reached: Option<Reached>,
}

/// Which moment a moment became one with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The earlier moment.
    pub into: Id<kind::Moment>,
    /// When.
    pub at: Timestamp,
}

/// One attempt to reach the person, as the clock sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The contact's id.
    pub contact: Id<kind::Contact>,
    /// When it was made.
    pub at: Timestamp,
    /// How.
    pub how: How,
    /// Whether they were reached.
    pub reached: bool,
    /// Whether they want support; only when they were reached.
    pub agreed: Option<Agreed>,
    /// Who made it.
    pub by: Id<kind::Member>,
}

/// Why a moment can't change in that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// It is over.
    #[error("This moment is closed. Nothing was changed.")]
    Closed,
    /// It is one with another.
    #[error("This moment is one with an earlier one of the same person. Record it there.")]
    Merged,
    /// Its type doesn't allow this reason.
    #[error("That is not a reason for which the clock of this moment may stop.")]
    NotAllowed,
    /// Its clock doesn't stand still.
    #[error("The clock of this moment is not paused.")]
    NotPaused,
    /// Its clock has stopped already.
    #[error("The clock of this moment has stopped already.")]
    Stopped,
    /// The contact lies before the event.
    #[error("The contact can’t be before what happened.")]
    BeforeEvent,
    /// The contact lies in the future.
    #[error("The contact can’t be in the future.")]
    InFuture,
    /// The time is not up, so it can't be given up.
    #[error("A moment can be closed as not reached only after its time is up.")]
    TimeLeft,
    /// Support can begin only with someone who was reached and agreed.
    #[error("Support can start only after they were reached and said that they want it.")]
    NotAgreed,
}

impl Moment {
    /// The contact that stopped the clock, if one did.
    #[must_use]
    pub fn reached(&self) -> Option<&Reached> {
        match &self.state {
            State::Contacted(reached) => Some(reached),
            State::Closed(closing) => closing.reached.as_ref(),
            State::Open | State::Paused(_) | State::Merged(_) => None,
        }
    }

    /// Whether its clock still runs or stands still.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Open | State::Paused(_))
    }

    /// Whether it reached us only after its time ran out, so that nobody here could have met it.
    #[must_use]
    pub fn came_late(&self) -> bool {
        came_late(self.raised_at, self.due_at)
    }

    /// Whether the record says that somebody else answered it in time: then it isn't breached, and a worker is asked.
    #[must_use]
    pub fn says_held_in_time(&self) -> bool {
        says_held_in_time(self.held_at, self.due_at)
    }

    /// Whether a step of escalation is for it: where the record says that it was held, only that nobody has looked.
    #[must_use]
    pub fn escalates(&self, step: Step) -> bool {
        matches!(step, Step::Unassigned { .. }) || !self.says_held_in_time()
    }

    /// Whether it was answered in time; `None` while it isn't settled, or where that has no meaning.
    #[must_use]
    pub fn in_time(&self) -> Option<bool> {
        match (&self.state, self.reached()) {
            (_, Some(reached)) => Some(reached.at <= self.due_at),
            (State::Closed(closing), None) if closing.reason == Reason::AlreadyHeld => {
                self.held_at.map(|at| at <= self.due_at)
            }
            (State::Closed(closing), None) if closing.reason.is_an_answer() => Some(closing.at <= self.due_at),
            (State::Closed(closing), None) if closing.reason == Reason::NotReached => Some(false),
            _ => None,
        }
    }

    /// Takes in an attempt to reach the person. The clock stops at the time of the first that reached them; a call does
    /// not stop it where the type requires a meeting. Says whether the state changed.
    ///
    /// # Errors
    /// Where the moment is over, or the time of the attempt can't be.
    pub fn attempt(&mut self, rules: &MomentType, attempt: &Attempt, now: Timestamp) -> Result<bool, MomentError> {
        match self.state {
            State::Closed(_) => return Err(MomentError::Closed),
            State::Merged(_) => return Err(MomentError::Merged),
            State::Open | State::Paused(_) | State::Contacted(_) => {}
        }
        // A minute's grace for a telephone whose clock is ahead.
        if attempt.at > now.plus(SignedDuration::from_mins(1)) {
            return Err(MomentError::InFuture);
        }
        if attempt.at < self.event_at {
            return Err(MomentError::BeforeEvent);
        }
        let stops = attempt.how == How::FaceToFace || rules.meeting != Meeting::FaceToFaceRequired;
        if !attempt.reached || !stops || !rules.stops.contains(&Reason::Contacted) {
            return Ok(false);
        }
        let new = Reached {
            contact: attempt.contact,
            at: attempt.at,
            how: attempt.how,
            agreed: attempt.agreed.unwrap_or(Agreed::NotYet),
        };
        let reached = match &self.state {
            // Written down late, the earlier contact is the first; what they said last counts.
            State::Contacted(known) if known.at <= new.at => Reached { agreed: new.agreed, ..known.clone() },
            State::Contacted(known) => Reached { agreed: known.agreed, ..new },
            _ => new,
        };
        self.end_pause(reached.at);
        let declined = reached.agreed == Agreed::No && rules.stops.contains(&Reason::Declined);
        self.state = if declined {
            State::Closed(Closing { reason: Reason::Declined, by: attempt.by, at: attempt.at, reached: Some(reached) })
        } else {
            State::Contacted(reached)
        };
        Ok(true)
    }

    /// Lets the clock stand still.
    ///
    /// # Errors
    /// Where the type doesn't allow the reason, or the clock doesn't run.
    pub fn pause(
        &mut self,
        rules: &MomentType,
        why: Reason,
        by: Id<kind::Member>,
        at: Timestamp,
    ) -> Result<(), MomentError> {
        match self.state {
            State::Open if rules.pauses.contains(&why) => {
                self.state = State::Paused(Pause { why, by, since: at });
                Ok(())
            }
            State::Open => Err(MomentError::NotAllowed),
            State::Paused(_) | State::Contacted(_) => Err(MomentError::Stopped),
            State::Closed(_) => Err(MomentError::Closed),
            State::Merged(_) => Err(MomentError::Merged),
        }
    }

    /// Lets the clock run again; it is due later by as long as it stood still.
    ///
    /// # Errors
    /// Where it isn't paused.
    pub fn resume(&mut self, at: Timestamp) -> Result<(), MomentError> {
        if !matches!(self.state, State::Paused(_)) {
            return Err(MomentError::NotPaused);
        }
        self.end_pause(at);
        self.state = State::Open;
        Ok(())
    }

    /// Ends it. Before the person was reached that stops the clock, so the type must allow the reason; giving up is
    /// possible once the time is up, and stops nothing.
    ///
    /// # Errors
    /// Where the reason isn't allowed here, or it is over already.
    pub fn close(
        &mut self,
        rules: &MomentType,
        reason: Reason,
        by: Id<kind::Member>,
        at: Timestamp,
    ) -> Result<(), MomentError> {
        let reached = match &self.state {
            State::Closed(_) => return Err(MomentError::Closed),
            State::Merged(_) => return Err(MomentError::Merged),
            State::Contacted(reached) => Some(reached.clone()),
            State::Open | State::Paused(_) => None,
        };
        match (reason, &reached) {
            (Reason::SupportStarted, Some(reached)) if reached.agreed == Agreed::Yes => {}
            (Reason::SupportStarted, _) => return Err(MomentError::NotAgreed),
            (Reason::Contacted | Reason::NotSafeNow, _) => return Err(MomentError::NotAllowed),
            (Reason::NotReached, Some(_)) => return Err(MomentError::Stopped),
            (Reason::NotReached, None) if at <= self.due_at => return Err(MomentError::TimeLeft),
            (Reason::NotReached, None) => {}
            (Reason::AlreadyHeld, None) if self.held_at.is_some() => {}
            (reason, _) if !rules.stops.contains(&reason) => return Err(MomentError::NotAllowed),
            _ => {}
        }
        self.end_pause(at);
        self.state = State::Closed(Closing { reason, by, at, reached });
        Ok(())
    }

    /// Takes in a worker's word that nobody has answered it, whatever the record says: the clock is the only thing that counts.
    ///
    /// # Errors
    /// Where it is over.
    pub fn not_held(&mut self) -> Result<(), MomentError> {
        match self.state {
            State::Closed(_) => Err(MomentError::Closed),
            State::Merged(_) => Err(MomentError::Merged),
            State::Open | State::Paused(_) | State::Contacted(_) => {
                self.held_at = None;
                Ok(())
            }
        }
    }

    /// Makes it one with an earlier moment. Only one that nobody has answered can be, so that no evidence is lost.
    ///
    /// # Errors
    /// Where it was answered, or is one with another already.
    pub fn merge(&mut self, into: Id<kind::Moment>, at: Timestamp) -> Result<(), MomentError> {
        match self.state {
            State::Open => {
                self.state = State::Merged(Merged { into, at });
                Ok(())
            }
            State::Paused(_) | State::Contacted(_) => Err(MomentError::Stopped),
            State::Closed(_) => Err(MomentError::Closed),
            State::Merged(_) => Err(MomentError::Merged),
        }
    }

    /// Undoes a merge, where linking now says that they are two people.
    ///
    /// # Errors
    /// Where it isn't merged.
    pub fn part(&mut self) -> Result<(), MomentError> {
        if !matches!(self.state, State::Merged(_)) {
            return Err(MomentError::NotAllowed);
        }
        self.state = State::Open;
        Ok(())
    }

    /// Takes in a new version of its record, which may tell another time: the clock is set anew from there, and what pauses
    /// have added stays added. The contact that stopped it stays as it is; only whether it was in time may change.
    pub fn correct(&mut self, record: Id<kind::Record>, from: Timestamp, due: Timestamp) {
        self.record = record;
        self.event_at = from;
        self.due_at = due.plus(self.paused_for);
    }

    fn end_pause(&mut self, until: Timestamp) {
        if let State::Paused(pause) = &self.state {
            let stood = until.since(pause.since).max(SignedDuration::ZERO);
            self.paused_for = self.paused_for.saturating_add(stood);
            self.due_at = self.due_at.plus(stood);
        }
    }
}

/// Whether a moment that was raised then reached us only after its time ran out.
#[must_use]
pub fn came_late(raised_at: Timestamp, due_at: Timestamp) -> bool {
    raised_at > due_at
}

/// Whether a record that says so shows a moment answered in time.
#[must_use]
pub fn says_held_in_time(held_at: Option<Timestamp>, due_at: Timestamp) -> bool {
    held_at.is_some_and(|at| at <= due_at)
}
