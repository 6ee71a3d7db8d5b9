//! Passes a layer on while it is made, so that a bomb is never in memory as a whole.

use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};

/// The receiver of a bomb.
pub(crate) struct Feed<'a> {
    take: &'a mut dyn FnMut(&[u8]),
}

impl Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.take)(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Feed<'_> {
    /// Makes a bomb and passes it on.
    pub(crate) fn run(make: fn(&mut Feed<'_>), take: &mut dyn FnMut(&[u8])) {
        make(&mut Feed { take });
    }

    /// Passes bytes on as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(64 << 10) {
            (self.take)(piece);
        }
    }

    /// Passes the same bytes on many times.
    pub(crate) fn repeat(&mut self, bytes: &[u8], times: usize) {
        let many = bytes.repeat((64 << 10) / bytes.len().max(1) + 1);
        let each = many.len() / bytes.len().max(1);
        for _ in 0..times / each {
            self.raw(&many);
        }
        for _ in 0..times % each {
            self.raw(bytes);
        }
    }

    /// Compresses the written bytes as one member.
    pub(crate) fn gzip(&mut self, write: impl FnOnce(&mut dyn Write)) {
        let mut encoder = GzEncoder::new(self, Compression::fast());
        write(&mut encoder);
        encoder.finish().expect("it is only handed on");
    }
}

/// Returns bytes as one gzip member.
pub(crate) fn member(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("it is only kept");
    encoder.finish().expect("it is only kept")
}

/// Writes the same bytes many times.
pub(crate) fn again(out: &mut dyn Write, bytes: &[u8], times: usize) {
    for _ in 0..times {
        out.write_all(bytes).expect("it is only handed on");
    }
}
