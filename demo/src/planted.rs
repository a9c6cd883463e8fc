//! What is planted in the county, so that a later capability can be tested by whether it finds it again: two county lines, a
//! hotspot that grows and at last flares up, children who go missing again and again, a cohort helped by mentoring, and a handful of events in the
//! last four days. The plan is laid before anybody exists; who and what came of it is written to `truth/planted.json`.

use std::path::Path;

use serde::Serialize;

use crate::county::CountyError;
use crate::dice::Dice;
use crate::files::create;
use crate::geography::{COUNTY, County};
use crate::harm;

/// Monthly growth of violence in the hotspot, and its mean in the first month.
pub const HOTSPOT_GROWTH: f64 = 1.06;
const HOTSPOT_START: f64 = 10.0;
/// How many days before the county's end violence flares up in the hotspot's dated police events.
pub const FLARE_DAYS: i64 = 70;
/// What comes on top from that day: so many times the events of the hotspot's first month, each month.
pub const FLARE: f64 = 4.0;
/// Offences a year of each of the cohort and its comparison before help starts, and after it without help.
pub const COHORT_RATE: f64 = 2.0;
/// What mentoring does to that rate.
pub const MENTORING_RATE_RATIO: f64 = 0.65;

/// An area in which recorded violence grows by the same factor every month.
pub struct Hotspot {
    /// The area's number.
    pub area: usize,
}

impl Hotspot {
    /// Expected offences of violence in the n-th month, from 0.
    #[must_use]
    pub fn expected(&self, month: usize) -> f64 {
        HOTSPOT_START * HOTSPOT_GROWTH.powi(i32::try_from(month).unwrap_or(0))
    }
}

/// A county line before it has people.
pub struct Line {
    /// The name by which it is sold.
    pub name: &'static str,
    /// Where it is run from.
    pub hub: &'static str,
    /// The number of the area where it sells and where the cuckooed address is.
    pub market: usize,
    /// Numbers of the areas in which its runners live, one each.
    pub runners_from: Vec<usize>,
}

/// An event of the last days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// Arrival in A&E.
    Navigator,
    /// Arrival in custody for something else than supplying.
    Custody,
    /// Arrival in custody on suspicion of possession with intent to supply.
    Supply,
    /// Return from missing.
    Return,
    /// Suspension from school.
    Exclusion,
}

/// The events of the last days: hours before the window's end.
const LIVE: &[(Live, i64)] = &[
    (Live::Navigator, 2),
    (Live::Navigator, 9),
    (Live::Navigator, 20),
    (Live::Navigator, 31),
    (Live::Navigator, 47),
    (Live::Custody, 3),
    (Live::Supply, 11),
    (Live::Custody, 19),
    (Live::Supply, 22),
    (Live::Custody, 28),
    (Live::Custody, 52),
    (Live::Return, 5),
    (Live::Return, 30),
    (Live::Return, 50),
    (Live::Return, 66),
    (Live::Return, 70),
    (Live::Return, 81),
    (Live::Exclusion, 26),
    (Live::Exclusion, 50),
    (Live::Exclusion, 74),
];

/// The whole plan.
pub struct Plants {
    /// Where violence grows.
    pub hotspot: Hotspot,
    /// Both lines.
    pub lines: Vec<Line>,
    /// Events of the last days: area, kind, hours before the end.
    pub live: Vec<(usize, Live, i64)>,
    /// Children who go missing at least four times.
    pub repeat_missing: u64,
    /// Size of the mentored cohort, and of its comparison.
    pub cohort: u64,
}

impl Plants {
    /// Lays the plan for a county of this many people.
    #[must_use]
    pub fn lay(county: &County, people: u64) -> Self {
        let mut dice = Dice::of(county.seed, "plants", 0);
        let areas = county.areas.len();
        let poor: Vec<usize> = (0..areas).filter(|&at| county.area(at).is_some_and(|area| area.decile <= 3)).collect();
        let mut chosen = poor.clone();
        dice.shuffle(&mut chosen);
        let pick = |at: usize| chosen.get(at % chosen.len().max(1)).copied().unwrap_or(at);
        let mut line =
            |name, hub, market| Line { name, hub, market, runners_from: (0..6).map(|_| dice.index(areas)).collect() };
        let lines = vec![line("Marlo", "north-east London", pick(1)), line("Dex", "Birmingham", pick(2))];
        let live = LIVE.iter().map(|&(kind, hours)| (dice.index(areas), kind, hours)).collect();
        Self {
            hotspot: Hotspot { area: pick(0) },
            lines,
            live,
            repeat_missing: (people / 10_000).max(6),
            cohort: (people * 3 / 4_000).max(60),
        }
    }

