//! A folder in which a partner keeps the heads that it was given, each with the proof that it extends the one before: with it
//! anybody can show later that a log was rewritten.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use ed25519_dalek::VerifyingKey;

use crate::{
    Consistency, Document, Head, Unreadable, Wrong,
    check::{check_consistency, signed_root},
    file::read_key,
};

/// The file with the unit's key, written when the folder is begun.
const KEY: &str = "unit.key";

/// A partner's folder.
#[derive(Debug, Clone)]
pub struct Kept {
    folder: PathBuf,
    key: VerifyingKey,
    /// Smallest first.
    heads: Vec<Head>,
}

/// Why a folder can't be used, or a file not be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeptError {
    /// The first time, the key must be given.
    #[error("{0} has no key yet: give the unit's with --key the first time")]
    NoKey(String),
    /// Not the key that the folder was begun with.
    #[error("{0} was begun with another key. If the unit has a new key, begin a new folder, and ask the unit why")]
    OtherKey(String),
    /// A file in it, or the one to keep.
    #[error("{0}: {1}")]
    Unreadable(String, Unreadable),
    /// The folder can't be written.
    #[error("{0} can't be written: {1}")]
    Folder(String, String),
    /// A head is there already, and the new one comes without a proof.
    #[error(
        "the head over {size} entries comes without a proof that it extends the one over {kept}: ask for the newest head since {kept}"
    )]
    NeedsProof {
        /// Of the new head.
        size: u64,
        /// Of the newest kept.
        kept: u64,
    },
    /// The proof begins at a head that isn't kept here.
    #[error("the proof begins at a head over {from} entries, which is not kept here; the newest is over {kept}")]
    NotFromHere {
        /// Where the proof begins.
        from: u64,
        /// The newest kept; 0 for none.
        kept: u64,
    },
    /// A proof of one entry is checked, not kept.
    #[error("it is a proof of one entry: use `check` for it")]
    NotAHead,
    /// It does not hold.
    #[error(transparent)]
    Wrong(#[from] Wrong),
}

/// What keeping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The first head of the folder.
    First(u64),
    /// The log grew.
    Grew {
        /// From so many entries.
        from: u64,
        /// To so many.
        to: u64,
    },
    /// Nothing new.
    Known(u64),
}

/// What a look through the folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// How many heads are kept.
    pub heads: usize,
    /// Steps from one head to the next that are proven.
    pub proven: usize,
    /// Steps for which no proof is kept, as sizes: ask the unit for them.
    pub unproven: Vec<(u64, u64)>,
    /// What does not hold.
    pub wrong: Vec<Wrong>,
}

impl Kept {
    /// Opens a folder, or begins one, for which the key must be given.
    ///
    /// # Errors
    /// Where a file in it can't be read, or the key is missing or another.
    pub fn open(folder: &Path, key: Option<VerifyingKey>) -> Result<Self, KeptError> {
        let (name, key_file) = (folder.display().to_string(), folder.join(KEY));
        let known = match key_file.exists() {
            true => Some(read_key(&key_file.display().to_string()).map_err(|error| unreadable(&key_file, error))?),
            false => None,
        };
        let key = match (known, key) {
            (Some(known), Some(given)) if known != given => return Err(KeptError::OtherKey(name)),
            (Some(known), _) => known,
            (None, Some(given)) => given,
            (None, None) => return Err(KeptError::NoKey(name)),
        };
        let mut heads = Vec::new();
        for path in files(folder)?.iter().filter(|path| path.extension().is_some_and(|kind| kind == "head")) {
            match Document::open(path).map_err(|error| unreadable(path, error))? {
                Document::Head(head) => heads.push(head),
                _ => return Err(unreadable(path, Unreadable::Else)),
            }
        }
        heads.sort_by_key(|head| head.size);
        Ok(Self { folder: folder.to_path_buf(), key, heads })
    }

    /// The key that the folder was begun with.
    #[must_use]
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The newest head that is kept.
    #[must_use]
    pub fn newest(&self) -> Option<&Head> {
        self.heads.last()
    }

    /// The kept head of a size.
    #[must_use]
    pub fn head(&self, size: u64) -> Option<&Head> {
        self.heads.iter().find(|head| head.size == size)
    }

    /// Holds a signed head against the kept ones: of one size there is one log.
    ///
    /// # Errors
    /// [`Wrong::TwoLogs`], [`Wrong::Signature`].
    pub fn hold_against(&self, head: &Head) -> Result<(), Wrong> {
        signed_root(head, &self.key)?;
        match self.head(head.size) {
            Some(kept) if !kept.agrees_with(head) => Err(Wrong::TwoLogs(head.size)),
            _ => Ok(()),
        }
    }

