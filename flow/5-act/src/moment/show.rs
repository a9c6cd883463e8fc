//! One moment's page: who, what happened, how long is left, how to reach them, who knows them, what was tried, what to do.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::{Id, Timestamp, kind};
use vault::{Ask, Permit, Purpose, Reader, Scope, Verb};
use web::{Caller, ChildFlag, Fault, Form, Page, Site, time::Clock};

use super::{
    Moment, State, happened,
    opening::{self, Opener, Opening},
    pages::{HELPERS, ask_purpose},
    queue::{known_by, knows_words, type_name},
    store, words,
};
use crate::{
    contact::{self, Contact},
    moment_type::types,
    neighbours::{self, SeenRecord},
    referral::{self, Referral},
    rota,
};

/// Asks for the right to look at, or write to, one moment and whoever it is about.
///
/// # Errors
/// [`Fault::Denied`] where policy refuses; [`Fault::Refused`] with what they can do where an agreement stopped.
pub(crate) async fn permit(
    site: &Site,
    caller: &Caller,
    verb: Verb,
    id: Id<kind::Moment>,
    purpose: Purpose,
) -> Result<Permit, Fault> {
    let vault = site.vault();
    let ask = Ask {
        actor: caller.actor(),
        verb,
        scope: Scope::of("moment", id),
        purpose,
        facets: neighbours::all_facets(vault).await?,
        facts: BTreeMap::new(),
    };
    vault.permit(ask).await.map_err(neighbours::refused)
}

/// Who opens which moment.
pub(crate) fn opener(caller: &Caller, moment: Id<kind::Moment>) -> Opener {
    Opener { member: caller.id, agency: caller.agency, sign_in: caller.sign_in, moment }
}

/// A moment that was opened for a purpose, with whoever it is about.
pub(crate) struct Seen {
    pub(crate) moment: Moment,
    pub(crate) opening: Opening,
    pub(crate) reader: Reader,
    pub(crate) record: Option<SeenRecord>,
    pub(crate) name: String,
    pub(crate) flag: ChildFlag,
    pub(crate) clock: Clock,
    pub(crate) now: Timestamp,
}

impl Seen {
    /// Where its page is.
    pub(crate) fn path(&self) -> String {
        format!("/moments/{}", self.moment.id)
    }

    /// Opens it for the purpose that was given; `None` where none is remembered.
    ///
    /// # Errors
    /// [`Fault::Denied`] where policy refuses, [`Fault::NotFound`] where there is none that the permit covers.
    pub(crate) async fn open(site: &Site, caller: &Caller, id: Id<kind::Moment>) -> Result<Option<Self>, Fault> {
        caller.needs(HELPERS)?;
        let Some(opening) = opening::find(site.vault(), &opener(caller, id)).await? else { return Ok(None) };
        let permit = permit(site, caller, Verb::View, id, opening.purpose).await?;
        let reader = site.vault().read(&permit)?;
        // They opened it before, so they know that it exists: they are told what stopped, and what they can do.
        let stopped = || share::api::way_forward(permit.withheld()).map_or(Fault::NotFound, Fault::Refused);
        let moment = store::by_id(&reader, id).await?.ok_or_else(stopped)?;
        let record = neighbours::records_by_ids(&reader, &[moment.record]).await?.into_iter().next();
        let now = site.now();
        Ok(Some(Self {
            name: record.as_ref().map_or_else(|| "Name not known".to_owned(), SeenRecord::name),
            flag: ChildFlag::from(record.as_ref().and_then(|record| record.age_on(now))),
            clock: words::clock(&moment, now),
            moment,
            opening,
            reader,
            record,
            now,
        }))
    }
}

/// Something that was done, for the timeline.
struct Done {
    at: Timestamp,
    title: String,
    by: String,
    lines: Vec<String>,
    note: String,
}

impl Done {
    fn when(&self) -> String {
        web::time::full(self.at)
    }
}

/// A role in an event.
struct Part {
    role: String,
    what: String,
    when: String,
}

