//! How Rust values and CQL values meet.
//!
//! | CQL | Rust |
//! |---|---|
//! | `ascii`, `text` | `String`, `str`, `Box<str>`, `Cow<str>`; borrowed: `&str`; with `json`: `serde_json::Value` |
//! | `tinyint`, `smallint`, `int`, `bigint` | `i8`, `i16`, `i32`, `i64` |
//! | `counter` | `Counter` |
//! | `float`, `double` | `f32`, `f64` |
//! | `varint`, `decimal` | `Varint`, `Decimal`; with `num-bigint` and `bigdecimal`: `BigInt`, `BigDecimal` |
//! | `boolean` | `bool` |
//! | `blob` | `Vec<u8>`, `bytes::Bytes`; borrowed: `&[u8]` |
//! | `uuid`, `timeuuid` | `uuid::Uuid`, `TimeUuid` |
//! | `timestamp` | `Timestamp`; with `chrono`: `DateTime<Utc>`, with `time`: `OffsetDateTime` |
//! | `date` | `Date`; with `chrono`: `NaiveDate`, with `time`: `time::Date` |
//! | `time` | `Time`; with `chrono`: `NaiveTime`, with `time`: `time::Time` |
//! | `duration` | `Duration` |
//! | `inet` | `IpAddr`, `Ipv4Addr`, `Ipv6Addr` |
//! | `list` | `Vec<T>` |
//! | `set` | `HashSet<T>`, `BTreeSet<T>` |
//! | `map` | `HashMap<K, V>`, `BTreeMap<K, V>` |
//! | `tuple` | `(A,)` … with up to 16 members |
//! | `vector` | `[T; N]`; `Vector<T>` of any length |
//! | a user-defined type | a struct with `#[derive(ToCql, FromCql)]` |
//! | any | `Value` |
//!
//! `Option<T>` adds null to each, [`Unset`] and [`MaybeUnset`] leave a column as it is. A value of no bytes, which servers
//! accept for most types, is `None` as an `Option<T>` and a fault as a `T` that has no such value; [`MaybeEmpty`] tells
//! it apart.

#[cfg(feature = "bigdecimal")]
mod bigdecimal;
mod blob;
#[cfg(feature = "chrono")]
mod chrono;
mod civil;
#[doc(hidden)]
pub mod codec;
mod collection;
mod column;
mod date;
mod decimal;
mod decode;
mod duration;
mod dynamic;
mod empty;
mod encode;
mod error;
mod field;
mod fixed;
mod inet;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "num-bigint")]
mod num_bigint;
mod number;
mod option;
mod pointer;
mod row;
#[cfg(test)]
mod testing;
mod text;
#[cfg(any(feature = "chrono", feature = "time"))]
mod through;
mod time;
#[cfg(feature = "time")]
mod time_crate;
mod timestamp;
mod timeuuid;
mod tuple;
mod ty;
mod uuid;
mod varint;
mod vector;
mod vint;

pub use column::Column;
pub use date::Date;
pub use decimal::Decimal;
pub use decode::{Cells, Fault, FromCql};
pub use duration::Duration;
pub use dynamic::Value;
pub use empty::MaybeEmpty;
pub use encode::{CqlType, ToCql, Wrote};
pub use error::{CellError, Mismatch, OutOfRange, ParseValueError};
pub use field::Field;
pub use number::Counter;
pub use option::{MaybeUnset, Unset};
pub use row::{At, FromRow, Place, Row, RowError, ToRow};
pub use time::Time;
pub use timestamp::Timestamp;
pub use timeuuid::TimeUuid;
pub use ty::{Ident, ParseTypeError, Type, UserType};
pub use varint::Varint;
pub use vector::Vector;
