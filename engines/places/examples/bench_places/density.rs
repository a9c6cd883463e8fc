//! Density: quartic, bandwidth 300 m, cells of 150 m over the points' box and 300 m around; `box` corrects for edges.

use std::time::Instant;

use places::density::kernel::{Edge, Grid, Kernel, density};
use places::points::Points;

use crate::points::read;

/// `density FILE [box]`.
pub fn run(args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let file = read(args.first().ok_or("density FILE [box]")?)?;
    let edge = if args.get(1).is_some_and(|edge| edge == "box") { Edge::Box } else { Edge::Open };
    let start = Instant::now();
    let points = Points::of(&file.x, &file.y)?;
    let grid = Grid::over(points.bounds().unwrap_or_default(), 150.0, 300.0)?;
    let found = density(points, None, &grid, Kernel::Quartic, 300.0, edge)?;
    let seconds = start.elapsed().as_secs_f64();
    let sum: f64 = found.per_km2.iter().sum::<f64>() * grid.km2();
    println!(
        "{}",
        serde_json::json!({"what": "density", "points": points.len(), "cells": grid.cells(), "seconds": seconds, "sum": sum})
    );
    Ok(())
}
