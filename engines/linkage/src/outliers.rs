//! Values whose rarity or commonness changes weights most, for a reader.

use crate::{
    Linker,
    chart::TermFrequency,
    column::{Column, NONE},
};

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
                let name = format!("{}: {}", comparison.name, level.name);
                let filled = column.filled() as f64;
                let shared = |(value, count): (u32, u64)| {
                    let text = column.facts.item_text(value).or_else(|| column.text(value))?;
                    Some(TermFrequency {
                        level: name.clone(),
                        value: text.to_owned(),
                        share: count as f64 / filled,
                        bits: self.frequencies.of_value(at, number, value)?,
                    })
                };
                let mut terms: Vec<TermFrequency> =
                    (0..).zip(held(column)).filter(|(_, count)| *count > 1).filter_map(shared).collect();
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

/// How many records hold each value, or have it in their list.
fn held(column: &Column) -> Vec<u64> {
    let mut counts = vec![0; column.values.len().max(column.facts.distinct_items())];
    for id in column.ids.iter().filter(|id| **id != NONE) {
        let own = std::slice::from_ref(id);
        for value in column.facts.items(*id).unwrap_or(own) {
            if let Some(count) = counts.get_mut(*value as usize) {
                *count += 1;
            }
        }
    }
    counts
}
