//! Filters and what ends a query: which rows are found, by key, index and filtering, and in which form.

use std::collections::{BTreeMap, BTreeSet};

use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, Session};
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq, Default)]
struct Reading {
    #[cql(partition_key)]
    station: String,
    #[cql(partition_key)]
    year: i32,
    #[cql(clustering_key(desc))]
    day: i32,
    #[cql(clustering_key)]
    hour: i32,
    #[cql(static_column)]
    owner: Option<String>,
    #[cql(index)]
    weather: String,
    #[cql(index)]
    tags: BTreeSet<String>,
    #[cql(index)]
    sensors: BTreeMap<String, i32>,
    #[cql(frozen, index)]
    pair: Vec<i32>,
    high: Option<f64>,
    note: Option<String>,
}

/// Days 1 to 4 with hours 0 to 2; hour 1 is sunny, day 2 has a note.
fn reading(station: &str, day: i32, hour: i32) -> Reading {
    Reading {
        station: station.into(),
        year: 2026,
        day,
        hour,
        owner: Some(format!("{station}'s")),
        weather: if hour == 1 { "sun" } else { "rain" }.into(),
        tags: [format!("day{day}"), format!("hour{hour}")].into(),
        sensors: [(format!("s{day}"), hour)].into(),
        pair: vec![day, hour],
        high: Some(f64::from(day * 10 + hour)),
        note: (day == 2).then(|| "cloudless".to_owned()),
    }
}

/// A test where two stations have their readings.
async fn run(test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Reading>().await.unwrap();
        for station in ["a", "b"] {
            for day in 1..=4 {
                for hour in 0..=2 {
                    reading(station, day, hour).insert().await.unwrap();
                }
            }
        }
        test(session).await;
    };
    target.within("query_filter", test).await;
}

macro_rules! station {
    ($name:expr) => {
        Reading::objects().filter((Reading::STATION.eq($name), Reading::YEAR.eq(2026)))
    };
}

/// A query, and the days and hours of what it finds.
macro_rules! check {
    ($($query:expr => $found:expr;)+) => { $(
        let rows: Vec<Reading> = $query.all().await.unwrap();
        let found: Vec<(i32, i32)> = rows.iter().map(|row| (row.day, row.hour)).collect();
        let expected: Vec<(i32, i32)> = $found.into();
        assert_eq!(found, expected, stringify!($query));
        for row in rows {
            assert_eq!(row, reading(&row.station, row.day, row.hour));
        }
    )+ };
}

/// All hours of these days.
fn days<const N: usize>(days: [i32; N]) -> Vec<(i32, i32)> {
    days.into_iter()
        .flat_map(|day| (0..=2).map(move |hour| (day, hour)))
        .collect()
}

#[tokio::test]
async fn by_key() {
    run(async |_| {
        check! {
            station!("a") => days([4, 3, 2, 1]);
            station!("none") => [];
            Reading::objects().filter(Reading::STATION.eq("a").and(Reading::YEAR.eq(1))) => [];
            station!("a").filter(Reading::DAY.eq(2)) => days([2]);
            station!("a").filter((Reading::DAY.eq(2), Reading::HOUR.eq(1))) => [(2, 1)];
            station!("a").filter(Reading::DAY.gt(2)) => days([4, 3]);
            station!("a").filter(Reading::DAY.ge(3)) => days([4, 3]);
            station!("a").filter(Reading::DAY.lt(2)) => days([1]);
            station!("a").filter(Reading::DAY.le(2)) => days([2, 1]);
            station!("a").filter((Reading::DAY.gt(1), Reading::DAY.le(3))) => days([3, 2]);
            station!("a").filter(Reading::DAY.gt(1).and(Reading::DAY.lt(2))) => [];
            station!("a").filter((Reading::DAY.eq(2), Reading::HOUR.ge(1))) => [(2, 1), (2, 2)];
            station!("a").filter((Reading::HOUR.le(0), Reading::DAY.eq(2))) => [(2, 0)];
            station!("a").filter(Reading::DAY.is_in([1, 3, 1, 9])) => days([3, 1]);
            station!("a").filter(Reading::DAY.is_in([] as [i32; 0])) => [];
            station!("a").filter((Reading::DAY.is_in(1..=2), Reading::HOUR.is_in([2, 0]))) => [(2, 0), (2, 2), (1, 0), (1, 2)];
            station!("a").filter((Reading::DAY.is_in([1, 2]), Reading::HOUR.gt(1))) => [(2, 2), (1, 2)];
        }
    })
    .await;
}

