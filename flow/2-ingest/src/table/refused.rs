//! Why a file as a whole is not taken.

/// A file that is not taken, and why, in words for whoever sent it. No cell of it is quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why} {next}")]
pub struct Refused {
    /// A code for the log: `not_a_table`, `too_large`, `another_feed`, …
    pub code: &'static str,
    /// What is wrong.
    pub why: String,
    /// What to do next.
    pub next: String,
}

impl Refused {
    pub(crate) fn new(code: &'static str, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code, why: why.into(), next: next.into() }
    }

    pub(crate) fn not_a_table(what: &str) -> Self {
        Self::new(
            "not_a_table",
            format!("This is {what}."),
            "Send the table itself as CSV or as an Excel workbook (.xlsx).",
        )
    }

    pub(crate) fn too_large(why: impl Into<String>) -> Self {
        Self::new("too_large", why, "Split it, by month for example, and send the parts.")
    }

    pub(crate) fn damaged(why: impl Into<String>) -> Self {
        Self::new("damaged", why, "Make the file again from its source and send that.")
    }
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(refused) => refused.clone(),
            None if matches!(
                error.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput
            ) =>
            {
                Self::damaged("The file can’t be unpacked: it is damaged or was cut off.")
            }
            None => {
                Self::new("unreadable", format!("The file can’t be read: {error}."), "Check the file and its path.")
            }
        }
    }
}

impl From<Refused> for std::io::Error {
    fn from(refused: Refused) -> Self {
        Self::other(refused)
    }
}
