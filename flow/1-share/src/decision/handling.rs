//! What goes with everything that is shown: the handling words of the agreements it was shown under, and what the rules oblige to.

use std::collections::BTreeSet;

use base::{Code, Id, kind};
use vault::{Permit, Plain, StoreError};

use crate::agreement;

/// What an obligation asks of whoever sees it, in a sentence; none for a code that a unit's own rules brought and that has no words.
pub(crate) fn obligation_words(code: &Code) -> Option<&'static str> {
    match code.as_str() {
        "for_helping_only" => Some("Use it to help this young person. Pass it on by a referral, and in no other way."),
        "record_refusal_with_reason" => {
            Some("Sharing this is a duty in law: whoever refuses to pass it on for the child’s welfare records why.")
        }
        "only_for_the_stated_harm" => Some("It was given to prevent the harm that was named. Use it for nothing else."),
        "justify_within_24_hours" => Some("You opened this in an emergency. Justify it within 24 hours."),
        _ => None,
    }
}

/// How what a permit shows must be handled, each sentence once.
///
/// # Errors
/// The database's.
pub async fn handling(plain: &Plain, permit: &Permit) -> Result<Vec<String>, StoreError> {
    let relied_on: BTreeSet<Id<kind::Agreement>> = permit.grants().iter().filter_map(|grant| grant.agreement).collect();
    let agreements = agreement::all(plain).await?.into_iter().filter(|agreement| relied_on.contains(&agreement.id));
    let conditions = agreements.flat_map(|agreement| agreement.terms.conditions);
    let obligations = permit.grants().iter().flat_map(|grant| &grant.obligations).filter_map(obligation_words);
    let mut words: Vec<String> = obligations.map(str::to_owned).chain(conditions).collect();
    let mut seen = BTreeSet::new();
    words.retain(|sentence| seen.insert(sentence.clone()));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_obligation_of_the_starting_set_has_words() {
        let texts = crate::law::starting();
        let all = texts.iter().flat_map(|file| file.text.split("@obligation(\"").skip(1));
        let codes: BTreeSet<&str> = all.filter_map(|rest| rest.split('"').next()).collect();
        assert!(codes.len() >= 4, "{codes:?}");
        for code in codes {
            assert!(obligation_words(&Code::new(code).unwrap()).is_some(), "{code}");
        }
    }
}
