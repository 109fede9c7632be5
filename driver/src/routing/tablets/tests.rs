//! Tablets are learned, found, replaced and forgotten; very many of them.

use std::sync::Arc;

use super::{Chunk, Learned, MOST, Tablets};
use crate::statement::TableName;
use crate::token::Token;

fn name(table: &str) -> TableName {
    TableName::new("k".into(), table.into())
}

fn tablet(first: i64, last: i64, replicas: &[(u16, u16)]) -> Learned {
    Learned {
        first,
        last,
        replicas: replicas.to_vec(),
        complete: true,
        version: None,
    }
}

/// Where the tokens are, as `node.shard` of each replica; `-` if that is not known.
fn found(tablets: &Tablets, table: &str, tokens: &[i64]) -> Vec<String> {
    let find = |token: &i64| {
        let Some(found) = tablets.find(name(table).hash(), Token(*token)) else {
            return "-".to_owned();
        };
        let replicas = found.nodes.iter().zip(found.shards);
        let replicas = replicas.map(|(node, shard)| format!("{node}.{shard}"));
        replicas.collect::<Vec<_>>().join(" ")
    };
    tokens.iter().map(find).collect()
}

#[test]
fn a_tablet_has_the_tokens_behind_its_first_up_to_its_last() {
    let mut tablets = Tablets::default();
    let t = name("t");
    assert!(tablets.learn(&t, &tablet(i64::MIN, -10, &[(0, 3), (2, 1)])));
    assert!(tablets.learn(&t, &tablet(0, 20, &[(1, 7)])));
    assert_eq!(
        found(
            &tablets,
            "t",
            &[i64::MIN + 1, -10, -9, 0, 1, 20, 21, i64::MAX]
        ),
        ["0.3 2.1", "0.3 2.1", "-", "-", "1.7", "1.7", "-", "-"]
    );
    assert_eq!(found(&tablets, "other", &[5]), ["-"]);
    assert_eq!(tablets.len(), 2);
    assert!(!tablets.learn(&t, &tablet(0, 20, &[(1, 7)])), "it is known");
    assert!(tablets.learn(&t, &tablet(0, 20, &[(1, 6)])), "it has moved");
    assert_eq!(found(&tablets, "t", &[5]), ["1.6"]);
    assert_eq!(tablets.len(), 2);
}

#[test]
fn what_is_learned_replaces_all_that_overlaps_it() {
    let learned = |spans: &[(i64, i64)]| {
        let mut tablets = Tablets::default();
        for (at, (first, last)) in (0..).zip(spans) {
            tablets.learn(&name("t"), &tablet(*first, *last, &[(at, 0)]));
        }
        tablets
    };
    let check = |spans: &[(i64, i64)], count: usize, expected: [&str; 5]| {
        let tablets = learned(spans);
        assert_eq!(
            found(&tablets, "t", &[5, 15, 25, 35, 45]),
            expected,
            "{spans:?}"
        );
        assert_eq!(tablets.len(), count, "{spans:?}");
    };
    let four = [(0, 10), (10, 20), (20, 30), (30, 40)];
    let with = |span| [&four[..], &[span]].concat();
    check(&four, 4, ["0.0", "1.0", "2.0", "3.0", "-"]);
    check(&with((10, 20)), 4, ["0.0", "4.0", "2.0", "3.0", "-"]);
    check(&with((10, 30)), 3, ["0.0", "4.0", "4.0", "3.0", "-"]);
    check(&with((0, 50)), 1, ["4.0"; 5]);
    check(&with((15, 25)), 3, ["0.0", "-", "4.0", "3.0", "-"]);
    check(&with((12, 14)), 4, ["0.0", "-", "2.0", "3.0", "-"]);
    check(&with((40, 50)), 5, ["0.0", "1.0", "2.0", "3.0", "4.0"]);
    // Pieces of the ring in any order, with gaps.
    check(
        &[(40, 50), (0, 10), (20, 30)],
        3,
        ["1.0", "-", "2.0", "-", "0.0"],
    );
}

#[test]
fn tables_are_apart_and_can_be_forgotten() {
    let mut tablets = Tablets::default();
    for table in ["a", "b"] {
        tablets.learn(&name(table), &tablet(0, 9, &[(0, 0)]));
    }
    let other = TableName::new("j".into(), "a".into());
    tablets.learn(&other, &tablet(0, 9, &[(0, 0)]));
    assert_eq!(tablets.len(), 3);
    assert!(!tablets.forget(|table| table.table() == "c"));
    assert!(tablets.forget(|table| table.keyspace() == "k" && table.table() == "a"));
    assert_eq!(
        (found(&tablets, "a", &[1]), tablets.len()),
        (vec!["-".to_owned()], 2)
    );
    assert!(tablets.forget(|table| table.keyspace() == "k"));
    assert!(tablets.find(other.hash(), Token(1)).is_some());
    assert_eq!(tablets.len(), 1);
}

