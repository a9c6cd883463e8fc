//! A spec and its records, ready to plan, run and explain.

use std::{collections::HashSet, ops::Range};

use rayon::prelude::*;

use crate::{
    Decision, Error, Explanation, Outcome, Pair, Plan, Spec, Table, bits,
    blocking::{Blocking, Blocks},
    cluster::duplicate_free,
    column::Column,
    compare::Comparisons,
    facts::Facts,
    frequency::Frequencies,
    rows::Rows,
    scan::{Scan, Way, share_out, ways},
    score::Weights,
    table::Sources,
};

/// What a run may do and must respect. The default runs freely within 100,000,000 pairs.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Most pairs that the blocking rules may find; beyond it the run is refused before it starts.
    pub budget: u64,
    /// Pairs that a person said belong together: joined whatever their weight.
    pub required: Vec<(u32, u32)>,
    /// Pairs that a person said don't: never in one cluster, whatever else links them.
    pub forbidden: Vec<(u32, u32)>,
    /// Pairs that earlier runs kept. They are weighed again with the records as they are now, and take part in clustering,
    /// but need not be found again: with [`Linker::run_for`] this carries old links along.
    pub earlier: Vec<(u32, u32)>,
    /// Keep compared pairs below both thresholds too.
    pub keep_apart: bool,
    /// Remember which pairs lie less than so many bits below the threshold for review, for [`Linker::update`]: where values are weighed by
    /// their rarity, every delivery shifts weights a little and may lift some of them. Without term frequency nothing shifts and
    /// nothing is remembered.
    pub reserve: f64,
}

impl Default for RunOptions {
    fn default() -> Self {
        RunOptions {
            budget: 100_000_000,
            required: Vec::new(),
            forbidden: Vec::new(),
            earlier: Vec::new(),
            keep_apart: false,
            reserve: 1.0,
        }
    }
}

/// The records that an incremental run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecords(Which);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Which {
    Range(Range<u32>),
    /// Sorted.
    Listed(Vec<u32>),
}

impl NewRecords {
    /// A range of records, such as those that were added last.
    #[must_use]
    pub fn range(range: Range<u32>) -> NewRecords {
        NewRecords(Which::Range(range))
    }

    /// Any records, in any order.
    #[must_use]
    pub fn records(records: &[u32]) -> NewRecords {
        let mut sorted = records.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        NewRecords(Which::Listed(sorted))
    }

    /// How many they are.
    pub(crate) fn count(&self) -> usize {
        match &self.0 {
            Which::Range(range) => range.len(),
            Which::Listed(records) => records.len(),
        }
    }

    pub(crate) fn hold(&self, record: u32) -> bool {
        match &self.0 {
            Which::Range(range) => range.contains(&record),
            Which::Listed(records) => records.binary_search(&record).is_ok(),
        }
    }

    fn last(&self) -> Option<u32> {
        match &self.0 {
            Which::Range(range) => range.clone().next_back(),
            Which::Listed(records) => records.last().copied(),
        }
    }
}

/// How well a field is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldReport {
    /// The field's name.
    pub field: String,
    /// Records with a value.
    pub filled: usize,
    /// Records without one, placeholders included.
    pub missing: usize,
    /// Records whose value is not what the field's kind calls for; taken as missing, and not counted there.
    pub unreadable: usize,
    /// Different values.
    pub distinct: usize,
}

/// A spec with its records: cleaned, interned and counted once, then run or asked as often as wanted.
#[derive(Debug)]
pub struct Linker {
    spec: Spec,
    records: usize,
    /// The records' sources, where they have any.
    sources: Option<Sources>,
    /// For clusters that hold nobody of a source twice: each record's source, where it is one of those.
    pub(crate) duplicate_free: Option<Vec<Option<u16>>>,
    pub(crate) columns: Vec<Column>,
    pub(crate) comparisons: Comparisons,
    pub(crate) blocking: Blocking,
    pub(crate) weights: Weights,
    pub(crate) rows: Rows,
    pub(crate) ways: Vec<Way>,
    frequencies: Frequencies,
}

