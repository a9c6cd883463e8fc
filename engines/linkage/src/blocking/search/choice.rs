//! Choice: greedy weighted maximum coverage within a budget (Khuller, Moss and Naor 1999).

use super::{candidates::Candidate, evidence::Evidence};

/// A rule that adds less than this share of the likely matches adds next to nothing.
const LEAST: f64 = 0.000_02;
/// Of what a rule adds, so many standard errors of its estimate don't count: among many candidates some look good by luck.
const DOUBT: f64 = 2.0;
/// Most rules chosen.
const MOST: usize = 32;

/// What there is to choose from.
pub(super) struct Choice<'a> {
    pub(super) candidates: &'a [Candidate],
    pub(super) evidence: &'a Evidence,
    pub(super) budget: u64,
}

impl<'a> Choice<'a> {
    /// The better of two ways to choose: by what a rule adds for each pair that it costs, and by what it adds. The first is good where the
    /// budget is tight, the second where it is wide.
    pub(super) fn best(&self) -> Vec<&'a Candidate> {
        let by_pair = self.choose(|adds, pairs| adds / pairs.max(1) as f64);
        let by_all = self.choose(|adds, _| adds);
        let better = self.covered(&by_all) - self.covered(&by_pair);
        let tie = self.evidence.likely * LEAST;
        if better > tie || better >= -tie && pairs(&by_all) < pairs(&by_pair) { by_all } else { by_pair }
    }

    fn choose(&self, worth: fn(f64, u64) -> f64) -> Vec<&'a Candidate> {
        let mut chosen: Vec<&Candidate> = Vec::new();
        while chosen.len() < MOST {
            let open: Vec<_> = self.open(&chosen).collect();
            let rate = |candidate: &'a Candidate| {
                // What finds all that a chosen rule finds takes its place.
                let freed: u64 =
                    chosen.iter().filter(|known| replaces(candidate, known)).map(|known| known.pairs).sum();
                let cost = candidate.pairs.saturating_sub(freed);
                let (mut adds, mut doubt) = (0.0, 0.0);
                for group in open.iter().filter(|group| candidate.finds(group.shared)) {
                    adds += group.likely;
                    doubt += group.doubt;
                }
                let adds = adds - DOUBT * f64::sqrt(doubt);
                let fits = pairs(&chosen) - freed + candidate.pairs <= self.budget;
                (fits && adds > self.evidence.likely * LEAST).then(|| (worth(adds, cost), candidate))
            };
            let rank = |a: &(f64, &Candidate), b: &(f64, &Candidate)| {
                a.0.total_cmp(&b.0).then((b.1.pairs, b.1.keys).cmp(&(a.1.pairs, a.1.keys)))
            };
            let Some((_, best)) = self.candidates.iter().filter_map(rate).max_by(rank) else { break };
            chosen.retain(|known| !replaces(best, known));
            chosen.push(best);
        }
        self.without_idle(chosen)
    }

    /// Takes out rules, the dearest first, whose likely matches the others find.
    fn without_idle(&self, mut chosen: Vec<&'a Candidate>) -> Vec<&'a Candidate> {
        let mut dearest = chosen.clone();
        dearest.sort_by_key(|candidate| std::cmp::Reverse((candidate.pairs, candidate.keys)));
        for candidate in dearest {
            let others: Vec<&Candidate> = chosen.iter().copied().filter(|other| other.keys != candidate.keys).collect();
            if self.covered(&chosen) - self.covered(&others) <= self.evidence.likely * LEAST {
                chosen = others;
            }
        }
        chosen
    }

    /// Likely matches that none of these finds.
    fn open(&self, chosen: &[&Candidate]) -> impl Iterator<Item = &'a super::evidence::Group> {
        self.evidence.groups.iter().filter(|group| !chosen.iter().any(|candidate| candidate.finds(group.shared)))
    }

    fn covered(&self, chosen: &[&Candidate]) -> f64 {
        self.evidence.likely - self.open(chosen).map(|group| group.likely).sum::<f64>()
    }
}

fn pairs(chosen: &[&Candidate]) -> u64 {
    chosen.iter().map(|candidate| candidate.pairs).sum()
}

/// Whether one finds whatever the other does.
fn replaces(one: &Candidate, other: &Candidate) -> bool {
    one.keys & !other.implied == 0
}
