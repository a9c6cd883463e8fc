//! Writes a spec as a Splink 4 or 5 model for DuckDB.

use serde_json::{Map, Value as Json, json};

use super::frequency;
use crate::{Comparison, Error, Expression, Field, Level, Missing, Rule, Spec, Step};

type Wrong = String;

/// The spec as a Splink model, its levels as SQL for DuckDB. Splink compares columns as they stand, so clean them first as the spec's
/// kinds say.
///
/// # Errors
/// [`Error::Spec`] naming every level and blocking rule that has no SQL form.
pub fn to_splink(spec: &Spec, link_type: &str, unique_id: &str) -> Result<String, Error> {
    let writer = Writer { spec };
    let mut wrong = Vec::new();
    let mut keep = |result: Result<Json, Wrong>| result.map_err(|error| wrong.push(error)).unwrap_or_default();
    let blocking: Vec<Json> = spec
        .blocking
        .iter()
        .map(|rule| {
            let keys = rule.keys.iter().map(|key| writer.key(key)).collect::<Result<Vec<_>, _>>();
            let named = keys.map_err(|error| format!("blocking rule `{}`: {error}", rule.name));
            keep(named.map(|keys| json!({ "blocking_rule": keys.join(" AND "), "sql_dialect": "duckdb" })))
        })
        .collect();
    let comparisons: Vec<Json> =
        spec.comparisons.iter().map(|comparison| keep(writer.comparison(comparison))).collect();
    if !spec.together.is_empty() {
        wrong.push("`together`: Splink takes every comparison as independent".to_owned());
    }
    if !wrong.is_empty() {
        return Err(Error::Spec(format!("Splink has no form for {}", wrong.join("; "))));
    }
    let model = json!({
        "link_type": link_type,
        "probability_two_random_records_match": spec.prior,
        "retain_matching_columns": true,
        "retain_intermediate_calculation_columns": true,
        "additional_columns_to_retain": [],
        "sql_dialect": "duckdb",
        "em_convergence": 0.0001,
        "max_iterations": 25,
        "unique_id_column_name": unique_id,
        "source_dataset_column_name": "source_dataset",
        "bayes_factor_column_prefix": "bf_",
        "term_frequency_adjustment_column_prefix": "tf_",
        "comparison_vector_value_column_prefix": "gamma_",
        "blocking_rules_to_generate_predictions": blocking,
        "comparisons": comparisons,
    });
    serde_json::to_string_pretty(&model).map_err(|error| Error::Spec(error.to_string()))
}

struct Writer<'a> {
    spec: &'a Spec,
}

