//! Opening a file of areas, residents or postcodes: plain or gzip, with or without a byte order mark, never without end.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// The most that is read of a file once it is unpacked: twice the whole of England's boundaries, or its postcodes.
pub(super) const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// The file's text, unpacked where it is gzip, without its byte order mark.
pub(super) fn open(source: impl Read + Send + 'static) -> io::Result<impl Read + Send> {
    let mut source = BufReader::with_capacity(64 * 1024, source);
    let packed = source.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let whole: Box<dyn Read + Send> = if packed { Box::new(MultiGzDecoder::new(source)) } else { Box::new(source) };
    let mut whole = BufReader::with_capacity(64 * 1024, Bounded { whole, left: MOST_BYTES });
    if whole.fill_buf()?.starts_with(&[0xef, 0xbb, 0xbf]) {
        whole.consume(3);
    }
    Ok(whole)
}

/// Stops a file that has no end, such as one packed to fill a disk.
struct Bounded {
    whole: Box<dyn Read + Send>,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.whole.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let megabytes = MOST_BYTES / 1024 / 1024;
            io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it has more than {megabytes} MB once unpacked; split it"),
            )
        })?;
        Ok(read)
    }
}
