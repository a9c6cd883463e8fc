//! Values whose rarity or commonness changes weights most, for a reader.

use crate::{Linker, chart::TermFrequency, column::NONE};

/// How many values of each level are shown from either end.
const SHOWN: usize = 4;

impl Linker {
    /// For each level with term frequency on one field, the commonest values and the rarest that at least two records share. Holds values
    /// of records: not for a log.
    #[must_use]
    pub fn term_frequencies(&self) -> Vec<TermFrequency> {
        let mut found = Vec::new();
        for (at, comparison) in self.spec().comparisons.iter().enumerate() {
            for (number, level) in comparison.levels.iter().enumerate().filter(|(_, level)| level.term_frequency) {
                let fields = level.frequency_fields(&comparison.fields);
                let [field] = fields.as_slice() else { continue };
                let place = self.spec().fields.iter().position(|other| other.name == *field);
                let Some(column) = place.and_then(|place| self.columns.get(place)) else { continue };
                let mut counts = vec![(0_u64, 0_u32); column.values.len()];
                for (id, record) in column.ids.iter().zip(0_u32..) {
                    if *id != NONE
                        && let Some(count) = counts.get_mut(*id as usize)
                    {
                        *count = (count.0 + 1, record);
                    }
                }
                let filled: u64 = counts.iter().map(|(count, _)| count).sum();
                let name = format!("{}: {}", comparison.name, level.name);
                let mut terms: Vec<TermFrequency> = counts
                    .iter()
                    .zip(&column.values)
                    .filter(|((count, _), _)| *count > 1)
                    .map(|((count, record), value)| TermFrequency {
                        level: name.clone(),
                        value: value.to_string(),
                        share: *count as f64 / filled as f64,
                        bits: self.terms(*record, *record)(at, number),
                    })
                    .collect();
                terms.sort_by(|a, b| a.bits.total_cmp(&b.bits).then_with(|| a.value.cmp(&b.value)));
                if terms.len() > 2 * SHOWN {
                    terms.drain(SHOWN..terms.len() - SHOWN);
                }
                found.extend(terms);
            }
        }
        found
    }
}