impl Writer<'_> {
    fn field(&self, name: &str) -> Result<&Field, Wrong> {
        self.spec.fields.iter().find(|field| field.name == name).ok_or_else(|| format!("`{name}` is not a field"))
    }

    /// The column behind a field, or both of a place.
    fn column(&self, name: &str) -> Result<String, Wrong> {
        let field = self.field(name)?;
        match field.from.as_slice() {
            [] => Ok(name.to_owned()),
            [only] => Ok(only.clone()),
            _ => Err(format!("`{name}` is made of several columns")),
        }
    }

    fn comparison(&self, comparison: &Comparison) -> Result<Json, Wrong> {
        let null = |field: &String| {
            let column = self.column(field)?;
            Ok(format!("\"{column}_l\" IS NULL OR \"{column}_r\" IS NULL"))
        };
        let mut nulls: Vec<String> = comparison.fields.iter().map(null).collect::<Result<Vec<_>, Wrong>>()?;
        nulls.dedup();
        let absent = match (nulls.as_slice(), comparison.missing) {
            ([only], _) => only.clone(),
            (all, Missing::Any) => format!("({})", all.join(") OR (")),
            (all, Missing::All) => format!("({})", all.join(") AND (")),
        };
        let mut levels = vec![json!({
            "sql_condition": absent, "label_for_charts": format!("{} is NULL", comparison.name), "is_null_level": true,
        })];
        for level in &comparison.levels {
            let place = |error| format!("comparison `{}`, level `{}`: {error}", comparison.name, level.name);
            levels.push(self.level(comparison, level).map_err(place)?);
        }
        Ok(json!({
            "output_column_name": comparison.name,
            "comparison_levels": levels,
            "comparison_description": comparison.name,
        }))
    }

    fn level(&self, comparison: &Comparison, level: &Level) -> Result<Json, Wrong> {
        let first = comparison.fields.first().map_or("", String::as_str);
        let mut json = Map::new();
        json.insert("sql_condition".into(), self.rule(&level.rule, first, &comparison.fields)?.into());
        json.insert("label_for_charts".into(), level.name.clone().into());
        for (name, value) in [("m_probability", level.m), ("u_probability", level.u)] {
            if let Some(value) = value {
                json.insert(name.into(), value.into());
            }
        }
        json.insert("fix_m_probability".into(), (level.fix && level.m.is_some()).into());
        json.insert("fix_u_probability".into(), (level.fix && level.u.is_some()).into());
        if level.term_frequency {
            let (field, own_u) = frequency::of(comparison, level)?;
            if self.field(&field)?.list.is_some() {
                return Err(format!(
                    "term frequency of the list `{field}`, of which Splink would count each whole list as one value"
                ));
            }
            json.insert("tf_adjustment_column".into(), self.column(&field)?.into());
            json.insert("tf_adjustment_weight".into(), level.term_frequency_weight.into());
            if level.term_frequency_floor > 0.0 {
                json.insert("tf_minimum_u_value".into(), level.term_frequency_floor.into());
            }
            if own_u {
                json.insert("disable_tf_exact_match_detection".into(), true.into());
            }
        }
        Ok(Json::Object(json))
    }

    fn rule(&self, rule: &Rule, field: &str, fields: &[String]) -> Result<String, Wrong> {
        let joined = |rules: Vec<Result<String, Wrong>>, word: &str| {
            let rules = rules.into_iter().collect::<Result<Vec<_>, Wrong>>()?;
            Ok(if rules.len() == 1 { rules.concat() } else { format!("({})", rules.join(&format!(") {word} ("))) })
        };
        match rule {
            Rule::Else => Ok("ELSE".to_owned()),
            Rule::All(named) => {
                joined(named.iter().map(|(field, rule)| self.rule(rule, field, fields)).collect(), "AND")
            }
            Rule::Any(named) => {
                joined(named.iter().map(|(field, rule)| self.rule(rule, field, fields)).collect(), "OR")
            }
            Rule::And(rules) => joined(rules.iter().map(|rule| self.rule(rule, field, fields)).collect(), "AND"),
            Rule::Or(rules) => joined(rules.iter().map(|rule| self.rule(rule, field, fields)).collect(), "OR"),
            Rule::Not(rule) => Ok(format!("NOT ({})", self.rule(rule, field, fields)?)),
            Rule::Swapped(rule) => {
                let [one, other, ..] = fields else { return Err("`swapped` needs two fields".to_owned()) };
                let (a, b) = (self.column(one)?, self.column(other)?);
                let (ab, ba) = (between(rule, &a, &b)?, between(rule, &b, &a)?);
                Ok(format!("{ab} AND {ba}"))
            }
            Rule::DistanceInKm(km) => self.distance(field, *km),
            rule => {
                let column = self.column(field)?;
                let date = self.field(field)?.kind.is_date();
                own(rule, &column, date).map_or_else(|| between(rule, &column, &column), Ok)
            }
        }
    }

    fn distance(&self, field: &str, km: f64) -> Result<String, Wrong> {
        let [latitude, longitude] = self.field(field)?.from.as_slice() else {
            return Err("a place needs the columns of latitude and longitude".to_owned());
        };
        let cosine = format!(
            "sin(radians(\"{latitude}_l\")) * sin(radians(\"{latitude}_r\")) + cos(radians(\"{latitude}_l\")) * \
             cos(radians(\"{latitude}_r\")) * cos(radians(\"{longitude}_r\" - \"{longitude}_l\"))"
        );
        Ok(format!("acos(least(1, greatest(-1, {cosine}))) * 6371 <= {km}"))
    }

    fn key(&self, key: &Expression) -> Result<String, Wrong> {
        let column = self.column(&key.field)?;
        let date = self.field(&key.field)?.kind.is_date();
        let side = |side: &str| {
            key.steps.iter().try_fold(format!("{side}.\"{column}\""), |inner, step| match step {
                Step::Prefix(length) => Ok(format!("substr({inner}, 1, {length})")),
                Step::Last(length) => Ok(format!("right({inner}, {length})")),
                Step::Substring(from, length) => Ok(format!("substr({inner}, {from}, {length})")),
                Step::Initial => Ok(format!("substr({inner}, 1, 1)")),
                Step::Year if date => Ok(format!("year(CAST({inner} AS DATE))")),
                Step::Outward => Ok(format!("regexp_extract({inner}, '^[A-Za-z]{{1,2}}[0-9][A-Za-z0-9]?')")),
                Step::User => Ok(format!("split_part({inner}, '@', 1)")),
                Step::Domain => Ok(format!("split_part({inner}, '@', 2)")),
                _ => Err(format!("`{key}` has no SQL")),
            })
        };
        Ok(format!("{} = {}", side("l")?, side("r")?))
    }
}

