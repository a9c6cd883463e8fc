//! Density clustering in space, or in space and time: points that have enough others near, with what they reach.
//!
//! DBSCAN (Ester, Kriegel, Sander & Xu, KDD 1996) and ST-DBSCAN (Birant & Kut, Data & Knowledge Engineering 60, 2007): a point is
//! a core when the points within `metres` and `days` of it, itself among them, weigh at least `minimum`; cores within reach of
//! each other are one group; a point that is no core but within reach of one belongs to the group of the nearest (then of the
//! nearest in days, then of the core that lies lowest by x, y and day), so that its group doesn't depend on the order of rows.
//!
//! Points of one place and day are taken together. Cells of a grid whose diagonal is `metres` hold points that are all within
//! reach, so a cell that weighs enough needs no look at its points, and cells join once one pair of cores is found (Gunawan,
//! A faster algorithm for DBSCAN, 2013). Memory O(n); time O(n log n) and, where many distinct points crowd without being cores,
//! up to the square of what two neighbouring cells hold.

use super::DensityError;
use super::kernel::length;
use crate::points::Points;

/// How near, and how much of it, makes a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Points this far apart or less, in metres, are near: from 1 to 1,000,000.
    pub metres: f64,
    /// And this many days or fewer apart; `None` looks at places alone.
    pub days: Option<u32>,
    /// What the points near a core weigh at least, itself among them: their number where no weights are given.
    pub minimum: f64,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// How many points it has.
    pub points: usize,
    /// How many of them are cores.
    pub cores: usize,
    /// What its points weigh.
    pub weight: f64,
    /// The mean place, each point counting its weight (all alike where they weigh nothing).
    pub middle: (f64, f64),
    /// The first and last day, where days were given.
    pub days: Option<(i32, i32)>,
}

/// The groups, and what each point is.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// The groups, the heaviest first (then the one that begins lowest by place and day).
    pub groups: Vec<Group>,
    /// For each point the position of its group; `None` of a point that stands alone.
    pub of_point: Vec<Option<u32>>,
    /// For each point whether it is a core.
    pub core: Vec<bool>,
}

/// The groups of points; `days` count from any day, and are looked at only where [`Near::days`] says how near.
///
/// # Errors
/// When a column has another length, a weight is negative or no number, or `near` is out of its range.
pub fn groups(points: Points<'_>, days: &[i32], weights: Option<&[f64]>, near: Near) -> Result<Groups, DensityError> {
    length("the distance that is near", near.metres, 1.0, 1e6)?;
    if !(near.minimum > 0.0 && near.minimum.is_finite()) {
        return Err(DensityError::Minimum { minimum: near.minimum });
    }
    if near.days.is_some() {
        points.beside(days.len(), "days")?;
    }
    let weights = points.weighted(weights)?;
    let sites = Sites::of(points, if near.days.is_some() { days } else { &[] }, &weights, near);
    let core = sites.cores();
    let cell_group = sites.joined(&core);
    let site_group = sites.with_borders(&core, &cell_group);
    Ok(sites.summary(&core, &site_group, points.len(), near.days.is_some()))
}

/// All points of one place and day.
#[derive(Debug, Clone, Copy)]
struct Site {
    x: f64,
    y: f64,
    day: i32,
    points: usize,
    weight: f64,
}

/// Where a cell lies: row, column, stretch of days.
type Key = (i64, i64, i64);

#[derive(Debug, Clone, Copy)]
struct Cell {
    key: Key,
    from: usize,
    to: usize,
    weight: f64,
}

struct Sites {
    near: Near,
    sites: Vec<Site>,
    cells: Vec<Cell>,
    /// The site of each point.
    of_point: Vec<u32>,
}

