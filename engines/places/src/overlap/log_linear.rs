//! Three to five lists: counts of capture histories (on which lists, and on which not) are Poisson, their logarithm a sum of an
//! effect for each list and of a dependence for some pairs of lists; those on no list are the exponential of the intercept
//! (Fienberg, "The multiple recapture census for closed populations and incomplete 2ᵏ contingency tables", Biometrika 59, 1972;
//! Cormack, "Log-linear models for capture-recapture", Biometrics 45, 1989). Standard error under multinomial sampling:
//! √(μ₀ + μ₀² var γ) (Rivest & Lévesque, "Improved log-linear model estimators of abundance in capture–recapture experiments",
//! Canadian Journal of Statistics 29, 2001), as `Rcapture` prints it.
//!
//! A dependence between two lists on which nobody is together has no finite estimate; it is held at "never together" and the
//! histories that would break that are left out (Chan, Silverman & Vincent, "Multiple systems estimation for sparse capture
//! data", JASA 116, 2021). [`every_model`] fits each set of pairs: 8 of three lists, 64 of four, 1,024 of five.

use std::collections::BTreeMap;

use super::poisson::{self, Row};
use super::{Estimate, OverlapError, real, sum};

/// How many are on exactly these lists and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histories {
    lists: usize,
    /// By history, 1 to 2^lists − 1; bit `i` is set for those on list `i`.
    counts: Vec<u64>,
    seen: u64,
}

impl Histories {
    /// From rows of a history and how many have it; a history that comes twice is added up. In a history bit `i` is set for
    /// those on list `i`, counted from 0: `0b101` is on the first and third.
    ///
    /// # Errors
    /// When there are fewer than two lists or more than five, a history names another list or none, or nobody is on any list.
    pub fn of(lists: usize, rows: impl IntoIterator<Item = (u32, u64)>) -> Result<Self, OverlapError> {
        if !(2..=5).contains(&lists) {
            return Err(OverlapError::Lists(lists));
        }
        let mut counts = vec![0_u64; (1 << lists) - 1];
        for (row, (history, count)) in rows.into_iter().enumerate() {
            let slot = usize::try_from(history).ok().and_then(|history| counts.get_mut(history.checked_sub(1)?));
            let slot = slot.ok_or(OverlapError::NoSuchHistory { row, lists })?;
            *slot = slot.checked_add(count).ok_or(OverlapError::TooMany)?;
        }
        let seen = sum(counts.iter().copied())?;
        if seen == 0 { Err(OverlapError::Nobody) } else { Ok(Self { lists, counts, seen }) }
    }

    /// From the lists themselves: whoever stands on several has the same name on each, as linkage gave it. A name that stands
    /// twice on one list counts once. O(n log n).
    ///
    /// # Errors
    /// As [`Histories::of`].
    pub fn of_lists<T: Ord>(lists: &[Vec<T>]) -> Result<Self, OverlapError> {
        let mut histories = BTreeMap::<&T, u32>::new();
        for (list, names) in lists.iter().enumerate().take(5) {
            names.iter().for_each(|name| *histories.entry(name).or_default() |= 1 << list);
        }
        Self::of(lists.len(), histories.into_values().map(|history| (history, 1)))
    }

    /// How many lists there are.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.lists
    }

    /// How many are on at least one list.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// How many are on all of these lists, and perhaps on others: `on(0b11)` are on the first two.
    #[must_use]
    pub fn on(&self, lists: u32) -> u64 {
        self.each().filter(|(history, _)| history & lists == lists).map(|(_, count)| count).sum()
    }

    /// Two of the lists, as if there were no other.
    #[must_use]
    pub fn two(&self, first: usize, second: usize) -> super::chapman::TwoLists {
        let bit = |list: usize| if list < self.lists { 1_u32 << list } else { 0 };
        let on = |lists: u32| if lists == 0 { 0 } else { self.on(lists) };
        let both = if bit(first) == 0 || bit(second) == 0 { 0 } else { self.on(bit(first) | bit(second)) };
        super::chapman::TwoLists { first: on(bit(first)), second: on(bit(second)), both }
    }

    fn each(&self) -> impl Iterator<Item = (u32, u64)> {
        (1_u32..).zip(self.counts.iter().copied())
    }
}

/// Which pairs of lists depend on each other; none is independence. Pairs are ascending and come once.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Model {
    pairs: Vec<(usize, usize)>,
}

impl Model {
    /// No list depends on another.
    #[must_use]
    pub fn independence() -> Self {
        Self::default()
    }

    /// These pairs depend on each other; lists are counted from 0.
    #[must_use]
    pub fn of(pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().map(|(one, other)| (one.min(other), one.max(other))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self { pairs }
    }

    /// The pairs that depend on each other.
    #[must_use]
    pub fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs
    }
}

/// A model fitted to histories.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Which pairs depend on each other.
    pub model: Model,
    /// How many there are in all.
    pub estimate: Estimate,
    /// How badly the model fits: under it about as large as `freedom`.
    pub deviance: f64,
    /// Histories less parameters.
    pub freedom: usize,
    /// Akaike's criterion, −2 ln L + 2 parameters: the smaller the better.
    pub aic: f64,
    /// Schwarz's criterion, −2 ln L + ln(seen) parameters.
    pub bic: f64,
    /// Pairs of the model on which nobody is together, which were held at "never".
    pub never_together: Vec<(usize, usize)>,
}

/// By what models are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Criterion {
    /// Akaike's: keeps more dependences.
    #[default]
    Aic,
    /// Schwarz's: keeps fewer.
    Bic,
}

impl Criterion {
    fn of(self, fit: &Fit) -> f64 {
        match self {
            Self::Aic => fit.aic,
            Self::Bic => fit.bic,
        }
    }
}

