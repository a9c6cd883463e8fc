//! Events from their files: where, when, of which category, and what became of every row.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use super::{
    date::{Days, month_name},
    file::{Column, Read, Row, Table, shown},
    ground::Ground,
};
use crate::{
    geometry::{Point, locate::Locator},
    study::{StudyError, spec::EventColumns},
};

/// Something that happened, once or, as a row says, several times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// The area, as a place in the areas.
    pub area: usize,
    /// Metres east and north, where the row has a point.
    pub point: Option<(f64, f64)>,
    /// When, where the row says.
    pub days: Option<Days>,
    /// A place in the categories.
    pub category: usize,
    /// How often.
    pub count: u64,
}

/// What became of the rows: `read` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rows {
    /// Rows of the files, without their headings and blank lines.
    pub read: u64,
    /// Counted.
    pub counted: u64,
    /// Of a category that wasn't asked for.
    pub other_category: u64,
    /// Without a point and an area.
    pub without_place: u64,
    /// In an area, or at a point, that isn't among the areas.
    pub outside: u64,
}

/// Everything that the files say.
#[derive(Debug, Clone, Default)]
pub struct Events {
    /// One by one.
    pub events: Vec<Event>,
    /// The categories that there are, in the order of their names.
    pub categories: Vec<String>,
    /// What became of the rows.
    pub rows: Rows,
    /// Whether all files are data.police.uk's: published, with points snapped to a street and months for dates.
    pub published: bool,
}

struct Columns {
    area: Option<Column>,
    point: Option<(Column, Column)>,
    in_grid: bool,
    date: Option<Column>,
    latest: Option<Column>,
    category: Option<Column>,
    count: Option<Column>,
    source: Option<Column>,
    published: bool,
}

impl Columns {
    fn of(table: &Table, named: &EventColumns) -> Result<Self, StudyError> {
        let find = |given: &Option<String>, guesses: &[&str]| table.column(given.as_deref(), guesses);
        let pair = |one: Option<Column>, other: Option<Column>| one.zip(other);
        let degrees =
            pair(find(&named.longitude, &["longitude", "lon", "lng"])?, find(&named.latitude, &["latitude", "lat"])?);
        let metres =
            pair(find(&named.easting, &["easting", "eastings"])?, find(&named.northing, &["northing", "northings"])?);
        let in_grid = named.easting.is_some() || degrees.is_none();
        let source = find(&None, &["Reported by"])?;
        let columns = Self {
            area: find(&named.area, &["LSOA code", "area", "area code", "code"])?,
            point: if in_grid { metres } else { degrees },
            in_grid,
            date: find(&named.date, &["month", "date"])?,
            latest: find(&named.latest, &[])?,
            category: find(&named.category, &["crime type", "category", "type"])?,
            count: find(&named.count, &["count", "events"])?,
            published: source.is_some() && find(&None, &["Crime ID"])?.is_some(),
            source,
        };
        if columns.area.is_none() && columns.point.is_none() {
            return Err(table.wrong(
                None,
                "it has neither an area's code nor a point (longitude and latitude, or easting and northing). Name the columns \
                 in the spec, under [events]"
                    .to_owned(),
            ));
        }
        Ok(columns)
    }
}

/// Reads the events of all files.
///
/// # Errors
/// A file that can't be read, a cell that says nothing that can be understood (with its row), a month that comes twice, codes
/// that are another year's.
pub fn read(files: &[PathBuf], named: &EventColumns, ground: &Ground) -> Result<(Events, Vec<Read>), StudyError> {
    let mut reading = Reading::new(named, ground);
    let mut inputs = Vec::new();
    for path in files {
        let (read, table) = Table::open(path)?;
        if inputs.iter().any(|earlier: &Read| earlier.sha256 == read.sha256) {
            return Err(table.wrong(None, "the same file is given twice. Leave one out".to_owned()));
        }
        reading.table(&table)?;
        inputs.push(read);
    }
    Ok((reading.end()?, inputs))
}

