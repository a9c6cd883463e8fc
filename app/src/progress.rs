//! Progress of long steps: a bar on a terminal, a line a step elsewhere.

use std::{io::IsTerminal as _, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// The progress of one step.
pub struct Step {
    bar: ProgressBar,
    what: String,
}

impl Step {
    /// Begins a step of `of` parts; 0 where that isn't known.
    #[must_use]
    pub fn begin(what: impl Into<String>, of: u64) -> Self {
        let what = what.into();
        let bar = if std::io::stderr().is_terminal() {
            let bar = if of == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(of) };
            let style = ProgressStyle::with_template("  {msg:40} {wide_bar} {human_pos}/{human_len} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar.set_message(what.clone());
            bar
        } else {
            eprintln!("  {what} …");
            ProgressBar::hidden()
        };
        Self { bar, what }
    }

    /// How far it is.
    pub fn at(&self, done: u64, of: u64) {
        self.bar.set_length(of);
        self.bar.set_position(done);
    }

    /// Ends it without a word.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Ends it, with what came of it.
    pub fn end(self, outcome: impl AsRef<str>) {
        let took = self.bar.elapsed();
        self.bar.finish_and_clear();
        eprintln!("  {}: {} ({:.1} s)", self.what, outcome.as_ref(), took.as_secs_f64());
    }
}
