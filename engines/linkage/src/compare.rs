//! Which level of each comparison a pair of records shows. A level depends on nothing but the numbers of the two records' values
//! in the comparison's fields.

use crate::{
    Comparison, Error, Missing, Rule, Spec,
    column::{Column, NONE},
    kernels::{date, email, grams, identifier, name, number, postcode, text, tokens},
    score::Pattern,
    spec::MOST_FIELDS,
};

/// A spec's comparisons with names resolved to columns.
#[derive(Debug)]
pub(crate) struct Comparisons {
    all: Vec<Compiled>,
}

/// One comparison.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Numbers of the columns of the comparison's fields.
    columns: Vec<usize>,
    missing: Missing,
    levels: Vec<CompiledLevel>,
}

#[derive(Debug)]
struct CompiledLevel {
    test: Test,
    sees_missing: bool,
}

/// A rule whose fields are places in its comparison's list.
#[derive(Debug)]
enum Test {
    Plain(usize, Rule),
    All(Vec<Test>),
    Any(Vec<Test>),
    /// The fields that must be there, and what must not hold.
    Not(Vec<usize>, Box<Test>),
    Swapped(Rule),
    Rearranged,
    Else,
}

/// One record's values in a comparison's fields, by their numbers.
pub(crate) type Values = [u32; MOST_FIELDS];

/// One side of a plain rule: a value, or one value of a list.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    column: &'a Column,
    pub(crate) value: u32,
    pub(crate) text: &'a str,
}

/// A pair under comparison; remembers the similarity of each field, which several levels ask for.
struct Sides<'a> {
    columns: [Option<(&'a Column, &'a Column)>; MOST_FIELDS],
    left: Values,
    right: Values,
    similarity: [Option<f64>; MOST_FIELDS],
}

impl Comparisons {
    pub(crate) fn new(spec: &Spec) -> Result<Comparisons, Error> {
        let all = spec.comparisons.iter().map(|comparison| Compiled::new(spec, comparison)).collect::<Option<Vec<_>>>();
        all.map(|all| Comparisons { all })
            .ok_or_else(|| Error::Spec("a comparison uses a field that is not there".into()))
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The numbers of a record's values in a comparison's fields: what the comparison shows depends on nothing else.
    pub(crate) fn values(&self, comparison: usize, columns: &[Column], record: u32) -> Option<Values> {
        self.all.get(comparison).map(|comparison| comparison.values(columns, record))
    }

    /// Numbers of the columns that a comparison looks at.
    pub(crate) fn columns_of(&self, comparison: usize) -> &[usize] {
        self.all.get(comparison).map_or(&[], |comparison| &comparison.columns)
    }

    /// What a comparison shows as a pattern holds it: 0 for nothing, else the level's place counted from 1.
    pub(crate) fn code(&self, comparison: usize, columns: &[Column], left: u32, right: u32) -> u8 {
        self.code_across(comparison, (columns, left), (columns, right))
    }

    /// The same of records that stand in different tables, each given with its columns.
    pub(crate) fn code_across(&self, comparison: usize, left: (&[Column], u32), right: (&[Column], u32)) -> u8 {
        let level = self.all.get(comparison).and_then(|comparison| {
            let values = (comparison.values(left.0, left.1), comparison.values(right.0, right.1));
            comparison.level((left.0, right.0), &values.0, &values.1)
        });
        level.map_or(0, |level| level as u8 + 1)
    }

    /// The levels that two records show, missing where there is nothing to compare.
    pub(crate) fn pattern(&self, columns: &[Column], left: u32, right: u32) -> Pattern {
        let mut pattern = Pattern::default();
        for (at, comparison) in self.all.iter().enumerate() {
            let (left, right) = (comparison.values(columns, left), comparison.values(columns, right));
            if let Some(level) = comparison.level((columns, columns), &left, &right) {
                pattern.set(at, level);
            }
        }
        pattern
    }
}

impl Compiled {
    fn new(spec: &Spec, comparison: &Comparison) -> Option<Compiled> {
        let number = |field: &String| spec.fields.iter().position(|f| f.name == *field);
        let columns = comparison.fields.iter().map(number).collect::<Option<Vec<_>>>()?;
        let compile = |level: &crate::Level| {
            Some(CompiledLevel {
                test: Test::new(&level.rule, 0, &comparison.fields)?,
                sees_missing: level.rule.sees_missing(),
            })
        };
        let missing = comparison.missing;
        Some(Compiled { columns, missing, levels: comparison.levels.iter().map(compile).collect::<Option<Vec<_>>>()? })
    }

