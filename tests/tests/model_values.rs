//! Values that are no part of a key: there and back, large ones, and what is null.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use scylla_orm::Session;
use scylla_orm::driver::value::Duration;
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
    High = 100,
}

/// Types that cannot be a part of a key, or whose equality is not that of bits; each may be null.
#[derive(Model, Debug, Clone, PartialEq, Default)]
struct Values {
    #[cql(partition_key)]
    id: i32,
    duration: Option<Duration>,
    vector: Option<[f32; 3]>,
    text_vector: Option<[String; 2]>,
    list: Option<Vec<i32>>,
    set: Option<HashSet<Uuid>>,
    map: Option<HashMap<String, f64>>,
    #[cql(frozen)]
    frozen_list: Option<Vec<i32>>,
    #[cql(frozen)]
    frozen_set: Option<BTreeSet<String>>,
    #[cql(frozen)]
    frozen_map: Option<BTreeMap<i32, NaiveDate>>,
    tuple: Option<(i32, Option<String>, Option<Weather>)>,
    long_tuple: Option<(i8, i16, i32, i64, f32, f64, bool, String, Uuid, Vec<u8>)>,
    nested: Option<HashMap<String, Vec<BTreeMap<i32, BTreeSet<(i32, bool)>>>>>,
    weather: Option<Weather>,
    forecast: Option<Vec<Weather>>,
    urgency: Option<BTreeMap<Priority, Weather>>,
    number: Option<f64>,
    number32: Option<f32>,
}

impl Values {
    fn of(id: i32) -> Self {
        Values {
            id,
            duration: Some(Duration::new(-14, -3, -1_000_000_001)),
            vector: Some([1.0, -0.5, f32::MAX]),
            text_vector: Some(["a".into(), "".into()]),
            list: Some(vec![3, 1, 2, 1]),
            set: Some([Uuid::nil(), Uuid::max()].into()),
            map: Some([("a".to_owned(), 0.5), ("".to_owned(), -1e300)].into()),
            frozen_list: Some(vec![2, 2, 1]),
            frozen_set: Some(["b".to_owned(), "a".to_owned()].into()),
            frozen_map: Some([(1, NaiveDate::MAX), (-1, NaiveDate::MIN)].into()),
            tuple: Some((1, None, Some(Weather::HeavyRain))),
            long_tuple: Some((
                1,
                2,
                3,
                4,
                5.0,
                6.0,
                true,
                "8".into(),
                Uuid::nil(),
                vec![10],
            )),
            nested: Some(
                [(
                    "a".to_owned(),
                    vec![[(1, [(2, true), (1, false)].into())].into(), [].into()],
                )]
                .into(),
            ),
            weather: Some(Weather::Sun),
            forecast: Some(vec![Weather::Sun, Weather::Fog, Weather::Sun]),
            urgency: Some(
                [
                    (Priority::High, Weather::Fog),
                    (Priority::Low, Weather::Sun),
                ]
                .into(),
            ),
            number: Some(-0.0),
            number32: Some(1e-45),
        }
    }
}

#[tokio::test]
async fn values_come_back_and_so_does_null() {
    let target = Target::start().await;
    let test = async |_: &Session| {
        sync_table::<Values>().await.unwrap();
        let full = Values::of(1);
        let null = Values {
            id: 1,
            ..Values::default()
        };
        for expected in [&null, &full, &null, &full] {
            expected.save().await.unwrap();
            assert_eq!(Values::get(1).await.unwrap(), *expected);
        }
        // One at a time, all others being null.
        let some = Values {
            id: 2,
            duration: full.duration,
            ..Values::default()
        };
        some.insert().await.unwrap();
        assert_eq!(Values::get(2).await.unwrap(), some);
    };
    target.within("model_values", test).await;
}

