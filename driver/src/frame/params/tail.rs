//! What version 5 adds behind the parameters of a statement or a batch.

use crate::frame::Version;
use crate::wire::{Malformed, Reader, TooLong, put_int, put_string};

/// What version 5 adds behind the parameters of a statement or a batch.
#[derive(Debug, Clone, Copy)]
pub(in crate::frame) struct Tail<'a> {
    pub(in crate::frame) keyspace: Option<&'a str>,
    pub(in crate::frame) now_in_seconds: Option<i32>,
}

const KEYSPACE: u32 = 0x80;
const NOW_IN_SECONDS: u32 = 0x100;

impl<'a> Tail<'a> {
    /// The flags that announce it.
    pub(in crate::frame) const FLAGS: u32 = KEYSPACE | NOW_IN_SECONDS;

    /// Nothing in version 4.
    pub(in crate::frame) fn of(
        keyspace: Option<&'a str>,
        now: Option<i32>,
        version: Version,
    ) -> Self {
        let has = version >= Version::V5;
        Tail {
            keyspace: keyspace.filter(|_| has),
            now_in_seconds: now.filter(|_| has),
        }
    }

    pub(in crate::frame) fn flags(&self) -> u32 {
        let flag = |set: bool, flag: u32| if set { flag } else { 0 };
        flag(self.keyspace.is_some(), KEYSPACE)
            | flag(self.now_in_seconds.is_some(), NOW_IN_SECONDS)
    }

    pub(in crate::frame) fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        if let Some(keyspace) = self.keyspace {
            put_string(out, keyspace, "keyspace")?;
        }
        if let Some(now) = self.now_in_seconds {
            put_int(out, now);
        }
        Ok(())
    }

    pub(in crate::frame) fn decode(reader: &mut Reader<'a>, flags: u32) -> Result<Self, Malformed> {
        Ok(Tail {
            keyspace: match flags & KEYSPACE {
                0 => None,
                _ => Some(reader.string("keyspace")?),
            },
            now_in_seconds: match flags & NOW_IN_SECONDS {
                0 => None,
                _ => Some(reader.int("now in seconds")?),
            },
        })
    }
}
