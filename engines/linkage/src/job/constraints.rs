//! Decisions that people made about pairs: read, and refused where they contradict each other.

use super::{JobError, Request, input::Input};
use crate::constraints::Sets;

/// Pairs that people joined, and pairs that they kept apart.
pub(super) type Decided = (Vec<(u32, u32)>, Vec<(u32, u32)>);

impl Input {
    /// The pairs of the request's file of decisions.
    pub(super) fn decided(&self, request: &Request) -> Result<Decided, JobError> {
        let (mut together, mut apart) = (Vec::new(), Vec::new());
        let Some(path) = &request.decided else { return Ok((together, apart)) };
        let file = self.pair_file(path, &["decision"])?;
        let mut sets = Sets::new(self.records);
        let mut lines = Vec::new();
        for ((at, left, right), word) in file.pairs.iter().zip(&file.said) {
            match word.as_str() {
                "same" | "together" | "1" | "yes" | "true" => {
                    together.push((*left, *right));
                    sets.join(*left, *right);
                }
                "different" | "apart" | "0" | "no" | "false" => {
                    apart.push((*left, *right));
                    lines.push(*at);
                }
                _ => {
                    let problem = "is neither `same` nor `different`";
                    return Err(Input::pair_error(path, *at, &file.column, problem));
                }
            }
        }
        for ((left, right), at) in apart.iter().zip(lines) {
            if sets.of(*left) == sets.of(*right) {
                let direct = together.contains(&(*left, *right));
                let problem = if direct {
                    "another line says the opposite of this pair; keep one of the two"
                } else {
                    "other lines join these two records through others; take one of those out, or this"
                };
                return Err(Input::pair_error(path, at, &file.column, problem));
            }
        }
        Ok((together, apart))
    }
}
