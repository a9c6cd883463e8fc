//! Loading files of areas, residents, deprivation and postcodes. A load writes over what the one before it brought, in
//! batches that leave the database free for others in between; when all of it is in, what it did not bring is taken away.
//! Stopped half-way, it is simply run again.

use std::io::Read;

use base::{Code, Id, LsoaCode, Postcode, code};
use places::geometry::{Bounds, Shape, View, simplify};
use tokio::sync::mpsc;
use vault::{Actor, Cause, Operation, Purpose, Scope, StoreError, Value, Vault, params};

use super::{
    boundary, file,
    store::{self, AREA, DEPRIVATION, POPULATION, POSTCODE, Table},
};

/// Why a file was not loaded. The words say what was wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file broke off, is damaged, or is too large.
    #[error("the file can't be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is another kind of file, or a part of it is wrong. Nothing was changed.
    #[error("{0}. Nothing was changed")]
    Wrong(String),
    /// The database failed; run the load again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a load brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Areas or rows that are now in the database.
    pub kept: u64,
    /// Rows that were left out.
    pub left_out: u64,
    /// Why, for the first few of them, with line numbers.
    pub remarks: Vec<String>,
}

/// Rows in one transaction, which lasts some 20 ms.
const BATCH: usize = 1000;
/// How many rows that were left out are explained.
const MOST_REMARKS: usize = 10;
/// How far a thinned boundary may lie from the true one, in metres: a few pixels of a map at its closest zoom. It keeps a
/// county's areas under 180 kB when they travel.
const BOUNDARY_METRES: f64 = 60.0;

/// Units across the county's drawing; one unit is the least that can be told apart in it.
pub(crate) const DRAWING_WIDTH: u32 = 640;

/// Loads small areas from a GeoJSON feature collection, plain or gzip: each a Polygon or MultiPolygon in longitude and
/// latitude, with its code, name, district's code and district's name. They replace all areas that were there.
///
/// # Errors
/// [`LoadError::Wrong`] with the feature's number and code; one bad feature refuses the file, since a map with a hole misleads.
pub async fn load_areas(vault: &Vault, actor: Actor, source: impl Read + Send + 'static) -> Result<Loaded, LoadError> {
    let load_id = vault.new_id::<()>();
    let rows = blocking(move || area_rows(source, load_id)).await?;
    let load = Load { vault, actor, act: code!("areas_loaded"), table: &AREA, load_id };
    let kept = rows.len() as u64;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        load.write(rows.by_ref().take(BATCH).collect()).await?;
    }
    load.finish(kept).await?;
    Ok(Loaded { kept, ..Loaded::default() })
}

fn area_rows(source: impl Read + Send + 'static, load_id: Id<()>) -> Result<Vec<Vec<Value>>, LoadError> {
    let areas = boundary::read(file::open(source)?)?;
    let (areas, shapes): (Vec<_>, Vec<Shape>) = areas.into_iter().map(|area| (area.place, area.shape)).unzip();
    let unit = Bounds::around(&shapes).map_or(1.0, |bounds| View::of(bounds, DRAWING_WIDTH).metres_per_unit());
    let (fine, coarse) = (simplify(&shapes, BOUNDARY_METRES), simplify(&shapes, unit));
    let rows = areas.into_iter().zip(fine.iter().zip(&coarse)).map(|(place, (fine, coarse))| {
        params![
            place.area.to_string(),
            place.name,
            place.district_code,
            place.district_name,
            boundary::coordinates(fine),
            boundary::coordinates(coarse),
            load_id
        ]
    });
    Ok(rows.collect())
}

/// Loads how many people live in each area, from a CSV file with an area's code (`LSOA code…`, `area`) and its residents
/// (`Total population…`, `all`), with or without thousands separators.
///
/// # Errors
/// [`LoadError::Wrong`] where a column is missing or no row could be read. A row that can't be read is left out and named.
pub async fn load_population(
    vault: &Vault,
    actor: Actor,
    source: impl Read + Send + 'static,
) -> Result<Loaded, LoadError> {
    let residents = Column {
        what: "the number of residents",
        names: &["all", "residents", "population"],
        start: "total population",
    };
    let columns = [AREA_CODE, residents];
    load_csv(vault, actor, code!("population_loaded"), &POPULATION, columns, source, |area, residents| {
        Ok(params![read_area(area)?, whole(residents, 0..=10_000_000, "the number of residents")?])
    })
    .await
}

