//! Every type that a field can have, as a part of the key and as a value.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use scylla_orm::driver::value::{Date, Decimal, Time, TimeUuid, Timestamp, Varint};
use scylla_orm::prelude::*;
use tests::target::Target;
use uuid::Uuid;

#[derive(CqlEnum, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cql(rename_all = "kebab-case")]
enum Weather {
    Fog,
    HeavyRain,
    Sun,
}

#[derive(CqlEnum, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cql(repr = "tinyint")]
enum Priority {
    Low = -1,
    Medium = 0,
    High = 100,
}

/// Each type as a part of the partition key, a clustering column, a value, and an element of collections. The values
/// stand in the server's order.
macro_rules! keys {
    ($($name:ident: $rust:ty = $values:expr;)+) => { $(
        #[tokio::test]
        async fn $name() {
            #[derive(Model, Debug, Clone, PartialEq)]
            struct Item {
                #[cql(partition_key)]
                bucket: i32,
                #[cql(partition_key)]
                key: $rust,
                #[cql(clustering_key)]
                sorted: $rust,
                value: Option<$rust>,
                list: Vec<$rust>,
                pair: ($rust, i32),
            }

            let values: Vec<$rust> = $values.into();
            let item = |key: &$rust, sorted: &$rust| Item {
                bucket: 7,
                key: key.clone(),
                sorted: sorted.clone(),
                value: Some(sorted.clone()),
                list: values.clone(),
                pair: (key.clone(), 1),
            };
            let target = Target::start().await;
            target.within("model_types", async |_| {
                sync_table::<Item>().await.unwrap();
                for key in &values {
                    // Backwards, so that it is the server that sorts.
                    for sorted in values.iter().rev() {
                        item(key, sorted).insert().await.unwrap();
                    }
                }
                for key in &values {
                    let expected: Vec<Item> = values.iter().map(|sorted| item(key, sorted)).collect();
                    let partition = || Item::objects().filter((Item::BUCKET.eq(7), Item::KEY.eq(key)));
                    assert_eq!(partition().all().await.unwrap(), expected);
                    let some = partition().filter(Item::SORTED.is_in(&values[1..]));
                    assert_eq!(some.all().await.unwrap(), expected[1..]);
                    for (sorted, expected) in values.iter().zip(&expected) {
                        assert_eq!(Item::get((7, key, sorted)).await.unwrap(), *expected);
                    }
                }
            }).await;
        }
    )+ };
}

keys! {
    text: String = ["", "A", "B", "a", "ä", "\u{ffff}", "\u{10ffff}"].map(str::to_owned);
    boxed_text: Box<str> = ["a".into(), "b".into()];
    shared_text: Arc<str> = ["a".into(), "b".into()];
    tinyint: i8 = [i8::MIN, -1, 0, 1, i8::MAX];
    smallint: i16 = [i16::MIN, -1, 0, 1, i16::MAX];
    int: i32 = [i32::MIN, -1, 0, 1, i32::MAX];
    bigint: i64 = [i64::MIN, -1, 0, 1, i64::MAX];
    float: f32 = [f32::NEG_INFINITY, -1.5, 0.0, f32::MIN_POSITIVE, f32::MAX, f32::INFINITY];
    double: f64 = [f64::NEG_INFINITY, -1.5, 0.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY];
    varint: Varint = parsed(["-18446744073709551617", "-129", "-1", "0", "127", "128", "340282366920938463463374607431768211456"]);
    decimal: Decimal = parsed(["-1000000000000000000000.5", "-0.001", "0", "0.01", "1.50", "2"]);
    boolean: bool = [false, true];
    blob: Vec<u8> = [vec![], vec![0], vec![0, 0], vec![0x7f], vec![0x80], vec![0xff; 300]];
    bytes: Bytes = [Bytes::new(), Bytes::from_static(b"\0"), Bytes::from_static(b"a\xff")];
    uuid: Uuid = parsed(["00000000-0000-4000-8000-000000000000", "7fffffff-ffff-4fff-bfff-ffffffffffff", "ffffffff-ffff-4fff-bfff-ffffffffffff"]);
    timeuuid: TimeUuid = [TimeUuid::min_of(Timestamp(-1)), TimeUuid::max_of(Timestamp(-1)), TimeUuid::min_of(Timestamp(1 << 41)), TimeUuid::max_of(Timestamp(1 << 41))];
    timestamp: Timestamp = [Timestamp(-62_135_596_800_001), Timestamp(-1), Timestamp(0), Timestamp(4_102_444_800_123)];
    date: Date = [Date(-719_528), Date(-1), Date(0), Date(20_000)];
    time: Time = [Time(0), Time(1), Time(86_399_999_999_999)];
    inet: IpAddr = parsed(["::1", "10.0.0.1", "127.0.0.1", "255.255.255.255"]);
    inet_of_four: Ipv4Addr = parsed(["0.0.0.0", "127.0.0.1", "255.0.0.0"]);
    inet_of_six: Ipv6Addr = parsed(["::", "::1", "2001:db8::1", "ffff::"]);
    tuple: (i32, String) = [(-1, "b".to_owned()), (0, "a".into()), (0, "b".into()), (1, "".into())];
    enum_as_text: Weather = [Weather::Fog, Weather::HeavyRain, Weather::Sun];
    enum_as_number: Priority = [Priority::Low, Priority::Medium, Priority::High];
    chrono_timestamp: DateTime<Utc> = parsed(["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2038-01-19T03:14:08Z", "9999-12-31T23:59:59.999Z"]);
    chrono_date: NaiveDate = parsed(["-0001-01-01", "1969-12-31", "1970-01-01", "2026-02-28"]);
    chrono_time: NaiveTime = parsed(["00:00:00", "12:30:00.000000001", "23:59:59.999999999"]);
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>, const N: usize>(texts: [&str; N]) -> Vec<T> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}