/// Rules about one column on both sides.
fn own(rule: &Rule, column: &str, date: bool) -> Option<String> {
    let both = |part: &dyn Fn(&str) -> String| {
        Some(format!("{} = {}", part(&format!("\"{column}_l\"")), part(&format!("\"{column}_r\""))))
    };
    let found = |pattern: &str| both(&|value: &str| format!("NULLIF(regexp_extract({value}, '{pattern}', 0), '')"));
    let user = |value: &str| format!("NULLIF(regexp_extract({value}, '^[^@]+', 0), '')");
    match rule {
        Rule::Missing => Some(format!("\"{column}_l\" IS NULL OR \"{column}_r\" IS NULL")),
        Rule::SameFirst(length) => both(&|value: &str| format!("substr({value}, 1, {length})")),
        Rule::SameLast(length) => both(&|value: &str| format!("right({value}, {length})")),
        Rule::SameYear if date => both(&|value: &str| format!("year(CAST({value} AS DATE))")),
        Rule::SameUser => both(&user),
        Rule::SimilarUser(least) => Some(format!(
            "jaro_winkler_similarity({}, {}) >= {least}",
            user(&format!("\"{column}_l\"")),
            user(&format!("\"{column}_r\""))
        )),
        Rule::SameDomain => found("[^@]+$"),
        Rule::SameSector => found("^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]"),
        Rule::SameDistrict => found("^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?"),
        Rule::SameArea => found("^[A-Za-z]{1,2}"),
        Rule::AbsoluteDateDifference(span) => Some(format!(
            "ABS(EPOCH(CAST(\"{column}_l\" AS DATE)) - EPOCH(CAST(\"{column}_r\" AS DATE))) <= {:?}",
            span.days() * 86_400.0
        )),
        Rule::AbsoluteDifference(most) => Some(format!("ABS(\"{column}_l\" - \"{column}_r\") <= {most}")),
        Rule::PercentageDifference(share) => Some(format!(
            "(ABS(\"{column}_l\" - \"{column}_r\") / (CASE WHEN \"{column}_r\" > \"{column}_l\" THEN \"{column}_r\" ELSE \
             \"{column}_l\" END)) < {share}"
        )),
        Rule::ArrayIntersect(least) => {
            Some(format!("array_length(list_intersect(\"{column}_l\", \"{column}_r\")) >= {least}"))
        }
        _ => None,
    }
}

/// Rules about a column of the left record and a column of the right one.
fn between(rule: &Rule, left: &str, right: &str) -> Result<String, Wrong> {
    let call = |name: &str, mark: &str, bound: String| format!("{name}(\"{left}_l\", \"{right}_r\") {mark} {bound}");
    Ok(match rule {
        Rule::Exact => format!("\"{left}_l\" = \"{right}_r\""),
        Rule::JaroWinkler(least) => call("jaro_winkler_similarity", ">=", least.to_string()),
        Rule::Jaro(least) => call("jaro_similarity", ">=", least.to_string()),
        Rule::Jaccard(grams) if grams.q.is_none() => call("jaccard", ">=", grams.least.to_string()),
        Rule::Levenshtein(most) => call("levenshtein", "<=", most.to_string()),
        Rule::DamerauLevenshtein(most) => call("damerau_levenshtein", "<=", most.to_string()),
        other => return Err(format!("its rule has no SQL ({})", word(other))),
    })
}

/// A rule's name as a spec writes it.
fn word(rule: &Rule) -> String {
    match serde_json::to_value(rule) {
        Ok(Json::String(name)) => name,
        Ok(Json::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => "a rule".to_owned(),
    }
}
