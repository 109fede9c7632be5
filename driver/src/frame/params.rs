//! The parameters that QUERY and EXECUTE share: consistency, values, paging, timestamp.

mod tail;

use super::{Consistency, Features, Values, Version};
use crate::wire::{Malformed, Reader, TooLong, Why, put_bytes, put_int, put_long, put_short};

pub(super) use tail::Tail;

/// The parameters of QUERY and EXECUTE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params<'a> {
    /// How many replicas must take part.
    pub consistency: Consistency,
    /// The values of the bind markers.
    pub values: Values<'a>,
    /// The client knows the columns of the result; the server need not send them.
    pub skip_metadata: bool,
    /// Rows per page; `None` is everything at once.
    pub page_size: Option<i32>,
    /// Where the last page ended, as the server said it.
    pub paging_state: Option<&'a [u8]>,
    /// For the Paxos part of a conditional update; the server's default is `SERIAL`.
    pub serial_consistency: Option<Consistency>,
    /// When the write happens, in microseconds since 1970, unless the statement says it itself.
    pub timestamp: Option<i64>,
    /// The keyspace of names that have none. Since version 5; version 4 has no way to say it, and leaves it out.
    pub keyspace: Option<&'a str>,
    /// What the server is to take for the present, in seconds since 1970: for what expires. Since version 5; version 4
    /// has no way to say it, and leaves it out.
    pub now_in_seconds: Option<i32>,
}

const VALUES: u32 = 0x01;
const SKIP_METADATA: u32 = 0x02;
const PAGE_SIZE: u32 = 0x04;
const PAGING_STATE: u32 = 0x08;
const SERIAL_CONSISTENCY: u32 = 0x10;
const TIMESTAMP: u32 = 0x20;
const NAMES: u32 = 0x40;
const KNOWN: u32 = 0x7f | Tail::FLAGS;

impl<'a> Params<'a> {
    /// Appends them.
    ///
    /// # Errors
    /// If the paging state is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        self.consistency.put(out);
        let tail = Tail::of(self.keyspace, self.now_in_seconds, features.version);
        put_flags(out, self.flags() | tail.flags(), features.version);
        if !self.values.is_empty() {
            put_short(out, self.values.len());
            out.extend_from_slice(self.values.bytes());
        }
        if let Some(rows) = self.page_size {
            put_int(out, rows);
        }
        if let Some(state) = self.paging_state {
            put_bytes(out, Some(state), "paging state")?;
        }
        if let Some(level) = self.serial_consistency {
            level.put(out);
        }
        if let Some(timestamp) = self.timestamp {
            put_long(out, timestamp);
        }
        tail.encode(out)
    }

    fn flags(&self) -> u32 {
        let flag = |set: bool, flag: u32| if set { flag } else { 0 };
        flag(!self.values.is_empty(), VALUES)
            | flag(self.skip_metadata, SKIP_METADATA)
            | flag(self.page_size.is_some(), PAGE_SIZE)
            | flag(self.paging_state.is_some(), PAGING_STATE)
            | flag(self.serial_consistency.is_some(), SERIAL_CONSISTENCY)
            | flag(self.timestamp.is_some(), TIMESTAMP)
            | flag(self.values.is_named() && !self.values.is_empty(), NAMES)
    }

    /// Reads them.
    ///
    /// # Errors
    /// If the bytes are not parameters, or use a flag that this crate does not know.
    pub fn decode(reader: &mut Reader<'a>, features: &Features) -> Result<Self, Malformed> {
        let consistency = Consistency::decode(reader)?;
        let flags = read_flags(reader, features.version, KNOWN)?;
        let has = |flag: u32| flags & flag != 0;
        let before = Params {
            consistency,
            values: match has(VALUES) {
                true => Values::decode(reader, has(NAMES))?,
                false => Values::default(),
            },
            skip_metadata: has(SKIP_METADATA),
            page_size: match has(PAGE_SIZE) {
                true => Some(reader.int("page size")?),
                false => None,
            },
            paging_state: match has(PAGING_STATE) {
                true => reader.bytes("paging state")?,
                false => None,
            },
            serial_consistency: match has(SERIAL_CONSISTENCY) {
                true => Some(Consistency::decode(reader)?),
                false => None,
            },
            timestamp: match has(TIMESTAMP) {
                true => Some(reader.long("timestamp")?),
                false => None,
            },
            keyspace: None,
            now_in_seconds: None,
        };
        let tail = Tail::decode(reader, flags)?;
        Ok(Params {
            keyspace: tail.keyspace,
            now_in_seconds: tail.now_in_seconds,
            ..before
        })
    }
}

/// Appends the flags of parameters: a byte, since version 5 an `[int]`.
pub(super) fn put_flags(out: &mut Vec<u8>, flags: u32, version: Version) {
    match version {
        Version::V4 => out.push(flags.to_be_bytes()[3]),
        Version::V5 => out.extend_from_slice(&flags.to_be_bytes()),
    }
}

