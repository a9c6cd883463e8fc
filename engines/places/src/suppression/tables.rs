//! Tables of counts with their totals: each dimension is a tree of codes (area within district within county), each cell one
//! code of every dimension, each total the sum of its parts along one dimension. Tables are linked where they count the same
//! thing by dimensions of the same names: a cell that both have is one cell. O(cells · dimensions · log cells).

use std::collections::{BTreeMap, BTreeSet};

use super::SuppressionError;

/// More cells than this are refused.
const MOST_CELLS: usize = 1 << 20;
/// Counts add up exactly below this, as real numbers with a fraction too.
const MOST_COUNT: u64 = 1 << 52;

/// One way to break a count down: a tree of codes under a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    name: String,
    /// The total first; parents before their children.
    codes: Vec<Code>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Code {
    label: String,
    parent: usize,
    children: Vec<usize>,
}

impl Dimension {
    /// Codes directly under the total: sexes, age bands.
    ///
    /// # Errors
    /// When a code comes twice.
    pub fn flat<S: AsRef<str>>(name: &str, codes: &[S]) -> Result<Self, SuppressionError> {
        Self::nested(name, codes.iter().map(|code| (code.as_ref(), None)))
    }

    /// Codes, each within another code or (`None`) directly under the total, in any order.
    ///
    /// # Errors
    /// When a code comes twice, lies within itself, or within one that there isn't.
    pub fn nested<'a>(
        name: &str,
        codes: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<Self, SuppressionError> {
        let mut children = BTreeMap::<Option<&str>, Vec<&str>>::new();
        let mut seen = BTreeSet::new();
        let bad = |code: &str| SuppressionError::BadCode { dimension: name.to_owned(), code: code.to_owned() };
        for (code, parent) in codes {
            if !seen.insert(code) {
                return Err(bad(code));
            }
            children.entry(parent).or_default().push(code);
        }
        if seen.is_empty() {
            return Err(SuppressionError::Empty);
        }
        let mut laid = vec![Code { label: "all".to_owned(), parent: 0, children: Vec::new() }];
        let mut open: Vec<(Option<&str>, usize)> = vec![(None, 0)];
        while let Some((label, at)) = open.pop() {
            for child in children.remove(&label).unwrap_or_default() {
                let number = laid.len();
                laid.push(Code { label: child.to_owned(), parent: at, children: Vec::new() });
                if let Some(parent) = laid.get_mut(at) {
                    parent.children.push(number);
                }
                open.push((Some(child), number));
            }
        }
        // What was never reached hangs from a code that there isn't, or from itself.
        match children.values().flatten().next() {
            Some(lost) => Err(bad(lost)),
            None => Ok(Self { name: name.to_owned(), codes: laid }),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All codes, the total first and every code before those within it: the order of the counts of [`Table::with_totals`].
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(|code| code.label.as_str())
    }

    /// The codes that have none within them: the order of the counts of [`Table::of_leaves`].
    pub fn leaves(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().filter(|code| code.children.is_empty()).map(|code| code.label.as_str())
    }

    /// The ways in which a code can change while all sums within the dimension hold: a leaf of its own with all codes above it,
    /// against another leaf with all codes above that one, up to where both lie within the same code; or a leaf of its own with
    /// all codes above it up to the total. With each code 1 if it changes as the code does, −1 if against it.
    pub(super) fn moves(&self, code: usize) -> Vec<Vec<(usize, f64)>> {
        let mut moves = Vec::new();
        let own: Vec<Vec<usize>> = self.paths().filter(|path| path.contains(&code)).collect();
        let others: Vec<Vec<usize>> =
            if code == 0 { Vec::new() } else { self.paths().filter(|path| !path.contains(&code)).collect() };
        for one in &own {
            for other in &others {
                let with = one.iter().filter(|code| !other.contains(code)).map(|code| (*code, 1.0));
                let against = other.iter().filter(|code| !one.contains(code)).map(|code| (*code, -1.0));
                moves.push(with.chain(against).collect());
            }
            moves.push(one.iter().map(|code| (*code, 1.0)).collect());
        }
        moves
    }

    /// Each leaf with all codes above it.
    fn paths(&self) -> impl Iterator<Item = Vec<usize>> {
        (1..self.codes.len()).filter(|code| self.is_leaf(*code)).map(|leaf| {
            let mut path = vec![leaf];
            while let Some(code) = path.last().copied().filter(|code| *code != 0) {
                path.push(self.codes.get(code).map_or(0, |code| code.parent));
            }
            path
        })
    }

    fn is_leaf(&self, code: usize) -> bool {
        self.codes.get(code).is_none_or(|code| code.children.is_empty())
    }
}

/// One table with all its totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    about: String,
    dimensions: Vec<Dimension>,
    /// By codes of the dimensions, the last dimension fastest.
    counts: Vec<u64>,
}

