//! Comparisons of two cleaned values, one kind to a file. Every kernel gives the same answer from either side.

pub(crate) mod date;
pub(crate) mod email;
pub(crate) mod grams;
pub(crate) mod identifier;
pub(crate) mod name;
pub(crate) mod number;
pub(crate) mod phonetic;
pub(crate) mod place;
pub(crate) mod postcode;
mod short;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub(crate) mod tokens;