impl Sites {
    fn of(points: Points<'_>, days: &[i32], weights: &[f64], near: Near) -> Self {
        let [left, bottom, _, _] = points.bounds().unwrap_or_default();
        // A hair below, so that two points of a cell are within reach however their cell was rounded.
        let side = near.metres * (std::f64::consts::FRAC_1_SQRT_2 * (1.0 - 1e-6));
        let stretch = i64::from(near.days.unwrap_or_default()) + 1;
        let first_day = i64::from(days.iter().min().copied().unwrap_or_default());
        let day_of = days.iter().copied().chain(std::iter::repeat(0));
        let mut sorted: Vec<(Key, f64, f64, i32, f64, u32)> = points
            .iter()
            .zip(day_of)
            .zip(weights)
            .zip(0_u32..)
            .map(|((((x, y), day), weight), row)| {
                let number = |from_edge: f64| (from_edge / side) as i64;
                let key = (number(y - bottom), number(x - left), (i64::from(day) - first_day) / stretch);
                (key, x, y, day, *weight, row)
            })
            .collect();
        sorted.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0)
                .then(a.1.total_cmp(&b.1))
                .then(a.2.total_cmp(&b.2))
                .then(a.3.cmp(&b.3))
                .then(a.4.total_cmp(&b.4))
        });
        let (mut sites, mut cells): (Vec<Site>, Vec<Cell>) = (Vec::new(), Vec::new());
        let mut of_point = vec![0_u32; sorted.len()];
        for same in sorted.chunk_by(|a, b| a.0 == b.0 && a.1 == b.1 && a.2 == b.2 && a.3 == b.3) {
            let Some((key, x, y, day, ..)) = same.first().copied() else {
                continue;
            };
            let weight = same.iter().map(|point| point.4).sum();
            for point in same {
                if let Some(site) = of_point.get_mut(point.5 as usize) {
                    *site = u32::try_from(sites.len()).unwrap_or(u32::MAX);
                }
            }
            sites.push(Site { x, y, day, points: same.len(), weight });
            let to = sites.len();
            match cells.last_mut().filter(|cell| cell.key == key) {
                Some(cell) => {
                    cell.to = to;
                    cell.weight += weight;
                }
                None => cells.push(Cell { key, from: to - 1, to, weight }),
            }
        }
        Self { near, sites, cells, of_point }
    }

    fn within(&self, cell: &Cell) -> impl Iterator<Item = (usize, &Site)> + Clone {
        (cell.from..cell.to).zip(self.sites.get(cell.from..cell.to).unwrap_or_default())
    }

    /// How far apart two sites are, in square metres and days, if they are near.
    fn apart(&self, one: &Site, other: &Site) -> Option<(f64, u32)> {
        let (dx, dy) = (one.x - other.x, one.y - other.y);
        let (square, days) = (dx * dx + dy * dy, one.day.abs_diff(other.day));
        let near = square <= self.near.metres * self.near.metres && self.near.days.is_none_or(|most| days <= most);
        near.then_some((square, days))
    }

    /// Every pair of different cells that can hold points within reach, each pair once.
    fn each_pair(&self, mut meet: impl FnMut(usize, usize, &Cell, &Cell)) {
        let stretches = if self.near.days.is_some() { -1..=1 } else { 0..=0_i64 };
        for rows in 0..=2_i64 {
            for columns in -2..=2_i64 {
                for stretch in stretches.clone().filter(|stretch| (rows, columns, *stretch) > (0, 0, 0)) {
                    // Both orders rise alike, so one pass finds every partner.
                    let mut others = self.cells.iter().enumerate().peekable();
                    for (at, cell) in self.cells.iter().enumerate() {
                        let sought = (cell.key.0 + rows, cell.key.1 + columns, cell.key.2 + stretch);
                        while others.next_if(|(_, other)| other.key < sought).is_some() {}
                        if let Some((other_at, other)) = others.peek().filter(|(_, other)| other.key == sought) {
                            meet(at, *other_at, cell, other);
                        }
                    }
                }
            }
        }
    }

    /// Which sites are cores.
    fn cores(&self) -> Vec<bool> {
        let dense = |cell: &Cell| cell.weight >= self.near.minimum;
        let mut weight = vec![0.0; self.sites.len()];
        for cell in &self.cells {
            weight.get_mut(cell.from..cell.to).unwrap_or_default().fill(cell.weight);
        }
        self.each_pair(|_, _, cell, other| {
            if dense(cell) && dense(other) {
                return;
            }
            for (one_at, one) in self.within(cell) {
                for (two_at, two) in self.within(other).filter(|(_, two)| self.apart(one, two).is_some()) {
                    if let Some(weight) = weight.get_mut(one_at) {
                        *weight += two.weight;
                    }
                    if let Some(weight) = weight.get_mut(two_at) {
                        *weight += one.weight;
                    }
                }
            }
        });
        weight.iter().map(|weight| *weight >= self.near.minimum).collect()
    }

    /// For each cell with a core, the first cell of its group.
    fn joined(&self, core: &[bool]) -> Vec<Option<usize>> {
        let is_core = |site: usize| core.get(site) == Some(&true);
        let has_core: Vec<bool> = self.cells.iter().map(|cell| (cell.from..cell.to).any(is_core)).collect();
        let mut first: Vec<usize> = (0..self.cells.len()).collect();
        self.each_pair(|at, other_at, cell, other| {
            if has_core.get(at) != Some(&true) || has_core.get(other_at) != Some(&true) {
                return;
            }
            let (one, two) = (root(&mut first, at), root(&mut first, other_at));
            if one == two {
                return;
            }
            let others = self.within(other).filter(|(site, _)| is_core(*site));
            let cores = self.within(cell).filter(|(site, _)| is_core(*site));
            let touch = cores.clone().any(|(_, one)| others.clone().any(|(_, two)| self.apart(one, two).is_some()));
            if touch && let Some(last) = first.get_mut(one.max(two)) {
                *last = one.min(two);
            }
        });
        has_core.iter().enumerate().map(|(cell, has)| has.then(|| root(&mut first, cell))).collect()
    }

    /// For each site the first cell of its group; sites that are no cores go to the nearest core.
    fn with_borders(&self, core: &[bool], cell_group: &[Option<usize>]) -> Vec<Option<usize>> {
        type Best = Option<((f64, u32, f64, f64, i32), usize)>;
        let is_core = |site: usize| core.get(site) == Some(&true);
        let mut best: Vec<Best> = vec![None; self.sites.len()];
        let mut offer = |cell: &Cell, other: &Cell, group: Option<usize>| {
            let Some(group) = group else {
                return;
            };
            for (at, site) in self.within(cell).filter(|(at, _)| !is_core(*at)) {
                for (_, near) in self.within(other).filter(|(at, _)| is_core(*at)) {
                    let Some((square, days)) = self.apart(site, near) else {
                        continue;
                    };
                    let how = (square, days, near.x, near.y, near.day);
                    if let Some(best) = best.get_mut(at)
                        && best.is_none_or(|(so_far, _)| how < so_far)
                    {
                        *best = Some((how, group));
                    }
                }
            }
        };
        let group_of = |cell: usize| cell_group.get(cell).copied().flatten();
        for (at, cell) in self.cells.iter().enumerate() {
            offer(cell, cell, group_of(at));
        }
        self.each_pair(|at, other_at, cell, other| {
            offer(cell, other, group_of(other_at));
            offer(other, cell, group_of(at));
        });
        let mut of_site: Vec<Option<usize>> = best.iter().map(|best| best.map(|(_, group)| group)).collect();
        for (cell, group) in self.cells.iter().zip(cell_group) {
            for site in (cell.from..cell.to).filter(|site| is_core(*site)) {
                if let Some(of_site) = of_site.get_mut(site) {
                    *of_site = *group;
                }
            }
        }
        of_site
    }

    fn summary(&self, core: &[bool], site_group: &[Option<usize>], points: usize, dated: bool) -> Groups {
        let mut sums = std::collections::BTreeMap::<usize, Sum>::new();
        for ((site, core), group) in self.sites.iter().zip(core).zip(site_group) {
            if let Some(group) = group {
                sums.entry(*group).or_insert_with(|| Sum::at(site)).add(site, *core);
            }
        }
        let mut order: Vec<(usize, Sum)> = sums.into_iter().collect();
        order.sort_by(|(first, a), (second, b)| b.weight.total_cmp(&a.weight).then(first.cmp(second)));
        let number: std::collections::BTreeMap<usize, u32> =
            order.iter().map(|(first, _)| *first).zip(0_u32..).collect();
        let site_of = |point: usize| self.of_point.get(point).map(|site| *site as usize);
        let group_of = |point: usize| site_of(point).and_then(|site| site_group.get(site).copied().flatten());
        Groups {
            groups: order.iter().map(|(_, sum)| sum.group(dated)).collect(),
            of_point: (0..points).map(|point| group_of(point).and_then(|first| number.get(&first).copied())).collect(),
            core: (0..points).map(|point| site_of(point).and_then(|site| core.get(site)) == Some(&true)).collect(),
        }
    }
}

