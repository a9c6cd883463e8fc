//! Streets, addresses, postcodes, schools: each a function of the county's seed and its number, so that no list is kept.
//! An area has 40 streets; each street is one postcode. An address is a slot: street, then number along the street.

use super::County;
use crate::dice::Dice;

/// Streets, and so postcodes, in an area.
pub const STREETS: u64 = 40;
/// The letters that inward codes use (all but C, I, K, M, O, V).
const INWARD: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

const FIRST: &[&str] = &[
    "Saltpan",
    "Ferry",
    "Quay",
    "Chapel",
    "Mill",
    "Orchard",
    "Harbour",
    "Tannery",
    "Lime",
    "Strand",
    "Church",
    "Station",
    "Marsh",
    "Windmill",
    "Abbey",
    "Beacon",
    "Heron",
    "Curlew",
    "Sandpiper",
    "Osier",
    "Willow",
    "Maltings",
    "Anchor",
    "Lighthouse",
    "Oyster",
    "Samphire",
    "Kiln",
    "Rope",
    "Cooper's",
    "Drover's",
    "Market",
    "Victoria",
    "Albert",
    "Nelson",
    "Queen's",
    "King's",
    "Prince's",
    "Alma",
    "Jubilee",
    "Coronation",
    "Elm",
    "Oak",
    "Beech",
    "Hawthorn",
    "Rowan",
    "Cedar",
    "Poplar",
    "Larch",
    "Juniper",
    "Primrose",
    "Bluebell",
    "Clover",
    "Meadow",
    "Brook",
    "Spring",
    "Long",
    "Back",
    "North",
    "South",
    "East",
    "West",
    "High",
    "Park",
    "Green",
    "Priory",
    "Friars",
    "Bishop's",
    "Manor",
    "Castle",
    "Tower",
    "Bridge",
    "Lock",
    "Canal",
    "Dock",
    "Shore",
    "Cliff",
    "Dune",
    "Tern",
    "Plover",
    "Kestrel",
    "Linnet",
    "Skylark",
    "Wren",
    "Foundry",
    "Forge",
    "Smithy",
    "Engine",
    "Gasworks",
    "Railway",
    "Junction",
    "Cobden",
    "Gladstone",
    "Attlee",
    "Bevan",
    "Pankhurst",
    "Cavell",
    "Fawcett",
    "Seacole",
    "Turing",
    "Darwin",
    "Byron",
    "Keats",
    "Shelley",
    "Milton",
];
const LAST: &[&str] = &[
    "Street", "Road", "Lane", "Close", "Avenue", "Way", "Drive", "Gardens", "Row", "Walk", "Court", "Terrace", "View",
    "Crescent", "Place", "Rise", "Mews", "Hill",
];
const SCHOOLS: &[&str] =
    &["Academy", "High School", "School", "Community School", "Girls' and Boys' School", "College"];

/// Where somebody lives or something happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The area's number.
    pub area: usize,
    /// House and street.
    pub line: String,
    /// With a space.
    pub postcode: String,
}

/// The name of an area's n-th street.
#[must_use]
pub fn street(county: &County, area: usize, number: u64) -> String {
    let mut dice = Dice::of(county.seed, "street", ((area as u64) << 16) | (number % STREETS));
    format!("{} {}", dice.pick(FIRST), dice.pick(LAST))
}

/// The postcode of an area's n-th street: ZQ, the district's number (a further hundred areas take further numbers), and
/// two thousand inward codes shared out forty to an area.
#[must_use]
pub fn postcode(county: &County, area: usize, street: u64) -> String {
    let (district, within) = county.area(area).map_or((0, 0), |area| (area.district, area.in_district));
    let outward = district + 1 + 14 * (within / 100);
    let unit = (within as u64 % 100) * STREETS + street % STREETS;
    let letter = |at: u64| INWARD.get(usize::try_from(at % 20).unwrap_or(0)).map_or('A', |&byte| char::from(byte));
    format!("ZQ{outward} {}{}{}", unit / 400, letter(unit / 20), letter(unit))
}

/// The n-th address of an area. Every eleventh is a flat.
#[must_use]
pub fn address(county: &County, area: usize, slot: u64) -> Place {
    let number = slot / STREETS;
    let street_number = slot % STREETS;
    let road = street(county, area, street_number);
    let line = if slot % 11 == 5 {
        format!("Flat {}, {} {road}", number % 6 + 1, 1 + number / 6 * 2)
    } else {
        format!("{} {road}", 1 + number)
    };
    Place { area, line, postcode: postcode(county, area, street_number) }
}

/// A public place in an area: a street, without a house.
#[must_use]
pub fn place(county: &County, area: usize, dice: &mut Dice) -> Place {
    // Much happens on a few streets.
    let number = dice.below(STREETS).min(dice.below(STREETS));
    Place { area, line: street(county, area, number), postcode: postcode(county, area, number) }
}

/// A school near this area: name and a code in the shape that schools have (three digits for the authority, four).
#[must_use]
pub fn school(county: &County, area: usize, which: u64) -> (String, String) {
    let district = county.area(area).map_or(0, |area| area.district) as u64;
    let number = district * 3 + which % 3;
    let mut dice = Dice::of(county.seed, "school", number);
    let town = super::DISTRICTS.get(usize::try_from(district).unwrap_or(0)).copied().unwrap_or_default();
    let name = match which % 3 {
        0 => format!("{town} {}", dice.pick(SCHOOLS)),
        1 => format!(
            "St {} {}",
            dice.pick(&["Osyn's", "Wendreda's", "Botolph's", "Felix's", "Withburga's"]),
            dice.pick(SCHOOLS)
        ),
        _ => format!("{} {}", dice.pick(FIRST), dice.pick(SCHOOLS)),
    };
    (name, format!("990{}", 4_001 + number))
}

/// The custody suite that serves a district: number and name. There are three.
#[must_use]
pub fn station(district: usize) -> (usize, &'static str) {
    match district % 3 {
        0 => (1, "Lindermouth"),
        1 => (2, "Marlhaven"),
        _ => (3, "Eskerby"),
    }
}
