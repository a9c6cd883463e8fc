//! Counts carried from one edition to another, whole and without loss: each area's count is shared out by largest remainder
//! (Hamilton's method), so that what comes out adds up to what went in.

use super::{Change, Lookup, LookupError};

/// Counts in another edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apportioned {
    /// Its codes, ascending.
    pub codes: Vec<String>,
    /// The count of each.
    pub counts: Vec<u64>,
    /// Of each count, how much was carried by shares and not area by area: of a split or irregular area.
    pub by_shares: Vec<u64>,
    /// How much of all was shared out in equal parts, since nobody said in which.
    pub by_equal_shares: u64,
}

impl Lookup {
    /// Carries the counts of some areas over. Areas that aren't named count 0; what a code has twice is added.
    ///
    /// # Errors
    /// When a code is not of the lookup, or the columns differ in length.
    pub fn apportion(&self, codes: &[String], counts: &[u64]) -> Result<Apportioned, LookupError> {
        if codes.len() != counts.len() {
            return Err(LookupError::Length { codes: codes.len(), counts: counts.len() });
        }
        counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count)).ok_or(LookupError::TooMany)?;
        let mut of_area = vec![0_u64; self.from.len()];
        for (row, (code, count)) in codes.iter().zip(counts).enumerate() {
            let number = self.number(code).ok_or_else(|| LookupError::Unknown { row, problem: self.unknown(code) })?;
            of_area.get_mut(number).into_iter().for_each(|sum| *sum += count);
        }
        let mut carried = Apportioned {
            codes: self.to.clone(),
            counts: vec![0; self.to.len()],
            by_shares: vec![0; self.to.len()],
            by_equal_shares: 0,
        };
        for (((count, row), change), equal) in of_area.into_iter().zip(&self.went).zip(&self.changes).zip(&self.equal) {
            let exact = row.len() == 1 && matches!(change, Change::Unchanged | Change::Merged);
            carried.by_equal_shares += if *equal { count } else { 0 };
            for ((to, _), part) in row.iter().zip(shared_out(count, row)) {
                carried.counts.get_mut(*to as usize).into_iter().for_each(|sum| *sum += part);
                let by_shares = carried.by_shares.get_mut(*to as usize);
                by_shares.into_iter().filter(|_| !exact).for_each(|sum| *sum += part);
            }
        }
        Ok(carried)
    }
}

/// A count in whole parts that add up to it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is lost above 2^53 is given back below"
)]
fn shared_out(count: u64, row: &[(u32, f64)]) -> Vec<u64> {
    let mut left = count;
    let mut parts = Vec::with_capacity(row.len());
    let mut remainders = Vec::with_capacity(row.len());
    for (at, (_, share)) in row.iter().enumerate() {
        let due = count as f64 * share;
        let whole = (due.floor() as u64).min(left);
        left -= whole;
        parts.push(whole);
        remainders.push((due - due.floor(), at));
    }
    remainders.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let each = left / row.len().max(1) as u64;
    let mut over = left - each * row.len() as u64;
    for (_, at) in remainders {
        let more = each + u64::from(over > 0);
        over = over.saturating_sub(1);
        parts.get_mut(at).into_iter().for_each(|part| *part += more);
    }
    parts
}
