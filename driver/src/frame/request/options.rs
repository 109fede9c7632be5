//! OPTIONS: asks what the server supports; also the keep-alive.

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong};

/// Asks what the server supports. Legal before STARTUP, and at any time after it. Its answer is SUPPORTED.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options;

impl Options {
    /// OPTIONS
    pub const OPCODE: Opcode = Opcode::Options;

    /// Appends its body, which is empty.
    ///
    /// # Errors
    /// Never.
    pub fn encode(&self, _out: &mut Vec<u8>) -> Result<(), TooLong> {
        Ok(())
    }

    /// Reads its body, which is empty.
    ///
    /// # Errors
    /// Never.
    pub fn decode(_reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Options)
    }
}
