//! Kernels against plain reference implementations on random pairs of texts, and examples of each rule.

mod examples;
mod found;
mod million;
mod plain;
mod texts;
