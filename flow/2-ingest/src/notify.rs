//! A live notification: one event as JSON, under the same rules as a row of a file. Sent again with the same source id, it
//! changes nothing.

use std::ops::Range;

use base::{Id, code, kind};
use serde_json::Value as Json;
use vault::{Actor, StoreError, Vault};

use crate::{
    delivery::{Counts, DeliveryFault, Part, Run, admit, note, store},
    feed::{Feed, feeds},
    row::{Checked, Checker, Reason, header},
    table::{Refused, RowView},
};

/// What became of a notification.
#[derive(Debug, Clone, PartialEq)]
pub enum NotificationOutcome {
    /// It became a new record.
    Accepted(Id<kind::Delivery>),
    /// It became a new version of a record.
    NewVersion(Id<kind::Delivery>),
    /// It is held already, with the same content; nothing was changed.
    AlreadyHeld,
    /// It is not taken, for all of these reasons; nothing was kept.
    NotTaken(Vec<Reason>),
}

/// Why a notification could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum NotifyFault {
    /// It is not one JSON object with texts, numbers and yes or no.
    #[error("{0}")]
    Shape(String),
    /// Its names are not the feed's.
    #[error(transparent)]
    Names(#[from] Refused),
    /// As for a file.
    #[error(transparent)]
    Delivery(#[from] DeliveryFault),
}

impl From<StoreError> for NotifyFault {
    fn from(error: StoreError) -> Self {
        Self::Delivery(error.into())
    }
}

/// Takes in one event. `json` is one object whose names are the feed's column names.
///
/// # Errors
/// [`NotifyFault`].
pub async fn notify(
    vault: &Vault,
    actor: &Actor,
    feed: &'static Feed,
    json: &Json,
) -> Result<NotificationOutcome, NotifyFault> {
    let (names, values) = flatten(feed, json)?;
    let admission = admit(vault, actor, feed, vault.new_id()).await?;
    let (head, head_cells) = joined(&names);
    let plan = header::plan(feed, feeds(), &RowView::new(1, &head, &head_cells))?;
    let (text, cells) = joined(&values);
    let mut checker = Checker::new(feed, plan, vault.now().date_in_london());
    let draft = match checker.check(&RowView::new(1, &text, &cells)) {
        Checked::Draft(draft) => draft,
        Checked::Bad(bad) => return Ok(NotificationOutcome::NotTaken(bad.reasons)),
    };
    let run =
        Run { vault, permit: admission.permit, delivery: admission.delivery, feed, controller: admission.controller };
    let part = Part { drafts: vec![draft], bad: Vec::new(), to_line: 1 };
    let mut change = vault.change_under(&run.permit, run.cause(code!("notification_taken_in"))).await?;
    let new = store::NewDelivery {
        id: run.delivery,
        feed,
        agency: run.controller,
        source: "notification",
        file_digest: None,
        blob: None,
    };
    store::insert(&mut change, new).await?;
    let counts = run.write_rows(&mut change, part, 0).await?;
    if counts.accepted() == 0 {
        drop(change); // held already, or erased: not even a delivery is left behind
        return Ok(if counts.already_held > 0 { NotificationOutcome::AlreadyHeld } else { erased() });
    }
    store::advance(&mut change, run.delivery, 0, 1, counts).await?;
    store::finish(&mut change, run.delivery).await?;
    note(&mut change, counts);
    change.commit().await?;
    Ok(outcome(run.delivery, counts))
}

fn outcome(delivery: Id<kind::Delivery>, counts: Counts) -> NotificationOutcome {
    if counts.accepted_new > 0 {
        NotificationOutcome::Accepted(delivery)
    } else {
        NotificationOutcome::NewVersion(delivery)
    }
}

fn erased() -> NotificationOutcome {
    NotificationOutcome::NotTaken(vec![Reason {
        column: None,
        problem: "This record was erased here and is not taken again.".to_owned(),
        fix: "Nothing, or ask the data protection officer if it must be held again.".to_owned(),
    }])
}

/// The longest notification's texts together, in bytes.
const LONGEST: usize = 64 * 1024;

/// The names and values of the object. Names that the feed requires and the object lacks count as blank, so that they are named
/// with the other reasons.
fn flatten(feed: &Feed, json: &Json) -> Result<(Vec<String>, Vec<String>), NotifyFault> {
    let shape = |text: &str| NotifyFault::Shape(text.to_owned());
    let object =
        json.as_object().ok_or_else(|| shape("Send one JSON object: one event with the feed’s column names."))?;
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (name, value) in object {
        names.push(name.clone());
        values.push(match value {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(yes) => if *yes { "Yes" } else { "No" }.to_owned(),
            Json::Array(_) | Json::Object(_) => {
                return Err(shape("Values are texts, numbers, true, false or null; lists and objects are not taken."));
            }
        });
    }
    if values.iter().map(String::len).sum::<usize>() > LONGEST {
        return Err(shape("The notification is longer than 64 kB."));
    }
    if values.iter().any(|value| value.contains('\0')) {
        return Err(shape("A text holds a NUL character, which can’t be kept."));
    }
    let known = |name: &String, at: usize| feed.columns.get(at).is_some_and(|column| column.goes_by(name));
    if (0..feed.columns.len()).any(|at| names.iter().any(|name| known(name, at))) {
        for (at, column) in feed.columns.iter().enumerate() {
            if column.required && !names.iter().any(|name| known(name, at)) {
                names.push(column.name.clone());
                values.push(String::new());
            }
        }
    }
    Ok((names, values))
}

fn joined(cells: &[String]) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut ranges = Vec::new();
    for cell in cells {
        let from = text.len();
        text.push_str(cell);
        ranges.push(from..text.len());
    }
    (text, ranges)
}
