//! What partners and the public send: read whole or refused, with the row and the remedy.

pub mod date;
pub mod events;
pub mod file;
pub mod ground;
pub mod harm;
pub mod residents;