impl Linker {
    /// Prepares records for a spec. The table's other columns are not looked at.
    ///
    /// # Errors
    /// [`Error::Spec`] where the spec makes no sense, [`Error::MissingColumns`] where the table lacks a field.
    pub fn new(spec: Spec, table: Table) -> Result<Linker, Error> {
        spec.check()?;
        table.suits(&spec)?;
        let column = |field: &crate::Field| {
            let mut column = Column::new(field, &*table.cells(field)?);
            column.facts = Facts::new(&spec, field, &column.values);
            Some(column)
        };
        let columns: Vec<Column> = spec.fields.par_iter().filter_map(column).collect();
        let comparisons = Comparisons::new(&spec)?;
        let blocking = Blocking::new(&spec, &columns)?;
        let weights = Weights::new(&spec);
        let frequencies = Frequencies::new(&spec, &columns);
        let sources = table.sources().cloned();
        Ok(Linker {
            duplicate_free: duplicate_free(&spec.clustering, sources.as_ref())?,
            records: table.records(),
            rows: Rows::new(table.records(), &columns, &comparisons),
            ways: ways(&spec, &columns, &weights, |comparison, level| frequencies.most(comparison, level)),
            sources,
            columns,
            comparisons,
            blocking,
            weights,
            frequencies,
            spec,
        })
    }

    /// The same records with another model of the same fields, such as the one that [`Linker::train`] gave. Saves cleaning them again.
    ///
    /// # Errors
    /// [`Error::Spec`] where the model makes no sense or has other fields or nicknames.
    pub fn with_model(self, spec: Spec) -> Result<Linker, Error> {
        spec.check()?;
        if spec.fields != self.spec.fields || spec.nicknames != self.spec.nicknames {
            return Err(Error::Spec("its fields and nicknames differ from those the records were prepared for".into()));
        }
        let comparisons = Comparisons::new(&spec)?;
        let weights = Weights::new(&spec);
        let frequencies = Frequencies::new(&spec, &self.columns);
        Ok(Linker {
            duplicate_free: duplicate_free(&spec.clustering, self.sources.as_ref())?,
            rows: Rows::new(self.records, &self.columns, &comparisons),
            ways: ways(&spec, &self.columns, &weights, |comparison, level| frequencies.most(comparison, level)),
            blocking: if spec.blocking == self.spec.blocking {
                self.blocking
            } else {
                Blocking::new(&spec, &self.columns)?
            },
            comparisons,
            weights,
            frequencies,
            spec,
            ..self
        })
    }

