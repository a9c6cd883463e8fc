//! Passwords: argon2id, off the request's thread, always in the same time whether the account exists or not.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash as Phc,
};
use base::Random;

/// The shortest password that is taken. Length is what counts; no rules about kinds of characters (NCSC, NIST 800-63B).
pub const SHORTEST: usize = 12;
/// The longest, so that hashing can't be made to work for ever.
const LONGEST: usize = 256;

/// A hashed password (PHC string). Never shown: no `Debug` of the text.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("Use at least 12 characters: three or four random words make a good password")]
    Short,
    /// Too long.
    #[error("Use 256 characters or fewer")]
    Long,
    /// One of the first that anybody would try.
    #[error("This password is easy to guess: three or four random words make a good one")]
    Guessable,
    /// The hash could not be made.
    #[error("The password could not be kept. Try again")]
    Failed,
}

/// OWASP's parameters for argon2id: 19 MiB, two passes, one lane; about 25 ms.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether a new password may be used by somebody who signs in with this address.
///
/// # Errors
/// [`PasswordError`], in words for the form.
pub(crate) fn check(password: &str, email: &str) -> Result<(), PasswordError> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(PasswordError::Short);
    }
    if length > LONGEST {
        return Err(PasswordError::Long);
    }
    let lower = password.to_lowercase();
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let mut kinds: Vec<char> = lower.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    let common = ["password", "alongside", "qwerty", "letmein", "welcome", "1234567"];
    // One of these, with nothing but digits, marks and a letter or two around it.
    let only_common = common
        .iter()
        .any(|word| lower.contains(word) && lower.replace(word, "").chars().filter(|c| c.is_alphabetic()).count() < 4);
    if kinds.len() < 5 || only_common || (local.chars().count() > 3 && lower.contains(&local)) {
        return Err(PasswordError::Guessable);
    }
    Ok(())
}

/// Hashes a password, off the thread.
///
/// # Errors
/// [`PasswordError`] where it is too short, too long or easy to guess.
pub async fn hash_password(password: &str, email: &str, random: &Random) -> Result<PasswordHash, PasswordError> {
    check(password, email)?;
    let (password, salt) = (password.to_owned(), random.bytes::<16>());
    tokio::task::spawn_blocking(move || hashed(&password, &salt)).await.map_err(|_| PasswordError::Failed)?
}

fn hashed(password: &str, salt: &[u8]) -> Result<PasswordHash, PasswordError> {
    let hash: Phc = hasher().hash_password_with_salt(password.as_bytes(), salt).map_err(|_| PasswordError::Failed)?;
    Ok(PasswordHash(hash.to_string()))
}

/// What is verified for an account that does not exist or has no password, so that the answer takes as long.
static NOBODY: LazyLock<Option<PasswordHash>> = LazyLock::new(|| hashed("nobody has this password", &[7; 16]).ok());

/// Whether this is the password, off the thread. Takes as long for `None`, and is false.
pub(crate) async fn verify(password: &str, hash: Option<&str>) -> bool {
    let known = hash.is_some();
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    let right = tokio::task::spawn_blocking(move || {
        if password.len() > 4 * LONGEST {
            return false;
        }
        let hash = hash.or_else(|| NOBODY.as_ref().map(|hash| hash.0.clone())).unwrap_or_default();
        Phc::new(&hash).is_ok_and(|parsed| hasher().verify_password(password.as_bytes(), &parsed).is_ok())
    });
    right.await.unwrap_or(false) && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_opens_and_no_other() {
        let random = Random::seeded(1);
        let hash = hash_password("teapot orbit lantern", "a@b.example", &random).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("teapot orbit lantern", Some(hash.as_str())).await);
        assert!(!verify("teapot orbit lantern ", Some(hash.as_str())).await);
        assert!(!verify("nobody has this password", None).await);
    }

    #[test]
    fn weak_passwords_are_refused_in_words() {
        let check = |password: &str| check(password, "jordan.smith@unit.example");
        assert_eq!(check("short one"), Err(PasswordError::Short));
        assert_eq!(check("aaaaaaaaaaaaaaaa"), Err(PasswordError::Guessable));
        assert_eq!(check("Password1234!"), Err(PasswordError::Guessable));
        assert_eq!(check("jordan.smith 2026"), Err(PasswordError::Guessable));
        assert_eq!(check("teapot orbit lantern"), Ok(()));
    }
}
