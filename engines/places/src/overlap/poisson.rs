//! A Poisson regression with a logarithmic link, by iteratively reweighted least squares (Nelder & Wedderburn, "Generalized
//! linear models", 1972), for the few rows and columns that lists make: at most 31 by 16. O(rows · columns²) a round.

use statrs::function::gamma::ln_gamma;

/// A fitted regression.
pub(super) struct Fitted {
    /// Of each column.
    pub(super) coefficients: Vec<f64>,
    /// The variance of the first column's coefficient.
    pub(super) variance_of_first: f64,
    /// Twice the log-likelihood that is missing to a perfect fit.
    pub(super) deviance: f64,
    /// The log-likelihood.
    pub(super) log_likelihood: f64,
}

/// A row: its columns, its offset (added to the linear predictor), its count.
pub(super) struct Row {
    pub(super) columns: Vec<f64>,
    pub(super) offset: f64,
    pub(super) count: f64,
}

const ROUNDS: usize = 200;

/// Fits the rows; `None` where the counts do not determine the coefficients.
pub(super) fn fit(rows: &[Row]) -> Option<Fitted> {
    if rows.len() < rows.first()?.columns.len() {
        return None;
    }
    let mut predictors: Vec<f64> = rows.iter().map(|row| (row.count + 0.1).ln()).collect();
    let mut before: Option<Vec<f64>> = None;
    let mut deviance = f64::INFINITY;
    for _ in 0..ROUNDS {
        let (information, score) = normal_equations(rows, &predictors);
        let mut coefficients: Vec<f64> = inverse(information)?.iter().map(|line| dot(line, &score)).collect();
        let mut now = deviance_of(rows, &predict(rows, &coefficients));
        // A step too far is halved: without it few and empty counts can swing for ever.
        if let Some(before) = &before {
            for _ in 0..30 {
                if now <= deviance + 1e-9 * (deviance + 1.0) {
                    break;
                }
                coefficients.iter_mut().zip(before).for_each(|(new, old)| *new = f64::midpoint(*new, *old));
                now = deviance_of(rows, &predict(rows, &coefficients));
            }
        }
        let settled = (deviance - now).abs() <= 1e-11 * (now + 0.1);
        predictors = predict(rows, &coefficients);
        deviance = now;
        if settled {
            return result(rows, &predictors, coefficients, deviance);
        }
        before = Some(coefficients);
    }
    None
}

fn result(rows: &[Row], predictors: &[f64], coefficients: Vec<f64>, deviance: f64) -> Option<Fitted> {
    let (information, _) = normal_equations(rows, predictors);
    let variance_of_first = inverse(information)?.first()?.first().copied()?;
    let log_likelihood: f64 = rows
        .iter()
        .zip(predictors)
        .map(|(row, predictor)| row.count * predictor - predictor.exp() - ln_gamma(row.count + 1.0))
        .sum();
    let sound =
        variance_of_first >= 0.0 && [variance_of_first, log_likelihood, deviance].iter().all(|it| it.is_finite());
    sound.then_some(Fitted { coefficients, variance_of_first, deviance: deviance.max(0.0), log_likelihood })
}

fn predict(rows: &[Row], coefficients: &[f64]) -> Vec<f64> {
    rows.iter().map(|row| row.offset + dot(&row.columns, coefficients)).collect()
}

/// 2 Σ y ln(y/μ) − (y − μ).
fn deviance_of(rows: &[Row], predictors: &[f64]) -> f64 {
    let parts = rows.iter().zip(predictors).map(|(row, predictor)| {
        let log_ratio = if row.count > 0.0 { row.count.ln() - predictor } else { 0.0 };
        row.count * log_ratio - row.count + predictor.exp()
    });
    2.0 * parts.sum::<f64>()
}

/// XᵀWX and XᵀWz, with weights μ and working responses η − offset + (y − μ)/μ.
fn normal_equations(rows: &[Row], predictors: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let width = rows.first().map_or(0, |row| row.columns.len());
    let (mut information, mut score) = (vec![vec![0.0; width]; width], vec![0.0; width]);
    for (row, predictor) in rows.iter().zip(predictors) {
        let mean = predictor.exp();
        let response = mean * (predictor - row.offset) + row.count - mean;
        for ((line, total), column) in information.iter_mut().zip(&mut score).zip(&row.columns) {
            *total += column * response;
            line.iter_mut().zip(&row.columns).for_each(|(cell, other)| *cell += column * mean * other);
        }
    }
    (information, score)
}

/// The inverse of a symmetric positive matrix by elimination with row exchanges, its rows and columns first scaled to a diagonal
/// of ones; `None` where it has none to speak of.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let width = matrix.len();
    let scales: Vec<f64> =
        matrix.iter().enumerate().filter_map(|(at, line)| line.get(at)).map(|it| it.sqrt()).collect();
    if !scales.iter().all(|scale| *scale > 0.0 && scale.is_finite()) {
        return None;
    }
    for (at, (line, scale)) in matrix.iter_mut().zip(&scales).enumerate() {
        line.iter_mut().zip(&scales).for_each(|(cell, other)| *cell /= scale * other);
        line.extend((0..width).map(|column| f64::from(u8::from(column == at))));
    }
    for column in 0..width {
        let size = |line: &Vec<f64>| line.get(column).map_or(0.0, |cell| cell.abs());
        let rest = matrix.iter().enumerate().skip(column);
        let (largest, _) = rest.max_by(|(_, one), (_, other)| size(one).total_cmp(&size(other)))?;
        matrix.swap(column, largest);
        let mut pivot = matrix.get(column)?.clone();
        let value = pivot.get(column).copied().filter(|value| value.abs() > 1e-11)?;
        pivot.iter_mut().for_each(|cell| *cell /= value);
        for (at, line) in matrix.iter_mut().enumerate() {
            let factor = if at == column { 0.0 } else { *line.get(column)? };
            if at == column {
                line.clone_from(&pivot);
            } else if factor != 0.0 {
                line.iter_mut().zip(&pivot).for_each(|(cell, other)| *cell -= factor * other);
            }
        }
    }
    let unscaled = matrix.into_iter().zip(&scales).map(|(mut line, scale)| {
        let mut right = line.split_off(width);
        right.iter_mut().zip(&scales).for_each(|(cell, other)| *cell /= scale * other);
        right
    });
    Some(unscaled.collect())
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}
