//! Areas out of files: GeoJSON feature collections (RFC 7946) and, with the feature `geoparquet`, GeoParquet; of any level of
//! the Office for National Statistics, whose names for properties it knows (`LSOA11CD`, `MSOA21NM`, `LAD19CD`), or with
//! plain ones (`code`, `name`). A file is read once, from front to back, and only its points, codes and names are kept.

mod json;
#[cfg(feature = "geoparquet")]
mod parquet;
mod properties;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, io::Read};

use thiserror::Error;

use super::{GeometryError, Point, Polygon, Ring, Shape, grid};
#[cfg(feature = "geoparquet")]
pub use parquet::geoparquet;
use properties::Plan;
pub(crate) use properties::official;

/// Areas as a file has them; an area's number is its position in each list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Areas {
    /// Their codes, each once.
    pub codes: Vec<String>,
    /// Their names, where the file has them.
    pub names: Vec<Option<String>>,
    /// Their boundaries.
    pub shapes: Vec<Shape>,
    /// The codes of the districts that they lie in, where the file has them.
    pub district_codes: Vec<Option<String>>,
    /// The names of these districts.
    pub district_names: Vec<Option<String>>,
    /// The other properties that were asked for, by the names they were asked by.
    pub also: Vec<(String, Vec<Option<String>>)>,
    /// What the file calls the property that holds the code, for example `LSOA11CD`.
    pub code_property: String,
    /// Whether the file was in eastings and northings, and was converted.
    pub was_grid: bool,
    /// Parts and holes smaller than the metre to which points are rounded, which were left out.
    pub slivers: usize,
}

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The property that holds the code, where it isn't to be found by its name.
    pub code: Option<String>,
    /// The property that holds the name.
    pub name: Option<String>,
    /// Other properties to keep.
    pub also: Vec<String>,
    /// Keep only the areas whose code begins so (`E` for England).
    pub beginning: Option<String>,
    /// Convert a file in eastings and northings instead of refusing it.
    pub convert_grid: bool,
}

/// Why a file can't be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// It is in another form.
    #[error("this is not a {form} file of areas: {problem}")]
    Form {
        /// The form that it should have.
        form: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// It has no features.
    #[error("it has no areas: send a file with one feature for each area")]
    Empty,
    /// No code begins as asked.
    #[error("none of its {areas} areas has a code beginning {beginning:?}")]
    NoneBeginning {
        /// How many there are.
        areas: usize,
        /// How the code should begin.
        beginning: String,
    },
    /// No property that could be the area's code.
    #[error(
        "none of its properties is an area's code (it has {found}). It is called `code`, or as the Office for National \
         Statistics calls it (`LSOA21CD`, `MSOA21CD`, `WD23CD`, `LAD23CD`); if it has another name, say which"
    )]
    NoCode {
        /// The properties that there are.
        found: String,
    },
    /// It is in eastings and northings.
    #[error(
        "{} lies at {x}, {y}: these look like eastings and northings (British National Grid), not degrees. Export the file \
         again as longitude and latitude (EPSG:4326), or ask for it to be converted",
        named(*.row, .code)
    )]
    Grid {
        /// The feature, counted from 0.
        row: usize,
        /// Its code, as far as it could be read.
        code: String,
        /// A point's first number, rounded to a whole one.
        x: i64,
        /// Its second.
        y: i64,
    },
    /// The same code twice.
    #[error("{} has the code of feature {}: keep one, or join the two into one area of several polygons", named(*.row, .code), .before + 1)]
    Twice {
        /// The later feature, counted from 0.
        row: usize,
        /// The one before.
        before: usize,
        /// The code.
        code: String,
    },
    /// One feature is wrong.
    #[error("{}: {problem}", named(*.row, .code))]
    Feature {
        /// The feature, counted from 0.
        row: usize,
        /// Its code, as far as it could be read.
        code: String,
        /// What is wrong.
        problem: String,
    },
}

