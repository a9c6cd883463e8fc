//! A referral: another agency is asked to help, is given what it needs to know and no more, and must answer by a date.
//! Silence escalates; the answer and its reason go back to whoever referred.

pub mod pages;
pub mod store;

use std::{collections::BTreeMap, fmt, str::FromStr, sync::OnceLock};

use base::{Code, Id, Timestamp, code, kind, working::WorkingDays};
use serde::{Deserialize, Serialize};
use vault::{Ask, Cause, Change, Facet, Operation, Permit, Refusal, Scope, StoreError, Vault, Verb};

use crate::{moment, moment::Agreed, neighbours};

/// Working days within which a referral is to be answered.
pub const ANSWER_DAYS: u32 = 3;

/// What a young person needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Someone at their side.
    Mentoring,
    /// To be safe, from exploitation above all.
    Safety,
    /// Help for the family.
    Family,
    /// Mental health.
    MentalHealth,
    /// Drugs or alcohol.
    Substances,
    /// School, training or work.
    Education,
    /// Somewhere to live.
    Housing,
    /// Something else, which the note says.
    Other,
}

impl Need {
    /// Every one, in the order in which pages show them.
    pub const ALL: [Self; 8] = [
        Self::Mentoring,
        Self::Safety,
        Self::Family,
        Self::MentalHealth,
        Self::Substances,
        Self::Education,
        Self::Housing,
        Self::Other,
    ];

    /// The code that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mentoring => "mentoring",
            Self::Safety => "safety",
            Self::Family => "family",
            Self::MentalHealth => "mental_health",
            Self::Substances => "substances",
            Self::Education => "education",
            Self::Housing => "housing",
            Self::Other => "other",
        }
    }

    /// Its words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Mentoring => "Mentoring",
            Self::Safety => "Safety, also from exploitation",
            Self::Family => "Help for the family",
            Self::MentalHealth => "Mental health",
            Self::Substances => "Drugs or alcohol",
            Self::Education => "School, training or work",
            Self::Housing => "Somewhere to live",
            Self::Other => "Something else",
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Need {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|need| need.code() == text).ok_or("not a need")
    }
}

/// How far a referral is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It waits for an answer.
    Sent,
    /// The agency took it on.
    Accepted(Answer),
    /// The agency did not, and says why.
    Declined(Answer),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who answered.
    pub by: Id<kind::Member>,
    /// When.
    pub at: Timestamp,
    /// What they told whoever referred.
    pub words: String,
}

/// What was given with a referral, as it was then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The name.
    pub name: String,
    /// The date of birth, ISO; empty where it is not known.
    pub dob: String,
    /// How to reach them.
    pub phone: String,
    /// Their postcode.
    pub postcode: String,
}

/// A referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Its id.
    pub id: Id<kind::Referral>,
    /// The moment from which it came.
    pub moment: Id<kind::Moment>,
    /// The person, once linking knows them.
    pub person: Option<Id<kind::Person>>,
    /// The unit, which makes referrals.
    pub controller: Id<kind::Agency>,
    /// Always `referral`.
    pub category: Code,
    /// Which agency refers.
    pub from_agency: Id<kind::Agency>,
    /// Which agency is asked.
    pub to_agency: Id<kind::Agency>,
    /// What they need.
    pub needs: Vec<Need>,
    /// What else is worth knowing; may be empty.
    pub note: String,
    /// Whether the young person agreed to support.
    pub agreed: bool,
    /// Why they are referred all the same, where they did not.
    pub safeguarding_reason: String,
    /// What was given.
    pub given: Given,
    /// Who referred.
    pub made_by: Id<kind::Member>,
    /// When.
    pub made_at: Timestamp,
    /// When the answer is due.
    pub answer_by: Timestamp,
    /// How far it is.
    pub state: State,
    /// When its silence was escalated.
    pub escalated_at: Option<Timestamp>,
}

