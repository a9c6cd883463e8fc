//! The letter with an answer: what was asked and when, what comes with it, what was left out, and what they can do if they disagree.

use base::Date;
use web::time;

use super::{Answered, Block, lower};
use crate::rights::{
    codes::{Kind, NotDone, Outcome, Regime},
    course::Stage,
};

/// True of every answer, so that it tells nothing of this one.
pub(crate) const MAY_BE_MORE: &str = "In any answer like this, the law may let us leave something out without saying so, for example where saying it would \
     get in the way of finding out about a crime. You can ask the Information Commissioner to check.";

/// True of every answer too: what is sealed is given by those who are named for it, and nothing here says whether there is any.
pub(crate) const MAY_BE_APART: &str = "Some services keep some records apart from all others, to protect people. Whether they keep any about you, we are not told. If they \
     do, they look through them themselves and give you that part themselves.";

/// As true of every answer to a request to delete.
const APART_TOO: &str = "Some services keep some records apart from all others, to protect people. Whether they keep any about you, we are not told. If they \
     do, they decide about them themselves, and tell you themselves.";

/// A letter, as parts of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// What a letter is made of.
pub(crate) struct About<'a> {
    pub unit: &'a str,
    pub kind: Kind,
    pub regime: Regime,
    pub received: Date,
    pub today: Date,
    pub stage: &'a Stage,
    /// Whether anybody was found.
    pub found: bool,
    /// What is given, where it is an answer to access.
    pub answered: Option<&'a Answered<'a>>,
    /// The reason in the words of whoever decided; may be empty.
    pub words: &'a str,
}

/// Writes it.
pub(crate) fn letter(about: &About<'_>) -> Letter {
    let title = match about.kind {
        Kind::Access => "Your request to see what is held about you",
        Kind::Correction => "Your request to have a record corrected",
        Kind::Objection => "Your objection to the use of your data",
        Kind::Restriction => "Your request that your data not be used",
        Kind::Erasure => "Your request to have your data deleted",
        Kind::Complaint => "Your complaint about how your data was used",
    };
    let mut text = vec![
        format!("{}, {}", about.unit, time::date(about.today)),
        format!("You asked us on {}. This is our answer.", time::date(about.received)),
    ];
    match (about.kind, about.stage) {
        (_, Stage::Refused { why, .. }) => text.extend(refused(*why)),
        (Kind::Access, _) => text.extend(given(about)),
        (Kind::Complaint, Stage::Decided { outcome, why, .. }) => text.extend(upheld(*outcome, *why)),
        (Kind::Erasure, Stage::Decided { outcome, why, .. }) => text.extend(deleted(*outcome, *why)),
        (_, Stage::Decided { outcome, why, .. }) => text.extend(decided(*outcome, *why)),
        (Kind::Complaint, _) => {
            text.push("We have your complaint. We are looking into it, and will write to you.".to_owned())
        }
        _ => text.push("We are looking into it, and will write to you.".to_owned()),
    }
    text.extend(about.words.lines().filter(|line| !line.is_empty()).map(str::to_owned));
    let mut blocks = vec![Block::Part(title.to_owned())];
    blocks.extend(text.into_iter().map(Block::Text));
    blocks.push(Block::Heading("If something is wrong".to_owned()));
    blocks.extend(rights(about).into_iter().map(Block::Text));
    Letter { title: title.to_owned(), blocks }
}

fn given(about: &About<'_>) -> Vec<String> {
    if !about.found {
        return vec![
            "We looked for you by the names and numbers that you gave us. We hold nothing that we could find about you.".to_owned(),
            "If you were known under another name, or lived elsewhere, tell us, and we look again.".to_owned(),
            MAY_BE_APART.to_owned(),
        ];
    }
    let mut text = vec![
        "With this letter comes a copy of what is held about you: one to read, and one that a computer can read (JSON). They say which \
         service each part is from, what it is kept for, and who has looked at it."
            .to_owned(),
        "Some services give us records without names, or we keep digests and copies for searching. Those are about you too, and are in it."
            .to_owned(),
    ];
    let left_out = about.answered.map(Answered::left_out).unwrap_or_default();
    if !left_out.is_empty() {
        text.push("Some of it is left out. The last part says how much, and on which ground in law.".to_owned());
    }
    text.push(MAY_BE_MORE.to_owned());
    text.push(MAY_BE_APART.to_owned());
    text
}

fn decided(outcome: Outcome, why: Option<NotDone>) -> Vec<String> {
    let mut text = vec![match outcome {
        Outcome::Done => "We have done what you asked. Whoever was given the data before is told.".to_owned(),
        Outcome::Partly => {
            "We have done a part of what you asked. Whoever was given the data before is told.".to_owned()
        }
        Outcome::Not => "We have not done what you asked.".to_owned(),
    }];
    text.extend(why.map(because));
    text
}

fn upheld(outcome: Outcome, why: Option<NotDone>) -> Vec<String> {
    let mut text = vec![match outcome {
        Outcome::Done => "We uphold your complaint: what you complained about was wrong.".to_owned(),
        Outcome::Partly => "We uphold a part of your complaint.".to_owned(),
        Outcome::Not => "We do not uphold your complaint.".to_owned(),
    }];
    text.extend(why.map(because));
    text
}

/// Where some agencies keep theirs, each says why on a line of its own.
fn deleted(outcome: Outcome, why: Option<NotDone>) -> Vec<String> {
    let mut text = vec![match outcome {
        Outcome::Done => "We have deleted what is held about you. Whoever was given the data before is told.".to_owned(),
        Outcome::Partly => "We have deleted a part of what is held about you: what we hold, and what the services hold that agreed. Whoever was \
             given that before is told."
            .to_owned(),
        Outcome::Not => "We have not deleted what is held about you.".to_owned(),
    }];
    text.extend(why.filter(|_| outcome == Outcome::Not).map(because));
    text.push(APART_TOO.to_owned());
    text
}

fn refused(why: NotDone) -> Vec<String> {
    vec!["We can’t do what you asked.".to_owned(), because(why)]
}

/// A ground in a sentence.
pub(crate) fn because(why: NotDone) -> String {
    format!("The reason: {}. The law: {}.", lower(why.words()), why.more())
}

fn rights(about: &About<'_>) -> Vec<String> {
    let mut text = vec![
        "Tell us if something is not right. You can ask us to correct it, to delete it, or not to use it. If we don’t change a record, you can have \
         what you say kept beside it."
            .to_owned(),
        format!("You can complain to us: write to the data protection officer of {}. We say within 30 days that we have your complaint.", about.unit),
        "You can complain to the Information Commissioner: ico.org.uk/make-a-complaint, telephone 0303 123 1113, Wycliffe House, Water Lane, \
         Wilmslow, SK9 5AF."
            .to_owned(),
        "You can go to court.".to_owned(),
    ];
    if about.regime != Regime::General {
        text.push(
            "For records that the police keep to deal with crime, you can also ask the Commissioner to check for you (Data Protection Act 2018 section \
             51)."
                .to_owned(),
        );
    }
    text
}

pub(crate) use About as Of;