fn named(row: usize, code: &str) -> String {
    let short: String = code.chars().take(40).collect();
    if code.is_empty() { format!("feature {}", row + 1) } else { format!("feature {} ({short})", row + 1) }
}

/// The areas of a GeoJSON feature collection (gzip is the caller's to undo). Time and memory grow with its length.
///
/// # Errors
/// When it is no such collection, with the feature's number and code, what is wrong with it and what to do.
pub fn geojson(mut source: impl Read, options: &ReadOptions) -> Result<Areas, ReadError> {
    let form = |problem: String| ReadError::Form { form: "GeoJSON", problem };
    let mut text = Vec::new();
    source.read_to_end(&mut text).map_err(|error| form(format!("it can't be read ({error})")))?;
    let mut gathering = Gathering::new(options);
    // Some programs begin a file with the mark of UTF-8.
    let read = json::collection(text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text), &mut gathering);
    // Where a feature was wrong, reading stopped there, and what the reader says of that is no news.
    match (gathering.problem.take(), read) {
        (Some(problem), _) => Err(problem),
        (None, Err(problem)) => Err(form(problem)),
        (None, Ok(())) => gathering.finish(),
    }
}

/// A geometry's positions one after the other, and where its rings and polygons end among them. One is used for all
/// features, so that a point costs no allocation.
#[derive(Debug, Default)]
struct Flat {
    positions: Vec<(f64, f64)>,
    /// Of each ring, how many positions there are up to its end.
    ring_ends: Vec<usize>,
    /// Of each polygon, how many rings there are up to its end.
    polygon_ends: Vec<usize>,
}

impl Flat {
    fn clear(&mut self) {
        self.positions.clear();
        self.ring_ends.clear();
        self.polygon_ends.clear();
    }

    /// The shape, with the number of parts and holes that were too small to keep.
    fn shape(&self, point: impl Fn(f64, f64) -> Result<Point, GeometryError>) -> Result<(Shape, usize), GeometryError> {
        let mut slivers = 0;
        let mut polygons = Vec::with_capacity(self.polygon_ends.len());
        let (mut position, mut first_ring) = (0, 0);
        for rings in &self.polygon_ends {
            let mut read = Vec::with_capacity(rings - first_ring);
            for end in self.ring_ends.get(first_ring..*rings).unwrap_or_default() {
                let positions = self.positions.get(position..*end).unwrap_or_default();
                let points: Vec<Point> = positions.iter().map(|(x, y)| point(*x, *y)).collect::<Result<_, _>>()?;
                position = *end;
                read.push(Ring::new(points).ok());
            }
            first_ring = *rings;
            let mut read = read.into_iter();
            match read.next().flatten() {
                Some(outer) => {
                    let before = read.len();
                    let holes: Vec<Ring> = read.flatten().collect();
                    slivers += before - holes.len();
                    polygons.push(Polygon { outer, holes });
                }
                None => slivers += 1,
            }
        }
        if polygons.is_empty() && slivers > 0 {
            return Err(GeometryError::TooFewPoints);
        }
        Ok((Shape::new(polygons)?, slivers))
    }
}

/// What has been read so far.
struct Gathering<'o> {
    options: &'o ReadOptions,
    /// Which property is what, from the first feature's.
    plan: Option<Plan>,
    areas: Areas,
    /// The feature of each code.
    seen: HashMap<String, usize>,
    /// The features so far.
    row: usize,
    /// Whether positions are eastings and northings, from the first.
    grid: Option<bool>,
    problem: Option<ReadError>,
}

/// A feature's properties: names and, where they are text or a number, values.
type Properties = Vec<(String, Option<String>)>;

impl<'o> Gathering<'o> {
    fn new(options: &'o ReadOptions) -> Self {
        let areas =
            Areas { also: options.also.iter().map(|name| (name.clone(), Vec::new())).collect(), ..Areas::default() };
        Self { options, plan: None, areas, seen: HashMap::new(), row: 0, grid: None, problem: None }
    }