    /// The numbers of a record's values in this comparison's fields.
    pub(crate) fn values(&self, columns: &[Column], record: u32) -> Values {
        let mut values = [NONE; MOST_FIELDS];
        for (value, number) in values.iter_mut().zip(&self.columns) {
            *value = columns.get(*number).map_or(NONE, |column| column.id(record));
        }
        values
    }

    /// The level that two records' values show. The two may stand in different tables, whose columns are given.
    pub(crate) fn level(&self, columns: (&[Column], &[Column]), left: &Values, right: &Values) -> Option<usize> {
        let mut sides =
            Sides { columns: [None; MOST_FIELDS], left: *left, right: *right, similarity: [None; MOST_FIELDS] };
        let mut absent = 0;
        for ((slot, number), (left, right)) in sides.columns.iter_mut().zip(&self.columns).zip(left.iter().zip(right)) {
            absent += usize::from(*left == NONE || *right == NONE);
            *slot = Some((columns.0.get(*number)?, columns.1.get(*number)?));
        }
        let missing = match self.missing {
            Missing::Any => absent > 0,
            Missing::All => absent == self.columns.len(),
        };
        self.levels.iter().position(|level| (level.sees_missing || !missing) && level.test.holds(&mut sides))
    }
}

impl Test {
    fn new(rule: &Rule, field: usize, fields: &[String]) -> Option<Test> {
        let place = |name: &String| fields.iter().position(|field| field == name);
        let named = |rules: &std::collections::BTreeMap<String, Rule>| {
            let each = |(name, rule): (&String, &Rule)| Test::new(rule, place(name)?, fields);
            rules.iter().map(each).collect::<Option<Vec<_>>>()
        };
        let here = |rules: &[Rule]| rules.iter().map(|rule| Test::new(rule, field, fields)).collect::<Option<Vec<_>>>();
        Some(match rule {
            Rule::All(rules) => Test::All(named(rules)?),
            Rule::Any(rules) => Test::Any(named(rules)?),
            Rule::And(rules) => Test::All(here(rules)?),
            Rule::Or(rules) => Test::Any(here(rules)?),
            Rule::Not(rule) => {
                let there = if rule.sees_missing() {
                    Vec::new()
                } else {
                    let used = rule.fields_from(fields.get(field), fields);
                    used.iter().map(place).collect::<Option<Vec<_>>>()?
                };
                Test::Not(there, Box::new(Test::new(rule, field, fields)?))
            }
            Rule::Swapped(rule) => Test::Swapped((**rule).clone()),
            Rule::Rearranged => Test::Rearranged,
            Rule::Else => Test::Else,
            plain => Test::Plain(field, plain.clone()),
        })
    }

    fn holds(&self, sides: &mut Sides) -> bool {
        match self {
            Test::Plain(field, rule) => sides.holds(*field, rule),
            Test::All(tests) => tests.iter().all(|test| test.holds(sides)),
            Test::Any(tests) => tests.iter().any(|test| test.holds(sides)),
            Test::Not(there, test) => !there.iter().any(|field| sides.missing(*field)) && !test.holds(sides),
            Test::Swapped(rule) => match (sides.columns, sides.left, sides.right) {
                ([Some(first), Some(second), ..], [left_1, left_2, ..], [right_1, right_2, ..]) => {
                    any_pair(rule, (first.0, left_1), (second.1, right_2))
                        && any_pair(rule, (second.0, left_2), (first.1, right_1))
                }
                _ => false,
            },
            Test::Rearranged => sides.rearranged(),
            Test::Else => true,
        }
    }
}

impl Sides<'_> {
    fn missing(&self, field: usize) -> bool {
        let none = |values: &Values| values.get(field).is_none_or(|value| *value == NONE);
        none(&self.left) || none(&self.right)
    }

