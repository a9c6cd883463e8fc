//! A whole county on disk: the plan, the order of the work, and what came of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base::Timestamp;

use crate::feeds::outbox::Outbox;
use crate::feeds::street_crime;
use crate::geography::{self, County};
use crate::happenings::{Setting, live_through, mentoring};
use crate::harm;
use crate::names::Names;
use crate::people::{Census, residents};
use crate::planted::{self, Found, FoundLine, Plants};
use crate::registers::Registers;
use crate::truth::{Population, Residents};
use crate::window::Window;

/// The fewest and most residents that a county can have: below, a district would have no families; above, the mobile
/// numbers that nobody has would run out.
pub const PEOPLE: std::ops::RangeInclusive<u64> = 1_000..=6_000_000;

/// What to make.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Residents, within [`PEOPLE`].
    pub people: u64,
    /// The same seed, people, months and `until` give the same bytes.
    pub seed: u64,
    /// The folder to fill: new, empty, or holding an earlier county, which is replaced.
    pub out: PathBuf,
    /// When the files were made, as it were: the last events lie shortly before it.
    pub until: Timestamp,
    /// Whole months before the month of `until`, 3 to 60. Two years as a rule.
    pub months: u32,
    /// Rows of `records.parquet`. `None`: partners know 35 in 100 residents, with 1.43 records each. With a number, as many
    /// people as it takes at 1.43 records each (1,000,000 records: 699,301 people), or all if the county has fewer.
    pub records: Option<u64>,
}

impl Plan {
    /// Two years up to `until`, and records for the usual share of residents.
    #[must_use]
    pub fn new(people: u64, seed: u64, out: PathBuf, until: Timestamp) -> Self {
        Self { people, seed, out, until, months: 24, records: None }
    }
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, to be shown: "Residents and what happened to them".
    pub step: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all.
    pub of: u64,
}

/// A feed's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedCount {
    /// Files.
    pub files: u64,
    /// Rows in all files, header not counted.
    pub rows: u64,
    /// Rows spoiled on purpose: each must be quarantined.
    pub bad: u64,
    /// Rows that repeat an earlier one, cell for cell.
    pub repeated: u64,
    /// Rows that are a later version of an earlier one.
    pub revised: u64,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Residents.
    pub people: u64,
    /// Households.
    pub households: u64,
    /// Small areas.
    pub areas: u64,
    /// By feed.
    pub feeds: BTreeMap<&'static str, FeedCount>,
    /// Rows of `records.parquet`.
    pub records: u64,
    /// People with a row there.
    pub recorded_people: u64,
}

/// Why no county was made.
#[derive(Debug, thiserror::Error)]
pub enum CountyError {
    /// Too few or too many residents.
    #[error("a county needs 1,000 to 6,000,000 people, not {0}")]
    People(u64),
    /// Too short or too long a span.
    #[error("a county covers 3 to 60 months, not {0}")]
    Months(u32),
    /// More than four records each on average.
    #[error("{records} records are too many for {people} people: at most four for each")]
    Records {
        /// wanted
        records: u64,
        /// residents
        people: u64,
    },
    /// The folder holds something else.
    #[error("`{}` holds other files; name an empty or a new folder", .0.display())]
    Occupied(PathBuf),
    /// A file failed.
    #[error("`{}` could not be read or written", path.display())]
    File {
        /// which
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// The Parquet file failed.
    #[error("records.parquet could not be written")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// The columns of the Parquet file did not fit together.
    #[error("records.parquet could not be laid out")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The embedded lists of names are broken.
    #[error("the list of names could not be read")]
    Names(#[from] toml::de::Error),
}

impl CountyError {
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}

/// Makes the county. Memory does not grow with the number of people: areas are made, lived through and forgotten one by one.
///
/// # Errors
/// When the plan asks for something that cannot be, the folder holds other files, or the disk fails.
pub fn generate(plan: &Plan, progress: &mut dyn FnMut(Progress)) -> Result<Summary, CountyError> {
    check(plan)?;
    make_room(&plan.out)?;
    let names = Names::read()?;
    let county = County::lay_out(plan.people, plan.seed);
    geography::write(&county, &plan.out)?;
    let window = Window::new(plan.until, plan.months);
    let plants = Plants::lay(&county, plan.people);
    let mut summary = Summary { people: plan.people, areas: county.areas.len() as u64, ..Summary::default() };

    let census = Census { county: &county, names: &names, today: window.until.date(), from: window.from };
    let setting = Setting { county: &county, window: &window, plants: &plants };
    let mut found = Found { lines: plants.lines.iter().map(|_| FoundLine::default()).collect(), ..Found::default() };
    let mut outbox = Outbox::new(&plan.out, window.clone(), plan.seed);
    let mut people_file = Residents::create(&names, &plan.out)?;
    let mut population = Population::create(&plan.out)?;
    let mut registers = Registers::create(plan, window.until.date())?;
    let mut first = 1;
    for area in 0..county.areas.len() {
        let people = residents(&census, area, first);
        first += people.len() as u64;
        summary.households += people_file.write(&people)?;
        population.write(county.area(area), &people)?;
        registers.write(&people)?;
        live_through(&setting, area, &people, &mut outbox, &mut found)?;
        progress(Progress { step: "Residents and what happened to them", done: first - 1, of: plan.people });
    }
    people_file.end()?;
    population.end()?;
    (summary.records, summary.recorded_people) = registers.end()?;
    summary.feeds = outbox.close(|done, of| progress(Progress { step: "Partners' files", done, of }))?;
    let street = street_crime::write(&county, &plants, &window, &plan.out, |done, of| {
        progress(Progress { step: "Street crime", done, of });
    })?;
    summary.feeds.insert("street_crime", street);
    let injuries = harm::write(&county, &window, &plan.out)?;
    planted::write(
        &plants,
        &found,
        injuries,
        &county,
        &mentoring::start(&window).to_string(),
        &window.flare_from().to_string(),
        &plan.out,
    )?;
    Ok(summary)
}

fn check(plan: &Plan) -> Result<(), CountyError> {
    if !PEOPLE.contains(&plan.people) {
        return Err(CountyError::People(plan.people));
    }
    if !(3..=60).contains(&plan.months) {
        return Err(CountyError::Months(plan.months));
    }
    match plan.records {
        Some(records) if records > plan.people * 4 => Err(CountyError::Records { records, people: plan.people }),
        _ => Ok(()),
    }
}

/// Everything that a county consists of; nothing else is ever removed.
const OWN: [&str; 9] = [
    "feeds",
    "harm.csv",
    "truth",
    ".spool",
    "areas.geojson",
    "population.csv",
    "deprivation.csv",
    "postcodes.csv",
    "records.parquet",
];

/// Clears away an earlier county, and refuses a folder that holds anything else.
fn make_room(out: &Path) -> Result<(), CountyError> {
    std::fs::create_dir_all(out).map_err(|source| CountyError::file(out, source))?;
    let entries = std::fs::read_dir(out).map_err(|source| CountyError::file(out, source))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|source| CountyError::file(out, source))?.path());
    }
    let own = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| OWN.contains(&name));
    if !paths.iter().all(own) {
        return Err(CountyError::Occupied(out.to_owned()));
    }
    for path in paths {
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|source| CountyError::file(&path, source))?;
    }
    Ok(())
}
