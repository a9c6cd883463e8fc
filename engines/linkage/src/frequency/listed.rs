//! Rarity of what lists share.
//!
//! Newcombe, Kennedy, Axford and James ("Automatic linkage of vital records", Science 130, 1959) weigh an agreement by the frequency of
//! the value that agreed; Splink, which has no such thing for lists, weighs two values that differ by the commoner. Both together: of the
//! values of two lists that agree, each pair counts by the commoner of the two, and the rarest such pair counts for the lists. One past
//! name that hardly anybody bears says as much, whatever common ones stand beside it. With one value in each list that is what any
//! other field gets.

use super::commoner;
use crate::{
    Rule,
    column::Column,
    compare::{Side, plain, sides},
};

/// When values of a list agree at a level.
#[derive(Debug)]
pub(super) struct Listed {
    field: String,
    rule: Rule,
    /// Whether the rule looks at this field where it names none.
    first: bool,
}

impl Listed {
    /// `fields` are the comparison's.
    pub(super) fn new(field: &str, rule: &Rule, fields: &[String]) -> Listed {
        let first = fields.first().is_some_and(|first| first == field);
        Listed { field: field.to_owned(), rule: rule.clone(), first }
    }

    /// Bits for two lists, each with its column, by those of each value. Where no values agree, because the level asks for something else, the
    /// commonest of all counts, and where one list is missing, the commonest of the other: 0 where both are.
    pub(super) fn bits(&self, left: (&Column, u32), right: (&Column, u32), bits: impl Fn(&Side) -> Option<f64>) -> f64 {
        let of =
            |(column, list): (&Column, u32)| -> Vec<Option<f64>> { sides(column, list).iter().map(&bits).collect() };
        let (one, other) = (sides(left.0, left.1), sides(right.0, right.1));
        let (of_one, of_other) = (of(left), of(right));
        let mut most: Option<f64> = None;
        for (a, of_a) in one.iter().zip(&of_one) {
            for (b, of_b) in other.iter().zip(&of_other) {
                if a.text == b.text || self.agree(&self.rule, self.first, *a, *b) == Some(true) {
                    let bits = commoner(*of_a, *of_b);
                    most = Some(most.map_or(bits, |most| most.max(bits)));
                }
            }
        }
        most.unwrap_or_else(|| {
            of_one.iter().chain(&of_other).fold(None, |least, bits| least_of(least, *bits)).unwrap_or(0.0)
        })
    }

    /// Whether two values keep the rule by themselves; `None` where it says nothing about them. `here` where it looks at this field.
    fn agree(&self, rule: &Rule, here: bool, a: Side, b: Side) -> Option<bool> {
        match rule {
            Rule::All(rules) | Rule::Any(rules) => self.agree(rules.get(&self.field)?, true, a, b),
            Rule::And(rules) => {
                let said = rules.iter().filter_map(|rule| self.agree(rule, here, a, b));
                said.fold(None, |all, one| Some(all.unwrap_or(true) && one))
            }
            Rule::Or(rules) => {
                let said = rules.iter().filter_map(|rule| self.agree(rule, here, a, b));
                said.fold(None, |any, one| Some(any.unwrap_or(false) || one))
            }
            Rule::Not(_) | Rule::Missing | Rule::Valid | Rule::Swapped(_) | Rule::Rearranged | Rule::Else => None,
            Rule::ArrayIntersect(_) | Rule::ArraySubset => here.then_some(a.text == b.text),
            rule => here.then(|| plain(rule, a, b)),
        }
    }
}

fn least_of(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.zip(other).map(|(one, other)| one.min(other)).or(one).or(other)
}
