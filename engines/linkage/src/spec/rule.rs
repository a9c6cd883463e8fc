//! Rules: when a level holds for two values. Named as Splink's comparison levels where it has the same one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{QGrams, Span};

/// When a level holds. A rule looks at its comparison's first field, unless `all` or `any` names the field. On a field that
/// is a list, it holds where any value of one record and any value of the other keep it. Where a value is missing on either side
/// no rule but `missing` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Equal after cleaning.
    Exact,
    /// The field is missing on either side.
    Missing,
    /// Both values pass the field's `check`, such as an NHS number's check digit.
    Valid,
    /// The first n characters are equal, and both values have as many.
    SameFirst(u32),
    /// The last n characters are equal, and both values have as many.
    SameLast(u32),
    /// At most this many characters inserted, dropped or changed (Levenshtein 1966).
    Levenshtein(u32),
    /// At most this many characters inserted, dropped, changed or exchanged with a neighbour (Damerau 1964).
    DamerauLevenshtein(u32),
    /// Jaro similarity at or above this, 0 to 1 (Jaro 1989).
    Jaro(f64),
    /// Jaro–Winkler similarity at or above this, 0 to 1 (Winkler 1990).
    JaroWinkler(f64),
    /// Jaccard similarity of the sets of q-grams at or above this, 0 to 1 (Jaccard 1901): `jaccard = 0.8`, or
    /// `jaccard = { least = 0.6, q = 2 }`. Without `q` single characters are compared, as in DuckDB and therefore Splink.
    Jaccard(QGrams),
    /// Cosine of the counts of q-grams at or above this, 0 to 1 (Salton 1975): `cosine = 0.7`, or
    /// `cosine = { least = 0.7, q = 3 }`. Without `q` pairs of characters are counted.
    Cosine(QGrams),
    /// Both names, or their first words, are in one of the spec's sets of nicknames.
    Nickname,
    /// One name's first word is a single letter, with which the other begins.
    Initial,
    /// The same but for spaces: `mary ann`, `maryann`.
    Concatenated,
    /// One name has all words of the other and more: `smith jones`, `smith`. Single letters don't count as words.
    DoubleBarrelled,
    /// At least one word in common, of two letters or more: `smith jones`, `jones taylor`.
    SharedWord,
    /// The same consonants in the same order, vowels in the same places but of any quality, from any script: `mohammed`,
    /// `muhamad` and `محمد`. Wide for short European names (`dean` and `don` too), so put it below stricter levels.
    Transliterated,
    /// Equal Double Metaphone codes, of either value's primary or alternate code (Philips 2000).
    DoubleMetaphone,
    /// Equal American Soundex codes (Russell 1918, as the US National Archives state it).
    Soundex,
    /// All the comparison's fields together have the same words on both sides, however they are shared out between the fields.
    Rearranged,
    /// Dates, identifiers or telephone numbers of equal length: one character differs, or two neighbours are exchanged.
    OneDigitWrong,
    /// Dates of one year: one's day is the other's month and the other way round.
    DayMonthSwapped,
    /// Dates of one year of which at least one is 1 January, which stands for "day not known".
    FirstOfJanuary,
    /// Dates of one year.
    SameYear,
    /// Dates of one month of one year.
    SameMonth,
    /// Dates at most so far apart: `absolute_date_difference = { days = 10 }`, or `months` of 30.4375 days, or `years` of 365.25.
    AbsoluteDateDifference(Span),
    /// Dates of the same day and month, whose years differ by at most this many.
    YearsApart(u32),
    /// Postcodes equal up to the first figure after the space: `CM1 1`.
    SameSector,
    /// Postcodes equal up to the space: `CM1`.
    SameDistrict,
    /// Postcodes equal in the letters that they begin with: `CM`.
    SameArea,
    /// Places at most this many kilometres apart over the globe (haversine, mean radius 6,371.0088 km).
    DistanceInKm(f64),
    /// E-mail addresses with the same part before the `@`, not counting what follows a `+`.
    SameUser,
    /// E-mail addresses whose parts before the `@`, not counting what follows a `+`, have at least this Jaro–Winkler similarity.
    SimilarUser(f64),
    /// E-mail addresses with the same part after the `@`.
    SameDomain,
    /// Words in common at or above this share, 0 to 1, each word weighed by its rarity among the field's values
    /// (`-ln(values with the word / values)`): the weight of words in both over the weight of words in either.
    TokenSimilarity(f64),
    /// The same words with a figure in them, at least one: house and flat numbers.
    SameNumbers,
    /// Numbers at most this far apart.
    AbsoluteDifference(f64),
    /// Numbers that differ by less than this share, 0 to 1, of the larger one's size; equal numbers always.
    PercentageDifference(f64),
    /// Lists with at least this many values in common.
    ArrayIntersect(u32),
    /// Lists of which one holds every value of the other.
    ArraySubset,
    /// Every named field keeps its rule: `all = { forename = "exact", surname = { jaro_winkler = 0.9 } }`.
    All(BTreeMap<String, Rule>),
    /// At least one named field keeps its rule.
    Any(BTreeMap<String, Rule>),
    /// Every one of these rules holds: `and = ["same_year", { not = "first_of_january" }]`.
    And(Vec<Rule>),
    /// At least one of these rules holds.
    Or(Vec<Rule>),
    /// This rule does not hold, although every value that it looks at is there.
    Not(Box<Rule>),
    /// The comparison's first two fields, exchanged on one side, keep this rule both. Splink's name is taken too.
    #[serde(alias = "columns_reversed")]
    Swapped(Box<Rule>),
    /// Whatever no earlier level took.
    Else,
}

