//! Taking an agreement a step further: each step has a page that says what it does and what comes next, asks what it needs, and is
//! confirmed by its button. A step that was taken already says so, and by whom.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use base::Code;
use web::{Caller, Fault, Form, Page, Site, time};

use super::{Opened, draft::cause, words};
use crate::agreement::{self, Act, AgreementError, Deed, Enacted, State, StepError};

#[derive(Template)]
#[template(path = "agreement/pages/step.html")]
struct StepPage {
    page: Page,
    form: Form,
    does: String,
    unassessed: bool,
    problems: Vec<String>,
    act: Act,
    button: &'static str,
    kind: &'static str,
    revision: u64,
    back: String,
}

#[derive(Template)]
#[template(path = "agreement/pages/stopped.html")]
struct StoppedPage {
    page: Page,
    says: Vec<String>,
    back: String,
}

/// What a step does, in sentences.
fn does(act: Act) -> &'static str {
    match act {
        Act::Proposed => {
            "Every party’s data owner is asked to approve what it says now. It permits nothing until all have and the unit’s data \
             protection officer activates it."
        }
        Act::Approved => {
            "You sign for your agency. When every party has approved, the unit’s data protection officer can activate it. If what \
             it says is changed, your approval is void and you are asked again."
        }
        Act::Declined => {
            "It becomes a draft again, approvals given so far are void, and whoever drafted it reads your reason."
        }
        Act::Activated => {
            "From its first day it permits what it says, for as long as it is not suspended, ended or past its review."
        }
        Act::Suspended => {
            "From this second it permits nothing. What was linked under it is hidden at once, and separated when records are \
             next linked. It can be resumed."
        }
        Act::Resumed => {
            "It permits again what it says. What was separated is linked again when records are next linked."
        }
        Act::Reviewed => {
            "You record that it was looked at with the parties and is still right. It goes on until its next review."
        }
        Act::Assessed => "Without an impact assessment an agreement permits nothing.",
        Act::Ended => {
            "From this second it permits nothing, for good. What was linked under it is hidden at once, and separated when \
             records are next linked. To share again, the parties need a new agreement."
        }
        Act::Withdrawn => "The draft comes to nothing. It stays in the register as withdrawn.",
        _ => "",
    }
}

fn done_words(enacted: &Enacted, act: Act) -> String {
    let missing = enacted.dossier.unapproved(&enacted.agreement.terms.parties).len();
    match act {
        Act::Proposed => "Proposed. The parties’ data owners see it under “Waits for you”".to_owned(),
        Act::Approved if missing == 0 => "Approved. The data protection officer can activate it now".to_owned(),
        Act::Approved => {
            format!("Approved. It waits for {missing} more {}", if missing == 1 { "party" } else { "parties" })
        }
        Act::Declined => "Sent back. It is a draft again".to_owned(),
        Act::Activated => "Activated".to_owned(),
        Act::Suspended => "Suspended. It permits nothing from now on".to_owned(),
        Act::Resumed => "Resumed. It permits again what it says".to_owned(),
        Act::Reviewed => format!("Reviewed. The next review is due on {}", time::date(enacted.agreement.terms.review)),
        Act::Assessed => "The impact assessment is recorded".to_owned(),
        Act::Ended => "Ended. It permits nothing any more".to_owned(),
        _ => "Withdrawn".to_owned(),
    }
}

async fn open(site: &Site, caller: &Caller, id: &str, act: &str) -> Result<(Opened, Act), Fault> {
    let opened = Opened::of(site, caller, id).await?;
    let act: Act = act.parse().map_err(|_| Fault::NotFound)?;
    // What is written by the form of a draft, or by the program, has no such page.
    let offered = !matches!(act, Act::Drafted | Act::Changed | Act::Entered | Act::CarriedOver | Act::Shortened);
    match opened.check(act) {
        Err(StepError::NotTheirs) => Err(Fault::NotFound),
        _ if !offered => Err(Fault::NotFound),
        _ => Ok((opened, act)),
    }
}

pub(super) async fn ask(
    site: Site,
    caller: Caller,
    page: Page,
    Path((id, act)): Path<(String, String)>,
) -> web::Result {
    let (opened, act) = open(&site, &caller, &id, &act).await?;
    match opened.check(act) {
        Ok(()) => {
            let form = Form::of([("assessment", opened.agreement.terms.assessment.clone().unwrap_or_default())]);
            step_page(page, &opened, act, form, opened.agreement.revision, Vec::new())
        }
        Err(error) => stopped(&opened, page, &error.into()).await,
    }
}

