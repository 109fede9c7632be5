//! What servers warn of when a keyspace is made or altered.

use crate::catalog::keyspace::Replication;
use crate::catalog::nodes::Node;
use crate::flavor::Flavor;

/// A replication that a statement sets.
pub(super) struct Set<'a> {
    pub(super) keyspace: &'a str,
    /// As it was written.
    pub(super) pairs: &'a [(Box<str>, Box<str>)],
    pub(super) replication: &'a Replication,
    /// What it was, if the keyspace is altered.
    pub(super) before: Option<&'a Replication>,
    pub(super) nodes: &'a [Node],
}

impl Set<'_> {
    pub(super) fn warnings(&self, flavor: Flavor) -> Vec<String> {
        match flavor {
            Flavor::Scylla => self.not_recommended(),
            Flavor::Cassandra => self.not_enough(),
        }
    }

    /// ScyllaDB warns of what it would not use in production, in the words of the statement.
    fn not_recommended(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let class = self.pairs.iter().find(|(name, _)| &**name == "class");
        if let (Replication::Simple(_), Some((_, class))) = (self.replication, class) {
            warnings.push(format!(
                "{class} replication class is not recommended, but was used for keyspace {}. \
                 You may suppress this warning by delisting {class} from replication_strategy_warn_list \
                 configuration option, or make it into an error by listing this replication strategy on \
                 replication_strategy_fail_list.",
                self.keyspace
            ));
        }
        let mut options: Vec<_> = self.pairs.iter().collect();
        options.sort();
        for (name, value) in options {
            if matches!(value.parse(), Ok(1..3_u32)) {
                warnings.push(format!(
                    "Using Replication Factor {name}={value} lower than the \
                     minimum_replication_factor_warn_threshold=3 is not recommended."
                ));
            }
        }
        warnings
    }

    /// Cassandra warns of copies that have no node, and of those that are not made by themselves.
    fn not_enough(&self) -> Vec<String> {
        let keyspace = self.keyspace;
        let nodes = |datacenter: Option<&str>| {
            let nodes = self.nodes.iter().filter(|node| !node.told.left);
            let within = |node: &&Node| datacenter.is_none_or(|name| &*node.datacenter == name);
            nodes.filter(within).count()
        };
        let warning = |factor: usize, datacenter: Option<&str>| {
            let nodes = nodes(datacenter);
            let within = datacenter.map_or(String::new(), |name| format!(" for datacenter {name}"));
            (1..factor).contains(&nodes).then(|| {
                format!(
                    "Your replication factor {factor} for keyspace {keyspace} is higher than the number of \
                     nodes {nodes}{within}"
                )
            })
        };
        let mut warnings: Vec<String> = match self.replication {
            Replication::Local | Replication::Everywhere => Vec::new(),
            Replication::Simple(factor) => warning(*factor, None).into_iter().collect(),
            Replication::NetworkTopology(factors) => {
                let factors = factors.iter();
                factors
                    .filter_map(|(name, factor)| warning(*factor, Some(name)))
                    .collect()
            }
        };
        if self
            .before
            .is_some_and(|before| copies(before) < copies(self.replication))
        {
            warnings.push(
                "When increasing replication factor you need to run a full (-full) repair to distribute the data."
                    .to_owned(),
            );
        }
        warnings
    }
}

/// How many copies there are of a row, in all data centres.
fn copies(replication: &Replication) -> usize {
    match replication {
        Replication::Local | Replication::Everywhere => 1,
        Replication::Simple(factor) => *factor,
        Replication::NetworkTopology(factors) => factors.values().sum(),
    }
}
