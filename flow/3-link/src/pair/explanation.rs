//! A pair's weight taken apart, as the model was that made it: from its pattern of levels, what rarity added, and that model's text.

use linkage::{Spec, probability};

use super::KeptPair;

/// One line of the sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What was compared.
    pub comparison: String,
    /// What was seen, in words; "not recorded on both" where nothing could be compared.
    pub seen: String,
    /// Bits of evidence, rarity not counted.
    pub bits: f64,
    /// What rarity added, or commonness took away; 0 where it plays no part.
    pub rarity: f64,
}

impl Line {
    /// Both together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.bits + self.rarity
    }
}

/// All of the sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Where every pair starts.
    pub prior: f64,
    /// One line for each comparison, in the model's order; then one for each reason for which different people may be alike, which takes away
    /// what was counted more than once.
    pub lines: Vec<Line>,
    /// The pair's weight.
    pub total: f64,
    /// The chance that both are one person.
    pub probability: f64,
    /// The chance from which the model links.
    pub links_from: f64,
    /// The chance from which it asks a person.
    pub asks_from: f64,
}

/// Takes a pair's weight apart with the text of its model. None where that text or the pattern can't be read, which only somebody
/// who changed the database by hand brings about.
pub(crate) fn explain(pair: &KeptPair, model: &str) -> Option<Explanation> {
    let spec = Spec::from_toml(model).ok().filter(Spec::is_trained)?;
    let levels = spec.comparisons.iter().enumerate().map(|(at, comparison)| (pair.pattern.level(at), comparison));
    if levels.clone().any(|(level, comparison)| level.is_some_and(|level| level >= comparison.levels.len())) {
        return None;
    }
    let explained = linkage::Explanation::of(&spec, pair.pattern, &pair.rarity);
    // After the comparisons come the reasons for which different people may be alike.
    let nothing = |at: usize| if at < spec.comparisons.len() { "not recorded on both" } else { "nothing points to it" };
    let line = |(at, part): (usize, linkage::Part)| Line {
        comparison: part.comparison,
        seen: part.level.unwrap_or_else(|| nothing(at).to_owned()),
        bits: part.bits,
        rarity: part.term_frequency_bits,
    };
    Some(Explanation {
        prior: explained.prior_bits,
        lines: explained.parts.into_iter().enumerate().map(line).collect(),
        total: pair.weight,
        probability: probability(pair.weight),
        links_from: spec.thresholds.link,
        asks_from: spec.thresholds.review,
    })
}

#[cfg(test)]
mod tests {
    use base::{Id, code};
    use linkage::{Linker, Table};
    use vault::Facet;

    use super::*;
    use crate::{pair::State, spec::Model};

    #[test]
    fn the_lines_add_up_to_the_engines_weight() {
        let model = Model::built_in().unwrap();
        let column = |left: &'static str, right: &'static str| vec![Some(left), Some(right)];
        let table = Table::from_columns([
            ("given", column("Daniel", "Dan")),
            ("family", column("Okafor", "Okafor")),
            ("dob", column("2010-02-14", "2010-02-15")),
            ("sex", column("male", "male")),
            ("postcode", column("ZQ3 4AB", "ZQ3 4AD")),
            ("phone", vec![None, Some("07100284417")]),
            ("nhs_number", vec![None, None]),
            ("upn", vec![None, None]),
        ])
        .unwrap();
        let linker = Linker::new(model.spec.clone(), table).unwrap();
        let pair = linker.compare(0, 1).unwrap();
        let engine = linker.expand(&pair);
        let facet = Facet { controller: Id::from_u128(1), category: code!("custody") };
        let kept = KeptPair {
            left: Id::from_u128(1),
            right: Id::from_u128(2),
            facets: [facet.clone(), facet],
            state: State::Review,
            answer: None,
            weight: pair.weight,
            pattern: pair.pattern,
            rarity: engine.parts.iter().map(|part| part.term_frequency_bits).collect(),
            spec: model.version.clone(),
            open: true,
        };
        let ours = explain(&kept, &model.toml).unwrap();
        let sum = ours.prior + ours.lines.iter().map(Line::total).sum::<f64>();
        assert!((sum - engine.total_bits).abs() < 1e-9, "{sum} is not {}", engine.total_bits);
        assert_eq!(ours.lines.first().unwrap().seen, "surname the same, given name a nickname");
        assert_eq!(ours.probability, engine.probability);
        let last = ours.lines.last().unwrap();
        assert_eq!(last.comparison, "Two people of one household");
        assert!(last.bits <= 0.0 && last.seen == "nothing points to it", "{last:?}");
    }
}
