//! Where a request for data arrived, and what its client is told of that.

use std::time::Duration;

use scylla_orm_driver::frame::response::Tablet;
use scylla_orm_driver::frame::{Features, TabletRouting};
use scylla_orm_driver::token::murmur3;

use crate::catalog::keyspace::Replication;
use crate::catalog::nodes::Node;
use crate::catalog::tablets::{Piece, Replica};
use crate::node::Shared;
use crate::node::traffic::Reached;

/// Where a request for data arrived.
pub(crate) struct Arrival {
    pub(crate) reached: Reached,
    /// What the way to the right place costs.
    pub(crate) hop: Duration,
    /// What its client does not know.
    pub(crate) tablet: Option<Tablet>,
}

/// What a client knows of the tablet that its request is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// It has not asked to be told, or cannot be with this request.
    Untold,
    /// It went to where it thinks that the tablet is.
    Guess,
    /// A block of four bits of the tablet's version, and which one of the sixteen, in the high bits.
    Block(u8),
}

impl Known {
    /// Of an EXECUTE that ends with this byte.
    pub(crate) fn of(features: &Features, block: u8) -> Known {
        match features.tablets {
            Some(TabletRouting::V2) => Known::Block(block),
            _ => Known::of_query(features),
        }
    }

    /// Of a QUERY with values.
    pub(crate) fn of_query(features: &Features) -> Known {
        match features.tablets {
            Some(TabletRouting::V1) => Known::Guess,
            _ => Known::Untold,
        }
    }
}

impl Shared {
    /// Counts a request for data of a table that arrived at a shard of a node, and says where that is; nothing for tables
    /// that each node has for itself.
    pub(crate) fn count(
        &self,
        at: Replica,
        table: (&str, &str),
        key: Option<&[u8]>,
        known: Known,
    ) -> Option<Arrival> {
        let node = self.members.get(at.node)?;
        let counters = &node.shards.get(usize::from(at.shard))?.counters;
        let schema = self.engine.schema();
        let keyspace = schema.keyspace(table.0).ok()?;
        if keyspace.replication == Replication::Local {
            return None;
        }
        let (mut reached, mut tablet) = (Reached::Unkeyed, None);
        // A table that was dropped meanwhile has no partitions.
        if let (Some(key), Some(table)) = (key, keyspace.tables.get(table.1)) {
            let placement = self.engine.placement();
            let token = murmur3(key);
            reached = of(at, &placement.replicas(keyspace, table, token));
            let map = placement.tablets_of(table);
            tablet = map.and_then(|map| {
                let piece = map.find(token)?;
                is_news(&piece, known, reached, &placement.nodes)
                    .then(|| told(&piece, known, &placement.nodes))
            });
        }
        let hop = self.hops.of(reached);
        counters.count(reached, hop);
        Some(Arrival {
            reached,
            hop,
            tablet,
        })
    }
}

fn of(at: Replica, replicas: &[Replica]) -> Reached {
    if replicas.contains(&at) {
        Reached::Owner
    } else if replicas.iter().any(|replica| replica.node == at.node) {
        Reached::Replica
    } else {
        Reached::Stranger
    }
}

/// Whether the client is to be told of the tablet.
fn is_news(piece: &Piece<'_>, known: Known, reached: Reached, nodes: &[Node]) -> bool {
    match known {
        Known::Untold => false,
        Known::Guess => reached != Reached::Owner,
        Known::Block(block) => {
            let version = piece.version(nodes).cast_unsigned();
            let now = version >> (4 * u32::from(block >> 4)) & 0xf;
            now != u64::from(block & 0xf)
        }
    }
}

fn told(piece: &Piece<'_>, known: Known, nodes: &[Node]) -> Tablet {
    let replicas = piece.tablet.replicas.iter().filter_map(|replica| {
        let host = nodes.get(replica.node)?.host_id;
        Some((host, i32::from(replica.shard)))
    });
    Tablet {
        first: piece.first,
        last: piece.tablet.last,
        replicas: replicas.collect(),
        version: matches!(known, Known::Block(_)).then(|| piece.version(nodes)),
    }
}

#[cfg(test)]
mod tests {
    use scylla_orm_driver::token::Token;

    use super::*;
    use crate::catalog::tablets::TabletMap;

    #[test]
    fn a_client_is_told_what_it_does_not_know() {
        let map = TabletMap::new(2);
        let piece = map.find(Token(5)).unwrap();
        let check = |known, reached, expected| {
            let news = is_news(&piece, known, reached, &[]);
            assert_eq!(news, expected, "{known:?} {reached:?}");
        };
        check(Known::Untold, Reached::Stranger, false);
        check(Known::Guess, Reached::Stranger, true);
        check(Known::Guess, Reached::Replica, true);
        check(Known::Guess, Reached::Owner, false);
        let version = piece.version(&[]).cast_unsigned();
        for index in 0..16u8 {
            let block = u8::try_from(version >> (4 * index) & 0xf).unwrap();
            let known = |low: u8| Known::Block(index << 4 | low);
            check(known(block), Reached::Stranger, false);
            check(known(block ^ 1), Reached::Owner, true);
        }
        let guess = told(&piece, Known::Guess, &[]);
        assert_eq!(
            (guess.first, guess.last, guess.version),
            (-1, i64::MAX, None)
        );
        let versioned = told(&piece, Known::Block(0), &[]);
        assert_eq!(versioned.version, Some(version.cast_signed()));
    }
}
