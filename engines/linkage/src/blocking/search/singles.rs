//! Single keys: what each field offers, over records in an order that depends on their values alone.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::{
    Expression, Field, Kind, Linker, Step,
    blocking::keys::Part,
    column::{Column, NONE},
};

/// Most single keys: a set of them is held in the bits of one number.
const MOST: usize = 128;
/// Beyond so many records `minhash`, of which each record has several keys, is not tried.
const MOST_HASHED: usize = 250_000;

/// One key.
#[derive(Debug)]
pub(super) struct Single {
    pub(super) expression: Expression,
    pub(super) field: usize,
    /// The records' keys, in the order of [`order`].
    pub(super) part: Part,
    /// This key and those of the same field that two records always share if they share this one, each as a bit.
    pub(super) implies: u128,
}

/// The records by what they hold, so that their order in the table can't show.
pub(super) fn order(linker: &Linker) -> Vec<u32> {
    let prints = linker.fingerprints();
    let source = |record: u32| linker.sources_apart().and_then(|sources| sources.get(record as usize));
    let mut order: Vec<u32> = (0..linker.records() as u32).collect();
    order.par_sort_by_key(|record| (prints.get(*record as usize), source(*record)));
    order
}

/// The spec's own keys, and then those that the fields offer by their kinds. Keys that no two records share are left out, unless the spec
/// has them, as are those that all records share.
pub(super) fn all(linker: &Linker, order: &[u32]) -> Vec<Single> {
    let fields = &linker.spec().fields;
    let mut wanted: Vec<Expression> = linker.spec().blocking.iter().flat_map(|rule| rule.keys.clone()).collect();
    let own = wanted.len();
    wanted.extend(fields.iter().flat_map(|field| offers(field, order.len())));
    let mut seen = HashSet::new();
    let mut different = Vec::new();
    for (at, expression) in wanted.into_iter().enumerate() {
        if seen.insert(expression.to_string()) {
            different.push((at < own, expression));
        }
    }
    different.truncate(MOST);
    let single = |(own, expression): (bool, Expression)| {
        let field = fields.iter().position(|field| field.name == expression.field)?;
        let column: &Column = linker.columns.get(field)?;
        let part = ordered(&Part::new(&expression, column), order);
        (own || tells_apart(&part)).then_some(Single { expression, field, part, implies: 0 })
    };
    let mut singles: Vec<Single> = different.into_par_iter().filter_map(single).collect();
    let implied: Vec<u128> = singles.par_iter().map(|single| implied(single, &singles)).collect();
    singles.iter_mut().zip(implied).for_each(|(single, implies)| single.implies = implies);
    singles
}

/// What is tried of a field.
fn offers(field: &Field, records: usize) -> Vec<Expression> {
    let of = |steps: &[Step]| {
        let any = field.list.is_some().then_some(Step::Any);
        Expression { field: field.name.clone(), steps: any.into_iter().chain(steps.iter().copied()).collect() }
    };
    let parts: &[Step] = match field.kind {
        Kind::Name | Kind::Text | Kind::Address => &[Step::Phonetic, Step::Prefix(3), Step::Initial],
        Kind::Raw => &[Step::Phonetic, Step::Prefix(4), Step::Prefix(3), Step::Initial],
        Kind::Date | Kind::CalendarDate => &[Step::Year, Step::Last(4), Step::Prefix(6)],
        Kind::Postcode => &[Step::Sector, Step::Outward],
        Kind::Identifier => &[Step::Prefix(4), Step::Last(4)],
        Kind::Phone => &[Step::Last(6)],
        Kind::Email => &[Step::User],
        Kind::Number | Kind::Coordinates => &[],
    };
    if field.list.is_some() {
        return vec![of(&[])];
    }
    let hashed = (field.kind.is_worded() && records <= MOST_HASHED).then(|| of(&[Step::MinHash(6, 2)]));
    std::iter::once(of(&[])).chain(parts.iter().map(|step| of(&[*step]))).chain(hashed).collect()
}

