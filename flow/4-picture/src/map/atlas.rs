//! What the pages are drawn from, held in memory: areas with their drawn outlines, and counts by area, month and category.
//! It is read anew when its version in the database has moved on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use places::geometry::{Bounds, Shape, View};
use vault::{StoreError, Vault};

use super::question::Question;
use crate::{
    area::{self, AreaPlace, AreaRow, DRAWING_WIDTH, District},
    offence::store::{self, Count},
};

/// One small area.
pub(super) struct Place {
    pub at: AreaPlace,
    pub residents: Option<u64>,
    pub decile: Option<i64>,
    /// GeoJSON coordinates of its thinned boundary.
    pub boundary: String,
    /// The path that draws it on the county's map.
    pub in_county: String,
    /// The path that draws it on its district's map.
    pub in_district: String,
}

/// Counts by month and category: of one area, or of what has no place.
type Counts = Vec<u32>;

/// The whole picture at one version.
#[derive(Default)]
pub(super) struct Atlas {
    version: i64,
    /// By code.
    pub places: Vec<Place>,
    /// By name.
    pub districts: Vec<District>,
    /// `2018-10`, without a gap from the first to the last.
    pub months: Vec<String>,
    /// As published, by name.
    pub categories: Vec<String>,
    /// Of each place, in its order.
    counts: Vec<Counts>,
    no_place: Counts,
    outside: Counts,
    county_box: String,
    district_boxes: BTreeMap<String, String>,
}

/// The atlas that is read once for each version.
#[derive(Default)]
pub(super) struct Shelf(Mutex<Arc<Atlas>>);

impl Shelf {
    /// The atlas as of now.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn atlas(&self, vault: &Vault) -> Result<Arc<Atlas>, StoreError> {
        // The version is read first: what is read after it is at least as new.
        let version = area::version(&vault.plain()).await?;
        let held = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if held.version == version {
            return Ok(held);
        }
        let areas = area::areas_with_residents(&vault.plain()).await?;
        let counts = store::counts(&vault.plain()).await?;
        let read = tokio::task::spawn_blocking(move || Arc::new(Atlas::of(version, areas, &counts))).await;
        let atlas =
            read.map_err(|error| StoreError::BadValue { column: "boundary".to_owned(), problem: error.to_string() })?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&atlas);
        Ok(atlas)
    }
}

impl Atlas {
    /// The atlas of these areas and counts.
    pub(super) fn of(version: i64, areas: Vec<AreaRow>, counts: &[Count]) -> Self {
        let mut atlas = Self { version, ..Self::default() };
        atlas.draw(areas);
        atlas.fill(counts);
        atlas
    }

    fn draw(&mut self, areas: Vec<AreaRow>) {
        let shapes: Vec<(Option<Shape>, Option<Shape>)> =
            areas.iter().map(|row| (area::shape_of(&row.outline), area::shape_of(&row.boundary))).collect();
        let view = |bounds: Option<Bounds>| bounds.map(|bounds| View::of(bounds, DRAWING_WIDTH));
        let fine = || shapes.iter().map(|(_, fine)| fine.as_ref());
        let county = view(Bounds::around(fine().flatten()));
        let mut by_district: BTreeMap<&str, Vec<&Shape>> = BTreeMap::new();
        for (row, shape) in areas.iter().zip(fine()) {
            by_district.entry(&row.place.district_code).or_default().extend(shape);
        }
        let views: BTreeMap<&str, View> =
            by_district.into_iter().filter_map(|(code, shapes)| Some((code, view(Bounds::around(shapes))?))).collect();
        let path = |view: Option<&View>, shape: Option<&Shape>| match (view, shape) {
            (Some(view), Some(shape)) => view.path(shape),
            _ => String::new(),
        };
        let paths: Vec<(String, String)> = areas
            .iter()
            .zip(&shapes)
            .map(|(row, (coarse, fine))| {
                (
                    path(county.as_ref(), coarse.as_ref()),
                    path(views.get(row.place.district_code.as_str()), fine.as_ref()),
                )
            })
            .collect();
        self.county_box = county.map(|view| view.view_box()).unwrap_or_default();
        self.district_boxes = views.iter().map(|(code, view)| ((*code).to_owned(), view.view_box())).collect();
        let mut districts: Vec<District> = areas
            .iter()
            .map(|row| District { name: row.place.district_name.clone(), code: row.place.district_code.clone() })
            .collect();
        districts.sort();
        districts.dedup();
        self.districts = districts;
        self.places = areas
            .into_iter()
            .zip(paths)
            .map(|(row, (in_county, in_district))| Place {
                at: row.place,
                residents: row.residents,
                decile: row.decile,
                boundary: row.boundary,
                in_county,
                in_district,
            })
            .collect();
    }

