//! Classes for shading a map: each holds about as many areas as the next, and equal values are always shaded alike.

/// How many classes a map of rates has: more than five shades cannot be told apart (Brewer & Pickle, "Evaluation of methods
/// for classifying epidemiological data on choropleth maps in series", 2002, which also finds quantiles read best).
pub const CLASSES: usize = 5;

/// Classes by quantile. Values that are not finite have no class.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantiles {
    classes: Vec<Class>,
}

/// One class, as a legend shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// The least value in it.
    pub least: f64,
    /// The greatest value in it.
    pub greatest: f64,
    /// How many values it has.
    pub count: usize,
}

impl Quantiles {
    /// Parts the values into at most `classes` classes; fewer where many values are equal, none where there are no values.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>, classes: usize) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let length = sorted.len();
        let mut parted: Vec<Class> = Vec::new();
        for class in 1..=classes {
            // The greatest of a class is the quantile class/classes: the smallest value that so many do not exceed.
            let at = (class * length).div_ceil(classes).saturating_sub(1);
            let Some(greatest) = sorted.get(at).copied() else {
                break;
            };
            let before: usize = parted.iter().map(|class| class.count).sum();
            let up_to = sorted.partition_point(|value| *value <= greatest);
            if let Some(least) = sorted.get(before).copied().filter(|_| up_to > before) {
                parted.push(Class { least, greatest, count: up_to - before });
            }
        }
        Self { classes: parted }
    }

    /// The classes in ascending order.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The class of a value, 0 the lowest; values beyond the ends belong to the end classes. `None` where the value is not
    /// finite or there are no classes.
    #[must_use]
    pub fn class_of(&self, value: f64) -> Option<usize> {
        let last = self.classes.len().checked_sub(1)?;
        value.is_finite().then(|| self.classes.partition_point(|class| class.greatest < value).min(last))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CLASSES, Class, Quantiles};

    #[test]
    fn a_hundred_values_make_five_twenties() {
        let quantiles = Quantiles::of((1..=100).map(f64::from), CLASSES);
        assert_eq!(quantiles.classes().iter().map(|class| class.count).collect::<Vec<_>>(), [20; 5]);
        assert_eq!(quantiles.classes()[0], Class { least: 1.0, greatest: 20.0, count: 20 });
        assert_eq!(
            (quantiles.class_of(20.0), quantiles.class_of(20.5), quantiles.class_of(1000.0)),
            (Some(0), Some(1), Some(4))
        );
    }

    #[test]
    fn many_zeros_are_one_class() {
        let quantiles = Quantiles::of([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0], CLASSES);
        assert_eq!(quantiles.classes().iter().map(|class| class.count).collect::<Vec<_>>(), [6, 2, 2]);
        assert_eq!(quantiles.class_of(0.0), Some(0));
    }

    #[test]
    fn nothing_has_no_class() {
        assert_eq!(Quantiles::of([], CLASSES).class_of(1.0), None);
        assert_eq!(Quantiles::of([1.0], 0).class_of(1.0), None);
        assert_eq!(Quantiles::of([1.0, f64::NAN], CLASSES).class_of(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn every_value_lies_in_its_class(values in prop::collection::vec(0_u8..30, 1..200)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let quantiles = Quantiles::of(values.iter().copied(), CLASSES);
            prop_assert!((1..=CLASSES).contains(&quantiles.classes().len()));
            for value in &values {
                let class = quantiles.classes()[quantiles.class_of(*value).unwrap()];
                prop_assert!(class.least <= *value && *value <= class.greatest);
            }
            prop_assert_eq!(quantiles.classes().iter().map(|class| class.count).sum::<usize>(), values.len());
        }
    }
}