/// Loads how deprived each area is, from a CSV file with an area's code and its decile (1 the most deprived tenth).
///
/// # Errors
/// As [`load_population`].
pub async fn load_deprivation(
    vault: &Vault,
    actor: Actor,
    source: impl Read + Send + 'static,
) -> Result<Loaded, LoadError> {
    let decile = Column { what: "the decile", names: &["decile"], start: "index of multiple deprivation (imd) decile" };
    let columns = [AREA_CODE, decile];
    load_csv(vault, actor, code!("deprivation_loaded"), &DEPRIVATION, columns, source, |area, decile| {
        Ok(params![read_area(area)?, whole(decile, 1..=10, "the decile")?])
    })
    .await
}

/// Loads which area each postcode lies in, from a CSV file with a postcode (`postcode`, `pcds`) and an area's code (`area`,
/// `lsoa21`, …).
///
/// # Errors
/// As [`load_population`].
pub async fn load_postcodes(
    vault: &Vault,
    actor: Actor,
    source: impl Read + Send + 'static,
) -> Result<Loaded, LoadError> {
    let postcode =
        Column { what: "the postcode", names: &["postcode", "pcds", "pcd", "pcd2", "pcd7", "pcd8"], start: "postcode" };
    let columns = [postcode, AREA_CODE];
    load_csv(vault, actor, code!("postcodes_loaded"), &POSTCODE, columns, source, |postcode, area| {
        let postcode: Postcode = postcode.parse().map_err(|error: base::PostcodeError| error.to_string())?;
        Ok(params![postcode.as_str(), read_area(area)?])
    })
    .await
}

/// A column that a file must have: its own name, or one that begins so.
struct Column {
    what: &'static str,
    names: &'static [&'static str],
    start: &'static str,
}

const AREA_CODE: Column = Column {
    what: "the small area's code",
    names: &["area", "code", "lsoa", "lsoa11", "lsoa21", "lsoa11cd", "lsoa21cd"],
    start: "lsoa code",
};

impl Column {
    fn find(&self, heads: &csv::StringRecord) -> Result<usize, LoadError> {
        let is_it = |head: &str| {
            let head = head.trim().to_ascii_lowercase();
            self.names.contains(&head.as_str()) || head.starts_with(self.start)
        };
        heads.iter().position(is_it).ok_or_else(|| {
            let heads: Vec<&str> = heads.iter().take(12).collect();
            let (what, names) = (self.what, self.names.join("`, `"));
            LoadError::Wrong(format!(
                "no column is {what}: it is called `{names}`, or begins with `{}`. The file's columns: {}",
                self.start,
                heads.join(", ")
            ))
        })
    }
}

fn read_area(text: &str) -> Result<String, String> {
    text.parse::<LsoaCode>().map(|code| code.to_string()).map_err(|error| error.to_string())
}

/// A whole number, with or without thousands separators.
fn whole(text: &str, range: std::ops::RangeInclusive<u64>, what: &str) -> Result<u64, String> {
    let number = text.trim().replace(',', "").parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("{what} must be a whole number from {} to {}", range.start(), range.end()))
}

/// What a file's reader hands to the one who writes.
enum Piece {
    Rows(Vec<Vec<Value>>),
    End(Result<Loaded, LoadError>),
}