    /// The spec in use.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How many records there are.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// How well each field is filled, in the spec's order.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldReport> {
        let report = |(field, column): (&crate::Field, &Column)| {
            let (filled, unreadable) = (column.filled(), column.unreadable);
            let missing = self.records - filled - unreadable;
            FieldReport { field: field.name.clone(), filled, missing, unreadable, distinct: column.values.len() }
        };
        self.spec.fields.iter().zip(&self.columns).map(report).collect()
    }

    /// Counts what [`Linker::run`] would compare. Takes time by the number of records, not of pairs.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.blocking.plan(&self.blocking.blocks(None), &self.columns)
    }

    /// Counts what [`Linker::run_for`] would compare.
    #[must_use]
    pub fn plan_for(&self, new: &NewRecords) -> Plan {
        self.blocking.plan(&self.blocking.blocks(Some(&|record| new.hold(record))), &self.columns)
    }

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
        self.run_on(new, &[], f64::MIN, options)
    }

    /// The same, with pairs that an earlier run found: all that weigh `from` or more.
    pub(crate) fn run_on(
        &self,
        new: &NewRecords,
        found: &[(u32, u32)],
        from: f64,
        options: &RunOptions,
    ) -> Result<Outcome, Error> {
        if let Some(last) = new.last().filter(|last| *last as usize >= self.records) {
            let (what, record) = ("the list of new records", last.into());
            return Err(Error::NoSuchRecord { what, record, records: self.records });
        }
        self.run_blocks(&self.blocking.blocks(Some(&|record| new.hold(record))), found, from, options)
    }

    /// Compares two records by number, whether or not a blocking rule finds them: the pair that a run would have given but
    /// for constraints. `None` where a record is not there, or both are the same.
    #[must_use]
    pub fn compare(&self, one: u32, other: u32) -> Option<Pair> {
        let (left, right) = (one.min(other), one.max(other));
        if left == right || right as usize >= self.records {
            return None;
        }
        Some(self.pair(left, right, self.blocking.first_rule(left, right)))
    }

    /// Compares two records and takes their weight apart.
    #[must_use]
    pub fn explain(&self, one: u32, other: u32) -> Option<Explanation> {
        self.compare(one, other).map(|pair| self.expand(&pair))
    }

    /// Takes a pair's weight apart, with the names of comparisons and levels.
    #[must_use]
    pub fn expand(&self, pair: &Pair) -> Explanation {
        self.weights.explain(&self.spec, pair.pattern, &self.frequencies, pair.left)
    }

    /// What rarity adds at this level for two records that hold the same values as this one.
    pub(crate) fn frequency_bits(&self, comparison: usize, level: usize, record: u32) -> f64 {
        self.frequencies.bits(comparison, level, record)
    }

    /// The levels that two records show. INVARIANT: `left < right`.
    pub(crate) fn pattern(&self, left: u32, right: u32) -> crate::Pattern {
        self.comparisons.pattern(&self.columns, left, right)
    }

    /// For each record its source, where pairs within a source are not compared.
    pub(crate) fn sources_apart(&self) -> Option<&[u16]> {
        self.sources.as_ref().filter(|sources| !sources.within).map(|sources| sources.of.as_slice())
    }

    /// Whether the kind of linking compares these two at all: see [`Table::with_sources`].
    pub(crate) fn comparable(&self, left: u32, right: u32) -> bool {
        self.sources_apart().is_none_or(|sources| sources.get(left as usize) != sources.get(right as usize))
    }

    /// What two records weigh, whether or not a rule finds them.
    pub(crate) fn weight(&self, one: u32, other: u32) -> f64 {
        self.pair(one.min(other), one.max(other), None).weight
    }

    /// How much more than before two records that are not new may weigh at most, because values have become rarer among all.
    pub(crate) fn most_risen(&self, new: &NewRecords) -> f64 {
        let before: Vec<Column> = self.columns.iter().map(|column| column.without(|record| new.hold(record))).collect();
        let old = (0..self.records as u32).filter(|record| !new.hold(*record));
        self.frequencies.most_risen(&Frequencies::new(&self.spec, &before), old)
    }

    /// INVARIANT: `left < right`, both records of the table.
    fn pair(&self, left: u32, right: u32, rule: Option<usize>) -> Pair {
        let pattern = self.pattern(left, right);
        let weight = self.weights.weigh(pattern, &self.frequencies, left);
        let decision = self.decide(weight);
        Pair { left, right, weight, pattern, rule: rule.and_then(|rule| u16::try_from(rule).ok()), decision }
    }

    /// What a pattern weighs with the rarity of this record's values, and what becomes of such a pair.
    pub(crate) fn weigh(&self, pattern: crate::Pattern, record: u32) -> (f64, Decision) {
        let weight = self.weights.weigh(pattern, &self.frequencies, record);
        (weight, self.decide(weight))
    }

    fn decide(&self, weight: f64) -> Decision {
        let thresholds = &self.spec.thresholds;
        if weight >= bits(thresholds.link) {
            Decision::Link
        } else if weight >= bits(thresholds.review) {
            Decision::Review
        } else {
            Decision::Apart
        }
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
        if let Some(missing) = self.spec.untrained() {
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
            false if self.spec.has_frequencies() => bits(self.spec.thresholds.review) - options.reserve.max(0.0),
            false => bits(self.spec.thresholds.review),
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
                    let (weight, decision) = self.weigh(seen.pattern, seen.left);
                    if weight >= least {
                        let rule = u16::try_from(rule.rule).ok();
                        let crate::scan::Seen { left, right, pattern } = seen;
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
            if right as usize >= self.records {
                return Err(Error::NoSuchRecord { what, record: right.into(), records: self.records });
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