#[tokio::test]
async fn by_index() {
    run(async |_| {
        let mut sunny = Reading::objects()
            .filter(Reading::WEATHER.eq("sun"))
            .all()
            .await
            .unwrap();
        sunny.sort_by_key(|row| (row.station.clone(), row.day));
        let expected: Vec<Reading> = ["a", "b"]
            .iter()
            .flat_map(|s| (1..=4).map(|day| reading(s, day, 1)))
            .collect();
        assert_eq!(sunny, expected);
        check! {
            station!("b").filter(Reading::WEATHER.eq("sun")) => [(4, 1), (3, 1), (2, 1), (1, 1)];
            station!("b").filter(Reading::WEATHER.eq("snow")) => [];
            station!("b").filter((Reading::WEATHER.eq("sun"), Reading::DAY.eq(2))) => [(2, 1)];
            station!("b").filter(Reading::TAGS.contains("day3")) => days([3]);
            station!("b").filter(Reading::SENSORS.contains(2)) => [(4, 2), (3, 2), (2, 2), (1, 2)];
            station!("b").filter(Reading::PAIR.eq([2, 1])) => [(2, 1)];
        }
    })
    .await;
}

#[tokio::test]
async fn by_filtering() {
    run(async |_| {
        check! {
            station!("a").filter(Reading::HIGH.gt(40.5)).allow_filtering() => [(4, 1), (4, 2)];
            station!("a").filter((Reading::HIGH.ge(21.0), Reading::HIGH.lt(31.0))).allow_filtering() => [(3, 0), (2, 1), (2, 2)];
            station!("a").filter(Reading::NOTE.eq("cloudless")).allow_filtering() => days([2]);
            station!("a").filter(Reading::HOUR.eq(1)).allow_filtering() => [(4, 1), (3, 1), (2, 1), (1, 1)];
            station!("a").filter((Reading::WEATHER.eq("sun"), Reading::NOTE.eq("cloudless"))).allow_filtering() => [(2, 1)];
            station!("a").filter((Reading::TAGS.contains("day3"), Reading::TAGS.contains("hour2"))).allow_filtering() => [(3, 2)];
            station!("a").filter((Reading::SENSORS.contains_key("s2"), Reading::SENSORS.contains(1))).allow_filtering() => [(2, 1)];
            station!("a").filter((Reading::PAIR.contains(4), Reading::HOUR.is_in([0, 2]))).allow_filtering() => [(4, 0), (4, 2)];
            Reading::objects().filter((Reading::STATION.eq("b"), Reading::DAY.eq(1))).allow_filtering() => days([1]);
            Reading::objects().filter((Reading::OWNER.eq("b's"), Reading::HOUR.eq(2), Reading::DAY.le(2))).allow_filtering() => [(2, 2), (1, 2)];
        }
    })
    .await;
}

