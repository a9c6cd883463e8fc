//! The rota's page: who answers when and where, the gaps of the next weekend, and for a rota lead a form to add a shift.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use base::{Code, Id, Timestamp, code, kind};
use vault::{Cause, Operation, Purpose, Scope};
use web::{Caller, Choice, Fault, Form, Page, Site};

use super::{
    Districts, Shift, cover,
    fortnight::{self, CoverDay},
    gaps, store, weekend,
};
use crate::{
    contact::pages::{form_key, kept_key},
    moment_type::types,
    neighbours,
};

/// The longest shift, so that a slip of the pen doesn't cover a month.
const LONGEST_HOURS: i64 = 24 * 7;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/rota", get(show).post(add)).route("/rota/{shift}/remove", post(remove))
}

struct Duty {
    words: String,
    now: String,
    weekend_is_covered: bool,
    days: Vec<CoverDay>,
    gaps: Vec<String>,
}

/// Days in a row on which somebody is on call around the clock.
struct OnCall {
    words: String,
    /// To take one of them out: the shift, and what its button says.
    removals: Vec<(String, String)>,
}

/// One day's shifts, by when they start.
struct Day {
    words: String,
    shifts: Vec<Row>,
}

struct Row {
    id: String,
    who: String,
    duty: String,
    when: String,
    districts: String,
    /// What its button says: "Remove Amira Cole, Mon 23".
    removal: String,
}

#[derive(Template)]
#[template(path = "rota/rota.html")]
struct RotaPage {
    page: Page,
    form: Form,
    lead: bool,
    duties: Vec<Duty>,
    on_call: Vec<OnCall>,
    days: Vec<Day>,
    members: Vec<Choice>,
    duty_choices: Vec<Choice>,
    districts: Vec<Choice>,
}

fn duty_words(duty: &Code) -> String {
    duty.as_str().parse::<share::api::Duty>().map_or_else(|_| duty.to_string(), |duty| duty.words().to_owned())
}

/// The duties to which moments are offered.
fn offered_duties() -> Vec<Code> {
    let set: std::collections::BTreeSet<&Code> = types().iter().map(|rules| &rules.duty).collect();
    set.into_iter().cloned().collect()
}

async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    let now = site.now();
    let mut form = Form::of([("form_key", form_key(&site)), ("districts", "*".to_owned())]);
    form.put_date_time("from", now);
    form.put_date_time("until", now.plus_hours(8));
    rota_page(&site, &caller, page, form).await
}

