//! Structs as the values of a statement, and as rows of a result.

use std::sync::Arc;

use scylla_orm_derive::{FromCql, FromRow, ToCql, ToRow};
use scylla_orm_driver::value::{Cells, Column, Fault, FromRow, Mismatch, Row, ToRow};

use crate::{columns, hex};

/// The bytes of a row of values.
#[track_caller]
fn bytes_of(row: &impl ToRow, markers: &[Column]) -> Result<Vec<u8>, Mismatch> {
    row.check(markers)?;
    let mut out = Vec::new();
    assert_eq!(usize::from(row.write_row(markers, &mut out)), markers.len());
    Ok(out)
}

fn read<'f, T: FromRow<'f>>(
    columns: &Arc<[Column]>,
    bytes: &'f [u8],
) -> Result<Result<T, (u16, Fault)>, Mismatch> {
    let plan = T::plan(columns)?;
    let mut cells = Cells::new(bytes);
    let row = T::read(&plan, &mut cells);
    if row.is_ok() {
        assert_eq!(cells.rest(), b"", "the next row begins behind this one");
    }
    Ok(row)
}

#[derive(ToRow, FromRow, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Reading {
    id: i32,
    #[cql(rename = "Name")]
    name: Option<String>,
    #[cql(skip)]
    seen: bool,
    place: Point,
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Point {
    y: String,
    x: i8,
}

fn reading() -> Reading {
    Reading {
        id: 7,
        name: None,
        seen: false,
        place: Point {
            y: "a".to_owned(),
            x: 1,
        },
    }
}

const ID: &str = "00000004 00000007";
const NAME: &str = "ffffffff";
const PLACE: &str = "0000000a 00000001 01 00000001 61";

#[test]
fn fields_go_to_markers_and_come_from_columns_by_their_names() {
    let (id, name, place) = (("id", "int"), ("Name", "text"), ("place", "point"));
    let cells = |names: &[&str]| hex(&names.concat());
    let check = |order: &[(&str, &str)], bytes: &[&str]| {
        let (columns, bytes) = (columns(order), cells(bytes));
        assert_eq!(bytes_of(&reading(), &columns), Ok(bytes.clone()));
        assert_eq!(read(&columns, &bytes), Ok(Ok(reading())));
    };
    check(&[id, name, place], &[ID, NAME, PLACE]);
    check(&[place, id, name], &[PLACE, ID, NAME]);
    check(&[name, place, id], &[NAME, PLACE, ID]);
    // Columns without a field are passed over, wherever they stand.
    let other = ("other", "int");
    let all = columns(&[id, name, place, other]);
    assert_eq!(
        read(&all, &cells(&[ID, NAME, PLACE, ID])),
        Ok(Ok(reading()))
    );
    let all = columns(&[other, id, name, place]);
    assert_eq!(
        read(&all, &cells(&[NAME, ID, NAME, PLACE])),
        Ok(Ok(reading()))
    );
    // A marker that stands twice has one value.
    let twice = columns(&[id, name, place, id]);
    assert_eq!(
        bytes_of(&reading(), &twice),
        Ok(cells(&[ID, NAME, PLACE, ID]))
    );
}

#[test]
fn errors_name_what_has_no_counterpart() {
    let check = |found: Mismatch, expected: &str| assert_eq!(found.to_string(), expected);
    let all = [("id", "int"), ("Name", "text"), ("place", "point")];
    let more = columns(&[all[0], all[1], all[2], ("after", "int")]);
    check(
        bytes_of(&reading(), &more).unwrap_err(),
        "the statement has a marker `after`, for which `Reading` has no field",
    );
    check(
        bytes_of(&reading(), &columns(&all[..2])).unwrap_err(),
        "`Reading` has a field `place`, for which the statement has no marker",
    );
    check(
        bytes_of(&reading(), &columns(&[("id", "bigint"), all[1], all[2]])).unwrap_err(),
        "column `id` (index 0) is a CQL `bigint`, which is `i64` in Rust, not `i32`",
    );
    check(
        Reading::plan(&columns(&all[1..])).unwrap_err(),
        "there is no column `id`",
    );
    check(
        Reading::plan(&columns(&[all[0], ("Name", "blob"), all[2]])).unwrap_err(),
        "column `Name` (index 1) is a CQL `blob`, which is `Vec<u8>` in Rust, not `Option<String>`",
    );
    let null = hex(&[NAME, NAME, PLACE].concat());
    assert_eq!(
        read::<Reading>(&columns(&all), &null),
        Ok(Err((0, Fault::Null)))
    );
    let turned = columns(&[all[2], all[1], all[0]]);
    let null = hex(&[PLACE, NAME, NAME].concat());
    assert_eq!(read::<Reading>(&turned, &null), Ok(Err((2, Fault::Null))));
    let short = hex(&[PLACE, NAME].concat());
    assert_eq!(read::<Reading>(&turned, &short), Ok(Err((2, Fault::Short))));
}

#[derive(ToRow, FromRow, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Pair(i32, String);

#[derive(ToRow, FromRow, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver", by_order)]
struct Ordered {
    a: i32,
    b: String,
}

