//! How a feed's TOML file is read and checked, with errors that say what to mend.

use std::collections::BTreeMap;

use base::{Code, names::fold};
use serde::Deserialize;

use super::{Cadence, Column, Delivers, Feed, Kind, Retention, RetentionStart, Role, label};
use crate::row::format::Format;

/// What is wrong with a feed's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the feed file {file}: {problem}")]
pub struct FeedFault {
    /// Which file.
    pub file: String,
    /// What is wrong, and what to write.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    title: String,
    agency: Code,
    category: Code,
    about: String,
    delivers: DeclaredDelivers,
    every: DeclaredCadence,
    late_after_days: Option<i64>,
    #[serde(default)]
    source_id: Vec<String>,
    #[serde(default)]
    source_id_may_be_blank: bool,
    event_at: Option<String>,
    #[serde(default)]
    in_confidence: bool,
    retention: Option<DeclaredRetention>,
    role: DeclaredRole,
    encoding: Option<String>,
    column: Vec<DeclaredColumn>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum DeclaredDelivers {
    Changes,
    Everything,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum DeclaredCadence {
    Day,
    Week,
    Month,
    Quarter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredRetention {
    #[serde(default)]
    years: i16,
    #[serde(default)]
    days: i64,
    from: DeclaredStart,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum DeclaredStart {
    Event,
    Dob,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DeclaredRole {
    Fixed { fixed: String },
    Column { column: String },
    Nobody(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredColumn {
    name: String,
    #[serde(default)]
    also: Vec<String>,
    #[serde(rename = "as")]
    key: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    formats: Vec<String>,
    codes: Option<DeclaredCodes>,
    longest: Option<usize>,
    #[serde(default)]
    required: bool,
    says: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DeclaredCodes {
    List(Vec<String>),
    Spellings(toml::Table),
}

/// The roles that a person can have in an event.
const ROLES: [&str; 6] = ["victim", "witness", "suspect", "convicted", "person_at_risk", "subject"];
/// The standard names of a person's fields, each of which one column at most may have.
const STANDARD: [&str; 16] = [
    "given",
    "family",
    "name",
    "dob",
    "sex",
    "ethnicity",
    "nhs_number",
    "upn",
    "phone",
    "email",
    "address",
    "postcode",
    "role",
    "kind",
    "place_postcode",
    "place",
];

/// Reads one file; `name` is the feed's.
pub(super) fn read(name: &str, text: &str) -> Result<Feed, FeedFault> {
    let fault = |problem: String| FeedFault { file: format!("{name}.toml"), problem };
    let declared: Declaration = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
    let name = Code::new(name).map_err(|error| fault(format!("the file's name is the feed's: {error}")))?;
    build(name, declared).map_err(|problem| match base::line_about(text, &problem) {
        Some(line) => fault(format!("line {line}: {problem}")),
        None => fault(problem),
    })
}

fn build(name: Code, declared: Declaration) -> Result<Feed, String> {
    let columns = declared.column.into_iter().map(column).collect::<Result<Vec<_>, _>>()?;
    check_names(&columns)?;
    label::check(&columns)?;
    let place = |wanted: &str| {
        columns.iter().position(|column| column.name == wanted).ok_or_else(|| format!("there is no column `{wanted}`"))
    };
    let source_id = declared.source_id.iter().map(|wanted| place(wanted)).collect::<Result<Vec<_>, _>>()?;
    if !declared.source_id_may_be_blank && source_id.iter().any(|at| columns.get(*at).is_some_and(|c| !c.required)) {
        return Err(
            "a column of `source_id` must have `required = true`, or write `source_id_may_be_blank = true`".into()
        );
    }
    let event_at = declared.event_at.as_deref().map(place).transpose()?;
    let dated = |column: &Column| matches!(column.kind, Kind::Date(_) | Kind::LocalDateTime(_));
    if event_at.and_then(|at| columns.get(at)).is_some_and(|column| !dated(column)) {
        return Err("the column of `event_at` must be a date or a local_datetime".into());
    }
    let role = role(declared.role, &columns)?;
    let cadence = match declared.every {
        DeclaredCadence::Day => Cadence::Day,
        DeclaredCadence::Week => Cadence::Week,
        DeclaredCadence::Month => Cadence::Month,
        DeclaredCadence::Quarter => Cadence::Quarter,
    };
    if declared.retention.is_none() && role != Role::Nobody {
        return Err(
            "a feed that names people must say how long they are kept: `retention = { years = 6, from = \"event\" }`"
                .into(),
        );
    }
    Ok(Feed {
        name,
        title: declared.title,
        agency: declared.agency,
        category: declared.category,
        about: declared.about,
        delivers: match declared.delivers {
            DeclaredDelivers::Changes => Delivers::Changes,
            DeclaredDelivers::Everything => Delivers::Everything,
        },
        every: cadence,
        late_after_days: declared.late_after_days.unwrap_or(14),
        dob: columns.iter().position(|column| column.key == "dob"),
        source_id,
        source_id_may_be_blank: declared.source_id_may_be_blank,
        event_at,
        in_confidence: declared.in_confidence,
        retention: declared.retention.map(retention),
        role,
        encoding: declared.encoding,
        columns,
    })
}

fn retention(declared: DeclaredRetention) -> Retention {
    Retention {
        years: declared.years,
        days: declared.days,
        from: match declared.from {
            DeclaredStart::Event => RetentionStart::Event,
            DeclaredStart::Dob => RetentionStart::Birth,
        },
    }
}

fn role(declared: DeclaredRole, columns: &[Column]) -> Result<Role, String> {
    match declared {
        DeclaredRole::Nobody(word) if word == "nobody" => Ok(Role::Nobody),
        DeclaredRole::Nobody(_) => Err("`role` is \"nobody\", { fixed = \"…\" } or { column = \"…\" }".into()),
        DeclaredRole::Fixed { fixed } if ROLES.contains(&fixed.as_str()) => Ok(Role::Fixed(fixed)),
        DeclaredRole::Fixed { .. } => Err(format!("a fixed role is one of {}", ROLES.join(", "))),
        DeclaredRole::Column { column } => {
            let at = columns.iter().position(|c| c.name == column).ok_or(format!("there is no column `{column}`"))?;
            let found = columns.get(at);
            match found.map(|c| (&c.kind, c.required)) {
                Some((Kind::Code { codes, .. }, true)) if codes.iter().all(|code| ROLES.contains(&code.as_str())) => {
                    Ok(Role::Column(at))
                }
                _ => Err(format!("the role's column must be required and a code among {}", ROLES.join(", "))),
            }
        }
    }
}

fn column(declared: DeclaredColumn) -> Result<Column, String> {
    let name = declared.name.clone();
    let in_column = |problem: String| format!("column `{name}`: {problem}");
    let formats =
        declared.formats.iter().map(|text| Format::parse(text)).collect::<Result<Vec<_>, _>>().map_err(&in_column)?;
    let dates = |formats: Vec<Format>| {
        if formats.is_empty() {
            Err(in_column("say its `formats`, such as [\"%d/%m/%Y\"]".into()))
        } else {
            Ok(formats)
        }
    };
    let kind = match declared.kind.as_str() {
        "text" => Kind::Text(declared.longest.unwrap_or(4000)),
        "date" => Kind::Date(dates(formats)?),
        "local_datetime" => Kind::LocalDateTime(dates(formats)?),
        "integer" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "code" => codes(declared.codes).map_err(&in_column)?,
        "nhs_number" => Kind::NhsNumber,
        "upn" => Kind::Upn,
        "postcode" => Kind::Postcode,
        "phone" => Kind::Phone,
        "lsoa" => Kind::Lsoa,
        "yes_no" => Kind::YesNo,
        "sex" => Kind::Sex,
        "ethnicity" => Kind::Ethnicity,
        _ => {
            return Err(in_column(
                "`type` is one of text, date, local_datetime, integer, decimal, code, nhs_number, upn, postcode, phone, \
                 lsoa, yes_no, sex, ethnicity"
                    .into(),
            ));
        }
    };
    if declared.key.as_deref().is_some_and(|key| !STANDARD.contains(&key)) {
        return Err(in_column(format!("`as` is one of {}", STANDARD.join(", "))));
    }
    Ok(Column {
        key: declared.key.unwrap_or_else(|| declared.name.clone()),
        name: declared.name,
        also: declared.also,
        kind,
        required: declared.required,
        says: declared.says,
    })
}

fn codes(declared: Option<DeclaredCodes>) -> Result<Kind, String> {
    let mut spellings = BTreeMap::new();
    let mut codes = Vec::new();
    let mut take = |code: &str, spelling: &str| match spellings.insert(fold(spelling), code.to_owned()) {
        Some(other) if other != code => Err(format!("`{spelling}` stands for both `{other}` and `{code}`")),
        _ => Ok(()),
    };
    match declared {
        None => return Err("list its `codes`".into()),
        Some(DeclaredCodes::List(list)) => {
            for code in list {
                take(&code, &code)?;
                codes.push(code);
            }
        }
        Some(DeclaredCodes::Spellings(table)) => {
            for (code, list) in table {
                take(&code, &code)?;
                let list = list.as_array().ok_or_else(|| format!("`{code}` needs a list of spellings"))?;
                for spelling in list {
                    take(&code, spelling.as_str().ok_or_else(|| format!("a spelling of `{code}` is not a text"))?)?;
                }
                codes.push(code);
            }
        }
    }
    Ok(Kind::Code { spellings, codes })
}

fn check_names(columns: &[Column]) -> Result<(), String> {
    if columns.is_empty() {
        return Err("list at least one [[column]]".into());
    }
    let mut names = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for column in columns {
        for name in std::iter::once(&column.name).chain(&column.also) {
            if let Some(other) = names.insert(fold(name), &column.name) {
                return Err(format!("the header `{name}` stands for both `{other}` and `{}`", column.name));
            }
        }
        if let Some(other) = keys.insert(&column.key, &column.name) {
            return Err(format!("`{other}` and `{}` are both kept as `{}`", column.name, column.key));
        }
    }
    Ok(())
}