#[tokio::test]
async fn a_query_ends_in_a_verb() {
    run(async |_| {
        let (day, row) = (
            |day| station!("a").filter(Reading::DAY.eq(day)),
            reading("a", 2, 0),
        );
        assert_eq!(day(2).first().await.unwrap(), Some(row.clone()));
        assert_eq!(day(9).first().await.unwrap(), None);
        assert_eq!(Reading::get(("a", 2026, 2, 0)).await.unwrap(), row);
        assert_eq!(day(2).filter(Reading::HOUR.eq(0)).get().await.unwrap(), row);
        assert_eq!(
            Reading::get(("a", 2026, 2, 9)).optional().await.unwrap(),
            None
        );
        assert_eq!(
            Reading::get(("a", 2026, 2, 0)).optional().await.unwrap(),
            Some(row)
        );

        let error = day(2).get().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::MultipleFound), "{error}");
        assert_eq!(error.model(), Some("Reading"));
        for error in [
            day(9).get().await.unwrap_err(),
            Reading::get(("a", 1, 1, 1)).await.unwrap_err(),
        ] {
            assert!(error.is_not_found(), "{error}");
            assert!(
                error
                    .to_string()
                    .starts_with("`Reading`: there is no such row"),
                "{error}"
            );
        }

        assert!(day(2).exists().await.unwrap());
        assert!(!day(9).exists().await.unwrap());
        assert_eq!(day(2).count().await.unwrap(), 3);
        assert_eq!(day(9).count().await.unwrap(), 0);
        assert_eq!(
            station!("a")
                .filter(Reading::DAY.ge(2))
                .count()
                .await
                .unwrap(),
            9
        );
        let filtered = station!("a")
            .filter(Reading::HIGH.gt(40.5))
            .allow_filtering();
        assert_eq!(filtered.count().await.unwrap(), 2);
        assert_eq!(Reading::objects().scan().count().await.unwrap(), 24);
        assert!(Reading::objects().exists().await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_limit_is_for_the_whole_result() {
    run(async |_| {
        check! {
            station!("a").limit(4) => [(4, 0), (4, 1), (4, 2), (3, 0)];
            station!("a").limit(4).page_size(3) => [(4, 0), (4, 1), (4, 2), (3, 0)];
            station!("a").limit(100).page_size(5) => days([4, 3, 2, 1]);
            station!("a").filter(Reading::DAY.lt(4)).limit(1) => [(3, 0)];
        }
        for limit in [1, 5, 24, 100] {
            let rows = Reading::objects().limit(limit).all().await.unwrap();
            assert_eq!(rows.len(), usize::try_from(limit).unwrap().min(24));
        }
        assert_eq!(Reading::objects().scan().all().await.unwrap().len(), 24);
        assert_eq!(
            Reading::objects()
                .scan()
                .page_size(7)
                .all()
                .await
                .unwrap()
                .len(),
            24
        );
        assert_eq!(
            Reading::objects()
                .limit(20)
                .page_size(7)
                .all()
                .await
                .unwrap()
                .len(),
            20
        );
        assert!(Reading::objects().first().await.unwrap().is_some());
        let error = station!("a").limit(0).all().await.unwrap_err();
        assert!(error.driver().is_some(), "the server refuses it: {error}");
    })
    .await;
}

#[tokio::test]
async fn some_columns_are_tuples() {
    run(async |_| {
        let day = || station!("a").filter(Reading::DAY.eq(2));
        assert_eq!(day().only(Reading::HOUR).all().await.unwrap(), [0, 1, 2]);
        let two = day()
            .only((Reading::WEATHER, Reading::HIGH))
            .all()
            .await
            .unwrap();
        assert_eq!(
            two[..2],
            [
                ("rain".to_owned(), Some(20.0)),
                ("sun".to_owned(), Some(21.0))
            ]
        );
        let first = day()
            .only((Reading::NOTE, Reading::TAGS, Reading::OWNER))
            .first()
            .await
            .unwrap();
        let row = reading("a", 2, 0);
        assert_eq!(first, Some((row.note, row.tags, row.owner)));
        let one = day()
            .filter(Reading::HOUR.eq(1))
            .only((Reading::PAIR,))
            .get()
            .await
            .unwrap();
        assert_eq!(one, (vec![2, 1],));
        let none = day().filter(Reading::HOUR.eq(9)).only(Reading::PAIR);
        assert!(none.clone().get().await.unwrap_err().is_not_found());
        assert_eq!(none.first().await.unwrap(), None);
        assert!(matches!(
            day().only(Reading::DAY).get().await.unwrap_err().kind(),
            ErrorKind::MultipleFound
        ));
        let eight = (
            Reading::STATION,
            Reading::YEAR,
            Reading::DAY,
            Reading::HOUR,
            Reading::OWNER,
            Reading::WEATHER,
            Reading::SENSORS,
            Reading::NOTE,
        );
        let (station, year, day, hour, owner, weather, sensors, note) =
            station!("b").only(eight).first().await.unwrap().unwrap();
        let row = reading("b", 4, 0);
        assert_eq!(
            (station, year, day, hour),
            (row.station, row.year, row.day, row.hour)
        );
        assert_eq!(
            (owner, weather, sensors, note),
            (row.owner, row.weather, row.sensors, row.note)
        );
    })
    .await;
}

#[tokio::test]
async fn values_are_never_a_part_of_the_text() {
    run(async |_| {
        let evil = "'; DROP TABLE reading; -- ? :x \" \\ \0 \u{1F600}";
        Reading {
            note: Some(evil.into()),
            ..reading(evil, 1, 0)
        }
        .insert()
        .await
        .unwrap();
        let row = station!(evil).get().await.unwrap();
        assert_eq!((&*row.station, row.note.as_deref()), (evil, Some(evil)));
        check! { station!("a").filter(Reading::NOTE.eq(evil)).allow_filtering() => []; }
    })
    .await;
}
