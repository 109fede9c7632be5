//! Collections, tuples, user-defined types, vectors.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use scylla_orm::driver::value::{Decimal, Row, TimeUuid, Value};

use crate::table::Table;

#[tokio::test]
async fn collections() {
    let types = &[
        "list<int>",
        "set<text>",
        "map<text, int>",
        "frozen<list<text>>",
        "frozen<set<int>>",
        "frozen<map<int, text>>",
        "set<decimal>",
        "set<timeuuid>",
        "map<inet, boolean>",
        "map<text, frozen<list<frozen<map<int, frozen<set<text>>>>>>>",
    ];
    let t = Table::of(types).await;
    t.check("list<int>", vec![3, 1, 2, 1], "[3, 1, 2, 1]").await;
    let words = ["b", "a", "ä"].map(str::to_owned);
    t.check(
        "set<text>",
        BTreeSet::from(words.clone()),
        "{'b', 'a', 'ä'}",
    )
    .await;
    t.check("set<text>", HashSet::from(words), "{'b', 'ä', 'a'}")
        .await;
    let map = [("one".to_owned(), 1), ("minus".to_owned(), -1)];
    t.check(
        "map<text, int>",
        HashMap::from(map.clone()),
        "{'one': 1, 'minus': -1}",
    )
    .await;
    t.check(
        "map<text, int>",
        BTreeMap::from(map),
        "{'minus': -1, 'one': 1}",
    )
    .await;
    t.check(
        "frozen<list<text>>",
        vec!["x".to_owned(), String::new()],
        "['x', '']",
    )
    .await;
    t.check("frozen<list<text>>", Vec::<String>::new(), "[]")
        .await;
    t.check(
        "frozen<set<int>>",
        HashSet::from([1, -1, 0, i32::MIN]),
        "{0, -1, -2147483648, 1}",
    )
    .await;
    let map = HashMap::from([(-5, "minus".to_owned()), (5, "plus".to_owned())]);
    t.check("frozen<map<int, text>>", map, "{5: 'plus', -5: 'minus'}")
        .await;
    let decimals: HashSet<Decimal> = ["10", "9.5", "-1", "1E+2"]
        .map(|d| d.parse().unwrap())
        .into();
    t.check("set<decimal>", decimals, "{1E+2, 10, -1, 9.5}")
        .await;
    let uuids = [
        "b4f8f6a0-2b5a-11ee-be56-0242ac120002",
        "00000000-0000-11ee-8080-808080808080",
        "b4f8f6a0-2b5a-11ee-bf7f-7f7f7f7f7f7f",
    ];
    let uuids = HashSet::from(uuids.map(|u| u.parse::<TimeUuid>().unwrap()));
    let literal = uuids
        .iter()
        .map(TimeUuid::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    t.check("set<timeuuid>", uuids, &format!("{{{literal}}}"))
        .await;
    let inets = BTreeMap::from([
        (IpAddr::from([10, 0, 0, 1]), true),
        (IpAddr::from([9, 0, 0, 1]), false),
    ]);
    t.check(
        "map<inet, boolean>",
        inets,
        "{'10.0.0.1': true, '9.0.0.1': false}",
    )
    .await;
    let deep: HashMap<String, Vec<BTreeMap<i32, BTreeSet<String>>>> = HashMap::from([(
        "k".to_owned(),
        vec![
            BTreeMap::from([
                (1, BTreeSet::from(["a".to_owned(), "b".to_owned()])),
                (-1, BTreeSet::new()),
            ]),
            BTreeMap::new(),
        ],
    )]);
    let ty = "map<text, frozen<list<frozen<map<int, frozen<set<text>>>>>>>";
    t.check(ty, deep, "{'k': [{1: {'b', 'a'}, -1: {}}, {}]}")
        .await;
    t.end().await;
}

#[tokio::test]
async fn tuples_and_user_types() {
    let types = &[
        "tuple<int, text, double>",
        "tuple<int, tuple<text, list<int>>>",
        "frozen<point>",
        "point",
        "list<frozen<point>>",
    ];
    let t = Table::of(types).await;
    let tuple = (1, "one".to_owned(), 1.5);
    t.check("tuple<int, text, double>", tuple, "(1, 'one', 1.5)")
        .await;
    let holes = (Some(1), None::<String>, None::<f64>);
    t.check("tuple<int, text, double>", holes, "(1, null, null)")
        .await;
    let nested = (1, ("x".to_owned(), vec![1, 2]));
    t.check(
        "tuple<int, tuple<text, list<int>>>",
        nested,
        "(1, ('x', [1, 2]))",
    )
    .await;
    let literal = "{x: 1, \"Odd one\": 'y', deep: [1, 2]}";
    for ty in ["frozen<point>", "point"] {
        let key = t.write_literal(ty, literal).await;
        let row: Row = t.read(ty, key).await.first_as().unwrap().unwrap();
        let value = row.value(0).unwrap().unwrap();
        assert_eq!(value.to_string(), literal);
        let Value::User(user, mut fields) = value.clone() else {
            panic!("{value:?} is no value of a user-defined type");
        };
        assert_eq!(&*user.name, "point");
        let again = t.write(ty, &value).await;
        assert_eq!(t.bytes(ty, again).await, t.bytes(ty, key).await);
        fields[1] = None;
        let hole = Value::User(user, fields);
        let key = t.write(ty, &hole).await;
        let row: Row = t.read(ty, key).await.first_as().unwrap().unwrap();
        assert_eq!(row.value(0).unwrap(), Some(hole));
    }
    let ty = "list<frozen<point>>";
    let key = t
        .write_literal(ty, &format!("[{literal}, {literal}]"))
        .await;
    let row: Row = t.read(ty, key).await.first_as().unwrap().unwrap();
    let value = row.value(0).unwrap().unwrap();
    let again = t.write(ty, &value).await;
    assert_eq!(t.bytes(ty, again).await, t.bytes(ty, key).await);
    t.end().await;
}

#[tokio::test]
async fn vectors() {
    let types = &["vector<float, 3>", "vector<text, 2>", "vector<int, 1>"];
    let t = Table::of(types).await;
    t.check(
        "vector<float, 3>",
        [1.0_f32, -0.5, 0.25],
        "[1.0, -0.5, 0.25]",
    )
    .await;
    t.check(
        "vector<text, 2>",
        ["a".to_owned(), String::new()],
        "['a', '']",
    )
    .await;
    t.check("vector<int, 1>", [7], "[7]").await;
    t.end().await;
}