/// Reads the flags of parameters; one outside `known` is refused, since what it announces cannot be skipped.
pub(super) fn read_flags(
    reader: &mut Reader<'_>,
    version: Version,
    known: u32,
) -> Result<u32, Malformed> {
    let at = reader.clone();
    let (flags, known) = match version {
        Version::V4 => (reader.byte("flags")?.into(), known & !Tail::FLAGS),
        Version::V5 => (reader.int("flags")?.cast_unsigned(), known),
    };
    match flags & !known {
        0 => Ok(flags),
        _ => Err(at.malformed("flags", Why::Unknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check::{digits, hex};

    fn check(params: &Params<'_>, version: Version, bytes: &str) {
        let features = Features {
            version,
            ..Features::default()
        };
        let bytes = hex(bytes);
        let mut out = Vec::new();
        params.encode(&features, &mut out).unwrap();
        assert_eq!(digits(&out), digits(&bytes));
        let mut reader = Reader::new(&bytes);
        assert_eq!(Params::decode(&mut reader, &features), Ok(*params));
        assert_eq!(reader.end("parameters"), Ok(()));
    }

    #[test]
    fn each_part_and_all_of_them() {
        let one = Params {
            consistency: Consistency::One,
            ..Params::default()
        };
        check(&one, Version::V4, "0001 00");
        check(&one, Version::V5, "0001 00000000");
        let encoded = hex("00000004 00000001 ffffffff fffffffe 00000000");
        let values = Values::new(4, &encoded);
        check(
            &Params { values, ..one },
            Version::V4,
            "0001 01 0004 00000004 00000001 ffffffff fffffffe 00000000",
        );
        let skip_metadata = true;
        check(
            &Params {
                skip_metadata,
                ..one
            },
            Version::V4,
            "0001 02",
        );
        let page_size = Some(5000);
        check(
            &Params { page_size, ..one },
            Version::V4,
            "0001 04 00001388",
        );
        let paging_state = Some(&[0xab, 0xcd][..]);
        let paged = Params {
            paging_state,
            ..one
        };
        check(&paged, Version::V4, "0001 08 00000002 abcd");
        let serial_consistency = Some(Consistency::LocalSerial);
        let serial = Params {
            serial_consistency,
            ..one
        };
        check(&serial, Version::V4, "0001 10 0009");
        let timestamp = Some(-2);
        let timed = Params { timestamp, ..one };
        check(&timed, Version::V4, "0001 20 fffffffffffffffe");
        let named = hex("0001 61 00000001 ff 0002 c3a4 ffffffff");
        let values = Values::named(2, &named);
        check(
            &Params { values, ..one },
            Version::V4,
            "0001 41 0002 0001 61 00000001 ff 0002 c3a4 ffffffff",
        );
        let all = Params {
            consistency: Consistency::LocalOne,
            values,
            skip_metadata,
            page_size,
            paging_state,
            serial_consistency,
            timestamp,
            keyspace: None,
            now_in_seconds: None,
        };
        let rest = "0002 0001 61 00000001 ff 0002 c3a4 ffffffff 00001388 00000002 abcd 0009 fffffffffffffffe";
        check(&all, Version::V4, &format!("000a 7f {rest}"));
        check(&all, Version::V5, &format!("000a 0000007f {rest}"));
        let keyspace = Some("ks");
        check(
            &Params { keyspace, ..one },
            Version::V5,
            "0001 00000080 0002 6b73",
        );
        let now_in_seconds = Some(-1);
        let now = Params {
            now_in_seconds,
            ..one
        };
        check(&now, Version::V5, "0001 00000100 ffffffff");
        let all = Params {
            keyspace,
            now_in_seconds,
            ..all
        };
        check(
            &all,
            Version::V5,
            &format!("000a 000001ff {rest} 0002 6b73 ffffffff"),
        );
    }

    #[test]
    fn version_4_cannot_say_all() {
        let params = Params {
            consistency: Consistency::One,
            keyspace: Some("ks"),
            now_in_seconds: Some(1),
            ..Params::default()
        };
        let mut out = Vec::new();
        params.encode(&Features::default(), &mut out).unwrap();
        assert_eq!(digits(&out), "000100");
    }

    #[test]
    fn what_is_refused() {
        let refused = |bytes: &str| {
            let bytes = hex(bytes);
            Params::decode(&mut Reader::new(&bytes), &Features::default()).unwrap_err()
        };
        let at = |offset, field, why| Malformed { offset, field, why };
        assert_eq!(refused("0063 00"), at(0, "consistency", Why::Unknown));
        assert_eq!(refused("0001 80"), at(2, "flags", Why::Unknown));
        assert_eq!(
            refused("0001 01 0001 fffffffd"),
            at(5, "value", Why::Length)
        );
        assert_eq!(refused("0001 01 0001 7fffffff"), at(9, "value", Why::Short));
    }
}
