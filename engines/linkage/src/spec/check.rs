//! Does a spec make sense? Every refusal names the place and what to write instead.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    BlockingRule, Comparison, Kind, Level, MOST_COMPARISONS, MOST_FIELDS, MOST_LEVELS, MOST_RULES, Rule, Spec, Step,
};
use crate::Error;

type Kinds<'a> = BTreeMap<&'a str, Kind>;

fn wrong<T>(message: String) -> Result<T, Error> {
    Err(Error::Spec(message))
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.trim().is_empty() {
            return wrong(format!("a {what} has no name"));
        }
        if !seen.insert(name) {
            return wrong(format!("there are two {what}s named `{name}`"));
        }
    }
    Ok(())
}

fn count(what: &str, number: usize, most: usize) -> Result<(), Error> {
    match number {
        0 => wrong(format!("there is no {what}")),
        n if n > most => wrong(format!("there are {n} {what}s; at most {most} can be used")),
        _ => Ok(()),
    }
}

/// Above 0 and below 1. Not a number fails too.
fn inside(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

impl Spec {
    /// Checks a spec that was put together in code, as [`Spec::from_toml`] does.
    ///
    /// # Errors
    /// [`Error::Spec`] for the first thing that makes no sense.
    pub fn check(&self) -> Result<(), Error> {
        if !inside(self.prior) {
            return wrong(format!("prior is {}; it must lie between 0 and 1, for instance 0.0001", self.prior));
        }
        let Self { thresholds, .. } = self;
        if !inside(thresholds.link) || !inside(thresholds.review) || thresholds.review > thresholds.link {
            return wrong(format!(
                "thresholds are link = {} and review = {}; both must lie between 0 and 1, review not above link",
                thresholds.link, thresholds.review
            ));
        }
        count("field", self.fields.len(), usize::MAX)?;
        unique("field", self.fields.iter().map(|field| field.name.as_str()))?;
        let kinds: Kinds = self.fields.iter().map(|field| (field.name.as_str(), field.kind)).collect();
        count("comparison", self.comparisons.len(), MOST_COMPARISONS)?;
        unique("comparison", self.comparisons.iter().map(|comparison| comparison.name.as_str()))?;
        for comparison in &self.comparisons {
            comparison.check(&kinds, !self.nicknames.is_empty())?;
        }
        count("blocking rule", self.blocking.len(), MOST_RULES)?;
        unique("blocking rule", self.blocking.iter().map(|rule| rule.name.as_str()))?;
        self.blocking.iter().try_for_each(|rule| rule.check(&kinds))
    }
}

impl BlockingRule {
    fn check(&self, kinds: &Kinds) -> Result<(), Error> {
        let Self { name, keys } = self;
        if keys.is_empty() {
            return wrong(format!("blocking rule `{name}` has no keys"));
        }
        for key in keys {
            let Some(kind) = kinds.get(key.field.as_str()) else {
                return wrong(format!("blocking rule `{name}` uses `{}`, which is not a field of the spec", key.field));
            };
            for step in &key.steps {
                let fits = match step {
                    Step::Prefix(_) | Step::Folded => true,
                    Step::Year => *kind == Kind::Date,
                    Step::Outward => *kind == Kind::Postcode,
                };
                if !fits {
                    return wrong(format!(
                        "blocking rule `{name}`: `{key}` doesn't fit a field of kind {}",
                        kind_name(*kind)
                    ));
                }
            }
        }
        Ok(())
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Name => "name",
        Kind::Date => "date",
        Kind::Postcode => "postcode",
        Kind::Identifier => "identifier",
    }
}

impl Comparison {
    fn check(&self, kinds: &Kinds, nicknames: bool) -> Result<(), Error> {
        let Self { name, fields, levels } = self;
        let place = format!("comparison `{name}`");
        count(&format!("field in {place}"), fields.len(), MOST_FIELDS)?;
        unique(&format!("field in {place}"), fields.iter().map(String::as_str))?;
        for field in fields {
            if !kinds.contains_key(field.as_str()) {
                return wrong(format!("{place} uses `{field}`, which is not a field of the spec"));
            }
        }
        count(&format!("level in {place}"), levels.len(), MOST_LEVELS)?;
        unique(&format!("level in {place}"), levels.iter().map(|level| level.name.as_str()))?;
        let elses = levels.iter().filter(|level| level.rule == Rule::Else).count();
        if elses != 1 || levels.last().is_none_or(|level| level.rule != Rule::Else) {
            return wrong(format!(
                "{place} must end with one level of rule \"else\", for pairs that no other level takes"
            ));
        }
        for level in levels {
            self.check_level(level, kinds, nicknames)?;
        }
        for (letter, sum) in [("m", levels.iter().map(|l| l.m).sum::<f64>()), ("u", levels.iter().map(|l| l.u).sum())] {
            if sum > 1.01 {
                return wrong(format!("{place}: the {letter} of its levels add up to {sum:.3}; they share out 1"));
            }
        }
        Ok(())
    }

    fn check_level(&self, level: &Level, kinds: &Kinds, nicknames: bool) -> Result<(), Error> {
        let place = format!("comparison `{}`, level `{}`", self.name, level.name);
        for (letter, value) in [("m", level.m), ("u", level.u)] {
            if !(value > 0.0 && value <= 1.0) {
                return wrong(format!("{place}: {letter} is {value}; it must be above 0 and at most 1"));
            }
        }
        if !(0.0..=1.0).contains(&level.term_frequency_weight) || !(0.0..1.0).contains(&level.term_frequency_floor) {
            return wrong(format!("{place}: term_frequency_weight and term_frequency_floor must lie between 0 and 1"));
        }
        if level.term_frequency && level.rule.exact_fields(&self.fields).is_empty() {
            return wrong(format!("{place}: term_frequency needs a rule that asks for an exact value"));
        }
        let first = self.fields.first().map_or("", String::as_str);
        if level.rule != Rule::Else {
            self.check_rule(&level.rule, first, &place, kinds)?;
        }
        if level.rule.uses_nicknames() && !nicknames {
            return wrong(format!("{place}: rule \"nickname\" needs sets of `nicknames` in the spec"));
        }
        Ok(())
    }

    fn check_rule(&self, rule: &Rule, field: &str, place: &str, kinds: &Kinds) -> Result<(), Error> {
        let kind = kinds.get(field).copied().unwrap_or(Kind::Text);
        let fits = match rule {
            Rule::Exact | Rule::Missing => true,
            Rule::Else => return wrong(format!("{place}: \"else\" can't be part of another rule")),
            Rule::JaroWinkler(least) if !(*least > 0.0 && *least <= 1.0) => {
                return wrong(format!("{place}: jaro_winkler is {least}; it must be above 0 and at most 1"));
            }
            Rule::JaroWinkler(_) | Rule::DamerauLevenshtein(_) => true,
            Rule::Nickname | Rule::Initial => matches!(kind, Kind::Name | Kind::Text),
            Rule::OneDigitWrong => matches!(kind, Kind::Date | Kind::Identifier),
            Rule::DayMonthSwapped | Rule::FirstOfJanuary | Rule::SameYear => kind == Kind::Date,
            Rule::SameSector | Rule::SameDistrict => kind == Kind::Postcode,
            Rule::All(rules) | Rule::Any(rules) => {
                if rules.is_empty() {
                    return wrong(format!("{place}: `all` and `any` need at least one field"));
                }
                for (field, rule) in rules {
                    if !self.fields.contains(field) {
                        return wrong(format!("{place} uses `{field}`, which is not among the comparison's fields"));
                    }
                    self.check_rule(rule, field, place, kinds)?;
                }
                true
            }
            Rule::Swapped(rule) => {
                let [first, second, ..] = self.fields.as_slice() else {
                    return wrong(format!("{place}: `swapped` needs a comparison with two fields"));
                };
                if matches!(**rule, Rule::All(_) | Rule::Any(_) | Rule::Swapped(_) | Rule::Missing) {
                    return wrong(format!("{place}: `swapped` takes a plain rule, such as \"exact\""));
                }
                self.check_rule(rule, first, place, kinds)?;
                self.check_rule(rule, second, place, kinds)?;
                true
            }
        };
        if fits {
            Ok(())
        } else {
            wrong(format!("{place}: its rule doesn't fit `{field}`, a field of kind {}", kind_name(kind)))
        }
    }
}

impl Rule {
    /// The fields that must be equal for the rule to hold; `fields` are the comparison's.
    pub(crate) fn exact_fields(&self, fields: &[String]) -> Vec<String> {
        match self {
            Rule::Exact => fields.first().cloned().into_iter().collect(),
            Rule::All(rules) => {
                rules.iter().filter(|(_, rule)| **rule == Rule::Exact).map(|(field, _)| field.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether the rule asks for nothing but equal values.
    pub(crate) fn only_exact(&self) -> bool {
        match self {
            Rule::Exact => true,
            Rule::All(rules) => rules.values().all(|rule| *rule == Rule::Exact),
            _ => false,
        }
    }

    /// Whether the rule says something about missing values.
    pub(crate) fn sees_missing(&self) -> bool {
        match self {
            Rule::Missing => true,
            Rule::All(rules) | Rule::Any(rules) => rules.values().any(Rule::sees_missing),
            _ => false,
        }
    }

    pub(crate) fn uses_nicknames(&self) -> bool {
        match self {
            Rule::Nickname => true,
            Rule::All(rules) | Rule::Any(rules) => rules.values().any(Rule::uses_nicknames),
            Rule::Swapped(rule) => rule.uses_nicknames(),
            _ => false,
        }
    }
}
