//! What the pages under `/trust` share: the tabs between them.

use web::Caller;

/// The tabs that this caller may open: (text, address, whether it is this page).
pub(crate) fn tabs(caller: &Caller, here: &str) -> Vec<(&'static str, &'static str, bool)> {
    let mut tabs = vec![
        ("Agreements", "/trust/agreements", here == "/trust/agreements"),
        ("Who shares what", "/trust/agreements/map", here == "/trust/agreements/map"),
        ("May I share this?", "/trust/may-i-share", here == "/trust/may-i-share"),
        ("Rules", "/trust/rules", here == "/trust/rules"),
        ("Check the log", "/trust/log", here == "/trust/log"),
    ];
    if caller.has("data_protection_officer") {
        tabs.push(("Who looked", "/trust/access", here == "/trust/access"));
    }
    if caller.has("data_owner") || caller.has("data_protection_officer") {
        tabs.push(("Requests", "/trust/asks", here == "/trust/asks"));
        tabs.push(("Emergency access", "/trust/emergencies", here == "/trust/emergencies"));
        tabs.push(("Sealed", "/trust/seals", here == "/trust/seals"));
    }
    if caller.has("administrator") {
        tabs.push(("Members", "/trust/members", here == "/trust/members"));
    }
    tabs
}
