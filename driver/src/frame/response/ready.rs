//! READY: the connection may be used.

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong};

/// Answers STARTUP if no authentication is asked for, and REGISTER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ready;

impl Ready {
    /// READY
    pub const OPCODE: Opcode = Opcode::Ready;

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
        Ok(Ready)
    }
}
