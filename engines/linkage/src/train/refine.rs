//! The last round: all chances together, over the pairs that any blocking rule finds.
//!
//! Sessions look at pairs chosen by what they share, and leave out what chose them. This round looks at the whole space of pairs instead:
//! those that no blocking rule finds are taken as apart, and of them it is enough to know how often each level shows, which chance
//! agreement among all pairs gives. So the chance agreement of pairs that are apart is freed of those that belong together (nearly all
//! pairs with one NHS number), and pairs that are alike for another reason become a class of their own. Where the prior and `m` are known, from rules and
//! sessions, they stay: strangers of one name outnumber those who belong together the more records there are.

use super::{
    em::{Freedom, Limits, Mixture, Outside, Problem},
    model::Model,
    pairs::{Counted, counted},
    report::{Basis, Iteration, SessionReport, TogetherReport},
};
use crate::{Error, Kind, Linker, Spec, Together, Training};

/// The round's name in the report.
const NAME: &str = "all blocking rules";
const LIMITS: Limits = Limits { convergence: 0.000_01, iterations: 300 };
/// How much of independence is put before the levels of a part of `together`: as many pairs that show them as unrelated pairs do.
const SHRINKAGE: f64 = 5.0;
/// A part of `together` rests on this many pairs at least.
const LEAST_PAIRS: f64 = 30.0;

/// Learns prior, `m`, `u` and the parts of `together`.
pub(super) fn learn(linker: &Linker, settings: &Training, model: &mut Model) -> Result<(), Error> {
    let spec = linker.spec();
    let counted = counted(linker, &spec.blocking, settings.refine_most_pairs)?;
    if counted.used == 0 {
        model.warn(NAME.into(), "they find no pairs, so there is nothing to learn from; use other rules");
        return Ok(());
    }
    if spec.together.is_empty() {
        warn_of_households(spec, model);
    }
    let round = Round { spec, smoothing: settings.smoothing, counted: &counted, outside: outside(&counted, model) };
    let start =
        Mixture { shares: vec![model.prior, 1.0 - model.prior], chances: vec![model.m.clone(), model.u.clone()] };
    let mut best = round.solve(start, &[], model);
    let mut kept: Vec<&Together> = Vec::new();
    for together in &spec.together {
        let reasons: Vec<&Together> = kept.iter().copied().chain([together]).collect();
        let with = round.solve(round.start(&best.0, together, model), &reasons, model);
        // Bayesian information criterion: every chance that is added must earn its keep.
        let added = 1 + model.m.iter().map(|levels| levels.len().saturating_sub(1)).sum::<usize>();
        let gain = likelihood(&with.1) - likelihood(&best.1);
        let place = with.0.shares.len() - 2;
        let pairs = with.0.shares.get(place).copied().unwrap_or_default() * model.report.pairs as f64;
        let keep = pairs >= LEAST_PAIRS && gain > added as f64 / 2.0 * (counted.found as f64).ln();
        model.report.together.push(TogetherReport { name: together.name.clone(), pairs, gain, kept: keep });
        if keep {
            best = with;
            kept.push(together);
        } else {
            model.warn(
                format!("together `{}`", together.name),
                "the records show too little of it to tell it from chance, so it is left out",
            );
        }
    }
    let (mixture, history, converged) = best;
    if !converged {
        model.warn(NAME.into(), &format!("had not settled after {} iterations", LIMITS.iterations));
    }
    model.report.sessions.push(SessionReport {
        name: NAME.into(),
        pairs_found: counted.found,
        pairs_used: counted.used,
        patterns: counted.patterns.len() as u64,
        left_out: Vec::new(),
        converged,
        history,
    });
    take(spec, mixture, &kept, model);
    Ok(())
}

/// This round looks at pairs of one household too, which sessions mostly leave out. Without a class of their own they are most like pairs
/// that belong together, and draw `m` and the prior to them.
fn warn_of_households(spec: &Spec, model: &mut Model) {
    let shared = |name: &String| {
        let by_kind = |kind| matches!(kind, Kind::Postcode | Kind::Address | Kind::Phone | Kind::Coordinates);
        let home = spec.fields.iter().any(|field| field.name == *name && by_kind(field.kind));
        home || ["surname", "family", "last_name", "phone", "postcode", "address"]
            .iter()
            .any(|word| name.to_lowercase().contains(word))
    };
    let likely = spec.comparisons.iter().filter(|comparison| comparison.fields.iter().any(shared));
    let named: Vec<String> = likely.map(|comparison| format!("\"{}\"", comparison.name)).collect();
    let named = if named.len() < 2 { "\"…\", \"…\"".to_owned() } else { named.join(", ") };
    let text = format!(
        "the spec has no `together`, so two people of one household, who share surname, home and telephone, are learnt from as if they were one \
         person. If the records hold households, add: [[together]] name = \"two people of one household\", comparisons = [{named}]; \
         or leave refine out and give sessions"
    );
    model.warn(NAME.into(), &text);
}

fn likelihood(history: &[Iteration]) -> f64 {
    history.last().map_or(f64::NEG_INFINITY, |last| last.log_likelihood)
}

/// Pairs that no rule finds: all pairs by chance agreement, without those that were found.
fn outside(counted: &Counted, model: &Model) -> Outside {
    let levels = |(at, chance): (usize, &super::chance::Chance)| {
        let mut outside: Vec<f64> = chance.levels.iter().map(|share| share * chance.pairs).collect();
        for (pattern, count) in &counted.patterns {
            if let Some(level) = pattern.level(at).and_then(|level| outside.get_mut(level)) {
                *level -= count;
            }
        }
        outside.iter().map(|count| count.max(0.0)).collect()
    };
    Outside {
        pairs: (model.report.pairs as f64 - counted.found as f64).max(0.0),
        levels: model.chance.iter().enumerate().map(levels).collect(),
    }
}

