//! How good a job's links are: against truth or labels where there are any, and as the model expects.

use std::collections::{BTreeMap, HashMap};

use super::{Done, Input, JobError};
use crate::{
    Pair, bits, probability,
    quality::{
        Basis, Bounds, Curve, GroupQuality, Judged, Stratum, Truth, allocate, bands, bounds, by_group, choose,
        expected, f_measure, stratum_of,
    },
};

/// What is known of a job's quality.
#[derive(Default)]
pub(super) struct Judgement {
    /// Curves, the best founded first.
    pub(super) curves: Vec<Curve>,
    /// By column of groups.
    pub(super) groups: Vec<(String, Vec<GroupQuality>)>,
    /// Precision, recall and F of the clusters: of all pairs of records in one cluster.
    pub(super) clusters: Option<(f64, f64, f64)>,
    /// What labels say of all links.
    pub(super) bounds: Option<Bounds>,
    /// Labelled pairs that belong together but were not compared.
    pub(super) not_compared: u64,
    /// Pairs to label.
    pub(super) to_label: Option<Vec<(u32, u32)>>,
    pub(super) warnings: Vec<String>,
}

impl Judgement {
    pub(super) fn new(done: &Done) -> Result<Judgement, JobError> {
        let mut judgement = Judgement::default();
        judgement.against_truth(done);
        judgement.against_labels(done)?;
        let weights: Vec<f64> = done.outcome.pairs.iter().map(|pair| pair.weight).collect();
        if !weights.is_empty() {
            judgement.curves.push(expected(&weights));
        }
        judgement.draw(done);
        Ok(judgement)
    }

    fn against_truth(&mut self, done: &Done) {
        let Some(truth) = done.input.truth_of() else {
            if !done.input.groups.is_empty() {
                self.warnings.push("groups can only be told apart against truth; add --truth COLUMN".to_owned());
            }
            return;
        };
        let curve = truth.curve(&done.outcome.pairs);
        if curve.matches == 0.0 {
            self.warnings.push("the column of truth names nobody twice, so there is nothing to find".to_owned());
        }
        self.clusters = Some(of_clusters(&truth, &done.outcome.cluster_of, curve.matches));
        self.curves.push(curve);
        let link = bits(done.linker.spec().thresholds.link);
        for (column, values) in &done.input.groups {
            self.groups.push((column.clone(), by_group(&truth, &done.outcome.pairs, link, &bands(values))));
        }
    }

    fn against_labels(&mut self, done: &Done) -> Result<(), JobError> {
        let Some(path) = &done.request.labels else { return Ok(()) };
        let file = done.input.pair_file(path, &["same", "match", "clerical_match_score"])?;
        let mut labels: BTreeMap<(u32, u32), bool> = BTreeMap::new();
        for ((at, left, right), word) in file.pairs.iter().zip(&file.said) {
            let same = match word.as_str() {
                "same" | "yes" | "true" | "match" => true,
                "different" | "no" | "false" => false,
                score => match score.parse::<f64>() {
                    Ok(score) if (0.0..=1.0).contains(&score) => score >= 0.5,
                    _ => {
                        return Err(Input::pair_error(
                            path,
                            *at,
                            &file.column,
                            "is neither yes, no nor a score from 0 to 1",
                        ));
                    }
                },
            };
            if labels.insert((*left, *right), same).is_some_and(|earlier| earlier != same) {
                return Err(Input::pair_error(path, *at, &file.column, "another line says the opposite of this pair"));
            }
        }
        if labels.is_empty() {
            self.warnings.push(format!("{}: no pair is labelled yet", path.display()));
            return Ok(());
        }
        let compared: HashMap<(u32, u32), &Pair> =
            done.outcome.pairs.iter().map(|pair| ((pair.left, pair.right), pair)).collect();
        let mut judged = Vec::new();
        for ((left, right), same) in &labels {
            if let Some(pair) = compared.get(&(*left, *right)) {
                judged.push(Judged { weight: pair.weight, same: f64::from(u8::from(*same)) });
            } else if *same {
                self.not_compared += 1;
            }
        }
        let matches = labels.values().filter(|same| **same).count() as f64;
        self.curves.push(Curve::new(Basis::Labels, judged, matches));
        let link = done.linker.spec().thresholds.link;
        self.bounds = bounds(&strata(&done.outcome.pairs, &labels, link), link);
        Ok(())
    }

    /// Draws pairs to label, where that was asked for.
    fn draw(&mut self, done: &Done) {
        let Some(margin) = done.request.margin else { return };
        let link = done.linker.spec().thresholds.link;
        let mut by_stratum: BTreeMap<usize, Vec<&Pair>> = BTreeMap::new();
        for pair in done.outcome.pairs.iter().filter(|pair| pair.probability() >= done.linker.spec().thresholds.review)
        {
            by_stratum.entry(stratum_of(pair.probability(), link).0).or_default().push(pair);
        }
        let share = |pairs: &Vec<&Pair>| {
            let sum: f64 = pairs.iter().map(|pair| probability(pair.weight)).sum();
            (pairs.len() as u64, sum / pairs.len() as f64)
        };
        let sizes = allocate(&by_stratum.values().map(share).collect::<Vec<_>>(), margin);
        let mut drawn = Vec::new();
        for (pairs, size) in by_stratum.values().zip(sizes) {
            let all = pairs.iter().map(|pair| (pair.left, pair.right)).collect();
            drawn.extend(choose(all, usize::try_from(size).unwrap_or(usize::MAX)));
        }
        drawn.sort_unstable();
        self.to_label = Some(drawn);
    }
}

fn strata(pairs: &[Pair], labels: &BTreeMap<(u32, u32), bool>, link: f64) -> Vec<Stratum> {
    let mut strata: BTreeMap<usize, Stratum> = BTreeMap::new();
    for pair in pairs {
        let (at, from) = stratum_of(pair.probability(), link);
        let stratum = strata.entry(at).or_insert(Stratum { from, pairs: 0, labelled: 0, same: 0 });
        stratum.pairs += 1;
        if let Some(same) = labels.get(&(pair.left, pair.right)) {
            stratum.labelled += 1;
            stratum.same += u64::from(*same);
        }
    }
    strata.into_values().collect()
}

/// Precision, recall and F over all pairs of records of one cluster.
fn of_clusters(truth: &Truth, cluster_of: &[u32], matches: f64) -> (f64, f64, f64) {
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (cluster, record) in cluster_of.iter().zip(0_u32..) {
        members.entry(*cluster).or_default().push(record);
    }
    let (mut joined, mut right) = (0_u64, 0_u64);
    for records in members.values() {
        for (at, one) in records.iter().enumerate() {
            for other in records.iter().skip(at + 1) {
                let source = |record: u32| truth.source_of.get(record as usize);
                if truth.source_of.is_empty() || source(*one) != source(*other) {
                    joined += 1;
                    right += u64::from(truth.same(*one, *other));
                }
            }
        }
    }
    let precision = if joined == 0 { 1.0 } else { right as f64 / joined as f64 };
    let recall = if matches == 0.0 { 0.0 } else { right as f64 / matches };
    (precision, recall, f_measure(precision, recall))
}
