//! Who is who: `truth/people.csv`; and how many: `population.csv`.

use std::path::Path;

use crate::county::CountyError;
use crate::files::{Table, table};
use crate::geography::Area;
use crate::names::{Gender, Names};
use crate::people::Person;

/// `truth/people.csv` being written.
pub struct Residents<'a> {
    table: Table,
    names: &'a Names,
}

impl<'a> Residents<'a> {
    /// Opens the file and writes its header.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(names: &'a Names, out: &Path) -> Result<Self, CountyError> {
        let mut table = table(&out.join("truth/people.csv"))?;
        table.row([
            "person",
            "household",
            "given",
            "middle",
            "family",
            "former_family",
            "nickname",
            "dob",
            "gender",
            "ethnicity",
            "community",
            "nhs_number",
            "upn",
            "phone",
            "email",
            "address",
            "postcode",
            "former_address",
            "former_postcode",
            "moved",
            "twin",
        ])?;
        Ok(Self { table, names })
    }

    /// Writes an area's residents; gives back how many households they form.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, people: &[Person]) -> Result<u64, CountyError> {
        let (mut households, mut before) = (0, 0);
        for person in people {
            households += u64::from(person.household != before);
            before = person.household;
            let community = self.names.community(person.community).map_or("", |community| community.id.as_str());
            let (former_address, former_postcode, moved) = match &person.former_home {
                Some((place, day)) => (place.line.as_str(), place.postcode.as_str(), day.to_string()),
                None => ("", "", String::new()),
            };
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            let former_family = person.former_family.as_ref().map_or("", |(name, _)| name.as_str());
            let row: [&str; 21] = [
                &person.number.to_string(),
                &person.household.to_string(),
                &person.given,
                &text(&person.middle),
                &person.family,
                former_family,
                &text(&person.nickname),
                &person.born.to_string(),
                if person.gender == Gender::Female { "F" } else { "M" },
                &person.ethnicity,
                community,
                &person.nhs_number,
                &text(&person.upn),
                &text(&person.phone),
                &text(&person.email),
                &person.home.line,
                &person.home.postcode,
                former_address,
                former_postcode,
                &moved,
                if person.twin { "1" } else { "" },
            ];
            self.table.row(row)?;
        }
        Ok(households)
    }

    /// Closes the file.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn end(self) -> Result<(), CountyError> {
        self.table.end()
    }
}

/// `population.csv` being written.
pub struct Population(Table);

impl Population {
    /// Opens the file and writes its header.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(out: &Path) -> Result<Self, CountyError> {
        let mut table = table(&out.join("population.csv"))?;
        table.row([
            "area",
            "name",
            "district_code",
            "district_name",
            "all",
            "age_0_9",
            "age_10_17",
            "age_18_24",
            "age_25_plus",
            "male",
            "female",
        ])?;
        Ok(Self(table))
    }

    /// Counts an area's residents.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, area: Option<&Area>, people: &[Person]) -> Result<(), CountyError> {
        let Some(area) = area else { return Ok(()) };
        let aged =
            |low: i32, high: i32| people.iter().filter(|person| (low..=high).contains(&person.age)).count().to_string();
        let male = people.iter().filter(|person| person.gender == Gender::Male).count();
        self.0.row([
            &area.code,
            &area.name,
            &area.district_code(),
            area.district_name(),
            &people.len().to_string(),
            &aged(0, 9),
            &aged(10, 17),
            &aged(18, 24),
            &aged(25, 200),
            &male.to_string(),
            &(people.len() - male).to_string(),
        ])
    }

    /// Closes the file.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn end(self) -> Result<(), CountyError> {
        self.0.end()
    }
}
