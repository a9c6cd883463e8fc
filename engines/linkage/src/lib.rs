//! Fellegi–Sunter record linkage over Arrow arrays.
//!
//! Given records in columns and a [`Spec`] (fields, comparisons, blocking rules, a prior and thresholds), a [`Linker`]
//! finds the pairs worth comparing, weighs each in bits of evidence, and groups the records that belong together.
//! Nothing here knows what a record stands for; there is no database, no clock and no randomness.
//!
//! The model is that of Fellegi and Sunter (1969): a pair's weight is
//! `log2(λ / (1 - λ)) + Σ log2(m / u)`, where λ is the chance that two records drawn at random belong together, and for
//! each comparison *m* and *u* are the chances of the level that was seen among pairs that do and pairs that do not
//! belong together. Every weight can be taken apart again: see [`Explanation`].
//!
//! ```
//! use linkage::{Linker, RunOptions, Spec, Table};
//!
//! let spec = Spec::from_toml(r#"
//!     prior = 0.1
//!     thresholds = { link = 0.9, review = 0.5 }
//!     field = [{ name = "surname", kind = "name" }]
//!     blocking = [{ name = "first letter", keys = ["prefix(surname, 1)"] }]
//!     [[comparison]]
//!     name = "surname"
//!     fields = ["surname"]
//!     level = [
//!         { name = "the same", rule = "exact", m = 0.9, u = 0.001 },
//!         { name = "different", rule = "else", m = 0.1, u = 0.999 },
//!     ]
//! "#)?;
//! let table = Table::from_columns([("surname", vec![Some("Okafor"), Some("OKAFOR "), Some("Osei")])])?;
//! let outcome = Linker::new(spec, table)?.run(&RunOptions::default())?;
//! assert_eq!(outcome.cluster_of, [0, 0, 2]);
//! # Ok::<(), linkage::Error>(())
//! ```
//!
//! Results are the same for any number of threads and any order of the records, and a pair scores the same from
//! either side.

pub mod arrow;
mod blocking;
mod cells;
pub mod chart;
mod clean;
mod cluster;
mod column;
mod compare;
mod constraints;
mod error;
mod facts;
mod frequency;
mod index;
pub mod job;
mod kernels;
mod linker;
mod list;
mod memo;
mod minhash;
mod options;
mod outcome;
mod outliers;
pub mod quality;
pub mod read;
pub mod report;
mod rows;
mod run;
mod sample;
mod scan;
mod score;
mod spec;
pub mod splink;
mod table;
mod train;
mod unlinkables;
mod update;

/// The JSON Schema of a spec, for editors that check a TOML file while it is written.
pub const SPEC_SCHEMA: &str = include_str!("../schema/spec.schema.json");

pub use blocking::{Block, Plan, RulePlan, RuleWorth, Suggestion};
pub use cluster::{Cluster, Flag};
pub use error::Error;
pub use index::{Index, Match};
pub use linker::{FieldReport, Linker};
pub use options::{NewRecords, RunOptions};
pub use outcome::{Decision, Outcome, Pair};
pub use score::{Explanation, Part, Pattern, bits, probability};
pub use spec::{
    BlockingRule, Check, Clustering, Comparison, Expression, Field, Kind, Level, Method, Missing, PriorRules, QGrams,
    Rule, Session, Span, Spec, Step, Thresholds, Together, Training,
};
pub use table::{LinkType, Table};
pub use train::{
    Basis, Iteration, Learnt, Parameter, SessionReport, TogetherReport, TrainOptions, Trained, TrainingReport, Warning,
    train,
};
pub use update::{Anew, Found};
