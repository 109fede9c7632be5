//! How a keyspace is replicated: what `system_schema.keyspaces.replication` says.

use std::collections::BTreeMap;

/// A replication strategy and its factors.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// The next `factor` nodes of the ring, whatever their place.
    Simple {
        /// How many copies there are.
        factor: usize,
    },
    /// So many copies in each data centre, on as many racks as possible.
    NetworkTopology {
        /// Copies by data centre.
        factors: BTreeMap<Box<str>, usize>,
    },
    /// Each node has its own data: the system keyspaces.
    Local,
    /// Every node has everything.
    Everywhere,
    /// A class that this driver does not know. Its replicas are unknown too.
    Other {
        /// The class.
        class: Box<str>,
    },
}

impl Strategy {
    /// From the entries of the `replication` map. A factor that is not a number counts as 0.
    pub fn parse<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Strategy {
        let mut class = "";
        let mut factors = BTreeMap::new();
        for (key, value) in entries {
            if key == "class" {
                class = value;
            } else {
                factors.insert(key.into(), factor(value));
            }
        }
        match class.rsplit('.').next().unwrap_or(class) {
            "SimpleStrategy" => Strategy::Simple {
                factor: factors.get("replication_factor").copied().unwrap_or(1),
            },
            "NetworkTopologyStrategy" => Strategy::NetworkTopology { factors },
            "LocalStrategy" => Strategy::Local,
            "EverywhereStrategy" => Strategy::Everywhere,
            _ => Strategy::Other {
                class: class.into(),
            },
        }
    }
}

/// `3`, or Cassandra's `3/1`: three replicas, one of them transient.
fn factor(text: &str) -> usize {
    let full = text.split('/').next().unwrap_or(text);
    full.trim().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entries: &[(&str, &str)], expected: Strategy) {
        assert_eq!(Strategy::parse(entries.iter().copied()), expected);
    }

    #[test]
    fn reads_the_replication_map() {
        check(
            &[
                ("replication_factor", "3"),
                ("class", "org.apache.cassandra.locator.SimpleStrategy"),
            ],
            Strategy::Simple { factor: 3 },
        );
        check(
            &[
                ("class", "NetworkTopologyStrategy"),
                ("dc1", "3/1"),
                ("dc2", "2"),
            ],
            Strategy::NetworkTopology {
                factors: BTreeMap::from([("dc1".into(), 3), ("dc2".into(), 2)]),
            },
        );
        check(
            &[("class", "org.example.Odd")],
            Strategy::Other {
                class: "org.example.Odd".into(),
            },
        );
    }
}
