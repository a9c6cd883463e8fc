//! Comparisons of two cleaned values, one kind to a file. Every kernel gives the same answer from either side.

pub(crate) mod date;
pub(crate) mod identifier;
pub(crate) mod postcode;
#[cfg(test)]
mod tests;
pub(crate) mod text;
