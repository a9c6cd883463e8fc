//! A log-linear quasi-Poisson model by iteratively reweighted least squares (McCullagh & Nelder, Generalized Linear Models,
//! 1989, section 2.5), for a dozen parameters: normal equations by Cholesky's decomposition.

/// Steps before giving up.
const STEPS: usize = 50;

/// A fitted model.
#[derive(Debug)]
pub(super) struct Fit {
    coefficients: Vec<f64>,
    /// Fitted means.
    means: Vec<f64>,
    /// Prior weights.
    prior: Vec<f64>,
    /// Cholesky's factor of X'WX, row by row.
    factor: Vec<Vec<f64>>,
    /// Pearson's chi-squared over the degrees of freedom; may be below 1.
    pub(super) dispersion: f64,
}

impl Fit {
    /// Fits; `None` where it does not settle, or the columns say the same twice.
    pub(super) fn of(design: &[Vec<f64>], counts: &[f64], prior: &[f64]) -> Option<Self> {
        let mut means: Vec<f64> = counts.iter().map(|count| count + 0.1).collect();
        let mut deviance = f64::INFINITY;
        for _ in 0..STEPS {
            let working = counts.iter().zip(&means).map(|(count, mean)| mean.ln() + (count - mean) / mean);
            let weights: Vec<f64> = prior.iter().zip(&means).map(|(prior, mean)| prior * mean).collect();
            let factor = cholesky(&gram(design, &weights))?;
            let right = weighted(design, &weights, working);
            let coefficients = backward(&factor, &forward(&factor, &right));
            means = design.iter().map(|row| dot(row, &coefficients).exp()).collect();
            if means.iter().any(|mean| !mean.is_finite() || *mean <= 0.0) {
                return None;
            }
            let before = std::mem::replace(&mut deviance, self::deviance(counts, &means, prior));
            if (deviance - before).abs() < 1e-12 * (deviance.abs() + 0.1) {
                return Self::settled(design, counts, prior, coefficients, means);
            }
        }
        None
    }

    fn settled(
        design: &[Vec<f64>],
        counts: &[f64],
        prior: &[f64],
        coefficients: Vec<f64>,
        means: Vec<f64>,
    ) -> Option<Self> {
        let weights: Vec<f64> = prior.iter().zip(&means).map(|(prior, mean)| prior * mean).collect();
        let factor = cholesky(&gram(design, &weights))?;
        let residuals = counts.iter().zip(&means).zip(prior);
        let chi: f64 = residuals.map(|((count, mean), prior)| prior * (count - mean).powi(2) / mean).sum();
        #[expect(clippy::cast_precision_loss, reason = "weeks are few")]
        let freedom = (counts.len() - coefficients.len()) as f64;
        Some(Self { coefficients, means, prior: prior.to_vec(), factor, dispersion: chi / freedom })
    }

    /// Weights for a second fit: those whose Anscombe residual passes the limit count by its inverse square; they sum to the
    /// number of weeks.
    pub(super) fn weights(&self, design: &[Vec<f64>], counts: &[f64], limit: f64) -> Vec<f64> {
        let dispersion = self.dispersion.max(1.0);
        let residual = |((row, count), (mean, prior)): ((&Vec<f64>, &f64), (&f64, &f64))| {
            let leverage = prior * mean * square(&forward(&self.factor, row));
            let anscombe = 1.5 * (count.powf(2.0 / 3.0) * mean.powf(-1.0 / 6.0) - mean.sqrt());
            anscombe / (dispersion * (1.0 - leverage).max(1e-12)).sqrt()
        };
        let rows = design.iter().zip(counts).zip(self.means.iter().zip(&self.prior));
        let raw: Vec<f64> =
            rows.map(residual).map(|residual| if residual > limit { residual.powi(-2) } else { 1.0 }).collect();
        #[expect(clippy::cast_precision_loss, reason = "weeks are few")]
        let scale = raw.len() as f64 / raw.iter().sum::<f64>();
        raw.iter().map(|weight| weight * scale).collect()
    }

    /// The linear predictor of a row.
    pub(super) fn linear(&self, row: &[f64]) -> f64 {
        dot(row, &self.coefficients)
    }

    /// Its standard error.
    pub(super) fn error(&self, row: &[f64]) -> f64 {
        (self.dispersion * square(&forward(&self.factor, row))).sqrt()
    }

    pub(super) fn coefficient(&self, column: usize) -> Option<f64> {
        self.coefficients.get(column).copied()
    }
}

fn deviance(counts: &[f64], means: &[f64], prior: &[f64]) -> f64 {
    let each = |((count, mean), prior): ((&f64, &f64), &f64)| {
        let log = if *count > 0.0 { count * (count / mean).ln() } else { 0.0 };
        2.0 * prior * (log - (count - mean))
    };
    counts.iter().zip(means).zip(prior).map(each).sum()
}

/// X'WX, its lower half.
fn gram(design: &[Vec<f64>], weights: &[f64]) -> Vec<Vec<f64>> {
    let size = design.first().map_or(0, Vec::len);
    let mut sums: Vec<Vec<f64>> = (1..=size).map(|length| vec![0.0; length]).collect();
    for (row, weight) in design.iter().zip(weights) {
        for (sums, one) in sums.iter_mut().zip(row) {
            for (sum, other) in sums.iter_mut().zip(row) {
                *sum += weight * one * other;
            }
        }
    }
    sums
}

/// X'Wz.
fn weighted(design: &[Vec<f64>], weights: &[f64], values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sums = vec![0.0; design.first().map_or(0, Vec::len)];
    for ((row, weight), value) in design.iter().zip(weights).zip(values) {
        for (sum, cell) in sums.iter_mut().zip(row) {
            *sum += weight * cell * value;
        }
    }
    sums
}

/// The lower factor; `None` where the matrix is not positive, but for rounding.
fn cholesky(lower: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(lower.len());
    for row in lower {
        let mut made: Vec<f64> = Vec::with_capacity(row.len());
        for (above, value) in factor.iter().zip(row) {
            let rest = value - dot(above.split_last().map_or(&[], |(_, before)| before), &made);
            made.push(rest / above.last()?);
        }
        let corner = row.last()?;
        let rest = corner - square(&made);
        if rest.is_nan() || rest <= corner * 1e-12 {
            return None;
        }
        made.push(rest.sqrt());
        factor.push(made);
    }
    Some(factor)
}

/// Solves with the factor.
fn forward(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut solved: Vec<f64> = Vec::with_capacity(right.len());
    for (row, value) in factor.iter().zip(right) {
        let corner = row.last().copied().unwrap_or(1.0);
        solved.push((value - dot(row, &solved)) / corner);
    }
    solved
}

/// Solves with the factor turned over.
fn backward(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut solved = right.to_vec();
    for (at, row) in factor.iter().enumerate().rev() {
        let Some((here, before)) = solved.get_mut(..=at).and_then(<[f64]>::split_last_mut) else { continue };
        *here /= row.last().copied().unwrap_or(1.0);
        for (earlier, cell) in before.iter_mut().zip(row) {
            *earlier -= cell * *here;
        }
    }
    solved
}

/// The sum of products, as far as both go.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn square(values: &[f64]) -> f64 {
    dot(values, values)
}