    fn holds(&mut self, field: usize, rule: &Rule) -> bool {
        if *rule == Rule::Missing {
            return self.missing(field);
        }
        let (Some(Some((one, other))), Some(left), Some(right), Some(known)) =
            (self.columns.get(field), self.left.get(field), self.right.get(field), self.similarity.get_mut(field))
        else {
            return false;
        };
        if *left == NONE || *right == NONE {
            return false;
        }
        match rule {
            Rule::Exact if std::ptr::eq(*one, *other) && one.facts.items(*left).is_none() => left == right,
            Rule::JaroWinkler(least) if one.facts.items(*left).is_none() => {
                let (Some(a), Some(b)) = (one.text(*left), other.text(*right)) else {
                    return false;
                };
                *known.get_or_insert_with(|| text::jaro_winkler(a, b)) >= *least
            }
            rule => any_pair(rule, (one, *left), (other, *right)),
        }
    }

    fn rearranged(&self) -> bool {
        let columns = || self.columns.iter().flatten();
        let left: Option<Vec<&str>> = columns().zip(&self.left).map(|((one, _), value)| one.text(*value)).collect();
        let right: Option<Vec<&str>> =
            columns().zip(&self.right).map(|((_, other), value)| other.text(*value)).collect();
        match (left, right) {
            (Some(a), Some(b)) => name::rearranged(a.into_iter(), b.into_iter()),
            _ => false,
        }
    }
}

/// A rule about two values, which may stand in two columns; about lists, where any two of their values keep it. False where either
/// is missing.
fn any_pair(rule: &Rule, left: (&Column, u32), right: (&Column, u32)) -> bool {
    if left.1 == NONE || right.1 == NONE {
        return false;
    }
    match (left.0.facts.items(left.1), right.0.facts.items(right.1)) {
        (None, None) => match (left.0.text(left.1), right.0.text(right.1)) {
            (Some(a), Some(b)) => plain(
                rule,
                Side { column: left.0, value: left.1, text: a },
                Side { column: right.0, value: right.1, text: b },
            ),
            _ => false,
        },
        (one, other) => {
            let one = sides_of(left.0, left.1, one);
            let other = sides_of(right.0, right.1, other);
            match rule {
                Rule::ArrayIntersect(least) => shared(&one, &other) >= *least as usize,
                Rule::ArraySubset => shared(&one, &other) == one.len().min(other.len()),
                rule => one.iter().any(|a| other.iter().any(|b| plain(rule, *a, *b))),
            }
        }
    }
}

/// The values of a list; of any other field the value itself, and none where it is missing.
pub(crate) fn sides(column: &Column, value: u32) -> Vec<Side<'_>> {
    if value == NONE { Vec::new() } else { sides_of(column, value, column.facts.items(value)) }
}

fn sides_of<'a>(column: &'a Column, value: u32, items: Option<&[u32]>) -> Vec<Side<'a>> {
    match items {
        Some(items) => {
            let side = |value: &u32| Some(Side { column, value: *value, text: column.facts.item_text(*value)? });
            items.iter().filter_map(side).collect()
        }
        None => column.text(value).map(|text| Side { column, value, text }).into_iter().collect(),
    }
}

/// How many values two lists share.
fn shared(one: &[Side], other: &[Side]) -> usize {
    one.iter().filter(|a| other.iter().any(|b| a.text == b.text)).count()
}