#[test]
fn structs_without_names_go_by_their_order() {
    let both = columns(&[("b", "int"), ("a", "text")]);
    let bytes = hex("00000004 00000007 00000001 61");
    let pair = Pair(7, "a".to_owned());
    assert_eq!(bytes_of(&pair, &both), Ok(bytes.clone()));
    assert_eq!(read(&both, &bytes), Ok(Ok(pair)));
    let ordered = Ordered {
        a: 7,
        b: "a".to_owned(),
    };
    assert_eq!(bytes_of(&ordered, &both), Ok(bytes.clone()));
    assert_eq!(read(&both, &bytes), Ok(Ok(ordered)));
    let count = Mismatch::Count {
        columns: 1,
        values: 2,
    };
    assert_eq!(Pair::plan(&columns(&[("a", "int")])).unwrap_err(), count);
    let wrong = columns(&[("b", "text"), ("a", "int")]);
    let pair = Pair(7, "a".to_owned());
    assert_eq!(
        bytes_of(&pair, &wrong),
        Err(Mismatch::of::<i32>(0, &wrong[0]))
    );
    assert_eq!(
        Pair::plan(&wrong).unwrap_err(),
        Mismatch::of::<i32>(0, &wrong[0])
    );
}

#[derive(FromRow, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver", deny_unknown_fields)]
struct Borrowed<'a> {
    name: &'a str,
    data: &'a [u8],
    #[cql(default)]
    more: i32,
}

#[test]
fn rows_can_borrow_and_be_strict() {
    let own = columns(&[("data", "blob"), ("name", "text")]);
    let bytes = hex("00000001 ff 00000001 61");
    let row = read::<Borrowed<'_>>(&own, &bytes).unwrap().unwrap();
    let expected = Borrowed {
        name: "a",
        data: &[0xff],
        more: 0,
    };
    assert_eq!(row, expected);
    assert!(bytes.as_ptr_range().contains(&row.name.as_ptr()));
    let other = columns(&[("data", "blob"), ("name", "text"), ("other", "int")]);
    assert_eq!(
        Borrowed::plan(&other).unwrap_err().to_string(),
        "the result has a column `other`, for which `Borrowed` has no field"
    );
    let null = columns(&[("name", "text"), ("data", "blob"), ("more", "int")]);
    let bytes = hex("00000001 61 00000001 ff ffffffff");
    assert_eq!(read(&null, &bytes), Ok(Ok(expected)));
}

#[derive(ToRow, FromRow, Debug, PartialEq, Clone)]
#[cql(crate = "scylla_orm_driver")]
struct Outer<T> {
    a: i32,
    #[cql(flatten)]
    inner: T,
    d: i32,
    #[cql(flatten)]
    last: Last,
}

#[derive(ToRow, FromRow, Debug, PartialEq, Clone)]
#[cql(crate = "scylla_orm_driver")]
struct Inner {
    c: String,
    b: i8,
}

#[derive(ToRow, FromRow, Debug, PartialEq, Clone)]
#[cql(crate = "scylla_orm_driver")]
struct Last {
    e: bool,
}

fn outer() -> Outer<Inner> {
    Outer {
        a: 1,
        inner: Inner {
            c: "c".to_owned(),
            b: 2,
        },
        d: 4,
        last: Last { e: true },
    }
}

#[test]
fn flattened_structs_give_and_take_their_own_fields() {
    let (a, b, c, d, e) = (
        ("a", "int"),
        ("b", "tinyint"),
        ("c", "text"),
        ("d", "int"),
        ("e", "boolean"),
    );
    let check = |order: &[(&str, &str)], bytes: &str| {
        let (columns, bytes) = (columns(order), hex(bytes));
        assert_eq!(bytes_of(&outer(), &columns), Ok(bytes.clone()));
        assert_eq!(read(&columns, &bytes), Ok(Ok(outer())));
    };
    check(
        &[a, d, c, b, e],
        "00000004 00000001 00000004 00000004 00000001 63 00000001 02 00000001 01",
    );
    check(
        &[e, b, a, c, d],
        "00000001 01 00000001 02 00000004 00000001 00000001 63 00000004 00000004",
    );
    let unbound = bytes_of(&outer(), &columns(&[a, b, c, d])).unwrap_err();
    let unused = Mismatch::Unused {
        field: "e".into(),
        rust: std::any::type_name::<Outer<Inner>>(),
    };
    assert_eq!(unbound, unused);
    let missing = Outer::<Inner>::plan(&columns(&[a, b, d, e])).map(drop);
    let missing_c = Mismatch::Missing { column: "c".into() };
    assert_eq!(missing, Err(missing_c));
}

#[test]
fn a_flattened_row_is_all_of_it() {
    #[derive(FromRow)]
    #[cql(crate = "scylla_orm_driver")]
    struct Keyed {
        b: i32,
        #[cql(flatten)]
        all: Row,
    }
    let both = columns(&[("a", "text"), ("b", "int")]);
    let bytes = hex("00000001 61 00000004 00000007");
    let row = read::<Keyed>(&both, &bytes).unwrap().unwrap();
    assert_eq!((row.b, row.all.get("a")), (7, Ok("a")));
}
