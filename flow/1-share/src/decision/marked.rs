//! For whom there is something sealed or restricted at all: the floor under every version of the rules. To anybody else it is neither
//! granted nor refused; the policies (36-seal.cedar) can close more.

use base::{Code, Id, code, kind};
use vault::{Marks, Purpose, Verb};

use super::{grounds::Case, register::Asker};

/// The fact by which the sealed run of linking says what it is.
pub const RUN: &str = "run";

/// What it says.
#[must_use]
pub fn sealed_run() -> Code {
    code!("sealed")
}

/// Whether whoever asks is named by this controller for its sealed records; or is the sealed run of linking, or a job that sees to
/// moments, which no sealed child may lose.
pub(super) fn is_named(case: &Case, controller: Id<kind::Agency>) -> bool {
    match case.asker {
        Asker::Member { id, .. } => case.register.named.get(&controller).is_some_and(|named| named.contains(id)),
        Asker::Job | Asker::Program => match case.ask.verb {
            Verb::Link => case.ask.facts.get(RUN) == Some(&sealed_run()),
            _ => case.ask.purpose != Purpose::Linking,
        },
        Asker::Token { .. } | Asker::Stranger => false,
    }
}

/// Whether what this controller marked so exists for whoever asks.
pub(super) fn exists_for(case: &Case, controller: Id<kind::Agency>, marks: Marks) -> bool {
    let erases = case.ask.verb == Verb::Erase && case.ask.purpose == Purpose::Rights;
    let blind = matches!(case.ask.verb, Verb::Count | Verb::Collect) || erases;
    let seen = !marks.sealed || is_named(case, controller);
    let used = !marks.restricted || may_use_restricted(case, controller);
    blind || (seen && used)
}

fn may_use_restricted(case: &Case, controller: Id<kind::Agency>) -> bool {
    match case.asker {
        Asker::Member { agency, duties, .. } => {
            let owner = duties.contains("data_owner") && *agency == controller;
            case.ask.purpose == Purpose::Rights && (owner || duties.contains("data_protection_officer"))
        }
        Asker::Job | Asker::Program => {
            case.ask.verb == Verb::Erase || (case.ask.verb == Verb::View && case.ask.purpose == Purpose::Rights)
        }
        Asker::Token { .. } | Asker::Stranger => false,
    }
}
