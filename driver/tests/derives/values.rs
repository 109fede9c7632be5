//! Structs and enums as values of CQL.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::marker::PhantomData;

use scylla_orm_derive::{FromCql, ToCql};
use scylla_orm_driver::value::{Cells, Fault, FromCql, ToCql, Type, Value, Wrote};

use crate::{hex, ty};

/// The value is sent to a column of the type as these bytes, and read back from them.
#[track_caller]
fn check<T>(value: T, ty: &Type, bytes: &str)
where
    T: ToCql + for<'f> FromCql<'f> + PartialEq + Debug,
{
    let bytes = hex(bytes);
    assert!(value.fits(ty), "{value:?} fits {ty}");
    assert!(T::accepts(ty), "{value:?} is read from {ty}");
    let mut out = Vec::new();
    assert_eq!(value.write_as(ty, &mut out), Wrote::Value);
    assert_eq!(out, bytes, "{value:?}");
    assert_eq!(T::decode_as(ty, Some(&bytes)).as_ref(), Ok(&value));
    assert_eq!(ty.validate(&bytes), Ok(()));
    let mut row = Vec::new();
    value.write_value_as(ty, &mut row);
    row.extend(b"next");
    let mut cells = Cells::new(&row);
    assert_eq!(T::take_as(ty, &mut cells).as_ref(), Ok(&value));
    assert_eq!(cells.rest(), b"next");
    // Without a type it is what the struct says, and reads back as that.
    let mut alone = Vec::new();
    value.write(&mut alone);
    assert_eq!(T::decode(Some(&alone)).as_ref(), Ok(&value));
}

#[derive(ToCql, FromCql, Debug, PartialEq, Clone, Default)]
#[cql(crate = "scylla_orm_driver")]
struct Point {
    x: i8,
    y: Option<String>,
}

fn point(x: i8, y: Option<&str>) -> Point {
    Point {
        x,
        y: y.map(str::to_owned),
    }
}

#[test]
fn a_struct_is_a_user_type_whose_fields_go_by_name() {
    let own = ty("point", &[("x", "tinyint"), ("y", "text")]);
    check(point(1, Some("a")), &own, "00000001 01 00000001 61");
    check(point(1, None), &own, "00000001 01 ffffffff");
    let turned = ty("frozen<point>", &[("y", "text"), ("x", "tinyint")]);
    check(point(1, Some("a")), &turned, "00000001 61 00000001 01");
    let more = [
        ("z", "int"),
        ("y", "text"),
        ("w", "int"),
        ("x", "tinyint"),
        ("v", "int"),
    ];
    check(
        point(1, Some("a")),
        &ty("point", &more),
        "ffffffff 00000001 61 ffffffff 00000001 01 ffffffff",
    );
}

#[test]
fn what_the_sender_did_not_have_is_null() {
    let own = ty("point", &[("x", "tinyint"), ("y", "text"), ("z", "int")]);
    let read = |bytes: &str| Point::decode_as(&own, Some(&hex(bytes)));
    assert_eq!(read("00000001 01"), Ok(point(1, None)));
    assert_eq!(read("00000001 01 00000001 61"), Ok(point(1, Some("a"))));
    assert_eq!(read(""), Err(Fault::Null));
    assert_eq!(
        read("00000001 01 00000001 61 00000004 00000007"),
        Ok(point(1, Some("a")))
    );
    assert_eq!(
        read("00000001 01 00000001 61 00000004 00000007 00000000"),
        Err(Fault::Length)
    );
    assert_eq!(read("00000001 01 00000001"), Err(Fault::Short));
    assert_eq!(Point::decode(None), Err(Fault::Null));
    assert_eq!(Option::<Point>::decode_as(&own, None), Ok(None));
}

#[test]
fn each_field_of_the_struct_must_be_one_of_the_type() {
    let check = |fields: &[(&str, &str)], fits: bool| {
        let ty = ty("point", fields);
        assert_eq!(point(1, None).fits(&ty), fits, "{fields:?}");
        assert_eq!(Point::accepts(&ty), fits, "{fields:?}");
    };
    check(&[("x", "tinyint"), ("y", "text")], true);
    check(&[("y", "ascii"), ("x", "tinyint"), ("z", "int")], true);
    check(&[("x", "tinyint")], false);
    check(&[("x", "smallint"), ("y", "text")], false);
    assert!(!point(1, None).fits(&Type::Int));
    assert!(!Point::accepts(&ty("tuple<tinyint, text>", &[])));
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
#[cql(
    crate = "scylla_orm_driver",
    deny_unknown_fields,
    rename_all = "camelCase"
)]
struct Strict {
    first_one: i8,
    #[cql(rename = "Second")]
    second: i8,
    #[cql(skip)]
    cached: u64,
}