async fn load_csv(
    vault: &Vault,
    actor: Actor,
    act: Code,
    table: &'static Table,
    columns: [Column; 2],
    source: impl Read + Send + 'static,
    read: impl Fn(&str, &str) -> Result<Vec<Value>, String> + Send + 'static,
) -> Result<Loaded, LoadError> {
    let load = Load { vault, actor, act, table, load_id: vault.new_id() };
    let load_id = load.load_id;
    let (sender, mut pieces) = mpsc::channel(2);
    let reader = tokio::task::spawn_blocking(move || {
        let outcome =
            read_csv(source, &columns, &read, load_id, |rows| sender.blocking_send(Piece::Rows(rows)).is_ok());
        // Whoever wrote has gone where this fails, and has said why.
        let _ = sender.blocking_send(Piece::End(outcome));
    });
    let mut outcome = Err(LoadError::Unreadable(std::io::Error::other("reading stopped before its end")));
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Rows(rows) => load.write(rows).await?,
            Piece::End(end) => outcome = end,
        }
    }
    reader.await.map_err(std::io::Error::other)?;
    let loaded = outcome?;
    load.finish(loaded.kept).await?;
    Ok(loaded)
}

fn read_csv(
    source: impl Read + Send + 'static,
    columns: &[Column; 2],
    read: &impl Fn(&str, &str) -> Result<Vec<Value>, String>,
    load_id: Id<()>,
    mut send: impl FnMut(Vec<Vec<Value>>) -> bool,
) -> Result<Loaded, LoadError> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(file::open(source)?);
    let not_csv = |error: csv::Error| LoadError::Wrong(format!("this is not a CSV file in UTF-8: {error}"));
    let heads = rows.headers().map_err(not_csv)?.clone();
    let [first, second] = columns;
    let (first, second) = (first.find(&heads)?, second.find(&heads)?);
    let (mut loaded, mut batch, mut row) = (Loaded::default(), Vec::with_capacity(BATCH), csv::StringRecord::new());
    let mut keys = std::collections::BTreeSet::new();
    while rows.read_record(&mut row).map_err(not_csv)? {
        let line = row.position().map_or(0, csv::Position::line);
        match read(row.get(first).unwrap_or_default(), row.get(second).unwrap_or_default()) {
            Ok(mut values) => {
                // One statement can't write the same key twice.
                if !keys.insert(format!("{:?}", values.first())) {
                    if !send(std::mem::take(&mut batch)) {
                        return Ok(loaded);
                    }
                    keys.clear();
                    keys.insert(format!("{:?}", values.first()));
                }
                values.push(vault::IntoValue::into_value(load_id));
                batch.push(values);
                loaded.kept += 1;
            }
            Err(problem) => loaded.leave_out(line, &problem),
        }
        if batch.len() >= BATCH {
            keys.clear();
            if !send(std::mem::take(&mut batch)) {
                return Ok(loaded);
            }
        }
    }
    send(batch);
    if loaded.kept == 0 {
        let remark = loaded
            .remarks
            .first()
            .map_or_else(|| "it has no rows".to_owned(), |remark| format!("no row can be read ({remark})"));
        return Err(LoadError::Wrong(remark));
    }
    Ok(loaded)
}

impl Loaded {
    fn leave_out(&mut self, line: u64, problem: &str) {
        self.left_out += 1;
        if self.remarks.len() < MOST_REMARKS {
            self.remarks.push(format!("line {line}: {problem}"));
        }
    }
}

/// One load under way.
struct Load<'a> {
    vault: &'a Vault,
    actor: Actor,
    act: Code,
    table: &'static Table,
    load_id: Id<()>,
}

impl Load<'_> {
    fn cause(&self) -> Cause {
        Cause {
            actor: self.actor.clone(),
            purpose: Purpose::Administration,
            operation: Operation::Administration,
            act: self.act.clone(),
            scope: Scope::of("load", self.load_id),
        }
    }

    async fn write(&self, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut change = self.vault.change(self.cause()).await?;
        change.note("rows", rows.len());
        change.insert_many(self.table.name, self.table.columns, rows, self.table.upsert).await?;
        change.commit().await
    }

    async fn finish(&self, kept: u64) -> Result<(), StoreError> {
        let mut change = self.vault.change(self.cause()).await?;
        let removed = change.execute(self.table.remove_others, params![self.load_id]).await?;
        change.note("kept", kept);
        change.note("removed", removed);
        store::bump_version(&mut change).await?;
        change.commit().await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}