/// The first cell of a set of joined ones, halving the way there for the next time.
fn root(first: &mut [usize], mut cell: usize) -> usize {
    while let Some(next) = first.get(cell).copied().filter(|next| *next != cell) {
        let beyond = first.get(next).copied().unwrap_or(next);
        if let Some(slot) = first.get_mut(cell) {
            *slot = beyond;
        }
        cell = beyond;
    }
    cell
}

/// What a group adds up to; places are summed from its first site, so that far-off origins cost no digits.
struct Sum {
    from: (f64, f64),
    points: usize,
    cores: usize,
    weight: f64,
    weighted: (f64, f64),
    plain: (f64, f64),
    days: (i32, i32),
}

impl Sum {
    fn at(site: &Site) -> Self {
        let (from, days) = ((site.x, site.y), (site.day, site.day));
        Self { from, points: 0, cores: 0, weight: 0.0, weighted: (0.0, 0.0), plain: (0.0, 0.0), days }
    }

    fn add(&mut self, site: &Site, core: bool) {
        let (dx, dy, points) = (site.x - self.from.0, site.y - self.from.1, site.points as f64);
        self.points += site.points;
        self.cores += if core { site.points } else { 0 };
        self.weight += site.weight;
        self.weighted = (self.weighted.0 + dx * site.weight, self.weighted.1 + dy * site.weight);
        self.plain = (self.plain.0 + dx * points, self.plain.1 + dy * points);
        self.days = (self.days.0.min(site.day), self.days.1.max(site.day));
    }

    fn group(&self, dated: bool) -> Group {
        let (sum, over) =
            if self.weight > 0.0 { (self.weighted, self.weight) } else { (self.plain, (self.points as f64).max(1.0)) };
        Group {
            points: self.points,
            cores: self.cores,
            weight: self.weight,
            middle: (self.from.0 + sum.0 / over, self.from.1 + sum.1 / over),
            days: dated.then_some(self.days),
        }
    }
}

#[cfg(test)]
mod tests;
