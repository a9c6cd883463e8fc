//! What a level's term frequency is about, and whether that makes sense.

use super::{Comparison, Field, Level, Rule};

impl Level {
    /// The fields whose frequency counts at this level; `fields` are the comparison's.
    pub(crate) fn frequency_fields(&self, fields: &[String]) -> Vec<String> {
        let exact = self.rule.exact_fields(fields);
        match (self.term_frequency_fields.is_empty(), exact.is_empty()) {
            (false, _) => self.term_frequency_fields.clone(),
            (true, false) => exact,
            (true, true) => self.rule.fields(fields),
        }
    }

    /// Whether the level asks for nothing but these fields being equal; `fields` are the comparison's.
    pub(crate) fn asks_only_for(&self, wanted: &[String], fields: &[String]) -> bool {
        let exact = self.rule.exact_fields(fields);
        self.rule.only_exact() && exact.len() == wanted.len() && wanted.iter().all(|field| exact.contains(field))
    }

    /// The `u` against which frequencies are held. `None` where the records themselves must say how often two share a value.
    pub(crate) fn chance_of_agreement(&self, comparison: &Comparison) -> Option<f64> {
        match &self.term_frequency_against {
            Some(name) => comparison.levels.iter().find(|level| level.name == *name)?.u,
            None => {
                self.u.filter(|_| self.asks_only_for(&self.frequency_fields(&comparison.fields), &comparison.fields))
            }
        }
    }
}

impl Comparison {
    /// What is wrong with a level's term frequency, if anything.
    pub(super) fn wrong_frequency<'a>(
        &self,
        level: &Level,
        known: impl Fn(&str) -> Option<&'a Field>,
    ) -> Option<String> {
        let Level { term_frequency_weight: weight, term_frequency_floor: floor, .. } = level;
        if !(0.0..=1.0).contains(weight) || !(0.0..1.0).contains(floor) {
            return Some("term_frequency_weight and term_frequency_floor must lie between 0 and 1".to_owned());
        }
        let shrinkage = level.term_frequency_shrinkage;
        if !(0.0..=1e9).contains(&shrinkage) {
            return Some(format!("term_frequency_shrinkage is {shrinkage}; it is a number of records, 0 or more"));
        }
        if let Some(field) = level.term_frequency_fields.iter().find(|field| known(field).is_none()) {
            return Some(format!("term_frequency_fields names `{field}`, which is not a field of the spec"));
        }
        let levels = || self.levels.iter().filter(|level| level.rule != Rule::Else);
        if let Some(name) = &level.term_frequency_against
            && !levels().any(|level| level.name == *name)
        {
            let message = "which is no level of this comparison with a rule about values";
            return Some(format!("term_frequency_against names `{name}`, {message}"));
        }
        if !level.term_frequency {
            return None;
        }
        if matches!(level.rule, Rule::Else | Rule::Missing) {
            return Some("term_frequency needs a rule about values; \"else\" and \"missing\" have none".to_owned());
        }
        let fields = level.frequency_fields(&self.fields);
        let list = fields.iter().find(|name| known(name).is_some_and(|field| field.list.is_some()))?;
        (fields.len() > 1).then(|| {
            format!(
                "term_frequency can't weigh the list `{list}` together with other fields; name one field, as in \
                 term_frequency_fields = [\"{list}\"]"
            )
        })
    }
}