#[test]
fn nodes_that_go_take_their_tablets_with_them() {
    let mut tablets = Tablets::default();
    let t = name("t");
    tablets.learn(&t, &tablet(0, 10, &[(0, 1), (1, 1)]));
    tablets.learn(&t, &tablet(10, 20, &[(1, 2), (2, 2)]));
    let partial = Learned {
        complete: false,
        ..tablet(20, 30, &[(2, 3)])
    };
    tablets.learn(&t, &partial);
    // The first node has gone, so that the others have the places before theirs.
    let moved = tablets.moved(|node| node.checked_sub(1));
    assert_eq!(found(&moved, "t", &[5, 15, 25]), ["-", "0.2 1.2", "-"]);
    assert_eq!(moved.len(), 1);
    let none = tablets.moved(|_| None);
    assert_eq!((none.len(), none.tables.len()), (0, 0));
}

/// `count` tablets of the same size that fill the ring, in an order that jumps.
fn ring(count: i64) -> impl Iterator<Item = (i64, i64)> {
    let size = i64::try_from((1i128 << 64) / i128::from(count)).unwrap();
    (0..count).map(move |nth| {
        let at = nth * 7919 % count;
        let first = i64::MIN.wrapping_add(size.wrapping_mul(at));
        let last = first.wrapping_add(size);
        (first, if at == count - 1 { i64::MAX } else { last })
    })
}

#[test]
fn very_many_tablets_are_learned_one_by_one_in_bounded_memory() {
    let count: i64 = if cfg!(miri) { 500 } else { 100_000 };
    let (mut tablets, t) = (Tablets::default(), name("t"));
    for (nth, (first, last)) in (0..=u16::MAX).cycle().zip(ring(count)) {
        assert!(tablets.learn(
            &t,
            &tablet(first, last, &[(nth % 9, nth % 8), (9, 0), (10, 1)])
        ));
    }
    assert_eq!(tablets.len(), usize::try_from(count).unwrap());
    // Each is where it was put.
    for (nth, (first, last)) in (0..=u16::MAX).cycle().zip(ring(count)) {
        let token = if nth % 2 == 0 { first + 1 } else { last };
        let found = tablets.find(t.hash(), Token(token)).unwrap();
        assert_eq!((found.nodes[0], found.shards[0]), (nth % 9, nth % 8));
    }
    // In pieces neither so large that one more costs much, nor so small that there are very many.
    let table = Arc::clone(&tablets.tables[&t.hash()]);
    let largest = table.chunks.iter().map(|chunk| chunk.len()).max().unwrap();
    assert!(largest <= 256, "{largest}");
    assert!(
        table.chunks.len() <= tablets.len().div_ceil(64),
        "{}",
        table.chunks.len()
    );
    let bytes = |tablets: &Tablets| {
        let table = &tablets.tables[&t.hash()];
        let lists = table.ends.capacity() * size_of::<i64>()
            + table.chunks.capacity() * size_of::<Arc<Chunk>>();
        lists
            + table
                .chunks
                .iter()
                .map(|chunk| chunk.bytes())
                .sum::<usize>()
    };
    let each = bytes(&tablets) / tablets.len();
    println!(
        "{count} tablets of three replicas: {each} bytes each, in {} chunks",
        table.chunks.len()
    );
    assert!(each < 128, "{each} bytes");
    // Learned again it is no more.
    for (first, last) in ring(count).step_by(10) {
        tablets.learn(&t, &tablet(first, last, &[(1, 1)]));
    }
    assert_eq!(tablets.len(), usize::try_from(count).unwrap());
    assert!(bytes(&tablets) / tablets.len() < 128);
}

#[test]
fn too_many_are_forgotten() {
    let mut tablets = Tablets::default();
    tablets.learn(&name("t"), &tablet(0, 10, &[(0, 0)]));
    tablets.count = MOST;
    assert!(tablets.learn(&name("t"), &tablet(10, 20, &[(0, 0)])));
    assert_eq!(
        (tablets.len(), found(&tablets, "t", &[5])),
        (1, vec!["-".to_owned()])
    );
}
