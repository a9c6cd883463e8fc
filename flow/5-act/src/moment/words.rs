//! A moment's clock in words: always the absolute time and how long is left, never colour alone.

use base::Timestamp;
use web::time::Clock;

use super::{Moment, State};

/// The clock of a moment as a page shows it.
#[must_use]
pub fn clock(moment: &Moment, now: Timestamp) -> Clock {
    match &moment.state {
        State::Open => Clock::running(moment.due_at, now),
        State::Paused(pause) => Clock::paused(moment.due_at, now, &lower_first(pause.why.words())),
        State::Contacted(reached) => Clock::stopped(moment.due_at, reached.at, now),
        State::Closed(closing) => match (&closing.reached, moment.in_time()) {
            (Some(reached), _) => Clock::stopped(moment.due_at, reached.at, now),
            (None, Some(true)) => Clock::stopped(moment.due_at, closing.at, now),
            (None, _) => ended(moment, closing.at, now, closing.reason.words()),
        },
        State::Merged(merged) => ended(moment, merged.at, now, "One with an earlier moment"),
    }
}

fn ended(moment: &Moment, at: Timestamp, now: Timestamp, tag: &str) -> Clock {
    Clock { tag: tag.to_owned(), ..Clock::stopped(moment.due_at.max(at), at, now) }
}

/// The first letter in lower case, for a sentence that goes on.
#[must_use]
pub fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
