//! How far long work on an answer is: a page of its own, which refreshes itself and leads on once the work is done. It reads of the job alone and nothing
//! about anybody, so that waiting leaves no look at the person in the log.

use std::time::Duration;

use askama::Template;
use axum::extract::Path;
use base::{Id, kind};
use vault::jobs::{JobState, JobStatus, MOST_ATTEMPTS};
use web::{Caller, Fault, Page, Site, time};

use super::officer;
use crate::rights::{
    RightsError,
    answer::lower,
    sealed,
    under_way::{GATHER, GATHERING, MAKE},
};

/// For so long the page waits by itself before it says that work goes on: short work is done by then.
const PATIENCE: u32 = 20;
/// And looks so often.
const STEP: Duration = Duration::from_millis(50);

/// What is said of work that goes on or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rights) struct Told {
    /// Whether it was given up.
    pub failed: bool,
    /// Whether it makes files; else it finds everything.
    pub makes: bool,
    pub title: &'static str,
    pub text: String,
    /// Of how many parts how many are done; (0, 0) where that isn't known.
    pub done: u64,
    pub of: u64,
    /// Where it is shown how far it is; empty where this reader isn't whoever asked.
    pub href: String,
    /// What an administrator finds it by in the program's log.
    pub reference: String,
}

/// Where one sees how far a job is.
pub(in crate::rights) fn here(job: Id<kind::Job>) -> String {
    format!("/trust/rights/work/{job}")
}

fn title(kind: &str) -> &'static str {
    if kind == GATHER { "Finding everything that is held" } else { "Making the files" }
}

/// What is said of it; none where it is done.
fn words(site: &Site, status: &JobStatus) -> Option<Told> {
    let title = title(&status.job.kind);
    let (done, of) = status.far.unwrap_or_default();
    let again = status.state == JobState::Waiting && status.problem.is_some();
    let text = match status.state {
        JobState::Done => return None,
        JobState::Failed => failure(status),
        _ if again => {
            let next = time::moment(status.run_after, site.now());
            format!("It did not work at once, and is tried again by itself: {next}.")
        }
        JobState::Waiting => "It waits for its turn.".to_owned(),
        JobState::Running => far(&status.job.kind, done, of),
    };
    Some(Told {
        failed: status.state == JobState::Failed,
        makes: status.job.kind != GATHER,
        title,
        text,
        done,
        of,
        href: here(status.job.id),
        reference: status.job.id.to_string(),
    })
}

fn far(kind: &str, done: u64, of: u64) -> String {
    if of == 0 {
        return "It has begun.".to_owned();
    }
    if kind == GATHER {
        let step = usize::try_from(done).ok().and_then(|done| GATHERING.get(done)).copied().unwrap_or_default();
        return format!("Step {} of {of}: {}.", done + 1, lower(step));
    }
    if done < of {
        format!("{done} of {of} pages are written.")
    } else {
        format!("All {of} pages are written, and the file is put together.")
    }
}

/// Why it was given up: our own words where it could not be done, else that it was tried and did not work.
fn failure(status: &JobStatus) -> String {
    match &status.problem {
        Some(problem) if status.job.attempts < MOST_ATTEMPTS => problem.clone(),
        _ => format!("It was tried {MOST_ATTEMPTS} times over some hours, and did not work. Nothing was changed."),
    }
}

/// What is said of the job that was asked for last, on the page of what it works on.
pub(in crate::rights) async fn told(
    site: &Site,
    work: Option<Id<kind::Job>>,
    reader: Id<kind::Member>,
) -> Result<Option<Told>, Fault> {
    let Some(work) = work else { return Ok(None) };
    let Some(status) = site.vault().job_status(work).await? else { return Ok(None) };
    let own = status.job.text("member").is_ok_and(|member| member == reader.to_string());
    let told = words(site, &status);
    Ok(told
        .map(|told| if own || status.job.kind != sealed::MAKE { told } else { Told { href: String::new(), ..told } }))
}

#[derive(Template)]
#[template(path = "rights/pages/work.html")]
struct WorkPage {
    page: Page,
    back: (String, &'static str),
    told: Told,
}

/// Whose it is: the page of what the job works on, where this caller may see it.
async fn whose(site: &Site, caller: &Caller, status: &JobStatus) -> Result<(String, &'static str), Fault> {
    let job = &status.job;
    let id = |key: &str| job.text(key).map(str::to_owned).map_err(|_| Fault::NotFound);
    match job.kind.as_str() {
        GATHER | MAKE => {
            officer(site, caller).await?;
            Ok((format!("/trust/rights/{}", id("request")?), "The request"))
        }
        sealed::MAKE if id("member")? == caller.id.to_string() => {
            Ok((format!("{}/{}", sealed::pages::LIST, id("part")?), "The sealed part"))
        }
        _ => Err(Fault::NotFound),
    }
}

pub(super) async fn show(site: Site, caller: Caller, page: Page, Path(job): Path<Id<kind::Job>>) -> web::Result {
    let vault = site.vault();
    let mut status = vault.job_status(job).await?.ok_or(RightsError::NotFound)?;
    let back = whose(&site, &caller, &status).await?;
    for _ in 0..PATIENCE {
        if !status.state.is_open() || status.problem.is_some() {
            break;
        }
        tokio::time::sleep(STEP).await;
        status = vault.job_status(job).await?.ok_or(RightsError::NotFound)?;
    }
    let Some(told) = words(&site, &status) else {
        let (to, said) = match status.job.kind.as_str() {
            GATHER => (format!("{}/review", back.0), "Everything that is held about them was found"),
            MAKE => (back.0, "The answer is approved, and its files are made"),
            _ => (back.0, "It is approved, and its files are made"),
        };
        return Ok(web::done(&site, &to, said));
    };
    web::render(WorkPage { page: page.title(told.title), back, told })
}
