//! Runs: compares what the rules find, keeps what is worth it, and clusters.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::{
    Decision, Error, Linker, NewRecords, Outcome, Pair, RunOptions, bits,
    blocking::Blocks,
    scan::{Scan, Seen, share_out},
};

impl Linker {
    /// Compares every pair that the blocking rules find, and clusters the records.
    ///
    /// # Errors
    /// [`Error::OverBudget`] before anything is compared; [`Error::NoSuchRecord`] or [`Error::SamePair`] for a wrong constraint.
    pub fn run(&self, options: &RunOptions) -> Result<Outcome, Error> {
        self.run_blocks(&self.blocking.blocks(None), &[], f64::MIN, options)
    }

    /// Compares only pairs of which at least one record is new. Old links take part through [`RunOptions::earlier`]. Where values are
    /// weighed by their rarity, which every added record shifts a little, an old pair may weigh more now and is missed here:
    /// [`Linker::update`] sees to that.
    ///
    /// # Errors
    /// As [`Linker::run`], and [`Error::NoSuchRecord`] for a new record that is not in the table.
    pub fn run_for(&self, new: &NewRecords, options: &RunOptions) -> Result<Outcome, Error> {
        let outcome = self.run_on(new, &[], f64::MIN, options)?;
        // Pairs of old records were not looked for, so no update can build on this.
        Ok(Outcome { complete_from: f64::INFINITY, ..outcome })
    }

    /// The same, with pairs that an earlier run found: all that weigh `from` or more.
    pub(crate) fn run_on(
        &self,
        new: &NewRecords,
        found: &[(u32, u32)],
        from: f64,
        options: &RunOptions,
    ) -> Result<Outcome, Error> {
        if let Some(last) = new.last().filter(|last| *last as usize >= self.records()) {
            let (what, record) = ("the list of new records", last.into());
            return Err(Error::NoSuchRecord { what, record, records: self.records() });
        }
        self.run_blocks(&self.blocking.blocks(Some(&|record| new.hold(record))), found, from, options)
    }

    /// Compares the blocks' pairs, weighs those again that were `found` before, of which all that weigh `from` or more are there, and
    /// clusters the records.
    fn run_blocks(
        &self,
        blocks: &[Blocks],
        found: &[(u32, u32)],
        from: f64,
        options: &RunOptions,
    ) -> Result<Outcome, Error> {
        if let Some(missing) = self.spec().untrained() {
            return Err(Error::Untrained(missing));
        }
        let required = self.named("a required pair", &options.required)?;
        let forbidden = self.named("a forbidden pair", &options.forbidden)?;
        let earlier = self.named("an earlier link", &options.earlier)?;
        let found = self.named("an earlier pair", found)?;
        self.keep_budget(blocks, options.budget)?;
        let least = from.max(self.least(options));
        let (mut pairs, compared) = self.scan(blocks, least);
        // Pairs that a person or an earlier run named are in the outcome even where no rule found them.
        let named = [&required, &forbidden, &earlier].into_iter().flatten();
        pairs.extend(named.filter_map(|(left, right)| self.compare(*left, *right)));
        pairs.par_extend(found.par_iter().filter_map(|(left, right)| self.compare(*left, *right)));
        pairs.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
        pairs.dedup_by_key(|pair| (pair.left, pair.right));
        self.apply(&mut pairs, &required, &forbidden);
        let mut near = Vec::new();
        pairs.retain(|pair| {
            let kept = options.keep_apart || pair.decision != Decision::Apart;
            if !kept && pair.rule.is_some() && pair.weight >= least {
                near.push((pair.left, pair.right));
            }
            kept
        });
        let (cluster_of, clusters) = self.join(&mut pairs, &forbidden, options.budget);
        Ok(Outcome { pairs, compared, cluster_of, clusters, near, complete_from: least, model: self.model() })
    }

    /// The least weight of pairs that a run keeps or remembers.
    pub(crate) fn least(&self, options: &RunOptions) -> f64 {
        match options.keep_apart {
            true => f64::MIN,
            false if self.spec().has_frequencies() => bits(self.spec().thresholds.review) - options.reserve.max(0.0),
            false => bits(self.spec().thresholds.review),
        }
    }

    /// Compares the rules' pairs. Gives those that weigh `least` or more, in no order, and how many each rule was the first to find.
    fn scan(&self, blocks: &[Blocks], least: f64) -> (Vec<Pair>, Vec<u64>) {
        let scan = Scan { linker: self, blocking: &self.blocking, least };
        let tasks: Vec<_> =
            blocks.iter().flat_map(|rule| rule.tasks().into_iter().map(move |task| (rule, task))).collect();
        let kept: Vec<(Vec<Pair>, Vec<u64>)> = share_out(tasks.len(), |task, desk, own: &mut (Vec<Pair>, Vec<u64>)| {
            let (pairs, counts) = own;
            let Some((rule, task)) = tasks.get(task) else {
                return;
            };
            let count = scan.task(
                desk,
                rule,
                task,
                |_, _| true,
                |seen| {
                    let (weight, decision) = self.weigh(seen.pattern, self.terms(seen.left, seen.right));
                    if weight >= least {
                        let rule = u16::try_from(rule.rule).ok();
                        let Seen { left, right, pattern } = seen;
                        pairs.push(Pair { left, right, weight, pattern, rule, decision });
                    }
                },
            );
            counts.resize(blocks.len(), 0);
            if let Some(sum) = counts.get_mut(rule.rule) {
                *sum += count;
            }
        });
        let mut compared = vec![0; blocks.len()];
        let mut pairs = Vec::with_capacity(kept.iter().map(|(pairs, _)| pairs.len()).sum());
        for (some, counts) in kept {
            pairs.extend(some);
            compared.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        (pairs, compared)
    }

    /// Constraints as smaller and larger record, each once.
    fn named(&self, what: &'static str, pairs: &[(u32, u32)]) -> Result<Vec<(u32, u32)>, Error> {
        let mut named = Vec::with_capacity(pairs.len());
        for (one, other) in pairs {
            let (left, right) = (*one.min(other), *one.max(other));
            if right as usize >= self.records() {
                return Err(Error::NoSuchRecord { what, record: right.into(), records: self.records() });
            }
            if left == right {
                return Err(Error::SamePair { what, record: left });
            }
            named.push((left, right));
        }
        named.sort_unstable();
        named.dedup();
        Ok(named)
    }

    fn keep_budget(&self, blocks: &[Blocks], budget: u64) -> Result<(), Error> {
        let pairs = blocks.iter().map(Blocks::pairs).sum::<u64>();
        if pairs <= budget {
            return Ok(());
        }
        let plan = self.blocking.plan(blocks, &self.columns);
        match plan.rules.iter().max_by_key(|rule| rule.pairs) {
            Some(rule) => Err(Error::OverBudget {
                pairs,
                budget,
                rule: rule.name.clone(),
                rule_pairs: rule.pairs,
                largest: rule.largest.first().map_or(0, |block| block.records),
            }),
            None => Ok(()),
        }
    }

    fn apply(&self, pairs: &mut [Pair], required: &[(u32, u32)], forbidden: &[(u32, u32)]) {
        let required: HashSet<_> = required.iter().copied().collect();
        let forbidden: HashSet<_> = forbidden.iter().copied().collect();
        if required.is_empty() && forbidden.is_empty() {
            return;
        }
        for pair in pairs {
            let key = (pair.left, pair.right);
            if required.contains(&key) {
                pair.decision = Decision::Required;
            } else if forbidden.contains(&key) {
                pair.decision = Decision::Forbidden;
            }
        }
    }
}
