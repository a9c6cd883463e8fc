//! Lookups as the Office for National Statistics publishes them, in CSV.

use std::io::Read;

use super::{Change, Link, Lookup, LookupError};

/// Which columns to read; those not named are found by the names of the Office for National Statistics.
#[derive(Debug, Clone, Default)]
pub struct LookupOptions {
    /// The code of the one edition: of two years of one level (`LSOA11CD`, `LSOA21CD`) the earlier.
    pub from: Option<String>,
    /// The code of the other.
    pub to: Option<String>,
    /// How much of the one went to the other.
    pub weight: Option<String>,
}

impl Lookup {
    /// Reads a lookup; rows without either code are left out, as those of areas that have no counterpart.
    ///
    /// # Errors
    /// When the columns can't be found or a row is wrong.
    pub fn read(source: impl Read, options: &LookupOptions) -> Result<Self, LookupError> {
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(source);
        let header = rows.headers().map_err(|error| LookupError::Csv(error.to_string()))?.clone();
        let names: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
        let columns = Columns::of(&names, options)
            .ok_or_else(|| LookupError::Columns { found: names.join(", ").chars().take(200).collect() })?;
        let mut links = Vec::new();
        for (row, record) in rows.records().enumerate() {
            let record = record.map_err(|error| LookupError::Csv(error.to_string()))?;
            links.extend(columns.link(&record).map_err(|problem| LookupError::Row { row, problem })?);
        }
        Self::of(links)
    }
}

struct Columns {
    from: usize,
    to: usize,
    weight: Option<usize>,
    change: Option<usize>,
}

impl Columns {
    fn of(names: &[&str], options: &LookupOptions) -> Option<Self> {
        let column = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let (from, to) = match (&options.from, &options.to) {
            (Some(from), Some(to)) => (column(from)?, column(to)?),
            (from, to) => {
                let (found_from, found_to) = editions(names)?;
                let named = |wanted: &Option<String>, found| wanted.as_deref().map_or(Some(found), column);
                (named(from, found_from)?, named(to, found_to)?)
            }
        };
        let weight = match &options.weight {
            Some(weight) => Some(column(weight)?),
            None => None,
        };
        Some(Self { from, to, weight, change: column("CHGIND").or_else(|| column("CHNGIND")) })
    }

    fn link(&self, record: &csv::StringRecord) -> Result<Option<Link>, String> {
        let field = |column: usize| record.get(column).map(str::trim).filter(|text| !text.is_empty());
        let (Some(from), Some(to)) = (field(self.from), field(self.to)) else { return Ok(None) };
        let short = |text: &str| text.chars().take(20).collect::<String>();
        let weight = match self.weight {
            None => None,
            Some(column) => {
                let text = field(column).ok_or("its weight is missing: give each row one, or leave the column out")?;
                let number = text.parse().ok().filter(|weight: &f64| weight.is_finite() && *weight >= 0.0);
                Some(number.ok_or_else(|| format!("its weight {:?} is not a number from 0 up", short(text)))?)
            }
        };
        let change = match self.change.and_then(field) {
            None => None,
            Some(letter) => {
                let change = Change::of_letter(letter);
                Some(change.ok_or_else(|| format!("its change {:?} is none of U, S, M and X", short(letter)))?)
            }
        };
        Ok(Some(Link { from: from.to_owned(), to: to.to_owned(), weight, change }))
    }
}

/// The columns of two years of one level, the earlier first; else of the only two levels, in their order.
fn editions(names: &[&str]) -> Option<(usize, usize)> {
    let codes: Vec<(usize, String, String)> = names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| crate::geometry::read::official(name).map(|(level, year, end)| (at, level, year, end)))
        .filter(|(_, _, _, end)| *end == "CD")
        .map(|(at, level, year, _)| (at, level, year))
        .collect();
    let pairs = codes.iter().flat_map(|one| codes.iter().map(move |other| (one, other)));
    let same = pairs.clone().find(|(one, other)| one.1 == other.1 && one.2 < other.2);
    let only = || match codes.as_slice() {
        [one, other] => Some((one.0, other.0)),
        _ => None,
    };
    same.map(|(one, other)| (one.0, other.0)).or_else(only)
}
