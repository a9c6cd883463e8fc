//! This stage's parts of pages about everything: what waits, on a member's home page; what was done, on a person's page.

use askama::Template;
use base::{Id, kind};
use vault::{Reader, StoreError, Vault};
use web::{Caller, Fault, Site, time};

use crate::{
    contact,
    escalation::store::moments_for,
    moment::{
        pages::HELPERS,
        queue::{Line, Queue, Show, type_name},
        store,
        store::Listed,
        words,
    },
    neighbours, referral,
};

/// How many lines home shows of each list.
const LINES: usize = 5;
/// How many numbers home shows above it.
const MOST_TILES: usize = 4;

/// A part of a page: a title, its place among the others, and markup that is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its heading.
    pub title: &'static str,
    /// Smaller comes first.
    pub order: u32,
    /// What stands under the heading.
    pub html: String,
}

#[derive(Template)]
#[template(path = "moment/home.html")]
struct WaitingPart {
    tiles: Vec<Tile>,
    lines: Vec<Line>,
    /// Whether the lines are what nobody has taken, rather than the member's own.
    nobodys: bool,
    helps: bool,
}

/// A number of what waits, and where it is listed.
struct Tile {
    count: u64,
    words: &'static str,
    href: &'static str,
    attention: bool,
}

/// What waits for a member: their moments, what escalated to them, referrals to answer. None where nothing of this stage is theirs, or policy refuses it all.
///
/// # Errors
/// The database's.
pub async fn home_part(site: &Site, caller: &Caller) -> Result<Option<Part>, Fault> {
    let helps = HELPERS.iter().any(|duty| caller.has(duty));
    let lead = caller.has("rota_lead");
    if !helps && !lead {
        return Ok(None);
    }
    let queue = match Queue::read_short(site, caller).await {
        Ok(queue) => queue,
        Err(Fault::Denied | Fault::Refused(_)) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let mine = if helps { queue.count(Show::Mine) } else { 0 };
    let told = if lead { moments_for(&queue.reader, "rota_lead", 100).await? } else { Vec::new() };
    // One list by time left. Whoever helps and has none of their own sees what nobody has taken: somebody must.
    let nobodys = mine == 0;
    let is_theirs = |moment: &&Listed| {
        (helps && !nobodys && queue.viewer.shows(Show::Mine, moment, queue.now))
            || ((nobodys || lead) && queue.viewer.shows(Show::Unassigned, moment, queue.now))
            || told.contains(&moment.id)
    };
    let shown: Vec<&Listed> = queue.moments.iter().filter(is_theirs).take(LINES).collect();
    let part = WaitingPart {
        lines: queue.lines(site, &shown, helps).await?,
        tiles: tiles(&queue, caller, mine, helps, lead).await?,
        nobodys,
        helps,
    };
    Ok(Some(Part { title: "Needs you", order: 10, html: part.render()? }))
}

/// What waits, in numbers: none that is nothing, and few enough to read at a glance.
async fn tiles(queue: &Queue, caller: &Caller, mine: u64, helps: bool, lead: bool) -> Result<Vec<Tile>, Fault> {
    let referrals = if helps { referral::store::waiting_for(&queue.reader, caller.agency).await? } else { 0 };
    let silent = if lead { referral::store::silent(&queue.reader, queue.now, 100).await?.len() } else { 0 };
    let list = |show: Show, href: &'static str, attention: bool| Tile {
        count: queue.count(show),
        words: show.words(),
        href,
        attention,
    };
    let number = |count: usize, words: &'static str, href: &'static str, attention: bool| Tile {
        count: u64::try_from(count).unwrap_or(u64::MAX),
        words,
        href,
        attention,
    };
    let mut tiles = vec![
        Tile { count: mine, words: Show::Mine.words(), href: "/moments?show=mine", attention: false },
        list(Show::Breached, "/moments?show=breached", true),
        list(Show::Unassigned, "/moments?show=unassigned", false),
        number(referrals, "Referrals to answer", "/referrals", false),
        number(silent, "Referrals without an answer in time", "", true),
    ];
    tiles.retain(|tile| tile.count > 0);
    tiles.truncate(MOST_TILES);
    Ok(tiles)
}

#[derive(Template)]
#[template(path = "moment/person.html")]
struct PersonPart {
    rows: Vec<PersonRow>,
}

struct PersonRow {
    href: String,
    what: String,
    when: String,
    clock: time::Clock,
    done: Vec<String>,
}

/// A person's moments with what was done about each, the newest first. None where the permit covers none.
///
/// # Errors
/// The database's.
pub async fn person_part(vault: &Vault, reader: &Reader, person: Id<kind::Person>) -> Result<Option<Part>, StoreError> {
    let moments = store::of_person(reader, person).await?;
    if moments.is_empty() {
        return Ok(None);
    }
    let ids: Vec<Id<kind::Moment>> = moments.iter().map(|moment| moment.id).collect();
    let contacts = contact::store::of_moments(reader, &ids).await?;
    let referrals = referral::store::of_moments(reader, &ids).await?;
    let agencies = neighbours::agency_names(&vault.plain()).await?;
    let now = vault.now();
    let rows = moments.iter().map(|moment| {
        let tried = contacts.iter().filter(|contact| contact.moment == moment.id).map(|contact| {
            let what = if contact.reached { "reached" } else { "tried, not reached" };
            format!("{}: {what}, {}", time::full(contact.attempted_at), words::lower_first(contact.how.words()))
        });
        let referred = referrals.iter().filter(|referral| referral.moment == moment.id).map(|referral| {
            let to = agencies.get(&referral.to_agency).map_or("an agency", String::as_str);
            format!("{}: referred to {to}. {}", time::full(referral.made_at), referral.state_words())
        });
        PersonRow {
            href: format!("/moments/{}", moment.id),
            what: type_name(moment),
            when: time::full(moment.event_at),
            clock: words::clock(moment, now),
            done: tried.chain(referred).collect(),
        }
    });
    let html = PersonPart { rows: rows.collect() }
        .render()
        .map_err(|error| StoreError::BadValue { column: "person_part".to_owned(), problem: error.to_string() })?;
    Ok(Some(Part { title: "Reachable moments", order: 20, html }))
}
