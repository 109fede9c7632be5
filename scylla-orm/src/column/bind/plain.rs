//! The types without parameters: what stands for each, and which operators it has.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use bytes::Bytes;
use scylla_orm_driver::value::{
    Counter, Date, Decimal, Duration, Time, TimeUuid, Timestamp, ToCql, Varint,
};
use uuid::Uuid;

use super::Bind;
use crate::column::{EqOps, RangeOps, SetValue};

/// `$rust` stands for the columns behind it, by its own encoding.
macro_rules! bind {
    ($($rust:ty => $($column:ty),+;)+) => { $($(
        impl Bind<$column> for $rust {
            fn put(&self, out: &mut Vec<u8>) {
                // What has no null writes a value, always.
                let _ = self.write(out);
            }
        }
    )+)+ };
}

macro_rules! operators {
    ($($operators:ident: $($rust:ty)+;)+) => { $($(
        impl $operators for $rust {}
    )+)+ };
}

bind! {
    i8 => i8;
    i16 => i16;
    i32 => i32;
    i64 => i64;
    f32 => f32;
    f64 => f64;
    bool => bool;
    Varint => Varint;
    Decimal => Decimal;
    Counter => Counter;
    String => String, Box<str>, Arc<str>;
    str => String, Box<str>, Arc<str>;
    Box<str> => String, Box<str>, Arc<str>;
    Cow<'_, str> => String, Box<str>, Arc<str>;
    Arc<str> => String, Box<str>, Arc<str>;
    Vec<u8> => Vec<u8>, Bytes;
    [u8] => Vec<u8>, Bytes;
    Bytes => Vec<u8>, Bytes;
    Uuid => Uuid;
    TimeUuid => TimeUuid;
    Timestamp => Timestamp;
    Date => Date;
    Time => Time;
    Duration => Duration;
    IpAddr => IpAddr;
    Ipv4Addr => Ipv4Addr, IpAddr;
    Ipv6Addr => Ipv6Addr, IpAddr;
}

impl<const N: usize> Bind<Vec<u8>> for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl<const N: usize> Bind<Bytes> for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

operators! {
    EqOps: i8 i16 i32 i64 f32 f64 bool Varint Decimal String Box<str> Arc<str> Vec<u8> Bytes Uuid TimeUuid Timestamp Date Time
        Duration IpAddr Ipv4Addr Ipv6Addr;
    RangeOps: i8 i16 i32 i64 f32 f64 bool Varint Decimal String Box<str> Arc<str> Vec<u8> Bytes Uuid TimeUuid Timestamp Date
        Time IpAddr Ipv4Addr Ipv6Addr;
    SetValue: i8 i16 i32 i64 f32 f64 bool Varint Decimal String Box<str> Arc<str> Bytes Uuid TimeUuid Timestamp Date Time
        Duration IpAddr Ipv4Addr Ipv6Addr;
}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

    use super::{Bind, EqOps, RangeOps, SetValue, ToCql};

    bind! {
        DateTime<Utc> => DateTime<Utc>;
        NaiveDate => NaiveDate;
        NaiveTime => NaiveTime;
    }

    operators! {
        EqOps: DateTime<Utc> NaiveDate NaiveTime;
        RangeOps: DateTime<Utc> NaiveDate NaiveTime;
        SetValue: DateTime<Utc> NaiveDate NaiveTime;
    }
}

#[cfg(feature = "time")]
mod with_time {
    use time::{Date, OffsetDateTime, Time};

    use super::{Bind, EqOps, RangeOps, SetValue, ToCql};

    bind! {
        Date => Date;
        OffsetDateTime => OffsetDateTime;
        Time => Time;
    }

    operators! {
        EqOps: Date OffsetDateTime Time;
        RangeOps: Date OffsetDateTime Time;
        SetValue: Date OffsetDateTime Time;
    }
}

#[cfg(feature = "num-bigint")]
mod with_num_bigint {
    use num_bigint::BigInt;

    use super::{Bind, EqOps, RangeOps, SetValue, ToCql};

    bind! { BigInt => BigInt; }

    operators! {
        EqOps: BigInt;
        RangeOps: BigInt;
        SetValue: BigInt;
    }
}

#[cfg(feature = "bigdecimal")]
mod with_bigdecimal {
    use bigdecimal::BigDecimal;

    use super::{Bind, EqOps, RangeOps, SetValue, ToCql};

    bind! { BigDecimal => BigDecimal; }

    operators! {
        EqOps: BigDecimal;
        RangeOps: BigDecimal;
        SetValue: BigDecimal;
    }
}

// Two texts can be the same document, so a document is not compared.
#[cfg(feature = "json")]
mod with_json {
    use serde_json::Value;

    use super::{Bind, SetValue, ToCql};

    bind! { Value => Value; }

    operators! { SetValue: Value; }
}