/// The same keys with the records in this order, numbered as they come.
fn ordered(part: &Part, order: &[u32]) -> Part {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    let mut number = |key: u32| {
        let next = numbers.len() as u32;
        *numbers.entry(key).or_insert(next)
    };
    match part {
        Part::One(of, _) => {
            let key = |record: &u32| of.get(*record as usize).copied().unwrap_or(NONE);
            let of = order.iter().map(|record| if key(record) == NONE { NONE } else { number(key(record)) }).collect();
            Part::One(of, numbers.len())
        }
        Part::Several(of) => {
            let mut keys = |record: &u32| {
                let own = of.get(*record as usize).map_or(&[][..], Vec::as_slice);
                let mut own: Vec<u32> = own.iter().map(|key| number(*key)).collect();
                own.sort_unstable();
                own
            };
            Part::Several(order.iter().map(&mut keys).collect())
        }
    }
}

/// Whether some records share a key and others don't.
fn tells_apart(part: &Part) -> bool {
    match part {
        Part::One(of, distinct) => *distinct > 1 && of.iter().filter(|key| **key != NONE).count() > *distinct,
        Part::Several(_) => true,
    }
}

fn implied(single: &Single, singles: &[Single]) -> u128 {
    let follows = |other: &Single| match (&single.part, &other.part) {
        _ if single.field != other.field => false,
        (Part::One(of, distinct), Part::One(others, _)) => follow(of, *distinct, others),
        _ => single.expression == other.expression,
    };
    (0_u32..).zip(singles).filter(|(_, other)| follows(other)).fold(0, |set, (at, _)| set | 1 << at)
}

/// Whether records that share a key of the first always share one of the second.
fn follow(of: &[u32], distinct: usize, others: &[u32]) -> bool {
    let mut then = vec![None; distinct];
    of.iter().zip(others).filter(|(key, _)| **key != NONE).all(|(key, other)| match then.get_mut(*key as usize) {
        Some(then) => *other != NONE && *then.get_or_insert(*other) == *other,
        None => false,
    })
}

impl Single {
    /// Whether it is a whole value, or a part of one that nobody spells by ear: what `minhash` of another field is tried beside.
    pub(super) fn is_firm(&self) -> bool {
        !self.is_hashed()
            && !matches!(self.expression.steps.last(), Some(Step::Phonetic | Step::Prefix(_) | Step::Initial))
    }

    /// Whether a record has several of these keys by what its text looks like; tried beside another key only.
    pub(super) fn is_hashed(&self) -> bool {
        matches!(self.expression.steps.last(), Some(Step::MinHash(..)))
    }

    /// Whether two records, by their places in the order, share a key.
    pub(super) fn agree(&self, left: u32, right: u32) -> bool {
        match &self.part {
            Part::One(of, _) => {
                let key = |record: u32| of.get(record as usize).copied().unwrap_or(NONE);
                key(left) != NONE && key(left) == key(right)
            }
            Part::Several(of) => {
                let keys = |record: u32| of.get(record as usize).map_or(&[][..], Vec::as_slice);
                keys(left).iter().any(|key| keys(right).binary_search(key).is_ok())
            }
        }
    }

    /// The key in a reader's words: "year of date of birth".
    pub(super) fn words(&self) -> String {
        self.expression.steps.iter().fold(self.expression.field.replace('_', " "), |inner, step| match step {
            Step::Any => format!("any of {inner}"),
            Step::Prefix(length) => format!("first {length} of {inner}"),
            Step::Last(length) => format!("last {length} of {inner}"),
            Step::Substring(from, length) => format!("{length} from {from} on of {inner}"),
            Step::Initial => format!("initial of {inner}"),
            Step::Year => format!("year of {inner}"),
            Step::Month => format!("month of {inner}"),
            Step::Day => format!("day of {inner}"),
            Step::Outward => format!("outward part of {inner}"),
            Step::Sector => format!("sector of {inner}"),
            Step::Area => format!("area of {inner}"),
            Step::Folded => inner,
            Step::Phonetic => format!("sound of {inner}"),
            Step::User => format!("user of {inner}"),
            Step::Domain => format!("domain of {inner}"),
            Step::MinHash(..) => format!("{inner} much alike"),
        })
    }
}
