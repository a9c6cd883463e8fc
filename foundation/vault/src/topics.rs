//! Topics: what a stage announces, and which jobs follow. Stages don't know who listens; `app` registers that.

use std::collections::BTreeMap;

/// A thing that can be announced, as a name in snake case (`records_accepted`).
pub type Topic = &'static str;

/// Something that happened, with ids and codes for whoever listens.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The topic.
    pub topic: Topic,
    /// Ids and codes, never personal data; it becomes the payload of each job.
    pub payload: serde_json::Value,
}

/// Which kinds of job follow which topic.
#[derive(Debug, Default)]
pub struct Topics(BTreeMap<Topic, Vec<&'static str>>);

impl Topics {
    /// No subscribers yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a job of `job_kind` follow every announcement of `topic`.
    #[must_use]
    pub fn with(mut self, topic: Topic, job_kind: &'static str) -> Self {
        self.0.entry(topic).or_default().push(job_kind);
        self
    }

    /// The kinds of job that follow a topic.
    #[must_use]
    pub fn subscribers(&self, topic: Topic) -> &[&'static str] {
        self.0.get(topic).map_or(&[], Vec::as_slice)
    }
}
