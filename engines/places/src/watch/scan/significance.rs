//! How rare a cluster is: by rank among the replicates, by the Gumbel distribution fitted to their maxima by moments (Abrams,
//! Kleinman & Kulldorff 2010), and, for a watch, how often chance alone would show one as strong.

use super::replicates::reaches;
use super::{Settings, Time};

/// Fewest replicates to fit a distribution to.
const FEWEST: usize = 99;

/// The distribution of the greatest ratio in a world without clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gumbel {
    /// Its mode.
    pub mode: f64,
    /// Its scale; above 0.
    pub scale: f64,
}

impl Gumbel {
    /// By moments: the scale is √6/π of the standard deviation, the mode lies Euler's constant of a scale below the mean.
    #[expect(clippy::cast_precision_loss, reason = "replicates are few")]
    pub(super) fn fit(maxima: &[f64]) -> Option<Self> {
        if maxima.len() < FEWEST {
            return None;
        }
        let count = maxima.len() as f64;
        let mean = maxima.iter().sum::<f64>() / count;
        let variance = maxima.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let scale = variance.sqrt() * 6.0_f64.sqrt() / std::f64::consts::PI;
        (scale > 1e-9).then_some(Self { mode: mean - 0.577_215_664_901_532_9 * scale, scale })
    }

    /// The chance of one at least so great; never 0, though it may be smaller than a rank can tell.
    #[must_use]
    pub fn above(&self, llr: f64) -> f64 {
        let tail = (-(llr - self.mode) / self.scale).exp();
        (-(-tail).exp_m1()).clamp(f64::MIN_POSITIVE, 1.0)
    }
}

/// How rare a cluster is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Significance {
    /// (1 + replicates at least as strong) / (1 + replicates), ties counted; after stopping early: the number that was to be
    /// reached, by the replicates it took.
    pub p: f64,
    /// From the Gumbel distribution, where there is one: finer than the rank, and good beyond it.
    pub gumbel: Option<f64>,
    /// Of a prospective scan: 1 / p, in looks. A watch that looks once a day sees one as strong about once in so many days
    /// when nothing is there; from the Gumbel distribution where there is one, else by rank.
    pub recurrence: Option<f64>,
}

impl Significance {
    pub(super) fn of(llr: f64, maxima: &[f64], gumbel: Option<Gumbel>, settings: &Settings) -> Option<Self> {
        if maxima.is_empty() {
            return None;
        }
        let reaching = maxima.iter().filter(|greatest| reaches(**greatest, llr)).count();
        let (mut reaching, mut of) = (count(reaching), count(maxima.len()));
        let stopped = settings.stop.is_some() && of < f64::from(settings.replicates);
        if !stopped || reaching == 0.0 {
            reaching += 1.0;
            of += 1.0;
        }
        let p = reaching / of;
        let gumbel = gumbel.map(|gumbel| gumbel.above(llr));
        let prospective = matches!(settings.time, Time::Prospective { .. });
        Some(Self { p, gumbel, recurrence: prospective.then(|| 1.0 / gumbel.unwrap_or(p)) })
    }
}

#[expect(clippy::cast_precision_loss, reason = "replicates are few")]
fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::Gumbel;
    use crate::random::Stream;

    #[test]
    fn the_distribution_drawn_from_is_found_again() {
        let mut stream = Stream::of(1, 1);
        let drawn: Vec<f64> = (0..20_000).map(|_| 8.0 - 1.5 * (-stream.unit().ln()).ln()).collect();
        let fitted = Gumbel::fit(&drawn).unwrap();
        assert!((fitted.mode - 8.0).abs() < 0.05 && (fitted.scale - 1.5).abs() < 0.05, "{fitted:?}");
        let exact = 1.0 - (-(-(14.0_f64 - 8.0) / 1.5).exp()).exp();
        assert!((fitted.above(14.0) / exact - 1.0).abs() < 0.2);
        assert!(fitted.above(1e9) > 0.0);
    }
}