#[derive(Template)]
#[template(path = "moment/show.html")]
struct ShowPage {
    page: Page,
    id: Id<kind::Moment>,
    contact_path: String,
    refer_path: String,
    seen: Seen,
    what: String,
    limit: String,
    meeting: &'static str,
    /// What is asked where the record says that somebody else has done it.
    held: Option<String>,
    /// How late it reached us; empty where it could have been met.
    late: String,
    /// The telephone number, as `tel:` has it and as it is read.
    phone: Option<(String, String)>,
    gap: Option<String>,
    happened: Vec<(String, String)>,
    /// How what is shown must be handled.
    handling: Vec<String>,
    reach: Vec<(&'static str, String)>,
    known_by: String,
    withheld: bool,
    parts: Vec<Part>,
    done: Vec<Done>,
    earlier: Option<Id<kind::Moment>>,
    joined: usize,
    mine: bool,
    assigned: String,
    purpose: String,
    over: bool,
    paused: bool,
    agreed: bool,
}

pub(super) async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<Id<kind::Moment>>) -> web::Result {
    let Some(seen) = Seen::open(&site, &caller, id).await? else {
        return ask_purpose(page, Form::empty(), id);
    };
    let vault = site.vault();
    let agencies = neighbours::agency_names(&vault.plain()).await?;
    let joined = store::merged_into(&seen.reader, id).await?;
    let mut ids: Vec<Id<kind::Moment>> = joined.iter().map(|moment| moment.id).collect();
    ids.push(id);
    let contacts = contact::store::of_moments(&seen.reader, &ids).await?;
    let referrals = referral::store::of_moments(&seen.reader, &ids).await?;
    let mut named: Vec<Id<kind::Member>> = contacts.iter().map(|one| one.made_by).collect();
    named.extend(referrals.iter().map(|one| one.made_by).chain(seen.moment.assigned_to));
    named.sort_unstable();
    named.dedup();
    let members = neighbours::member_names(&vault.book(), &named).await?;
    let mut done: Vec<Done> = contacts.iter().map(|one| contacted(one, &members)).collect();
    done.extend(referrals.iter().map(|one| referred(one, &members, &agencies)));
    done.push(raised(&seen.moment));
    done.sort_by_key(|one| std::cmp::Reverse(one.at));
    let others = others(&seen, &agencies).await?;
    let rules = types().get(&seen.moment.moment_type);
    let age = seen.record.as_ref().and_then(|record| record.age_on(seen.now));
    let moment = &seen.moment;
    web::render(ShowPage {
        page: page.title("Reachable moment"),
        id,
        contact_path: format!("{}/contact", seen.path()),
        refer_path: format!("{}/refer", seen.path()),
        what: rules.map_or_else(|| type_name(moment), |rules| rules.what.clone()),
        limit: rules.map(crate::moment_type::MomentType::limit_words).unwrap_or_default(),
        meeting: rules.map_or("", |rules| rules.meeting.words()),
        held: moment.held_at.filter(|_| moment.is_waiting()).and_then(|at| {
            let agency = agencies.get(&moment.controller).map_or("the agency that brought it", String::as_str);
            rules?.held.as_ref().map(|held| held.question(agency, at))
        }),
        late: late_words(moment),
        phone: seen.record.as_ref().and_then(|record| number(record.happening().text("phone"))),
        gap: match rules {
            Some(rules) if moment.is_waiting() => {
                let shifts = rota::store::between(&vault.book(), seen.now, seen.now.plus_hours(14 * 24)).await?;
                rota::cover(&shifts, &rules.duty, moment.district.as_deref(), seen.now).gap_words()
            }
            _ => None,
        },
        happened: happened_rows(&seen),
        handling: share::api::handling(&vault.plain(), seen.reader.permit()).await?,
        reach: reach(&seen),
        known_by: knows_words(&others.known_by, age),
        withheld: !seen.reader.permit().withheld().is_empty(),
        parts: others.parts,
        done,
        earlier: match &moment.state {
            State::Merged(merged) => Some(merged.into),
            _ => None,
        },
        joined: joined.len(),
        mine: moment.assigned_to == Some(caller.id),
        assigned: moment.assigned_to.map_or_else(String::new, |member| name_of(&members, member)),
        purpose: format!("for {}", share::api::purpose_words(seen.opening.purpose)),
        over: matches!(moment.state, State::Closed(_) | State::Merged(_)),
        paused: matches!(moment.state, State::Paused(_)),
        agreed: moment.reached().is_some_and(|reached| reached.agreed == super::Agreed::Yes),
        seen,
    })
}

/// Says that nobody here could have met it in time, where that is so.
fn late_words(moment: &Moment) -> String {
    if !moment.came_late() || moment.held_at.is_some() {
        return String::new();
    }
    let late = web::time::span(moment.raised_at.since(moment.due_at));
    format!("It reached us {late} after its time ran out, so nobody here could have met it in time.")
}

/// A telephone number that can be called at a tap: its digits, and as people read a UK number, `07101 325 052`. None where it
/// isn't one: it is shown as it stands then.
pub(crate) fn number(text: &str) -> Option<(String, String)> {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let plain = digits.strip_prefix('+').unwrap_or(&digits);
    if !(9..=15).contains(&plain.len()) || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let read = match (digits.get(..5), digits.get(5..8), digits.get(8..)) {
        (Some(first), Some(middle), Some(last)) if digits.len() == 11 && first.starts_with('0') => {
            format!("{first} {middle} {last}")
        }
        _ => text.to_owned(),
    };
    Some((digits, read))
}

/// What the record says, without what names the person or how to reach them.
fn happened_rows(seen: &Seen) -> Vec<(String, String)> {
    let (at, record) = (seen.moment.event_at, seen.record.as_ref());
    let when = record.map_or_else(|| web::time::full(at), |record| happened::when(&record.body, at));
    let mut rows = vec![("When".to_owned(), when)];
    if !seen.moment.role.is_empty() {
        rows.push(("Their part".to_owned(), role_words(&seen.moment.role)));
    }
    rows.push(("Where they live".to_owned(), seen.moment.district.clone().unwrap_or_else(|| "Not known".to_owned())));
    if let Some(record) = record {
        rows.extend(happened::facts(record.category.as_str(), &record.body, at));
    }
    rows
}