fn step_page(page: Page, opened: &Opened, act: Act, form: Form, revision: u64, problems: Vec<String>) -> web::Result {
    let title = match act {
        Act::Approved => format!("Approve for {}", opened.agency(opened.hand.agency)),
        Act::Declined => "Send it back with a reason".to_owned(),
        Act::Ended => "End it now".to_owned(),
        act => words::button(act, &opened.agreement).to_owned(),
    };
    let good = form.is_good() && problems.is_empty();
    let shown = StepPage {
        page: page.title(format!("{title}: {}", opened.agreement.terms.title)).with(&form),
        form,
        does: does(act).to_owned(),
        unassessed: act == Act::Activated && opened.agreement.terms.assessment.is_none(),
        problems,
        act,
        button: words::button(act, &opened.agreement),
        kind: if matches!(act, Act::Suspended | Act::Ended) { "warning" } else { "" },
        revision,
        back: format!("/trust/agreements/{}", opened.agreement.id),
    };
    if good { web::render(shown) } else { web::render_errors(shown) }
}

pub(super) async fn take(
    site: Site,
    caller: Caller,
    page: Page,
    Path((id, act)): Path<(String, String)>,
    mut form: Form,
) -> web::Result<Response> {
    let (opened, act) = open(&site, &caller, &id, &act).await?;
    let revision = form.value("revision").parse().unwrap_or(0);
    let Some(deed) = read(act, &mut form) else {
        return step_page(page, &opened, act, form, revision, Vec::new());
    };
    let act_code: Code = format!("agreement_{act}").parse().map_err(Fault::internal)?;
    let mut change = site.vault().change(cause(&caller, act_code)).await?;
    match agreement::enact(&mut change, opened.agreement.id, revision, &opened.hand, &deed).await {
        Ok(enacted) => {
            change.commit().await?;
            Ok(web::done(&site, &format!("/trust/agreements/{id}"), &done_words(&enacted, act)))
        }
        Err(AgreementError::Store(error)) => Err(error.into()),
        Err(AgreementError::Invalid(problems)) => {
            drop(change);
            match act {
                Act::Reviewed => form.refuse("review", problems.join(" ")),
                Act::Assessed => form.refuse("assessment", problems.join(" ")),
                _ => return step_page(page, &opened, act, form, revision, problems),
            }
            step_page(page, &opened, act, form, revision, Vec::new())
        }
        Err(error) => {
            drop(change); // who did it before is read through another connection
            let opened = Opened::of(&site, &caller, &id).await?;
            stopped(&opened, page, &error).await
        }
    }
}

fn read(act: Act, form: &mut Form) -> Option<Deed> {
    let mut deed = Deed::of(act, "");
    match act {
        Act::Approved => deed.as_role = form.required("as_role", 200, &StepError::NoRole.to_string())?,
        Act::Reviewed => {
            let (review, why) =
                (form.date("review", "the next review"), form.required("why", 2000, "Say what came of the review"));
            (deed.review, deed.why) = (Some(review?), why?);
        }
        Act::Assessed => {
            deed.assessment = Some(form.required("assessment", 200, "Enter the reference of the impact assessment")?);
        }
        Act::Declined | Act::Suspended | Act::Resumed | Act::Ended | Act::Withdrawn => {
            deed.why = form.required("why", 2000, "Say why: it is kept with the agreement")?;
        }
        _ => {}
    }
    Some(deed)
}

/// The page of a step that can't be taken: what stands in the way, and what was kept.
pub(super) async fn stopped(opened: &Opened, page: Page, error: &AgreementError) -> web::Result {
    let mut says = match error {
        AgreementError::Step(StepError::Already(step)) => {
            let by = words::doer(step.mark.by, &opened.doers().await?);
            vec![format!(
                "This was done already: {} by {by}, {}.",
                step.act.words().to_lowercase(),
                time::full(step.mark.at)
            )]
        }
        AgreementError::Step(StepError::Unapproved(parties)) => {
            let mut names: Vec<String> = parties.iter().map(|party| opened.agency(*party)).collect();
            names.sort();
            vec![format!(
                "Not every party has approved it yet. It waits for the data owner of {}.",
                words::list(&names)
            )]
        }
        error => vec![error.to_string()],
    };
    if let State::Withdrawn { why, .. } | State::Ended { why, .. } = &opened.dossier.state {
        says.push(why.clone());
    }
    says.push("Nothing was changed.".to_owned());
    web::render_as(
        StatusCode::CONFLICT,
        StoppedPage {
            page: page.title("This can’t be done now"),
            says,
            back: format!("/trust/agreements/{}", opened.agreement.id),
        },
    )
}
