//! TRUNCATE, which every node has to answer.

use scylla_orm_driver::frame::response::ServerErrorKind;

use crate::catalog::table::Table;
use crate::exec::available::patience::Waiting;
use crate::exec::{Context, Engine};
use crate::failure::Failure;
use crate::flavor::Flavor;

impl Engine {
    /// # Errors
    /// If a node is down, or, after a while, if one does not answer.
    pub(in crate::exec) fn can_truncate(
        &self,
        table: &Table,
        ctx: &Context<'_>,
    ) -> Result<(), Failure> {
        let placement = self.placement();
        let flavor = self.config.flavor;
        let members = (0..)
            .zip(&*placement.nodes)
            .filter(|(_, node)| !node.told.left);
        let alive = members.clone().filter(|(_, node)| node.up);
        let answering = alive
            .clone()
            .filter(|(number, _)| !ctx.silent.contains(number));
        let (members, alive, answering) = (members.count(), alive.count(), answering.count());
        let failed = |why: String| {
            let text = format!("Error during truncate: {why}");
            Err(Failure::new(ServerErrorKind::Truncate, text))
        };
        let late = |why| {
            let failed: Result<(), Failure> = failed(why);
            failed.map_err(|failure| failure.after(self.patience(Waiting::Truncate)))
        };
        match flavor {
            // Tablets are emptied by a change of the topology, which waits for all nodes.
            Flavor::Scylla if answering < members && placement.tablets_of(table).is_some() => {
                let (keyspace, name) = (&table.keyspace, &table.name);
                late(format!(
                    "std::runtime_error (Timeout during TRUNCATE TABLE of {keyspace}.{name})"
                ))
            }
            Flavor::Scylla if alive < members => failed(format!(
                "exceptions::unavailable_exception (Cannot achieve consistency level for cl ALL. Requires {members}, alive \
                 {alive})"
            )),
            Flavor::Scylla if answering < alive => {
                late("seastar::rpc::timeout_error (rpc call timed out)".to_owned())
            }
            Flavor::Cassandra if alive < members => {
                failed("Cannot achieve consistency level ALL".to_owned())
            }
            Flavor::Cassandra if answering < alive => late(format!(
                "Truncate timed out - received only {answering} responses"
            )),
            _ => Ok(()),
        }
    }
}
