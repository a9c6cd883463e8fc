//! Which level of each comparison a pair of records shows.

use crate::{
    Comparison, Error, Rule, Spec,
    column::{Column, NONE},
    kernels::{date, identifier, postcode, text},
    score::Pattern,
    spec::MOST_FIELDS,
};

/// A spec's comparisons with names resolved to columns.
#[derive(Debug)]
pub(crate) struct Comparisons {
    all: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    /// Numbers of the columns of the comparison's fields.
    columns: Vec<usize>,
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
    Swapped(Rule),
    Else,
}

/// One side of a plain rule.
#[derive(Clone, Copy)]
struct Side<'a> {
    column: &'a Column,
    record: u32,
}

impl<'a> Side<'a> {
    fn value(self) -> Option<&'a str> {
        self.column.value(self.record)
    }
}

/// A pair under comparison; remembers the similarity of each field, which several levels ask for.
struct Sides<'a> {
    columns: [Option<&'a Column>; MOST_FIELDS],
    left: u32,
    right: u32,
    similarity: [Option<f64>; MOST_FIELDS],
}

impl Comparisons {
    pub(crate) fn new(spec: &Spec) -> Result<Comparisons, Error> {
        let all = spec.comparisons.iter().map(|comparison| Compiled::new(spec, comparison)).collect::<Option<Vec<_>>>();
        all.map(|all| Comparisons { all })
            .ok_or_else(|| Error::Spec("a comparison uses a field that is not there".into()))
    }

    /// The levels that two records show, missing where there is nothing to compare.
    pub(crate) fn pattern(&self, columns: &[Column], left: u32, right: u32) -> Pattern {
        let mut pattern = Pattern::default();
        for (at, comparison) in self.all.iter().enumerate() {
            if let Some(level) = comparison.level(columns, left, right) {
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
        Some(Compiled { columns, levels: comparison.levels.iter().map(compile).collect::<Option<Vec<_>>>()? })
    }

    fn level(&self, columns: &[Column], left: u32, right: u32) -> Option<usize> {
        let mut sides = Sides { columns: [None; MOST_FIELDS], left, right, similarity: [None; MOST_FIELDS] };
        let mut missing = false;
        for (slot, number) in sides.columns.iter_mut().zip(&self.columns) {
            let column = columns.get(*number)?;
            missing |= column.id(left) == NONE || column.id(right) == NONE;
            *slot = Some(column);
        }
        self.levels.iter().position(|level| (level.sees_missing || !missing) && level.test.holds(&mut sides))
    }
}

impl Test {
    fn new(rule: &Rule, field: usize, fields: &[String]) -> Option<Test> {
        let each = |rules: &std::collections::BTreeMap<String, Rule>| {
            let named =
                |(name, rule): (&String, &Rule)| Test::new(rule, fields.iter().position(|f| f == name)?, fields);
            rules.iter().map(named).collect::<Option<Vec<_>>>()
        };
        Some(match rule {
            Rule::All(rules) => Test::All(each(rules)?),
            Rule::Any(rules) => Test::Any(each(rules)?),
            Rule::Swapped(rule) => Test::Swapped((**rule).clone()),
            Rule::Else => Test::Else,
            plain => Test::Plain(field, plain.clone()),
        })
    }

    fn holds(&self, sides: &mut Sides) -> bool {
        match self {
            Test::Plain(field, rule) => sides.holds(*field, rule),
            Test::All(tests) => tests.iter().all(|test| test.holds(sides)),
            Test::Any(tests) => tests.iter().any(|test| test.holds(sides)),
            Test::Swapped(rule) => match sides.columns {
                [Some(first), Some(second), ..] => {
                    let side = |column, record| Side { column, record };
                    plain(rule, side(first, sides.left), side(second, sides.right))
                        && plain(rule, side(second, sides.left), side(first, sides.right))
                }
                _ => false,
            },
            Test::Else => true,
        }
    }
}

impl Sides<'_> {
    fn holds(&mut self, field: usize, rule: &Rule) -> bool {
        let Some(column) = self.columns.get(field).copied().flatten() else {
            return false;
        };
        match rule {
            Rule::Missing => column.id(self.left) == NONE || column.id(self.right) == NONE,
            Rule::Exact => column.id(self.left) != NONE && column.id(self.left) == column.id(self.right),
            Rule::JaroWinkler(least) => {
                let (Some(a), Some(b)) = (column.value(self.left), column.value(self.right)) else {
                    return false;
                };
                let Some(known) = self.similarity.get_mut(field) else {
                    return false;
                };
                *known.get_or_insert_with(|| text::jaro_winkler(a, b)) >= *least
            }
            rule => plain(rule, Side { column, record: self.left }, Side { column, record: self.right }),
        }
    }
}

/// A rule about two values, which may stand in two columns. False where either is missing.
fn plain(rule: &Rule, left: Side, right: Side) -> bool {
    let (Some(a), Some(b)) = (left.value(), right.value()) else {
        return false;
    };
    match rule {
        Rule::Exact => a == b,
        Rule::JaroWinkler(least) => text::jaro_winkler(a, b) >= *least,
        Rule::DamerauLevenshtein(most) => text::within_edits(a, b, *most),
        Rule::Nickname => {
            let others = right.column.nicknames(right.record);
            left.column.nicknames(left.record).iter().any(|set| others.contains(set))
        }
        Rule::Initial => text::initial(a, b),
        Rule::OneDigitWrong => identifier::one_digit_wrong(a, b),
        Rule::DayMonthSwapped => date::day_month_swapped(a, b),
        Rule::FirstOfJanuary => date::first_of_january(a, b),
        Rule::SameYear => date::same_year(a, b),
        Rule::SameSector => postcode::same(postcode::sector, a, b),
        Rule::SameDistrict => postcode::same(postcode::district, a, b),
        Rule::Missing | Rule::All(_) | Rule::Any(_) | Rule::Swapped(_) | Rule::Else => false,
    }
}
