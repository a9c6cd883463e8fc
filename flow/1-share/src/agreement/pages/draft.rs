//! Drafting: a new agreement, and each part of its form. A draft may lack anything; proposing it asks for all of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use base::{Date, Id, code, kind};
use vault::{Cause, Operation, Purpose, Scope};
use web::{Caller, Fault, Form, Page, Site};

use super::{
    Opened, hand,
    section::{Known, Offered, Section, filled, offered, read},
    step,
};
use crate::{
    agency,
    agreement::{self, Act, AgreementError, StepError, Terms},
};

#[derive(Template)]
#[template(path = "agreement/pages/section.html")]
struct SectionPage {
    page: Page,
    form: Form,
    section: Section,
    offered: Offered,
    revision: u64,
    /// Whether parties have been asked to approve what would be changed.
    proposed: bool,
    back: String,
}

async fn known(site: &Site, caller: &Caller, drafted: &[Id<kind::Agency>]) -> Result<Known, Fault> {
    let plain = site.vault().plain();
    let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("agreements_read")).await?;
    let signers = agency::with_members(&staff).await?;
    let mut agencies = agency::all(&plain).await?;
    // Who has no members, such as a source of open data, can't sign.
    agencies.retain(|agency| signers.contains(&agency.id) || drafted.contains(&agency.id));
    let mut supplied = BTreeMap::new();
    for agency in &agencies {
        supplied.insert(agency.id, agency::supplied_by(&plain, agency.id).await?);
    }
    Ok(Known { agencies, supplied })
}

pub(super) async fn new(site: Site, caller: Caller, page: Page) -> web::Result {
    may_draft(&site, &caller).await?;
    new_page(&site, &caller, page, Form::empty()).await
}

async fn may_draft(site: &Site, caller: &Caller) -> Result<super::Hand, Fault> {
    let hand = hand(site, caller).await?;
    if hand.drafts() { Ok(hand) } else { Err(Fault::Denied) }
}

async fn new_page(site: &Site, caller: &Caller, page: Page, form: Form) -> web::Result {
    let good = form.is_good();
    let shown = SectionPage {
        page: page.title("Draft an agreement").with(&form),
        form,
        section: Section::Parties,
        offered: offered(Section::Parties, None, &known(site, caller, &[]).await?),
        revision: 0,
        proposed: false,
        back: "/trust/agreements".to_owned(),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(super) async fn begin(site: Site, caller: Caller, page: Page, mut form: Form) -> web::Result {
    let hand = may_draft(&site, &caller).await?;
    let mut terms = nothing();
    if read(Section::Parties, &mut form, &mut terms).is_none() {
        return new_page(&site, &caller, page, form).await;
    }
    let mut change = site.vault().change(cause(&caller, code!("agreement_drafted"))).await?;
    let id = agreement::draft(&mut change, &hand, &terms).await.map_err(fault)?;
    change.commit().await?;
    let said = "The draft is begun. Fill in the other parts, then propose it to the parties";
    Ok(web::done(&site, &format!("/trust/agreements/{id}"), said))
}

/// What a draft says before anything is said.
fn nothing() -> Terms {
    Terms {
        title: String::new(),
        parties: Vec::new(),
        brings: Vec::new(),
        purposes: Vec::new(),
        fields: BTreeMap::new(),
        gateways: Vec::new(),
        confidentiality: None,
        conditions: Vec::new(),
        retention_days: None,
        assessment: None,
        starts: Date::MIN,
        ends: Date::MAX,
        review: Date::MAX,
    }
}

pub(super) fn cause(caller: &Caller, act: base::Code) -> Cause {
    Cause {
        actor: caller.actor(),
        purpose: Purpose::Administration,
        operation: Operation::Administration,
        act,
        scope: Scope::unit(),
    }
}

fn fault(error: AgreementError) -> Fault {
    match error {
        AgreementError::NotFound | AgreementError::Step(StepError::NotTheirs) => Fault::NotFound,
        AgreementError::Store(error) => error.into(),
        other => Fault::Conflict(other.to_string()),
    }
}

async fn open(site: &Site, caller: &Caller, id: &str, section: &str) -> Result<(Opened, Section), Fault> {
    let opened = Opened::of(site, caller, id).await?;
    let section = section.parse().map_err(|()| Fault::NotFound)?;
    match opened.check(Act::Changed) {
        Err(StepError::NotTheirs) => Err(Fault::NotFound),
        _ => Ok((opened, section)),
    }
}

pub(super) async fn ask(
    site: Site,
    caller: Caller,
    page: Page,
    Path((id, section)): Path<(String, String)>,
) -> web::Result {
    let (opened, section) = open(&site, &caller, &id, &section).await?;
    if let Err(error) = opened.check(Act::Changed) {
        return step::stopped(&opened, page, &error.into()).await;
    }
    let form = filled(section, &opened.agreement.terms);
    section_page(&site, &caller, page, &opened, section, form, opened.agreement.revision).await
}

async fn section_page(
    site: &Site,
    caller: &Caller,
    page: Page,
    opened: &Opened,
    section: Section,
    form: Form,
    revision: u64,
) -> web::Result {
    let good = form.is_good();
    let terms = &opened.agreement.terms;
    let shown = SectionPage {
        page: page.title(section.title()).with(&form),
        form,
        section,
        offered: offered(section, Some(terms), &known(site, caller, &terms.parties).await?),
        revision,
        proposed: opened.agreement.stage == super::Stage::Proposed,
        back: format!("/trust/agreements/{}", opened.agreement.id),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(super) async fn save(
    site: Site,
    caller: Caller,
    page: Page,
    Path((id, section)): Path<(String, String)>,
    mut form: Form,
) -> web::Result<Response> {
    let (opened, section) = open(&site, &caller, &id, &section).await?;
    let revision = form.value("revision").parse().unwrap_or(0);
    let mut terms = opened.agreement.terms.clone();
    if read(section, &mut form, &mut terms).is_none() {
        if form.is_good() {
            return Err(Fault::Invalid(
                "A choice was sent that the form doesn’t have. Nothing was changed.".to_owned(),
            ));
        }
        return section_page(&site, &caller, page, &opened, section, form, revision).await;
    }
    let mut change = site.vault().change(cause(&caller, code!("agreement_changed"))).await?;
    match agreement::redraft(&mut change, opened.agreement.id, revision, &opened.hand, &terms).await {
        Ok(()) => change.commit().await?,
        Err(AgreementError::Store(error)) => return Err(error.into()),
        Err(error) => return step::stopped(&opened, page, &error).await,
    }
    let said = format!("{} saved", section.title());
    Ok(web::done(&site, &format!("/trust/agreements/{id}"), &said))
}
