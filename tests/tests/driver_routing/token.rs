//! The driver computes the tokens that the server computes.

use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Values;
use scylla_orm::driver::token::{Partitioner, Token};
use scylla_orm::driver::value::{Date, Decimal, Time, TimeUuid, Timestamp, Value, Varint};
use tests::target::Target;
use uuid::Uuid;

/// A table with such a key, and for each list of key values the driver's token and the server's.
async fn check(session: &Session, table: &str, columns: &[&str], keys: Vec<Vec<Value>>) {
    let names: Vec<String> = (0..columns.len()).map(|i| format!("k{i}")).collect();
    let typed: Vec<String> = names
        .iter()
        .zip(columns)
        .map(|(n, ty)| format!("{n} {ty}"))
        .collect();
    let (typed, key) = (typed.join(", "), names.join(", "));
    let make = format!("CREATE TABLE {table} ({typed}, v int, PRIMARY KEY (({key})))");
    session.query(make, ()).await.unwrap();
    let marks = vec!["?"; names.len()].join(", ");
    let insert = format!("INSERT INTO {table} ({key}, v) VALUES ({marks}, 1)");
    let insert = session.prepare(&insert).await.unwrap();
    let equal: Vec<String> = names.iter().map(|n| format!("{n} = ?")).collect();
    let select = format!(
        "SELECT token({key}) FROM {table} WHERE {}",
        equal.join(" AND ")
    );
    let select = session.prepare(&select).await.unwrap();
    for values in keys {
        session.execute(&insert, &values).await.unwrap();
        let answer = session.execute(&select, &values).await.unwrap();
        let server = answer
            .first_as::<(i64,)>()
            .unwrap()
            .map(|(token,)| Token(token));
        let (bytes, count) = select.encode(&values).unwrap();
        let values_ = Values::new(count, &bytes);
        let own = Partitioner::Murmur3.token_of(values_, select.partition_key());
        assert!(own.is_some(), "{columns:?} {values:?}");
        assert_eq!(own, server, "{columns:?} {values:?}");
    }
}

/// One column of each type that can be a key.
fn single() -> Vec<(&'static str, Vec<Value>)> {
    let uuid = Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);
    let timeuuid: TimeUuid = "b4f8f6a0-2b5a-11ee-be56-0242ac120002".parse().unwrap();
    let inet = |text: &str| text.parse::<std::net::IpAddr>().unwrap().into();
    vec![
        (
            "int",
            vec![
                0.into(),
                1.into(),
                (-1).into(),
                i32::MIN.into(),
                i32::MAX.into(),
            ],
        ),
        (
            "bigint",
            vec![0_i64.into(), i64::MIN.into(), i64::MAX.into()],
        ),
        ("smallint", vec![(-1_i16).into(), 300_i16.into()]),
        ("tinyint", vec![(-1_i8).into(), 7_i8.into()]),
        (
            "text",
            vec![
                "a".into(),
                "größer ☃ 🦀".into(),
                "fifteen letters".into(),
                "sixteen letters!".into(),
                "x".repeat(1000).into(),
            ],
        ),
        ("ascii", vec!["test".into()]),
        (
            "blob",
            vec![
                vec![0xff, 0x80, 0x7f].into(),
                (0..=255).collect::<Vec<u8>>().into(),
            ],
        ),
        ("boolean", vec![true.into(), false.into()]),
        ("float", vec![1.5_f32.into(), (-0.0_f32).into()]),
        ("double", vec![1.5.into(), f64::NAN.into()]),
        ("uuid", vec![uuid.into(), Uuid::nil().into()]),
        ("timeuuid", vec![timeuuid.into()]),
        ("inet", vec![inet("10.0.0.1"), inet("::1")]),
        ("timestamp", vec![Timestamp(0).into(), Timestamp(-1).into()]),
        ("date", vec![Date(0).into(), Date(-1).into()]),
        ("time", vec![Time(1).into()]),
        (
            "varint",
            vec![
                Varint::from(255).into(),
                "-123456789012345678901234567890"
                    .parse::<Varint>()
                    .unwrap()
                    .into(),
            ],
        ),
        ("decimal", vec![Decimal::new(-150, 2).into()]),
        (
            "frozen<set<int>>",
            vec![Value::Set(vec![1.into(), (-1).into(), 0.into()])],
        ),
        (
            "frozen<map<text, int>>",
            vec![Value::Map(vec![
                ("b".into(), 1.into()),
                ("a".into(), 2.into()),
            ])],
        ),
        (
            "frozen<list<text>>",
            vec![Value::List(vec!["x".into(), "".into()])],
        ),
        (
            "frozen<tuple<int, text>>",
            vec![Value::Tuple(vec![Some(1.into()), None])],
        ),
    ]
}

#[tokio::test]
async fn of_keys_of_one_column() {
    let target = Target::start().await;
    let keyspace = target.keyspace("tokens").await;
    let session = target.driver().await;
    for (i, (ty, keys)) in single().into_iter().enumerate() {
        let keys = keys.into_iter().map(|key| vec![key]).collect();
        check(&session, &format!("{keyspace}.t{i}"), &[ty], keys).await;
    }
    session.close().await.unwrap();
}

#[tokio::test]
async fn of_keys_of_several_columns() {
    let target = Target::start().await;
    let keyspace = target.keyspace("tokens").await;
    let session = target.driver().await;
    let keys = vec![
        vec![1.into(), "one".into(), true.into()],
        vec![(-1).into(), "".into(), false.into()],
        vec![i32::MAX.into(), "x".repeat(60_000).into(), true.into()],
    ];
    check(
        &session,
        &format!("{keyspace}.t"),
        &["int", "text", "boolean"],
        keys,
    )
    .await;
    session.close().await.unwrap();
}