#[tokio::test]
async fn floats_come_back_bit_by_bit() {
    let target = Target::start().await;
    let test = async |_: &Session| {
        sync_table::<Values>().await.unwrap();
        let numbers = [
            0.0,
            -0.0,
            f64::NAN,
            -f64::NAN,
            f64::INFINITY,
            5e-324,
            f64::MIN,
        ];
        for (id, number) in (0..).zip(numbers) {
            #[expect(clippy::cast_possible_truncation, reason = "any float will do")]
            let number32 = Some(number as f32);
            let values = Values {
                id,
                number: Some(number),
                number32,
                ..Values::default()
            };
            values.insert().await.unwrap();
            let read = Values::get(id).await.unwrap();
            assert_eq!(read.number.unwrap().to_bits(), number.to_bits());
            assert_eq!(read.number32.map(f32::to_bits), number32.map(f32::to_bits));
        }
    };
    target.within("model_values", test).await;
}

/// Collections of all kinds without `Option`.
#[derive(Model, Debug, Clone, PartialEq, Default)]
struct Bags {
    #[cql(partition_key)]
    id: i32,
    #[cql(partition_key, frozen)]
    key: Vec<i32>,
    #[cql(clustering_key, frozen)]
    sorted: BTreeMap<String, i32>,
    list: Vec<String>,
    set: HashSet<i32>,
    map: BTreeMap<i32, String>,
    maybe: Option<Vec<i32>>,
    #[cql(frozen)]
    whole: BTreeSet<i32>,
    #[cql(frozen)]
    maybe_whole: Option<Vec<i32>>,
    text: Option<String>,
    blob: Option<Vec<u8>>,
}

#[tokio::test]
async fn an_empty_collection_is_null_unless_frozen() {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Bags>().await.unwrap();
        let empty = Bags {
            maybe: Some(vec![]),
            maybe_whole: Some(vec![]),
            text: Some("".into()),
            blob: Some(vec![]),
            ..Bags::default()
        };
        let expected = Bags {
            maybe: None,
            ..empty.clone()
        };
        for insert in [true, false] {
            if insert {
                empty.insert().await.unwrap();
            } else {
                empty.save().await.unwrap();
            }
            assert_eq!(
                Bags::get((0, &empty.key, &empty.sorted)).await.unwrap(),
                expected
            );
            let nulls = nulls(
                session,
                "bags",
                r#"list, "set", map, maybe, whole, maybe_whole, text"#,
            )
            .await;
            assert_eq!(nulls, [true, true, true, true, false, false, false]);
        }
        let null = Bags {
            key: vec![1],
            ..Bags::default()
        };
        null.save().await.unwrap();
        assert_eq!(
            Bags::objects()
                .filter((Bags::ID.eq(0), Bags::KEY.eq([1])))
                .get()
                .await
                .unwrap(),
            null
        );
    };
    target.within("model_values", test).await;
}

#[tokio::test]
async fn large_values_come_back() {
    let target = Target::start().await;
    let test = async |_: &Session| {
        sync_table::<Bags>().await.unwrap();
        // More than two bytes can count.
        let bags = Bags {
            list: (0..70_000).map(|n: i32| n.to_string()).collect(),
            set: (0..70_000).collect(),
            map: (0..70_000).map(|n| (n, n.to_string())).collect(),
            maybe_whole: Some((0..70_000).collect()),
            text: Some("ä".repeat(1 << 19)),
            blob: Some(vec![0xab; 1 << 20]),
            ..Bags::default()
        };
        bags.save().await.unwrap();
        assert!(Bags::get((0, &bags.key, &bags.sorted)).await.unwrap() == bags);
    };
    target.within("model_values", test).await;
}

/// Which of these columns of the only row are null, asked without a model.
async fn nulls(session: &Session, table: &str, columns: &str) -> Vec<bool> {
    let keyspace = session.keyspace().unwrap();
    let cql = format!("SELECT {columns} FROM {keyspace}.{table}");
    let answer = session.execute(cql, ()).await.unwrap();
    let mut cells = answer.cells();
    answer
        .columns()
        .iter()
        .map(|_| cells.next().unwrap().is_none())
        .collect()
}