impl Table {
    /// From the counts of the leaves, the last dimension fastest; totals are added up. `about` says what is counted, and of
    /// whom: tables about the same thing are linked.
    ///
    /// # Errors
    /// When a count is below 0, or there are not as many as leaves.
    pub fn of_leaves(about: &str, dimensions: Vec<Dimension>, leaves: &[i64]) -> Result<Self, SuppressionError> {
        let mut table = Self::empty(about, dimensions)?;
        let places: Vec<usize> = (0..table.counts.len()).filter(|at| table.is_leaf(*at)).collect();
        if places.len() != leaves.len() {
            let row = places.len().min(leaves.len());
            return Err(SuppressionError::WrongLength { row, given: leaves.len(), expected: places.len() });
        }
        for (row, (at, count)) in places.iter().zip(leaves).enumerate() {
            table.add(row, *at, *count)?;
        }
        table.total()
    }

    /// From rows of codes, one for each dimension, and a count; rows of the same codes are added up, what has no row is 0.
    ///
    /// # Errors
    /// When a count is below 0 or a code is not one of the dimension's leaves.
    pub fn of_rows<'a>(
        about: &str,
        dimensions: Vec<Dimension>,
        rows: impl IntoIterator<Item = (Vec<&'a str>, i64)>,
    ) -> Result<Self, SuppressionError> {
        let mut table = Self::empty(about, dimensions)?;
        let leaves: Vec<BTreeMap<String, usize>> = table
            .dimensions
            .iter()
            .map(|dimension| {
                let codes = dimension.codes.iter().enumerate().filter(|(_, code)| code.children.is_empty());
                codes.map(|(at, code)| (code.label.clone(), at)).collect()
            })
            .collect();
        for (row, (codes, count)) in rows.into_iter().enumerate() {
            if codes.len() != leaves.len() {
                return Err(SuppressionError::WrongLength { row, given: codes.len(), expected: leaves.len() });
            }
            let mut at = 0;
            for ((code, leaves), dimension) in codes.iter().zip(&leaves).zip(&table.dimensions) {
                let number = leaves.get(*code).ok_or_else(|| SuppressionError::NoSuchCode {
                    row,
                    dimension: dimension.name.clone(),
                    code: (*code).to_owned(),
                })?;
                at = at * dimension.codes.len() + number;
            }
            table.add(row, at, count)?;
        }
        table.total()
    }

    /// From the counts of all cells with their totals, the last dimension fastest, codes in the order of [`Dimension::codes`].
    ///
    /// # Errors
    /// When a count is below 0, a total isn't the sum of its parts, or there are not as many counts as cells.
    pub fn with_totals(about: &str, dimensions: Vec<Dimension>, counts: &[i64]) -> Result<Self, SuppressionError> {
        let mut table = Self::empty(about, dimensions)?;
        if table.counts.len() != counts.len() {
            let row = table.counts.len().min(counts.len());
            return Err(SuppressionError::WrongLength { row, given: counts.len(), expected: table.counts.len() });
        }
        for (at, count) in counts.iter().enumerate() {
            table.add(at, at, *count)?;
        }
        let count = |at: usize| table.counts.get(at).copied().unwrap_or(0);
        for (total, parts) in table.sums() {
            let sum = parts.iter().map(|part| count(*part)).sum();
            if sum != count(total) {
                let cell = table.name_of(total);
                return Err(SuppressionError::DoesNotAddUp { row: total, cell, total: count(total), parts: sum });
            }
        }
        Ok(table)
    }

