//! What derived code does when it runs: facts of a model, rows to structs and back, enums as values.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeSet, HashSet};

use scylla_orm::driver::value::{Cells, CqlType, Fault, FromCql, ToCql, Type, Wrote};
use scylla_orm::prelude::*;
use scylla_orm::private::{Bind, Kind, Table};

#[derive(CqlEnum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cql(rename_all = "kebab-case")]
enum Weather {
    Sun,
    LightRain,
    #[cql(rename = "Ünwetter")]
    Storm,
}

#[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
#[cql(repr = "smallint")]
enum Level {
    Low = -1,
    Middle,
    High = 300,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[cql(table = "Reports", rename_all = "camelCase")]
struct WeatherReport {
    day: i32,
    #[cql(clustering_key(desc))]
    day_part: Level,
    #[cql(partition_key)]
    station: String,
    #[cql(partition_key, rename = "yr")]
    year: i32,
    #[cql(skip)]
    cached: Vec<usize>,
    #[cql(static_column, default)]
    elevation: i64,
    #[cql(index)]
    seen: HashSet<Weather>,
    #[cql(frozen)]
    fixed: BTreeSet<i32>,
    r#type: Option<Weather>,
}

#[derive(Model, Debug)]
#[cql(keyspace = "web")]
struct PageHits {
    #[cql(partition_key)]
    page: i64,
    views: Counter,
    likes: Option<Counter>,
}

fn report() -> WeatherReport {
    WeatherReport {
        day: 7,
        day_part: Level::High,
        station: "Seattle".into(),
        year: 2014,
        cached: Vec::new(),
        elevation: 12,
        seen: [Weather::LightRain].into(),
        fixed: BTreeSet::new(),
        r#type: None,
    }
}

/// The row as cells, one behind the other, and which of them are null.
fn cells<T: Table>(row: &T) -> (Vec<u8>, Vec<bool>) {
    let mut bytes = Vec::new();
    let mut nulls = Vec::new();
    for index in 0..u8::try_from(T::definition().columns.len()).unwrap() {
        let mut cell = Vec::new();
        let some = row.cell(index, &mut cell);
        let length = if some {
            i32::try_from(cell.len()).unwrap()
        } else {
            -1
        };
        bytes.extend(length.to_be_bytes());
        bytes.extend(cell);
        nulls.push(!some);
    }
    (bytes, nulls)
}

#[test]
fn facts() {
    let table = WeatherReport::definition();
    assert_eq!(
        (table.model, table.table, table.keyspace),
        ("WeatherReport", "Reports", None)
    );
    assert_eq!((table.key, table.partition), (&[2, 3, 1][..], 2));
    let columns = table
        .columns
        .iter()
        .map(|c| (c.name, c.field, c.kind, (c.ty)()));
    let set = |t| Type::Set(Box::new(t));
    let expected = [
        ("day", "day", Kind::Regular, Type::Int),
        ("dayPart", "day_part", Kind::Clustering, Type::SmallInt),
        ("station", "station", Kind::Partition, Type::Text),
        ("yr", "year", Kind::Partition, Type::Int),
        ("elevation", "elevation", Kind::Static, Type::BigInt),
        ("seen", "seen", Kind::Regular, set(Type::Text)),
        ("fixed", "fixed", Kind::Regular, set(Type::Int)),
        ("type", "type", Kind::Regular, Type::Text),
    ];
    assert_eq!(columns.collect::<Vec<_>>(), expected);
    let with = |flag: fn(&scylla_orm::private::ColumnDef) -> bool| {
        let columns = table.columns.iter().filter(|c| flag(c)).map(|c| c.field);
        columns.collect::<Vec<_>>()
    };
    assert_eq!(with(|c| c.descending), ["day_part"]);
    assert_eq!(with(|c| c.indexed), ["seen"]);
    assert_eq!(with(|c| c.frozen), ["fixed"]);
    assert_eq!(with(|c| c.nullable), ["elevation", "seen", "fixed", "type"]);

    let table = PageHits::definition();
    assert_eq!((table.table, table.keyspace), ("page_hits", Some("web")));
    let kinds = table.columns.iter().map(|c| (c.kind, (c.ty)()));
    let counter = (Kind::Counter, Type::Counter);
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [(Kind::Partition, Type::BigInt), counter.clone(), counter]
    );
}

