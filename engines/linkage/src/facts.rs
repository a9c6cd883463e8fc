//! What rules need to know of a value beyond its text, found once for each distinct value: parts of lists, nicknames, phonetic codes,
//! weighed words, numbers, places. Only what a field's rules ask for is found.

use std::{collections::HashMap, sync::Arc};

use rayon::prelude::*;

use crate::{
    Check, Field, Kind, Rule, Spec,
    clean::{fold, valid},
    kernels::{
        name::Spelling,
        phonetic::{Code, double_metaphone, soundex},
        place::Place,
        tokens::{Rarity, Tokens},
    },
    list,
};

/// Facts about a field's values, by the value's number; for a list, by the number of the value in it.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    lists: Option<Arc<Lists>>,
    nicknames: Vec<Box<[u32]>>,
    metaphone: Vec<(Code, Code)>,
    soundex: Vec<Code>,
    spellings: Vec<Spelling>,
    rarity: Rarity,
    tokens: Vec<Tokens>,
    places: Vec<Option<Place>>,
    numbers: Vec<Option<f64>>,
    valid: Vec<bool>,
}

/// The values of lists, each held once, but for those that were appended.
#[derive(Debug, Clone)]
struct Lists {
    /// Where each list's items begin, and where the last one's end.
    starts: Vec<u32>,
    /// The lists' values by their numbers, list after list, sorted in each.
    items: Vec<u32>,
    texts: Vec<Box<str>>,
}

impl Facts {
    /// Finds what the spec's rules about this field ask for. `values` are its distinct cleaned values.
    pub(crate) fn new(spec: &Spec, field: &Field, values: &[Box<str>]) -> Facts {
        Facts::find(spec, field, values, None)
    }

    /// The same of values that are compared with others, whose facts are known: how rare a word is, those say.
    pub(crate) fn beside(spec: &Spec, field: &Field, values: &[Box<str>], known: &Facts) -> Facts {
        Facts::find(spec, field, values, Some(known))
    }

    fn find(spec: &Spec, field: &Field, values: &[Box<str>], known: Option<&Facts>) -> Facts {
        let needs = |asked: &dyn Fn(&Rule) -> bool| {
            spec.comparisons.iter().any(|comparison| {
                comparison.fields.contains(&field.name)
                    && comparison.levels.iter().any(|level| level.rule.any_part(asked))
            })
        };
        let lists = field.list.is_some().then(|| Lists::new(values));
        let texts = lists.as_ref().map_or(values, |lists| &lists.texts);
        let mut facts = Facts::default();
        if field.kind.is_worded() {
            if needs(&|rule| *rule == Rule::Nickname) {
                facts.nicknames = nicknames(field.kind, &spec.nicknames, texts);
            }
            if needs(&|rule| *rule == Rule::DoubleMetaphone) {
                facts.metaphone = texts.par_iter().map(|text| double_metaphone(text)).collect();
            }
            if needs(&|rule| *rule == Rule::Soundex) {
                facts.soundex = texts.par_iter().map(|text| soundex(text)).collect();
            }
            if needs(&|rule| *rule == Rule::Transliterated) {
                facts.spellings = texts.par_iter().map(|text| Spelling::new(text)).collect();
            }
            if needs(&|rule| matches!(rule, Rule::TokenSimilarity(_))) {
                if known.is_none() {
                    facts.rarity = Rarity::new(texts.iter().map(AsRef::as_ref));
                }
                let rarity = known.map_or(&facts.rarity, |known| &known.rarity);
                facts.tokens = texts.par_iter().map(|text| rarity.tokens(text)).collect();
            }
        }
        if field.kind == Kind::Coordinates {
            facts.places = texts.iter().map(|text| Place::new(text)).collect();
        }
        if field.kind == Kind::Number {
            facts.numbers = texts.iter().map(|text| text.parse().ok()).collect();
        }
        if field.check != Check::None {
            facts.valid = texts.iter().map(|text| valid(field.check, text)).collect();
        }
        facts.lists = lists.map(Arc::new);
        facts
    }

    /// The lists alone, without what is known of their values.
    pub(crate) fn lists_alone(&self) -> Facts {
        Facts { lists: self.lists.clone(), ..Facts::default() }
    }

