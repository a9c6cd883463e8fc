//! A suggestion in words, and as lines for a spec.

use std::fmt::Write as _;

use super::{RuleWorth, Suggestion};
use crate::chart::{count, percent};

impl Suggestion {
    /// The share of the likely matches that these rules find together, 0 to 1.
    #[must_use]
    pub fn share(rules: &[RuleWorth]) -> f64 {
        rules.iter().map(|rule| rule.added).sum()
    }

    /// The pairs of these rules, those found twice counted twice.
    #[must_use]
    pub fn pairs(rules: &[RuleWorth]) -> u64 {
        rules.iter().map(|rule| rule.pairs).sum()
    }

    /// The rules as TOML, to take the place of a spec's `blocking`.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut lines = "blocking = [\n".to_owned();
        for RuleWorth { rule, .. } in &self.rules {
            let keys: Vec<String> = rule.keys.iter().map(|key| text(&key.to_string())).collect();
            let _ = writeln!(lines, "    {{ name = {}, keys = [{}] }},", text(&rule.name), keys.join(", "));
        }
        lines + "]\n"
    }

    /// What the suggested rules find and what the spec's own do, in lines to read.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "Suggested, of {} rules that keep the budget of {} pairs:",
            count(self.candidates as u64),
            count(self.budget)
        )];
        table(&self.rules, &mut lines);
        lines.push("The spec's own rules:".to_owned());
        table(&self.own, &mut lines);
        lines.push(format!(
            "Shares are of the about {} likely matches that any of these rules finds, estimated from {} pairs that were compared. Matches \
             that none of them finds are not seen.",
            count(self.likely.round() as u64),
            count(self.compared)
        ));
        lines
    }
}

fn table(rules: &[RuleWorth], lines: &mut Vec<String>) {
    lines.push(format!("  {:>15}  {:>13}  {:>8}  {:>8}", "pairs", "largest block", "finds", "adds"));
    for RuleWorth { rule, pairs, largest, found, added } in rules {
        lines.push(format!(
            "  {:>15}  {:>13}  {:>8}  {:>8}  {}",
            count(*pairs),
            count(*largest),
            percent(*found),
            percent(*added),
            rule.name
        ));
    }
    let (pairs, share) = (count(Suggestion::pairs(rules)), percent(Suggestion::share(rules)));
    lines.push(format!("  {pairs:>15}  {:>13}  {share:>8}  {:>8}  together", "", ""));
}