impl Rule {
    /// The rules that this one is made of, each with the field that it names.
    fn parts(&self) -> Vec<(Option<&String>, &Rule)> {
        match self {
            Rule::All(rules) | Rule::Any(rules) => rules.iter().map(|(field, rule)| (Some(field), rule)).collect(),
            Rule::And(rules) | Rule::Or(rules) => rules.iter().map(|rule| (None, rule)).collect(),
            Rule::Not(rule) | Rule::Swapped(rule) => vec![(None, rule)],
            _ => Vec::new(),
        }
    }

    /// Whether this rule, or any that it is made of, is one for which `asked` says so.
    pub(crate) fn any_part(&self, asked: &dyn Fn(&Rule) -> bool) -> bool {
        asked(self) || self.parts().iter().any(|(_, rule)| rule.any_part(asked))
    }

    /// The fields that must be equal for the rule to hold; `fields` are the comparison's.
    pub(crate) fn exact_fields(&self, fields: &[String]) -> Vec<String> {
        let mut exact = Vec::new();
        self.gather_exact(fields.first(), &mut exact);
        exact
    }

    fn gather_exact(&self, field: Option<&String>, exact: &mut Vec<String>) {
        match self {
            Rule::Exact => exact.extend(field.filter(|field| !exact.contains(field)).cloned()),
            Rule::All(rules) => rules.iter().for_each(|(name, rule)| rule.gather_exact(Some(name), exact)),
            Rule::And(rules) => rules.iter().for_each(|rule| rule.gather_exact(field, exact)),
            _ => {}
        }
    }

    /// The fields that the rule looks at; `fields` are the comparison's.
    pub(crate) fn fields(&self, fields: &[String]) -> Vec<String> {
        self.fields_from(fields.first(), fields)
    }

    /// The same for a rule that looks at this field, unless it names others.
    pub(crate) fn fields_from(&self, field: Option<&String>, fields: &[String]) -> Vec<String> {
        let mut used = Vec::new();
        self.gather_fields(field, fields, &mut used);
        used
    }

    fn gather_fields(&self, field: Option<&String>, fields: &[String], used: &mut Vec<String>) {
        let add = |name: &String| {
            if !used.contains(name) {
                used.push(name.clone());
            }
        };
        match self {
            Rule::Else => {}
            Rule::Rearranged => fields.iter().for_each(add),
            Rule::Swapped(_) => fields.iter().take(2).for_each(add),
            Rule::All(_) | Rule::Any(_) | Rule::And(_) | Rule::Or(_) | Rule::Not(_) => {
                for (name, rule) in self.parts() {
                    rule.gather_fields(name.or(field), fields, used);
                }
            }
            _ => field.into_iter().for_each(add),
        }
    }

    /// Whether the rule asks for nothing but equal values.
    pub(crate) fn only_exact(&self) -> bool {
        match self {
            Rule::Exact => true,
            Rule::All(_) | Rule::And(_) => self.parts().iter().all(|(_, rule)| rule.only_exact()),
            _ => false,
        }
    }

    /// Whether the rule says something about missing values.
    pub(crate) fn sees_missing(&self) -> bool {
        self.any_part(&|rule| *rule == Rule::Missing)
    }

    pub(crate) fn uses_nicknames(&self) -> bool {
        self.any_part(&|rule| *rule == Rule::Nickname)
    }
}
