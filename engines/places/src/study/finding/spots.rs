//! On how little ground does how much of it happen?

use serde_json::{Map, Value};

use crate::{
    density::{
        DensityError,
        kernel::{Density, Edge, Grid, Kernel, density},
        spots::{Cell as Square, Until, cells, spots},
    },
    geometry::Shape,
    points::Points,
    study::{
        output::{
            Finding, Section,
            figures::{count, percent, real},
            geojson,
            table::{Cell, Table},
        },
        world::{World, real_len},
    },
};

const TITLE: &str = "On how little ground does most of it happen?";

/// Cells of the density that are written: the densest.
const DENSEST: usize = 2_000;

/// Harm spots and kernel density of the events that have a point; nothing where none has.
pub fn find(world: &World) -> Finding {
    let located = Located::of(world);
    if located.x.is_empty() {
        return Finding::default();
    }
    match squares(world, &located) {
        Ok(found) => said(world, &located, &found),
        Err(error) => Finding::without("spots", TITLE, &error.to_string()),
    }
}

/// The events that have a point, by column.
struct Located {
    x: Vec<f64>,
    y: Vec<f64>,
    weight: Vec<f64>,
    by_harm: bool,
}

impl Located {
    fn of(world: &World) -> Self {
        let mut located = Self { x: Vec::new(), y: Vec::new(), weight: Vec::new(), by_harm: world.harm.is_some() };
        for event in &world.events.events {
            let Some((x, y)) = event.point else { continue };
            located.x.push(x);
            located.y.push(y);
            located.weight.push(world.weight(event));
        }
        located
    }
}

struct Found {
    squares: Vec<Square>,
    taken: Vec<usize>,
    share: f64,
    square_metres: f64,
    density: Density,
}

fn squares(world: &World, located: &Located) -> Result<Found, DensityError> {
    let side = world.spec.spots.cell_metres;
    let points = Points::of(&located.x, &located.y)?;
    let squares = cells(points, Some(&located.weight), side)?;
    let harm: Vec<(f64, f64)> = squares.iter().map(|square| (square.harm, side * side)).collect();
    let found = spots(&harm, Until::Share(world.spec.spots.share))?;
    let reach = world.spec.density.bandwidth_metres;
    let bounds = points.bounds().unwrap_or_default();
    let grid = Grid::over(bounds, world.spec.density.cell_metres, reach)?;
    let density = density(points, Some(&located.weight), &grid, Kernel::Quartic, reach, Edge::Open)?;
    Ok(Found {
        squares,
        taken: found.taken,
        share: found.share.unwrap_or_default(),
        square_metres: found.square_metres,
        density,
    })
}

fn said(world: &World, located: &Located, found: &Found) -> Finding {
    let shown: Vec<&Square> = found
        .taken
        .iter()
        .filter_map(|at| found.squares.get(*at))
        .filter(|square| square.events as u64 >= world.least)
        .collect();
    let side = world.spec.spots.cell_metres;
    let what = if located.by_harm {
        format!("of all harm ({})", world.spec.harm.name)
    } else {
        "of all events with a point".to_owned()
    };
    let table = table(world, &shown);
    let snapped = if world.events.published {
        "Published points are moved to one of a set of places near where it happened, each standing for at least eight addresses: a \
         square is a street's stretch or a car park, never a house. "
    } else {
        "Squares with few events are left out. "
    };
    let section = Section {
        id: "spots",
        title: TITLE.to_owned(),
        said: format!(
            "{} squares of {} metres hold {} {what}: together {} square kilometres. The fullest alone holds {}.",
            count(found.taken.len() as u64),
            real(side, 0),
            percent(found.share),
            real(found.square_metres / 1e6, 1),
            shown
                .first()
                .map_or("too few to say".to_owned(), |square| format!("{} events", count(square.events as u64))),
        ),
        caveat: format!(
            "{snapped}Whether the same squares are full next time is another question: see how stable places are, above."
        ),
        method: format!(
            "Disjoint squares of the national grid, taken by {} per square metre until they hold {} (after Weinborn and others 2017). Beside it, in \
             density.geojson, the {} densest cells of a quartic kernel density, bandwidth {} metres, cells of {} metres, open edges.",
            if located.by_harm { "harm" } else { "events" },
            percent(world.spec.spots.share),
            count(DENSEST as u64),
            real(world.spec.density.bandwidth_metres, 0),
            real(world.spec.density.cell_metres, 0)
        ),
        picture: Some(picture(world, &shown)),
        table: Some(table.clone()),
    };
    let shapes = vec![
        ("spots.geojson".to_owned(), spots_shapes(world, &shown)),
        ("density.geojson".to_owned(), density_shapes(world, &found.density)),
    ];
    Finding { section: Some(section), tables: vec![table], shapes, ..Finding::default() }
}