#[test]
fn names_can_be_others_and_unknown_ones_refused() {
    let strict = || Strict {
        first_one: 1,
        second: 2,
        cached: 0,
    };
    let own = ty("point", &[("Second", "tinyint"), ("firstOne", "tinyint")]);
    check(strict(), &own, "00000001 02 00000001 01");
    let more = [("Second", "tinyint"), ("firstOne", "tinyint"), ("z", "int")];
    let more = ty("point", &more);
    assert!(!strict().fits(&more) && !Strict::accepts(&more));
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Defaults {
    x: i8,
    #[cql(default)]
    y: Vec<String>,
    #[cql(default)]
    z: i32,
}

#[test]
fn defaults_stand_in_for_null_and_for_what_is_not_there() {
    let own = ty("point", &[("z", "int"), ("x", "tinyint")]);
    assert!(Defaults::accepts(&own));
    let read = Defaults::decode_as(&own, Some(&hex("ffffffff 00000001 01")));
    let expected = Defaults {
        x: 1,
        y: vec![],
        z: 0,
    };
    assert_eq!(read, Ok(expected));
    assert!(!Defaults::accepts(&ty(
        "point",
        &[("z", "text"), ("x", "tinyint")]
    )));
    assert!(!Defaults::accepts(&ty("point", &[("z", "int")])));
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver", by_order)]
struct Ordered {
    a: i8,
    b: String,
}

#[test]
fn fields_can_go_by_their_order() {
    let ordered = || Ordered {
        a: 1,
        b: "a".to_owned(),
    };
    let own = [("first", "tinyint"), ("second", "text")];
    check(ordered(), &ty("point", &own), "00000001 01 00000001 61");
    let more = [own[0], own[1], ("third", "int")];
    check(
        ordered(),
        &ty("point", &more),
        "00000001 01 00000001 61 ffffffff",
    );
    assert!(!Ordered::accepts(&ty("point", &[own[1], own[0]])));
    assert!(!ordered().fits(&ty("point", &own[..1])));
}

#[derive(ToCql, FromCql, Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
#[cql(crate = "scylla_orm_driver")]
struct Meters(i32);

#[derive(ToCql, FromCql, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver", transparent)]
struct Tagged<T, U> {
    value: T,
    #[cql(skip)]
    tag: PhantomData<U>,
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Pair<T: Clone>(T, Option<T>)
where
    T: Debug;

#[test]
fn tuple_structs_are_tuples_and_those_of_one_field_are_that_field() {
    check(Meters(7), &Type::Int, "00000007");
    assert!(!Meters::accepts(&Type::BigInt));
    let tagged = Tagged::<_, u8> {
        value: "a".to_owned(),
        tag: PhantomData,
    };
    check(tagged, &Type::Text, "61");
    let pair = ty("tuple<tinyint, tinyint>", &[]);
    check(Pair(1_i8, None), &pair, "00000001 01 ffffffff");
    assert!(!Pair::<i8>::accepts(&ty("tuple<tinyint>", &[])));
    let read = Pair::<i8>::decode_as(&pair, Some(&hex("00000001 01")));
    assert_eq!(read, Ok(Pair(1, None)));
    let points = Pair(point(1, None), Some(point(2, Some("a"))));
    let turned = [("y", "text"), ("x", "tinyint")];
    check(
        points,
        &ty("tuple<frozen<point>, frozen<point>>", &turned),
        "00000009 ffffffff 00000001 01 0000000a 00000001 61 00000001 02",
    );
}

#[test]
fn they_go_into_collections_in_the_servers_order() {
    let set = BTreeSet::from([Meters(1), Meters(-1)]);
    check(
        set,
        &ty("set<int>", &[]),
        "00000002 00000004 ffffffff 00000004 00000001",
    );
    let turned = [("y", "text"), ("x", "tinyint")];
    check(
        vec![point(1, None)],
        &ty("list<frozen<point>>", &turned),
        "00000001 00000009 ffffffff 00000001 01",
    );
    let map = HashMap::from([("k".to_owned(), vec![point(1, None)])]);
    check(
        map,
        &ty("map<text, frozen<list<point>>>", &turned),
        "00000001 00000001 6b 00000011 00000001 00000009 ffffffff 00000001 01",
    );
    // Two user-defined types in a set: by the type's first field, and null comes first.
    let of = |x: i8, y: &str| Value::User(user(), vec![Some(x.into()), Some(y.into())]);
    let values = Value::Set(vec![of(1, "b"), of(-1, "b"), of(2, "a")]);
    let typed = vec![
        point(1, Some("b")),
        point(-1, Some("b")),
        point(2, Some("a")),
    ];
    let ty = ty("set<frozen<point>>", &turned);
    let (mut a, mut b) = (Vec::new(), Vec::new());
    assert!(values.fits(&ty) && typed.fits(&ty));
    values.write_as(&ty, &mut a);
    typed.write_as(&ty, &mut b);
    assert_eq!(a, b);
    let read = Vec::<Point>::decode_as(&ty, Some(&a)).unwrap();
    assert_eq!(
        read,
        [
            point(2, Some("a")),
            point(-1, Some("b")),
            point(1, Some("b"))
        ]
    );
}

fn user() -> std::sync::Arc<scylla_orm_driver::value::UserType> {
    let Type::User(user) = ty("point", &[("x", "tinyint"), ("y", "text")]) else {
        unreachable!()
    };
    user
}

#[derive(FromCql, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Borrowed<'a, T> {
    y: &'a str,
    #[cql(default)]
    x: Option<T>,
}

#[test]
fn structs_can_borrow_from_the_answer() {
    let own = ty("point", &[("x", "tinyint"), ("y", "text")]);
    let bytes = hex("00000001 01 00000001 61");
    let read = Borrowed::<i8>::decode_as(&own, Some(&bytes)).unwrap();
    assert_eq!(read, Borrowed { y: "a", x: Some(1) });
    assert!(bytes.as_ptr_range().contains(&read.y.as_ptr()));
}

#[derive(ToCql, FromCql, Debug, PartialEq)]
#[cql(crate = "scylla_orm_driver")]
struct Spent {
    #[cql(with = "minutes", rename = "x")]
    time: std::time::Duration,
    #[cql(with = "minutes", default)]
    rest: std::time::Duration,
}

mod minutes {
    use std::time::Duration;

    use scylla_orm_driver::value::Fault;

    #[expect(clippy::cast_possible_wrap)]
    pub(super) fn to_cql(time: &Duration) -> i64 {
        (time.as_secs() / 60) as i64
    }

    pub(super) fn from_cql(minutes: i64) -> Result<Duration, Fault> {
        let minutes = u64::try_from(minutes).map_err(|_| Fault::Range)?;
        Ok(Duration::from_secs(minutes * 60))
    }
}

#[test]
fn a_module_converts_what_cql_does_not_have() {
    let spent = Spent {
        time: std::time::Duration::from_secs(120),
        rest: std::time::Duration::ZERO,
    };
    let own = ty("point", &[("x", "bigint"), ("rest", "bigint")]);
    check(
        spent,
        &own,
        "00000008 0000000000000002 00000008 0000000000000000",
    );
    let read = |bytes: &str| Spent::decode_as(&own, Some(&hex(bytes)));
    assert_eq!(read("00000008 ffffffffffffffff"), Err(Fault::Range));
    assert!(read("00000008 0000000000000002 ffffffff").is_ok());
    assert!(!Spent::accepts(&ty(
        "point",
        &[("x", "int"), ("rest", "bigint")]
    )));
}

#[derive(ToCql, FromCql, Debug, PartialEq, Eq, Hash, Clone, Copy)]
#[cql(crate = "scylla_orm_driver", rename_all = "kebab-case")]
enum Weather {
    Sun,
    #[cql(rename = "drizzle")]
    LightRain,
    HeavyRain,
}

#[derive(ToCql, FromCql, Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
#[cql(crate = "scylla_orm_driver", repr = "smallint")]
enum Priority {
    Below = -2,
    Low = 1,
    High = 1000,
}

#[test]
fn enums_are_texts_or_numbers() {
    check(Weather::Sun, &Type::Text, "73756e");
    check(Weather::LightRain, &Type::Ascii, "6472697a7a6c65");
    check(Weather::HeavyRain, &Type::Text, "68656176792d7261696e");
    assert_eq!(Weather::decode(Some(b"snow")), Err(Fault::Range));
    check(Priority::High, &Type::SmallInt, "03e8");
    assert_eq!(Priority::decode(Some(&[0, 2])), Err(Fault::Range));
    assert!(!Priority::Low.fits(&Type::Int));
    let all = BTreeSet::from([Priority::High, Priority::Low, Priority::Below]);
    let bytes = "00000003 00000002 fffe 00000002 0001 00000002 03e8";
    check(all, &ty("set<smallint>", &[]), bytes);
}
