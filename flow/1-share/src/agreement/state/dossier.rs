//! Everything that was done to an agreement, in order, and the state that came of it. Each transition is checked before it is taken.

use std::collections::BTreeSet;

use base::{Date, Id, Timestamp, kind};

use super::{Act, Approval, Doer, Hand, Mark, Stage, State, Step, StepError};

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// What.
    pub act: Act,
    /// Why; some acts need it.
    pub why: String,
    /// In which role they sign; to approve needs it.
    pub as_role: String,
    /// The next review day, where it was looked at again.
    pub review: Option<Date>,
    /// The reference of its impact assessment, where that is recorded.
    pub assessment: Option<String>,
}

impl Deed {
    /// Nothing more than the act and why.
    #[must_use]
    pub fn of(act: Act, why: &str) -> Self {
        Self { act, why: why.to_owned(), as_role: String::new(), review: None, assessment: None }
    }

    /// To approve in this role.
    #[must_use]
    pub fn approve(as_role: &str) -> Self {
        Self { as_role: as_role.to_owned(), ..Self::of(Act::Approved, "") }
    }
}

/// The evidence: what was done, by whom, and where it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    steps: Vec<Step>,
    authors: BTreeSet<Doer>,
    /// Where it stands.
    pub state: State,
}

impl Dossier {
    /// A draft that somebody begins.
    ///
    /// # Errors
    /// [`StepError::NotTheirs`].
    pub fn begin(hand: &Hand, now: Timestamp) -> Result<Self, StepError> {
        if !hand.drafts() {
            return Err(StepError::NotTheirs);
        }
        Ok(Self::begun(Step {
            act: Act::Drafted,
            mark: Mark { by: hand.doer(), at: now },
            party: None,
            as_role: String::new(),
            why: String::new(),
        }))
    }

    /// One that the program entered as it was signed on paper: active, and nobody's approval is claimed.
    #[must_use]
    pub fn entered(now: Timestamp, why: &str) -> Self {
        let mark = Mark { by: Doer::Program, at: now };
        Self::begun(Step { act: Act::Entered, mark, party: None, as_role: String::new(), why: why.to_owned() })
    }

    /// As its steps were kept; `None` where there are none.
    #[must_use]
    pub fn of(steps: Vec<Step>) -> Option<Self> {
        let mut steps = steps.into_iter();
        let mut dossier = Self::begun(steps.next()?);
        steps.for_each(|step| dossier.take(step));
        Some(dossier)
    }

    fn begun(first: Step) -> Self {
        let state = match first.act {
            Act::Entered | Act::CarriedOver => State::Active { activated: first.mark, approvals: Vec::new() },
            _ => State::Drafted(first.mark),
        };
        Self { authors: BTreeSet::from([first.mark.by]), steps: vec![first], state }
    }

    /// What was done, the first first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether they wrote any of what it says.
    #[must_use]
    pub fn is_author(&self, doer: Doer) -> bool {
        self.authors.contains(&doer)
    }

    /// The parties whose data owners have not approved it yet.
    #[must_use]
    pub fn unapproved(&self, parties: &[Id<kind::Agency>]) -> Vec<Id<kind::Agency>> {
        let signed = |party: &Id<kind::Agency>| self.state.approvals().iter().any(|approval| approval.party == *party);
        parties.iter().filter(|party| !signed(party)).copied().collect()
    }

    /// Does it, if they may and its state allows it; gives what is to be kept.
    ///
    /// # Errors
    /// [`StepError`]; nothing was done then.
    pub fn enact(
        &mut self,
        deed: &Deed,
        hand: &Hand,
        parties: &[Id<kind::Agency>],
        now: Timestamp,
    ) -> Result<Step, StepError> {
        self.check(deed.act, hand, parties)?;
        if needs_reason(deed.act) && deed.why.trim().is_empty() {
            return Err(StepError::NoReason);
        }
        if deed.act == Act::Approved && deed.as_role.trim().is_empty() {
            return Err(StepError::NoRole);
        }
        let step = Step {
            act: deed.act,
            mark: Mark { by: hand.doer(), at: now },
            party: self.party_of(deed.act, hand, parties),
            as_role: deed.as_role.trim().to_owned(),
            why: deed.why.trim().to_owned(),
        };
        self.take(step.clone());
        Ok(step)
    }