    fn fill(&mut self, counts: &[Count]) {
        self.months = months_between(counts);
        let mut categories: Vec<String> = counts.iter().map(|count| count.cell.category.clone()).collect();
        categories.sort();
        categories.dedup();
        self.categories = categories;
        let empty = vec![0; self.months.len() * self.categories.len()];
        self.counts = vec![empty.clone(); self.places.len()];
        (self.no_place, self.outside) = (empty.clone(), empty);
        for count in counts {
            let month = self.months.binary_search(&count.cell.month);
            let category = self.categories.binary_search(&count.cell.category);
            let (Ok(month), Ok(category)) = (month, category) else { continue };
            let at = month * self.categories.len() + category;
            let place = self.places.binary_search_by(|place| place.at.area.to_string().as_str().cmp(&count.cell.area));
            let counts = match place {
                Ok(place) => self.counts.get_mut(place),
                Err(_) if count.cell.area.is_empty() => Some(&mut self.no_place),
                Err(_) => Some(&mut self.outside),
            };
            if let Some(n) = counts.and_then(|counts| counts.get_mut(at)) {
                *n = n.saturating_add(u32::try_from(count.n).unwrap_or(u32::MAX));
            }
        }
    }

    /// The place with this code, and where it stands.
    pub(super) fn place(&self, code: &str) -> Option<(usize, &Place)> {
        let at = self.places.iter().position(|place| place.at.area.to_string() == code)?;
        self.places.get(at).map(|place| (at, place))
    }

    /// The view box of the county's map, or of a district's.
    pub(super) fn view_box(&self, district: Option<&str>) -> &str {
        match district {
            Some(code) => self.district_boxes.get(code).map_or("", String::as_str),
            None => &self.county_box,
        }
    }

    fn sum(&self, counts: &[u32], question: &Question) -> u64 {
        self.by_month(counts, question).into_iter().sum()
    }

    fn by_month(&self, counts: &[u32], question: &Question) -> Vec<u64> {
        let width = self.categories.len().max(1);
        let months = counts.chunks(width).skip(question.from).take(question.month_count());
        months
            .map(|month| match question.category {
                Some(category) => month.get(category).copied().map_or(0, u64::from),
                None => month.iter().copied().map(u64::from).sum(),
            })
            .collect()
    }

    /// How many offences each place has, in the order of places.
    pub(super) fn totals(&self, question: &Question) -> Vec<u64> {
        self.counts.iter().map(|counts| self.sum(counts, question)).collect()
    }

    /// The offences of one place by month of the question's range.
    pub(super) fn months_of(&self, place: usize, question: &Question) -> Vec<u64> {
        self.by_month(self.counts.get(place).map_or(&[], Vec::as_slice), question)
    }

    /// The offences of many places together by month of the question's range.
    pub(super) fn months_of_all(&self, question: &Question) -> Vec<u64> {
        let mut sums = vec![0; question.month_count()];
        for (place, counts) in self.places.iter().zip(&self.counts) {
            if question.takes_in(place) {
                for (sum, n) in sums.iter_mut().zip(self.by_month(counts, question)) {
                    *sum += n;
                }
            }
        }
        sums
    }

    /// The offences without a place, and those outside the county.
    pub(super) fn off_the_map(&self, question: &Question) -> (u64, u64) {
        (self.sum(&self.no_place, question), self.sum(&self.outside, question))
    }

    /// Whether anything at all came in for each month of the question's range: a month without is not a month of none.
    pub(super) fn supplied(&self, question: &Question) -> Vec<bool> {
        let any = Question { category: None, district: None, ..question.clone() };
        let mut sums = self.months_of_all(&any);
        for counts in [&self.no_place, &self.outside] {
            for (sum, n) in sums.iter_mut().zip(self.by_month(counts, &any)) {
                *sum += n;
            }
        }
        sums.into_iter().map(|n| n > 0).collect()
    }
}

/// Every month from the first to the last that is counted.
fn months_between(counts: &[Count]) -> Vec<String> {
    let number = |month: &str| {
        let (year, month) = month.split_once('-')?;
        Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1)
    };
    let numbers = || counts.iter().filter_map(|count| number(&count.cell.month));
    match (numbers().min(), numbers().max()) {
        // A month that is far off, by a mistake in a file, must not fill the memory.
        (Some(first), Some(last)) => (first.max(last - MOST_MONTHS + 1)..=last)
            .map(|number| format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1))
            .collect(),
        _ => Vec::new(),
    }
}

/// Ten years.
const MOST_MONTHS: i32 = 120;
