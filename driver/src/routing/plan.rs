//! All nodes that a request may be sent to, in order: for those whose first node failed.

use super::{Distance, Wish};

/// All nodes to ask, the best first. Those that cannot be asked now are among them: they may be, when their turn comes.
pub(crate) fn plan(
    wish: &Wish<'_>,
    distances: &[Distance],
    load: impl Fn(u16) -> Option<u32>,
) -> Vec<u16> {
    let mut plan: Vec<u16> = Vec::new();
    let known = |node: u16| Some((*distances.get(usize::from(node))?, node));
    let mut replicas: Vec<(Distance, u16)> = wish.in_turn().filter_map(known).collect();
    if wish.stable {
        replicas.sort_by_key(|(distance, _)| *distance == Distance::Remote);
    } else {
        replicas.sort_by_key(|(distance, _)| *distance);
    }
    let allowed = |d: &Distance| wish.remote || *d != Distance::Remote;
    plan.extend(super::first(wish, distances, load));
    plan.extend(
        replicas
            .iter()
            .filter(|(d, _)| allowed(d))
            .map(|(_, node)| *node),
    );
    plan.extend(others(wish, distances));
    let mut seen = vec![false; distances.len()];
    plan.retain(|node| {
        seen.get_mut(usize::from(*node))
            .is_some_and(|seen| !std::mem::replace(seen, true))
    });
    plan
}

/// All nodes, from `start` on: local ones, then, if allowed, remote ones.
pub(super) fn others(wish: &Wish<'_>, distances: &[Distance]) -> impl Iterator<Item = u16> {
    let count = distances.len();
    let start = wish.start.checked_rem(count).unwrap_or(0);
    let of = move |remote: bool| {
        (start..count)
            .chain(0..start)
            .filter(move |at| {
                distances
                    .get(*at)
                    .is_some_and(|d| (*d == Distance::Remote) == remote)
            })
            .filter_map(|at| u16::try_from(at).ok())
    };
    of(false).chain(of(true).filter(move |_| wish.remote))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wish: Wish<'_>, distances: &[Distance], expected: &[u16]) {
        assert_eq!(plan(&wish, distances, |_| Some(0)), expected, "{wish:?}");
    }

    #[test]
    fn replicas_then_local_nodes_then_remote_ones() {
        use Distance::{Local, LocalRack as Rack, Remote};
        let wish = Wish {
            replicas: &[3, 0, 4],
            turn: 0,
            stable: false,
            remote: false,
            start: 2,
        };
        let distances = &[Local, Local, Rack, Remote, Rack, Remote];
        check(wish, distances, &[4, 0, 2, 1]);
        check(
            Wish {
                remote: true,
                ..wish
            },
            distances,
            &[4, 0, 3, 2, 1, 5],
        );
        check(
            Wish {
                stable: true,
                ..wish
            },
            distances,
            &[0, 4, 2, 1],
        );
        check(
            Wish {
                replicas: &[],
                ..wish
            },
            distances,
            &[2, 4, 0, 1],
        );
        check(wish, &[], &[]);
    }
}