/// A rule about two values.
pub(crate) fn plain(rule: &Rule, left: Side, right: Side) -> bool {
    let (a, b) = (left.text, right.text);
    let (of_a, of_b) = (&left.column.facts, &right.column.facts);
    match rule {
        Rule::Exact => a == b,
        Rule::Valid => of_a.is_valid(left.value) && of_b.is_valid(right.value),
        Rule::SameFirst(length) => text::same_first(a, b, *length as usize),
        Rule::SameLast(length) => text::same_last(a, b, *length as usize),
        Rule::Levenshtein(most) => text::within_levenshtein(a, b, *most),
        Rule::DamerauLevenshtein(most) => text::within_edits(a, b, *most),
        Rule::Jaro(least) => text::jaro(a, b) >= *least,
        Rule::JaroWinkler(least) => text::jaro_winkler(a, b) >= *least,
        Rule::Jaccard(like) => grams::jaccard(a, b, like.q.unwrap_or(1).into()) >= like.least,
        Rule::Cosine(like) => grams::cosine(a, b, like.q.unwrap_or(2).into()) >= like.least,
        Rule::Nickname => {
            let others = of_b.nicknames(right.value);
            of_a.nicknames(left.value).iter().any(|set| others.contains(set))
        }
        Rule::Initial => name::initial(a, b),
        Rule::Concatenated => name::concatenated(a, b),
        Rule::DoubleBarrelled => name::double_barrelled(a, b),
        Rule::SharedWord => name::shared_word(a, b),
        Rule::Transliterated => match (of_a.spelling(left.value), of_b.spelling(right.value)) {
            (Some(a), Some(b)) => a.matches(b),
            _ => false,
        },
        Rule::DoubleMetaphone => {
            let ((a, or_a), (b, or_b)) = (of_a.metaphone(left.value), of_b.metaphone(right.value));
            !a.is_empty() && (a == b || a == or_b || or_a == b || or_a == or_b)
        }
        Rule::Soundex => !of_a.soundex(left.value).is_empty() && of_a.soundex(left.value) == of_b.soundex(right.value),
        Rule::OneDigitWrong => identifier::one_digit_wrong(a, b),
        Rule::DayMonthSwapped => date::day_month_swapped(a, b),
        Rule::FirstOfJanuary => date::first_of_january(a, b),
        Rule::SameYear => date::same_year(a, b),
        Rule::SameMonth => date::same_month(a, b),
        Rule::AbsoluteDateDifference(span) => date::within_days(a, b, span.days()),
        Rule::YearsApart(most) => date::within_years(a, b, *most),
        Rule::SameSector => postcode::same(postcode::sector, a, b),
        Rule::SameDistrict => postcode::same(postcode::district, a, b),
        Rule::SameArea => postcode::same(postcode::area, a, b),
        Rule::DistanceInKm(most) => match (of_a.place(left.value), of_b.place(right.value)) {
            (Some(a), Some(b)) => a.kilometres(b) <= *most,
            _ => false,
        },
        Rule::SameUser => email::user(a).is_some_and(|a| email::user(b) == Some(a)),
        Rule::SimilarUser(least) => match (email::user(a), email::user(b)) {
            (Some(a), Some(b)) => text::jaro_winkler(a, b) >= *least,
            _ => false,
        },
        Rule::SameDomain => email::domain(a).is_some_and(|a| email::domain(b) == Some(a)),
        Rule::TokenSimilarity(least) => match (of_a.tokens(left.value), of_b.tokens(right.value)) {
            (Some(a), Some(b)) => a.similarity(b) >= *least,
            _ => false,
        },
        Rule::SameNumbers => tokens::same_numbers(a, b),
        Rule::AbsoluteDifference(most) => numbers(left, right).is_some_and(|(a, b)| (a - b).abs() <= *most),
        Rule::PercentageDifference(share) => {
            numbers(left, right).is_some_and(|(a, b)| number::within_share(a, b, *share))
        }
        Rule::Missing
        | Rule::ArrayIntersect(_)
        | Rule::ArraySubset
        | Rule::All(_)
        | Rule::Any(_)
        | Rule::And(_)
        | Rule::Or(_)
        | Rule::Not(_)
        | Rule::Swapped(_)
        | Rule::Rearranged
        | Rule::Else => false,
    }
}

fn numbers(left: Side, right: Side) -> Option<(f64, f64)> {
    Some((left.column.facts.number(left.value)?, right.column.facts.number(right.value)?))
}
