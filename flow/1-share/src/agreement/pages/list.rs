//! The register of agreements: what waits for the reader first, then what permits, what doesn't and why, and what is past.

use askama::Template;
use base::{Date, code};
use vault::Purpose;
use web::{Caller, Fault, Page, Site};

use super::{hand, may_read, words};
use crate::{
    agreement::{Act, Agreement, Hand, Stage, Standing, store},
    law::law,
    trust,
};

#[derive(Template)]
#[template(path = "agreement/pages/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<(&'static str, &'static str, bool)>,
    drafts: bool,
    groups: Vec<Group>,
}

struct Group {
    title: &'static str,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    title: String,
    /// How many they are, where their names would fill the row.
    count: String,
    parties: String,
    covers: String,
    dates: String,
    tag: &'static str,
    colour: &'static str,
}

pub(super) async fn list(site: Site, caller: Caller, page: Page) -> web::Result {
    let plain = site.vault().plain();
    let hand = hand(&site, &caller).await?;
    let mut agreements = store::all(&plain).await?;
    agreements.retain(|agreement| may_read(&hand, agreement.stage));
    let agencies = store::names(&plain).await?;
    let today = site.now().date_in_london();
    let mine: Vec<_> = waiting_for(&site, &caller, &hand, &agreements).await?.iter().map(|one| one.id).collect();
    let row = |agreement: &Agreement| {
        let names = agreement.terms.parties.iter().filter_map(|id| Some(agencies.get(id)?.name.clone()));
        row(agreement, names.collect(), today)
    };
    let group = |title, of: &dyn Fn(&Agreement) -> bool| {
        let rows = agreements.iter().filter(|agreement| of(agreement)).map(row).collect();
        Group { title, rows }
    };
    let stands = |agreement: &Agreement, all: &[Standing]| all.contains(&agreement.standing(today));
    let stopped = [Standing::Suspended, Standing::ReviewOverdue, Standing::WithoutAssessment];
    let draft = |agreement: &Agreement| matches!(agreement.stage, Stage::Drafted | Stage::Proposed);
    let mut ended =
        group("Ended", &|agreement| stands(agreement, &[Standing::Ended]) || agreement.stage == Stage::Withdrawn);
    ended.rows.reverse(); // the latest to end first
    let mut groups = vec![
        group("Waits for you", &|agreement| mine.contains(&agreement.id)),
        group("Permits nothing now", &|agreement| stands(agreement, &stopped)),
        group("Live, the soonest to end first", &|agreement| stands(agreement, &[Standing::Live])),
        group("Drafts and proposals", &|agreement| draft(agreement) && !mine.contains(&agreement.id)),
        group("Not started", &|agreement| stands(agreement, &[Standing::NotStarted])),
        ended,
    ];
    groups.retain(|group| !group.rows.is_empty());
    web::render(ListPage {
        drafts: hand.drafts(),
        groups,
        tabs: trust::tabs(&caller, "/trust/agreements"),
        page: page.title("Agreements"),
    })
}

fn row(agreement: &Agreement, mut parties: Vec<String>, today: Date) -> Row {
    parties.sort();
    let terms = &agreement.terms;
    let covers: Vec<String> = terms.categories().iter().map(|code| law().category(code).name).collect();
    let (tag, colour) = words::tag(agreement, today);
    Row {
        id: agreement.id.to_string(),
        title: terms.title.clone(),
        count: if parties.len() > 2 { format!("{} parties", parties.len()) } else { String::new() },
        parties: parties.join(", "),
        covers: covers.join(", "),
        dates: words::dates(agreement, today),
        tag,
        colour,
    }
}

/// The proposals that wait for this member: to approve for their agency, or to activate. Only those who could are asked about.
async fn waiting_for<'a>(
    site: &Site,
    caller: &Caller,
    hand: &Hand,
    agreements: &'a [Agreement],
) -> Result<Vec<&'a Agreement>, Fault> {
    let theirs = |agreement: &&Agreement| {
        agreement.stage == Stage::Proposed && (hand.is_officer() || hand.owns_for(&agreement.terms.parties))
    };
    let proposed: Vec<&Agreement> = agreements.iter().filter(theirs).collect();
    if proposed.is_empty() {
        return Ok(proposed);
    }
    let staff = site.vault().staff(&caller.actor(), Purpose::Administration, code!("agreements_read")).await?;
    let mut waiting = Vec::new();
    for agreement in proposed {
        let Some(dossier) = store::dossier(&staff, agreement.id).await? else { continue };
        let may = |act| dossier.check(act, hand, &agreement.terms.parties).is_ok();
        if may(Act::Approved) || may(Act::Activated) {
            waiting.push(agreement);
        }
    }
    Ok(waiting)
}

/// How many agreements wait for this member's approval or activation; none for whoever could do neither.
///
/// # Errors
/// The database's.
pub async fn waiting(site: &Site, caller: &Caller) -> Result<Option<usize>, Fault> {
    let hand = hand(site, caller).await?;
    if !caller.has("data_owner") && !hand.is_officer() {
        return Ok(None);
    }
    let agreements = store::all(&site.vault().plain()).await?;
    Ok(Some(waiting_for(site, caller, &hand, &agreements).await?.len()))
}
