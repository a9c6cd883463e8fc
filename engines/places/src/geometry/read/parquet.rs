//! GeoParquet 1.x (geoparquet.org): boundaries as well-known binary (OGC 06-103r4) in one column, its projection in the metadata.

use arrow_array::{Array, ArrayRef, RecordBatch, cast::AsArray, types};
use arrow_schema::DataType;
use parquet::{
    arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder},
    file::reader::ChunkReader,
};
use serde_json::Value;

use super::{Areas, Flat, Gathering, Plan, Properties, ReadError, ReadOptions};

/// The areas of a GeoParquet file in longitude and latitude (EPSG:4326, OGC:CRS84) or on British National Grid (EPSG:27700).
/// Time grows with its length, memory with its points and one batch.
///
/// # Errors
/// When it is no such file, with the row and code, what is wrong with it and what to do.
pub fn geoparquet<R: ChunkReader + 'static>(source: R, options: &ReadOptions) -> Result<Areas, ReadError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(source).map_err(|error| form(error.to_string()))?;
    let geometry = Geometry::of(&builder)?;
    let names: Properties = builder.schema().fields().iter().map(|field| (field.name().clone(), None)).collect();
    let plan = Plan::of(&names, options)?;
    let wanted = |name: &str| name == geometry.column || plan.wants(name);
    let kept = names.iter().enumerate().filter(|(_, (name, _))| wanted(name)).map(|(at, _)| at);
    let mask = ProjectionMask::roots(builder.parquet_schema(), kept);
    let reader = builder.with_projection(mask).build().map_err(|error| form(error.to_string()))?;
    let mut gathering = Gathering::new(options);
    gathering.plan = Some(plan);
    gathering.grid = geometry.grid;
    for batch in reader {
        take(&batch.map_err(|error| form(error.to_string()))?, &geometry.column, &mut gathering)?;
    }
    if gathering.row == 0 { Err(ReadError::Empty) } else { gathering.finish() }
}

fn form(problem: String) -> ReadError {
    ReadError::Form { form: "GeoParquet", problem }
}

/// The column that holds boundaries, and whether they are in eastings and northings, where the file says so.
struct Geometry {
    column: String,
    grid: Option<bool>,
}

impl Geometry {
    fn of<R: ChunkReader + 'static>(builder: &ParquetRecordBatchReaderBuilder<R>) -> Result<Self, ReadError> {
        let pairs = builder.metadata().file_metadata().key_value_metadata();
        let text = pairs.into_iter().flatten().find(|pair| pair.key == "geo").and_then(|pair| pair.value.as_deref());
        let text = text.ok_or_else(|| form("it is Parquet without the metadata `geo`".to_owned()))?;
        let metadata: Value =
            serde_json::from_str(text).map_err(|error| form(format!("its metadata `geo`: {error}")))?;
        let column = metadata.get("primary_column").and_then(Value::as_str);
        let column = column.ok_or_else(|| form("its metadata names no primary column".to_owned()))?.to_owned();
        let described = metadata.get("columns").and_then(|columns| columns.get(&column));
        let said = |name: &str| described.and_then(|column| column.get(name));
        let encoding = said("encoding").and_then(Value::as_str).unwrap_or("WKB");
        if encoding != "WKB" {
            let encoding: String = encoding.chars().take(30).collect();
            return Err(form(format!("its boundaries are encoded as {encoding}; export them as WKB")));
        }
        Ok(Self { column, grid: grid(said("crs"))? })
    }
}

/// What PROJJSON says of the projection: `Some(true)` for the grid, else the numbers themselves tell.
fn grid(crs: Option<&Value>) -> Result<Option<bool>, ReadError> {
    let code = crs.and_then(|crs| crs.get("id")).and_then(|id| id.get("code"));
    let code = code.map(|code| code.as_str().map_or_else(|| code.to_string(), str::to_owned)).unwrap_or_default();
    match code.as_str() {
        "27700" => Ok(Some(true)),
        "" | "4326" | "4258" | "CRS84" => Ok(None),
        other => Err(form(format!(
            "its projection is {}; export it as longitude and latitude (EPSG:4326) or on British National Grid (EPSG:27700)",
            other.chars().take(30).collect::<String>()
        ))),
    }
}

