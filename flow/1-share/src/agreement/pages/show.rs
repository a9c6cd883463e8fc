//! One agreement: whether it permits anything now and if not why, what it says, who signed, and everything that was done to it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use base::{Id, first_large, kind};
use web::{Caller, Page, Site, time};

use super::{Opened, section::Section, words};
use crate::{
    agreement::{Act, Doer, Stage, Standing, Step, Terms, purpose_words, store},
    law::{Rule, law},
};

#[derive(Template)]
#[template(path = "agreement/pages/show.html")]
struct ShowPage {
    page: Page,
    id: String,
    tag: &'static str,
    colour: &'static str,
    because: &'static str,
    why: String,
    next: String,
    draft: bool,
    problems: Vec<String>,
    buttons: Vec<Button>,
    /// What stops it, at the foot of the page: nobody needs it on most days.
    stops: Vec<Button>,
    says: Vec<Line>,
    signed: Vec<Signed>,
    gateways: Vec<GatewayLine>,
    done: Vec<Done>,
}

struct Button {
    text: &'static str,
    href: String,
    kind: &'static str,
}

/// A line of what it says: its heading, its values, and where a draft's is changed.
struct Line {
    key: &'static str,
    values: Vec<String>,
    change: String,
}

struct Signed {
    party: String,
    by: String,
    as_role: String,
    when: String,
}

struct GatewayLine {
    name: String,
    law: String,
    note: String,
    from: String,
}

/// Something that was done, for the timeline.
struct Done {
    title: String,
    by: String,
    when: String,
    machine_time: String,
    why: String,
}

pub(super) async fn show(site: Site, caller: Caller, page: Page, Path(id): Path<String>) -> web::Result {
    let opened = Opened::of(&site, &caller, &id).await?;
    let names = opened.doers().await?;
    let today = site.now().date_in_london();
    let (tag, colour) = words::tag(&opened.agreement, today);
    let standing = opened.agreement.standing(today);
    let draft = opened.check(Act::Changed).is_ok();
    let unfinished = matches!(opened.agreement.stage, Stage::Drafted | Stage::Proposed);
    let problems = match unfinished {
        true => store::problems_now(&site.vault().plain(), &opened.agreement.terms).await?,
        false => Vec::new(),
    };
    let last = opened.dossier.steps().last();
    web::render(ShowPage {
        page: page.title(opened.agreement.terms.title.clone()),
        id,
        tag,
        colour,
        because: match opened.agreement.stage {
            Stage::Drafted | Stage::Proposed => "it is not active yet",
            Stage::Withdrawn => "it was withdrawn",
            Stage::Active | Stage::Suspended | Stage::Ended => standing.because(),
        },
        why: last
            .filter(|_| standing != Standing::Live && !unfinished)
            .map(|step| step.why.clone())
            .unwrap_or_default(),
        next: words::next(&opened, today),
        draft,
        problems,
        buttons: buttons(&opened, &OFFERED),
        stops: buttons(&opened, &STOPS),
        says: says(&opened, draft),
        signed: signed(&opened, &names),
        gateways: gateways(&opened.agreement.terms),
        done: opened.dossier.steps().iter().rev().map(|step| done(&opened, step, &names)).collect(),
    })
}

const OFFERED: [(Act, &str); 8] = [
    (Act::Proposed, ""),
    (Act::Approved, ""),
    (Act::Activated, ""),
    (Act::Resumed, ""),
    (Act::Assessed, "secondary"),
    (Act::Reviewed, "secondary"),
    (Act::Declined, "secondary"),
    (Act::Withdrawn, "secondary"),
];
const STOPS: [(Act, &str); 2] = [(Act::Suspended, ""), (Act::Ended, "")];

