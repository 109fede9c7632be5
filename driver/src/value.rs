//! How Rust values and CQL values meet.
//!
//! | CQL | Rust |
//! |---|---|
//! | `ascii`, `text` | `String`, `str`, `Box<str>`, `Cow<str>`; borrowed: `&str` |
//! | `tinyint`, `smallint`, `int`, `bigint` | `i8`, `i16`, `i32`, `i64` |
//! | `counter` | `Counter` |
//! | `float`, `double` | `f32`, `f64` |
//! | `varint`, `decimal` | `Varint`, `Decimal` |
//! | `boolean` | `bool` |
//! | `blob` | `Vec<u8>`, `bytes::Bytes`; borrowed: `&[u8]` |
//! | `uuid`, `timeuuid` | `uuid::Uuid`, `TimeUuid` |
//! | `timestamp` | `Timestamp`; with `chrono`: `DateTime<Utc>` |
//! | `date` | `Date`; with `chrono`: `NaiveDate` |
//! | `time` | `Time`; with `chrono`: `NaiveTime` |
//! | `duration` | `Duration` |
//! | `inet` | `IpAddr`, `Ipv4Addr`, `Ipv6Addr` |
//! | `list` | `Vec<T>` |
//! | `set` | `HashSet<T>`, `BTreeSet<T>` |
//! | `map` | `HashMap<K, V>`, `BTreeMap<K, V>` |
//! | `tuple` | `(A,)` … with up to 16 members |
//! | any | `Value` |
//!
//! `Option<T>` adds null to each.

mod column;
mod decode;
mod encode;
mod field;
mod ty;

pub use column::Column;
pub use decode::{Cells, Fault, FromCql};
pub use encode::{CqlType, ToCql, Wrote};
pub use field::Field;
pub use ty::{Type, UserType};
