//! Encrypting what is too large for memory: chunks of 64 KiB, each sealed with ChaCha20-Poly1305 in the STREAM construction
//! (Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that a chunk changed, moved or cut off is noticed.
//! Every key is used for one stream only, so the nonce needs no randomness.

use std::io::{self, Read, Write};

use chacha20poly1305::{
    ChaCha20Poly1305,
    aead::{
        KeyInit as _,
        stream::{DecryptorBE32, EncryptorBE32},
    },
};

const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

fn unreadable() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the file does not open: another key made it, or it was changed or cut off",
    )
}

/// Encrypts what is written into it.
pub(crate) struct Encrypting<W: Write> {
    to: W,
    sealer: Option<EncryptorBE32<ChaCha20Poly1305>>,
    waiting: Vec<u8>,
}

impl<W: Write> Encrypting<W> {
    pub(crate) fn new(to: W, key: &[u8; 32]) -> Self {
        let sealer = EncryptorBE32::from_aead(ChaCha20Poly1305::new(key.into()), &[0; 7].into());
        Self { to, sealer: Some(sealer), waiting: Vec::with_capacity(CHUNK + TAG) }
    }

    /// Seals the last chunk, which may be empty, and gives back what was written to.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if let Some(sealer) = self.sealer.take() {
            let mut last = std::mem::take(&mut self.waiting);
            sealer.encrypt_last_in_place(b"", &mut last).map_err(|_| unreadable())?;
            self.to.write_all(&last)?;
        }
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until more comes, since it may be the last.
        if self.waiting.len() == CHUNK && !bytes.is_empty() {
            let sealer = self.sealer.as_mut().ok_or_else(unreadable)?;
            sealer.encrypt_next_in_place(b"", &mut self.waiting).map_err(|_| unreadable())?;
            self.to.write_all(&self.waiting)?;
            self.waiting.clear();
        }
        let taken = bytes.len().min(CHUNK - self.waiting.len());
        self.waiting.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Decrypts what is read from it.
pub(crate) struct Decrypting<R: Read> {
    from: R,
    opener: Option<DecryptorBE32<ChaCha20Poly1305>>,
    open: Vec<u8>,
    at: usize,
    next: Vec<u8>,
}

impl<R: Read> Decrypting<R> {
    pub(crate) fn new(mut from: R, key: &[u8; 32]) -> io::Result<Self> {
        let opener = DecryptorBE32::from_aead(ChaCha20Poly1305::new(key.into()), &[0; 7].into());
        let next = sealed_chunk(&mut from)?;
        Ok(Self { from, opener: Some(opener), open: Vec::new(), at: 0, next })
    }

    fn fill(&mut self) -> io::Result<()> {
        let Some(mut opener) = self.opener.take() else { return Ok(()) };
        let mut chunk = std::mem::replace(&mut self.next, sealed_chunk(&mut self.from)?);
        if self.next.is_empty() {
            opener.decrypt_last_in_place(b"", &mut chunk).map_err(|_| unreadable())?;
        } else {
            opener.decrypt_next_in_place(b"", &mut chunk).map_err(|_| unreadable())?;
            self.opener = Some(opener);
        }
        (self.open, self.at) = (chunk, 0);
        Ok(())
    }
}

fn sealed_chunk(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK + TAG);
    from.take((CHUNK + TAG) as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

impl<R: Read> Read for Decrypting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.open.len() && self.opener.is_some() {
            self.fill()?;
        }
        let left = self.open.get(self.at..).unwrap_or_default();
        let taken = left.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(left) {
            *to = *from;
        }
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::{CHUNK, Decrypting, Encrypting, TAG};

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut writer = Encrypting::new(Vec::new(), &[7; 32]);
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    fn opened(sealed: &[u8], key: u8) -> std::io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Decrypting::new(sealed, &[key; 32])?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn every_length_comes_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
            let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            assert_eq!(opened(&sealed(&plain), 7).unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn what_was_changed_cut_or_moved_does_not_open() {
        let good = sealed(&vec![1; 3 * CHUNK]);
        assert!(opened(&good, 8).is_err());
        assert!(opened(&[], 7).is_err());
        for cut in [1, TAG, CHUNK + TAG] {
            assert!(opened(&good[..good.len() - cut], 7).is_err());
        }
        for at in [0, CHUNK, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(opened(&bad, 7).is_err());
        }
        let mut moved = good[CHUNK + TAG..2 * (CHUNK + TAG)].to_vec();
        moved.extend_from_slice(&good[..CHUNK + TAG]);
        moved.extend_from_slice(&good[2 * (CHUNK + TAG)..]);
        assert!(opened(&moved, 7).is_err());
    }
}
