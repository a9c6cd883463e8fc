//! Keys: one master key and one signing key, each a file outside the database that only this account can read. From the master
//! key come, by HMAC, the keys that wrap blobs' keys, seal fields and digest what must not be stored in clear.

use std::{fs, path::Path};

use base::Random;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use ed25519_dalek::SigningKey;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{create, directory, failed, settle, sync_parent, write_whole};
use crate::{StoreError, Vault, database, database::Database, params};

pub(crate) const MASTER: &str = "master.key";
pub(crate) const SIGNING: &str = "audit-signing.key";
const SIGNING_PUBLIC: &str = "audit-signing.pub";

/// The keys in use, derived from the files once.
pub(crate) struct Keys {
    sealing: XChaCha20Poly1305,
    digesting: [u8; 32],
    pub(crate) signing: SigningKey,
}

impl Keys {
    /// Reads the key files; makes them where the database is new. A database that was made under other keys is refused.
    pub(crate) async fn open(db: &Database, root: &Path, random: &Random) -> Result<Self, StoreError> {
        let keys = directory(&root.join("keys"))?;
        let master_check = setting(db, "master_key_digest").await?;
        let public_check = setting(db, "audit_public_key").await?;
        let master = read_or_make(&keys.join(MASTER), master_check.is_none(), random)?;
        let signing = SigningKey::from_bytes(&read_or_make(&keys.join(SIGNING), public_check.is_none(), random)?);
        let public = hex::encode(signing.verifying_key().to_bytes());
        same(db, "master_key_digest", &hex::encode(hmac(&master, &[b"check"])), &keys.join(MASTER)).await?;
        same(db, "audit_public_key", &public, &keys.join(SIGNING)).await?;
        let public_path = keys.join(SIGNING_PUBLIC);
        if fs::read_to_string(&public_path).ok().as_deref().map(str::trim) != Some(public.as_str()) {
            write_whole(&public_path, format!("{public}\n").as_bytes())?;
        }
        let sealing = XChaCha20Poly1305::new(&hmac(&master, &[b"seal"]).into());
        Ok(Self { sealing, digesting: hmac(&master, &[b"digest"]), signing })
    }

    /// Encrypts a little; `context` must be given again to open it.
    pub(crate) fn seal(&self, context: &str, plain: &[u8], random: &Random) -> Result<String, StoreError> {
        let nonce: [u8; 24] = random.bytes();
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self.sealing.encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| StoreError::Sealed)?;
        Ok(hex::encode(nonce) + &hex::encode(sealed))
    }

    pub(crate) fn unseal(&self, context: &str, sealed: &str) -> Result<Vec<u8>, StoreError> {
        let bytes = hex::decode(sealed).map_err(|_| StoreError::Sealed)?;
        let (nonce, sealed) = bytes.split_at_checked(24).ok_or(StoreError::Sealed)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.sealing.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| StoreError::Sealed)
    }

    pub(crate) fn digest(&self, purpose: &str, bytes: &[u8]) -> String {
        hex::encode(hmac(&self.digesting, &[purpose.as_bytes(), &[0], bytes]))
    }
}

impl Vault {
    /// Encrypts a field that must not stand in the database in clear: a second factor's secret, an informant's identity.
    /// The same bytes seal differently each time.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] where it can't be encrypted, which only absurd lengths bring about.
    pub fn seal(&self, plain: &[u8]) -> Result<String, StoreError> {
        self.keys().seal("field", plain, self.random())
    }

    /// Opens what [`Vault::seal`] made.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] where it was made under another key or changed.
    pub fn unseal(&self, sealed: &str) -> Result<Vec<u8>, StoreError> {
        self.keys().unseal("field", sealed)
    }

    /// A keyed digest (HMAC-SHA-256, hexadecimal) that finds equal values again without storing them: nobody without the
    /// master key can try values out. Digests for different purposes never agree.
    #[must_use]
    pub fn digest(&self, purpose: &str, bytes: &[u8]) -> String {
        self.keys().digest(purpose, bytes)
    }

    /// The digest by which a source's record is known after it was erased: of its feed and its key there.
    #[must_use]
    pub fn source_digest(&self, feed: &str, source_key: &str) -> String {
        self.digest("source", format!("{}:{feed}{source_key}", feed.len()).as_bytes())
    }
}

/// HMAC-SHA-256 over the parts as one text.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length is taken, so the error can't come; an empty digest would fail every check.
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Reads a key of 32 bytes; makes it if it may. Of two processes that make it at once, both use the first one's.
pub(crate) fn read_or_make(path: &Path, may_make: bool, random: &Random) -> Result<[u8; 32], StoreError> {
    if !path.exists() {
        if !may_make {
            let problem = "the key is missing, and the database was made with it; put it back from where keys are kept";
            return Err(failed(path, &problem));
        }
        let beside = path.with_extension(hex::encode(random.bytes::<8>()));
        let file = create(&beside)?;
        std::io::Write::write_all(&mut &file, format!("{}\n", hex::encode(random.bytes::<32>())).as_bytes())
            .map_err(|error| failed(&beside, &error))?;
        file.sync_all().map_err(|error| failed(&beside, &error))?;
        let linked = fs::hard_link(&beside, path);
        super::remove(&beside)?;
        if let Err(error) = linked
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(failed(path, &error));
        }
        sync_parent(path)?;
    }
    let text = fs::read_to_string(path).map_err(|error| failed(path, &error))?;
    let mut key = [0; 32];
    hex::decode_to_slice(text.trim(), &mut key)
        .map_err(|_| failed(path, &"it is not a key of 64 hexadecimal digits"))?;
    Ok(key)
}

async fn setting(db: &Database, name: &'static str) -> Result<Option<String>, StoreError> {
    let rows = database::rows(&db.pool, "SELECT value FROM setting WHERE name = $1", params![name]).await?;
    rows.first().map(|row| row.text("value")).transpose()
}

async fn same(db: &Database, name: &'static str, value: &str, path: &Path) -> Result<(), StoreError> {
    let kept = match setting(db, name).await? {
        Some(kept) => kept,
        None => {
            let tx = db.begin().await?;
            let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
            database::execute(&*tx, sql, params![name, value]).await?;
            tx.commit().await?;
            setting(db, name).await?.unwrap_or_default()
        }
    };
    if kept == value { Ok(()) } else { Err(failed(path, &"the database was made with another key")) }
}

/// Writes a copy of a key, for restoring.
pub(crate) fn put_key(path: &Path, text: &str) -> Result<(), StoreError> {
    let beside = path.with_extension("part");
    let file = create(&beside)?;
    std::io::Write::write_all(&mut &file, text.as_bytes()).map_err(|error| failed(&beside, &error))?;
    settle(&file, &beside, path)
}
