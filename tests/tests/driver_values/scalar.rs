//! Numbers, texts, addresses, times.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use scylla_orm::driver::value::{
    Counter, Date, Decimal, Duration, Row, Time, TimeUuid, Timestamp, Value, Varint,
};
use tests::target::Target;
use uuid::Uuid;

use crate::table::Table;

#[tokio::test]
async fn numbers() {
    let types = &[
        "tinyint", "smallint", "int", "bigint", "float", "double", "varint", "decimal", "boolean",
    ];
    let t = Table::of(types).await;
    for n in [i8::MIN, -1, 0, 1, i8::MAX] {
        t.check("tinyint", n, &n.to_string()).await;
    }
    for n in [i16::MIN, -1, 0, i16::MAX] {
        t.check("smallint", n, &n.to_string()).await;
    }
    for n in [i32::MIN, -1, 0, i32::MAX] {
        t.check("int", n, &n.to_string()).await;
    }
    for n in [i64::MIN, -1, 0, i64::MAX] {
        t.check("bigint", n, &n.to_string()).await;
    }
    for (n, literal) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.1, "1.1"),
        (f32::MAX, "3.4028235e38"),
        (f32::MIN_POSITIVE, "1.1754944e-38"),
        (f32::NAN, "NaN"),
        (f32::NEG_INFINITY, "-Infinity"),
    ] {
        t.check("float", n, literal).await;
    }
    for (n, literal) in [
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (f64::MAX, "1.7976931348623157e308"),
        (5e-324, "5e-324"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
    ] {
        t.check("double", n, literal).await;
    }
    for n in [
        "0",
        "127",
        "128",
        "-128",
        "-129",
        "170141183460469231731687303715884105728",
        "-123456789012345678901234567890123456789012345678901234567890",
    ] {
        t.check("varint", n.parse::<Varint>().unwrap(), n).await;
    }
    for n in [
        "0",
        "0.00",
        "-1.50",
        "3.14159265358979323846264338327950288",
        "12345678901234567890",
        "1E+3",
        "2.5E-10",
    ] {
        t.check("decimal", n.parse::<Decimal>().unwrap(), n).await;
    }
    t.check("boolean", true, "true").await;
    t.check("boolean", false, "false").await;
    t.end().await;
}

#[tokio::test]
async fn texts_bytes_and_addresses() {
    let types = &["text", "ascii", "blob", "inet", "uuid", "timeuuid"];
    let t = Table::of(types).await;
    for text in ["", "a", "it's", "größer ☃ 🦀", "\u{0}\n\t"] {
        let literal = format!("'{}'", text.replace('\'', "''"));
        t.check("text", text.to_owned(), &literal).await;
    }
    t.check(
        "text",
        "x".repeat(70_000),
        &format!("'{}'", "x".repeat(70_000)),
    )
    .await;
    t.check("ascii", "plain ~ text".to_owned(), "'plain ~ text'")
        .await;
    t.check("blob", vec![0xca_u8, 0xfe, 0x00], "0xcafe00").await;
    t.check("blob", Vec::<u8>::new(), "0x").await;
    t.check("inet", Ipv4Addr::new(127, 0, 0, 1), "'127.0.0.1'")
        .await;
    t.check("inet", IpAddr::from([255, 0, 10, 9]), "'255.0.10.9'")
        .await;
    t.check("inet", Ipv6Addr::LOCALHOST, "'::1'").await;
    let v6: IpAddr = "2001:db8:0:1::ff".parse().unwrap();
    t.check("inet", v6, "'2001:db8:0:1::ff'").await;
    let uuid = Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);
    t.check("uuid", uuid, &uuid.to_string()).await;
    t.check("uuid", Uuid::nil(), &Uuid::nil().to_string()).await;
    let timeuuid: TimeUuid = "b4f8f6a0-2b5a-11ee-be56-0242ac120002".parse().unwrap();
    t.check("timeuuid", timeuuid, "b4f8f6a0-2b5a-11ee-be56-0242ac120002")
        .await;
    let now = TimeUuid::now();
    t.check("timeuuid", now, &now.to_string()).await;
    t.end().await;
}

