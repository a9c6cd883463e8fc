//! Which property of a feature is its code, its name, its district: by the names of the Office for National Statistics, a
//! level, two digits of a year, and `CD` or `NM` (`LSOA11CD`), or by plain ones.

use super::{ReadError, ReadOptions};

/// Levels from fine to coarse: of several codes the finest is the area's own, the others say where it lies.
const LEVELS: [&str; 22] = [
    "OA", "LSOA", "DZ", "SOA", "MSOA", "IZ", "WD", "LAD", "LTLA", "CSP", "CTYUA", "UTLA", "CTY", "CCG", "SICBL", "LHB",
    "ICB", "STP", "PFA", "PCON", "RGN", "CTRY",
];

/// The names of the properties that are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub code: String,
    pub name: Option<String>,
    pub district_code: Option<String>,
    pub district_name: Option<String>,
    also: Vec<String>,
}

impl Plan {
    /// From the first feature's properties.
    pub(super) fn of(properties: &[(String, Option<String>)], options: &ReadOptions) -> Result<Self, ReadError> {
        let plain = |wanted: &str| {
            properties.iter().map(|(name, _)| name).find(|name| name.eq_ignore_ascii_case(wanted)).cloned()
        };
        let asked = |wanted: &Option<String>| wanted.as_deref().map(plain);
        let code = match asked(&options.code) {
            Some(code) => code,
            None => finest_code(properties).or_else(|| plain("code")),
        };
        let found = || {
            let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).take(12).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ").chars().take(200).collect() }
        };
        let code = code.ok_or_else(|| ReadError::NoCode { found: found() })?;
        let own_name = official(&code).and_then(|(level, year, _)| plain(&format!("{level}{year}NM")));
        let district = |end: &str| {
            let is_district = |name: &&String| {
                official(name).is_some_and(|(level, _, its)| matches!(level.as_str(), "LAD" | "LTLA") && its == end)
            };
            properties.iter().map(|(name, _)| name).find(is_district).cloned()
        };
        Ok(Self {
            name: asked(&options.name)
                .unwrap_or_else(|| own_name.or_else(|| same_level_name(properties, &code)).or_else(|| plain("name"))),
            district_code: district("CD").or_else(|| plain("district_code")),
            district_name: district("NM").or_else(|| plain("district_name")),
            also: options.also.clone(),
            code,
        })
    }

    pub(super) fn wants(&self, property: &str) -> bool {
        let named = [Some(&self.code), self.name.as_ref(), self.district_code.as_ref(), self.district_name.as_ref()];
        named.into_iter().flatten().chain(&self.also).any(|name| name.eq_ignore_ascii_case(property))
    }
}

fn finest_code(properties: &[(String, Option<String>)]) -> Option<String> {
    let rank = |name: &String| {
        let (level, _, _) = official(name).filter(|(_, _, end)| *end == "CD")?;
        Some(LEVELS.iter().position(|known| *known == level).unwrap_or(LEVELS.len()))
    };
    let ranked = properties.iter().filter_map(|(name, _)| Some((rank(name)?, name)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name.clone())
}

/// The name of the code's level in any year: `LSOA11NM` beside `LSOA21CD`.
fn same_level_name(properties: &[(String, Option<String>)], code: &str) -> Option<String> {
    let (own, _, _) = official(code)?;
    let same = |name: &&String| official(name).is_some_and(|(level, _, end)| end == "NM" && level == own);
    properties.iter().map(|(name, _)| name).find(same).cloned()
}

/// Level, year and end of a name as the Office for National Statistics gives it.
pub(crate) fn official(name: &str) -> Option<(String, String, &'static str)> {
    let upper = name.to_ascii_uppercase();
    let end = ["CD", "NM"].into_iter().find(|end| upper.ends_with(end))?;
    let stem = upper.strip_suffix(end)?;
    let level = stem.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let year = stem.strip_prefix(level)?;
    let is_level = !level.is_empty() && level.bytes().all(|letter| letter.is_ascii_alphabetic());
    (is_level && year.len() == 2).then(|| (level.to_owned(), year.to_owned(), end))
}