    /// The counts of all cells, the last dimension fastest.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    fn empty(about: &str, dimensions: Vec<Dimension>) -> Result<Self, SuppressionError> {
        let mut cells = 1_usize;
        for dimension in &dimensions {
            cells = cells.saturating_mul(dimension.codes.len());
        }
        match (dimensions.is_empty(), cells > MOST_CELLS) {
            (true, _) => Err(SuppressionError::Empty),
            (_, true) => Err(SuppressionError::TooLarge { cells }),
            _ => Ok(Self { about: about.to_owned(), dimensions, counts: vec![0; cells] }),
        }
    }

    fn add(&mut self, row: usize, at: usize, count: i64) -> Result<(), SuppressionError> {
        let Ok(amount) = u64::try_from(count) else {
            return Err(SuppressionError::Negative { row, cell: self.name_of(at), count });
        };
        let slot = self.counts.get_mut(at).ok_or(SuppressionError::NoSuchCell { cell: at, cells: 0 })?;
        *slot = slot.saturating_add(amount);
        if *slot < MOST_COUNT { Ok(()) } else { Err(SuppressionError::TooLargeCount { row }) }
    }

    /// Fills the totals in, dimension by dimension, children before their parents.
    fn total(mut self) -> Result<Self, SuppressionError> {
        let mut sums = self.sums();
        // Within a dimension a code comes before those within it, so that going backwards meets parts before their totals.
        sums.reverse();
        for (total, parts) in sums {
            let sum = parts.iter().filter_map(|part| self.counts.get(*part)).sum();
            if let Some(slot) = self.counts.get_mut(total) {
                *slot = sum;
            }
            if sum >= MOST_COUNT {
                return Err(SuppressionError::TooLargeCount { row: 0 });
            }
        }
        Ok(self)
    }

    /// Every total with its parts, in each dimension in which it is one. In reverse, parts that are totals in any dimension come
    /// before what needs them: places ascend with codes in every dimension.
    fn sums(&self) -> Vec<(usize, Vec<usize>)> {
        let mut sums = Vec::new();
        for at in 0..self.counts.len() {
            let mut stride = self.counts.len();
            let mut rest = at;
            for dimension in &self.dimensions {
                stride /= dimension.codes.len().max(1);
                let code = rest / stride;
                rest %= stride;
                if let Some(found) = dimension.codes.get(code).filter(|found| !found.children.is_empty()) {
                    let base = at - code * stride;
                    sums.push((at, found.children.iter().map(|child| base + child * stride).collect()));
                }
            }
        }
        sums
    }

    fn codes_at(&self, at: usize) -> Vec<usize> {
        let mut stride = self.counts.len();
        let mut rest = at;
        let part = |dimension: &Dimension| {
            stride /= dimension.codes.len().max(1);
            let code = rest / stride;
            rest %= stride;
            code
        };
        self.dimensions.iter().map(part).collect()
    }

    fn is_leaf(&self, at: usize) -> bool {
        self.codes_at(at).iter().zip(&self.dimensions).all(|(code, dimension)| dimension.is_leaf(*code))
    }

    /// What a cell is, without the dimensions that it totals: by this, cells of different tables are the same.
    fn key(&self, at: usize) -> BTreeMap<&str, &str> {
        let codes = self.codes_at(at).into_iter().zip(&self.dimensions).filter(|(code, _)| *code > 0);
        codes
            .filter_map(|(code, dimension)| Some((dimension.name.as_str(), dimension.codes.get(code)?.label.as_str())))
            .collect()
    }

    fn name_of(&self, at: usize) -> String {
        let parts: Vec<String> = self.key(at).into_iter().map(|(name, code)| format!("{name} {code}")).collect();
        if parts.is_empty() { format!("{}, all", self.about) } else { format!("{}, {}", self.about, parts.join(", ")) }
    }
}

/// A cell of linked tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// How many.
    pub count: u64,
    /// What it is, in words: "violence, age 10–17, area E01".
    pub name: String,
    /// In how many dimensions of its first table it is a total.
    pub totals: u32,
}

/// Tables with the cells that they share, and every sum in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    cells: Vec<Cell>,
    sums: Vec<Sum>,
    places: Vec<Vec<usize>>,
    shapes: Vec<Vec<Dimension>>,
}

/// A total and its parts, as numbers of cells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    /// The total.
    pub total: usize,
    /// Its parts.
    pub parts: Vec<usize>,
}

