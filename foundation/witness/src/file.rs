//! The files that go between a unit and its partners: heads, and proofs of two kinds. JSON; version 1.

use std::{fs::File, io::Read as _, path::Path};

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Entry, Head};

/// No head or proof comes near this many bytes; what is larger is something else.
pub const LARGEST_FILE: u64 = 1 << 20;

/// The form that this program writes and reads.
const VERSION: u64 = 1;

/// That an entry is in the log of which a head was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// The entry's place, from 0.
    pub position: u64,
    /// Its hash, in hexadecimal.
    pub leaf_hash: String,
    /// What it says, where the reader may see that; else only its hash is proven.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entry: Option<Entry<'static>>,
    /// The hashes from the leaf to the root (RFC 6962, section 2.1.1), in hexadecimal.
    pub path: Vec<String>,
    /// The head that it is held against.
    pub head: Head,
}

/// That the log of one head is the beginning of the log of another: nothing that it held was changed or taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// The older head.
    pub from: Head,
    /// The newer.
    pub to: Head,
    /// The hashes that lead from one root to the other (RFC 6962, section 2.1.2), in hexadecimal.
    pub path: Vec<String>,
}

/// Any of the files.
#[allow(clippy::large_enum_variant, reason = "one is read at a time, and many are never kept")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// A head alone.
    Head(Head),
    /// A proof that an entry is in the log.
    Inclusion(Inclusion),
    /// A proof that the log only grew.
    Consistency(Consistency),
}

/// Why a file can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It can't be opened or read.
    #[error("{0} can't be read: {1}")]
    File(String, String),
    /// It is much larger than a head or proof can be.
    #[error("it is larger than a megabyte, so it is no head or proof of an audit log")]
    TooLarge,
    /// Not JSON, or cut off.
    #[error("it is not whole JSON ({0}); was it cut off on its way? Fetch it again")]
    Json(String),
    /// JSON, but of something else.
    #[error("it is neither a signed head nor a proof of an audit log of Alongside")]
    Else,
    /// A later program's.
    #[error("it is of version {0}, and this program reads version 1; get a newer one")]
    Version(String),
    /// A field is missing, has the wrong kind, or is one too many.
    #[error("it is not a {0} as this program knows it: {1}")]
    Fields(&'static str, String),
    /// A key that is none.
    #[error(
        "the key is neither a file nor 64 hexadecimal digits of an Ed25519 key; it looks like the one on the unit's page “Check the log”"
    )]
    Key,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// In words: what is wrong with it.
    pub fn open(path: &Path) -> Result<Self, Unreadable> {
        Self::read(&text_of(path)?)
    }

    /// Reads the text of one.
    ///
    /// # Errors
    /// As [`Document::open`].
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let mut json: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| Unreadable::Json(error.to_string()))?;
        let fields = json.as_object_mut().ok_or(Unreadable::Else)?;
        let kind = fields.remove("alongside");
        if kind.is_none() {
            let is_head = ["size", "root", "signature"].iter().all(|name| fields.contains_key(*name));
            return if is_head { of_kind("signed head", json).map(Self::Head) } else { Err(Unreadable::Else) };
        }
        let version = fields.remove("version").unwrap_or_default();
        if version.as_u64() != Some(VERSION) {
            return Err(Unreadable::Version(version.to_string()));
        }
        match kind.as_ref().and_then(Value::as_str) {
            Some("inclusion") => of_kind("proof of an entry", json).map(Self::Inclusion),
            Some("consistency") => of_kind("proof that the log only grew", json).map(Self::Consistency),
            _ => Err(Unreadable::Else),
        }
    }

    /// Its text, as it is given to others.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Head(head) => pretty(head),
            Self::Inclusion(proof) => pretty(&Marked { alongside: "inclusion", version: VERSION, proof }),
            Self::Consistency(proof) => pretty(&Marked { alongside: "consistency", version: VERSION, proof }),
        }
    }
}

/// A proof with what says that it is one.
#[derive(Serialize)]
struct Marked<'a, T> {
    alongside: &'static str,
    version: u64,
    #[serde(flatten)]
    proof: &'a T,
}

fn pretty(json: &impl Serialize) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default() + "\n"
}

fn of_kind<T: DeserializeOwned>(words: &'static str, json: Value) -> Result<T, Unreadable> {
    serde_json::from_value(json).map_err(|error| Unreadable::Fields(words, error.to_string()))
}

/// The text of a small file.
pub(crate) fn text_of(path: &Path) -> Result<String, Unreadable> {
    let failed = |error: std::io::Error| Unreadable::File(path.display().to_string(), error.to_string());
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map_err(|_| Unreadable::Json("it is not text in UTF-8".to_owned()))
}

/// The key: 64 hexadecimal digits, or a file that holds them.
///
/// # Errors
/// Where it is neither, or no point of the curve.
pub fn read_key(file_or_digits: &str) -> Result<VerifyingKey, Unreadable> {
    let digits = |text: &str| {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).ok()?;
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
    };
    match digits(file_or_digits) {
        Some(key) => Ok(key),
        None if Path::new(file_or_digits).exists() => {
            digits(&text_of(Path::new(file_or_digits))?).ok_or(Unreadable::Key)
        }
        None => Err(Unreadable::Key),
    }
}