struct Reading<'a> {
    named: &'a EventColumns,
    ground: &'a Ground,
    locator: Locator<'a>,
    categories: BTreeMap<String, usize>,
    /// Which file brought a month of a police force.
    months: HashMap<(i32, String), String>,
    /// Where a count of an area, month and category stood.
    counts: HashMap<(usize, Option<Span>, usize), (String, u64)>,
    elsewhere: Option<String>,
    events: Events,
}

/// The first and last day.
type Span = (i32, i32);

impl<'a> Reading<'a> {
    fn new(named: &'a EventColumns, ground: &'a Ground) -> Self {
        Self {
            named,
            ground,
            locator: ground.locator(),
            categories: BTreeMap::new(),
            months: HashMap::new(),
            counts: HashMap::new(),
            elsewhere: None,
            events: Events { published: true, ..Events::default() },
        }
    }

    fn table(&mut self, table: &Table) -> Result<(), StudyError> {
        let columns = Columns::of(table, self.named)?;
        self.events.published &= columns.published;
        table.each(|number, row| self.row(table, &columns, number, row))
    }

    fn row(&mut self, table: &Table, columns: &Columns, number: u64, row: &Row<'_>) -> Result<(), StudyError> {
        self.events.rows.read += 1;
        let days = days(columns, row)?;
        self.month(table, columns, row, days)?;
        let category = columns.category.map_or("", |column| row.text(column));
        if !self.named.categories.is_empty() && !self.named.categories.iter().any(|asked| asked == category) {
            self.events.rows.other_category += 1;
            return Ok(());
        }
        let point = point(columns, row)?;
        let code = columns.area.map(|column| row.text(column)).filter(|code| !code.is_empty());
        let area = match (code, point) {
            (None, None) => {
                self.events.rows.without_place += 1;
                return Ok(());
            }
            (Some(code), _) => self.ground.area(code),
            (None, Some((longitude, latitude))) => Point::new(longitude, latitude)
                .ok()
                .and_then(|point| self.locator.area_of(point))
                .map(|area| area as usize),
        };
        let Some(area) = area else {
            self.events.rows.outside += 1;
            if let (Some(code), None) = (code, &self.elsewhere) {
                self.elsewhere = Some(shown_code(code));
            }
            return Ok(());
        };
        let category = self.category(category);
        let count = columns.count.map_or(Ok(Some(1)), |column| row.count(column, "the count"))?;
        let count =
            count.ok_or_else(|| row.wrong("it has no count. Write 0 for none, or leave the row out".to_owned()))?;
        if columns.count.is_some() && point.is_none() {
            self.once(table, number, row, (area, days.map(|days| (days.first, days.last)), category))?;
        }
        self.events.rows.counted += 1;
        let point = point.and_then(|(longitude, latitude)| self.ground.metres(longitude, latitude));
        self.events.events.push(Event { area, point, days, category, count });
        Ok(())
    }

    fn category(&mut self, name: &str) -> usize {
        if let Some(at) = self.categories.get(name) {
            return *at;
        }
        let at = self.categories.len();
        self.categories.insert(name.to_owned(), at);
        at
    }

    /// A month of a force that two files bring would be counted twice.
    fn month(&mut self, table: &Table, columns: &Columns, row: &Row<'_>, days: Option<Days>) -> Result<(), StudyError> {
        let (Some(source), Some(month)) = (columns.source, days.and_then(Days::within_month)) else { return Ok(()) };
        let source = row.text(source);
        let key = (month, source.to_owned());
        let earlier = self.months.entry(key).or_insert_with(|| table.name.clone());
        if *earlier != table.name {
            let month = month_name(month);
            return Err(row.wrong(format!(
                "{month} came in {earlier} already and would count twice. Leave one of the files out"
            )));
        }
        Ok(())
    }

    fn once(
        &mut self,
        table: &Table,
        number: u64,
        row: &Row<'_>,
        key: (usize, Option<Span>, usize),
    ) -> Result<(), StudyError> {
        if let Some((file, earlier)) = self.counts.get(&key) {
            let same = format!("the same area, time and category came in row {earlier} of {file}");
            return Err(row.wrong(format!("{same} and would count twice. Add the two up, or leave one out")));
        }
        self.counts.insert(key, (table.name.clone(), number));
        Ok(())
    }

