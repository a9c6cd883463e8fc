//! From a level's SQL to a rule: the standard conditions of Splink's comparison and level libraries, in any of its dialects.

use std::collections::BTreeMap;

use super::{
    fields::{Fields, Reading},
    sql::Sql,
    value::{Part, Value, crossed, same},
};
use crate::{QGrams, Rule, Span};

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The rule that a condition asks for, each field named; `None` where it is not a standard one.
pub(super) fn rule(sql: &Sql, fields: &mut Fields) -> Option<Rule> {
    if let Some(rule) = whole(sql, fields) {
        return Some(rule);
    }
    match sql {
        Sql::Binary(mark, _, _) if mark == "and" => conjunction(&parts(sql, "and"), fields),
        Sql::Binary(mark, _, _) if mark == "or" => {
            let rules = parts(sql, "or").into_iter().map(|part| rule(part, fields)).collect::<Option<Vec<_>>>()?;
            Some(Rule::Or(rules))
        }
        Sql::Not(inner) => Some(Rule::Not(Box::new(rule(inner, fields)?))),
        Sql::Binary(mark, left, right) => condition(mark, left, right, fields),
        _ => None,
    }
}

/// Conditions that are known by their shape as a whole.
fn whole(sql: &Sql, fields: &mut Fields) -> Option<Rule> {
    let calls = |name: &str| sql.within().iter().any(|part| matches!(part, Sql::Call(call, _) if call == name));
    if let Sql::Binary(mark, left, right) = sql {
        let both_null = match (mark.as_str(), left.as_ref(), right.as_ref()) {
            ("or", Sql::IsNull(one), Sql::IsNull(other)) => same(one, other),
            _ => None,
        };
        if let Some(value) = both_null {
            return Some(on(fields.reading(&value.column, Reading::Raw), Rule::Missing));
        }
        let subset = (calls("list_intersect") || calls("array_intersect")) && calls("least");
        if let ("and", true, [column]) = (mark.as_str(), subset, sql.columns().as_slice()) {
            return Some(on(fields.reading(column, Reading::Raw), Rule::ArraySubset));
        }
        if let ("<=", Sql::Number(km), [latitude, longitude]) =
            (mark.as_str(), right.as_ref(), sql.columns().as_slice())
            && calls("acos")
            && calls("radians")
        {
            return Some(on(fields.place(latitude, longitude), Rule::DistanceInKm(*km)));
        }
    }
    None
}

/// The operands of a chain of the same connective.
pub(super) fn parts<'a>(sql: &'a Sql, connective: &str) -> Vec<&'a Sql> {
    match sql {
        Sql::Binary(mark, left, right) if mark == connective => {
            let mut all = parts(left, connective);
            all.extend(parts(right, connective));
            all
        }
        other => vec![other],
    }
}

fn conjunction(all: &[&Sql], fields: &mut Fields) -> Option<Rule> {
    let mut rules = Vec::new();
    let mut rest: Vec<&Sql> = all.to_vec();
    while let Some(first) = rest.first().copied() {
        rest.remove(0);
        let Some((a, b, kernel)) = across(first) else {
            rules.push(rule(first, fields)?);
            continue;
        };
        // Columns exchanged: the other half must be there, with the same kernel.
        let partner = rest.iter().position(|other| across(other) == Some((b.clone(), a.clone(), kernel.clone())))?;
        rest.remove(partner);
        fields.exchanged(&a, &b)?;
        rules.push(Rule::Swapped(Box::new(kernel)));
    }
    Some(Rule::And(rules))
}

/// A condition across two different columns: the left record's, the right one's, and the kernel.
fn across(sql: &Sql) -> Option<(String, String, Rule)> {
    let Sql::Binary(mark, left, right) = sql else { return None };
    if mark == "=" {
        let (a, b) = crossed(left, right)?;
        return Some((a, b, Rule::Exact));
    }
    let (Sql::Call(name, arguments), Sql::Number(bound)) = (left.as_ref(), right.as_ref()) else { return None };
    let [one, other] = arguments.as_slice() else { return None };
    let (a, b) = crossed(one, other)?;
    Some((a, b, kernel(name, mark, *bound)?))
}

