//! Sessions: *m* by expectation maximisation over the pairs of one blocking rule each; a chance is the median of its sessions'.

use super::{
    em::{Freedom, Limits, Mixture, Outside, Problem, share_out},
    model::Model,
    pairs::{Counted, counted},
    report::{Basis, SessionReport},
};
use crate::{Error, Linker, Session, Spec, Training, bits, probability};

/// What one session learnt: its name, and `m` by comparison with whether each level was seen; `None` for those left out.
type Found = (String, Vec<Option<Vec<(f64, bool)>>>);

/// Runs all sessions and takes medians.
pub(super) fn learn(linker: &Linker, settings: &Training, model: &mut Model) -> Result<(), Error> {
    let mut all: Vec<Found> = Vec::new();
    for session in &settings.sessions {
        let counted = counted(linker, &[session.rule()], session.most_pairs)?;
        if counted.used == 0 {
            model.warn(
                format!("training session `{}`", session.name),
                "its keys find no pairs, so it teaches nothing; use other keys",
            );
            continue;
        }
        all.push(run(linker.spec(), session, &counted, settings.smoothing, model));
    }
    if !settings.sessions.is_empty() {
        take_medians(linker.spec(), &all, model, settings.refine || !linker.spec().together.is_empty());
    }
    Ok(())
}

/// Which comparisons a session may learn: those that look at none of the fields that its keys hold equal.
fn takes_part(spec: &Spec, session: &Session, model: &Model) -> Vec<bool> {
    let held = |field: &String| session.keys.iter().any(|key| key.field == *field);
    let part = |(comparison, chance): (&crate::Comparison, &super::chance::Chance)| {
        chance.pairs > 0.0 && !comparison.fields.iter().any(held)
    };
    spec.comparisons.iter().zip(&model.chance).map(part).collect()
}

fn run(spec: &Spec, session: &Session, counted: &Counted, smoothing: f64, model: &mut Model) -> Found {
    let part = takes_part(spec, session, model);
    let problem = Problem {
        patterns: &counted.patterns,
        outside: Outside::default(),
        part: part.clone(),
        share: None,
        freedom: vec![
            Freedom { fixed: model.fixed_m(spec), before: model.even(smoothing), most: Vec::new() },
            Freedom {
                fixed: if session.learn_u { model.fixed_u(spec) } else { model.all_u() },
                before: model.even(if session.learn_u { smoothing } else { 0.0 }),
                most: Vec::new(),
            },
        ],
    };
    let share = starting_share(model, &part);
    let start = Mixture { shares: vec![share, 1.0 - share], chances: vec![model.m.clone(), model.u.clone()] };
    let (mixture, history, converged) =
        problem.solve(start, Limits { convergence: session.convergence, iterations: session.iterations });
    let place = format!("training session `{}`", session.name);
    if !converged {
        model.warn(place.clone(), &format!("it had not settled after {} iterations; allow more", session.iterations));
    }
    let together = mixture.shares.first().copied().unwrap_or_default() * counted.used as f64;
    if together < 100.0 {
        model.warn(
            place,
            &format!("only about {together:.0} of its pairs belong together, which is little to learn from"),
        );
    }
    let name = |(comparison, part): (&crate::Comparison, &bool)| (!part).then(|| comparison.name.clone());
    model.report.sessions.push(SessionReport {
        name: session.name.clone(),
        pairs_found: counted.found,
        pairs_used: counted.used,
        patterns: counted.patterns.len() as u64,
        left_out: spec.comparisons.iter().zip(&part).filter_map(name).collect(),
        converged,
        history,
    });
    if let Some(u) = mixture.chances.last().filter(|_| session.learn_u) {
        model.learn_u_in_session(u, &part);
    }
    (session.name.clone(), learnt(&mixture, &part, counted))
}

fn learnt(mixture: &Mixture, part: &[bool], counted: &Counted) -> Vec<Option<Vec<(f64, bool)>>> {
    let of = |(at, (levels, part)): (usize, (&Vec<f64>, &bool))| {
        let seen = |level: usize| counted.patterns.iter().any(|(pattern, _)| pattern.level(at) == Some(level));
        let levels: Vec<(f64, bool)> =
            levels.iter().enumerate().map(|(level, chance)| (*chance, seen(level))).collect();
        (*part && levels.iter().any(|(_, seen)| *seen)).then_some(levels)
    };
    mixture.chances.first().into_iter().flatten().zip(part).enumerate().map(of).collect()
}

/// Where a session starts: the prior, and that all comparisons left out show their first level.
fn starting_share(model: &Model, part: &[bool]) -> f64 {
    let held = model.m.iter().zip(&model.u).zip(part).filter(|(_, part)| !**part);
    let evidence: f64 = held.filter_map(|((m, u), _)| Some((m.first()? / u.first()?).log2())).sum();
    probability(bits(model.prior) + evidence).clamp(0.001, 0.95)
}

fn take_medians(spec: &Spec, all: &[Found], model: &mut Model, refined: bool) {
    let fixed = model.fixed_m(spec);
    for (at, comparison) in spec.comparisons.iter().enumerate() {
        let found: Vec<(&String, &Vec<(f64, bool)>)> =
            all.iter().filter_map(|(name, m)| Some((name, m.get(at)?.as_ref()?))).collect();
        if found.is_empty() {
            let given = comparison.levels.iter().all(|level| level.fix && level.m.is_some());
            if !refined && !given {
                model.warn(
                    format!("comparison `{}`", comparison.name),
                    "no session could learn its m: each holds one of its fields equal or never compares it. Its starting values stand; add a session with other keys",
                );
            }
            continue;
        }
        let mut medians = Vec::with_capacity(comparison.levels.len());
        for (level, named) in comparison.levels.iter().enumerate() {
            let values: Vec<f64> = found.iter().filter_map(|(_, m)| m.get(level)).map(|(chance, _)| *chance).collect();
            let seen = found.iter().any(|(_, m)| m.get(level).is_some_and(|(_, seen)| *seen));
            let kept = named.fix && named.m.is_some();
            if !seen && !kept {
                model.warn(
                    format!("comparison `{}`, level `{}`", comparison.name, named.name),
                    "never seen in a session, so its m is no more than the smoothing",
                );
            }
            medians.push(median(values));
            let shown = |(name, m): &(&String, &Vec<(f64, bool)>)| {
                m.get(level).filter(|(_, seen)| *seen).map(|(chance, _)| ((*name).clone(), *chance))
            };
            model.by_session.insert((at, level), found.iter().filter_map(shown).collect());
        }
        let none = Vec::new();
        if let Some(levels) = model.m.get_mut(at) {
            share_out(levels, fixed.get(at).unwrap_or(&none), |level| medians.get(level).copied().unwrap_or_default());
        }
        if let Some(basis) = model.m_basis.get_mut(at) {
            *basis = Basis::Sessions;
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |place: usize| values.get(place).copied().unwrap_or_default();
    if values.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle.saturating_sub(1)), at(middle)) }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn a_median_stands_in_the_middle() {
        assert!((median(vec![0.3, 0.1, 0.2]) - 0.2).abs() < 1e-12);
        assert!((median(vec![0.4, 0.1, 0.2, 0.3]) - 0.25).abs() < 1e-12);
    }
}
