//! What the pages under `/trust` share: the tabs between them, in three groups, so that nobody faces twenty.

use web::Caller;

/// A page under `/trust`, and who may open it; everyone where no duty is named.
struct Tab {
    text: &'static str,
    href: &'static str,
    duties: &'static [&'static str],
}

const EVERYONE: &[&str] = &[];
const ANSWERABLE: &[&str] = &["data_owner", "data_protection_officer"];
const OFFICER: &[&str] = &["data_protection_officer"];

const fn tab(text: &'static str, href: &'static str, duties: &'static [&'static str]) -> Tab {
    Tab { text, href, duties }
}

/// Each group with its name; the first of its pages that one may open stands for the group.
const GROUPS: [(&str, &[Tab]); 3] = [
    (
        "Sharing ›",
        &[
            tab("Agreements", "/trust/agreements", EVERYONE),
            tab("Who shares what", "/trust/agreements/map", EVERYONE),
            tab("May I share this?", "/trust/may-i-share", EVERYONE),
            tab("Rules", "/trust/rules", EVERYONE),
            tab("Disclosures", "/trust/disclosures", ANSWERABLE),
            tab("Notices", "/trust/notices", ANSWERABLE),
            tab("Files", "/trust/files", ANSWERABLE),
        ],
    ),
    (
        "People’s data ›",
        &[
            tab("Requests between agencies", "/trust/asks", ANSWERABLE),
            tab("Emergency access", "/trust/emergencies", ANSWERABLE),
            tab("People’s own requests", "/trust/rights", ANSWERABLE),
            tab("Retention", "/trust/retention", ANSWERABLE),
            tab("Sealed", "/trust/seals", ANSWERABLE),
        ],
    ),
    (
        "Oversight ›",
        &[
            tab("Overview", "/trust", ANSWERABLE),
            tab("Who looked", "/trust/access", OFFICER),
            tab("Unusual access", "/trust/unusual", ANSWERABLE),
            tab("Transparency", "/trust/transparency", crate::oversight::PUBLISHERS),
            tab("Processing", "/trust/processing", crate::oversight::READERS),
            tab("Impact", "/trust/assessment", crate::oversight::READERS),
            tab("Clocks", crate::clocks::pages::HERE, ANSWERABLE),
            tab("Check the log", "/trust/log", EVERYONE),
            tab("Members", "/trust/members", &["administrator"]),
        ],
    ),
];

/// Whether this caller may open the page under `/trust` at this address: a tab's own, or one that lies under a tab.
pub(crate) fn may_open(caller: &Caller, href: &str) -> bool {
    let leads_there = |tab: &&Tab| {
        let under = href.strip_prefix(tab.href).filter(|rest| rest.starts_with('/'));
        tab.href == href || (under.is_some() && tab.href != "/trust")
    };
    let named = GROUPS.iter().flat_map(|(_, tabs)| tabs.iter()).filter(leads_there);
    named.max_by_key(|tab| tab.href.len()).is_none_or(|tab| opens(caller, tab))
}

/// The address of a page under `/trust`, for a link; empty for whoever may not open it.
pub(crate) fn link(caller: &Caller, href: &'static str) -> &'static str {
    if may_open(caller, href) { href } else { "" }
}

fn opens(caller: &Caller, tab: &Tab) -> bool {
    tab.duties.is_empty() || tab.duties.iter().any(|duty| caller.has(duty))
}

/// The tabs that this caller may open, of the group in which `here` is, and the way to each other group: (text, address, whether it is
/// this page).
pub(crate) fn tabs(caller: &Caller, here: &str) -> Vec<(&'static str, &'static str, bool)> {
    let mut tabs = Vec::new();
    let mut others = Vec::new();
    for (name, pages) in &GROUPS {
        let mut may_open = pages.iter().filter(|tab| opens(caller, tab));
        if pages.iter().any(|tab| tab.href == here) {
            tabs.extend(may_open.map(|tab| (tab.text, tab.href, tab.href == here)));
        } else if let Some(first) = may_open.next() {
            others.push((*name, first.href, false));
        }
    }
    tabs.extend(others);
    tabs
}