    /// Takes up the facts of more values, which come after those that are there.
    pub(crate) fn append(&mut self, more: Facts) {
        match (&mut self.lists, more.lists) {
            (Some(lists), Some(more)) => Arc::make_mut(lists).append(&more),
            (lists @ None, more) => *lists = more,
            (Some(_), None) => {}
        }
        self.nicknames.extend(more.nicknames);
        self.metaphone.extend(more.metaphone);
        self.soundex.extend(more.soundex);
        self.spellings.extend(more.spellings);
        self.tokens.extend(more.tokens);
        self.places.extend(more.places);
        self.numbers.extend(more.numbers);
        self.valid.extend(more.valid);
    }

    /// The numbers and texts of a list's values; `None` where the field is not a list.
    pub(crate) fn items(&self, list: u32) -> Option<&[u32]> {
        let lists = self.lists.as_ref()?;
        let place = |at: u32| lists.starts.get(at as usize).map(|start| *start as usize);
        Some(lists.items.get(place(list)?..place(list + 1)?).unwrap_or_default())
    }

    /// How many different values the lists hold.
    pub(crate) fn distinct_items(&self) -> usize {
        self.lists.as_ref().map_or(0, |lists| lists.texts.len())
    }

    pub(crate) fn item_text(&self, item: u32) -> Option<&str> {
        self.lists.as_ref()?.texts.get(item as usize).map(AsRef::as_ref)
    }

    pub(crate) fn nicknames(&self, value: u32) -> &[u32] {
        self.nicknames.get(value as usize).map_or(&[], AsRef::as_ref)
    }

    pub(crate) fn metaphone(&self, value: u32) -> (Code, Code) {
        self.metaphone.get(value as usize).copied().unwrap_or_default()
    }

    pub(crate) fn soundex(&self, value: u32) -> Code {
        self.soundex.get(value as usize).copied().unwrap_or_default()
    }

    pub(crate) fn spelling(&self, value: u32) -> Option<&Spelling> {
        self.spellings.get(value as usize)
    }

    pub(crate) fn tokens(&self, value: u32) -> Option<&Tokens> {
        self.tokens.get(value as usize)
    }

    pub(crate) fn place(&self, value: u32) -> Option<Place> {
        self.places.get(value as usize).copied().flatten()
    }

    pub(crate) fn number(&self, value: u32) -> Option<f64> {
        self.numbers.get(value as usize).copied().flatten()
    }

    pub(crate) fn is_valid(&self, value: u32) -> bool {
        self.valid.get(value as usize).copied().unwrap_or_default()
    }
}

impl Lists {
    fn new(values: &[Box<str>]) -> Lists {
        let mut texts: Vec<Box<str>> = values.iter().flat_map(|list| list::items(list)).map(Into::into).collect();
        texts.par_sort_unstable();
        texts.dedup();
        let number = |item: &str| texts.binary_search_by(|text| text.as_ref().cmp(item)).unwrap_or_default() as u32;
        let (mut starts, mut items) = (Vec::with_capacity(values.len() + 1), Vec::new());
        for list in values {
            starts.push(items.len() as u32);
            items.extend(list::items(list).map(number));
        }
        starts.push(items.len() as u32);
        Lists { starts, items, texts }
    }

    /// Values that are there already get another number: values of two lists are held against each other by their texts.
    fn append(&mut self, more: &Lists) {
        let (items, texts) = (self.items.len() as u32, self.texts.len() as u32);
        self.starts.pop();
        self.starts.extend(more.starts.iter().map(|start| start + items));
        self.items.extend(more.items.iter().map(|item| item + texts));
        self.texts.extend(more.texts.iter().cloned());
    }
}

/// For each value the sets of nicknames that hold it, or its first word, sorted.
fn nicknames(kind: Kind, sets: &[Vec<String>], values: &[Box<str>]) -> Vec<Box<[u32]>> {
    let mut of: HashMap<String, Vec<u32>> = HashMap::new();
    for (number, set) in sets.iter().enumerate() {
        for name in set {
            let name = if kind == Kind::Name { fold(name, true) } else { name.trim().to_lowercase() };
            of.entry(name).or_default().push(number as u32);
        }
    }
    let sets_of = |value: &str| {
        let first = value.split(' ').next().unwrap_or_default();
        let mut sets: Vec<u32> = [value, first].iter().filter_map(|name| of.get(*name)).flatten().copied().collect();
        sets.sort_unstable();
        sets.dedup();
        sets.into_boxed_slice()
    };
    values.iter().map(|value| sets_of(value)).collect()
}