impl Linked {
    /// Links tables: cells are numbered in the order of the tables, a shared cell at its first place.
    ///
    /// # Errors
    /// When tables count a shared cell differently, there is none, or there are too many cells.
    pub fn of(tables: &[Table]) -> Result<Self, SuppressionError> {
        let mut linked = Self { cells: Vec::new(), sums: Vec::new(), places: Vec::new(), shapes: Vec::new() };
        let mut numbers = BTreeMap::<(&str, BTreeMap<&str, &str>), (usize, usize)>::new();
        let mut sums = BTreeSet::new();
        for (table_number, table) in tables.iter().enumerate() {
            let mut places = Vec::with_capacity(table.counts.len());
            for (at, count) in table.counts.iter().enumerate() {
                let next = linked.cells.len();
                let (number, first) = *numbers.entry((&table.about, table.key(at))).or_insert((next, table_number));
                if number == next {
                    let codes = table.codes_at(at);
                    let totals = codes.iter().zip(&table.dimensions).filter(|(code, of)| !of.is_leaf(**code)).count();
                    let totals = u32::try_from(totals).unwrap_or(u32::MAX);
                    linked.cells.push(Cell { count: *count, name: table.name_of(at), totals });
                }
                let cell = linked.cells.get(number).filter(|cell| cell.count != *count);
                if let Some(cell) = cell {
                    let (cell, first_count) = (cell.name.clone(), cell.count);
                    let (one, other) = (first, table_number);
                    return Err(SuppressionError::TablesDiffer {
                        cell,
                        one,
                        first: first_count,
                        other,
                        second: *count,
                    });
                }
                places.push(number);
            }
            let number = |at: &usize| places.get(*at).copied().unwrap_or(0);
            for (total, parts) in table.sums() {
                sums.insert(Sum { total: number(&total), parts: parts.iter().map(number).collect() });
            }
            linked.places.push(places);
            linked.shapes.push(table.dimensions.clone());
        }
        linked.sums = sums.into_iter().collect();
        match linked.cells.len() {
            0 => Err(SuppressionError::Empty),
            cells if cells > MOST_CELLS => Err(SuppressionError::TooLarge { cells }),
            _ => Ok(linked),
        }
    }

    /// From cells and sums as they are, for tables of any other shape.
    ///
    /// # Errors
    /// When a sum names a cell that there isn't, or does not add up.
    pub fn of_sums(cells: Vec<Cell>, sums: Vec<Sum>) -> Result<Self, SuppressionError> {
        let places = vec![(0..cells.len()).collect()];
        let linked = Self { cells, sums, places, shapes: Vec::new() };
        if linked.cells.is_empty() {
            return Err(SuppressionError::Empty);
        }
        for (row, cell) in linked.cells.iter().enumerate() {
            if cell.count >= MOST_COUNT {
                return Err(SuppressionError::TooLargeCount { row });
            }
        }
        for sum in &linked.sums {
            let named = sum.parts.iter().chain([&sum.total]);
            if let Some(cell) = named.copied().find(|cell| *cell >= linked.cells.len()) {
                return Err(SuppressionError::NoSuchCell { cell, cells: linked.cells.len() });
            }
            let parts = sum.parts.iter().fold(0_u64, |sum, part| sum.saturating_add(linked.count(*part)));
            if parts != linked.count(sum.total) {
                let (total, cell) = (linked.count(sum.total), linked.name(sum.total));
                return Err(SuppressionError::DoesNotAddUp { row: sum.total, cell, total, parts });
            }
        }
        Ok(linked)
    }

    /// All cells.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// All sums.
    #[must_use]
    pub fn sums(&self) -> &[Sum] {
        &self.sums
    }

    /// The numbers of a table's cells, in the order of its counts; none where there is no such table.
    #[must_use]
    pub fn table(&self, number: usize) -> &[usize] {
        self.places.get(number).map_or(&[], Vec::as_slice)
    }

    /// The tables' dimensions; none where cells and sums were given as they are.
    pub(super) fn shapes(&self) -> &[Vec<Dimension>] {
        &self.shapes
    }

    pub(super) fn count(&self, cell: usize) -> u64 {
        self.cells.get(cell).map_or(0, |cell| cell.count)
    }