fn take(batch: &RecordBatch, column: &str, gathering: &mut Gathering) -> Result<(), ReadError> {
    let missing = || form(format!("it has no column {column:?}, which its metadata names"));
    let boundaries = batch.column_by_name(column).ok_or_else(missing)?;
    let schema = batch.schema();
    let others: Vec<(&String, &ArrayRef)> = schema
        .fields()
        .iter()
        .map(|field| field.name())
        .zip(batch.columns())
        .filter(|(name, _)| *name != column)
        .collect();
    let mut flat = Flat::default();
    for row in 0..batch.num_rows() {
        flat.clear();
        let read = match bytes(boundaries, row) {
            Some(bytes) => well_known(bytes, &mut flat),
            None => Err("it has no geometry: leave it out, or export it again with its boundary".to_owned()),
        };
        let properties = others.iter().map(|(name, array)| ((*name).clone(), text(array, row))).collect();
        gathering.take(properties, &flat, read)?;
    }
    Ok(())
}

fn bytes(array: &ArrayRef, row: usize) -> Option<&[u8]> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Binary => Some(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Some(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => Some(array.as_binary_view().value(row)),
        _ => None,
    }
}

fn text(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row).to_owned()),
        DataType::Utf8View => Some(array.as_string_view().value(row).to_owned()),
        DataType::Int32 => Some(array.as_primitive::<types::Int32Type>().value(row).to_string()),
        DataType::Int64 => Some(array.as_primitive::<types::Int64Type>().value(row).to_string()),
        DataType::Float64 => Some(array.as_primitive::<types::Float64Type>().value(row).to_string()),
        _ => None,
    }
}

/// Reads a polygon or several, with or without heights and measures, of either order of bytes.
fn well_known(bytes: &[u8], flat: &mut Flat) -> Result<(), String> {
    let mut rest = Rest(bytes);
    rest.geometry(flat, true).unwrap_or_else(|| Err("its boundary breaks off: export the file again".to_owned()))
}

/// The bytes not yet read. `None` where they break off.
struct Rest<'b>(&'b [u8]);

