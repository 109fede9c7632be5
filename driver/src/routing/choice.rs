//! The first node to ask: on the hot path, so nothing is allocated.

use super::{Distance, Wish};
use crate::conn::SILENT;

/// The node to ask first; `load` is how many answers a node owes, `None` if it cannot be asked now.
#[inline]
pub(crate) fn first(
    wish: &Wish<'_>,
    distances: &[Distance],
    load: impl Fn(u16) -> Option<u32>,
) -> Option<u16> {
    let replica = if wish.stable {
        first_in_order(wish, distances, &load)
    } else {
        least(wish, distances, &load)
    };
    replica.or_else(|| super::plan::others(wish, distances).find(|node| load(*node).is_some()))
}

/// The first replica of the local data centre, whatever its rack or load, unless it is silent; else of another, if that
/// is allowed.
fn first_in_order(
    wish: &Wish<'_>,
    distances: &[Distance],
    load: impl Fn(u16) -> Option<u32>,
) -> Option<u16> {
    let pick = |remote: bool, limit: u32| {
        wish.in_turn().find(|node| {
            let distance = distances.get(usize::from(*node));
            distance.is_some_and(|d| (*d == Distance::Remote) == remote)
                && load(*node).is_some_and(|load| load < limit)
        })
    };
    let of = |remote| pick(remote, SILENT).or_else(|| pick(remote, u32::MAX));
    of(false).or_else(|| if wish.remote { of(true) } else { None })
}

/// The nearest replica, and among equally near ones the first, unless another has clearly less to do. A silent one only
/// if all in its data centre are.
fn least(
    wish: &Wish<'_>,
    distances: &[Distance],
    load: impl Fn(u16) -> Option<u32>,
) -> Option<u16> {
    let mut best: Option<((bool, bool, Distance), u32, u16)> = None;
    for node in wish.in_turn() {
        let Some(distance) = distances.get(usize::from(node)).copied() else {
            continue;
        };
        if distance == Distance::Remote && !wish.remote {
            continue;
        }
        let Some(load) = load(node) else {
            continue;
        };
        let rank = (distance == Distance::Remote, load >= SILENT, distance);
        let better =
            best.is_none_or(|(r, l, _)| rank < r || (rank == r && is_clearly_less(load, l)));
        if better {
            best = Some((rank, load, node));
        }
    }
    best.map(|(.., node)| node)
}

/// A small difference is chance, and following it would spread the requests over all replicas.
fn is_clearly_less(load: u32, than: u32) -> bool {
    load.saturating_mul(2).saturating_add(32) < than
}

#[cfg(test)]
mod tests {
    use super::*;

    const RACK: Distance = Distance::LocalRack;
    const LOCAL: Distance = Distance::Local;
    const REMOTE: Distance = Distance::Remote;

    fn check(wish: Wish<'_>, distances: &[Distance], loads: &[Option<u32>], expected: Option<u16>) {
        let found = first(&wish, distances, |node| loads[usize::from(node)]);
        assert_eq!(found, expected, "{wish:?} {distances:?} {loads:?}");
    }

    fn wish(replicas: &[u16]) -> Wish<'_> {
        Wish {
            replicas,
            turn: 0,
            stable: false,
            remote: false,
            start: 0,
        }
    }

    #[test]
    fn prefers_near_replicas_and_among_equals_the_first() {
        let idle = &[Some(0); 4];
        check(wish(&[2, 1, 0]), &[LOCAL; 4], idle, Some(2));
        check(wish(&[2, 1, 0]), &[LOCAL, RACK, LOCAL, RACK], idle, Some(1));
        check(
            wish(&[2, 1, 0]),
            &[LOCAL, LOCAL, REMOTE, RACK],
            idle,
            Some(1),
        );
    }

    #[test]
    fn the_one_that_has_the_turn_is_the_first_among_equals() {
        let turn = |turn| Wish {
            turn,
            ..wish(&[2, 1, 0])
        };
        let idle = &[Some(0); 3];
        for (at, expected) in [2, 1, 0, 2].into_iter().enumerate() {
            check(turn(at), &[LOCAL; 3], idle, Some(expected));
            let stable = Wish {
                stable: true,
                ..turn(at)
            };
            check(stable, &[LOCAL; 3], idle, Some(2));
        }
        check(turn(2), &[LOCAL, RACK, LOCAL], idle, Some(1));
        check(turn(7), &[LOCAL; 3], &[None, None, Some(9)], Some(2));
    }

    #[test]
    fn leaves_the_first_only_for_a_clear_difference() {
        let local = &[LOCAL; 3];
        check(
            wish(&[0, 1, 2]),
            local,
            &[Some(40), Some(5), Some(5)],
            Some(0),
        );
        check(
            wish(&[0, 1, 2]),
            local,
            &[Some(400), Some(100), Some(5)],
            Some(2),
        );
        check(
            wish(&[0, 1, 2]),
            local,
            &[None, Some(100), Some(90)],
            Some(1),
        );
        let racks = &[RACK, LOCAL, LOCAL];
        check(
            wish(&[0, 1, 2]),
            racks,
            &[Some(400), Some(0), Some(0)],
            Some(0),
        );
    }

    #[test]
    fn a_silent_node_is_asked_only_if_all_near_ones_are() {
        let silent = Some(SILENT + 1);
        let idle = Some(0);
        let racks = &[RACK, LOCAL, REMOTE];
        check(wish(&[0, 1, 2]), racks, &[silent, idle, idle], Some(1));
        check(wish(&[0, 1]), racks, &[silent, silent, idle], Some(0));
        check(wish(&[1, 0]), racks, &[silent, silent, idle], Some(0));
        let remote = |wish| Wish {
            remote: true,
            ..wish
        };
        check(remote(wish(&[0, 2])), racks, &[silent, idle, idle], Some(0));
        let stable = Wish {
            stable: true,
            ..remote(wish(&[0, 1, 2]))
        };
        check(stable, racks, &[silent, Some(999), idle], Some(1));
        check(stable, racks, &[silent, silent, idle], Some(0));
        check(stable, racks, &[None, None, silent], Some(2));
    }

    #[test]
    fn conditional_writes_keep_the_order_of_the_ring() {
        let stable = |replicas| Wish {
            stable: true,
            ..wish(replicas)
        };
        let racks = &[RACK, LOCAL, LOCAL];
        check(
            stable(&[1, 0, 2]),
            racks,
            &[Some(0), Some(999), Some(0)],
            Some(1),
        );
        check(
            stable(&[1, 0, 2]),
            racks,
            &[Some(0), None, Some(0)],
            Some(0),
        );
    }

    #[test]
    fn goes_on_to_other_nodes_and_abroad_only_if_allowed() {
        let distances = &[REMOTE, LOCAL, LOCAL];
        check(wish(&[0]), distances, &[Some(0); 3], Some(1));
        check(wish(&[0]), distances, &[Some(0), None, None], None);
        let remote = Wish {
            remote: true,
            ..wish(&[])
        };
        check(remote, distances, &[Some(0), None, None], Some(0));
        let later = Wish {
            start: 2,
            ..wish(&[])
        };
        check(later, distances, &[Some(0); 3], Some(2));
        check(wish(&[7]), distances, &[Some(0); 8], Some(1));
    }
}
