//! Structs and enums as values, and as the rows of a statement and of a result.

use std::collections::{BTreeMap, HashMap};

use scylla_orm::driver::value::{Duration, MaybeEmpty, Row, Value, Vector};
use scylla_orm::prelude::*;

use crate::table::Table;

/// The type `point`, whose fields are `x`, `"Odd one"` and `deep` in the server's order.
#[derive(ToCql, FromCql, Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Point {
    deep: Vec<i32>,
    #[cql(rename = "Odd one")]
    text: Option<String>,
    x: i32,
}

/// The same, without a field of it.
#[derive(ToCql, FromCql, Debug, PartialEq)]
struct Flat {
    x: i32,
    #[cql(rename = "Odd one")]
    text: String,
}

fn point(x: i32) -> Point {
    Point {
        deep: vec![x, 2],
        text: (x > 0).then(|| "y".to_owned()),
        x,
    }
}

#[tokio::test]
async fn user_types_go_by_the_names_of_their_fields() {
    let types = &[
        "point",
        "frozen<point>",
        "list<frozen<point>>",
        "map<text, frozen<set<frozen<point>>>>",
        "tuple<int, frozen<point>>",
    ];
    let t = Table::of(types).await;
    for ty in ["point", "frozen<point>"] {
        let key = t.write(ty, point(1)).await;
        let answer = t.read(ty, key).await;
        assert_eq!(answer.all_as::<(Point,)>().unwrap(), [(point(1),)]);
        let row: Row = answer.first_as().unwrap().unwrap();
        assert_eq!(
            format!("{row:?}"),
            r#"{"COLUMN": {x: 1, "Odd one": 'y', deep: [1, 2]}}"#.replace("COLUMN", &t.column(ty))
        );
        let flat: Flat = row.get(0).unwrap();
        assert_eq!((flat.x, flat.text.as_str()), (1, "y"));
        // A field that the struct does not have is null.
        let key = t.write(ty, &flat).await;
        let row: Row = t.read(ty, key).await.first_as().unwrap().unwrap();
        let shown = row.value(0).unwrap().unwrap().to_string();
        assert_eq!(shown, "{x: 1, \"Odd one\": 'y', deep: null}");
        let back: Point = row.get(0).unwrap();
        assert_eq!(back.deep, Vec::<i32>::new());
    }
    let list = vec![point(1), point(0)];
    let key = t.write("list<frozen<point>>", &list).await;
    let answer = t.read("list<frozen<point>>", key).await;
    assert_eq!(answer.all_as::<(Vec<Point>,)>().unwrap(), [(list,)]);
    // The set is sent in the server's order, which is that of the type's first field.
    let ty = "map<text, frozen<set<frozen<point>>>>";
    let map = HashMap::from([("k".to_owned(), vec![point(2), point(-1), point(1)])]);
    let key = t.write(ty, &map).await;
    let answer = t.read(ty, key).await;
    let (read,): (HashMap<String, Vec<Point>>,) = answer.first_as().unwrap().unwrap();
    assert_eq!(read["k"], [point(-1), point(1), point(2)]);
    let ty = "tuple<int, frozen<point>>";
    let key = t.write(ty, (7, point(1))).await;
    let answer = t.read(ty, key).await;
    assert_eq!(
        answer.all_as::<(Pair,)>().unwrap(),
        [(Pair(7, Some(point(1))),)]
    );
    t.end().await;
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
struct Pair(i32, Option<Point>);

#[derive(ToCql, FromCql, Debug, PartialEq, Clone, Copy)]
#[cql(rename_all = "lowercase")]
enum Weather {
    Sun,
    Rain,
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
struct Meters(i32);

#[derive(ToRow, FromRow, Debug, PartialEq)]
struct Reading {
    #[cql(rename = "c1")]
    height: Option<Meters>,
    k: i32,
    #[cql(flatten)]
    sky: Sky,
}

#[derive(ToRow, FromRow, Debug, PartialEq)]
struct Sky {
    #[cql(rename = "c0")]
    weather: Weather,
    #[cql(rename = "c2", default)]
    places: BTreeMap<String, i32>,
}

#[tokio::test]
async fn structs_are_rows() {
    let t = Table::of(&["text", "int", "map<text, int>", "bigint"]).await;
    let reading = |k| Reading {
        height: (k == 1).then_some(Meters(7)),
        k,
        sky: Sky {
            weather: if k == 1 { Weather::Sun } else { Weather::Rain },
            places: BTreeMap::new(),
        },
    };
    let insert = format!("INSERT INTO {} (c2, k, c1, c0) VALUES (?, ?, ?, ?)", t.name);
    for k in [1, 2] {
        t.session.query(insert.as_str(), reading(k)).await.unwrap();
    }
    let select = format!("SELECT * FROM {} WHERE k = ?", t.name);
    for k in [1, 2] {
        let answer = t.session.query(select.as_str(), (k,)).await.unwrap();
        assert_eq!(answer.all_as::<Reading>().unwrap(), [reading(k)]);
        assert_eq!(answer.first_as::<Reading>().unwrap(), Some(reading(k)));
    }
    let few = format!("INSERT INTO {} (k, c0) VALUES (?, ?)", t.name);
    let error = t.session.query(few, reading(1)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`Reading` has a field `c1`, for which the statement has no marker"),
        "{error}"
    );
    let answer = t
        .session
        .query(format!("SELECT k FROM {}", t.name), ())
        .await
        .unwrap();
    let error = answer.all_as::<Reading>().unwrap_err();
    assert!(
        error.to_string().contains("there is no column `c1`"),
        "{error}"
    );
    t.end().await;
}

#[tokio::test]
async fn nested_durations_vectors_and_values_of_no_bytes() {
    let types = &[
        "list<duration>",
        "frozen<map<text, duration>>",
        "tuple<duration, int>",
        "vector<duration, 2>",
        "vector<frozen<list<int>>, 2>",
        "list<frozen<vector<float, 2>>>",
        "vector<vector<int, 2>, 2>",
        "vector<smallint, 2>",
        "int",
        "text",
    ];
    let t = Table::of(types).await;
    let (a, b) = (Duration::new(1, 2, 3), Duration::new(0, -1, -1_000_000_000));
    t.check("list<duration>", vec![a, b], "[1mo2d3ns, -1d1s]")
        .await;
    let map = BTreeMap::from([("a".to_owned(), a)]);
    t.check("frozen<map<text, duration>>", map, "{'a': 1mo2d3ns}")
        .await;
    t.check("tuple<duration, int>", (a, 7), "(1mo2d3ns, 7)")
        .await;
    t.check("vector<duration, 2>", [a, b], "[1mo2d3ns, -1d1s]")
        .await;
    let lists = [vec![1, 2], vec![3]];
    t.check("vector<frozen<list<int>>, 2>", lists, "[[1, 2], [3]]")
        .await;
    let vectors = vec![[0.5_f32, 1.0], [2.0, -0.0]];
    t.check(
        "list<frozen<vector<float, 2>>>",
        vectors,
        "[[0.5, 1.0], [2.0, -0.0]]",
    )
    .await;
    t.check(
        "vector<vector<int, 2>, 2>",
        [[1, 2], [3, 4]],
        "[[1, 2], [3, 4]]",
    )
    .await;
    t.check("vector<smallint, 2>", Vector(vec![1_i16, -1]), "[1, -1]")
        .await;

    let key = t.write("int", MaybeEmpty::<i32>::Empty).await;
    assert_eq!(t.bytes("int", key).await, Some(Vec::new()));
    let answer = t.read("int", key).await;
    let empty: (MaybeEmpty<i32>,) = answer.first_as().unwrap().unwrap();
    assert_eq!(empty.0, MaybeEmpty::Empty);
    assert_eq!(
        answer.first_as::<(Value,)>().unwrap(),
        Some((Value::Empty,))
    );
    assert_eq!(answer.first_as::<(Option<i32>,)>().unwrap(), Some((None,)));
    assert!(answer.first_as::<(i32,)>().is_err());
    let key = t.write("text", MaybeEmpty::Value("")).await;
    assert_eq!(t.bytes("text", key).await, Some(Vec::new()));
    t.end().await;
}
