//! `records.parquet`: what eight kinds of agency hold of the people they know, one row for each record, for linkage benchmarks.
//!
//! With R records asked for, exactly R rows come of round(R / 1.43) people (or of all residents, where there are fewer). People
//! are chosen one by one so that every resident has the same chance and the number is exact (Knuth's algorithm S); a chosen
//! person has one record and a geometric number more, at most seven, so that most have one and a few have many.
//! Rows of one area are shuffled among each other; record ids follow that order and tell nothing.
//!
//! | column | what |
//! |---|---|
//! | `record_id` | `r00000001` and so on |
//! | `person` | the truth: number in `truth/people.csv` |
//! | `agency` | police, youth_justice, education, social_care, health, probation, housing, voluntary |
//! | `given`, `middle`, `family` | as written down, mistakes and all |
//! | `dob` | `2009-03-30` |
//! | `sex`, `ethnic_group` | `F` or `M`; 16+1 code |
//! | `nhs_number`, `upn`, `phone`, `email`, `address`, `postcode` | as written down; null where missing |

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{StringBuilder, UInt64Builder},
};
use arrow_schema::{DataType, Field, Schema};
use jiff::ToSpan;
use jiff::civil::Date;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::county::{CountyError, Plan};
use crate::dice::Dice;
use crate::files::create;
use crate::mistakes::{Habits, Told, tell};
use crate::people::Person;

/// Records for each person whom some partner knows.
pub const RECORDS_PER_PERSON: f64 = 1.43;
/// Of residents, how many some partner knows.
pub const KNOWN: f64 = 0.35;
/// The most records that one person has beyond the first.
const MOST_MORE: u64 = 7;
/// Rows held before they are written.
const BATCH: usize = 16_384;

/// Agencies with their habits, weight, and the ages they know.
const AGENCIES: &[(&str, Habits, u32, i32, i32)] = &[
    ("police", Habits::POLICE, 30, 10, 110),
    ("youth_justice", Habits::CASEWORK, 8, 10, 20),
    ("education", Habits::REGISTER, 40, 4, 19),
    ("social_care", Habits::CASEWORK, 14, 0, 20),
    ("health", Habits::HOSPITAL, 30, 0, 110),
    ("probation", Habits::CASEWORK, 6, 18, 80),
    ("housing", Habits::REGISTER, 14, 18, 110),
    ("voluntary", Habits::VOLUNTARY, 9, 8, 70),
];

/// Text columns, in order, after `record_id` and `person`.
const TEXTS: [&str; 13] = [
    "agency",
    "given",
    "middle",
    "family",
    "dob",
    "sex",
    "ethnic_group",
    "nhs_number",
    "upn",
    "phone",
    "email",
    "address",
    "postcode",
];

