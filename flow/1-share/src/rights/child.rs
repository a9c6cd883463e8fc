//! The child's own page: what is held about me, why, who can see it, who was told, what I can ask for. The sentences are fixed, and short enough
//! for a reader of nine; a test measures them. What is left out of the answer is left out here.

use std::collections::{BTreeMap, BTreeSet};

use super::{answer::Answered, gather::Item};

pub(crate) const WHAT: [&str; 3] = [
    "Some people have the job of keeping kids safe.",
    "To do that, they write down facts and keep them.",
    "These are the facts that we hold about you.",
];
pub(crate) const WHY: [&str; 3] = [
    "We keep them so that we can help you.",
    "We want to help you in time, and in the right way.",
    "We do not keep them for fun, and we do not sell them.",
];
pub(crate) const SEES: [&str; 4] = [
    "Not all who work here can see this.",
    "A person must say why they need to look.",
    "Each time a person looks, we write it down.",
    "These people have looked:",
];
pub(crate) const NOBODY_LOOKED: &str = "No one has looked yet.";
pub(crate) const TOLD: [&str; 2] =
    ["Now and then we must tell some facts to a new team.", "These teams were told, or asked to be told:"];
pub(crate) const NOBODY_TOLD: &str = "No one else was told.";
pub(crate) const ASK: [&str; 8] = [
    "It is all about you, so you can ask.",
    "You can ask to see it.",
    "You can ask us to fix it if it is wrong.",
    "You can ask us to stop using it.",
    "You can ask us to get rid of it.",
    "If we say no, we must tell you why.",
    "You can tell us that we did it wrong.",
    "It costs no money to ask.",
];
pub(crate) const TALK: [&str; 4] = [
    "Talk to a grown-up that you trust.",
    "They can help you ask.",
    "You can ask your worker to read this with you.",
    "If you are not safe now, call 999.",
];
pub(crate) const COMPLAIN: [&str; 2] =
    ["If you are not happy with us, there is one more team to tell.", "They check on us. Call them on 0303 123 1113."];
pub(crate) const HOW_TO_ASK: [&str; 5] = [
    "You can ask at any age.",
    "Tell your worker, or write to us.",
    "Say your name, and the date you were born.",
    "We will check that it is you.",
    "Then we have one month to give it to you.",
];

/// What the page says of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mine {
    /// Each service, with what it gave and how much of it.
    pub held: Vec<(String, Vec<String>)>,
    /// Who looked: what they do, and how often.
    pub looked: Vec<String>,
    /// Services that were told, or asked.
    pub told: Vec<String>,
}

/// Makes it of an answer.
pub(crate) fn mine(answered: &Answered<'_>) -> Mine {
    let mut held: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut looked: BTreeMap<String, usize> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for row in &answered.rows {
        let item = row.item;
        match item.table.as_str() {
            "audit_entry" => {
                if let Some(who) = value(item, "actor").filter(|who| *who != "The system itself") {
                    *looked.entry(who.to_owned()).or_default() += 1;
                }
            }
            "ask" => told.extend(value(item, "asker_agency").map(str::to_owned)),
            "referral" | "disclosure" | "emergency_access" => {
                let to = ["to_agency", "receiver", "recipient", "agency"].iter().find_map(|key| value(item, key));
                told.extend(to.map(str::to_owned));
            }
            "record" | "contact" | "quarantined" | "rights_statement" => {
                *held.entry(&item.agency).or_default().entry(&item.about).or_default() += 1
            }
            _ => {}
        }
    }
    let times = |count: usize| match count {
        1 => "1 time".to_owned(),
        more => format!("{more} times"),
    };
    Mine {
        held: held
            .into_iter()
            .map(|(agency, kinds)| {
                let kinds = kinds.into_iter().map(|(kind, count)| format!("{kind}: {}", times(count)));
                (agency.to_owned(), kinds.collect())
            })
            .collect(),
        looked: looked.into_iter().map(|(who, count)| format!("{who}: {}", times(count))).collect(),
        told: told.into_iter().collect(),
    }
}

fn value<'a>(item: &'a Item, key: &str) -> Option<&'a str> {
    item.fields.iter().find(|field| field.key == key).map(|field| field.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syllables, by the vowels that sound: a rule of thumb that errs upwards.
    fn syllables(word: &str) -> usize {
        let word: String = word.to_lowercase().chars().filter(|letter| letter.is_alphabetic()).collect();
        let vowel = |letter: char| "aeiouy".contains(letter);
        let mut count = 0;
        let mut before = false;
        for letter in word.chars() {
            count += usize::from(vowel(letter) && !before);
            before = vowel(letter);
        }
        let silent = word.ends_with('e') && !word.ends_with("le") && count > 1;
        (count - usize::from(silent)).max(1)
    }

    /// The grade of Flesch and Kincaid (1975), from which the age of reading is five more.
    fn grade(sentences: &[&str]) -> f64 {
        let words: Vec<&str> = sentences.iter().flat_map(|one| one.split_whitespace()).collect();
        let ends: usize = sentences.iter().map(|one| one.matches(['.', ':', '?']).count().max(1)).sum();
        let count = |number: usize| f64::from(u32::try_from(number).unwrap());
        let sounds: usize = words.iter().map(|word| syllables(word)).sum();
        0.39 * count(words.len()) / count(ends) + 11.8 * count(sounds) / count(words.len()) - 15.59
    }

    #[test]
    fn a_reader_of_nine_can_read_it() {
        let parts: [&[&str]; 8] = [&WHAT, &WHY, &SEES, &TOLD, &ASK, &TALK, &COMPLAIN, &HOW_TO_ASK];
        let all: Vec<&str> = parts.concat().into_iter().chain([NOBODY_LOOKED, NOBODY_TOLD]).collect();
        let whole = grade(&all);
        println!("grade {whole:.1}, age {:.1}", whole + 5.0);
        assert!(whole <= 4.0, "grade {whole:.1}");
        for part in parts {
            assert!(grade(part) <= 4.5, "{}: grade {:.1}", part[0], grade(part));
        }
        for sentence in &all {
            assert!(sentence.split_whitespace().count() <= 14, "{sentence}");
        }
    }
}
