//! What the pages under `/trust` share: the tabs between them.

use web::Caller;

/// The tabs that this caller may open: (text, address, whether it is this page).
pub(crate) fn tabs(caller: &Caller, here: &str) -> Vec<(&'static str, &'static str, bool)> {
    let mut tabs = Vec::new();
    let owner_or_officer = caller.has("data_owner") || caller.has("data_protection_officer");
    if owner_or_officer {
        tabs.push(("Overview", "/trust", here == "/trust"));
    }
    tabs.extend([
        ("Agreements", "/trust/agreements", here == "/trust/agreements"),
        ("Who shares what", "/trust/agreements/map", here == "/trust/agreements/map"),
        ("May I share this?", "/trust/may-i-share", here == "/trust/may-i-share"),
        ("Rules", "/trust/rules", here == "/trust/rules"),
        ("Check the log", "/trust/log", here == "/trust/log"),
    ]);
    if caller.has("data_protection_officer") {
        tabs.push(("Who looked", "/trust/access", here == "/trust/access"));
    }
    if owner_or_officer {
        tabs.push(("Requests", "/trust/asks", here == "/trust/asks"));
        tabs.push(("People’s requests", "/trust/rights", here == "/trust/rights"));
        tabs.push(("Emergency access", "/trust/emergencies", here == "/trust/emergencies"));
        tabs.push(("Disclosures", "/trust/disclosures", here == "/trust/disclosures"));
        tabs.push(("Notices", "/trust/notices", here == "/trust/notices"));
        tabs.push(("Files", "/trust/files", here == "/trust/files"));
    }
    if caller.has("data_owner") || caller.has("data_protection_officer") {
        tabs.push(("Retention", "/trust/retention", here == "/trust/retention"));
    }
    if owner_or_officer {
        tabs.push(("Unusual access", "/trust/unusual", here == "/trust/unusual"));
    }
    let reads = |duty: &&str| caller.has(duty);
    if ["data_protection_officer", "project_manager", "board_member"].iter().any(reads) {
        tabs.push(("Transparency", "/trust/transparency", here == "/trust/transparency"));
    }
    if crate::oversight::READERS.iter().any(reads) {
        tabs.push(("Processing", "/trust/processing", here == "/trust/processing"));
        tabs.push(("Impact", "/trust/assessment", here == "/trust/assessment"));
    }
    if caller.has("administrator") {
        tabs.push(("Members", "/trust/members", here == "/trust/members"));
    }
    tabs
}