    pub(super) fn name(&self, cell: usize) -> String {
        self.cells.get(cell).map_or_else(String::new, |cell| cell.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{Dimension, Linked, Table};
    use crate::suppression::SuppressionError;

    fn areas() -> Dimension {
        let codes =
            [("A1", Some("A")), ("A", None), ("B", None), ("A2", Some("A")), ("B1", Some("B")), ("B2", Some("B"))];
        Dimension::nested("area", codes).unwrap()
    }

    fn ages() -> Dimension {
        Dimension::flat("age", &["10–17", "18–24"]).unwrap()
    }

    #[test]
    fn totals_are_added_up_at_every_level() {
        let leaves = areas().leaves().map(str::to_owned).collect::<Vec<_>>();
        let rows =
            leaves.iter().flat_map(|area| [(vec![area.as_str(), "10–17"], 3), (vec![area.as_str(), "18–24"], 4)]);
        let table = Table::of_rows("violence", vec![areas(), ages()], rows).unwrap();
        assert_eq!(table.counts()[..3], [28, 12, 16]);
        assert_eq!(
            Table::with_totals(
                "violence",
                vec![areas(), ages()],
                &table.counts().iter().map(|n| *n as i64).collect::<Vec<_>>()
            ),
            Ok(table.clone())
        );
        let linked = Linked::of(&[table]).unwrap();
        // 3 ages for each of 7 areas; 3 sums of areas for each of 3 ages, 7 of ages.
        assert_eq!((linked.cells().len(), linked.sums().len()), (21, 16));
        assert_eq!(linked.cells()[0].totals, 2);
    }

    #[test]
    fn tables_share_what_they_count_alike() {
        let sexes = Dimension::flat("sex", &["F", "M"]).unwrap();
        let by_age = Table::of_leaves("violence", vec![areas(), ages()], &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        let by_sex = Table::of_leaves("violence", vec![sexes.clone(), areas()], &[1, 3, 5, 7, 2, 4, 6, 8]).unwrap();
        let linked = Linked::of(&[by_age.clone(), by_sex]).unwrap();
        assert_eq!(linked.cells().len(), 21 + 21 - 7);
        let other = Table::of_leaves("violence", vec![sexes, areas()], &[1, 3, 5, 7, 2, 4, 6, 9]).unwrap();
        let differing = Linked::of(&[by_age, other]).unwrap_err();
        assert_eq!(
            differing.to_string(),
            "violence, all is 36 in table 1 and 37 in table 2: count both tables from the same rows"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let bad = |codes: &[(&'static str, Option<&'static str>)]| {
            Dimension::nested("area", codes.iter().copied()).unwrap_err()
        };
        assert!(matches!(bad(&[("A", None), ("A", None)]), SuppressionError::BadCode { .. }));
        assert!(matches!(bad(&[("A", Some("A")), ("B", None)]), SuppressionError::BadCode { .. }));
        assert!(matches!(bad(&[("A", Some("C"))]), SuppressionError::BadCode { .. }));
        assert_eq!(bad(&[]), SuppressionError::Empty);
        let negative = Table::of_leaves("violence", vec![ages()], &[3, -1]).unwrap_err();
        assert_eq!(
            negative.to_string(),
            "row 2, violence, age 18–24: the count is -1, and no count is below 0: correct the row"
        );
        let total = Table::with_totals("violence", vec![ages()], &[8, 3, 4]).unwrap_err();
        assert!(
            total.to_string().starts_with("row 1, violence, all: the total is 8 and its parts add up to 7"),
            "{total}"
        );
        let short = Table::of_leaves("violence", vec![ages()], &[3]).unwrap_err();
        assert_eq!(short, SuppressionError::WrongLength { row: 1, given: 1, expected: 2 });
        let code = Table::of_rows("violence", vec![ages()], [(vec!["30"], 1)]).unwrap_err();
        assert!(matches!(code, SuppressionError::NoSuchCode { row: 0, .. }));
        let much = Table::of_leaves("violence", vec![ages()], &[i64::MAX, 1]).unwrap_err();
        assert!(matches!(much, SuppressionError::TooLargeCount { row: 0 }));
        assert_eq!(Table::of_leaves("violence", vec![], &[]), Err(SuppressionError::Empty));
    }
}
