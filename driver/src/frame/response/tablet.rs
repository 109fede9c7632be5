//! Tablets as ScyllaDB tells them: in the payload of an answer to a request that should have gone elsewhere.

use uuid::Uuid;

use super::Prefix;
use crate::frame::TabletRouting;
use crate::wire::{Malformed, Reader, Why, put_int, put_long, put_sized};

/// A part of a table's ring, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tablet {
    /// The token before its first, exclusive.
    pub first: i64,
    /// Its last token, inclusive.
    pub last: i64,
    /// Host id and shard of each replica.
    pub replicas: Vec<(Uuid, i32)>,
    /// Its version, where [`TabletRouting::V2`] was negotiated.
    pub version: Option<i64>,
}

/// Bytes of a replica: a tuple of a uuid and an int.
const REPLICA: usize = 28;

impl TabletRouting {
    /// The key of the payload.
    pub fn key(self) -> &'static str {
        match self {
            TabletRouting::V1 => "tablets-routing-v1",
            TabletRouting::V2 => "tablets-routing-v2",
        }
    }
}

impl Tablet {
    /// The tablet that an answer tells, if it tells one.
    ///
    /// # Errors
    /// If the value is no tablet. The answer itself is good all the same.
    pub fn of(prefix: &Prefix, routing: TabletRouting) -> Result<Option<Tablet>, Malformed> {
        let value = prefix.payload(routing.key());
        value
            .map(|value| Tablet::decode(value, routing))
            .transpose()
    }

    /// Reads it from the value of the payload.
    ///
    /// # Errors
    /// If the value is no tablet, or one without tokens.
    pub fn decode(value: &[u8], routing: TabletRouting) -> Result<Tablet, Malformed> {
        let reader = &mut Reader::new(value);
        let first = long(reader, "first token")?;
        let last = long(reader, "last token")?;
        if first >= last {
            return Err(reader.malformed("last token", Why::Length));
        }
        let list = some(reader, "replicas")?;
        let at = reader.offset() - list.len();
        let replicas = replicas(list).map_err(|malformed| malformed.behind(at))?;
        let version = match routing {
            TabletRouting::V1 => None,
            TabletRouting::V2 => Some(long(reader, "tablet version")?),
        };
        Ok(Tablet {
            first,
            last,
            replicas,
            version,
        })
    }

    /// Appends the value of the payload.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let put_long = |out: &mut Vec<u8>, value: i64| put_sized(out, |out| put_long(out, value));
        put_long(out, self.first);
        put_long(out, self.last);
        put_sized(out, |out| {
            put_int(out, i32::try_from(self.replicas.len()).unwrap_or(i32::MAX));
            for (host, shard) in &self.replicas {
                put_sized(out, |out| {
                    put_sized(out, |out| out.extend_from_slice(host.as_bytes()));
                    put_sized(out, |out| put_int(out, *shard));
                });
            }
        });
        if let Some(version) = self.version {
            put_long(out, version);
        }
    }
}

fn replicas(list: &[u8]) -> Result<Vec<(Uuid, i32)>, Malformed> {
    let reader = &mut Reader::new(list);
    let at = reader.clone();
    let count = reader.count("replica count")?;
    // What is claimed must be there before anything is allocated for it.
    if count.saturating_mul(REPLICA + 4) > reader.rest().len() {
        return Err(at.malformed("replica count", Why::Short));
    }
    let mut replicas = Vec::with_capacity(count);
    for _ in 0..count {
        let replica = some(reader, "replica")?;
        let at = reader.offset() - replica.len();
        let read = one(&mut Reader::new(replica));
        replicas.push(read.map_err(|malformed| malformed.behind(at))?);
    }
    Ok(replicas)
}

fn one(reader: &mut Reader<'_>) -> Result<(Uuid, i32), Malformed> {
    let at = reader.clone();
    let host = some(reader, "host id")?;
    let host = Uuid::from_slice(host).map_err(|_| at.malformed("host id", Why::Length))?;
    let at = reader.clone();
    let shard = some(reader, "shard")?.try_into();
    let shard = shard.map_err(|_| at.malformed("shard", Why::Length))?;
    Ok((host, i32::from_be_bytes(shard)))
}

fn long(reader: &mut Reader<'_>, field: &'static str) -> Result<i64, Malformed> {
    let at = reader.clone();
    let value = some(reader, field)?.try_into();
    let value = value.map_err(|_| at.malformed(field, Why::Length))?;
    Ok(i64::from_be_bytes(value))
}

/// A member that is not null.
fn some<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], Malformed> {
    let at = reader.clone();
    reader
        .bytes(field)?
        .ok_or_else(|| at.malformed(field, Why::Length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check::{digits, hex};
    use bytes::Bytes;

    /// Recomputed from ScyllaDB's source.
    const SEEN: &str =
        "00000008 8000000000000000 00000008 ffffffffffffffff 00000024 00000001 0000001c
        00000010 00112233445566778899aabbccddeeff 00000004 00000003";

    fn tablet(version: Option<i64>) -> Tablet {
        Tablet {
            first: i64::MIN,
            last: -1,
            replicas: vec![(
                Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff),
                3,
            )],
            version,
        }
    }

    #[test]
    fn both_versions_both_ways() {
        let newer = format!("{SEEN} 00000008 0000000000000007");
        for (routing, version, bytes) in [
            (TabletRouting::V1, None, SEEN),
            (TabletRouting::V2, Some(7), newer.as_str()),
        ] {
            let (tablet, bytes) = (tablet(version), hex(bytes));
            let mut out = Vec::new();
            tablet.encode(&mut out);
            assert_eq!(digits(&out), digits(&bytes));
            assert_eq!(Tablet::decode(&bytes, routing).as_ref(), Ok(&tablet));
            for length in 0..bytes.len() {
                let cut = Tablet::decode(&bytes[..length], routing);
                assert!(cut.is_err(), "cut to {length} bytes");
            }
            let prefix = Prefix {
                payload: vec![(routing.key().to_owned(), Some(Bytes::from(bytes)))],
                ..Prefix::default()
            };
            assert_eq!(Tablet::of(&prefix, routing), Ok(Some(tablet)));
            assert_eq!(Tablet::of(&Prefix::default(), routing), Ok(None));
        }
    }

    #[test]
    fn what_is_no_tablet() {
        let check = |text: &str, field: &str, why: Why| {
            let refused = Tablet::decode(&hex(text), TabletRouting::V1).unwrap_err();
            assert_eq!((refused.field, refused.why), (field, why), "{text}");
        };
        check("ffffffff", "first token", Why::Length);
        check("00000004 00000000", "first token", Why::Length);
        let tokens = "00000008 0000000000000001 00000008";
        check(
            &format!("{tokens} 0000000000000001"),
            "last token",
            Why::Length,
        );
        let tokens = format!("{tokens} 0000000000000002");
        check(&format!("{tokens} ffffffff"), "replicas", Why::Length);
        check(
            &format!("{tokens} 00000004 7fffffff"),
            "replica count",
            Why::Short,
        );
    }
}
