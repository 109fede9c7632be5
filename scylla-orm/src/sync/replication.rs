//! How a keyspace is replicated.

use std::collections::BTreeMap;
use std::fmt;

use scylla_orm_driver::topology::Strategy;

/// How many copies of a keyspace's data there are, and where. Shown as text, it is a map of CQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replication(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Simple(u32),
    Network(BTreeMap<String, u32>),
    EachDatacenter(u32),
}

impl Replication {
    /// So many copies, wherever: `SimpleStrategy`. For development and tests; with more than one data centre or rack,
    /// take [`network`](Replication::network).
    pub fn simple(copies: u32) -> Replication {
        Replication(Kind::Simple(copies))
    }

    /// So many copies in each data centre named, on as many racks as there are: `NetworkTopologyStrategy`.
    pub fn network<D: Into<String>>(copies: impl IntoIterator<Item = (D, u32)>) -> Replication {
        let copies = copies
            .into_iter()
            .map(|(name, copies)| (name.into(), copies));
        Replication(Kind::Network(copies.collect()))
    }

    /// The same number of copies in each data centre that the cluster has when the keyspace is created. The servers
    /// do not add it in those that join later.
    pub fn each_datacenter(copies: u32) -> Replication {
        Replication(Kind::EachDatacenter(copies))
    }

    /// Whether a keyspace is replicated like this.
    pub(super) fn is(&self, found: &Strategy) -> bool {
        match (&self.0, found) {
            (Kind::Simple(copies), Strategy::Simple { factor }) => equal(*copies, *factor),
            (Kind::Network(copies), Strategy::NetworkTopology { factors }) => {
                copies.len() == factors.len()
                    && copies.iter().all(|(name, copies)| {
                        let found = factors.get(&**name);
                        found.is_some_and(|factor| equal(*copies, *factor))
                    })
            }
            (Kind::EachDatacenter(copies), Strategy::NetworkTopology { factors }) => {
                factors.values().all(|factor| equal(*copies, *factor))
            }
            _ => false,
        }
    }
}

fn equal(copies: u32, factor: usize) -> bool {
    usize::try_from(copies) == Ok(factor)
}

impl fmt::Display for Replication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Simple(copies) => {
                write!(
                    f,
                    "{{'class': 'SimpleStrategy', 'replication_factor': {copies}}}"
                )
            }
            Kind::EachDatacenter(copies) => write!(
                f,
                "{{'class': 'NetworkTopologyStrategy', 'replication_factor': {copies}}}"
            ),
            Kind::Network(copies) => {
                f.write_str("{'class': 'NetworkTopologyStrategy'")?;
                for (name, copies) in copies {
                    write!(f, ", '{}': {copies}", name.replace('\'', "''"))?;
                }
                f.write_str("}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_map_of_cql() {
        let check = |replication: Replication, expected: &str| {
            assert_eq!(replication.to_string(), expected);
        };
        check(
            Replication::simple(1),
            "{'class': 'SimpleStrategy', 'replication_factor': 1}",
        );
        check(
            Replication::network([("dc2", 2), ("dc1", 3)]),
            "{'class': 'NetworkTopologyStrategy', 'dc1': 3, 'dc2': 2}",
        );
        check(
            Replication::network([("d'c", 1)]),
            "{'class': 'NetworkTopologyStrategy', 'd''c': 1}",
        );
        check(
            Replication::each_datacenter(3),
            "{'class': 'NetworkTopologyStrategy', 'replication_factor': 3}",
        );
    }

    #[test]
    fn knows_itself_in_what_the_cluster_says() {
        let check = |replication: Replication, found: &[(&str, &str)], expected: bool| {
            let found = Strategy::parse(found.iter().copied());
            assert_eq!(replication.is(&found), expected, "{replication}, {found:?}");
        };
        let simple = [
            ("class", "org.apache.cassandra.locator.SimpleStrategy"),
            ("replication_factor", "1"),
        ];
        let network = [
            (
                "class",
                "org.apache.cassandra.locator.NetworkTopologyStrategy",
            ),
            ("dc1", "3"),
            ("dc2", "3"),
        ];
        check(Replication::simple(1), &simple, true);
        check(Replication::simple(2), &simple, false);
        check(Replication::network([("dc1", 1)]), &simple, false);
        check(
            Replication::network([("dc1", 3), ("dc2", 3)]),
            &network,
            true,
        );
        check(
            Replication::network([("dc1", 3), ("dc2", 2)]),
            &network,
            false,
        );
        check(Replication::network([("dc1", 3)]), &network, false);
        check(Replication::each_datacenter(3), &network, true);
        check(Replication::each_datacenter(1), &network, false);
    }
}
