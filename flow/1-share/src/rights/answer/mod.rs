//! The answer to somebody who asked for what is held about them: what is given, what is left out and on which ground, a letter, the whole to
//! read (PDF) and for machines (JSON). Made of what was gathered and of what humans marked, and of nothing else.

mod letter;
mod machine;
mod pdf;

use std::collections::BTreeMap;

pub(crate) use letter::{Letter, Of, because, letter};
pub(crate) use machine::for_machines;
pub(crate) use pdf::to_read;

use super::{
    codes::Ground,
    gather::{Field, Gathered, Item},
    mark::Marks,
    suggest::WHOLE,
};

/// A part of a page, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// A heading of the first order: a new page begins.
    Part(String),
    Heading(String),
    Small(String),
    Text(String),
    /// A label and what stands behind it.
    Line(String, String),
}

/// A row as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown<'a> {
    pub item: &'a Item,
    /// Each field, or the ground on which it is left out.
    pub fields: Vec<(&'a Field, Option<Ground>)>,
}

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered<'a> {
    pub gathered: &'a Gathered,
    pub rows: Vec<Shown<'a>>,
    /// Whole rows that are left out, with the ground.
    pub whole: Vec<(&'a Item, Ground)>,
}

impl<'a> Answered<'a> {
    pub(crate) fn of(gathered: &'a Gathered, marks: &Marks) -> Self {
        let (mut rows, mut whole) = (Vec::new(), Vec::new());
        for item in &gathered.items {
            match marks.get(item.number, WHOLE).and_then(|mark| mark.ground) {
                Some(ground) => whole.push((item, ground)),
                None => {
                    let fields = item.fields.iter().map(|field| (field, marks.ground(item.number, &field.key)));
                    rows.push(Shown { item, fields: fields.collect() });
                }
            }
        }
        Self { gathered, rows, whole }
    }

    /// How much is left out on each ground that may be said: (fields, rows).
    pub(crate) fn left_out(&self) -> BTreeMap<Ground, (usize, usize)> {
        let mut counts: BTreeMap<Ground, (usize, usize)> = BTreeMap::new();
        let fields = self.rows.iter().flat_map(|row| &row.fields).filter_map(|(_, ground)| *ground);
        for ground in fields.filter(|ground| !ground.is_silent()) {
            counts.entry(ground).or_default().0 += 1;
        }
        for (_, ground) in self.whole.iter().filter(|(_, ground)| !ground.is_silent()) {
            counts.entry(*ground).or_default().1 += 1;
        }
        counts
    }
}

/// What stands in a field's place.
pub(crate) fn left_out_words(ground: Ground) -> String {
    if ground.is_silent() { "Left out".to_owned() } else { format!("Left out: {}", lower(ground.words())) }
}

pub(crate) fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The whole answer to be read, behind its letter.
pub(crate) fn blocks(letter: &Letter, answered: &Answered<'_>) -> Vec<Block> {
    let mut blocks = letter.blocks.clone();
    blocks.push(Block::Part("What is held about you".to_owned()));
    blocks.push(Block::Text(
        "Each part says which service it is from. “Left out” stands where something may not be given. References that only machines need \
         are in the second file."
            .to_owned(),
    ));
    let (mut agency, mut about) = (String::new(), String::new());
    for row in &answered.rows {
        if row.item.agency != agency {
            agency.clone_from(&row.item.agency);
            about.clear();
            blocks.push(Block::Heading(agency.clone()));
        }
        if row.item.about != about {
            about.clone_from(&row.item.about);
            blocks.push(Block::Text(format!("{about}. {}.", row.item.why)));
        }
        push_row(&mut blocks, row);
    }
    blocks.push(Block::Part("What is left out".to_owned()));
    let counts = answered.left_out();
    if counts.is_empty() {
        blocks.push(Block::Text("Nothing is left out on a ground that can be named here.".to_owned()));
    }
    for (ground, (fields, rows)) in counts {
        let what = match (fields, rows) {
            (fields, 0) => count(fields, "detail", "details"),
            (0, rows) => count(rows, "entry", "entries"),
            (fields, rows) => format!("{} and {}", count(fields, "detail", "details"), count(rows, "entry", "entries")),
        };
        blocks.push(Block::Line(what, format!("{} ({})", ground.words(), ground.more())));
    }
    blocks.push(Block::Text(letter::MAY_BE_MORE.to_owned()));
    blocks
}

fn count(number: usize, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {more}") }
}

fn push_row(blocks: &mut Vec<Block>, row: &Shown<'_>) {
    blocks.push(Block::Small(row.item.title.clone()));
    let readable = row.fields.iter().filter(|(field, _)| !field.technical);
    let mut any = false;
    for (field, ground) in readable {
        any = true;
        let value = ground.map_or_else(|| field.value.clone(), left_out_words);
        blocks.push(Block::Line(field.label.clone(), value));
    }
    if !any {
        blocks.push(Block::Text(format!("{}. Its references are in the file for machines.", row.item.why)));
    }
}
