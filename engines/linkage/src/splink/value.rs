//! What one side of a condition takes from a record: a column, and what of it.

use super::sql::{Side, Sql};

/// What is taken of a column's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The value as it stands.
    Whole,
    /// The value in lower case.
    Lower,
    /// The value as a date.
    Date,
    /// The part of an e-mail address before the `@`.
    User,
    /// The part of an e-mail address after the `@`.
    Domain,
    /// A postcode's parts.
    Sector,
    District,
    Area,
    First(u32),
    Last(u32),
    Year,
}

/// A column of one side, and what is taken of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) column: String,
    pub(super) part: Part,
    pub(super) side: Side,
}

/// Formats of dates that a field of kind `date` reads too.
const DATES: [&str; 7] = ["%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "yyyy-MM-dd", "yyyyMMdd"];

pub(super) fn value(sql: &Sql) -> Option<Value> {
    match sql {
        Sql::Column(column, side) => Some(Value { column: column.clone(), part: Part::Whole, side: *side }),
        Sql::Call(name, arguments) => {
            let (first, rest) = arguments.split_first()?;
            match (name.as_str(), first, rest) {
                ("trim" | "date" | "to_char", inner, []) => value(inner),
                ("nullif", inner, [Sql::Text(empty)]) if empty.is_empty() => value(inner),
                ("lower" | "upper" | "lcase" | "ucase", inner, []) => of(inner, Part::Lower),
                ("epoch" | "unix_timestamp" | "to_unix_timestamp", inner, _) => of(inner, Part::Date),
                (
                    "try_strptime" | "strptime" | "to_date" | "try_to_date" | "to_timestamp" | "try_to_timestamp",
                    inner,
                    [Sql::Text(format)],
                ) if DATES.contains(&format.as_str()) => of(inner, Part::Date),
                ("regexp_extract" | "regexp_substr" | "substring", inner, [Sql::Text(pattern), ..]) => {
                    of(inner, pattern_part(pattern)?)
                }
                ("substr" | "substring", inner, [Sql::Number(start), Sql::Number(length)]) if *start == 1.0 => {
                    of(inner, Part::First(*length as u32))
                }
                ("left", inner, [Sql::Number(length)]) => of(inner, Part::First(*length as u32)),
                ("right", inner, [Sql::Number(length)]) => of(inner, Part::Last(*length as u32)),
                ("year", inner, []) => of(inner, Part::Year),
                ("split_part", inner, [Sql::Text(at), Sql::Number(part)]) if at == "@" => {
                    of(inner, if *part == 1.0 { Part::User } else { Part::Domain })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The inner value with a part taken of it: one part only, but for a date under another date's function.
fn of(inner: &Sql, part: Part) -> Option<Value> {
    let inner = value(inner)?;
    match (inner.part, part) {
        (Part::Whole, part) => Some(Value { part, ..inner }),
        (Part::Date, Part::Date | Part::Year) => Some(Value { part, ..inner }),
        _ => None,
    }
}

fn pattern_part(pattern: &str) -> Option<Part> {
    Some(match pattern {
        "^[^@]+" => Part::User,
        "@([^@]+)$" | "@(.+)$" | "@(.*)$" | "[^@]+$" => Part::Domain,
        "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]" => Part::Sector,
        "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?" => Part::District,
        "^[A-Za-z]{1,2}" => Part::Area,
        _ => return None,
    })
}

/// The same of the same column, once from either record.
pub(super) fn same(left: &Sql, right: &Sql) -> Option<Value> {
    let (one, other) = (value(left)?, value(right)?);
    (one.column == other.column && one.part == other.part && one.side != other.side).then_some(one)
}

/// Two different columns as they stand, once from either record: the left record's and the right one's.
pub(super) fn crossed(left: &Sql, right: &Sql) -> Option<(String, String)> {
    let (one, other) = (value(left)?, value(right)?);
    if one.part != Part::Whole || other.part != Part::Whole || one.side == other.side || one.column == other.column {
        return None;
    }
    Some(if one.side == Side::Left { (one.column, other.column) } else { (other.column, one.column) })
}
