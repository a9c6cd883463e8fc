//! One ask, as far as share knows it: who asks whom for what and why, how far it is, and the form on which the data owner decides. `app` puts
//! it beside the record that it is about.

use askama::Template;
use base::{Id, Timestamp, kind};
use vault::{Purpose, Scope, Vault, Verb};
use web::{Caller, Choice, Fault, Form, Page, Site, time};

use super::{
    AskError, Condition, DataAsk, Facts, MOST_DAYS, NewGrant, State, Why,
    answer::{self, grant, refuse, sought},
    make::own_permit,
    pages::{Names, unsealed},
    pointer::{ASKERS, UNNAMED},
    store,
};
use crate::{
    agreement::purpose_words,
    decision::{self, power},
    law::law,
};

/// For whom an ask is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Whoever asked.
    Asker,
    /// The data owner of the agency that is asked.
    Owner,
}

/// The ask for this caller: the asker, or a data owner of the agency that is asked. To anybody else there is none.
///
/// # Errors
/// Not found; the database's.
pub async fn open_ask(vault: &Vault, caller: &Caller, id: Id<kind::Ask>) -> Result<(DataAsk, Side), Fault> {
    let scope = || Scope::of("ask", id);
    let may_ask = ASKERS.iter().any(|duty| caller.has(duty));
    if may_ask {
        let actor = caller.actor();
        let permit = own_permit(vault, &actor, caller.agency, Verb::View, scope(), Purpose::Safeguarding).await?;
        let found = store::for_asker(&vault.read(&permit)?, id).await?;
        if let Some(ask) = found.filter(|ask| ask.asker == caller.id) {
            answer::see(vault, &actor, &ask).await?;
            return Ok((ask, Side::Asker));
        }
    }
    caller.needs(&["data_owner"])?;
    let permit = own_permit(vault, &caller.actor(), caller.agency, Verb::View, scope(), Purpose::Rights).await?;
    let found = store::for_owner(&vault.read(&permit)?, id).await?;
    found.map(|ask| (ask, Side::Owner)).ok_or(Fault::NotFound)
}

/// How far it is, in words.
pub(crate) fn state_words(ask: &DataAsk, now: Timestamp) -> String {
    match &ask.state {
        State::Waiting if ask.answer_by <= now => {
            "Waits for an answer; it was escalated when its time was over".to_owned()
        }
        State::Waiting => "Waits for an answer".to_owned(),
        State::Granted(granted) if now < granted.until => format!("Granted until {}", time::moment(granted.until, now)),
        State::Granted(granted) => format!("Granted; it ended {}", time::moment(granted.until, now)),
        State::Refused(refused) => format!("Refused {}", time::moment(refused.at, now)),
        State::Withdrawn { at } => format!("Withdrawn {}", time::moment(*at, now)),
        State::Expired { at } => format!("Closed without an answer {}", time::moment(*at, now)),
    }
}

#[derive(Template)]
#[template(path = "ask/summary.html")]
struct Summary {
    who: String,
    service: String,
    categories: Vec<String>,
    purpose: &'static str,
    why: String,
    asked: String,
    clock: Option<time::Clock>,
    state: String,
    power: String,
    conditions: Vec<&'static str>,
    refusal: Option<(Why, String)>,
}

/// What is asked and how far it is, as markup that is safe to show.
///
/// # Errors
/// The database's.
pub async fn ask_summary(site: &Site, caller: &Caller, ask: &DataAsk, side: Side) -> Result<String, Fault> {
    let (vault, now) = (site.vault(), site.now());
    let names = Names::read(site, caller, &[ask.asker]).await?;
    let told = ask.named || side == Side::Owner || matches!(ask.state, State::Granted(_));
    let (mut power, mut conditions, mut refusal) = (String::new(), Vec::new(), None);
    match &ask.state {
        State::Granted(granted) => {
            power = law().gateway(granted.power.as_str()).map_or_else(String::new, |found| found.law.clone());
            conditions = granted.conditions.iter().map(|condition| condition.words()).collect();
        }
        State::Refused(refused) => refusal = Some((refused.why, unsealed(vault, &refused.words)?)),
        State::Waiting | State::Withdrawn { .. } | State::Expired { .. } => {}
    }
    let categories = ask.categories.iter().filter(|_| told).map(|code| law().category(code).name);
    Ok(Summary {
        who: format!("{}, {}", names.member(ask.asker), names.agency(ask.asker_agency)),
        service: if told { names.agency(ask.owner).to_owned() } else { UNNAMED.to_owned() },
        categories: categories.collect(),
        purpose: purpose_words(ask.purpose),
        why: unsealed(vault, &ask.why)?,
        asked: time::full(ask.asked_at),
        clock: (ask.state == State::Waiting).then(|| time::Clock::running(ask.answer_by, now)),
        state: state_words(ask, now),
        power,
        conditions,
        refusal,
    }
    .render()?)
}

