//! Whether somebody who was looked at may be the member themselves, or somebody near to them. Names are compared in memory, within the
//! nightly job and under its permit, and forgotten; what is kept is how many, and of what sort.

use std::collections::BTreeSet;

use base::names::fold;

use super::rules::Counts;

/// What a partner’s record says of who somebody is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// First names, as they were written.
    pub given: String,
    /// The family name.
    pub family: String,
    /// The postcode; empty where there is none.
    pub postcode: String,
}

/// A name as it is compared: its first word and its last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ends {
    pub first: String,
    pub last: String,
}

impl Ends {
    /// Of a name in one piece, as members have.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let folded = fold(name);
        let mut words = folded.split(' ').filter(|word| !word.is_empty());
        let first = words.next()?.to_owned();
        Some(Self { first, last: words.next_back()?.to_owned() })
    }

    fn of_known(known: &Known) -> Option<Self> {
        Self::of(&format!("{} {}", known.given, known.family))
    }
}

/// Who looks, as they are compared.
pub(crate) struct Looker<'a> {
    pub name: Option<&'a Ends>,
    /// The digests of their own postcodes: what they gave, and what they took back not long before.
    pub homes: &'a [String],
    /// Everybody else who works here.
    pub colleagues: &'a BTreeSet<Ends>,
}

/// A postcode as its digest is made: without spaces, in capitals.
pub(crate) fn postcode(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Adds what one person who was opened is to whoever opened them; the strongest of it counts.
pub(crate) fn add(counts: &mut Counts, looker: &Looker, records: &[Known], digest: &dyn Fn(&str) -> String) {
    let names: BTreeSet<Ends> = records.iter().filter_map(Ends::of_known).collect();
    let is_home = |known: &Known| looker.homes.contains(&digest(&postcode(&known.postcode)));
    let at_home = !looker.homes.is_empty() && records.iter().any(|known| !known.postcode.is_empty() && is_home(known));
    counts.own_address += u64::from(at_home);
    if looker.name.is_some_and(|own| names.contains(own)) {
        counts.own_name += 1;
    } else if names.iter().any(|name| looker.colleagues.contains(name)) {
        counts.colleague += 1;
    } else if looker.name.is_some_and(|own| names.iter().any(|name| name.last == own.last)) {
        counts.same_surname += 1;
    }
}
