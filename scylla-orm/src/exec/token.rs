//! Where a page begins, as a text that a program can hand out.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use scylla_orm_driver::wire::{self, Reader};

use crate::cql::{Flag, Op, Raw, Verb};
use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

/// Where a page begins. It belongs to the query, and the values, that it came from; as text it goes into a URL.
///
/// It holds what the server needs to go on, keys of rows among it. It is no secret, and is not signed: what somebody
/// changes in it is refused by this crate or the server, or is another place in the same query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageToken {
    /// A fingerprint of the query.
    pub(super) query: u64,
    /// Rows that the query's limit still allows; `u32::MAX` without a limit.
    pub(super) left: u32,
    /// Where each request goes on. Of a query that is sent as several requests, one after another, it is one: those
    /// before it are done, and those after it are not begun. If their rows are merged, it is all that are not done.
    pub(super) places: Vec<Place>,
}

/// Where a request goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Place {
    /// Which request.
    pub(super) request: u32,
    /// The server's state; empty at the beginning.
    pub(super) state: Vec<u8>,
    /// Rows behind it that were given already.
    pub(super) skip: u32,
}

impl Place {
    /// The state, as a request needs it.
    pub(super) fn state(&self) -> Option<Bytes> {
        (!self.state.is_empty()).then(|| Bytes::copy_from_slice(&self.state))
    }
}

/// A fingerprint of what decides which rows a query has, and their order. Which columns are picked does not.
///
/// It is the same in all processes and versions, as far as names stay: a token may come back to another one than that
/// which gave it out.
pub(super) fn fingerprint(table: &TableDef, keyspace: &str, raw: &Raw) -> u64 {
    let mut hash = Fnv::default();
    hash.text(keyspace);
    hash.text(table.table);
    for (column, op) in raw.shape.clauses().filter(|(_, op)| *op != Op::PICK) {
        hash.text(table.column(column).name);
        hash.text(op.sign());
    }
    for flag in [Flag::ORDERED, Flag::REVERSED, Flag::LIMIT] {
        hash.bytes(&[raw.shape.has(flag).into()]);
    }
    debug_assert_eq!(raw.shape.verb(), Verb::Select);
    hash.bytes(&raw.values);
    hash.bytes(&raw.limit.to_be_bytes());
    hash.0
}

/// FNV-1a: short, and the same everywhere. It tells queries apart; it withstands nobody who wants to deceive it.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// With an end, which no text has in it.
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }
}

impl fmt::Display for PageToken {
    /// Hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&self.query.to_be_bytes());
        bytes.extend_from_slice(&self.left.to_be_bytes());
        for place in &self.places {
            bytes.extend_from_slice(&place.request.to_be_bytes());
            bytes.extend_from_slice(&place.skip.to_be_bytes());
            wire::put_sized(&mut bytes, |out| out.extend_from_slice(&place.state));
        }
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PageToken {
    type Err = Error;

    /// Reads what `Display` writes.
    ///
    /// # Errors
    /// [`ErrorKind::PageToken`] if it is not a token.
    fn from_str(text: &str) -> Result<Self> {
        let token = digits(text).and_then(|bytes| parse(&bytes));
        token.ok_or_else(|| Error::new(ErrorKind::PageToken))
    }
}

fn digits(text: &str) -> Option<Vec<u8>> {
    // `from_str_radix` would take signs, too.
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

fn parse(bytes: &[u8]) -> Option<PageToken> {
    let mut reader = Reader::new(bytes);
    let query = reader.long("query").ok()?.cast_unsigned();
    let left = reader.int("left").ok()?.cast_unsigned();
    let mut places = Vec::new();
    while !reader.rest().is_empty() {
        places.push(Place {
            request: reader.int("request").ok()?.cast_unsigned(),
            skip: reader.int("skip").ok()?.cast_unsigned(),
            state: reader.bytes("state").ok()??.to_vec(),
        });
    }
    // One at its end is never given out.
    (!places.is_empty()).then_some(PageToken {
        query,
        left,
        places,
    })
}

#[cfg(test)]
mod tests {
    use scylla_orm_derive::Model;

    use super::*;
    use crate::column::{Columns, Conditions};
    use crate::model::Model;
    use crate::table::Table;

    #[test]
    fn a_token_comes_back_from_its_text() {
        for state in [vec![], vec![0, 255, 16]] {
            let place = Place {
                request: 7,
                state,
                skip: 3,
            };
            for places in [vec![place.clone()], vec![Place::default(), place]] {
                let token = PageToken {
                    query: u64::MAX - 1,
                    left: u32::MAX,
                    places,
                };
                assert_eq!(token.to_string().parse::<PageToken>().unwrap(), token);
            }
        }
    }

    #[test]
    fn other_texts_are_not_tokens() {
        let token = PageToken {
            query: 1,
            left: 1,
            places: vec![Place::default()],
        };
        let text = token.to_string();
        let (short, sign) = (&text[2..], format!("+{}", &text[1..]));
        let null = format!("{}ffffffff", &text[..text.len() - 8]);
        for text in ["", "x", "ä", &text[1..], short, &sign, &null, &text[..24]] {
            assert!(text.parse::<PageToken>().is_err(), "{text}");
        }
    }

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Reading {
        #[cql(partition_key)]
        station: i32,
        #[cql(clustering_key)]
        day: i32,
        value: i32,
    }

    fn print<F: Conditions<Reading>>(filters: F, change: fn(&mut Raw)) -> u64 {
        let mut raw = Raw::new(Verb::Select);
        filters.apply(&mut raw);
        change(&mut raw);
        fingerprint(Reading::definition(), "ks", &raw)
    }

    #[test]
    fn queries_are_told_apart_and_columns_are_not() {
        drop(Reading::objects());
        let filters = || (Reading::STATION.eq(1), Reading::DAY.gt(2));
        let same = print(filters(), |_| ());
        let picked = print(filters(), |raw| {
            fn pick<C: Columns<Reading>>(_: C, raw: &mut Raw) {
                C::pick(raw);
            }
            pick(Reading::VALUE, raw);
        });
        assert_eq!(same, picked);
        let others = [
            print((Reading::STATION.eq(1), Reading::DAY.gt(3)), |_| ()),
            print((Reading::STATION.eq(1), Reading::DAY.ge(2)), |_| ()),
            print(Reading::STATION.eq(1), |_| ()),
            print(filters(), |raw| raw.set_limit(5)),
            print(filters(), |raw| raw.shape.flag(Flag::REVERSED)),
            fingerprint(Reading::definition(), "other", &Raw::new(Verb::Select)),
        ];
        for other in others {
            assert_ne!(same, other);
        }
    }
}
