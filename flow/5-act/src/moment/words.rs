//! A moment's clock in words: always the absolute time and how long is left, never colour alone.

use base::Timestamp;
use web::time::{Clock, Tone, span};

use super::{Moment, Reason, State, came_late, says_held_in_time};

/// The clock of a moment as a page shows it.
#[must_use]
pub fn clock(moment: &Moment, now: Timestamp) -> Clock {
    match &moment.state {
        State::Open => open(moment.due_at, moment.raised_at, moment.held_at, now),
        State::Paused(pause) => Clock::paused(moment.due_at, now, &lower_first(pause.why.words())),
        State::Contacted(reached) => answered(moment, reached.at, now),
        State::Closed(closing) => match (&closing.reached, moment.in_time()) {
            (Some(reached), _) => answered(moment, reached.at, now),
            (None, Some(true)) if closing.reason != Reason::AlreadyHeld => {
                Clock::stopped(moment.due_at, closing.at, now)
            }
            (None, _) => ended(moment, closing.at, now, closing.reason.words()),
        },
        State::Merged(merged) => ended(moment, merged.at, now, "One with an earlier moment"),
    }
}

/// The clock of a moment that is open: what its record says of it, and whether it came too late, go before how late it is.
#[must_use]
pub fn open(due_at: Timestamp, raised_at: Timestamp, held_at: Option<Timestamp>, now: Timestamp) -> Clock {
    let clock = Clock::running(due_at, now);
    if says_held_in_time(held_at, due_at) {
        let tag = "The record says it was held".to_owned();
        return Clock { tag, left: String::new(), tone: Tone::Paused, ..clock };
    }
    if came_late(raised_at, due_at) && now >= due_at {
        let tag = format!("Reached us {} after its time ran out", span(raised_at.since(due_at)));
        return Clock { tag, left: String::new(), tone: Tone::Due, ..clock };
    }
    clock
}

fn answered(moment: &Moment, at: Timestamp, now: Timestamp) -> Clock {
    let clock = Clock::stopped(moment.due_at, at, now);
    if at <= moment.due_at { Clock { tag: "Reached in time".to_owned(), ..clock } } else { clock }
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
