//! UK postcodes as `CM1 1AA`; without a space a value has no parts. The parts are those of the Royal Mail's Programmers' Guide to the
//! Postcode Address File: area, district, sector, unit.

/// The area: the letters at the beginning, `CM`.
pub(crate) fn area(postcode: &str) -> Option<&str> {
    let district = district(postcode)?;
    let end = district.find(|c: char| c.is_ascii_digit()).unwrap_or(district.len());
    district.get(..end).filter(|area| !area.is_empty())
}

/// The district, or outward part: `CM1`.
pub(crate) fn district(postcode: &str) -> Option<&str> {
    postcode.split_once(' ').map(|(outward, _)| outward)
}

/// The sector: district and the first figure of the rest, `CM1 1`.
pub(crate) fn sector(postcode: &str) -> Option<&str> {
    let space = postcode.find(' ')?;
    postcode.get(..space + 2)
}

/// Both have this part, and it is equal.
pub(crate) fn same(part: fn(&str) -> Option<&str>, a: &str, b: &str) -> bool {
    part(a).is_some_and(|a| part(b) == Some(a))
}
