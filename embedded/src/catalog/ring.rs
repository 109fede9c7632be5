//! Which nodes keep a partition: the ring of tokens and the strategies of replication.

use std::collections::BTreeMap;

use scylla_orm_driver::token::{Token, murmur3};
use uuid::Uuid;

use crate::catalog::keyspace::Replication;

/// All tokens with the nodes that own them. Token `t` ends a range: the node owns what lies behind the token
/// before it, up to `t` itself.
#[derive(Debug, Clone)]
pub(crate) struct Ring {
    tokens: Vec<(Token, usize)>,
    /// Data centre and rack of each node; one that owns no range keeps nothing, wherever it is.
    places: Vec<Option<(Box<str>, Box<str>)>>,
}

/// So many tokens of a node: the same for the same host id, so that a run can be repeated, and the first of more are those
/// of fewer.
pub(crate) fn tokens(host_id: Uuid, count: u16) -> Vec<i64> {
    let token = |i: u16| {
        let number = match u8::try_from(i) {
            Ok(byte) => vec![byte],
            Err(_) => i.to_be_bytes().to_vec(),
        };
        murmur3(&[host_id.as_bytes(), &number[..]].concat()).0
    };
    (0..count).map(token).collect()
}

impl Ring {
    /// Of nodes, each given by data centre, rack and tokens.
    pub(crate) fn new<'a>(nodes: impl Iterator<Item = (&'a str, &'a str, &'a [i64])>) -> Self {
        let (mut tokens, mut places) = (Vec::new(), Vec::new());
        for (node, (datacenter, rack, owned)) in nodes.enumerate() {
            tokens.extend(owned.iter().map(|t| (Token(*t), node)));
            let owns = !owned.is_empty();
            places.push(owns.then(|| (datacenter.into(), rack.into())));
        }
        tokens.sort();
        Ring { tokens, places }
    }

    /// The nodes that keep the partition at `token`, the primary one first.
    pub(crate) fn replicas(&self, replication: &Replication, token: Token) -> Vec<usize> {
        match replication {
            Replication::Local => Vec::new(),
            Replication::Everywhere => distinct(self.walk(token), usize::MAX),
            Replication::Simple(copies) => distinct(self.walk(token), *copies),
            Replication::NetworkTopology(copies) => self.by_datacenter(copies, token),
        }
    }

    /// The last token of each range.
    pub(crate) fn ends(&self) -> impl Iterator<Item = Token> {
        self.tokens.iter().map(|(token, _)| *token)
    }

    /// The owners of tokens from `token` on, once around.
    fn walk(&self, token: Token) -> impl Iterator<Item = usize> {
        let from = self.tokens.partition_point(|(t, _)| *t < token);
        let (before, after) = self.tokens.split_at(from);
        after.iter().chain(before).map(|(_, node)| *node)
    }

    /// In each data centre as many as asked for, in racks as different as possible: a rack is used a second time
    /// only as often as there are more copies than racks.
    fn by_datacenter(&self, copies: &BTreeMap<Box<str>, usize>, token: Token) -> Vec<usize> {
        let mut wanted: BTreeMap<&str, Wanted> = BTreeMap::new();
        for (datacenter, copies) in copies {
            let owners = || self.places.iter().flatten();
            let inside = || owners().filter(|(dc, _)| dc == datacenter);
            let mut racks: Vec<&str> = inside().map(|(_, rack)| &**rack).collect();
            racks.sort_unstable();
            racks.dedup();
            let left = (*copies).min(inside().count());
            let repeats = left.saturating_sub(racks.len());
            wanted.insert(
                datacenter,
                Wanted {
                    left,
                    repeats,
                    racks: Vec::new(),
                },
            );
        }
        let mut replicas = Vec::new();
        for node in self.walk(token) {
            let Some((datacenter, rack)) = &self.places[node] else {
                continue;
            };
            let Some(wanted) = wanted.get_mut(&**datacenter) else {
                continue;
            };
            if !replicas.contains(&node) && wanted.take(rack) {
                replicas.push(node);
            }
        }
        replicas
    }
}

/// What one data centre still needs.
struct Wanted<'a> {
    left: usize,
    /// How often a rack may still be used again.
    repeats: usize,
    racks: Vec<&'a str>,
}

impl<'a> Wanted<'a> {
    fn take(&mut self, rack: &'a str) -> bool {
        if self.left == 0 {
            return false;
        }
        if self.racks.contains(&rack) {
            if self.repeats == 0 {
                return false;
            }
            self.repeats -= 1;
        } else {
            self.racks.push(rack);
        }
        self.left -= 1;
        true
    }
}

fn distinct(nodes: impl Iterator<Item = usize>, copies: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for node in nodes {
        if found.len() == copies {
            break;
        }
        if !found.contains(&node) {
            found.push(node);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = "ABCDEFG";

    /// The ring that drivers test with: A, B, C in rack r1 of eu, G in r2 of eu; D, E in r1 of us, F in r2 of us.
    fn ring() -> Ring {
        let of = |owner: char| -> Vec<i64> {
            let all = "50A 100B 150E 200F 250A 300C 350D 400A 450F 500G 550D 600B 650C 700C 750E 800G 900B";
            let mine = all.split(' ').filter_map(|t| t.strip_suffix(owner));
            mine.map(|t| t.parse().unwrap()).collect()
        };
        let tokens: Vec<Vec<i64>> = NAMES.chars().map(of).collect();
        let places = [
            ("eu", "r1"),
            ("eu", "r1"),
            ("eu", "r1"),
            ("us", "r1"),
            ("us", "r1"),
            ("us", "r2"),
            ("eu", "r2"),
        ];
        Ring::new(
            places
                .iter()
                .zip(&tokens)
                .map(|((dc, rack), tokens)| (*dc, *rack, &tokens[..])),
        )
    }

    fn check(token: i64, replication: &Replication, expected: &str) {
        let names = ring()
            .replicas(replication, Token(token))
            .into_iter()
            .map(|n| NAMES.as_bytes()[n] as char);
        assert_eq!(
            names.collect::<String>(),
            expected,
            "{token} {replication:?}"
        );
    }

    #[test]
    fn simple_strategy_takes_the_next_nodes_of_the_ring() {
        for (token, copies, expected) in [
            (160, 1, "F"),
            (160, 2, "FA"),
            (200, 5, "FACDG"),
            (200, 7, "FACDGBE"),
            (201, 4, "ACDF"),
            (450, 3, "FGD"),
            (701, 4, "EGBA"),
            (701, 8, "EGBAFCD"),
        ] {
            check(token, &Replication::Simple(copies), expected);
        }
    }

    #[test]
    fn network_topology_strategy_spreads_over_racks() {
        let of = |copies: &[(&str, usize)]| {
            Replication::NetworkTopology(
                copies.iter().map(|(dc, n)| (Box::from(*dc), *n)).collect(),
            )
        };
        for (token, copies, expected) in [
            (160, &[("eu", 1)][..], "A"),
            (160, &[("eu", 2)], "AG"),
            (160, &[("eu", 3)], "ACG"),
            (160, &[("eu", 5)], "ACGB"),
            (160, &[("us", 1)], "F"),
            (160, &[("us", 2)], "FD"),
            (160, &[("us", 3)], "FDE"),
            (800, &[("eu", 1), ("us", 1)], "GE"),
            (75, &[("eu", 2), ("us", 1), ("nowhere", 3)], "BEG"),
        ] {
            check(token, &of(copies), expected);
        }
    }
}