impl Rest<'_> {
    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn whole(&mut self, little: bool) -> Option<u32> {
        let bytes = self.number()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn float(&mut self, little: bool) -> Option<f64> {
        let bytes = self.number()?;
        Some(if little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    fn geometry(&mut self, flat: &mut Flat, outermost: bool) -> Option<Result<(), String>> {
        let little = match self.number()? {
            [0] => false,
            [1] => true,
            _ => return Some(Err("its boundary is not well-known binary".to_owned())),
        };
        // The kind in the ISO's numbers (1003 a polygon with heights), or with PostGIS's flags.
        let kind = self.whole(little)?;
        let (flags, plain) = (kind >> 29, kind & 0x1FFF_FFFF);
        let more = match (flags & 0b110, plain / 1000) {
            (0b110, _) | (_, 3) => 2,
            (0, 0) => 0,
            _ => 1,
        };
        if flags & 1 == 1 {
            self.whole(little)?;
        }
        match plain % 1000 {
            3 => self.polygon(flat, little, more)?,
            6 if outermost => {
                for _ in 0..self.whole(little)? {
                    if let Err(problem) = self.geometry(flat, false)? {
                        return Some(Err(problem));
                    }
                }
            }
            other => {
                return Some(Err(format!(
                    "its geometry is of kind {other}; an area is a Polygon (3) or a MultiPolygon (6)"
                )));
            }
        }
        Some(Ok(()))
    }

    fn polygon(&mut self, flat: &mut Flat, little: bool, more: usize) -> Option<()> {
        for _ in 0..self.whole(little)? {
            for _ in 0..self.whole(little)? {
                let position = (self.float(little)?, self.float(little)?);
                for _ in 0..more {
                    self.float(little)?;
                }
                flat.positions.push(position);
            }
            flat.ring_ends.push(flat.positions.len());
        }
        flat.polygon_ends.push(flat.ring_ends.len());
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, sync::Arc};

    use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray};
    use parquet::{arrow::ArrowWriter, file::metadata::KeyValue, file::properties::WriterProperties};
    use proptest::prelude::*;

    use super::{Areas, Flat, ReadError, ReadOptions, geoparquet, well_known};

    fn polygon(points: &[(f64, f64)], little: bool, kind: u32, height: bool) -> Vec<u8> {
        let whole = |number: u32| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        let float = |number: f64| if little { number.to_le_bytes() } else { number.to_be_bytes() };
        let mut bytes = vec![u8::from(little)];
        for number in [kind, 1, u32::try_from(points.len()).unwrap()] {
            bytes.extend(whole(number));
        }
        for (x, y) in points {
            bytes.extend(float(*x));
            bytes.extend(float(*y));
            bytes.extend(height.then(|| float(7.0)).into_iter().flatten());
        }
        bytes
    }

    fn several(parts: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![1, 6, 0, 0, 0];
        bytes.extend(u32::try_from(parts.len()).unwrap().to_le_bytes());
        bytes.extend(parts.concat());
        bytes
    }

    const SQUARE: [(f64, f64); 4] = [(0.1, 52.0), (0.2, 52.0), (0.2, 52.1), (0.1, 52.0)];
    const ON_GRID: [(f64, f64); 4] =
        [(530_000.0, 180_000.0), (531_000.0, 180_000.0), (531_000.0, 181_000.0), (530_000.0, 180_000.0)];

    fn read(geo: Option<&str>, boundaries: Vec<Option<&[u8]>>, convert_grid: bool) -> Result<Areas, ReadError> {
        let count = boundaries.len();
        let codes: StringArray = (0..count).map(|at| Some(format!("E0{at}"))).collect();
        let columns: [(&str, ArrayRef); 3] = [
            ("LSOA21CD", Arc::new(codes)),
            ("households", Arc::new(Int64Array::from_iter_values(0..i64::try_from(count).unwrap()))),
            ("geometry", Arc::new(BinaryArray::from_opt_vec(boundaries))),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
        let metadata = geo.map(|geo| vec![KeyValue::new("geo".to_owned(), geo.to_owned())]);
        let properties = WriterProperties::builder().set_key_value_metadata(metadata).build();
        let file = tempfile::tempfile().unwrap();
        let mut writer = ArrowWriter::try_new(file.try_clone().unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let options = ReadOptions { also: vec!["households".to_owned()], convert_grid, ..ReadOptions::default() };
        geoparquet::<File>(file, &options)
    }

    fn geo(crs: &str) -> String {
        format!(
            r#"{{"version":"1.1.0","primary_column":"geometry","columns":{{"geometry":{{"encoding":"WKB"{crs}}}}}}}"#
        )
    }

    #[test]
    fn polygons_of_all_kinds_are_read() {
        let plain = polygon(&SQUARE, true, 3, false);
        let big = polygon(&SQUARE, false, 1003, true);
        let flagged = polygon(&SQUARE, true, 0x8000_0003, true);
        let parts = several(&[plain.clone(), polygon(&[(1.0, 52.0), (1.1, 52.0), (1.1, 52.1)], false, 3, false)]);
        let areas = read(Some(&geo("")), vec![Some(&plain), Some(&big), Some(&flagged), Some(&parts)], false).unwrap();
        assert_eq!((areas.codes[3].as_str(), areas.code_property.as_str()), ("E03", "LSOA21CD"));
        assert!(areas.shapes[0] == areas.shapes[1] && areas.shapes[0] == areas.shapes[2]);
        assert_eq!(areas.shapes[3].polygons().len(), 2);
        assert_eq!(areas.also[0].1[2].as_deref(), Some("2"));
    }

    #[test]
    fn the_projection_is_noticed() {
        let grid = polygon(&ON_GRID, true, 3, false);
        let crs = r#","crs":{"id":{"authority":"EPSG","code":27700}}"#;
        assert!(matches!(read(Some(&geo(crs)), vec![Some(&grid)], false), Err(ReadError::Grid { row: 0, .. })));
        assert!(read(Some(&geo(crs)), vec![Some(&grid)], true).unwrap().was_grid);
        // Nothing said, or null: told by the numbers.
        assert!(read(Some(&geo(r#","crs":null"#)), vec![Some(&grid)], true).unwrap().was_grid);
        let error = read(Some(&geo(r#","crs":{"id":{"code":3857}}"#)), vec![Some(&grid)], true).unwrap_err();
        assert!(error.to_string().contains("its projection is 3857"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_told() {
        let plain = polygon(&SQUARE, true, 3, false);
        let says =
            |geo: Option<&str>, boundary: Option<&[u8]>| read(geo, vec![boundary], false).unwrap_err().to_string();
        assert!(says(None, Some(&plain)).contains("without the metadata `geo`"));
        assert!(says(Some("{}"), Some(&plain)).contains("names no primary column"));
        assert!(says(Some(&geo("")), None).starts_with("feature 1 (E00): it has no geometry"));
        assert!(says(Some(&geo("")), Some(&plain[..20])).starts_with("feature 1 (E00): its boundary breaks off"));
        assert!(says(Some(&geo("")), Some(&[1, 1, 0, 0, 0])).contains("its geometry is of kind 1"));
        assert_eq!(read(Some(&geo("")), vec![], false), Err(ReadError::Empty));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..80), kind in prop::sample::select(vec![3_u8, 6])) {
            let _ = well_known(&bytes, &mut Flat::default());
            let _ = well_known(&[&[1, kind, 0, 0, 0], bytes.as_slice()].concat(), &mut Flat::default());
        }
    }
}
