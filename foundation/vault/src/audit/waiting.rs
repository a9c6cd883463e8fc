//! Entries of decided requests on their way into the log. Those that come while the writer is busy go in together, in one
//! transaction, or ride with the next change: the disk is asked once for all of them, and each asker is answered when it has said
//! that theirs is kept.

use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use super::entry::{NewEntry, append_all};
use crate::{StoreError, Vault};

/// At most so many in one transaction, which must stay short.
const TOGETHER: usize = 200;

pub(crate) type Answer = oneshot::Sender<Result<(), StoreError>>;

#[derive(Default)]
struct Queue {
    entries: Vec<(NewEntry, Answer)>,
    /// Whether somebody is on the way to write them.
    attended: bool,
}

impl Queue {
    fn oldest(&mut self) -> (Vec<NewEntry>, Vec<Answer>) {
        let count = self.entries.len().min(TOGETHER);
        self.entries.drain(..count).unzip()
    }
}

/// The entries that wait.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Queue>);

impl Waiting {
    /// Adds one; says whether somebody must be sent to write it.
    fn add(&self, entry: NewEntry, answer: Answer) -> bool {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.entries.push((entry, answer));
        !std::mem::replace(&mut queue.attended, true)
    }

    /// The oldest of them; where there are none, whoever attends may go.
    fn take(&self) -> (Vec<NewEntry>, Vec<Answer>) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.attended = !queue.entries.is_empty();
        queue.oldest()
    }

    /// The oldest of them, for a change that is about to commit and takes them along.
    pub(crate) fn ride(&self) -> (Vec<NewEntry>, Vec<Answer>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).oldest()
    }

    /// Whoever attended is gone: those who wait are told, by their answers' being dropped.
    fn give_up(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Queue::default();
    }
}

impl Vault {
    /// Appends an entry by itself; when this returns, it is on the disk.
    pub(crate) async fn log(&self, entry: NewEntry) -> Result<(), StoreError> {
        // What can't be kept must not keep others out.
        if entry.has_nul() {
            return Err(StoreError::Nul);
        }
        let (answer, answered) = oneshot::channel();
        if self.waiting().add(entry, answer) {
            // On a task of its own: others wait for it too, so a caller who goes away must not take it along.
            let vault = self.clone();
            tokio::spawn(async move {
                let writer = vault.clone();
                if tokio::spawn(async move { writer.write_waiting().await }).await.is_err() {
                    vault.waiting().give_up();
                }
            });
        }
        answered.await.unwrap_or(Err(StoreError::Busy))
    }

    async fn write_waiting(&self) {
        loop {
            // While this waits for its turn, more entries come.
            let turn = self.begin_raw().await;
            let (entries, answers) = self.waiting().take();
            if entries.is_empty() {
                return;
            }
            let count = entries.len() as u64;
            let outcome = async {
                let tx = turn?;
                append_all(&tx, entries).await?;
                tx.commit().await
            }
            .await;
            if outcome.is_ok() {
                self.audited(count);
            }
            tell(answers, &outcome);
        }
    }
}

/// Tells those who asked what became of their entries; who has gone needs no answer.
pub(crate) fn tell(answers: Vec<Answer>, outcome: &Result<(), StoreError>) {
    for answer in answers {
        let _ = answer.send(outcome.clone());
    }
}
