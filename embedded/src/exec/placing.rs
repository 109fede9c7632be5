//! Who keeps what: nodes that come and go, tablets that change.

use std::collections::HashSet;
use std::sync::Arc;

use crate::catalog::nodes::Node;
use crate::catalog::placement::Placement;
use crate::catalog::system;
use crate::catalog::tablets::TabletMap;
use crate::exec::{Engine, read, write};
use crate::flavor::Flavor;

impl Engine {
    /// Who keeps what.
    pub(crate) fn placement(&self) -> Arc<Placement> {
        Arc::clone(&read(&self.placement))
    }

    /// Changes the tablets of a table; `change` gets those that it has, and who could have them. Nothing if there is no
    /// such table, or it has no tablets.
    pub(crate) fn change_tablets<E>(
        &self,
        (keyspace, table): (&str, &str),
        change: impl FnOnce(&TabletMap, &Placement) -> Result<TabletMap, E>,
    ) -> Option<Result<(), E>> {
        let schema = read(&self.schema);
        let table = schema.table(keyspace, table).ok()?;
        let mut placement = write(&self.placement);
        let map = change(placement.tablets_of(table)?, &placement);
        Some(map.map(|map| *placement = Arc::new(placement.with_tablets(table, map))))
    }

    /// The nodes that the system tables tell of; [`Context::node`] is a place in it. If their ports differ there is
    /// a table that tells them, also on ScyllaDB.
    pub(crate) fn set_nodes(&self, nodes: Arc<[Node]>) {
        let ports: HashSet<u16> = nodes.iter().map(|node| node.port).collect();
        let mut schema = write(&self.schema);
        if ports.len() > 1 && self.config.flavor == Flavor::Scylla {
            *schema = Arc::new(system::with_ports(&schema));
        }
        let mut placement = write(&self.placement);
        *placement = Arc::new(Placement::new(nodes, &schema, &placement.tablets));
    }
}
