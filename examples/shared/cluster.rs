//! The cluster that an example runs on: an embedded one, or a real one by address.

use clap::Parser;
use scylla_orm_embedded as embedded;

/// What an example can fail with.
pub(crate) type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// The arguments of every example.
#[derive(Parser)]
struct Args {
    /// Contact points of a real cluster, as address:port, separated by commas. Without it, an embedded one is started.
    #[arg(long, value_delimiter = ',')]
    nodes: Vec<String>,
}

/// A cluster to connect to. An embedded one lives as long as this.
pub(crate) struct Cluster {
    /// Where to connect.
    pub(crate) nodes: Vec<String>,
    /// The embedded one, if it is one.
    pub(crate) embedded: Option<embedded::Cluster>,
}

impl Cluster {
    /// The cluster that the arguments name, or an embedded one of three nodes with four shards each.
    #[allow(dead_code, reason = "one example has settings of its own")]
    pub(crate) async fn start() -> Result<Cluster> {
        Cluster::start_with(|builder| builder).await
    }

    /// The same, with more settings of the embedded one.
    pub(crate) async fn start_with(
        settings: impl FnOnce(embedded::ClusterBuilder) -> embedded::ClusterBuilder,
    ) -> Result<Cluster> {
        let Args { nodes } = Args::parse();
        let cluster = if nodes.is_empty() {
            let builder = embedded::Cluster::builder().nodes(3).shards(4);
            let embedded = settings(builder).start().await?;
            Cluster {
                nodes: embedded.contact_points(),
                embedded: Some(embedded),
            }
        } else {
            Cluster {
                nodes,
                embedded: None,
            }
        };
        let kind = cluster.embedded.as_ref().map_or("", |_| " (embedded)");
        println!("Cluster: {}{kind}", cluster.nodes.join(", "));
        Ok(cluster)
    }

    /// Stops it, if it is embedded.
    pub(crate) async fn stop(self) {
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}
