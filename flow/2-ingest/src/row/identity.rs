//! How a row is known again: by the source's id or, where there is none, by its content and its occurrence number among the
//! equal rows of its file.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher},
};

use sha2::{Digest, Sha256};

/// The first 128 bits of a SHA-256: among a billion rows two meet with a chance of one in 10^21.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest128([u8; 16]);

impl Digest128 {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let whole: [u8; 32] = Sha256::digest(bytes).into();
        let mut half = [0; 16];
        for (to, from) in half.iter_mut().zip(whole) {
            *to = from;
        }
        Self(half)
    }

    /// 22 letters, digits, `-` and `_` (base64url).
    pub(crate) fn text(self) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bits = u128::from_be_bytes(self.0);
        let mut text = [0_u8; 22];
        for place in text.iter_mut().rev() {
            *place = LETTERS.get((bits & 63) as usize).copied().unwrap_or(b'-');
            bits >>= 6;
        }
        text.iter().copied().map(char::from).collect()
    }

    pub(crate) fn fingerprint(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// The longest source id that is kept as it is; longer ones are kept as a digest (the body holds them in full).
const LONGEST_ID: usize = 40;

/// The key of a row with an id of the source's own.
pub(crate) fn source_key(parts: &[&str]) -> String {
    let id = parts.join(" | ");
    if id.len() > LONGEST_ID || id.starts_with('~') { format!("~{}", Digest128::of(id.as_bytes()).text()) } else { id }
}

/// The key of a row that is known by its content: the `nth` of its equals in the file, from 1.
pub(crate) fn content_key(hash: &str, nth: u32) -> String {
    if nth == 1 { format!("~{hash}") } else { format!("~{hash}#{nth}") }
}

/// 64 bits of a key, for [`Seen`]; the same within one run of the program.
pub(crate) fn fingerprint(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// How often each row of this file was met so far. 12 bytes a row, and only for rows that need it.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashMap<u64, u32, BuildHasherDefault<AsItIs>>);

impl Seen {
    /// Counts one more and says the how-manieth it is.
    pub(crate) fn count(&mut self, fingerprint: u64) -> u32 {
        let count = self.0.entry(fingerprint).or_insert(0);
        *count = count.saturating_add(1);
        *count
    }

    pub(crate) fn has(&self, fingerprint: u64) -> bool {
        self.0.contains_key(&fingerprint)
    }
}

/// Fingerprints are spread already: hashing them again would only cost time.
#[derive(Debug, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}
