//! How many replicas must agree.

use std::fmt;
use std::str::FromStr;

use crate::wire::{Malformed, Reader, Why, put_short};

/// How many replicas have to take part in a request before it counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[repr(u16)]
pub enum Consistency {
    /// One replica, or a hint kept by the coordinator. Writes only.
    Any = 0x0,
    /// One replica.
    One = 0x1,
    /// Two replicas.
    Two = 0x2,
    /// Three replicas.
    Three = 0x3,
    /// Most of the replicas of all data centres together.
    Quorum = 0x4,
    /// Every replica.
    All = 0x5,
    /// Most of the replicas of the coordinator's data centre.
    #[default]
    LocalQuorum = 0x6,
    /// Most of the replicas of each data centre. Writes only.
    EachQuorum = 0x7,
    /// Linearizable over all data centres: the Paxos part of conditional updates, and reads that see them.
    Serial = 0x8,
    /// Linearizable in the coordinator's data centre.
    LocalSerial = 0x9,
    /// One replica of the coordinator's data centre.
    LocalOne = 0xa,
}

/// A text that names no consistency level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownConsistency(
    /// The text.
    pub String,
);

const ALL: [(Consistency, &str); 11] = [
    (Consistency::Any, "ANY"),
    (Consistency::One, "ONE"),
    (Consistency::Two, "TWO"),
    (Consistency::Three, "THREE"),
    (Consistency::Quorum, "QUORUM"),
    (Consistency::All, "ALL"),
    (Consistency::LocalQuorum, "LOCAL_QUORUM"),
    (Consistency::EachQuorum, "EACH_QUORUM"),
    (Consistency::Serial, "SERIAL"),
    (Consistency::LocalSerial, "LOCAL_SERIAL"),
    (Consistency::LocalOne, "LOCAL_ONE"),
];

impl Consistency {
    /// Its number on the wire.
    pub fn code(self) -> u16 {
        self as u16
    }

    /// Whether only replicas of the coordinator's data centre count, so that another data centre gives a
    /// different promise.
    pub fn is_local(self) -> bool {
        matches!(
            self,
            Consistency::LocalOne | Consistency::LocalQuorum | Consistency::LocalSerial
        )
    }

    /// Whether it is one for the Paxos part of conditional updates.
    pub fn is_serial(self) -> bool {
        matches!(self, Consistency::Serial | Consistency::LocalSerial)
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = reader.clone();
        let code = reader.short("consistency")?;
        Consistency::try_from(code).map_err(|_| at.malformed("consistency", Why::Unknown))
    }

    pub(super) fn put(self, out: &mut Vec<u8>) {
        put_short(out, self.code());
    }
}

impl TryFrom<u16> for Consistency {
    type Error = u16;

    fn try_from(code: u16) -> Result<Self, u16> {
        ALL.get(usize::from(code))
            .map(|(level, _)| *level)
            .ok_or(code)
    }
}

impl fmt::Display for Consistency {
    /// As CQL tools spell it: `LOCAL_QUORUM`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ALL.iter().find(|(level, _)| level == self);
        f.pad(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for Consistency {
    type Err = UnknownConsistency;

    /// Reads what `Display` writes, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownConsistency> {
        ALL.iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(text))
            .map(|(level, _)| *level)
            .ok_or_else(|| UnknownConsistency(text.to_owned()))
    }
}

impl fmt::Display for UnknownConsistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown consistency level `{}`", self.0)
    }
}

impl std::error::Error for UnknownConsistency {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_their_numbers_and_names() {
        for (code, (level, name)) in (0u16..).zip(ALL) {
            assert_eq!(level.code(), code);
            assert_eq!(Consistency::try_from(code), Ok(level));
            assert_eq!(level.to_string(), name);
            assert_eq!(name.to_lowercase().parse(), Ok(level));
        }
        assert_eq!(Consistency::try_from(11), Err(11));
        let unknown = "MOST".parse::<Consistency>().unwrap_err();
        assert_eq!(unknown.to_string(), "unknown consistency level `MOST`");
    }
}
