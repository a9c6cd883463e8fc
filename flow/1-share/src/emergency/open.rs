//! Breaking the glass: one transaction that keeps who did it and why, lets the decider open the records for some hours, and sets the
//! clock of the justification. The alarm is the row itself: it stands on the lists of those who must answer for it.

use base::{Code, Id, code, kind};
use serde_json::json;
use vault::{Actor, Cause, Operation, Purpose, Scope, Vault, Verb};

use super::{Danger, Emergency, EmergencyError, HOURS, JUSTIFY_HOURS, MOST_UNJUSTIFIED, job, store};
use crate::{
    agency,
    ask::{
        self, AskError,
        make::{member_of, own_permit},
        pointer::BREAKERS,
        store as asks,
    },
    clocks::Settings,
    decision::{NewStanding, keep_standing, power},
    oversight::{Rule, alarm},
};

/// Records to be opened at once.
#[derive(Debug, Clone)]
pub struct NewEmergency {
    /// About whom.
    pub person: Id<kind::Person>,
    /// Whose records.
    pub owner: Id<kind::Agency>,
    /// Whether the member was told whose they are.
    pub named: bool,
    /// What is opened.
    pub categories: Vec<Code>,
    /// What somebody is in danger of.
    pub danger: Danger,
    /// In a sentence.
    pub why: String,
    /// The form's own key.
    pub form_key: String,
}

/// Opens the records. Gives the emergency, or the one that the same form made before. Of who has as many unjustified as they may, the
/// data protection officer is told.
///
/// # Errors
/// [`EmergencyError`]; nothing is opened then.
pub async fn break_glass(
    vault: &Vault,
    actor: &Actor,
    new: &NewEmergency,
) -> Result<Id<kind::Emergency>, EmergencyError> {
    let outcome = open_now(vault, actor, new).await;
    if matches!(outcome, Err(EmergencyError::TooMany(_))) {
        alarm(vault, actor, Rule::EmergencyLimit).await?;
    }
    outcome
}

async fn open_now(vault: &Vault, actor: &Actor, new: &NewEmergency) -> Result<Id<kind::Emergency>, EmergencyError> {
    let (member, agency) = member_of(actor)?;
    if new.owner == agency {
        return Err(AskError::OwnRecord.into());
    }
    if new.categories.is_empty() || !new.categories.iter().all(power::can_be_asked_for) {
        return Err(AskError::NothingToAsk.into());
    }
    let scope = Scope::person(new.person);
    let permit = own_permit(vault, actor, agency, Verb::Record, scope, Purpose::Safeguarding).await?;
    let plain = vault.plain();
    agency::by_id(&plain, agency).await?.ok_or(AskError::NotFound)?;
    let settings = Settings::of(&plain).await?;
    let (hours, justify_hours) = (settings.number(&HOURS), settings.number(&JUSTIFY_HOURS));
    let why = vault.seal(new.why.as_bytes())?;
    let cause = Cause {
        actor: actor.clone(),
        purpose: Purpose::Safeguarding,
        operation: Operation::Disclosure,
        act: code!("emergency_opened"),
        scope: Scope::unit(),
    };
    let mut change = vault.change_under(&permit, cause).await?;
    let opened_at = change.now();
    let kept = Emergency {
        id: change.new_id(),
        owner: new.owner,
        person: new.person,
        member,
        agency,
        named: new.named,
        categories: new.categories.clone(),
        danger: new.danger,
        why,
        gateway: power::in_an_emergency(),
        opened_at,
        ends_at: opened_at.plus_hours(hours),
        justify_by: opened_at.plus_hours(justify_hours),
        justified: None,
        owner_saw: None,
        officer_saw: None,
        judged: None,
        lifted_at: None,
        held_by: agency,
        category: ask::category(),
    };
    if !store::insert(&mut change, &kept, &new.form_key).await? {
        let before = store::by_form(&change, &new.form_key).await?.filter(|before| before.member == member);
        return before.map(|before| before.id).ok_or(EmergencyError::Done);
    }
    may_open(&change, &kept).await?;
    keep_standing(&mut change, &standing(&kept)).await?;
    let at = kept.justify_by;
    change.enqueue(job::KIND, &json!({ "emergency": kept.id.to_string() }), at).await?;
    change.about(Scope::of("emergency", kept.id));
    change.note("owner", new.owner);
    change.note("danger", new.danger.code());
    change.note("power", &kept.gateway);
    change.note("until", kept.ends_at.as_micros());
    change.commit().await?;
    Ok(kept.id)
}

async fn may_open(change: &vault::Change, new: &Emergency) -> Result<(), EmergencyError> {
    let mut helps = false;
    for duty in BREAKERS {
        helps |= asks::has_duty(change, new.member, duty).await?;
    }
    if !helps {
        let words = crate::decision::refusal_words("emergency_is_to_protect");
        return Err(AskError::Refused(words).into());
    }
    for category in &new.categories {
        if !asks::holds(change, new.owner, category).await? {
            return Err(AskError::NothingToAsk.into());
        }
    }
    let now = new.opened_at;
    let mine = store::of_member_in(change, new.member).await?;
    if mine.iter().any(|before| before.bars(now)) {
        return Err(EmergencyError::Barred);
    }
    let most = usize::try_from(Settings::within(change).await?.number(&MOST_UNJUSTIFIED)).unwrap_or_default();
    let unjustified = mine.iter().filter(|before| before.id != new.id && before.justified.is_none()).count();
    if unjustified >= most { Err(EmergencyError::TooMany(unjustified)) } else { Ok(()) }
}

fn standing(kept: &Emergency) -> NewStanding<'_> {
    NewStanding {
        source: kept.id.to_string(),
        emergency: true,
        person: kept.person,
        member: kept.member,
        agency: kept.agency,
        controller: kept.owner,
        categories: &kept.categories,
        purpose: Purpose::Safeguarding,
        gateway: &kept.gateway,
        fields: None,
        confidentiality: Some(&PUBLIC_INTEREST),
        ends_at: kept.ends_at,
    }
}

/// Somebody is in danger now: that answers the duty of confidence.
static PUBLIC_INTEREST: std::sync::LazyLock<Code> = std::sync::LazyLock::new(|| code!("public_interest"));
