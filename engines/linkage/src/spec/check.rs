//! Does a spec make sense? Every refusal names the place and what to write instead.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    BlockingRule, Check, Comparison, Field, Kind, Level, MOST_COMPARISONS, MOST_FIELDS, MOST_LEVELS, MOST_RULES, Rule,
    Spec,
};
use crate::{Error, kernels::grams};

type Fields<'a> = BTreeMap<&'a str, &'a Field>;

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
        if let Some(prior) = self.prior.filter(|prior| !inside(*prior)) {
            return wrong(format!("prior is {prior}; it must lie between 0 and 1, for instance 0.0001"));
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
        self.fields.iter().try_for_each(Field::check)?;
        let known: Fields = self.fields.iter().map(|field| (field.name.as_str(), field)).collect();
        count("comparison", self.comparisons.len(), MOST_COMPARISONS)?;
        unique("comparison", self.comparisons.iter().map(|comparison| comparison.name.as_str()))?;
        for comparison in &self.comparisons {
            comparison.check(&known, !self.nicknames.is_empty())?;
        }
        count("blocking rule", self.blocking.len(), MOST_RULES)?;
        unique("blocking rule", self.blocking.iter().map(|rule| rule.name.as_str()))?;
        self.blocking.iter().try_for_each(|rule| rule.check(&known))?;
        self.check_clustering()?;
        self.check_training()
    }

    /// Checks a rule that is not among the spec's own, such as a training session's.
    pub(super) fn check_rule(&self, rule: &BlockingRule) -> Result<(), Error> {
        self.fields.iter().try_for_each(Field::check)?;
        let known: Fields = self.fields.iter().map(|field| (field.name.as_str(), field)).collect();
        rule.check(&known)
    }
}

impl Field {
    fn check(&self) -> Result<(), Error> {
        let Self { name, from, list, .. } = self;
        if let Some(mark) = list
            && mark.trim().is_empty()
            && mark.as_str() != "\t"
        {
            return wrong(format!(
                "field `{name}`: list is \"{mark}\"; it must be the mark between values, such as \";\""
            ));
        }
        if from.iter().any(|column| column.trim().is_empty()) {
            return wrong(format!("field `{name}`: a column in `from` has no name"));
        }
        Ok(())
    }
}

impl BlockingRule {
    fn check(&self, known: &Fields) -> Result<(), Error> {
        let Self { name, keys } = self;
        if keys.is_empty() {
            return wrong(format!("blocking rule `{name}` has no keys"));
        }
        for key in keys {
            let Some(field) = known.get(key.field.as_str()) else {
                return wrong(format!("blocking rule `{name}` uses `{}`, which is not a field of the spec", key.field));
            };
            if field.list.is_none() && key.steps.contains(&super::Step::Any) {
                return wrong(format!(
                    "blocking rule `{name}`: `{key}` needs a list; write `list = \";\"` on the field"
                ));
            }
            if !key.steps.iter().all(|step| step.fits(field)) {
                let kind = field.kind.name();
                return wrong(format!("blocking rule `{name}`: `{key}` doesn't fit a field of kind {kind}"));
            }
        }
        Ok(())
    }
}

impl Comparison {
    fn check(&self, known: &Fields, nicknames: bool) -> Result<(), Error> {
        let Self { name, fields, levels, missing: _ } = self;
        let place = format!("comparison `{name}`");
        count(&format!("field in {place}"), fields.len(), MOST_FIELDS)?;
        unique(&format!("field in {place}"), fields.iter().map(String::as_str))?;
        for field in fields {
            if !known.contains_key(field.as_str()) {
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
            self.check_level(level, known, nicknames)?;
        }
        for (letter, sum) in
            [("m", levels.iter().filter_map(|l| l.m).sum::<f64>()), ("u", levels.iter().filter_map(|l| l.u).sum())]
        {
            if sum > 1.01 {
                return wrong(format!("{place}: the {letter} of its levels add up to {sum:.3}; they share out 1"));
            }
        }
        Ok(())
    }

    fn check_level(&self, level: &Level, known: &Fields, nicknames: bool) -> Result<(), Error> {
        let place = format!("comparison `{}`, level `{}`", self.name, level.name);
        for (letter, value) in [("m", level.m), ("u", level.u)] {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && *value <= 1.0)) {
                return wrong(format!("{place}: {letter} is {value}; it must be above 0 and at most 1"));
            }
        }
        if let Some(message) = self.wrong_frequency(level, |name| known.get(name).copied()) {
            return wrong(format!("{place}: {message}"));
        }
        let first = self.fields.first().map_or("", String::as_str);
        if level.rule != Rule::Else {
            self.check_rule(&level.rule, first, &place, known)?;
        }
        if level.rule.uses_nicknames() && !nicknames {
            return wrong(format!("{place}: rule \"nickname\" needs sets of `nicknames` in the spec"));
        }
        Ok(())
    }

    fn check_rule(&self, rule: &Rule, field: &str, place: &str, known: &Fields) -> Result<(), Error> {
        check_numbers(rule).or_else(|message| wrong(format!("{place}: {message}")))?;
        match rule {
            Rule::Else => return wrong(format!("{place}: \"else\" can't be part of another rule")),
            Rule::All(rules) | Rule::Any(rules) => {
                if rules.is_empty() {
                    return wrong(format!("{place}: `all` and `any` need at least one field"));
                }
                for (field, rule) in rules {
                    if !self.fields.contains(field) {
                        return wrong(format!("{place} uses `{field}`, which is not among the comparison's fields"));
                    }
                    self.check_rule(rule, field, place, known)?;
                }
                return Ok(());
            }
            Rule::And(rules) | Rule::Or(rules) => {
                if rules.is_empty() {
                    return wrong(format!("{place}: `and` and `or` need at least one rule"));
                }
                return rules.iter().try_for_each(|rule| self.check_rule(rule, field, place, known));
            }
            Rule::Not(rule) => return self.check_rule(rule, field, place, known),
            Rule::Swapped(_) | Rule::Rearranged => return self.check_names_apart(rule, place, known),
            _ => {}
        }
        let Some(found) = known.get(field) else {
            return wrong(format!("{place} uses `{field}`, which is not a field of the spec"));
        };
        if matches!(rule, Rule::ArrayIntersect(_) | Rule::ArraySubset) && found.list.is_none() {
            return wrong(format!("{place}: its rule needs a list; write `list = \";\"` on the field `{field}`"));
        }
        if *rule == Rule::Valid && found.check == Check::None {
            return wrong(format!("{place}: rule \"valid\" needs a `check` on the field `{field}`"));
        }
        if rule.fits(found.kind) {
            Ok(())
        } else {
            wrong(format!("{place}: its rule doesn't fit `{field}`, a field of kind {}", found.kind.name()))
        }
    }

    /// Rules about the comparison's fields together.
    fn check_names_apart(&self, rule: &Rule, place: &str, known: &Fields) -> Result<(), Error> {
        let [first, second, ..] = self.fields.as_slice() else {
            return wrong(format!("{place}: `swapped` and `rearranged` need a comparison with two fields"));
        };
        if let Rule::Swapped(rule) = rule {
            let composed = Rule::is_composed(rule) || matches!(**rule, Rule::Missing | Rule::Rearranged);
            if composed {
                return wrong(format!("{place}: `swapped` takes a plain rule, such as \"exact\""));
            }
            self.check_rule(rule, first, place, known)?;
            return self.check_rule(rule, second, place, known);
        }
        for name in &self.fields {
            let fits = known.get(name.as_str()).is_some_and(|field| field.kind.is_worded() && field.list.is_none());
            if !fits {
                return wrong(format!("{place}: `rearranged` can't use `{name}`: it takes names and text, not lists"));
            }
        }
        Ok(())
    }
}

