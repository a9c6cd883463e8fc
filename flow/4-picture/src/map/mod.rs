//! The pages of places: a map of the county's small areas with its table, and one area. They show rates per 1,000 residents
//! with their intervals, or counts, for a category and a range of months; never an address or a point.

mod atlas;
mod basemap;
mod drawing;
mod pages;
mod question;
#[cfg(test)]
mod tests;

pub use basemap::{Basemap, BasemapError};
pub use pages::routes;
