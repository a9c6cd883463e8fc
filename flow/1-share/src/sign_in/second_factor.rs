//! The second factor: a time-based code (TOTP, RFC 6238) from an app on the member's phone, and recovery codes for when
//! the phone is lost. The secret is sealed with the vault's key; recovery codes are kept as hashes.

use base::{Id, Random, Timestamp, kind};
use qrcodegen::{QrCode, QrCodeEcc};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};
use vault::{StoreError, Vault};

/// How many recovery codes a member has.
pub(super) const RECOVERY_CODES: usize = 8;
/// 160 bits, as RFC 4226 section 4 asks for.
const SECRET_BYTES: usize = 20;

/// The secret that a member's phone shares with us. Not shown but where it is set up: no `Debug`.
#[derive(Clone)]
pub(super) struct Shared(Vec<u8>);

impl Shared {
    pub(super) fn new(random: &Random) -> Self {
        Self(random.bytes::<SECRET_BYTES>().to_vec())
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(Secret::from(self.0.clone())).build_noncompliant()
    }

    /// The time step whose code this is: now, or 30 seconds either side. Spaces in the code don't matter.
    pub(super) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let seconds = u64::try_from(now.as_micros() / 1_000_000).ok()?;
        self.totp().check(&code, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// The code at a time: what the phone shows.
    #[cfg(test)]
    pub(super) fn code_at(&self, now: Timestamp) -> String {
        self.totp().generate(u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0)).to_string()
    }

    /// The secret to type in by hand, in groups of four.
    pub(super) fn typed(&self) -> String {
        let text = Secret::from(self.0.clone()).to_base32();
        let letters: Vec<char> = text.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// The address that an authenticator app reads.
    fn uri(&self, email: &str) -> String {
        let account: String = email
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect();
        let secret = Secret::from(self.0.clone()).to_base32();
        format!("otpauth://totp/Alongside:{account}?secret={secret}&issuer=Alongside&algorithm=SHA1&digits=6&period=30")
    }

    /// The picture that an authenticator app reads.
    pub(super) fn picture(&self, email: &str) -> Option<Picture> {
        let code = QrCode::encode_text(&self.uri(email), QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in 0..code.size() {
                if code.get_module(x, y) {
                    path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
                }
            }
        }
        Some(Picture { size: code.size() + 2 * QUIET, path })
    }

    /// Sealed for this member: in the form that sets it up, and in the register.
    pub(super) fn seal(&self, vault: &Vault, member: Id<kind::Member>) -> Result<String, StoreError> {
        vault.seal(&[label(member).as_bytes(), &self.0].concat())
    }

    /// Opens for its own member only.
    pub(super) fn unseal(vault: &Vault, member: Id<kind::Member>, sealed: &str) -> Result<Self, StoreError> {
        let bytes = vault.unseal(sealed)?;
        let secret = bytes.strip_prefix(label(member).as_bytes()).ok_or(StoreError::Sealed)?;
        Ok(Self(secret.to_vec()))
    }
}

/// The empty modules around a QR code that readers need.
const QUIET: i32 = 4;

/// A QR code as one SVG path.
pub(super) struct Picture {
    /// Its width and height in modules.
    pub size: i32,
    /// The dark modules.
    pub path: String,
}

/// What stands in front of a sealed secret, so that it opens nothing of anybody else's.
fn label(member: Id<kind::Member>) -> String {
    format!("second_factor:{member}:")
}

/// New recovery codes: 50 bits each, in letters and digits that can't be mistaken.
pub(super) fn recovery_codes(random: &Random) -> Vec<String> {
    const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz-";
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    while codes.len() < RECOVERY_CODES {
        // 31 letters; the 32nd value is drawn again, so that all are equally likely.
        let letters: Vec<char> = random
            .bytes::<32>()
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte & 31)).copied())
            .filter(|letter| *letter != b'-')
            .map(char::from)
            .take(10)
            .collect();
        if letters.len() == 10 {
            let (left, right) = letters.split_at(5);
            codes.push(format!("{}-{}", left.iter().collect::<String>(), right.iter().collect::<String>()));
        }
    }
    codes
}

/// What is kept of a recovery code; hyphens, spaces and capitals don't matter. Tries are throttled, so a fast hash will do;
/// the member's id keeps equal codes apart.
pub(super) fn recovery_hash(member: Id<kind::Member>, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    hex::encode(Sha256::new().chain_update(member.to_string()).chain_update(plain).finalize())
}

#[cfg(test)]
mod tests {
    use base::SignedDuration;

    use super::*;

    #[test]
    fn a_code_opens_within_half_a_minute_and_not_later() {
        let shared = Shared(b"12345678901234567890".to_vec());
        let at = Timestamp::EPOCH.plus(SignedDuration::from_secs(59));
        assert_eq!(shared.code_at(at), "287082"); // RFC 6238 appendix B, last six digits
        assert_eq!(shared.step_of("287 082", at), Some(1));
        assert_eq!(shared.step_of("287082", at.plus(SignedDuration::from_secs(30))), Some(1));
        assert_eq!(shared.step_of("287082", at.plus(SignedDuration::from_secs(61))), None);
        assert_eq!(shared.step_of("28708", at), None);
        assert_eq!(shared.step_of("letters", at), None);
    }

    #[test]
    fn what_the_app_reads() {
        let shared = Shared(b"12345678901234567890".to_vec());
        assert_eq!(
            shared.uri("a.b+c@unit.example"),
            "otpauth://totp/Alongside:a.b%2Bc%40unit.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Alongside&\
             algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(shared.typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(shared.picture("a@b.example").unwrap().path.starts_with("M4 4h1v1h-1z"));
    }

    #[test]
    fn recovery_codes_are_eight_different_ones() {
        let mut codes = recovery_codes(&Random::seeded(5));
        assert!(codes.iter().all(|code| code.len() == 11 && code.as_bytes()[5] == b'-'));
        let member = Id::from_u128(1);
        assert_eq!(recovery_hash(member, &codes[0]), recovery_hash(member, &codes[0].to_uppercase().replace('-', " ")));
        assert_ne!(recovery_hash(member, &codes[0]), recovery_hash(Id::from_u128(2), &codes[0]));
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), RECOVERY_CODES);
    }
}