async fn rota_page(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    caller.needs(&["rota_lead", "navigator", "youth_worker", "social_worker", "project_manager"])?;
    let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("rota_read")).await?;
    let now = site.now();
    let shifts = store::between(&staff, now, now.plus_hours(14 * 24)).await?;
    let lead = caller.has("rota_lead");
    let members = share::api::members(&staff).await?;
    let names: BTreeMap<Id<kind::Member>, String> =
        members.iter().map(|member| (member.id, member.name.clone())).collect();
    let duties = offered_duties();
    let mut districts = vec![Choice::new("*", "The whole county")];
    districts.extend(
        neighbours::district_names(&site.vault().plain()).await?.into_iter().map(|name| Choice::new(&name, &name)),
    );
    let suited = members.iter().filter(|member| member.active);
    let suited =
        suited.filter(|member| duties.iter().any(|duty| member.duties.iter().any(|has| has.code() == duty.as_str())));
    let page = page.title("Rota").with(&form);
    let good = form.is_good();
    let shown = RotaPage {
        page,
        form,
        lead,
        duties: duties.iter().map(|duty| duty_cover(&shifts, duty, &names, now)).collect(),
        on_call: fortnight::on_call(&shifts).iter().map(|one| on_call(one, &names)).collect(),
        days: days(&shifts, &names),
        members: suited.map(|member| Choice::new(member.id, &member.name)).collect(),
        duty_choices: duties.iter().map(|duty| Choice::new(duty, duty_words(duty))).collect(),
        districts,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

fn duty_cover(shifts: &[Shift], duty: &Code, names: &BTreeMap<Id<kind::Member>, String>, now: Timestamp) -> Duty {
    let (from, until) = weekend(now);
    let covered = cover(shifts, duty, None, now);
    let on_shift = match &covered {
        super::Cover::Now(members) => {
            let names: Vec<&str> = members.iter().filter_map(|member| names.get(member).map(String::as_str)).collect();
            format!("On shift now: {}", names.join(", "))
        }
        _ => covered.gap_words().unwrap_or_default(),
    };
    let gap =
        |gap: &super::Gap| format!("Nobody from {} until {}", web::time::full(gap.from), web::time::until(gap.until));
    Duty {
        words: duty_words(duty),
        now: on_shift,
        weekend_is_covered: gaps(shifts, duty, None, from.max(now), until).is_empty(),
        days: fortnight::cover_days(shifts, duty, now),
        gaps: gaps(shifts, duty, None, now, fortnight::end(now)).iter().map(gap).collect(),
    }
}

fn name_of(names: &BTreeMap<Id<kind::Member>, String>, member: Id<kind::Member>) -> String {
    names.get(&member).cloned().unwrap_or_else(|| "Someone who has left".to_owned())
}

fn on_call(one: &fortnight::OnCall, names: &BTreeMap<Id<kind::Member>, String>) -> OnCall {
    let (who, duty) = (name_of(names, one.member), duty_words(&one.duty).to_lowercase());
    let removal = |day: base::Date| format!("Remove {who}, {}", fortnight::short(day));
    OnCall {
        words: format!("{who}, {duty}: {}, {}", one.words(), districts_words(&one.districts)),
        removals: one.shifts.iter().map(|(id, day)| (id.clone(), removal(*day))).collect(),
    }
}

fn districts_words(districts: &Districts) -> String {
    match districts {
        Districts::All => "the whole county".to_owned(),
        some @ Districts::Some(_) => some.words(),
    }
}

/// The shifts of a part of a day, by the day on which they start, so that a fortnight reads as fourteen lines.
fn days(shifts: &[Shift], names: &BTreeMap<Id<kind::Member>, String>) -> Vec<Day> {
    let mut days: BTreeMap<base::Date, Vec<Row>> = BTreeMap::new();
    for shift in shifts.iter().filter(|shift| !fortnight::is_all_day(shift)) {
        days.entry(shift.starts_at.date_in_london()).or_default().push(row(shift, names));
    }
    days.into_iter().map(|(day, shifts)| Day { words: day.strftime("%a %-d %B").to_string(), shifts }).collect()
}

fn row(shift: &Shift, names: &BTreeMap<Id<kind::Member>, String>) -> Row {
    let who = name_of(names, shift.member);
    Row {
        id: shift.id.clone(),
        removal: format!("Remove {who}, {}", fortnight::short(shift.starts_at.date_in_london())),
        who,
        duty: duty_words(&shift.duty).to_lowercase(),
        when: shift_words(shift),
        districts: districts_words(&shift.districts),
    }
}

/// "8am to 8pm", "8pm to Tue 24 November, 8am": the day on which it starts stands beside it.
fn shift_words(shift: &Shift) -> String {
    let (first, last) = (shift.starts_at.date_in_london(), shift.ends_at.date_in_london());
    let (starts, ends) = (web::time::clock_time(shift.starts_at), web::time::clock_time(shift.ends_at));
    let next = first.tomorrow().ok() == Some(last);
    match (starts.as_str(), ends.as_str()) {
        (_, "midnight") if next => format!("{starts} to midnight"),
        _ if first == last => format!("{starts} to {ends}"),
        _ => format!("{starts} to {}, {ends}", last.strftime("%a %-d %B")),
    }
}

async fn add(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    caller.needs(&["rota_lead"])?;
    let Some(new) = read(&site, &caller, &mut form).await? else { return rota_page(&site, &caller, page, form).await };
    let mut change = site.vault().change(cause(&caller, code!("shift_added"))).await?;
    if store::add(&mut change, &new, &caller.id.to_string()).await? {
        change.commit().await?;
    }
    Ok(web::done(&site, "/rota", "The shift has been added"))
}

async fn read(site: &Site, caller: &Caller, form: &mut Form) -> Result<Option<store::NewShift>, Fault> {
    let member = form.choice::<Id<kind::Member>>("member", "Select who");
    let duty = form.choice::<Code>("duty", "Select as what").filter(|duty| offered_duties().contains(duty));
    if duty.is_none() {
        form.refuse("duty", "Select as what");
    }
    let from = form.date_time("from", "the start of the shift");
    let until = form.date_time("until", "the end of the shift");
    if let (Some(from), Some(until)) = (from, until) {
        let hours = until.since(from).as_hours();
        if until <= from {
            form.refuse("until", "The shift must end after it starts");
        } else if hours > LONGEST_HOURS {
            form.refuse("until", "A shift lasts a week at most: add one for each week");
        }
    }
    let districts = districts(site, form).await?;
    let key = kept_key(caller, form);
    if let (Some(member), Some(duty)) = (member, &duty) {
        check_duty(site, form, member, duty).await?;
    }
    if !form.is_good() {
        return Ok(None);
    }
    let all = member.zip(duty).zip(from.zip(until)).zip(districts).zip(key);
    Ok(all.map(|((((member, duty), (starts_at, ends_at)), districts), form_key)| store::NewShift {
        member,
        duty,
        districts,
        starts_at,
        ends_at,
        form_key,
    }))
}

async fn districts(site: &Site, form: &mut Form) -> Result<Option<Districts>, Fault> {
    let known = neighbours::district_names(&site.vault().plain()).await?;
    let Some(chosen) = form.choices::<String>("districts", "Select where") else { return Ok(None) };
    if chosen.iter().any(|name| name == "*") {
        return Ok(Some(Districts::All));
    }
    if chosen.iter().any(|name| !known.contains(name)) {
        form.refuse("districts", "Select where");
        return Ok(None);
    }
    Ok(Some(Districts::Some(chosen)))
}

async fn check_duty(site: &Site, form: &mut Form, member: Id<kind::Member>, duty: &Code) -> Result<(), Fault> {
    let found = share::api::member_by_id(&site.vault().book(), member).await?;
    match found {
        Some(found) if found.active && found.duties.iter().any(|has| has.code() == duty.as_str()) => {}
        Some(found) if found.active => {
            form.refuse(
                "duty",
                format!("{} does not have this duty. Ask your administrator to give it to them.", found.name),
            );
        }
        _ => form.refuse("member", "Select who"),
    }
    Ok(())
}

async fn remove(site: Site, caller: Caller, Path(shift): Path<String>) -> web::Result {
    caller.needs(&["rota_lead"])?;
    let mut change = site.vault().change(cause(&caller, code!("shift_removed"))).await?;
    if store::remove(&mut change, &shift).await? {
        change.commit().await?;
    }
    Ok(web::done(&site, "/rota", "The shift has been removed"))
}

fn cause(caller: &Caller, act: Code) -> Cause {
    Cause {
        actor: caller.actor(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act,
        scope: Scope { kind: "staff", id: None },
    }
}
