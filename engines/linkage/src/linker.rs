//! A spec and its records, ready to plan, run and explain.

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::{
    Decision, Error, Explanation, NewRecords, Pair, Plan, Spec, Table, bits,
    blocking::Blocking,
    cluster::duplicate_free,
    column::Column,
    compare::Comparisons,
    facts::Facts,
    frequency::Frequencies,
    rows::Rows,
    scan::{Way, reweighed, ways},
    score::Weights,
    table::Sources,
};

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
    pub(crate) frequencies: Frequencies,
    /// Numbers of records by their values, once they were asked for.
    pub(crate) prints: OnceLock<Vec<u64>>,
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
            prints: OnceLock::new(),
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
        let rarest = |comparison, level| frequencies.most(comparison, level);
        let (rows, ways) = if asks_alike(&spec, &self.spec) {
            (self.rows, reweighed(self.ways, &weights, rarest))
        } else {
            (Rows::new(self.records, &self.columns, &comparisons), ways(&spec, &self.columns, &weights, rarest))
        };
        Ok(Linker {
            duplicate_free: duplicate_free(&spec.clustering, self.sources.as_ref())?,
            rows,
            ways,
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
        self.weights.explain(&self.spec, pair.pattern, self.terms(pair.left, pair.right))
    }

    /// What the rarity of two records' values adds, by comparison and level.
    pub(crate) fn terms(&self, left: u32, right: u32) -> impl Fn(usize, usize) -> f64 {
        move |comparison, level| self.frequencies.bits(&self.columns, comparison, level, left, right)
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
        let weight = self.weights.weigh(pattern, self.terms(left, right));
        let decision = self.decide(weight);
        Pair { left, right, weight, pattern, rule: rule.and_then(|rule| u16::try_from(rule).ok()), decision }
    }

    /// What a pattern weighs with values of this rarity, by comparison and level, and what becomes of such a pair.
    pub(crate) fn weigh(&self, pattern: crate::Pattern, terms: impl Fn(usize, usize) -> f64) -> (f64, Decision) {
        let weight = self.weights.weigh(pattern, terms);
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
}

/// Whether two specs of the same fields compare them in the same way, whatever it weighs.
fn asks_alike(one: &Spec, other: &Spec) -> bool {
    let rules = |comparison: &crate::Comparison| {
        let rules: Vec<crate::Rule> = comparison.levels.iter().map(|level| level.rule.clone()).collect();
        (comparison.fields.clone(), comparison.missing, rules)
    };
    one.comparisons.iter().map(rules).eq(other.comparisons.iter().map(rules))
}
