//! A search for good blocking rules, given a budget of pairs.

mod candidates;
mod choice;
mod evidence;
mod singles;
mod told;

use std::collections::BTreeSet;

use crate::{BlockingRule, Error, Linker};
use candidates::{Candidate, members};
use choice::Choice;
use evidence::Evidence;
use singles::Single;

/// What [`Linker::suggest_blocking`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The rules to use, as they were chosen. Their pairs, those found twice counted twice, stay within the budget.
    pub rules: Vec<RuleWorth>,
    /// The spec's own rules, in its order, held against the same likely matches. They may go beyond the budget.
    pub own: Vec<RuleWorth>,
    /// The budget that was given.
    pub budget: u64,
    /// Rules that were counted and fit the budget, the spec's own among them.
    pub candidates: usize,
    /// Pairs that were compared to see which are likely matches.
    pub compared: u64,
    /// Likely matches that any of those rules finds, estimated: what `found` and `added` are shares of.
    pub likely: f64,
}

/// What one rule finds.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleWorth {
    /// The rule, with a name that its keys give; one of the spec's own keeps its name.
    pub rule: BlockingRule,
    /// Pairs that it finds, counted.
    pub pairs: u64,
    /// Records in its largest block.
    pub largest: u64,
    /// The share of the likely matches that it finds, 0 to 1, estimated.
    pub found: f64,
    /// The share that it finds and no rule before it does.
    pub added: f64,
}

impl Linker {
    /// Looks for blocking rules that find as many likely matches as they can with at most `budget` pairs.
    ///
    /// Candidates are the spec's own rules and conjunctions of up to three keys of different fields, from what each field's kind offers:
    /// whole values, sounds, beginnings, initials, years, postcode sectors and so on. Their pairs are counted exactly. About 300,000
    /// pairs drawn from all of them are compared; a pair of a probability of 0.05 or more (or that is for review) is a likely match,
    /// and counts by that probability. Rules are then chosen greedily, until the next would add less than 0.002 % or go beyond the budget.
    ///
    /// Takes time by the number of records and candidates, not by pairs. The same for any order of the records and number of threads.
    ///
    /// What it can't see: matches that no candidate finds, so that the shares are not recall but the share of what could be found in these ways; and what the
    /// model gets wrong, for a pair is as likely a match as the model says. Where the model takes two people of one home for one person, rules
    /// about homes look better than they are. A match that only broad candidates find is drawn seldom, so what a rule adds counts with two
    /// standard errors taken off; very rare kinds of match can be missed.
    ///
    /// # Errors
    /// [`Error::Untrained`] where the spec leaves chances open, [`Error::Suggestion`] where no rule can be found: less than two records, fields that
    /// are empty or the same in every record, a budget that no rule keeps, or no likely match.
    pub fn suggest_blocking(&self, budget: u64) -> Result<Suggestion, Error> {
        if let Some(missing) = self.spec().untrained() {
            return Err(Error::Untrained(missing));
        }
        if self.records() < 2 {
            return Err(refused("it takes two records to make a pair".to_owned()));
        }
        let order = singles::order(self);
        let singles = singles::all(self, &order);
        let (candidates, narrowest) = candidates::all(self, &singles, budget);
        if !candidates.iter().any(|candidate| candidate.pairs > 0 && candidate.pairs <= budget) {
            return Err(nothing_fits(&singles, narrowest, budget));
        }
        let evidence = Evidence::gather(self, &order, &singles, &candidates);
        if evidence.likely <= 0.0 {
            return Err(refused(format!(
                "of {} pairs that were compared none is a likely match by the spec's model. Check its prior, m and u, and thresholds.review",
                evidence.compared
            )));
        }
        let chosen = Choice { candidates: &candidates, evidence: &evidence, budget }.best();
        let own: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.own.is_some()).collect();
        Ok(Suggestion {
            rules: self.worth(&chosen, &singles, &evidence),
            own: self.worth(&own, &singles, &evidence),
            budget,
            candidates: candidates.iter().filter(|candidate| candidate.pairs <= budget).count(),
            compared: evidence.compared,
            likely: evidence.likely,
        })
    }

    fn worth(&self, rules: &[&Candidate], singles: &[Single], evidence: &Evidence) -> Vec<RuleWorth> {
        let mut names = BTreeSet::new();
        let worth = |(at, candidate): (usize, &&Candidate)| {
            let earlier = rules.get(..at).unwrap_or_default();
            let (mut found, mut added) = (0.0, 0.0);
            for group in evidence.groups.iter().filter(|group| candidate.finds(group.shared)) {
                found += group.likely;
                let new = !earlier.iter().any(|earlier| earlier.finds(group.shared));
                added += if new { group.likely } else { 0.0 };
            }
            let (pairs, largest) = (candidate.pairs, candidate.largest);
            let rule = self.rule(candidate, singles, &mut names);
            RuleWorth { rule, pairs, largest, found: found / evidence.likely, added: added / evidence.likely }
        };
        rules.iter().enumerate().map(worth).collect()
    }

    fn rule(&self, candidate: &Candidate, singles: &[Single], names: &mut BTreeSet<String>) -> BlockingRule {
        let own = candidate.own.and_then(|own| self.spec().blocking.get(own)).cloned();
        let mut rule = own.unwrap_or_else(|| spelt(singles, candidate.keys));
        if !names.insert(rule.name.clone()) {
            rule.name = rule.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ");
            names.insert(rule.name.clone());
        }
        rule
    }
}

fn spelt(singles: &[Single], keys: u128) -> BlockingRule {
    let words: Vec<String> = members(singles, keys).map(Single::words).collect();
    let keys = members(singles, keys).map(|single| single.expression.clone()).collect();
    BlockingRule { name: words.join(", "), keys }
}

fn refused(why: String) -> Error {
    Error::Suggestion(why)
}

fn nothing_fits(singles: &[Single], narrowest: Option<(u128, u64)>, budget: u64) -> Error {
    match narrowest {
        Some((keys, pairs)) => refused(format!(
            "the rule with the fewest pairs, `{}`, finds {pairs}, more than the budget of {budget}. Raise the budget, or add a field that \
             tells people apart",
            spelt(singles, keys).name
        )),
        None => refused(
            "no two records agree on any field, or all agree: fields that are empty, different in every record or the same in every \
             record find no pairs to compare"
                .to_owned(),
        ),
    }
}
