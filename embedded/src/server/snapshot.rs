//! Snapshots of a cluster.

use std::path::Path;

use crate::server::Cluster;
use crate::snapshot::{self, SnapshotError};

impl Cluster {
    /// Writes the schema, the data and the roles of this moment into a directory, which is made: with timestamps and
    /// what is left to live, but not nodes, tablets and faults. A snapshot that is there is replaced when the new one is
    /// whole. Statements wait until it is done.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use scylla_orm_embedded::Cluster;
    ///
    /// let directory = std::env::temp_dir().join(format!("shop-{}", std::process::id()));
    /// let cluster = Cluster::start().await?;
    /// cluster.run_script(
    ///     "CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 1};
    ///      CREATE TABLE shop.orders (id int PRIMARY KEY);
    ///      INSERT INTO shop.orders (id) VALUES (1);",
    /// )?;
    /// cluster.save_snapshot(&directory)?;
    ///
    /// let other = Cluster::builder().nodes(3).start().await?;
    /// other.load_snapshot(&directory)?;
    /// other.run_script("INSERT INTO shop.orders (id) VALUES (2);")?;
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If it cannot be written, or something else than a snapshot is there. What was there is there still.
    pub fn save_snapshot(&self, directory: impl AsRef<Path>) -> Result<(), SnapshotError> {
        snapshot::save(&self.shared.engine, directory.as_ref())
    }

    /// Puts what [`save_snapshot`](Cluster::save_snapshot) has written in the place of all keyspaces and roles. The
    /// superuser of [`credentials`](crate::ClusterBuilder::credentials) keeps its password. Prepared statements are
    /// forgotten, and clients are not told of the new schema.
    ///
    /// # Errors
    /// If the snapshot is not whole, is of another version or flavor, or names data centres that there are not. Nothing
    /// has changed then.
    pub fn load_snapshot(&self, directory: impl AsRef<Path>) -> Result<(), SnapshotError> {
        snapshot::load(&self.shared.engine, directory.as_ref())
    }
}

#[cfg(test)]
impl Cluster {
    pub(crate) fn engine(&self) -> &crate::exec::Engine {
        &self.shared.engine
    }
}