/// A referral to be made.
#[derive(Debug, Clone)]
pub struct NewReferral {
    /// From which moment.
    pub moment: Id<kind::Moment>,
    /// By which agency.
    pub from_agency: Id<kind::Agency>,
    /// To which agency.
    pub to_agency: Id<kind::Agency>,
    /// What they need; at least one.
    pub needs: Vec<Need>,
    /// What else is worth knowing; may be empty.
    pub note: String,
    /// Why they are referred though they did not agree; empty where they agreed.
    pub safeguarding_reason: String,
    /// What is given.
    pub given: Given,
    /// The form's own key: the same form sent twice is one referral.
    pub form_key: String,
}

/// Why a referral can't be made or answered.
#[derive(Debug, thiserror::Error)]
pub enum ReferralError {
    /// There is none, or it isn't this agency's to answer, or the permit doesn't cover it.
    #[error("There is no such referral.")]
    None,
    /// They did not agree, and no reason was given.
    #[error(
        "They have not said that they want support. Record that they do, or say why they must be referred to keep them safe."
    )]
    NotAgreed,
    /// Somebody answered it meanwhile.
    #[error("Somebody has answered this referral already. Your answer was not kept.")]
    Answered,
    /// The agency that is asked may not be given this; why, in a sentence.
    #[error(
        "They can’t be given what this moment is about. {0} Nothing was sent. Choose another agency, or give the young person \
         their telephone number so that they can ask for help themselves; your data protection officer can say which agreement is \
         missing. If they are in danger now, follow your safeguarding procedure."
    )]
    NotCovered(&'static str),
    /// The database's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// When an answer to a referral made then is due: the end of the third working day after it.
#[must_use]
pub fn answer_by(made_at: Timestamp) -> Timestamp {
    static ENGLAND: OnceLock<WorkingDays> = OnceLock::new();
    ENGLAND
        .get_or_init(WorkingDays::england)
        .deadline(made_at, ANSWER_DAYS)
        .unwrap_or_else(|_| made_at.plus_hours(i64::from(ANSWER_DAYS) * 24)) // only at the end of the range of years
}

/// Asks whether the agency that is asked may be given what the moment rests on, and the referral itself. The decision is in the log,
/// as a disclosure, whatever it is.
async fn may_be_given(
    vault: &Vault,
    permit: &Permit,
    moment: &moment::Moment,
    unit: Id<kind::Agency>,
    to: Id<kind::Agency>,
) -> Result<Permit, ReferralError> {
    let Some(receiver) = neighbours::agency_code(&vault.plain(), to).await? else { return Err(ReferralError::None) };
    let sealed = vault::Marks::split(&moment.category);
    if sealed.1.sealed && !neighbours::is_named_at(vault, unit, to).await? {
        return Err(ReferralError::NotCovered(
            "Nobody there is named for what is sealed, so it would reach nobody. Speak to them.",
        ));
    }
    let facets = vec![
        // Where it is sealed, too: what may not be given without the seal is refused and said; a refused seal is never said.
        Facet { controller: moment.controller, category: sealed.0 },
        Facet { controller: unit, category: code!("referral") },
    ];
    let asked = vault
        .permit(Ask {
            actor: permit.actor().clone(),
            verb: Verb::Disclose,
            scope: Scope::of("moment", moment.id),
            purpose: permit.purpose(),
            facets,
            facts: BTreeMap::from([(share::api::RECEIVER, receiver)]),
        })
        .await;
    let refused = match asked {
        Ok(given) if given.withheld().is_empty() => return Ok(given),
        Ok(given) => given.withheld().to_vec(),
        Err(Refusal::Refused { why }) => why,
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let why = refused.first().map_or("", |(_, why)| why.as_str());
    Err(ReferralError::NotCovered(share::api::refusal_words(why)))
}

/// What is given is in the disclosure register with the referral, or neither is.
async fn register(
    change: &mut Change,
    given: &Permit,
    moment: &moment::Moment,
    referral: &Referral,
) -> Result<(), StoreError> {
    let Some(grant) = given.grant_of(moment.controller, &moment.category) else { return Ok(()) };
    let row = share::api::Given {
        record: Some(moment.record),
        person: moment.person,
        grant,
        to: referral.to_agency,
        member: None,
        how: share::api::DisclosedHow::Referral,
        via: referral.id.to_string(),
    };
    share::api::register_given(change, given, &[row]).await?;
    Ok(())
}

/// Refers, if the agency that is asked may be given it. The young person's own agreement to support must be recorded, or a reason why their safety asks for it; neither
/// is the lawful basis to share, which the permit names. The same form sent twice makes one referral.
///
/// # Errors
/// [`ReferralError`]; nothing is written then.
pub async fn refer(
    vault: &Vault,
    permit: &Permit,
    unit: Id<kind::Agency>,
    by: Id<kind::Member>,
    new: &NewReferral,
) -> Result<Id<kind::Referral>, ReferralError> {
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: permit.purpose(),
        operation: Operation::Disclosure,
        act: code!("referral_made"),
        scope: Scope::of("moment", new.moment),
    };
    let seen = moment::store::by_id(&vault.read(permit)?, new.moment).await?.ok_or(ReferralError::None)?;
    let given = may_be_given(vault, permit, &seen, unit, new.to_agency).await?;
    let mut change = vault.change_under(permit, cause).await?;
    let moment = moment::store::for_change(&change, new.moment).await?.ok_or(ReferralError::None)?;
    let agreed = moment.reached().is_some_and(|reached| reached.agreed == Agreed::Yes);
    if !agreed && new.safeguarding_reason.is_empty() {
        return Err(ReferralError::NotAgreed);
    }
    let made_at = change.now();
    let referral = Referral {
        id: change.new_id(),
        moment: moment.id,
        person: moment.person,
        controller: unit,
        category: code!("referral"),
        from_agency: new.from_agency,
        to_agency: new.to_agency,
        needs: new.needs.clone(),
        note: new.note.clone(),
        agreed,
        safeguarding_reason: new.safeguarding_reason.clone(),
        given: new.given.clone(),
        made_by: by,
        made_at,
        answer_by: answer_by(made_at),
        state: State::Sent,
        escalated_at: None,
    };
    if !store::insert(&mut change, &referral, &new.form_key).await? {
        return Ok(referral.id); // the form came twice: the first one stands
    }
    register(&mut change, &given, &moment, &referral).await?;
    crate::escalation::watch_at(&mut change, referral.answer_by).await?;
    change.note("to_agency", new.to_agency);
    change.commit().await?;
    Ok(referral.id)
}

/// Answers a referral, as a member of the agency that was asked.
///
/// # Errors
/// [`ReferralError`]; nothing is written then.
pub async fn answer(
    vault: &Vault,
    permit: &Permit,
    agency: Id<kind::Agency>,
    id: Id<kind::Referral>,
    accepted: bool,
    answer: Answer,
) -> Result<(), ReferralError> {
    let cause = Cause {
        actor: permit.actor().clone(),
        purpose: permit.purpose(),
        operation: Operation::Alteration,
        act: if accepted { code!("referral_accepted") } else { code!("referral_declined") },
        scope: Scope::of("referral", id),
    };
    let mut change = vault.change_under(permit, cause).await?;
    let referral = store::for_change(&change, id).await?.filter(|referral| referral.to_agency == agency);
    match referral.ok_or(ReferralError::None)?.state {
        State::Sent => {}
        State::Accepted(_) | State::Declined(_) => return Err(ReferralError::Answered),
    }
    store::answer(&mut change, id, accepted, &answer).await?;
    change.commit().await?;
    Ok(())
}

impl Referral {
    /// How far it is, in words.
    #[must_use]
    pub fn state_words(&self) -> String {
        match &self.state {
            State::Sent => format!("Answer due by {}", web::time::full(self.answer_by)),
            State::Accepted(answer) => format!("Accepted {}", web::time::full(answer.at)),
            State::Declined(answer) => format!("Declined {}", web::time::full(answer.at)),
        }
    }

    /// What the agency told whoever referred.
    #[must_use]
    pub fn feedback(&self) -> Option<&str> {
        match &self.state {
            State::Sent => None,
            State::Accepted(answer) | State::Declined(answer) => {
                Some(answer.words.as_str()).filter(|words| !words.is_empty())
            }
        }
    }
}
