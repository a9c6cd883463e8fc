//! Parquet, as any tool writes it.

use std::{fs::File, path::Path};

use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};

use super::{ReadError, Records, distinct};

type Builder = ParquetRecordBatchReaderBuilder<File>;

fn open(path: &Path) -> Result<Builder, ReadError> {
    let file = File::open(path).map_err(|error| ReadError::new(path, format!("can't be opened: {error}")))?;
    Builder::try_new(file).map_err(|error| ReadError::new(path, format!("is not sound Parquet: {error}")))
}

fn names(builder: &Builder) -> Vec<String> {
    builder.schema().fields().iter().map(|field| field.name().clone()).collect()
}

pub(super) fn columns(path: &Path) -> Result<Vec<String>, ReadError> {
    let names = names(&open(path)?);
    distinct(path, &names)?;
    Ok(names)
}

pub(super) fn records(path: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Records, ReadError> {
    let builder = open(path)?;
    let names = names(&builder);
    distinct(path, &names)?;
    let kept = names.iter().enumerate().filter(|(_, name)| wanted(name)).map(|(at, _)| at);
    let mask = ProjectionMask::roots(builder.parquet_schema(), kept);
    let unread = |error: String| ReadError::new(path, format!("can't be read: {error}"));
    let reader =
        builder.with_projection(mask).with_batch_size(1 << 16).build().map_err(|error| unread(error.to_string()))?;
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|error| unread(error.to_string()))?;
    let records = batches.iter().map(crate::arrow::array::RecordBatch::num_rows).sum();
    Ok(Records { batches, records, notes: Vec::new() })
}
