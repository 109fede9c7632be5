//! The nine bytes before each body: version and direction, flags, stream id, opcode, length.

use std::fmt;
use std::ops::BitOr;

use super::{HEADER, MAX_BODY, Opcode};

/// A version of the protocol that this crate speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Version {
    /// Version 4: ScyllaDB, and every Cassandra since 2.2.
    #[default]
    V4,
    /// Version 5: Cassandra since 4.0.
    V5,
}

/// The flags of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u8);

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The protocol's version as it stands there: a server answers an unknown version with its own, and that
    /// answer must be readable.
    pub version: u8,
    /// Whether it goes from the server to the client.
    pub response: bool,
    /// What stands before the message in the body, and whether the body is compressed.
    pub flags: Flags,
    /// The client's number for the request, echoed by the response; −1 for events.
    pub stream: i16,
    /// Which message follows.
    pub opcode: Opcode,
    /// Bytes of the body, at most [`MAX_BODY`].
    pub length: u32,
}

/// A header that cannot be accepted. The connection is of no use after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// A version whose headers look different (1, 2), or none at all (0).
    Version {
        /// As it stands there.
        version: u8,
    },
    /// An opcode that the protocol does not define, or one that only the other side sends.
    Opcode {
        /// As it stands there.
        opcode: u8,
        /// The stream, so that a server can still answer.
        stream: i16,
    },
    /// A body longer than [`MAX_BODY`], or a negative length.
    Length {
        /// As it stands there.
        length: i32,
        /// The stream, so that a server can still answer.
        stream: i16,
    },
}

impl Version {
    /// Its number, as it stands in a header.
    pub fn number(self) -> u8 {
        match self {
            Version::V4 => 4,
            Version::V5 => 5,
        }
    }
}

impl TryFrom<u8> for Version {
    type Error = u8;

    fn try_from(number: u8) -> Result<Self, u8> {
        match number {
            4 => Ok(Version::V4),
            5 => Ok(Version::V5),
            other => Err(other),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.number())
    }
}

impl Flags {
    /// None.
    pub const NONE: Flags = Flags(0);
    /// The body is compressed.
    pub const COMPRESSED: Flags = Flags(0x01);
    /// In a request: please trace it. In a response: the body starts with the id of the trace.
    pub const TRACING: Flags = Flags(0x02);
    /// The body starts with a custom payload, in a response after the trace's id and the warnings.
    pub const PAYLOAD: Flags = Flags(0x04);
    /// The body starts with warnings, after the trace's id. Responses only.
    pub const WARNING: Flags = Flags(0x08);
    /// The client agrees to a version that is not final.
    pub const BETA: Flags = Flags(0x10);

    /// Whether all of `flags` are set.
    pub fn has(self, flags: Flags) -> bool {
        self.0 & flags.0 == flags.0
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#04x})", self.0)
    }
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// If the frame cannot be accepted: an old version, an unknown opcode, one that goes the other way, or a
    /// length outside the protocol's limit.
    pub fn parse(bytes: &[u8; HEADER]) -> Result<Header, HeaderError> {
        let [first, flags, s0, s1, opcode, l0, l1, l2, l3] = *bytes;
        let (version, response) = (first & 0x7f, first & 0x80 != 0);
        if version < 3 {
            return Err(HeaderError::Version { version });
        }
        let stream = i16::from_be_bytes([s0, s1]);
        let opcode = Opcode::try_from(opcode)
            .ok()
            .filter(|opcode| opcode.is_response() == response)
            .ok_or(HeaderError::Opcode { opcode, stream })?;
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        if usize::try_from(length).map_or(true, |length| length > MAX_BODY) {
            let length = i32::from_be_bytes([l0, l1, l2, l3]);
            return Err(HeaderError::Length { length, stream });
        }
        Ok(Header {
            version,
            response,
            flags: Flags(flags),
            stream,
            opcode,
            length,
        })
    }

    /// Appends it.
    pub fn put(&self, out: &mut Vec<u8>) {
        let [s0, s1] = self.stream.to_be_bytes();
        let [l0, l1, l2, l3] = self.length.to_be_bytes();
        let first = self.version | if self.response { 0x80 } else { 0 };
        let opcode = self.opcode as u8;
        out.extend_from_slice(&[first, self.flags.0, s0, s1, opcode, l0, l1, l2, l3]);
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderError::Version { version } => {
                write!(f, "version {version} of the protocol is not supported")
            }
            HeaderError::Opcode { opcode, stream } => {
                write!(f, "unexpected opcode {opcode:#04x} on stream {stream}")
            }
            HeaderError::Length { length, stream } => {
                write!(f, "impossible body length {length} on stream {stream}")
            }
        }
    }
}

impl std::error::Error for HeaderError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check::{digits, hex};

    fn header(text: &str) -> [u8; HEADER] {
        hex(text).try_into().unwrap()
    }

    fn check(text: &str, response: bool, flags: Flags, stream: i16, opcode: Opcode, length: u32) {
        let expected = Header {
            version: 4,
            response,
            flags,
            stream,
            opcode,
            length,
        };
        assert_eq!(Header::parse(&header(text)), Ok(expected));
        let mut out = Vec::new();
        expected.put(&mut out);
        assert_eq!(digits(&out), digits(&header(text)));
    }

    #[test]
    fn headers() {
        let none = Flags::NONE;
        check("04000000 05 00000000", false, none, 0, Opcode::Options, 0);
        check("04000001 01 00000016", false, none, 1, Opcode::Startup, 22);
        check("84000001 02 00000000", true, none, 1, Opcode::Ready, 0);
        check("84000002 08 0000002f", true, none, 2, Opcode::Result, 47);
        check("8400ffff 0c 00000022", true, none, -1, Opcode::Event, 34);
        let both = Flags::TRACING | Flags::WARNING;
        check(
            "840a7fff 08 10000000",
            true,
            both,
            32767,
            Opcode::Result,
            256 << 20,
        );
    }

    #[test]
    fn an_answer_in_another_version_is_readable() {
        let parsed = Header::parse(&header("85000000 00 00000010")).unwrap();
        assert_eq!((parsed.version, parsed.opcode), (5, Opcode::Error));
    }

    #[test]
    fn headers_that_are_refused() {
        let refused = |text: &str| Header::parse(&header(text)).unwrap_err();
        assert_eq!(
            refused("02000507 00000000 00"),
            HeaderError::Version { version: 2 }
        );
        assert_eq!(
            refused("04000003 55 00000000"),
            HeaderError::Opcode {
                opcode: 0x55,
                stream: 3
            }
        );
        // RESULT from a client, QUERY from a server, CREDENTIALS of version 1.
        for text in [
            "04000003 08 00000000",
            "84000003 07 00000000",
            "04000003 04 00000000",
        ] {
            assert!(matches!(
                refused(text),
                HeaderError::Opcode { stream: 3, .. }
            ));
        }
        assert_eq!(
            refused("84000003 08 10000001"),
            HeaderError::Length {
                length: (256 << 20) + 1,
                stream: 3
            }
        );
        assert_eq!(
            refused("84000003 08 ffffffff"),
            HeaderError::Length {
                length: -1,
                stream: 3
            }
        );
    }
}