/// Fits one model.
///
/// ```
/// use places::overlap::log_linear::{fit, Histories, Model};
/// // Cormack, Chang & Smith (2000), table 3b: three lists of fatal injuries at work; the second and the third depend.
/// let lists = [(0b111, 72), (0b011, 5), (0b101, 29), (0b001, 54), (0b110, 24), (0b010, 3), (0b100, 14)];
/// let fitted = fit(&Histories::of(3, lists).unwrap(), &Model::of([(1, 2)])).unwrap();
/// assert_eq!(format!("{:.1}", fitted.deviance), "1.2");
/// ```
///
/// # Errors
/// When the model names a pair that there isn't, or the counts do not determine it.
pub fn fit(histories: &Histories, model: &Model) -> Result<Fit, OverlapError> {
    let lists = histories.lists;
    if let Some((one, other)) = model.pairs.iter().find(|(one, other)| one == other || *other >= lists) {
        return Err(OverlapError::NoSuchPair { one: *one, other: *other, lists });
    }
    let together = |pair: &(usize, usize)| (1_u32 << pair.0) | (1 << pair.1);
    let (never, terms): (Vec<_>, Vec<_>) = model.pairs.iter().partition(|pair| histories.on(together(pair)) == 0);
    let possible = |history: u32| never.iter().all(|pair| history & together(pair) != together(pair));
    let rows: Vec<Row> = histories
        .each()
        .filter(|(history, _)| possible(*history))
        .map(|(history, count)| {
            let has = |bits: u32| f64::from(u8::from(history & bits == bits));
            let mut columns = vec![1.0];
            columns.extend((0..lists).map(|list| has(1 << list)));
            columns.extend(terms.iter().map(|pair| has(together(pair))));
            Row { columns, offset: 0.0, count: real(count) }
        })
        .collect();
    // A list with nobody on it, or nobody who is on it alone or with another, leaves the intercept without an estimate.
    let fitted = poisson::fit(&rows).ok_or(OverlapError::NotEstimable)?;
    let parameters = 1 + lists + terms.len();
    let estimate = of_intercept(histories.seen, &fitted)?;
    let penalty = |each: f64| -2.0 * fitted.log_likelihood + each * real(parameters as u64);
    Ok(Fit {
        model: model.clone(),
        estimate,
        deviance: fitted.deviance,
        freedom: rows.len().saturating_sub(parameters),
        aic: penalty(2.0),
        bic: penalty(real(histories.seen).ln()),
        never_together: never,
    })
}

/// N = seen + exp γ, with the standard error under multinomial sampling. A standard error above a million times those seen
/// is a coefficient on its way to infinity, and no estimate.
pub(super) fn of_intercept(seen: u64, fitted: &poisson::Fitted) -> Result<Estimate, OverlapError> {
    let unseen = fitted.coefficients.first().map_or(f64::NAN, |intercept| intercept.exp());
    let standard_error = (unseen + unseen.powi(2) * fitted.variance_of_first).sqrt();
    if !(unseen.is_finite() && standard_error < 1e6 * real(seen)) {
        return Err(OverlapError::NotEstimable);
    }
    Estimate::about_unseen(seen, unseen, standard_error)
}

/// Every set of dependent pairs that the counts can determine, best first.
///
/// # Errors
/// When no model can be fitted.
pub fn every_model(histories: &Histories, criterion: Criterion) -> Result<Vec<Fit>, OverlapError> {
    let pairs: Vec<(usize, usize)> =
        (0..histories.lists).flat_map(|one| (one + 1..histories.lists).map(move |other| (one, other))).collect();
    let mut fits: Vec<Fit> = (0_u32..1 << pairs.len())
        .filter_map(|set| {
            let chosen = pairs.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, pair)| *pair);
            fit(histories, &Model::of(chosen)).ok()
        })
        .collect();
    // The simpler model comes first of two that are equally good.
    fits.sort_by(|one, other| {
        criterion
            .of(one)
            .total_cmp(&criterion.of(other))
            .then_with(|| one.model.pairs.len().cmp(&other.model.pairs.len()))
    });
    if fits.is_empty() { Err(OverlapError::NotEstimable) } else { Ok(fits) }
}

/// An estimate over all models, each weighted by how well it does: exp(−Δ/2) (Buckland, Burnham & Augustin, "Model selection:
/// an integral part of inference", Biometrics 53, 1997). Its standard error holds the doubt between models as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Averaged {
    /// How many there are in all.
    pub estimate: Estimate,
    /// The models and their weights, which add up to 1, heaviest first.
    pub models: Vec<(Fit, f64)>,
}

/// The average over [`every_model`].
///
/// # Errors
/// When no model can be fitted.
pub fn average(histories: &Histories, criterion: Criterion) -> Result<Averaged, OverlapError> {
    let fits = every_model(histories, criterion)?;
    let best = fits.first().map_or(0.0, |fit| criterion.of(fit));
    let raw: Vec<f64> = fits.iter().map(|fit| (-(criterion.of(fit) - best) / 2.0).exp()).collect();
    let total: f64 = raw.iter().sum();
    let models: Vec<(Fit, f64)> = fits.into_iter().zip(raw.into_iter().map(|weight| weight / total)).collect();
    let seen = real(histories.seen);
    let unseen: f64 = models.iter().map(|(fit, weight)| weight * (fit.estimate.total - seen)).sum();
    let spread =
        |fit: &Fit| (fit.estimate.standard_error.powi(2) + (fit.estimate.total - seen - unseen).powi(2)).sqrt();
    let standard_error = models.iter().map(|(fit, weight)| weight * spread(fit)).sum();
    Ok(Averaged { estimate: Estimate::about_unseen(histories.seen, unseen, standard_error)?, models })
}

#[cfg(test)]
mod tests;