fn condition(mark: &str, left: &Sql, right: &Sql, fields: &mut Fields) -> Option<Rule> {
    if mark == "=" {
        return equal(&same(left, right)?, fields);
    }
    let Sql::Number(bound) = right else { return None };
    let bound = *bound;
    match left {
        Sql::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("abs", [Sql::Binary(minus, a, b)]) if minus == "-" => difference(&same(a, b)?, mark, bound, fields),
            ("abs", [Sql::Call(days, parts)]) if days == "date_diff" || days == "datediff" => {
                let [.., a, b] = parts.as_slice() else { return None };
                let unit = if let [Sql::Text(unit), ..] = parts.as_slice() { unit.as_str() } else { "day" };
                let value = same(a, b)?;
                let date = on(fields.reading(&value.column, Reading::Date), span(unit, bound)?);
                (mark == "<=").then_some(date)
            }
            ("array_length" | "len" | "cardinality" | "size" | "list_length", [Sql::Call(intersect, parts), ..])
                if intersect == "list_intersect" || intersect == "array_intersect" =>
            {
                let [a, b] = parts.as_slice() else { return None };
                let value = same(a, b)?;
                let rule = Rule::ArrayIntersect(least_count(mark, bound)?);
                Some(on(fields.reading(&value.column, Reading::Raw), rule))
            }
            ("list_max" | "array_max" | "list_min" | "array_min", [inner]) => pairwise(inner, mark, bound, fields),
            (name, [a, b]) => measured(name, &same(a, b)?, mark, bound, fields),
            _ => None,
        },
        // ABS(a - b) / larger of both.
        Sql::Binary(over, above, below) if over == "/" && mark == "<" => match (above.as_ref(), below.as_ref()) {
            (Sql::Call(abs, arguments), Sql::Case(_) | Sql::Call(..)) if abs == "abs" => {
                let [Sql::Binary(minus, a, b)] = arguments.as_slice() else { return None };
                let value = same(a, b).filter(|_| minus == "-")?;
                Some(on(fields.reading(&value.column, Reading::Number), Rule::PercentageDifference(bound)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn equal(value: &Value, fields: &mut Fields) -> Option<Rule> {
    let (reading, rule) = match value.part {
        Part::Whole => (Reading::Raw, Rule::Exact),
        Part::Lower => (Reading::Lower, Rule::Exact),
        Part::Date => (Reading::Date, Rule::Exact),
        Part::User => (Reading::Raw, Rule::SameUser),
        Part::Domain => (Reading::Email, Rule::SameDomain),
        Part::Sector => (Reading::Postcode, Rule::SameSector),
        Part::District => (Reading::Postcode, Rule::SameDistrict),
        Part::Area => (Reading::Postcode, Rule::SameArea),
        Part::First(length) => (Reading::Raw, Rule::SameFirst(length)),
        Part::Last(length) => (Reading::Raw, Rule::SameLast(length)),
        Part::Year => (Reading::Date, Rule::SameYear),
    };
    Some(on(fields.reading(&value.column, reading), rule))
}

fn difference(value: &Value, mark: &str, bound: f64, fields: &mut Fields) -> Option<Rule> {
    if mark != "<=" {
        return None;
    }
    Some(match value.part {
        Part::Date => on(fields.reading(&value.column, Reading::Date), span("second", bound)?),
        Part::Whole => on(fields.reading(&value.column, Reading::Number), Rule::AbsoluteDifference(bound)),
        _ => return None,
    })
}

/// A span in the largest unit in which it is a whole number.
fn span(unit: &str, number: f64) -> Option<Rule> {
    let days = match unit {
        "second" => number / DAY,
        "day" => number,
        "month" => number * 30.4375,
        "year" => number * 365.25,
        _ => return None,
    };
    let whole = |length: f64| Some(days / length).filter(|n| *n >= 1.0 && (n - n.round()).abs() < 1e-9).map(f64::round);
    Some(Rule::AbsoluteDateDifference(match (whole(365.25), whole(30.4375)) {
        (Some(years), _) => Span::Years(years),
        (None, Some(months)) => Span::Months(months),
        (None, None) => Span::Days(days),
    }))
}

fn measured(name: &str, value: &Value, mark: &str, bound: f64, fields: &mut Fields) -> Option<Rule> {
    let kernel = kernel(name, mark, bound)?;
    let (reading, rule) = match (value.part, kernel) {
        (Part::Whole, kernel) => (Reading::Raw, kernel),
        (Part::Lower, kernel) => (Reading::Lower, kernel),
        (Part::User, Rule::JaroWinkler(least)) => (Reading::Raw, Rule::SimilarUser(least)),
        _ => return None,
    };
    Some(on(fields.reading(&value.column, reading), rule))
}

/// The greatest similarity, or smallest distance, of any value of one list and any of the other.
fn pairwise(inner: &Sql, mark: &str, bound: f64, fields: &mut Fields) -> Option<Rule> {
    let [column] = inner.columns().try_into().ok()?;
    let found = inner.within().into_iter().find_map(|part| match part {
        Sql::Call(name, arguments) if arguments.len() == 2 => kernel(name, mark, bound),
        _ => None,
    })?;
    Some(on(fields.reading(&column, Reading::Raw), found))
}

/// A kernel of two texts by Splink's name for it.
fn kernel(name: &str, mark: &str, bound: f64) -> Option<Rule> {
    let least = || match mark {
        ">=" => Some(bound),
        ">" => Some(bound.next_up()),
        _ => None,
    };
    let most = || match mark {
        "<=" if bound >= 0.0 => Some(bound.floor() as u32),
        "<" if bound >= 1.0 => Some(bound.ceil() as u32 - 1),
        _ => None,
    };
    Some(match name {
        "jaro_winkler_similarity" | "jaro_winkler" | "jaro_winkler_sim" => Rule::JaroWinkler(least()?),
        "jaro_similarity" | "jaro_sim" | "jaro" => Rule::Jaro(least()?),
        "jaccard" | "jaccard_sim" => Rule::Jaccard(QGrams { least: least()?, q: None }),
        "levenshtein" | "editdist3" | "levenshtein_distance" => Rule::Levenshtein(most()?),
        "damerau_levenshtein" => Rule::DamerauLevenshtein(most()?),
        _ => return None,
    })
}

fn least_count(mark: &str, bound: f64) -> Option<u32> {
    match mark {
        ">=" if bound >= 1.0 => Some(bound.ceil() as u32),
        ">" if bound >= 0.0 => Some(bound.floor() as u32 + 1),
        _ => None,
    }
}

/// A rule on a named field.
fn on(field: String, rule: Rule) -> Rule {
    Rule::All(BTreeMap::from([(field, rule)]))
}

/// The same rule as a person would write it: plain on the comparison's first field, and one `all` or `any` where each field
/// has one rule.
pub(super) fn plain(rule: Rule, first: &str) -> Rule {
    match rule {
        Rule::All(named) => {
            let mut named: BTreeMap<String, Rule> = named;
            match (named.len(), named.remove(first)) {
                (1, Some(only)) => only,
                (_, Some(only)) => {
                    named.insert(first.to_owned(), only);
                    Rule::All(named)
                }
                (_, None) => Rule::All(named),
            }
        }
        Rule::And(rules) => match together(&rules) {
            Some(named) => plain(Rule::All(named), first),
            None => single(rules.into_iter().map(|rule| plain(rule, first)).collect(), Rule::And),
        },
        Rule::Or(rules) => match together(&rules) {
            Some(named) => Rule::Any(named),
            None => single(rules.into_iter().map(|rule| plain(rule, first)).collect(), Rule::Or),
        },
        Rule::Not(inner) => Rule::Not(Box::new(plain(*inner, first))),
        other => other,
    }
}

fn single(mut rules: Vec<Rule>, many: fn(Vec<Rule>) -> Rule) -> Rule {
    match (rules.len(), rules.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            rules.extend(last);
            many(rules)
        }
    }
}

/// One rule for each field, where no field has two.
fn together(rules: &[Rule]) -> Option<BTreeMap<String, Rule>> {
    let mut named = BTreeMap::new();
    for rule in rules {
        let Rule::All(fields) = rule else { return None };
        for (field, rule) in fields {
            if named.insert(field.clone(), rule.clone()).is_some() {
                return None;
            }
        }
    }
    Some(named)
}
