//! past