/// Whether the numbers in a rule make sense.
fn check_numbers(rule: &Rule) -> Result<(), String> {
    let (name, least) = match rule {
        Rule::Jaro(least) => ("jaro", *least),
        Rule::JaroWinkler(least) => ("jaro_winkler", *least),
        Rule::SimilarUser(least) => ("similar_user", *least),
        Rule::TokenSimilarity(least) => ("token_similarity", *least),
        Rule::PercentageDifference(least) => ("percentage_difference", *least),
        Rule::Jaccard(grams) => ("jaccard", grams.least),
        Rule::Cosine(grams) => ("cosine", grams.least),
        Rule::DistanceInKm(most) => return measure("distance_in_km", *most),
        Rule::AbsoluteDifference(most) => return measure("absolute_difference", *most),
        Rule::AbsoluteDateDifference(span) => return measure("absolute_date_difference", span.days()),
        Rule::SameFirst(0) | Rule::SameLast(0) | Rule::ArrayIntersect(0) => {
            return Err("`same_first`, `same_last` and `array_intersect` need 1 or more".to_owned());
        }
        _ => return Ok(()),
    };
    if !(least > 0.0 && least <= 1.0) {
        return Err(format!("{name} is {least}; it must be above 0 and at most 1"));
    }
    if let Rule::Jaccard(grams) | Rule::Cosine(grams) = rule
        && grams.q.is_some_and(|q| !(1..=grams::MOST).contains(&q))
    {
        return Err(format!(
            "{name}: q is {}; grams have 1 to {} characters",
            grams.q.unwrap_or_default(),
            grams::MOST
        ));
    }
    Ok(())
}

fn measure(name: &str, most: f64) -> Result<(), String> {
    if most >= 0.0 && most.is_finite() { Ok(()) } else { Err(format!("{name} is {most}; it must be 0 or more")) }
}

impl Rule {
    fn is_composed(&self) -> bool {
        matches!(
            self,
            Rule::All(_) | Rule::Any(_) | Rule::And(_) | Rule::Or(_) | Rule::Not(_) | Rule::Swapped(_) | Rule::Else
        )
    }

    /// Whether the rule can be asked of a field of this kind.
    fn fits(&self, kind: Kind) -> bool {
        match self {
            Rule::Nickname
            | Rule::Initial
            | Rule::Concatenated
            | Rule::DoubleBarrelled
            | Rule::SharedWord
            | Rule::Transliterated
            | Rule::DoubleMetaphone
            | Rule::Soundex
            | Rule::TokenSimilarity(_) => kind.is_worded(),
            Rule::SameNumbers => matches!(kind, Kind::Address | Kind::Text | Kind::Raw),
            Rule::OneDigitWrong => kind.is_date() || matches!(kind, Kind::Identifier | Kind::Phone),
            Rule::DayMonthSwapped
            | Rule::FirstOfJanuary
            | Rule::SameYear
            | Rule::SameMonth
            | Rule::AbsoluteDateDifference(_)
            | Rule::YearsApart(_) => kind.is_date(),
            Rule::SameSector | Rule::SameDistrict | Rule::SameArea => kind == Kind::Postcode,
            Rule::DistanceInKm(_) => kind == Kind::Coordinates,
            Rule::SameUser | Rule::SimilarUser(_) | Rule::SameDomain => matches!(kind, Kind::Email | Kind::Raw),
            Rule::AbsoluteDifference(_) | Rule::PercentageDifference(_) => kind == Kind::Number,
            _ => true,
        }
    }
}
