//! Which values stand for a column's, and how they are encoded.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use scylla_orm::column::Bind;
use scylla_orm::driver::value::{Cells, Field, ToCql};

fn check<T>(value: impl Bind<T>, expected: &[u8]) {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    assert_eq!(bytes, expected);
}

#[test]
fn borrowed_forms_stand_for_owned_ones() {
    check::<String>("ann", b"ann");
    check::<String>(&&"ann", b"ann");
    check::<Box<str>>("ann".to_owned(), b"ann");
    check::<Vec<u8>>(b"\x01\x02", b"\x01\x02");
    check::<Vec<u8>>(&b"\x01\x02"[..], b"\x01\x02");
    check::<Vec<u8>>(vec![1, 2], b"\x01\x02");
    check::<IpAddr>(Ipv4Addr::LOCALHOST, &[127, 0, 0, 1]);
    check::<i64>(&5, &[0, 0, 0, 0, 0, 0, 0, 5]);
    check::<(i32, Option<String>)>((1, None), b"\0\0\0\x04\0\0\0\x01\xff\xff\xff\xff");
}

#[test]
fn collections() {
    let list = b"\0\0\0\x02\0\0\0\x01b\0\0\0\x01a";
    check::<Vec<String>>(["b", "a"], list);
    check::<Vec<String>>(&["b", "a"][..], list);
    check::<Vec<String>>(vec!["b", "a"], list);
    let set = b"\0\0\0\x02\0\0\0\x01a\0\0\0\x01b";
    check::<HashSet<String>>(["b", "a", "b"], set);
    check::<BTreeSet<String>>(["b", "a"], set);
    check::<HashSet<String>>(HashSet::from(["b".to_owned(), "a".to_owned()]), set);
    check::<BTreeSet<String>>(&BTreeSet::from(["b".to_owned(), "a".to_owned()]), set);
    let map = b"\0\0\0\x02\0\0\0\x01a\0\0\0\x04\0\0\0\x01\0\0\0\x01b\0\0\0\x04\0\0\0\x02";
    check::<HashMap<String, i32>>([("b", 2), ("a", 1)], map);
    check::<BTreeMap<String, i32>>([("b", 3), ("a", 1), ("b", 2)], map);
    check::<HashMap<String, i32>>(
        HashMap::from([("b".to_owned(), 2), ("a".to_owned(), 1)]),
        map,
    );
}

#[test]
fn what_is_bound_and_what_is_written_is_the_same() {
    let tags = HashSet::from(["x".to_owned(), "yy".to_owned(), String::new()]);
    let mut written = Vec::new();
    tags.write(&mut written);
    check::<HashSet<String>>(["yy", "", "x"], &written);
}

#[test]
fn an_empty_collection_is_null() {
    let mut out = b"before".to_vec();
    assert!(!Field::cell(&Vec::<i32>::new(), &mut out));
    assert!(!Field::cell(&Some(HashSet::<i32>::new()), &mut out));
    assert!(!Field::cell(&None::<i32>, &mut out));
    assert_eq!(out, b"before");
    assert!(Field::cell(&0_i32, &mut out));
    assert!(Field::frozen_cell(&Vec::<i32>::new(), &mut out));
    assert_eq!(out, b"before\0\0\0\0\0\0\0\0");
    let null = [0xff; 4];
    assert_eq!(
        <Vec<i32> as Field>::take(&mut Cells::new(&null)),
        Ok(vec![])
    );
    assert_eq!(
        <Option<i32> as Field>::take(&mut Cells::new(&null)),
        Ok(None)
    );
    assert!(<i32 as Field>::take(&mut Cells::new(&null)).is_err());
}
