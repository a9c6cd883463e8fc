//! Splink models: reads the JSON of Splink 4 and 5, and writes it.
//!
//! Levels are recognised by what their SQL asks for, not by how it is spelt. What isn't recognised is named, with the line to write
//! in the spec. `docs/splink.md` maps every function.

mod fields;
mod frequency;
mod level;
mod save;
mod sql;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::{BlockingRule, Comparison, Error, Expression, Level, Missing, Rule, Spec, Step, Thresholds};
use fields::{Fields, Reading};
use sql::{Side, Sql};

pub use save::to_splink;

/// A Splink model as a spec.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The spec. Where something was not recognised it lacks those levels and rules, and should not be run before they are written.
    pub spec: Spec,
    /// `dedupe_only`, `link_only` or `link_and_dedupe`, as Splink says it.
    pub link_type: String,
    /// The column that names a record.
    pub unique_id: String,
    /// What was not recognised.
    pub unrecognised: Vec<Unrecognised>,
}

/// A level or blocking rule whose SQL is not a standard one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrecognised {
    /// Where it stands: ``comparison `name`, level `label` ``.
    pub place: String,
    /// The SQL.
    pub sql: String,
    /// The line to write in the spec in its place, once its rule is chosen.
    pub line: String,
}

impl fmt::Display for Unrecognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` is not a standard condition; write: {}", self.place, self.sql, self.line)
    }
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    link_type: Option<String>,
    #[serde(default)]
    unique_id_column_name: Option<String>,
    #[serde(default)]
    probability_two_random_records_match: Option<Json>,
    #[serde(default)]
    blocking_rules_to_generate_predictions: Vec<Json>,
    comparisons: Vec<ModelComparison>,
}

#[derive(Deserialize)]
struct ModelComparison {
    output_column_name: String,
    comparison_levels: Vec<ModelLevel>,
}

#[derive(Deserialize)]
struct ModelLevel {
    sql_condition: String,
    #[serde(default)]
    label_for_charts: Option<String>,
    #[serde(default)]
    is_null_level: bool,
    #[serde(default)]
    m_probability: Option<Json>,
    #[serde(default)]
    u_probability: Option<Json>,
    #[serde(default)]
    fix_m_probability: bool,
    #[serde(default)]
    fix_u_probability: bool,
    #[serde(default)]
    tf_adjustment_column: Option<String>,
    #[serde(default)]
    tf_adjustment_weight: Option<f64>,
    #[serde(default)]
    tf_minimum_u_value: Option<f64>,
    #[serde(default)]
    disable_tf_exact_match_detection: bool,
}

/// Reads a Splink model.
///
/// # Errors
/// [`Error::Unreadable`] where the text is not a Splink model, with the line.
pub fn from_splink(text: &str) -> Result<Imported, Error> {
    let model: Model = serde_json::from_str(text)
        .map_err(|error| Error::Unreadable(format!("this is not a Splink 4 or 5 model: {error}")))?;
    let mut fields = Fields::new(lists(&model));
    let mut unrecognised = Vec::new();
    let mut comparisons: Vec<Comparison> =
        model.comparisons.iter().map(|comparison| read(comparison, &mut fields, &mut unrecognised)).collect();
    let mut blocking = Vec::new();
    for rule in &model.blocking_rules_to_generate_predictions {
        let sql = rule.as_str().or_else(|| rule.get("blocking_rule").and_then(Json::as_str)).unwrap_or_default();
        let keys = sql::parse(sql).and_then(|sql| keys(&sql, &mut fields));
        match keys {
            Some(keys) => {
                let words: Vec<String> = keys.iter().map(ToString::to_string).collect();
                let name = distinct(words.join(", "), &blocking);
                blocking.push(BlockingRule { name, keys });
            }
            None => unrecognised.push(Unrecognised {
                place: "blocking rule".to_owned(),
                sql: sql.to_owned(),
                line: "{ name = \"…\", keys = [\"surname\", \"year(date_of_birth)\"] }, with your own columns"
                    .to_owned(),
            }),
        }
    }
    let fields = fields.finish();
    frequency::leave_out_lists(&mut comparisons, &fields, &mut unrecognised);
    let spec = Spec {
        prior: model.probability_two_random_records_match.as_ref().and_then(Json::as_f64),
        nicknames: Vec::new(),
        thresholds: Thresholds { link: 0.95, review: 0.5 },
        fields,
        blocking,
        comparisons,
        together: Vec::new(),
        training: None,
        clustering: crate::Clustering::default(),
    };
    Ok(Imported {
        spec,
        link_type: model.link_type.unwrap_or_else(|| "dedupe_only".to_owned()),
        unique_id: model.unique_id_column_name.unwrap_or_else(|| "unique_id".to_owned()),
        unrecognised,
    })
}

fn distinct(name: String, rules: &[BlockingRule]) -> String {
    let taken = |name: &str| rules.iter().any(|rule| rule.name == name);
    let numbered = |number: usize| if number == 1 { name.clone() } else { format!("{name} ({number})") };
    (1..).map(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// Columns that some function of lists is given.
fn lists(model: &Model) -> Vec<String> {
    let levels = model.comparisons.iter().flat_map(|comparison| &comparison.comparison_levels);
    let mut lists = Vec::new();
    for sql in levels.filter_map(|level| sql::parse(&level.sql_condition)) {
        for part in sql.within() {
            if let Sql::Call(name, arguments) = part
                && matches!(
                    name.as_str(),
                    "list_intersect" | "array_intersect" | "list_transform" | "array_transform" | "transform"
                )
            {
                lists.extend(arguments.iter().flat_map(Sql::columns));
            }
        }
    }
    lists
}

fn read(comparison: &ModelComparison, fields: &mut Fields, unrecognised: &mut Vec<Unrecognised>) -> Comparison {
    fields.begin();
    let (mut levels, mut nulls): (Vec<Level>, Option<Nulls>) = (Vec::new(), None);
    for level in &comparison.comparison_levels {
        if level.is_null_level {
            nulls = sql::parse(&level.sql_condition).map(|sql| Nulls::read(&sql, fields));
            continue;
        }
        let is_else = level.sql_condition.trim().eq_ignore_ascii_case("else");
        let rule = if is_else {
            Some(Rule::Else)
        } else {
            sql::parse(&level.sql_condition).and_then(|sql| level::rule(&sql, fields))
        };
        let label = level.label_for_charts.clone().unwrap_or_else(|| level.sql_condition.clone());
        match rule {
            Some(rule) => {
                let level = made(level, label, rule, fields, &levels);
                levels.push(level);
            }
            None => unrecognised.push(Unrecognised {
                place: format!("comparison `{}`, level `{label}`", comparison.output_column_name),
                sql: level.sql_condition.split_whitespace().collect::<Vec<_>>().join(" "),
                line: line(level, &label),
            }),
        }
    }
    let used = fields.used().to_vec();
    let first = used.first().cloned().unwrap_or_default();
    for level in &mut levels {
        level.rule = level::plain(std::mem::replace(&mut level.rule, Rule::Else), &first);
    }
    frequency::hold_against_exact(&mut levels, &used);
    let covers = nulls.is_some_and(|nulls| nulls.any && used.iter().all(|field| nulls.fields.contains(field)));
    Comparison {
        name: comparison.output_column_name.clone(),
        missing: if covers || used.len() == 1 { Missing::Any } else { Missing::All },
        fields: used,
        levels,
    }
}

fn made(level: &ModelLevel, label: String, rule: Rule, fields: &mut Fields, earlier: &[Level]) -> Level {
    let taken = |name: &str| earlier.iter().any(|level| level.name == name);
    let numbered = |number: usize| if number == 1 { label.clone() } else { format!("{label} ({number})") };
    let term = level.tf_adjustment_column.as_ref().map(|column| fields.aside(column));
    let name = (1..).map(numbered).find(|name| !taken(name)).unwrap_or_default();
    let own = level.disable_tf_exact_match_detection && term.is_some();
    Level {
        term_frequency_against: own.then(|| name.clone()),
        name,
        rule,
        m: level.m_probability.as_ref().and_then(Json::as_f64),
        u: level.u_probability.as_ref().and_then(Json::as_f64),
        fix: level.fix_m_probability || level.fix_u_probability,
        term_frequency: term.is_some(),
        term_frequency_weight: level.tf_adjustment_weight.unwrap_or(1.0),
        term_frequency_floor: level.tf_minimum_u_value.unwrap_or(0.0),
        term_frequency_shrinkage: 0.0,
        term_frequency_fields: term.into_iter().collect(),
    }
}

/// What a null level says: the fields, and whether one missing is enough.
struct Nulls {
    fields: Vec<String>,
    any: bool,
}

impl Nulls {
    fn read(sql: &Sql, fields: &mut Fields) -> Nulls {
        let any = !matches!(sql, Sql::Binary(mark, _, _) if mark == "and");
        let mut named = Vec::new();
        for part in sql.within() {
            let Sql::IsNull(inner) = part else { continue };
            let Some(value) = value::value(inner) else { continue };
            named.push(fields.reading(&value.column, Reading::Raw));
            if value.part == value::Part::Date {
                named.push(fields.reading(&value.column, Reading::Date));
            }
        }
        // However a column is read, it is missing where it is empty.
        let readings = ["_date", "_lower", "_postcode", "_email", "_number"];
        let others: Vec<String> =
            named.iter().flat_map(|name| readings.map(|suffix| format!("{name}{suffix}"))).collect();
        named.extend(others);
        Nulls { fields: named, any }
    }
}

/// The line to write for a level whose SQL is not known: all but its rule is given, and that is guessed from the words in it.
fn line(level: &ModelLevel, label: &str) -> String {
    let sql = level.sql_condition.to_lowercase();
    let guesses = [
        ("soundex", "\"soundex\""),
        ("metaphone", "\"double_metaphone\""),
        ("jaro", "{ jaro_winkler = 0.9 }"),
        ("damerau", "{ damerau_levenshtein = 1 }"),
        ("levenshtein", "{ levenshtein = 1 }"),
        ("cosine", "{ cosine = 0.8 }"),
        ("jaccard", "{ jaccard = 0.8 }"),
        ("epoch", "{ absolute_date_difference = { days = 30 } }"),
        ("date", "{ absolute_date_difference = { days = 30 } }"),
        ("acos", "{ distance_in_km = 1 }"),
        ("intersect", "{ array_intersect = 1 }"),
        ("regexp", "{ same_first = 4 }"),
    ];
    let rule = guesses.iter().find(|(word, _)| sql.contains(word)).map_or("\"exact\"", |(_, rule)| rule);
    let chance = |value: &Option<Json>| value.as_ref().and_then(Json::as_f64);
    let mut line = format!("{{ name = {}, rule = {rule}", Json::String(label.to_owned()));
    for (letter, value) in [("m", chance(&level.m_probability)), ("u", chance(&level.u_probability))] {
        if let Some(value) = value {
            line.push_str(&format!(", {letter} = {value:?}"));
        }
    }
    line.push_str(" }");
    line
}

/// The keys of a blocking rule: equal parts of columns, joined by `and`.
fn keys(sql: &Sql, fields: &mut Fields) -> Option<Vec<Expression>> {
    fields.begin();
    level::parts(sql, "and").into_iter().map(|part| key(part, fields)).collect()
}

fn key(sql: &Sql, fields: &mut Fields) -> Option<Expression> {
    let Sql::Binary(mark, left, right) = sql else { return None };
    if mark != "=" || **right != left.mirrored() {
        return None;
    }
    if let Sql::Call(name, arguments) = left.as_ref()
        && let (
            "substr" | "substring",
            [Sql::Column(column, Side::Left | Side::Right), Sql::Number(from), Sql::Number(length)],
        ) = (name.as_str(), arguments.as_slice())
        && *from > 1.0
    {
        let field = fields.reading(column, Reading::Raw);
        return Some(Expression { field, steps: vec![Step::Substring(*from as usize, *length as usize)] });
    }
    let value = value::value(left)?;
    let (reading, steps) = match value.part {
        value::Part::Whole => (Reading::Raw, vec![]),
        value::Part::Lower => (Reading::Lower, vec![]),
        value::Part::Date => (Reading::Date, vec![]),
        value::Part::Year => (Reading::Date, vec![Step::Year]),
        value::Part::First(length) => (Reading::Raw, vec![Step::Prefix(length as usize)]),
        value::Part::Last(length) => (Reading::Raw, vec![Step::Last(length as usize)]),
        value::Part::User => (Reading::Email, vec![Step::User]),
        value::Part::Domain => (Reading::Email, vec![Step::Domain]),
        value::Part::Sector => (Reading::Postcode, vec![Step::Sector]),
        value::Part::District => (Reading::Postcode, vec![Step::Outward]),
        value::Part::Area => (Reading::Postcode, vec![Step::Area]),
    };
    Some(Expression { field: fields.reading(&value.column, reading), steps })
}
