//! BATCH: several statements at once.

use crate::frame::params::{Tail, put_flags, read_flags};
use crate::frame::{Consistency, Features, Opcode, Values};
use crate::wire::{
    Malformed, Reader, TooLong, Why, put_byte, put_long, put_long_string, put_short,
    put_short_bytes,
};

/// Runs several statements as one request. Its answer is RESULT or ERROR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<'a> {
    /// What the server promises for them as a whole.
    pub kind: BatchKind,
    /// The statements, in order.
    pub statements: Vec<BatchStatement<'a>>,
    /// How many replicas must take part.
    pub consistency: Consistency,
    /// For the Paxos part, if statements are conditional.
    pub serial_consistency: Option<Consistency>,
    /// When the writes happen, in microseconds since 1970, unless the statements say it themselves.
    pub timestamp: Option<i64>,
    /// The keyspace of names that have none. Since version 5; version 4 has no way to say it, and leaves it out.
    pub keyspace: Option<&'a str>,
    /// What the server is to take for the present, in seconds since 1970: for what expires. Since version 5; version 4
    /// has no way to say it, and leaves it out.
    pub now_in_seconds: Option<i32>,
}

/// What a server promises for a batch as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum BatchKind {
    /// All of it happens, or nothing: the coordinator keeps a log until every replica has it.
    #[default]
    Logged = 0,
    /// Each partition's part happens or not, without a log.
    Unlogged = 1,
    /// Increments of counters.
    Counter = 2,
}

/// A statement of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchStatement<'a> {
    /// Which statement.
    pub source: BatchSource<'a>,
    /// Its values, without names: the protocol has no way to tell a batch's names.
    pub values: Values<'a>,
}

/// Text, or the id of a prepared statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSource<'a> {
    /// The statement as text.
    Text(&'a str),
    /// The id of a prepared statement.
    Prepared(&'a [u8]),
}

const SERIAL_CONSISTENCY: u32 = 0x10;
const TIMESTAMP: u32 = 0x20;
const KNOWN: u32 = SERIAL_CONSISTENCY | TIMESTAMP | Tail::FLAGS;

impl<'a> Batch<'a> {
    /// BATCH
    pub const OPCODE: Opcode = Opcode::Batch;

    /// Appends its body.
    ///
    /// # Errors
    /// If there are more than 65,535 statements, or one is longer than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_byte(out, self.kind as u8);
        let length = self.statements.len();
        let field = "statements";
        put_short(
            out,
            u16::try_from(length).map_err(|_| TooLong { field, length })?,
        );
        for statement in &self.statements {
            statement.encode(out)?;
        }
        self.consistency.put(out);
        let flag = |set: bool, flag: u32| if set { flag } else { 0 };
        let flags = flag(self.serial_consistency.is_some(), SERIAL_CONSISTENCY)
            | flag(self.timestamp.is_some(), TIMESTAMP);
        let tail = Tail::of(self.keyspace, self.now_in_seconds, features.version);
        let flags = flags | tail.flags();
        put_flags(out, flags, features.version);
        if let Some(level) = self.serial_consistency {
            level.put(out);
        }
        if let Some(timestamp) = self.timestamp {
            put_long(out, timestamp);
        }
        tail.encode(out)
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no BATCH, or uses a flag that this crate does not know.
    pub fn decode(reader: &mut Reader<'a>, features: &Features) -> Result<Self, Malformed> {
        let kind = BatchKind::decode(reader)?;
        let statements = (0..reader.short("statement count")?)
            .map(|_| BatchStatement::decode(reader))
            .collect::<Result<_, _>>()?;
        let consistency = Consistency::decode(reader)?;
        let flags = read_flags(reader, features.version, KNOWN)?;
        let serial_consistency = match flags & SERIAL_CONSISTENCY {
            0 => None,
            _ => Some(Consistency::decode(reader)?),
        };
        let timestamp = match flags & TIMESTAMP {
            0 => None,
            _ => Some(reader.long("timestamp")?),
        };
        let tail = Tail::decode(reader, flags)?;
        Ok(Batch {
            kind,
            statements,
            consistency,
            serial_consistency,
            timestamp,
            keyspace: tail.keyspace,
            now_in_seconds: tail.now_in_seconds,
        })
    }
}

impl BatchKind {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = reader.clone();
        match reader.byte("batch kind")? {
            0 => Ok(BatchKind::Logged),
            1 => Ok(BatchKind::Unlogged),
            2 => Ok(BatchKind::Counter),
            _ => Err(at.malformed("batch kind", Why::Unknown)),
        }
    }
}