    /// Checks what the unit gave and keeps it if it holds.
    ///
    /// # Errors
    /// Why it was not kept.
    pub fn keep(&mut self, document: &Document) -> Result<Outcome, KeptError> {
        match document {
            Document::Head(head) => self.keep_head(head),
            Document::Consistency(proof) => self.keep_growth(proof),
            Document::Inclusion(_) => Err(KeptError::NotAHead),
        }
    }

    fn keep_head(&mut self, head: &Head) -> Result<Outcome, KeptError> {
        self.hold_against(head)?;
        match self.newest().map(|newest| newest.size) {
            _ if self.head(head.size).is_some() => Ok(Outcome::Known(head.size)),
            Some(kept) => Err(KeptError::NeedsProof { size: head.size, kept }),
            None => {
                self.write_head(head)?;
                Ok(Outcome::First(head.size))
            }
        }
    }

    fn keep_growth(&mut self, proof: &Consistency) -> Result<Outcome, KeptError> {
        self.hold_against(&proof.from)?;
        self.hold_against(&proof.to)?;
        if self.head(proof.from.size).is_none() {
            let kept = self.newest().map_or(0, |newest| newest.size);
            return Err(KeptError::NotFromHere { from: proof.from.size, kept });
        }
        check_consistency(proof, &self.key)?;
        let (from, to) = (proof.from.size, proof.to.size);
        if from == to {
            return Ok(Outcome::Known(to));
        }
        // The proof first: a head that is kept has its proof beside it.
        self.write(&format!("{from}-{to}.proof"), &Document::Consistency(proof.clone()).to_text())?;
        if self.head(to).is_some() {
            return Ok(Outcome::Known(to));
        }
        self.write_head(&proof.to)?;
        Ok(Outcome::Grew { from, to })
    }

    /// Looks through the folder: every signature, and whether each head extends the one before.
    ///
    /// # Errors
    /// Where a proof in it can't be read.
    pub fn review(&self) -> Result<Reviewed, KeptError> {
        let mut found = Reviewed { heads: self.heads.len(), ..Reviewed::default() };
        found.wrong.extend(self.heads.iter().filter_map(|head| signed_root(head, &self.key).err()));
        for pair in self.heads.windows(2) {
            let [older, newer] = pair else { continue };
            if older.size == newer.size {
                if !older.agrees_with(newer) {
                    found.wrong.push(Wrong::TwoLogs(older.size));
                }
                continue;
            }
            match self.step(older, newer)? {
                Some(Ok(())) => found.proven += 1,
                Some(Err(wrong)) => found.wrong.push(wrong),
                None => found.unproven.push((older.size, newer.size)),
            }
        }
        Ok(found)
    }

    /// Whether the kept proof between two kept heads holds; none where no proof is kept.
    fn step(&self, older: &Head, newer: &Head) -> Result<Option<Result<(), Wrong>>, KeptError> {
        let path = self.folder.join(format!("{}-{}.proof", older.size, newer.size));
        if !path.exists() {
            return Ok(None);
        }
        let Document::Consistency(proof) = Document::open(&path).map_err(|error| unreadable(&path, error))? else {
            return Err(unreadable(&path, Unreadable::Else));
        };
        if !proof.from.agrees_with(older) || !proof.to.agrees_with(newer) {
            return Ok(Some(Err(Wrong::Rewritten { from: older.size, to: newer.size })));
        }
        Ok(Some(check_consistency(&proof, &self.key)))
    }

    fn write_head(&mut self, head: &Head) -> Result<(), KeptError> {
        self.write(&format!("{}.head", head.size), &Document::Head(head.clone()).to_text())?;
        self.heads.push(head.clone());
        self.heads.sort_by_key(|head| head.size);
        Ok(())
    }

    /// Writes a file whole or not at all; the key with the first.
    fn write(&self, name: &str, text: &str) -> Result<(), KeptError> {
        let failed =
            |path: &Path, error: std::io::Error| KeptError::Folder(path.display().to_string(), error.to_string());
        fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, error))?;
        let key = hex::encode(self.key.to_bytes()) + "\n";
        let key_is_there = self.folder.join(KEY).exists();
        for (name, text) in [(KEY, key.as_str()), (name, text)].into_iter().skip(usize::from(key_is_there)) {
            let (path, beside) = (self.folder.join(name), self.folder.join(format!("{name}.part")));
            let written = fs::File::create(&beside)
                .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
                .and_then(|()| fs::rename(&beside, &path));
            written.map_err(|error| failed(&path, error))?;
        }
        Ok(())
    }
}

/// The files of a folder, which need not be there yet.
fn files(folder: &Path) -> Result<Vec<PathBuf>, KeptError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(KeptError::Folder(folder.display().to_string(), error.to_string())),
    };
    let paths: Result<Vec<PathBuf>, std::io::Error> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    paths.map_err(|error| KeptError::Folder(folder.display().to_string(), error.to_string()))
}

fn unreadable(path: &Path, error: Unreadable) -> KeptError {
    KeptError::Unreadable(path.display().to_string(), error)
}
