//! The areas that everything is counted in: their codes, names and shapes, and which of them a code or a point means.

use std::{collections::HashMap, path::Path};

use super::file::{self, Read};
use crate::{
    geometry::{
        Bounds, Plane, Point, Polygon, Ring, Shape,
        check::check,
        grid,
        locate::Locator,
        read::{self, Areas, ReadError, ReadOptions},
    },
    study::{StudyError, spec::AreaProperties},
};

/// Faults of boundaries that the report names one by one.
const SHOWN: usize = 5;

#[cfg(feature = "geoparquet")]
fn geoparquet(path: &Path, options: &ReadOptions) -> Result<Areas, ReadError> {
    let file = std::fs::File::open(path)
        .map_err(|error| ReadError::Form { form: "GeoParquet file", problem: error.to_string() })?;
    read::geoparquet(file, options)
}

#[cfg(not(feature = "geoparquet"))]
fn geoparquet(_: &Path, _: &ReadOptions) -> Result<Areas, ReadError> {
    let problem = "this program was built without GeoParquet; save the areas as GeoJSON".to_owned();
    Err(ReadError::Form { form: "GeoJSON file", problem })
}

/// The areas of a study, in the order of their file.
pub struct Ground {
    codes: Vec<String>,
    names: Vec<Option<String>>,
    /// The districts that they lie in, where the file has them.
    pub districts: Vec<Option<String>>,
    shapes: Vec<Shape>,
    by_code: HashMap<String, usize>,
    plane: Option<Plane>,
    /// What the reader should know of the file.
    pub notes: Vec<String>,
}

impl Ground {
    /// Reads areas from GeoJSON or GeoParquet.
    ///
    /// # Errors
    /// When the file can't be read, or an area of it can't be used.
    pub fn read(path: &Path, named: &AreaProperties) -> Result<(Self, Read), StudyError> {
        let (read, bytes) = file::read(path)?;
        let options = ReadOptions { code: named.code.clone(), convert_grid: true, ..ReadOptions::default() };
        let areas = if bytes.starts_with(b"PAR1") {
            geoparquet(path, &options)
        } else {
            read::geojson(bytes.as_slice(), &options)
        };
        let areas = areas.map_err(|error| StudyError::file(&read.file, error.to_string()))?;
        let findings = check(&areas);
        if let Some(fatal) = findings.iter().find(|finding| finding.is_fatal()) {
            return Err(StudyError::file(&read.file, fatal.to_string()));
        }
        let mut notes: Vec<String> =
            findings.iter().take(SHOWN).map(|finding| format!("{}: {finding}.", read.file)).collect();
        if findings.len() > SHOWN {
            notes.push(format!("{}: {} more boundaries have such faults.", read.file, findings.len() - SHOWN));
        }
        if areas.was_grid {
            notes.push(format!(
                "The boundaries in {} are in eastings and northings and were converted to longitude and latitude.",
                read.file
            ));
        }
        if areas.slivers > 0 {
            notes.push(format!("{} parts of boundaries smaller than a metre were left out.", areas.slivers));
        }
        let by_code = areas.codes.iter().enumerate().map(|(at, code)| (code.clone(), at)).collect();
        let districts =
            if areas.district_names.iter().any(Option::is_some) { areas.district_names } else { areas.district_codes };
        let mut ground = Self {
            codes: areas.codes,
            names: areas.names,
            districts,
            shapes: areas.shapes,
            by_code,
            plane: None,
            notes,
        };
        ground.plane = ground.plane_unless_grid();
        Ok((ground, read))
    }

    /// British National Grid where it reaches all areas, else a plane of their own.
    fn plane_unless_grid(&self) -> Option<Plane> {
        let bounds = Bounds::around(&self.shapes)?;
        let reached = |point: Point| grid::from_degrees(point.longitude(), point.latitude()).is_some();
        let on_grid = reached(bounds.south_west) && reached(bounds.north_east);
        (!on_grid).then(|| Plane::at(bounds.middle()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Their codes.
    #[must_use]
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// Their shapes.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// An area's code and its name, which is the code where it has none.
    #[must_use]
    pub fn code_and_name(&self, area: usize) -> (&str, &str) {
        let code = self.codes.get(area).map_or("", String::as_str);
        (code, self.names.get(area).and_then(Option::as_deref).unwrap_or(code))
    }

    /// The area with a code.
    #[must_use]
    pub fn area(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// Finds areas by points.
    #[must_use]
    pub fn locator(&self) -> Locator<'_> {
        Locator::of(&self.shapes)
    }

    /// Degrees of an easting and a northing.
    #[must_use]
    pub fn degrees(easting: f64, northing: f64) -> Option<(f64, f64)> {
        grid::to_degrees(grid::GridPoint { easting, northing })
    }

    /// Metres east and north of a point: on British National Grid, or a plane of the study's own where that doesn't reach.
    #[must_use]
    pub fn metres(&self, longitude: f64, latitude: f64) -> Option<(f64, f64)> {
        match self.plane {
            Some(plane) => Some(plane.xy(Point::new(longitude, latitude).ok()?)),
            None => grid::from_degrees(longitude, latitude).map(|point| (point.easting, point.northing)),
        }
    }

    /// The point at these metres.
    #[must_use]
    pub fn point(&self, (x, y): (f64, f64)) -> Option<Point> {
        match self.plane {
            Some(plane) => Some(plane.point(x, y)),
            None => grid::point(x, y).ok(),
        }
    }

    /// The shape with these corners in metres.
    #[must_use]
    pub fn shape(&self, corners: &[(f64, f64)]) -> Option<Shape> {
        let points: Option<Vec<Point>> = corners.iter().map(|corner| self.point(*corner)).collect();
        let outer = Ring::new(points?).ok()?;
        Shape::new(vec![Polygon { outer, holes: Vec::new() }]).ok()
    }

    /// The areas' middles in metres: eastings, then northings.
    #[must_use]
    pub fn centres(&self) -> (Vec<f64>, Vec<f64>) {
        let centre = |shape: &Shape| {
            let centre = shape.centroid();
            self.metres(centre.longitude(), centre.latitude()).unwrap_or_default()
        };
        self.shapes.iter().map(centre).unzip()
    }
}