fn middle(world: &World, square: &Square) -> (f64, f64) {
    let side = world.spec.spots.cell_metres;
    #[expect(clippy::cast_precision_loss, reason = "cells of the earth's surface are far below 2^53")]
    let at = |number: i64| (number as f64 + 0.5) * side;
    (at(square.column), at(square.row))
}

fn picture(world: &World, shown: &[&Square]) -> String {
    let most = shown.iter().map(|square| square.harm).fold(0.0, f64::max);
    let dot = |square: &&Square| {
        let point = world.ground.point(middle(world, square))?;
        Some((point, if most > 0.0 { (square.harm / most).sqrt() } else { 0.0 }))
    };
    let dots: Vec<_> = shown.iter().filter_map(dot).collect();
    world.canvas.dotted(
        "Map of the small squares that hold most of it",
        &dots,
        "A square, wider where it holds more; not to scale",
    )
}

fn table(world: &World, shown: &[&Square]) -> Table {
    let headings = [
        ("rank", "Rank"),
        ("code", "In area"),
        ("name", "Name"),
        ("events", "Events"),
        ("weight", "Weight"),
        ("easting", "Easting"),
        ("northing", "Northing"),
    ];
    let locator = world.ground.locator();
    let mut table = Table::new("spots", "Small squares that hold most of it, the fullest first", &headings);
    for (rank, square) in (1..).zip(shown) {
        let (x, y) = middle(world, square);
        let area = world.ground.point((x, y)).and_then(|point| locator.area_of(point));
        let (code, name) = area.map_or(("", ""), |area| world.ground.code_and_name(area as usize));
        table.rows.push(vec![
            Cell::Count(rank),
            Cell::text(code),
            Cell::text(name),
            Cell::Count(square.events as u64),
            Cell::Real(square.harm, 1),
            Cell::Real(x, 0),
            Cell::Real(y, 0),
        ]);
    }
    table
}

fn spots_shapes(world: &World, shown: &[&Square]) -> String {
    let side = world.spec.spots.cell_metres;
    let shapes: Vec<(Shape, Map<String, Value>)> = (1_u64..)
        .zip(shown)
        .filter_map(|(rank, square)| {
            let shape = world.ground.shape(&square.boundary(side))?;
            let properties = [
                ("rank", Value::from(rank)),
                ("events", Value::from(square.events)),
                ("weight", Value::from(square.harm)),
            ];
            Some((shape, properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
        })
        .collect();
    geojson::collection(shapes.iter().map(|(shape, properties)| (shape, properties.clone())))
}

fn density_shapes(world: &World, density: &Density) -> String {
    let mut order: Vec<(usize, f64)> =
        density.per_km2.iter().copied().enumerate().filter(|(_, value)| *value > 0.0).collect();
    order.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    // A density tells how many are near: of files that aren't published, cells that few events made are left out.
    let disc = std::f64::consts::PI * (world.spec.density.bandwidth_metres / 1000.0).powi(2);
    let least = if world.least > 1 { real_len(usize::try_from(world.least).unwrap_or(usize::MAX)) / disc } else { 0.0 };
    let half = density.grid.side / 2.0;
    let shapes: Vec<(Shape, Map<String, Value>)> = order
        .into_iter()
        .take(DENSEST)
        .filter(|(_, value)| *value >= least)
        .filter_map(|(cell, value)| {
            let (x, y) = density.grid.middle(cell);
            let corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)];
            let properties = Map::from_iter([("per_km2".to_owned(), Value::from(value))]);
            Some((world.ground.shape(&corners)?, properties))
        })
        .collect();
    geojson::collection(shapes.iter().map(|(shape, properties)| (shape, properties.clone())))
}