#[test]
fn a_row_there_and_back() {
    let row = report();
    let (bytes, nulls) = cells(&row);
    // An empty frozen set is a value.
    assert_eq!(
        nulls,
        [false, false, false, false, false, false, false, true]
    );
    let cached = WeatherReport {
        cached: vec![1],
        ..row.clone()
    };
    assert_eq!(cells(&cached).0, bytes);
    assert_eq!(WeatherReport::from_row(&mut Cells::new(&bytes)), Ok(row));
}

#[test]
fn nulls_and_faults_of_a_row() {
    let read = |row: WeatherReport, index: usize| {
        // The cell of one column, replaced by null.
        let (bytes, _) = cells(&row);
        let mut from = Cells::new(&bytes);
        let mut changed = Vec::new();
        for i in 0.. {
            let before = from.rest();
            if before.is_empty() {
                break;
            }
            from.next().unwrap();
            match i == index {
                true => changed.extend((-1_i32).to_be_bytes()),
                false => changed.extend(&before[..before.len() - from.rest().len()]),
            }
        }
        WeatherReport::from_row(&mut Cells::new(&changed))
    };
    let day = read(report(), 0);
    assert_eq!(day, Err((0, Fault::Null)));
    assert_eq!(read(report(), 3), Err((3, Fault::Null)));
    assert_eq!(read(report(), 4).unwrap().elevation, 0);
    assert_eq!(read(report(), 5).unwrap().seen, HashSet::new());
}

#[test]
fn enums_as_text() {
    #[track_caller]
    fn check(value: Weather, text: &str) {
        let mut out = Vec::new();
        assert_eq!(value.write(&mut out), Wrote::Value);
        assert_eq!(out, text.as_bytes());
        assert_eq!(Weather::decode(Some(&out)), Ok(value));
        let mut bound = Vec::new();
        Bind::<Weather>::put(&value, &mut bound);
        assert_eq!(bound, out);
    }
    check(Weather::Sun, "sun");
    check(Weather::LightRain, "light-rain");
    check(Weather::Storm, "Ünwetter");
    assert_eq!(Weather::decode(Some(b"hail")), Err(Fault::Range));
    assert_eq!(Weather::decode(Some(b"\xff")), Err(Fault::Utf8));
    assert_eq!(Weather::decode(None), Err(Fault::Null));
    assert_eq!(Weather::cql_type(), Type::Text);
    assert!(Weather::accepts(&Type::Ascii) && !Weather::accepts(&Type::Int));
    assert!(Weather::Sun.fits(&Type::Text) && !Weather::Sun.fits(&Type::Blob));
}

#[test]
fn enums_as_numbers() {
    #[track_caller]
    fn check(value: Level, number: i16) {
        let mut out = Vec::new();
        assert_eq!(value.write(&mut out), Wrote::Value);
        assert_eq!(out, number.to_be_bytes());
        assert_eq!(Level::decode(Some(&out)), Ok(value));
    }
    check(Level::Low, -1);
    check(Level::Middle, 0);
    check(Level::High, 300);
    assert_eq!(Level::decode(Some(&[0, 1])), Err(Fault::Range));
    assert_eq!(Level::decode(Some(&[0])), Err(Fault::Length));
    assert_eq!(Level::cql_type(), Type::SmallInt);
    assert!(Level::Low.fits(&Type::SmallInt) && !Level::Low.fits(&Type::Int));
}

#[test]
fn counters_may_be_absent() {
    let mut bytes = Vec::new();
    for cell in [Some(5_i64), Some(3), None] {
        match cell {
            Some(value) => {
                bytes.extend(8_i32.to_be_bytes());
                bytes.extend(value.to_be_bytes());
            }
            None => bytes.extend((-1_i32).to_be_bytes()),
        }
    }
    let row = PageHits::from_row(&mut Cells::new(&bytes)).unwrap();
    assert_eq!((row.page, row.views, row.likes), (5, Counter(3), None));
}