#[derive(Template)]
#[template(path = "ask/answer.html")]
struct AnswerForm {
    page: Page,
    form: Form,
    action: String,
    powers: Vec<Choice>,
    grounds: Vec<Choice>,
    fields: Vec<Choice>,
    conditions: Vec<Choice>,
    days: Vec<Choice>,
    reasons: Vec<Choice>,
    duty: bool,
}

/// The form on which a data owner decides, as markup that is safe to show. `fields` are those of the records, as `category:field`.
///
/// # Errors
/// The database's.
pub async fn answer_form(
    site: &Site,
    page: &Page,
    ask: &DataAsk,
    form: Form,
    fields: Vec<Choice>,
    facts: Facts,
) -> Result<String, Fault> {
    let commenced = decision::commenced(&site.vault().plain()).await?;
    let (sought, today) = (sought(site.vault(), ask).await?, site.now().date_in_london());
    let duty = facts.child && facts.holds && sought.is_duty(&commenced, today);
    let reasons = Why::ALL.iter().filter(|why| match why {
        Why::NothingHeld => !facts.holds,
        Why::MoreDetrimental => facts.holds,
        _ => facts.holds && !duty,
    });
    let powers = sought.powers(&commenced, today).into_iter();
    let grounds = if sought.in_confidence() { power::confidentiality() } else { Vec::new() };
    Ok(AnswerForm {
        page: page.clone(),
        form,
        action: format!("/asks/{}/answer", ask.id),
        powers: powers
            .map(|power| Choice::new(&power.code, power.name.clone()).hint(format!("{}. {}", power.law, power.note)))
            .collect(),
        grounds: grounds.into_iter().map(|(code, words)| Choice::new(code, words)).collect(),
        fields,
        conditions: Condition::ALL.iter().map(|one| Choice::new(one, one.words())).collect(),
        days: [(1, "1 day"), (7, "7 days"), (14, "14 days"), (MOST_DAYS, "30 days")]
            .map(|(days, words)| Choice::new(days, words))
            .to_vec(),
        reasons: reasons.map(|why| Choice::new(why, why.words())).collect(),
        duty,
    }
    .render()?)
}

/// Takes a data owner's decision from the form; false where something is wrong, which the form then says.
///
/// # Errors
/// [`Fault`], where it can't be mended in the form.
pub async fn take_answer(
    site: &Site,
    caller: &Caller,
    ask: &DataAsk,
    form: &mut Form,
    facts: Facts,
) -> Result<bool, Fault> {
    let (vault, actor) = (site.vault(), caller.actor());
    let done = match form.value("decision") {
        "grant" => match new_grant(site, form) {
            Some(new) => grant(vault, &actor, ask.id, &new).await,
            None => return Ok(false),
        },
        "refuse" => {
            let why = form.choice::<Why>("reason", "Select why you refuse");
            let words = form.required("words", 1000, "Tell them why, and what else they can do");
            let (true, Some(why), Some(words)) = (form.is_good(), why, words) else { return Ok(false) };
            refuse(vault, &actor, ask.id, why, &words, facts).await
        }
        _ => {
            form.refuse("decision", "Select whether you share");
            return Ok(false);
        }
    };
    let field = match &done {
        Ok(()) => return Ok(true),
        Err(AskError::NoPower) => "power",
        Err(AskError::NoConfidentiality) => "confidentiality",
        Err(AskError::NoFields) => "fields",
        Err(AskError::Until) => "days",
        Err(AskError::Duty) => "reason",
        Err(_) => return done.map(|()| true).map_err(Fault::from),
    };
    if let Err(error) = done {
        form.refuse(field, error.to_string());
    }
    Ok(false)
}

fn new_grant(site: &Site, form: &mut Form) -> Option<NewGrant> {
    let power = form.choice("power", "Select the power in law on which you share");
    let fields = form.choices("fields", "Choose at least one field to show");
    let days = form.choice::<i64>("days", "Select for how long");
    if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
        form.refuse("days", AskError::Until.to_string());
    }
    let (true, Some(power), Some(fields), Some(days)) = (form.is_good(), power, fields, days) else { return None };
    Some(NewGrant {
        power,
        confidentiality: form.value("confidentiality").parse().ok(),
        fields,
        conditions: form.values("conditions").into_iter().filter_map(|one| one.parse().ok()).collect(),
        until: site.now().plus_hours(24 * days),
    })
}
