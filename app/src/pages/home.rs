//! Home: what needs this member first, then what they may do.

use act::api::Part;
use askama::Template;
use web::{Caller, Page, Site};

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    page: Page,
    name: String,
    tiles: Vec<Tile>,
    parts: Vec<Part>,
    ways: Vec<&'static Way>,
}

/// A number that leads to the list that it counts.
struct Tile {
    value: String,
    label: &'static str,
    href: &'static str,
}

/// A place to go, and what for.
struct Way {
    text: &'static str,
    href: &'static str,
    what: &'static str,
    duties: &'static [&'static str],
}

const WAYS: &[Way] = &[
    Way {
        text: "Moments",
        href: "/moments",
        what: "young people who can be reached now, by time left",
        duties: &["navigator", "youth_worker", "rota_lead"],
    },
    Way {
        text: "Rota",
        href: "/rota",
        what: "who is on shift, and where nobody is",
        duties: &["rota_lead", "navigator", "project_manager"],
    },
    Way {
        text: "Find a person",
        href: "/people",
        what: "by name and birth date, or by number",
        duties: &["navigator", "youth_worker", "social_worker", "intelligence_officer", "data_protection_officer"],
    },
    Way {
        text: "What you asked",
        href: "/asks",
        what: "your requests to other agencies, and their answers",
        duties: &["navigator", "youth_worker", "social_worker", "intelligence_officer"],
    },
    Way {
        text: "Requests between agencies",
        href: "/trust/asks",
        what: "what your agency was asked, by time left",
        duties: &["data_owner", "data_protection_officer"],
    },
    Way {
        text: "People’s requests",
        href: "/trust/rights",
        what: "what people ask about their own data, by time left",
        duties: &["data_protection_officer", "data_owner"],
    },
    Way {
        text: "Emergency access",
        href: "/trust/emergencies",
        what: "records that were opened because it could not wait",
        duties: &["data_owner", "data_protection_officer"],
    },
    Way {
        text: "Retention",
        href: "/trust/retention",
        what: "how long records are kept, and which wait for a decision",
        duties: &["data_owner", "data_protection_officer"],
    },
    Way {
        text: "Disclosures",
        href: "/trust/disclosures",
        what: "what was told, to whom, what for and on what ground",
        duties: &["data_owner", "data_protection_officer"],
    },
    Way {
        text: "Files for one person",
        href: "/trust/files",
        what: "files that other agencies make for you, or you for them",
        duties: &["data_owner", "data_protection_officer", "social_worker", "youth_worker"],
    },
    Way {
        text: "What is sealed",
        href: "/trust/seals",
        what: "protected addresses, adopted children, informants, and who is named",
        duties: &["data_owner", "data_protection_officer"],
    },
    Way {
        text: "Identities kept apart",
        href: "/links/kept-apart",
        what: "who an adopted child was and is, for the two who are named",
        duties: &["social_worker", "data_protection_officer"],
    },
    Way {
        text: "Pairs to review",
        href: "/links/review",
        what: "are these two records the same person?",
        duties: &["analyst"],
    },
    Way {
        text: "Feeds",
        href: "/data/feeds",
        what: "what partners sent, and what waits to be mended",
        duties: &["analyst", "data_owner", "data_protection_officer"],
    },
    Way {
        text: "Board",
        href: "/board",
        what: "moments in time and breached, and who was reached",
        duties: &["board_member", "project_manager", "analyst"],
    },
    Way { text: "Places", href: "/places", what: "offences by small area, as published", duties: &[] },
    Way {
        text: "Who looked, and why",
        href: "/trust/access",
        what: "the audit log",
        duties: &["data_protection_officer"],
    },
    Way {
        text: "Members",
        href: "/trust/members",
        what: "help someone who has lost their password or their phone",
        duties: &["administrator"],
    },
];

/// Shows it.
///
/// # Errors
/// The vault's.
pub async fn show(site: Site, caller: Caller, page: Page) -> web::Result {
    let mut tiles = Vec::new();
    let mut parts: Vec<Part> = act::api::home_part(&site, &caller).await?.into_iter().collect();
    parts.extend(learn::home_part(&site, &caller).await?);
    if caller.has("analyst") {
        let waiting = link::api::waiting_count(site.vault(), &caller.actor()).await?;
        tiles.extend(waiting.map(|pairs| Tile {
            value: web::thousands(pairs),
            label: "pairs to review",
            href: "/links/review",
        }));
    }
    let agreements = share::api::agreements_waiting(&site, &caller).await?.filter(|waiting| *waiting > 0);
    tiles.extend(agreements.map(|waiting| Tile {
        value: waiting.to_string(),
        label: if waiting == 1 { "agreement waits for you" } else { "agreements wait for you" },
        href: "/trust/agreements",
    }));
    tiles.extend(share::api::home_lines(&site, &caller).await?.into_iter().map(|line| Tile {
        value: web::thousands(line.count as u64),
        label: line.label(),
        href: line.href,
    }));
    let alone = super::seal::nobody_can_act(&site, &caller).await?;
    tiles.extend(alone.map(|waiting| Tile {
        value: web::thousands(waiting),
        label: if waiting == 1 {
            "sealed moment that nobody can act on"
        } else {
            "sealed moments that nobody can act on"
        },
        href: "/trust/sealed-moments",
    }));
    let ways =
        WAYS.iter().filter(|way| way.duties.is_empty() || way.duties.iter().any(|duty| caller.has(duty))).collect();
    web::render(HomePage { page: page.title("Home"), name: caller.name.clone(), tiles, parts, ways })
}
