//! Which message of a connection cannot be read, and where it is wrong.

use std::fmt;

use super::Opcode;
use crate::wire::Malformed;

/// Which message of a connection cannot be read, and where it is wrong. Names the place, never the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// What its header says that it is.
    pub opcode: Opcode,
    /// The stream that it came on.
    pub stream: i16,
    /// Where in its body, after decompression, reading stopped.
    pub malformed: Malformed,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unreadable {
            opcode,
            stream,
            malformed,
        } = self;
        write!(f, "{opcode} on stream {stream}, {malformed}")
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.malformed)
    }
}