    /// Whether a property's value is of use; all are until the first feature has been read.
    fn wants(&self, property: &str) -> bool {
        self.plan.as_ref().is_none_or(|plan| plan.wants(property))
    }

    /// Takes one feature; `geometry` is what is wrong with the geometry, if anything is.
    fn take(&mut self, properties: Properties, flat: &Flat, geometry: Result<(), String>) -> Result<(), ReadError> {
        let row = self.row;
        self.row += 1;
        if self.plan.is_none() {
            self.plan = Some(Plan::of(&properties, self.options)?);
        }
        let Some(plan) = &self.plan else { return Ok(()) };
        let value = |name: Option<&str>| plan_value(&properties, name);
        let code = value(Some(&plan.code)).unwrap_or_default();
        let wrong = |problem: String| ReadError::Feature { row, code: code.clone(), problem };
        if code.is_empty() {
            return Err(wrong(format!(
                "its property `{}`, which holds the code in the feature before, is empty",
                plan.code
            )));
        }
        if self.options.beginning.as_ref().is_some_and(|beginning| !code.starts_with(beginning.as_str())) {
            return Ok(());
        }
        geometry.map_err(wrong)?;
        let also: Vec<Option<String>> = self.options.also.iter().map(|name| value(Some(name))).collect();
        let name = value(plan.name.as_deref());
        let district_name = value(plan.district_name.as_deref());
        let district_code = value(plan.district_code.as_deref());
        let (shape, slivers) = self.shape(row, &code, flat)?;
        if let Some(before) = self.seen.insert(code.clone(), row) {
            return Err(ReadError::Twice { row, before, code });
        }
        let areas = &mut self.areas;
        areas.codes.push(code);
        areas.names.push(name);
        areas.shapes.push(shape);
        areas.district_codes.push(district_code);
        areas.district_names.push(district_name);
        areas.slivers += slivers;
        for ((_, values), value) in areas.also.iter_mut().zip(also) {
            values.push(value);
        }
        Ok(())
    }

    fn shape(&mut self, row: usize, code: &str, flat: &Flat) -> Result<(Shape, usize), ReadError> {
        let wrong = |problem: String| ReadError::Feature { row, code: code.to_owned(), problem };
        let Some((x, y)) = flat.positions.first().copied() else {
            return Err(wrong(GeometryError::NoBoundary.to_string()));
        };
        let is_grid = *self.grid.get_or_insert_with(|| grid::looks_like_grid(x, y));
        if is_grid && !self.options.convert_grid {
            return Err(ReadError::Grid { row, code: code.to_owned(), x: whole(x), y: whole(y) });
        }
        let point = if is_grid { grid::point } else { Point::new };
        flat.shape(point).map_err(|error| match error {
            GeometryError::OffTheEarth => {
                let off = |(x, y): &&(f64, f64)| Point::new(*x, *y).is_err();
                let (x, y) = flat.positions.iter().find(off).copied().unwrap_or((x, y));
                wrong(format!(
                    "the point {x}, {y}: {error}. If the file is on a plane, export it again as longitude and latitude (EPSG:4326)"
                ))
            }
            other => wrong(other.to_string()),
        })
    }

    fn finish(mut self) -> Result<Areas, ReadError> {
        let Some(plan) = self.plan else { return Err(ReadError::Empty) };
        if let Some(beginning) = self.options.beginning.clone().filter(|_| self.areas.codes.is_empty()) {
            return Err(ReadError::NoneBeginning { areas: self.row, beginning });
        }
        self.areas.code_property = plan.code;
        self.areas.was_grid = self.grid == Some(true);
        Ok(self.areas)
    }
}

fn plan_value(properties: &Properties, name: Option<&str>) -> Option<String> {
    let name = name?;
    let (_, value) = properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    value.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[expect(clippy::cast_possible_truncation, reason = "for a message; `as` holds what is beyond the range at its ends")]
fn whole(metres: f64) -> i64 {
    metres.round() as i64
}
