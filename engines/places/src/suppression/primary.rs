//! Which counts are too small to show: 1 to one below the threshold. Zeros are shown by default, since that nobody was counted
//! tells nothing about anybody; where it would, raise them into the rule by [`Rule::zeros`]. O(cells).

use super::SuppressionError;
use super::tables::Linked;

/// What is too small, and how far an attacker must be kept from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Counts of 1 to one below this are hidden.
    pub threshold: u64,
    /// An attacker must find possible a count at least this much below a small one (or 0, where that is nearer).
    pub below: u64,
    /// An attacker must find possible a count of at least this, and at least one above the small one: with the threshold
    /// itself, that it isn't small at all.
    pub reach: u64,
    /// Whether a count of 0 is too small as well.
    pub zeros: bool,
}

impl Default for Rule {
    /// Counts of 1 to 4, which must seem able to be one fewer, and 5 or more.
    fn default() -> Self {
        Self { threshold: 5, below: 1, reach: 5, zeros: false }
    }
}

impl Rule {
    /// Whether a count is too small to show.
    #[must_use]
    pub fn is_small(&self, count: u64) -> bool {
        count < self.threshold && (count > 0 || self.zeros)
    }

    /// The cells that are too small, in the order of [`Linked::cells`].
    #[must_use]
    pub fn small(&self, tables: &Linked) -> Vec<bool> {
        tables.cells().iter().map(|cell| self.is_small(cell.count)).collect()
    }

    /// How far down and up the attacker's interval must go beyond a small count.
    pub(super) fn needs(&self, count: u64) -> (u64, u64) {
        (self.below.min(count), self.reach.saturating_sub(count).max(1))
    }

    pub(super) fn check(&self) -> Result<(), SuppressionError> {
        let sound = self.threshold >= 2 && self.threshold < 1 << 32 && self.reach < 1 << 32;
        if sound { Ok(()) } else { Err(SuppressionError::Rule) }
    }
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn one_to_four_are_small() {
        let rule = Rule::default();
        assert_eq!([0, 1, 4, 5].map(|count| rule.is_small(count)), [false, true, true, false]);
        assert_eq!([1, 4].map(|count| rule.needs(count)), [(1, 4), (1, 1)]);
        assert!(Rule { zeros: true, ..rule }.is_small(0));
        assert!(Rule { threshold: 1, ..rule }.check().is_err());
    }
}
