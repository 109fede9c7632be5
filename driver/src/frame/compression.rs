//! Compression of bodies in version 4. In version 5 whole segments are compressed: see
//! [`segment`](crate::frame::segment).
//!
//! What a compressed body claims to become is checked before anything is allocated for it: against the limit of
//! frames, and against what that many compressed bytes can become at all.

#[cfg(feature = "lz4")]
mod lz4;
#[cfg(feature = "snappy")]
mod snappy;

#[cfg(test)]
#[cfg(any(feature = "lz4", feature = "snappy"))]
mod tests;

use std::fmt;

use bytes::Bytes;

use super::{Flags, HEADER, Version};
use crate::wire::{Malformed, Why};

#[cfg(feature = "lz4")]
pub(super) use lz4::{put_block as put_lz4_block, yields as lz4_yield};

/// How bodies are compressed. Which there are is a matter of the crate's features `lz4` and `snappy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// LZ4: fast, and in every version of the protocol.
    #[cfg(feature = "lz4")]
    Lz4,
    /// Snappy: in version 4 only.
    #[cfg(feature = "snappy")]
    Snappy,
}

/// A body shorter than this, in bytes, does not get shorter to speak of.
const MIN: usize = 128;

impl Compression {
    /// All that this build knows.
    pub const ALL: &'static [Compression] = &[
        #[cfg(feature = "lz4")]
        Compression::Lz4,
        #[cfg(feature = "snappy")]
        Compression::Snappy,
    ];

    /// As SUPPORTED and STARTUP spell it.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "lz4")]
            Compression::Lz4 => "lz4",
            #[cfg(feature = "snappy")]
            Compression::Snappy => "snappy",
        }
    }

    /// The one that is spelled so, in whatever case.
    pub fn named(name: &str) -> Option<Compression> {
        let mut all = Compression::ALL.iter().copied();
        all.find(|compression| compression.name().eq_ignore_ascii_case(name))
    }

    /// Whether a version of the protocol has it.
    #[cfg_attr(
        not(feature = "snappy"),
        expect(unused_variables, reason = "every version has the others")
    )]
    pub fn is_of(self, version: Version) -> bool {
        match self {
            #[cfg(feature = "lz4")]
            Compression::Lz4 => true,
            #[cfg(feature = "snappy")]
            Compression::Snappy => version == Version::V4,
        }
    }

    /// Compresses the body of the frame that begins at `at`, unless that would not make it shorter.
    pub fn compress(self, frame: &mut Vec<u8>, at: usize) {
        let Some(body) = frame.get(at + HEADER..).filter(|body| body.len() >= MIN) else {
            return;
        };
        let packed = self.packed(body);
        if packed.len() < body.len() {
            self.replace(frame, at, &packed);
        }
    }

    /// Compresses the body of the frame that begins at `at`, even if that makes it longer: as servers do with every answer.
    pub fn compress_always(self, frame: &mut Vec<u8>, at: usize) {
        let Some(body) = frame.get(at + HEADER..) else {
            return;
        };
        let packed = self.packed(body);
        self.replace(frame, at, &packed);
    }

    fn replace(self, frame: &mut Vec<u8>, at: usize, packed: &[u8]) {
        frame.truncate(at + HEADER);
        frame.extend_from_slice(packed);
        if let Some(flags) = frame.get_mut(at + 1) {
            *flags |= Flags::COMPRESSED.0;
        }
        let length = u32::try_from(packed.len()).unwrap_or(u32::MAX);
        if let Some(place) = frame.get_mut(at + 5..at + HEADER) {
            place.copy_from_slice(&length.to_be_bytes());
        }
    }

    #[cfg_attr(
        not(any(feature = "lz4", feature = "snappy")),
        expect(unused_variables, reason = "there is no compression then")
    )]
    fn packed(self, body: &[u8]) -> Vec<u8> {
        match self {
            #[cfg(feature = "lz4")]
            Compression::Lz4 => lz4::packed(body),
            #[cfg(feature = "snappy")]
            Compression::Snappy => snappy::packed(body),
        }
    }

    /// What a compressed body was, of at most `limit` bytes.
    ///
    /// # Errors
    /// If it would be longer, or is no body compressed so.
    #[cfg_attr(
        not(any(feature = "lz4", feature = "snappy")),
        expect(unused_variables, reason = "there is no compression then")
    )]
    pub fn decompress(self, body: &[u8], limit: usize) -> Result<Bytes, Malformed> {
        match self {
            #[cfg(feature = "lz4")]
            Compression::Lz4 => lz4::read(body, limit),
            #[cfg(feature = "snappy")]
            Compression::Snappy => snappy::read(body, limit),
        }
    }
}

#[cfg(any(feature = "lz4", feature = "snappy"))]
fn malformed(offset: usize, why: Why) -> Malformed {
    Malformed {
        offset,
        field: "compressed body",
        why,
    }
}

/// The error of a body that says it is compressed where nothing was negotiated.
pub(super) fn unexpected() -> Malformed {
    Malformed {
        offset: 0,
        field: "compressed body",
        why: Why::Compression,
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
