//! Counts of patterns, which are all that training needs of the records.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::{
    BlockingRule, Error, Linker, Pattern,
    blocking::{Blocking, Blocks},
    column::NONE,
    scan::{Scan, share_out},
};

/// More pairs than anyone waits for: beyond it a rule is refused.
const MOST_PAIRS: u64 = 50_000_000_000;
/// How many records, and how many distances, one task takes.
const SIDE: usize = 2_048;

type Counts = HashMap<Pattern, u64>;

impl Linker {
    /// How many pairs these rules find, each once, and how often each pattern shows among about `most_pairs` of them: the same for any
    /// number of threads and any order of the records. The rules need not be the spec's.
    ///
    /// # Errors
    /// [`Error::Spec`] where a rule uses a field that is not there, [`Error::Training`] where one finds far too much.
    pub(crate) fn counts_of(
        &self,
        rules: &[BlockingRule],
        most_pairs: u64,
    ) -> Result<(u64, Vec<(Pattern, u64)>), Error> {
        let blocking = Blocking::of_rules(self.spec(), rules, &self.columns)?;
        let blocks = blocking.blocks(None);
        if let Some((blocks, rule)) = blocks.iter().zip(rules).find(|(blocks, _)| blocks.pairs() > MOST_PAIRS) {
            return Err(Error::Training(format!(
                "rule `{}` finds {} pairs, more than anyone waits for; give it a narrower key",
                rule.name,
                blocks.pairs()
            )));
        }
        let pairs: u64 = blocks.iter().map(Blocks::pairs).sum();
        let share = if pairs > most_pairs { most_pairs as f64 / pairs as f64 } else { 1.0 };
        let prints = if share > 0.0 && share < 1.0 { self.fingerprints() } else { &[] };
        let print = |record: u32| prints.get(record as usize).copied().unwrap_or_default();
        // Drawn by what the records hold, so that their order can't show.
        let below = (share * 2_f64.powi(64)) as u64;
        let drawn = |left, right| share >= 1.0 || mix(print(left).wrapping_add(print(right))) < below;
        let scan = Scan { linker: self, blocking: &blocking, least: f64::NEG_INFINITY };
        let tasks: Vec<_> =
            blocks.iter().flat_map(|rule| rule.tasks().into_iter().map(move |task| (rule, task))).collect();
        let counted = share_out(tasks.len(), |task, desk, own: &mut (u64, Counts)| {
            if let Some((rule, task)) = tasks.get(task) {
                own.0 += scan.task(desk, rule, task, drawn, |seen| *own.1.entry(seen.pattern).or_default() += 1);
            }
        });
        let found = counted.iter().map(|(found, _)| found).sum();
        Ok((found, added(counted.into_iter().map(|(_, counts)| counts))))
    }

    /// How often each pattern shows among `pairs` pairs of records drawn at random, or among all pairs where there are no more. By pattern;
    /// the same for the same seed, whatever the number of threads and the order of the records.
    ///
    /// Records are shuffled into a ring, and each is compared with those that stand 1, 2, 3 … places after it: every pair is as likely to be drawn as any other,
    /// none is drawn twice, and a record is looked up once for many pairs.
    #[must_use]
    pub fn sample_patterns(&self, pairs: u64, seed: u64) -> Vec<(Pattern, u64)> {
        let order = self.shuffled(seed);
        let records = order.len() as u64;
        let pairs = pairs.min(records * records.saturating_sub(1) / 2);
        if pairs == 0 {
            return Vec::new();
        }
        let rounds = pairs.div_ceil(records) as usize;
        let scan = Scan { linker: self, blocking: &self.blocking, least: f64::NEG_INFINITY };
        let at = |place: usize| order.get(place % order.len()).copied().unwrap_or_default();
        let apart = self.sources_apart().is_some();
        let wanted = |place: usize, distance: usize| {
            (distance as u64 - 1) * records + (place as u64) < pairs
                && (!apart || self.comparable(at(place), at(place + distance)))
        };
        let (across, down) = (order.len().div_ceil(SIDE), rounds.div_ceil(SIDE));
        let part = |number: usize, end: usize| number * SIDE..((number + 1) * SIDE).min(end);
        let counts = share_out(across * down, |task, desk, counts: &mut Counts| {
            let distances = part(task % down, rounds);
            let square = (part(task / down, order.len()), distances.start + 1..distances.end + 1);
            scan.spaced(desk, &order, square, wanted, |seen| *counts.entry(seen.pattern).or_default() += 1);
        });
        added(counts)
    }

    /// The records in an order that depends on nothing but what they hold and the seed. Records that hold the same are apart like any others.
    fn shuffled(&self, seed: u64) -> Vec<u32> {
        let mut order: Vec<(u64, u32)> = self.fingerprints().iter().copied().zip(0..).collect();
        order.par_sort_unstable();
        let (mut last, mut twins) = (None, 0);
        for (print, _) in &mut order {
            twins = if last == Some(*print) { twins + 1 } else { 0 };
            last = Some(*print);
            *print = mix(seed ^ mix(print.wrapping_add(twins)));
        }
        order.par_sort_unstable();
        order.into_iter().map(|(_, record)| record).collect()
    }

    /// For each record a number that depends on its values alone.
    pub(crate) fn fingerprints(&self) -> &[u64] {
        self.prints.get_or_init(|| self.print_records())
    }

    fn print_records(&self) -> Vec<u64> {
        let of_values: Vec<Vec<u64>> = self
            .columns
            .par_iter()
            .map(|column| column.values.iter().map(|value| digest(value.as_bytes())).collect())
            .collect();
        let of = |record: u32| {
            self.columns.iter().zip(&of_values).fold(0, |sum, (column, values)| {
                let id = column.id(record);
                mix(sum ^ if id == NONE { 1 } else { values.get(id as usize).copied().unwrap_or_default() })
            })
        };
        (0..self.records() as u32).into_par_iter().map(of).collect()
    }
}

/// Spreads a number over all 64 bits (Stafford's variant 13 of the finaliser of MurmurHash3).
pub(crate) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// A digest that is the same in every run.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    let word = |chunk: &[u8]| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    bytes.chunks(8).fold(bytes.len() as u64, |sum, chunk| mix(sum ^ word(chunk)))
}

fn added(counts: impl IntoIterator<Item = Counts>) -> Vec<(Pattern, u64)> {
    let mut sums = Counts::new();
    for (pattern, count) in counts.into_iter().flatten() {
        *sums.entry(pattern).or_default() += count;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_unstable();
    sums
}
