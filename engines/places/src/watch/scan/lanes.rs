//! Sixty-four replicates side by side, in whole numbers: walking out from a centre, each step adds one area's counts and
//! compares the sums with the count at which a window would be worth a logarithm. The compiler makes vectors of the loops.

use super::calendar::Span;

/// Replicates side by side.
pub(super) const LANES: usize = 64;

/// One number for each replicate.
pub(super) type Row<L> = [L; LANES];

/// A narrow whole number. Sums may pass its ends as long as every window's count does not: they come back round.
pub(super) trait Lane: Copy + Default + Send + Sync {
    /// A count, or a limit, which stops at the ends.
    fn of(value: i64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    /// All bits set where it passes the limit, else none.
    fn above(self, limit: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn is_set(self) -> bool;
    fn value(self) -> f64;
}

macro_rules! lane {
    ($kind:ty) => {
        impl Lane for $kind {
            fn of(value: i64) -> Self {
                Self::try_from(value).unwrap_or(if value < 0 { Self::MIN } else { Self::MAX })
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn above(self, limit: Self) -> Self {
                if self > limit { -1 } else { 0 }
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn is_set(self) -> bool {
                self != 0
            }
            fn value(self) -> f64 {
                f64::from(self)
            }
        }
    };
}
lane!(i16);
lane!(i32);

/// A centre's way outwards: areas, and for each the limits of the windows that end there.
pub(super) struct Path<L> {
    pub(super) areas: Vec<u32>,
    /// By step and span.
    pub(super) limits: Vec<L>,
    /// Expected cases, by step and span.
    pub(super) expected: Vec<f64>,
}

/// A window that some replicate's count makes worth a look.
pub(super) struct Reached<'a, L> {
    /// The replicates' counts.
    pub(super) counts: &'a Row<L>,
    pub(super) limit: L,
    pub(super) expected: f64,
}

/// Walks a path in space alone.
pub(super) fn walk_space<L: Lane>(rows: &[Row<L>], path: &Path<L>, mut reached: impl FnMut(&Reached<'_, L>)) {
    let mut sums = [L::default(); LANES];
    for ((area, limit), expected) in path.areas.iter().zip(&path.limits).zip(&path.expected) {
        let Some(row) = rows.get(*area as usize) else { continue };
        let mut over = L::default();
        for (sum, more) in sums.iter_mut().zip(row) {
            *sum = sum.plus(*more);
            over = over.or(sum.above(*limit));
        }
        if over.is_set() {
            reached(&Reached { counts: &sums, limit: *limit, expected: *expected });
        }
    }
}

/// Walks a path in space and time: `rows` by area and column, of which there are `columns`; `sums` has a row for each.
pub(super) fn walk_time<L: Lane>(
    rows: &[Row<L>],
    columns: usize,
    spans: &[Span],
    path: &Path<L>,
    sums: &mut [Row<L>],
    mut reached: impl FnMut(&Reached<'_, L>),
) {
    sums.fill([L::default(); LANES]);
    let windows = path.limits.chunks_exact(spans.len()).zip(path.expected.chunks_exact(spans.len()));
    for (area, (limits, expected)) in path.areas.iter().zip(windows) {
        let start = *area as usize * columns;
        let Some(added) = rows.get(start..start + columns) else { continue };
        for (sums, more) in sums.iter_mut().zip(added) {
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum = sum.plus(*more);
            }
        }
        for ((span, limit), expected) in spans.iter().zip(limits).zip(expected) {
            let Some(plus) = sums.get(span.plus) else { continue };
            let minus = span.minus.and_then(|column| sums.get(column));
            let over = match minus {
                None => plus.iter().fold(L::default(), |over, count| over.or(count.above(*limit))),
                Some(minus) => plus
                    .iter()
                    .zip(minus)
                    .fold(L::default(), |over, (plus, minus)| over.or(plus.minus(*minus).above(*limit))),
            };
            if over.is_set() {
                let mut counts = *plus;
                for (count, before) in counts.iter_mut().zip(minus.into_iter().flatten()) {
                    *count = count.minus(*before);
                }
                reached(&Reached { counts: &counts, limit: *limit, expected: *expected });
            }
        }
    }
}
