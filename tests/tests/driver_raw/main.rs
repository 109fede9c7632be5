//! What the embedded server does with bytes that no driver sends: it answers with an error, ends the connection in order
//! where it must, and goes on serving everybody else.

mod noise;
mod refused;

use scylla_orm_embedded::{Cluster, Flavor};

/// A cluster of each flavor, unless another target is tested.
async fn clusters() -> Vec<Cluster> {
    let target = std::env::var(tests::target::VARIABLE).unwrap_or_else(|_| "embedded".to_owned());
    let flavors: &[Flavor] = match target.as_str() {
        "embedded" => &[Flavor::Scylla],
        "embedded-cassandra" => &[Flavor::Cassandra],
        _ => &[],
    };
    let mut clusters = Vec::new();
    for flavor in flavors {
        clusters.push(Cluster::builder().flavor(*flavor).start().await.unwrap());
    }
    clusters
}