    fn end(self) -> Result<Events, StudyError> {
        let mut events = self.events;
        let rows = events.rows;
        if rows.outside > rows.counted
            && let Some(code) = &self.elsewhere
        {
            return Err(StudyError::Events(format!(
                "{} of {} rows lie in areas that the areas' file doesn't have, such as {code}; that one has such as {}. Codes change \
                 with each census: take areas and events of the same year, or translate one with a lookup",
                rows.outside,
                rows.outside + rows.counted,
                self.ground.codes().first().map_or("none", String::as_str),
            )));
        }
        if rows.counted == 0 {
            return Err(StudyError::Events(nothing(rows, &self.named.categories)));
        }
        // Categories by name, whatever order the files came in.
        let order: Vec<(String, usize)> = self.categories.into_iter().collect();
        let mut place = vec![0; order.len()];
        for (at, (_, was)) in order.iter().enumerate() {
            if let Some(slot) = place.get_mut(*was) {
                *slot = at;
            }
        }
        for event in &mut events.events {
            event.category = place.get(event.category).copied().unwrap_or_default();
        }
        events.categories = order.into_iter().map(|(name, _)| name).collect();
        Ok(events)
    }
}

fn nothing(rows: Rows, asked: &[String]) -> String {
    if rows.other_category == rows.read && rows.read > 0 {
        return format!(
            "none of the {} rows is of the categories asked for ({}). Look how the files spell them",
            rows.read,
            asked.join(", ")
        );
    }
    format!(
        "nothing is left to count: of {} rows, {} have no place, {} lie outside the areas and {} are of other categories",
        rows.read, rows.without_place, rows.outside, rows.other_category
    )
}

fn days(columns: &Columns, row: &Row<'_>) -> Result<Option<Days>, StudyError> {
    let parsed = |column: Column, what: &str| {
        let text = row.text(column);
        let wrong = || {
            let shown = shown(text);
            row.wrong(format!(
                "{what} is {shown}: write a day as 2019-01-31 or a month as 2019-01, or leave the cell empty"
            ))
        };
        if text.is_empty() { Ok(None) } else { Days::parse(text).map(Some).ok_or_else(wrong) }
    };
    let Some(first) = columns.date.map_or(Ok(None), |column| parsed(column, "the date"))? else { return Ok(None) };
    let Some(last) = columns.latest.map_or(Ok(None), |column| parsed(column, "the latest date"))? else {
        return Ok(Some(first));
    };
    first
        .until(last)
        .map(Some)
        .ok_or_else(|| row.wrong("the latest date lies before the earliest. Change them over".to_owned()))
}

/// Longitude and latitude of a row that has a point.
fn point(columns: &Columns, row: &Row<'_>) -> Result<Option<(f64, f64)>, StudyError> {
    let Some((one, other)) = columns.point else { return Ok(None) };
    let names = if columns.in_grid { ("the easting", "the northing") } else { ("the longitude", "the latitude") };
    let (Some(east), Some(north)) = (row.number(one, names.0)?, row.number(other, names.1)?) else { return Ok(None) };
    let degrees = if columns.in_grid { Ground::degrees(east, north) } else { Some((east, north)) };
    let off = || {
        let what = if columns.in_grid {
            "lie outside the British National Grid"
        } else if east.abs() > 180.0 || north.abs() > 180.0 {
            "look like eastings and northings: name them under [events] as easting and northing"
        } else {
            "are no longitude and latitude. Are the two changed over?"
        };
        row.wrong(format!("{} and {} {what}", shown(row.text(one)), shown(row.text(other))))
    };
    degrees.filter(|(longitude, latitude)| longitude.abs() <= 180.0 && latitude.abs() <= 90.0).map(Some).ok_or_else(off)
}

/// A code in a message: what can be one, and nothing else.
fn shown_code(code: &str) -> String {
    let plain = code.chars().count() <= 12 && code.chars().any(|letter| letter.is_ascii_digit());
    if plain { code.to_owned() } else { "something that is no code".to_owned() }
}
