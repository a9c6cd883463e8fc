//! What a backup's file looks like: a plain head that says how the key is made, then one encrypted stream of JSON lines. A
//! line that is a map opens a part (a table, a blob's bytes, a key, the end); a line that is a list is a row of the
//! table that was opened last. So one format restores on both engines, and can be read in fifty years.

use std::io::{BufRead, Read, Write};

use argon2::Argon2;
use base::Random;
use serde::{Deserialize, Serialize};

use super::{
    backup::BackupKey,
    failed,
    keys::{hmac, read_or_make},
    stream::{Decrypting, Encrypting},
};
use crate::{StoreError, Value, schema::ColumnKind};

const MAGIC: &[u8; 19] = b"ALONGSIDE-BACKUP-1\n";

/// What opens a part of the backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    /// First: the migrations that the database had.
    Database { made_at: String, migrations: Vec<i64> },
    /// Rows of this table follow, one list a line.
    Table { name: String, columns: Vec<String> },
    /// So many bytes of this blob's encrypted file follow.
    Blob { id: String, bytes: u64 },
    /// A key file's text.
    Key { name: String, text: String },
    /// Last: nothing was cut off.
    End { rows: u64, blobs: u64 },
}

/// A line of the backup.
pub(super) enum Line {
    Part(Part),
    Row(Vec<serde_json::Value>),
}

pub(super) fn seal<W: Write>(mut to: W, key: &BackupKey, random: &Random) -> Result<Encrypting<W>, StoreError> {
    let salt: [u8; 16] = random.bytes();
    let secret = stream_key(key, &salt, Some(random))?;
    let mode: u8 = if matches!(key, BackupKey::File(_)) { b'k' } else { b'p' };
    to.write_all(MAGIC).and_then(|()| to.write_all(&[mode])).and_then(|()| to.write_all(&salt)).map_err(unwritten)?;
    Ok(Encrypting::new(to, &secret))
}

pub(super) fn open<R: Read>(mut from: R, key: &BackupKey) -> Result<Decrypting<R>, StoreError> {
    let mut head = [0; 36];
    from.read_exact(&mut head).map_err(unread)?;
    let (magic, rest) = head.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(unread("it is no backup of Alongside's"));
    }
    let (mode, salt) = rest.split_at(1);
    match (mode, key) {
        (b"k", BackupKey::Passphrase(_)) => return Err(unread("it was made with a key file")),
        (b"p", BackupKey::File(_)) => return Err(unread("it was made with a passphrase")),
        _ => {}
    }
    Decrypting::new(from, &stream_key(key, salt, None)?).map_err(unread)
}

fn stream_key(key: &BackupKey, salt: &[u8], make_with: Option<&Random>) -> Result<[u8; 32], StoreError> {
    let mut secret = [0; 32];
    match key {
        BackupKey::File(path) => {
            let kept = match make_with {
                Some(random) => read_or_make(path, true, random)?,
                None if path.exists() => read_or_make(path, false, &Random::seeded(0))?,
                None => return Err(failed(path, &"the backup's key is not there")),
            };
            secret = hmac(&kept, &[salt]);
        }
        BackupKey::Passphrase(passphrase) => {
            Argon2::default().hash_password_into(passphrase.as_bytes(), salt, &mut secret).map_err(unread)?;
        }
    }
    Ok(secret)
}

pub(super) fn unwritten(error: impl std::fmt::Display) -> StoreError {
    StoreError::File { what: "the backup could not be written".to_owned(), problem: error.to_string() }
}

pub(super) fn unread(error: impl std::fmt::Display) -> StoreError {
    StoreError::File { what: "the backup can't be read".to_owned(), problem: error.to_string() }
}

pub(super) fn write_line(to: &mut impl Write, line: &impl Serialize) -> Result<(), StoreError> {
    serde_json::to_writer(&mut *to, line).map_err(unwritten)?;
    to.write_all(b"\n").map_err(unwritten)
}

pub(super) fn read_line(from: &mut impl BufRead) -> Result<Line, StoreError> {
    let mut line = String::new();
    from.read_line(&mut line).map_err(unread)?;
    if line.starts_with('[') {
        return serde_json::from_str(&line).map(Line::Row).map_err(unread);
    }
    serde_json::from_str(&line).map(Line::Part).map_err(unread)
}

/// A column's value as JSON. Real numbers go as text, which gives back the same bits.
pub(super) fn to_json(row: &crate::Row, column: &str, kind: ColumnKind) -> Result<serde_json::Value, StoreError> {
    Ok(match kind {
        ColumnKind::Text => row.opt_text(column)?.into(),
        ColumnKind::Int => row.opt_int(column)?.into(),
        ColumnKind::Real => row.opt_real(column)?.map(|real| real.to_string()).into(),
        ColumnKind::Bool => row.opt_bool(column)?.into(),
    })
}

/// The value as a column of this kind takes it. SQLite keeps booleans as numbers, so one may stand for the other.
pub(super) fn from_json(json: &serde_json::Value, kind: ColumnKind) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match (kind, json) {
        (ColumnKind::Text, Json::Null) => Value::Text(None),
        (ColumnKind::Int, Json::Null) => Value::Int(None),
        (ColumnKind::Real, Json::Null) => Value::Real(None),
        (ColumnKind::Bool, Json::Null) => Value::Bool(None),
        (ColumnKind::Text, Json::String(text)) => Value::Text(Some(text.clone())),
        (ColumnKind::Int, Json::Number(number)) => Value::Int(Some(number.as_i64()?)),
        (ColumnKind::Int, Json::Bool(bool)) => Value::Int(Some(i64::from(*bool))),
        (ColumnKind::Real, Json::String(text)) => Value::Real(Some(text.parse().ok()?)),
        (ColumnKind::Bool, Json::Bool(bool)) => Value::Bool(Some(*bool)),
        (ColumnKind::Bool, Json::Number(number)) => Value::Bool(Some(number.as_i64()? != 0)),
        _ => return None,
    })
}