/// A mixture, its history, and whether it settled.
type Solved = (Mixture, Vec<Iteration>, bool);

struct Round<'a> {
    spec: &'a Spec,
    smoothing: f64,
    counted: &'a Counted,
    outside: Outside,
}

impl Round<'_> {
    /// `reasons` are those of the mixture's classes between pairs that belong together and strangers.
    fn solve(&self, start: Mixture, reasons: &[&Together], model: &Model) -> Solved {
        let free = |fixed| Freedom { fixed, before: model.even(self.smoothing), most: Vec::new() };
        let shrunk = |levels: &Vec<f64>| levels.iter().map(|u| u * SHRINKAGE + self.smoothing / 10.0).collect();
        let of_reason = |reason: &&Together| Freedom {
            fixed: model.m.iter().map(|levels| vec![None; levels.len()]).collect(),
            before: model.u.iter().map(shrunk).collect(),
            most: self.most(reason, model),
        };
        let mut freedom = vec![free(self.kept_m(model))];
        freedom.extend(reasons.iter().map(of_reason));
        freedom.push(free(model.fixed_u(self.spec)));
        let problem = Problem {
            patterns: &self.counted.patterns,
            outside: self.outside.clone(),
            part: model.chance.iter().map(|chance| chance.pairs > 0.0).collect(),
            freedom,
            // Strangers of one name outnumber those who belong together where records are many, and would draw the class to themselves.
            share: (model.prior_basis != Basis::Nothing).then_some(model.prior),
        };
        problem.solve(start, LIMITS)
    }

    /// A reason to be alike explains at most half the bits of what it does not name: twins share a date of birth, but nobody shares an NHS number.
    /// Without this the class may settle on the pairs that belong together, and these on others, where nearly all pairs are apart.
    fn most(&self, reason: &Together, model: &Model) -> Vec<Vec<f64>> {
        let half = |(m, u): (&f64, &f64)| if m > u { (m * u).sqrt() } else { 1.0 };
        let of = |(comparison, (m, u)): (&crate::Comparison, (&Vec<f64>, &Vec<f64>))| {
            let named = reason.comparisons.contains(&comparison.name);
            m.iter().zip(u).map(|level| if named { 1.0 } else { half(level) }).collect()
        };
        self.spec.comparisons.iter().zip(model.m.iter().zip(&model.u)).map(of).collect()
    }

    /// What stays of `m`: what the spec fixes, what was counted from labels, and what sessions learnt: over all pairs strangers of one name, who
    /// share more than chance has it, would draw it to themselves.
    fn kept_m(&self, model: &Model) -> Vec<Vec<Option<f64>>> {
        let mut fixed = model.fixed_m(self.spec);
        for ((fixed, levels), basis) in fixed.iter_mut().zip(&model.m).zip(&model.m_basis) {
            if matches!(*basis, Basis::Labels | Basis::Sessions) {
                *fixed = levels.iter().copied().map(Some).collect();
            }
        }
        fixed
    }

    /// With one more class, which shows the named comparisons much as pairs do that belong together, and the others much as strangers do.
    fn start(&self, before: &Mixture, together: &Together, model: &Model) -> Mixture {
        let none = Vec::new();
        let (m, u) = (before.chances.first().unwrap_or(&none), before.chances.last().unwrap_or(&none));
        let chances = self.spec.comparisons.iter().zip(m.iter().zip(u)).map(|(comparison, (m, u))| {
            let like = if together.comparisons.contains(&comparison.name) { 0.9 } else { 0.02 };
            m.iter().zip(u).map(|(m, u)| like * m + (1.0 - like) * u).collect()
        });
        let share = together.share.or_else(|| before.shares.first().copied()).unwrap_or(model.prior);
        let mut mixture = before.clone();
        let place = mixture.shares.len() - 1;
        mixture.chances.insert(place, chances.collect());
        mixture.shares.insert(place, share);
        if let Some(last) = mixture.shares.last_mut() {
            *last = (*last - share).max(1e-9);
        }
        mixture
    }
}

fn take(spec: &Spec, mixture: Mixture, kept: &[&Together], model: &mut Model) {
    let Mixture { shares, mut chances } = mixture;
    let (Some(prior), Some(u)) = (shares.first().copied(), chances.pop()) else { return };
    if model.prior_basis == Basis::Nothing {
        (model.prior, model.prior_basis) = (prior.clamp(1e-12, 1.0 - 1e-9), Basis::AllRules);
    }
    let mut chances = chances.into_iter();
    if let Some(m) = chances.next() {
        for (basis, (before, after)) in model.m_basis.iter_mut().zip(model.m.iter().zip(&m)) {
            if *basis != Basis::Labels && before != after {
                *basis = Basis::AllRules;
            }
        }
        model.m = m;
    }
    model.u = u;
    let names = || spec.comparisons.iter().map(|comparison| comparison.name.clone());
    for ((together, share), levels) in kept.iter().zip(shares.iter().skip(1)).zip(chances) {
        model.together.push(Together {
            share: Some((share / (1.0 - prior)).clamp(1e-15, 0.999)),
            chances: names().zip(levels).collect(),
            ..(*together).clone()
        });
    }
}