#[tokio::test]
async fn times() {
    let types = &["timestamp", "date", "time", "duration"];
    let t = Table::of(types).await;
    for (ms, literal) in [
        (0, "'1970-01-01T00:00:00.000Z'"),
        (1_296_705_900_123, "'2011-02-03T04:05:00.123Z'"),
        (-1, "'1969-12-31T23:59:59.999Z'"),
        (-2_208_988_800_000, "'1900-01-01T00:00:00.000Z'"),
    ] {
        t.check("timestamp", Timestamp(ms), literal).await;
        let utc = chrono::DateTime::from_timestamp_millis(ms).unwrap();
        t.check("timestamp", utc, &ms.to_string()).await;
    }
    for (year, month, day, literal) in [
        (1970, 1, 1, "'1970-01-01'"),
        (2024, 2, 29, "'2024-02-29'"),
        (1492, 10, 12, "'1492-10-12'"),
    ] {
        let date = Date::from_ymd(year, month, day).unwrap();
        t.check("date", date, literal).await;
        let naive = chrono::NaiveDate::from_ymd_opt(year, month.into(), day.into()).unwrap();
        t.check("date", naive, literal).await;
    }
    for (time, literal) in [
        (Time(0), "'00:00:00'"),
        (
            Time::from_hms_nano(13, 30, 54, 234_567_890).unwrap(),
            "'13:30:54.234567890'",
        ),
        (Time(86_399_999_999_999), "'23:59:59.999999999'"),
    ] {
        t.check("time", time, literal).await;
    }
    let naive = chrono::NaiveTime::from_hms_nano_opt(13, 30, 54, 234_567_890).unwrap();
    t.check("time", naive, "'13:30:54.234567890'").await;
    for (duration, literal) in [
        (Duration::new(0, 0, 0), "0s"),
        (
            Duration::new(14, 3, 14_706_007_008_009),
            "1y2mo3d4h5m6s7ms8us9ns",
        ),
        (Duration::new(-1, -1, -1), "-1mo1d1ns"),
        (
            Duration::new(i32::MAX, i32::MAX, i64::MAX),
            "178956970y7mo2147483647d2562047h47m16s854ms775us807ns",
        ),
    ] {
        t.check("duration", duration, literal).await;
    }
    t.end().await;
}

#[tokio::test]
async fn counters_count() {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_values").await;
    let session = target.driver().await;
    let table = format!("{keyspace}.c");
    let make = format!("CREATE TABLE {table} (k text PRIMARY KEY, n counter)");
    session.query(make, ()).await.unwrap();
    let add = format!("UPDATE {table} SET n = n + ? WHERE k = ?");
    for n in [5, -7, i64::from(i32::MAX)] {
        session
            .query(add.as_str(), (Counter(n), "a"))
            .await
            .unwrap();
    }
    let answer = session
        .query(format!("SELECT n FROM {table} WHERE k = ?"), ("a",))
        .await
        .unwrap();
    let expected = i64::from(i32::MAX) - 2;
    assert_eq!(
        answer.first_as::<(Counter,)>().unwrap(),
        Some((Counter(expected),))
    );
    let row: Row = answer.first_as().unwrap().unwrap();
    assert_eq!(
        row.value("n").unwrap(),
        Some(Value::Counter(Counter(expected)))
    );
    session.close().await.unwrap();
}

/// The server turns what was written into text; that is what it takes the value for.
#[tokio::test]
async fn the_server_sees_the_same_values() {
    let types = &[
        "tinyint", "smallint", "int", "bigint", "varint", "decimal", "double", "boolean", "uuid",
        "inet", "date", "time", "timeuuid",
    ];
    let t = Table::of(types).await;
    let uuid = Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);
    let timeuuid: TimeUuid = "b4f8f6a0-2b5a-11ee-be56-0242ac120002".parse().unwrap();
    let cases: [(&str, Value, &str); 13] = [
        ("tinyint", (-128_i8).into(), "-128"),
        ("smallint", 32_767_i16.into(), "32767"),
        ("int", (-2_147_483_648).into(), "-2147483648"),
        ("bigint", i64::MAX.into(), "9223372036854775807"),
        (
            "varint",
            "-123456789012345678901234567890"
                .parse::<Varint>()
                .unwrap()
                .into(),
            "-123456789012345678901234567890",
        ),
        ("decimal", Decimal::new(-1_234_500, 4).into(), "-123.4500"),
        ("double", 0.1.into(), "0.1"),
        ("boolean", true.into(), "true"),
        ("uuid", uuid.into(), "12345678-9abc-4def-8123-456789abcdef"),
        ("inet", IpAddr::from([10, 0, 0, 255]).into(), "10.0.0.255"),
        (
            "date",
            Date::from_ymd(2024, 2, 29).unwrap().into(),
            "2024-02-29",
        ),
        (
            "time",
            Time::from_hms_nano(13, 30, 54, 234_567_890).unwrap().into(),
            "13:30:54.234567890",
        ),
        (
            "timeuuid",
            timeuuid.into(),
            "b4f8f6a0-2b5a-11ee-be56-0242ac120002",
        ),
    ];
    for (ty, value, expected) in cases {
        let key = t.write(ty, &value).await;
        let select = format!(
            "SELECT CAST({} AS text) FROM {} WHERE k = ?",
            t.column(ty),
            t.name
        );
        let answer = t.session.query(select, (key,)).await.unwrap();
        assert_eq!(
            answer.first_as::<(String,)>().unwrap(),
            Some((expected.to_owned(),)),
            "{ty}"
        );
    }
    t.end().await;
}