impl<'a> BatchStatement<'a> {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        match self.source {
            BatchSource::Text(text) => {
                put_byte(out, 0);
                put_long_string(out, text, "statement")?;
            }
            BatchSource::Prepared(id) => {
                put_byte(out, 1);
                put_short_bytes(out, id, "statement id")?;
            }
        }
        put_short(out, self.values.len());
        out.extend_from_slice(self.values.bytes());
        Ok(())
    }

    fn decode(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let at = reader.clone();
        let source = match reader.byte("statement kind")? {
            0 => BatchSource::Text(reader.long_string("statement")?),
            1 => BatchSource::Prepared(reader.short_bytes("statement id")?),
            _ => return Err(at.malformed("statement kind", Why::Unknown)),
        };
        Ok(BatchStatement {
            source,
            values: Values::decode(reader, false)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::request::Request;
    use crate::frame::{Version, check};

    fn batch(kind: BatchKind) -> Batch<'static> {
        Batch {
            kind,
            statements: vec![
                BatchStatement {
                    source: BatchSource::Text("a"),
                    values: Values::default(),
                },
                BatchStatement {
                    source: BatchSource::Prepared(&[0xca, 0xfe]),
                    values: Values::new(2, &[0, 0, 0, 1, 9, 0xff, 0xff, 0xff, 0xfe]),
                },
            ],
            consistency: Consistency::Quorum,
            serial_consistency: None,
            timestamp: None,
            keyspace: None,
            now_in_seconds: None,
        }
    }

    #[test]
    fn bytes() {
        let features = Features::default();
        let both = "0002 00 00000001 61 0000 01 0002 cafe 0002 00000001 09 fffffffe";
        let logged = batch(BatchKind::Logged);
        check::request(
            &features,
            &Request::Batch(logged),
            &format!("00 {both} 0004 00"),
        );
        let timed = Batch {
            timestamp: Some(1),
            ..batch(BatchKind::Unlogged)
        };
        let body = format!("01 {both} 0004 20 0000000000000001");
        check::request(&features, &Request::Batch(timed), &body);
        let all = Batch {
            serial_consistency: Some(Consistency::Serial),
            timestamp: Some(1),
            ..batch(BatchKind::Counter)
        };
        let body = format!("02 {both} 0004 30 0008 0000000000000001");
        check::request(&features, &Request::Batch(all.clone()), &body);

        let newest = Features {
            version: Version::V5,
            ..features
        };
        let body = format!("02 {both} 0004 00000030 0008 0000000000000001");
        check::request(&newest, &Request::Batch(all.clone()), &body);
        let all = Batch {
            keyspace: Some("ks"),
            now_in_seconds: Some(2),
            ..all
        };
        let body = format!("02 {both} 0004 000001b0 0008 0000000000000001 0002 6b73 00000002");
        check::request(&newest, &Request::Batch(all), &body);
    }

    #[test]
    fn what_is_refused() {
        let refused = |body: &str| {
            let body = check::hex(body);
            Batch::decode(&mut Reader::new(&body), &Features::default()).unwrap_err()
        };
        let at = |offset, field, why| Malformed { offset, field, why };
        assert_eq!(
            refused("03 0000 0001 00"),
            at(0, "batch kind", Why::Unknown)
        );
        assert_eq!(refused("00 0001 02"), at(3, "statement kind", Why::Unknown));
        // Names cannot be told apart from values that have been read already.
        assert_eq!(refused("00 0000 0001 40"), at(5, "flags", Why::Unknown));
    }
}