/// The file being written.
pub struct Registers {
    path: PathBuf,
    writer: ArrowWriter<BufWriter<File>>,
    schema: Arc<Schema>,
    seed: u64,
    today: Date,
    /// Residents not yet seen, people not yet chosen, further records not yet given.
    left: (u64, u64, u64),
    dice: Dice,
    batch: Vec<(u64, &'static str, Told)>,
    written: u64,
    people: u64,
}

impl Registers {
    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be made.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "far below 2^53"
    )]
    pub fn create(plan: &Plan, today: Date) -> Result<Self, CountyError> {
        let usual = plan.people as f64 * KNOWN * RECORDS_PER_PERSON;
        let records = plan.records.unwrap_or(usual.round() as u64);
        let people = ((records as f64 / RECORDS_PER_PERSON).round() as u64).min(plan.people).min(records);
        let text = |name: &&str| Field::new(*name, DataType::Utf8, true);
        let first = [Field::new("record_id", DataType::Utf8, false), Field::new("person", DataType::UInt64, false)];
        let schema = Arc::new(Schema::new(first.into_iter().chain(TEXTS.iter().map(text)).collect::<Vec<_>>()));
        let path = plan.out.join("records.parquet");
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(131_072))
            .build();
        let writer = ArrowWriter::try_new(create(&path)?, Arc::clone(&schema), Some(properties))?;
        Ok(Self {
            path,
            writer,
            schema,
            seed: plan.seed,
            today,
            left: (plan.people, people, records - people),
            dice: Dice::of(plan.seed, "registers", 0),
            batch: Vec::new(),
            written: 0,
            people: 0,
        })
    }

    /// Writes the records of an area's residents.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub fn write(&mut self, people: &[Person]) -> Result<(), CountyError> {
        let before = self.batch.len();
        for person in people {
            if let Some(more) = self.chosen() {
                self.people += 1;
                let mut own = Dice::of(self.seed, "records", person.number);
                for _ in 0..=more {
                    let (agency, told) = self.record(person, &mut own);
                    self.batch.push((person.number, agency, told));
                }
            }
        }
        if let Some(fresh) = self.batch.get_mut(before..) {
            self.dice.shuffle(fresh);
        }
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Writes the rest; gives back records and people.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn end(mut self) -> Result<(u64, u64), CountyError> {
        self.flush()?;
        let file = self.writer.into_inner()?;
        file.into_inner().map_err(|failed| CountyError::file(&self.path, failed.into_error()))?;
        Ok((self.written, self.people))
    }

    /// Whether the next resident is chosen, and how many records beyond the first they have. What is left is spread over who
    /// is left, so that both numbers come out exactly.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    fn chosen(&mut self) -> Option<u64> {
        let (residents, wanted, records) = self.left;
        let chosen = self.dice.below(residents) < wanted;
        self.left.0 = residents.saturating_sub(1);
        if !chosen {
            return None;
        }
        let mean = records as f64 / wanted as f64;
        let again = mean / (1.0 + mean);
        let mut more = 0;
        while more < MOST_MORE && self.dice.chance(again) {
            more += 1;
        }
        let least = records.saturating_sub((wanted - 1) * MOST_MORE);
        let more = if wanted == 1 { records } else { more.max(least).min(records) };
        self.left = (self.left.0, wanted - 1, records - more);
        Some(more)
    }

    fn record(&self, person: &Person, dice: &mut Dice) -> (&'static str, Told) {
        let fitting: Vec<(usize, u32)> = AGENCIES
            .iter()
            .enumerate()
            .filter(|(_, agency)| (agency.3..=agency.4).contains(&person.age))
            .map(|(at, agency)| (at, agency.2))
            .collect();
        let at = dice.weighted(&fitting);
        let (agency, habits) = AGENCIES.get(at).map_or(("health", &Habits::HOSPITAL), |agency| (agency.0, &agency.1));
        let day = self.today.saturating_sub(dice.between(0, 720).days()).max(person.born);
        let mut told = tell(person, day, habits, dice);
        if !matches!(agency, "education" | "youth_justice") {
            told.upn.clear();
        }
        if !matches!(agency, "health" | "social_care") {
            told.nhs_number.clear();
        }
        if !matches!(agency, "health" | "voluntary" | "housing") {
            told.email.clear();
        }
        (agency, told)
    }

    fn flush(&mut self) -> Result<(), CountyError> {
        let rows = std::mem::take(&mut self.batch);
        let mut ids = StringBuilder::new();
        let mut people = UInt64Builder::new();
        let mut texts: [StringBuilder; 13] = std::array::from_fn(|_| StringBuilder::new());
        for (person, agency, told) in &rows {
            self.written += 1;
            ids.append_value(format!("r{:08}", self.written));
            people.append_value(*person);
            let dob = told.born.map(|born| born.to_string()).unwrap_or_default();
            let values = [
                agency,
                told.given.as_str(),
                &told.middle,
                &told.family,
                &dob,
                told.sex,
                &told.ethnicity,
                &told.nhs_number,
                &told.upn,
                &told.phone,
                &told.email,
                &told.address,
                &told.postcode,
            ];
            for (column, value) in texts.iter_mut().zip(values) {
                column.append_option(Some(value).filter(|text| !text.is_empty()));
            }
        }
        let mut columns: Vec<ArrayRef> = vec![Arc::new(ids.finish()), Arc::new(people.finish())];
        columns.extend(texts.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        Ok(())
    }
}