    /// How many of a county-wide number fall to the areas up to and including this one.
    #[must_use]
    pub fn due(total: u64, area: usize, areas: usize) -> u64 {
        total * (area as u64 + 1) / (areas as u64).max(1)
    }
}

/// Who and what came of the plan.
#[derive(Default)]
pub struct Found {
    /// In the plan's order.
    pub lines: Vec<FoundLine>,
    /// Person and number of episodes.
    pub repeat_missing: Vec<(u64, u64)>,
    /// Person, mentored or comparison.
    pub cohort: Vec<(u64, bool)>,
    /// Feed, source id, person, local time.
    pub live: Vec<LiveEvent>,
}

/// A line's people.
#[derive(Default, Serialize)]
pub struct FoundLine {
    /// Runners, all of them children, by number.
    pub runners: Vec<u64>,
    /// The records that the line left: feed and source id.
    pub records: Vec<(&'static str, String)>,
    /// Whose home was taken over.
    pub cuckooed_person: Option<u64>,
    /// That address.
    pub cuckooed_address: String,
    /// Its postcode.
    pub cuckooed_postcode: String,
}

/// An event of the last days.
#[derive(Serialize)]
pub struct LiveEvent {
    /// Feed.
    pub feed: &'static str,
    /// Id in the feed.
    pub source_id: String,
    /// Person.
    pub person: u64,
    /// Local time: arrival, return or first day.
    pub at: String,
}

/// Writes `truth/planted.json`.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    plants: &Plants,
    found: &Found,
    injuries: u64,
    county: &County,
    mentoring_start: &str,
    flare_from: &str,
    out: &Path,
) -> Result<(), CountyError> {
    let code = |area: usize| county.code(area).to_owned();
    let lines: Vec<_> = plants
        .lines
        .iter()
        .zip(&found.lines)
        .map(|(line, found)| {
            let areas: Vec<_> = line.runners_from.iter().map(|&area| code(area)).collect();
            serde_json::json!({
                "name": line.name, "hub": line.hub, "market_area": code(line.market), "runner_areas": areas, "found": found,
            })
        })
        .collect();
    let arm = |helped: bool| -> Vec<u64> {
        found.cohort.iter().filter(|(_, mentored)| *mentored == helped).map(|(person, _)| *person).collect()
    };
    let text = serde_json::json!({
        "county": COUNTY,
        "county_lines": lines,
        "hotspot": {
            "area": code(plants.hotspot.area), "feed": "street_crime", "crime_type": crate::feeds::street_crime::VIOLENCE,
            "expected_first_month": HOTSPOT_START, "monthly_growth": HOTSPOT_GROWTH,
            "flare": { "feed": "police_events", "from": flare_from, "first_months_on_top": FLARE },
        },
        "repeat_missing": {
            "at_least": 4,
            "children": found.repeat_missing.iter()
                .map(|(person, episodes)| serde_json::json!({"person": person, "episodes": episodes})).collect::<Vec<_>>(),
        },
        "mentoring": {
            "start": mentoring_start, "rate_ratio": MENTORING_RATE_RATIO, "offences_a_year_before": COHORT_RATE,
            "counted_as": "police_events rows with role SUSPECT or CONVICTED, one for each row_ref",
            "mentored": arm(true), "comparison": arm(false),
        },
        "harm": {
            "injuries": injuries, "lists": "harm.csv",
            "known_to_police": harm::POLICE, "ambulance": harm::AMBULANCE,
            "hospital_after_ambulance": harm::HOSPITAL[0], "hospital_otherwise": harm::HOSPITAL[1],
        },
        "live": found.live,
    });
    let path = out.join("truth/planted.json");
    let mut file = create(&path)?;
    serde_json::to_writer_pretty(&mut file, &text).map_err(|source| CountyError::file(&path, source.into()))
}