/// A role in plain words; who was harmed comes first.
fn role_words(role: &str) -> String {
    match role {
        "victim" => "Victim".to_owned(),
        "person_at_risk" => "Person at risk".to_owned(),
        "witness" => "Witness".to_owned(),
        "suspect" => "Suspect".to_owned(),
        "convicted" => "Convicted".to_owned(),
        "subject" => "The person it is about".to_owned(),
        other => other.replace('_', " "),
    }
}

fn role_order(role: &str) -> u8 {
    match role {
        "victim" => 0,
        "person_at_risk" => 1,
        "witness" => 2,
        "subject" => 3,
        _ => 4,
    }
}

/// The ways to reach them that are shown as they stand; a number that can be called has a link of its own.
fn reach(seen: &Seen) -> Vec<(&'static str, String)> {
    let fields = [("Phone", "phone"), ("Email", "email"), ("Address", "address"), ("Postcode", "postcode")];
    let text =
        |field: &str| seen.record.as_ref().map_or_else(String::new, |record| record.happening().text(field).to_owned());
    let rows = fields.into_iter().map(|(words, field)| (words, field, text(field)));
    rows.filter(|(_, field, text)| !(text.is_empty() || *field == "phone" && number(text).is_some()))
        .map(|(words, _, text)| (words, text))
        .collect()
}

struct Others {
    known_by: Vec<String>,
    parts: Vec<Part>,
}

/// What other agencies' records say of the person, as far as the permit covers them: who knows them, and their part in
/// events, victim first.
async fn others(seen: &Seen, agencies: &BTreeMap<Id<kind::Agency>, String>) -> Result<Others, Fault> {
    let Some(person) = seen.moment.person else { return Ok(Others { known_by: Vec::new(), parts: Vec::new() }) };
    let records = neighbours::records_of(&seen.reader, person).await?;
    let controllers: Vec<Id<kind::Agency>> = records.iter().map(|(_, controller)| *controller).collect();
    let known_by = known_by(&controllers, seen.moment.controller, agencies);
    let ids: Vec<Id<kind::Record>> =
        records.into_iter().map(|(record, _)| record).filter(|record| *record != seen.moment.record).collect();
    let mut events: Vec<(u8, Option<Timestamp>, Part)> = neighbours::records_by_ids(&seen.reader, &ids)
        .await?
        .iter()
        .filter(|record| record.category.as_str() == "police_event")
        .map(|record| {
            let happening = record.happening();
            let role = happening.text("role");
            let part = Part {
                role: role_words(role),
                what: happened::words_of("police_event", "kind", happening.text("kind")),
                when: record.event_at.map_or_else(String::new, web::time::full),
            };
            (role_order(role), record.event_at, part)
        })
        .collect();
    events.sort_by_key(|(order, at, _)| (*order, std::cmp::Reverse(*at)));
    Ok(Others { known_by, parts: events.into_iter().map(|(_, _, part)| part).take(10).collect() })
}

fn name_of(members: &BTreeMap<Id<kind::Member>, String>, member: Id<kind::Member>) -> String {
    members.get(&member).cloned().unwrap_or_else(|| "Someone who has left".to_owned())
}

fn raised(moment: &Moment) -> Done {
    let mut lines = Vec::new();
    if let State::Closed(closing) = &moment.state {
        lines.push(format!("Closed {}: {}", web::time::full(closing.at), words::lower_first(closing.reason.words())));
    }
    Done { at: moment.raised_at, title: "Moment raised".to_owned(), by: String::new(), lines, note: String::new() }
}

fn contacted(contact: &Contact, members: &BTreeMap<Id<kind::Member>, String>) -> Done {
    let mut lines = vec![contact.how.words().to_owned()];
    if let Some(agreed) = contact.agreed {
        lines.push(format!("Wants support: {}", words::lower_first(agreed.words())));
    }
    if let Some(next) = contact.next_at {
        lines.push(format!("Next contact: {}", web::time::full(next)));
    }
    Done {
        at: contact.attempted_at,
        title: if contact.reached { "Reached".to_owned() } else { "Tried, not reached".to_owned() },
        by: name_of(members, contact.made_by),
        lines,
        note: contact.note.clone(),
    }
}

fn referred(
    referral: &Referral,
    members: &BTreeMap<Id<kind::Member>, String>,
    agencies: &BTreeMap<Id<kind::Agency>, String>,
) -> Done {
    let to = agencies.get(&referral.to_agency).map_or("an agency", String::as_str);
    let mut lines = vec![referral.state_words()];
    lines.extend(referral.feedback().map(|words| format!("They said: {words}")));
    Done {
        at: referral.made_at,
        title: format!("Referred to {to}"),
        by: name_of(members, referral.made_by),
        lines,
        note: referral.note.clone(),
    }
}