fn buttons(opened: &Opened, of: &[(Act, &'static str)]) -> Vec<Button> {
    let href = |act: Act| format!("/trust/agreements/{}/step/{act}", opened.agreement.id);
    of.iter()
        .filter(|(act, _)| opened.check(*act).is_ok())
        .map(|(act, kind)| Button { text: words::button(*act, &opened.agreement), href: href(*act), kind })
        .collect()
}

fn says(opened: &Opened, draft: bool) -> Vec<Line> {
    let terms = &opened.agreement.terms;
    let line = |key, section: Section, values: Vec<String>| {
        let change =
            if draft { format!("/trust/agreements/{}/draft/{section}", opened.agreement.id) } else { String::new() };
        Line { key, values, change }
    };
    let brings = parties_in_order(opened).into_iter().map(|(party, name)| {
        let brought = terms.brings.iter().filter(|brought| brought.party == party);
        let categories: Vec<String> = brought.map(|brought| law().category(&brought.category).name).collect();
        let categories = if categories.is_empty() { "nothing".to_owned() } else { words::list(&categories) };
        format!("{name}: {categories}")
    });
    let fields = terms.purposes.iter().map(|purpose| {
        let fields = match terms.fields.get(purpose).filter(|names| !names.is_empty()) {
            Some(names) => words::list(&names.iter().cloned().collect::<Vec<_>>()),
            None => "every field".to_owned(),
        };
        format!("{}: {fields}", first_large(purpose_words(*purpose)))
    });
    let ground = terms.confidentiality.as_ref().and_then(|code| law().ground(code.as_str()));
    let ground = ground
        .map_or_else(|| "Not needed: nothing in it is given in confidence".to_owned(), |ground| ground.name.clone());
    let retention = terms.retention_days.map_or_else(
        || "As long as the giver keeps the record".to_owned(),
        |days| format!("{days} days after they received it"),
    );
    let dates = [("From", terms.starts), ("Until", terms.ends), ("Review by", terms.review)];
    let dates = dates.map(|(word, day)| format!("{word} {}", time::date(day)));
    vec![
        line("Parties", Section::Parties, opened.parties()),
        line("Dates", Section::Parties, dates.to_vec()),
        line("What each brings", Section::Data, brings.collect()),
        line(
            "For",
            Section::Purposes,
            terms.purposes.iter().map(|purpose| first_large(purpose_words(*purpose))).collect(),
        ),
        line("Fields that may be seen", Section::Fields, fields.collect()),
        line("Ground of confidentiality", Section::Law, vec![ground]),
        line("Conditions", Section::Conditions, terms.conditions.clone()),
        line("A receiver’s copy ends", Section::Conditions, vec![retention]),
        line("Impact assessment", Section::Conditions, terms.assessment.iter().cloned().collect()),
    ]
}

/// The parties with their names, by name.
pub(super) fn parties_in_order(opened: &Opened) -> Vec<(Id<kind::Agency>, String)> {
    let mut parties: Vec<_> = opened.agreement.terms.parties.iter().map(|id| (*id, opened.agency(*id))).collect();
    parties.sort_by(|one, other| one.1.cmp(&other.1));
    parties
}

fn signed(opened: &Opened, names: &BTreeMap<Id<kind::Member>, String>) -> Vec<Signed> {
    let approvals = opened.dossier.state.approvals();
    if approvals.is_empty() && !matches!(opened.agreement.stage, Stage::Drafted | Stage::Proposed) {
        return Vec::new(); // entered as signed on paper: the timeline says so
    }
    let row = |(party, name)| match approvals.iter().find(|approval| approval.party == party) {
        Some(approval) => Signed {
            party: name,
            by: words::doer(approval.mark.by, names),
            as_role: approval.as_role.clone(),
            when: time::full(approval.mark.at),
        },
        None => Signed { party: name, by: "Not yet".to_owned(), as_role: String::new(), when: String::new() },
    };
    parties_in_order(opened).into_iter().map(row).collect()
}

fn gateways(terms: &Terms) -> Vec<GatewayLine> {
    let gateways = terms.gateways.iter().filter_map(|code| law().gateway(code.as_str()));
    let line = |gateway: &Rule| GatewayLine {
        name: gateway.name.clone(),
        law: gateway.law.clone(),
        note: gateway.note.clone(),
        from: gateway.force.words(),
    };
    gateways.map(line).collect()
}

fn done(opened: &Opened, step: &Step, names: &BTreeMap<Id<kind::Member>, String>) -> Done {
    let party = step.party.map(|party| format!(" for {}", opened.agency(party))).unwrap_or_default();
    let role = if step.as_role.is_empty() { String::new() } else { format!(", {}", step.as_role) };
    let by = match step.mark.by {
        Doer::Program => String::new(), // why says it
        by => format!("{}{role}", words::doer(by, names)),
    };
    Done {
        title: format!("{}{party}", step.act.words()),
        by,
        when: time::full(step.mark.at),
        machine_time: step.mark.at.to_string(),
        why: step.why.clone(),
    }
}
