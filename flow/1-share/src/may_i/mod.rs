//! "May I share this?": a walk for whoever is unsure. It asks who holds it, what it is, who needs it and what for, and shows the rules
//! that answer: those that would permit it, which live agreement covers it already, and what else is possible. It knows nobody's name.

mod answer;

use askama::Template;
use axum::{Router, routing::get};
use base::Code;
use vault::Purpose;
use web::{Caller, Choice, Form, Page, Query, Site};

use crate::{
    agency::{self, AgencyKind},
    agreement::{self, purpose_words},
    decision::{Today, commenced},
    law::{Sharing, law},
    trust,
};
use answer::Answer;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/trust/may-i-share", get(show))
}

#[derive(Template)]
#[template(path = "may_i/may_i.html")]
struct MayIPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    form: Form,
    kinds: Vec<Choice>,
    categories: Vec<Choice>,
    purposes: Vec<Choice>,
    situations: Vec<Choice>,
    answer: Option<Answer>,
}

/// The kinds of agency, in words.
fn kind_words(kind: AgencyKind) -> &'static str {
    match kind {
        AgencyKind::Unit => "The violence reduction unit",
        AgencyKind::Police => "Police",
        AgencyKind::YouthJustice => "Youth justice service",
        AgencyKind::Council => "Council",
        AgencyKind::Education => "School, college or education service",
        AgencyKind::SocialCare => "Social care",
        AgencyKind::Health => "NHS or another health body",
        AgencyKind::Probation => "Probation",
        AgencyKind::Fire => "Fire and rescue",
        AgencyKind::Voluntary => "Voluntary or community group",
    }
}

const PURPOSES: [Purpose; 5] =
    [Purpose::Safeguarding, Purpose::Support, Purpose::Prevention, Purpose::Linking, Purpose::Statistics];

/// How the sharing comes about; the walk asks it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    Agreed,
    Decided,
    Danger,
}

impl std::str::FromStr for Situation {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "agreed" => Ok(Self::Agreed),
            "decided" => Ok(Self::Decided),
            "danger" => Ok(Self::Danger),
            _ => Err(()),
        }
    }
}

async fn show(site: Site, caller: Caller, page: Page, Query(mut form): Query) -> web::Result {
    let asked = ["from", "what", "to", "for", "how"].iter().any(|name| !form.values(name).is_empty());
    let sharing = if asked { sharing(&mut form) } else { None };
    let answer = match &sharing {
        Some(sharing) => Some(answered(&site, sharing).await?),
        None => None,
    };
    let good = form.is_good();
    let kinds = AgencyKind::ALL.into_iter().map(|kind| Choice::new(kind, kind_words(kind)));
    let categories = law().categories().iter().map(|category| Choice::new(&category.code, category.name.clone()));
    let shown = MayIPage {
        tabs: trust::tabs(&caller, "/trust/may-i-share"),
        page: page.title("May I share this?").with(&form),
        kinds: kinds.collect(),
        categories: categories.collect(),
        purposes: PURPOSES
            .iter()
            .map(|purpose| Choice::new(purpose, base::first_large(purpose_words(*purpose))))
            .collect(),
        situations: vec![
            Choice::new("agreed", "As agreed between the agencies, again and again"),
            Choice::new("decided", "Once, about one person, decided by a named person of the agency that holds it"),
            Choice::new("danger", "Somebody is in danger now"),
        ],
        form,
        answer,
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

fn sharing(form: &mut Form) -> Option<Sharing> {
    let giver = form.choice::<AgencyKind>("from", "Choose who holds it");
    let category = form.choice::<Code>("what", "Choose what it is");
    let category = category.filter(|code| law().categories().iter().any(|known| known.code == *code));
    let receiver = form.choice::<AgencyKind>("to", "Choose who needs it");
    let purpose = form.choice::<Purpose>("for", "Choose what they need it for");
    let situation = form.choice::<Situation>("how", "Choose how it would be shared");
    let (giver, category, receiver, purpose, situation) = (giver?, category?, receiver?, purpose?, situation?);
    let (decided_by_person, emergency) = (situation == Situation::Decided, situation == Situation::Danger);
    Some(Sharing { giver, receiver, category, purpose, decided_by_person, emergency })
}

async fn answered(site: &Site, sharing: &Sharing) -> Result<Answer, web::Fault> {
    let plain = site.vault().plain();
    let commenced = commenced(&plain).await?;
    let today = Today { law: law(), day: site.now().date_in_london(), commenced: &commenced };
    let (agreements, agencies) = (agreement::all(&plain).await?, agency::all(&plain).await?);
    Ok(Answer::of(&today, sharing, &agreements, &agencies))
}

#[cfg(test)]
mod tests;
