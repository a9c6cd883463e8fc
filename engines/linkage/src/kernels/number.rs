//! Numbers.

/// Whether the numbers differ by less than this share of the larger one's size, as in Splink's `PercentageDifferenceLevel`; equal ones
/// always do. Splink divides by the larger number, which has no meaning for negative ones; sizes are compared here.
pub(crate) fn within_share(a: f64, b: f64, share: f64) -> bool {
    a == b || (a - b).abs() / a.abs().max(b.abs()) < share
}
