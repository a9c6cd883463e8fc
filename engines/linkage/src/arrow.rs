//! The parts of Arrow that this crate's callers meet, and those it needs itself. The crate `arrow` as a whole would add minutes to a build for
//! sorting, arithmetic and search, which nobody here asks for.

/// Arrays of values, and batches of them.
pub mod array {
    pub use arrow_array::{builder::*, cast::AsArray, *};
}

/// Types of arrays.
pub mod datatypes {
    pub use arrow_array::types::*;
    pub use arrow_schema::*;
}

pub(crate) use arrow_cast::cast;
pub(crate) use arrow_select::concat::concat;
