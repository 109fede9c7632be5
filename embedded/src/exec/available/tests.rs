//! Each level with each number of replicas that are up, on both strategies, in several data centres.

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::frame::response::ServerErrorKind;

use crate::catalog::keyspace::Replication;
use crate::exec::available::Counts;
use crate::exec::available::level::Judge;
use crate::flavor::Flavor;

/// What a level in data centre `a` says of so many replicas up in `a` and `b`: required and alive, or that it will do.
fn check(replication: &Replication, level: &str, up: [usize; 2], expected: Option<(i32, i32)>) {
    let alive = Counts::from([("a", up[0]), ("b", up[1])]);
    let consistency: Consistency = level.parse().unwrap();
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let judge = Judge {
            replication,
            here: "a",
            flavor,
        };
        let found = judge
            .check(consistency, &alive)
            .map_err(|failure| failure.kind);
        let expected = match expected {
            None => Ok(()),
            Some((required, alive)) => Err(ServerErrorKind::Unavailable {
                consistency,
                required,
                // Cassandra tells of none where it counts by data centre.
                alive: match (flavor, level, replication) {
                    (Flavor::Cassandra, "EACH_QUORUM", Replication::NetworkTopology(_)) => 0,
                    _ => alive,
                },
            }),
        };
        assert_eq!(found, expected, "{level} {up:?} {replication:?}");
    }
}

fn network(factors: &[(&str, usize)]) -> Replication {
    let factors = factors.iter().map(|(dc, n)| (Box::from(*dc), *n));
    Replication::NetworkTopology(factors.collect())
}

#[test]
fn levels_of_two_data_centres() {
    let both = network(&[("a", 3), ("b", 3)]);
    for (level, up, expected) in [
        ("ANY", [0, 0], None),
        ("ONE", [0, 1], None),
        ("ONE", [0, 0], Some((1, 0))),
        ("TWO", [1, 1], None),
        ("TWO", [1, 0], Some((2, 1))),
        ("THREE", [0, 3], None),
        ("THREE", [1, 1], Some((3, 2))),
        ("QUORUM", [1, 3], None),
        ("QUORUM", [0, 3], Some((4, 3))),
        ("SERIAL", [0, 3], Some((4, 3))),
        ("ALL", [3, 3], None),
        ("ALL", [3, 2], Some((6, 5))),
        ("LOCAL_ONE", [1, 0], None),
        ("LOCAL_ONE", [0, 3], Some((1, 0))),
        ("LOCAL_QUORUM", [2, 0], None),
        ("LOCAL_QUORUM", [1, 3], Some((2, 1))),
        ("LOCAL_SERIAL", [1, 3], Some((2, 1))),
        ("EACH_QUORUM", [2, 2], None),
        ("EACH_QUORUM", [3, 1], Some((2, 1))),
        ("EACH_QUORUM", [1, 3], Some((2, 1))),
    ] {
        check(&both, level, up, expected);
    }
}

#[test]
fn levels_without_copies_here_and_of_the_simple_strategy() {
    let there = network(&[("b", 3)]);
    check(&there, "QUORUM", [0, 2], None);
    check(&there, "EACH_QUORUM", [0, 2], None);
    check(&there, "LOCAL_QUORUM", [0, 3], Some((1, 0)));
    check(&there, "LOCAL_ONE", [0, 3], Some((1, 0)));
    let simple = Replication::Simple(3);
    check(&simple, "QUORUM", [1, 1], None);
    check(&simple, "EACH_QUORUM", [1, 0], Some((2, 1)));
    check(&simple, "LOCAL_QUORUM", [1, 2], Some((2, 1)));
    check(&simple, "ALL", [1, 1], Some((3, 2)));
}

#[test]
fn texts() {
    let both = network(&[("a", 1), ("b", 3)]);
    let text = |flavor, level| {
        let judge = Judge {
            replication: &both,
            here: "a",
            flavor,
        };
        let alive = Counts::from([("a", 1), ("b", 1)]);
        judge.check(level, &alive).unwrap_err().message
    };
    assert_eq!(
        text(Flavor::Scylla, Consistency::Quorum),
        "Cannot achieve consistency level for cl QUORUM. Requires 3, alive 2"
    );
    assert_eq!(
        text(Flavor::Cassandra, Consistency::Quorum),
        "Cannot achieve consistency level QUORUM"
    );
    assert_eq!(
        text(Flavor::Cassandra, Consistency::EachQuorum),
        "Cannot achieve consistency level EACH_QUORUM in DC b"
    );
}