    /// Whether they may do this now, but for what a form asks.
    ///
    /// # Errors
    /// [`StepError`], with what stands in the way.
    pub fn check(&self, act: Act, hand: &Hand, parties: &[Id<kind::Agency>]) -> Result<(), StepError> {
        if !hand.may(act, self, parties) {
            return Err(StepError::NotTheirs);
        }
        let stage = self.state.stage();
        if !allows(stage, act) {
            let before = self.steps.iter().rev().find(|step| step.act == act);
            return Err(before.map_or(StepError::NotNow(stage), |step| StepError::Already(Box::new(step.clone()))));
        }
        match act {
            Act::Approved => {
                if let Some(step) = self.approval_of(hand.agency) {
                    return Err(StepError::Already(Box::new(step)));
                }
                if self.is_author(hand.doer()) { Err(StepError::Own) } else { Ok(()) }
            }
            Act::Activated if self.is_author(hand.doer()) => Err(StepError::Own),
            Act::Activated if self.has_approved(hand.doer()) => Err(StepError::Approver),
            Act::Activated => match self.unapproved(parties) {
                missing if missing.is_empty() => Ok(()),
                missing => Err(StepError::Unapproved(missing)),
            },
            _ => Ok(()),
        }
    }

    fn has_approved(&self, doer: Doer) -> bool {
        self.state.approvals().iter().any(|approval| approval.mark.by == doer)
    }

    fn approval_of(&self, party: Id<kind::Agency>) -> Option<Step> {
        self.state.approvals().iter().find(|approval| approval.party == party).map(|approval| Step {
            act: Act::Approved,
            mark: approval.mark,
            party: Some(party),
            as_role: approval.as_role.clone(),
            why: String::new(),
        })
    }

    /// For which party they do it: whoever signs does so for theirs; the unit's officer suspends for the unit as a whole.
    fn party_of(&self, act: Act, hand: &Hand, parties: &[Id<kind::Agency>]) -> Option<Id<kind::Agency>> {
        let for_party = match act {
            Act::Approved | Act::Declined => true,
            Act::Suspended => !hand.is_officer(),
            Act::Resumed => matches!(self.state, State::Suspended { party: Some(_), .. }),
            _ => false,
        };
        (for_party && hand.owns_for(parties)).then_some(hand.agency)
    }

    /// Keeps a step that the program itself takes, or that was checked when it was taken.
    pub(crate) fn take(&mut self, step: Step) {
        let mark = step.mark;
        match step.act {
            Act::Drafted | Act::Changed => {
                self.authors.insert(mark.by);
                self.state = State::Drafted(mark);
            }
            Act::Declined => self.state = State::Drafted(mark),
            Act::Proposed => self.state = State::Proposed { by: mark, approvals: Vec::new() },
            Act::Approved => {
                if let (State::Proposed { approvals, .. }, Some(party)) = (&mut self.state, step.party) {
                    approvals.push(Approval { party, mark, as_role: step.as_role.clone() });
                }
            }
            Act::Activated | Act::Entered | Act::CarriedOver => {
                self.state = State::Active { activated: mark, approvals: self.state.approvals().to_vec() };
            }
            Act::Suspended => {
                if let State::Active { activated, approvals } = &self.state {
                    let (activated, approvals) = (*activated, approvals.clone());
                    self.state =
                        State::Suspended { by: mark, party: step.party, why: step.why.clone(), activated, approvals };
                }
            }
            Act::Resumed => {
                if let State::Suspended { activated, approvals, .. } = &self.state {
                    self.state = State::Active { activated: *activated, approvals: approvals.clone() };
                }
            }
            Act::Ended => {
                let approvals = self.state.approvals().to_vec();
                self.state = State::Ended { by: mark, why: step.why.clone(), approvals };
            }
            Act::Withdrawn => self.state = State::Withdrawn { by: mark, why: step.why.clone() },
            Act::Reviewed | Act::Assessed | Act::Shortened => {}
        }
        self.steps.push(step);
    }
}

/// In which stages an act makes sense.
fn allows(stage: Stage, act: Act) -> bool {
    match act {
        Act::Changed | Act::Withdrawn => matches!(stage, Stage::Drafted | Stage::Proposed),
        Act::Proposed => stage == Stage::Drafted,
        Act::Approved | Act::Declined | Act::Activated => stage == Stage::Proposed,
        Act::Suspended => stage == Stage::Active,
        Act::Resumed => stage == Stage::Suspended,
        Act::Reviewed | Act::Assessed | Act::Ended => matches!(stage, Stage::Active | Stage::Suspended),
        Act::Drafted | Act::Entered | Act::CarriedOver | Act::Shortened => false,
    }
}

/// Whether it must be said why.
pub(crate) fn needs_reason(act: Act) -> bool {
    matches!(act, Act::Declined | Act::Suspended | Act::Resumed | Act::Ended | Act::Withdrawn | Act::Reviewed)
}
