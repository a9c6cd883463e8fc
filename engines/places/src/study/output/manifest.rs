//! The manifest: what went in, with hashes, by which code and settings, and what came out, so that a figure can be made again
//! to the byte.

use serde::Serialize;

use crate::study::{
    input::{events::Rows, file::Read},
    spec::Spec,
    world::World,
};

/// Everything that the figures depend on.
#[derive(Debug, Serialize)]
pub struct Manifest<'a> {
    /// The program and its version.
    pub made_by: String,
    /// The settings, those that were left out too.
    pub spec: &'a Spec,
    /// The files read, in the order given.
    pub inputs: Inputs,
    /// What became of the events' rows.
    pub rows: Rows,
    /// How many areas there are.
    pub areas: usize,
    /// Pairs of areas that touch.
    pub neighbours: usize,
    /// The files written, with their hashes.
    pub outputs: Vec<Read>,
}

impl<'a> Manifest<'a> {
    /// The manifest of a study.
    #[must_use]
    pub fn of(world: &'a World, inputs: Inputs, outputs: Vec<Read>) -> Self {
        Self {
            made_by: MADE_BY.to_owned(),
            spec: &world.spec,
            inputs,
            rows: world.events.rows,
            areas: world.ground.len(),
            neighbours: world.touching.links() / 2,
            outputs,
        }
    }
}

/// The program and its version.
pub const MADE_BY: &str = concat!("Alongside places ", env!("CARGO_PKG_VERSION"));

/// The files read.
#[derive(Debug, Default, Serialize)]
pub struct Inputs {
    /// Of events.
    pub events: Vec<Read>,
    /// Of areas.
    pub areas: Option<Read>,
    /// Of residents.
    pub population: Option<Read>,
    /// Of deprivation.
    pub deprivation: Option<Read>,
    /// Of weights of harm.
    pub harm: Option<Read>,
}
