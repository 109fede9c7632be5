//! The nodes that `tests/cassandra/run` has started, and what can be done to them.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::Command;

/// The script that does it.
const VARIABLE: &str = "SCYLLA_ORM_NODE";

/// The nodes of this run, in order of their numbers, 1 and up.
pub struct Nodes {
    script: String,
    addresses: Vec<SocketAddr>,
}

impl Nodes {
    /// `None` if they are not ours to hurt, or too few; says so past the capture of the test harness.
    pub fn of_this_run() -> Option<Nodes> {
        let skip = |why| {
            writeln!(io::stderr(), "skipped: {why}").ok();
            None
        };
        let Ok(script) = std::env::var(VARIABLE) else {
            return skip("only nodes that tests/cassandra/run has started are frozen and killed");
        };
        let addresses = tests::target::addresses().unwrap_or_default();
        let addresses: Vec<SocketAddr> = addresses.split(',').flat_map(str::parse).collect();
        if addresses.len() < 3 {
            return skip("without a third node, two of three copies are not left");
        }
        Some(Nodes { script, addresses })
    }

    pub fn address(&self, node: usize) -> SocketAddr {
        self.addresses[node - 1]
    }

    /// Stops the process where it is: its sockets stay open, and take what fits into their buffers.
    pub async fn freeze(&self, node: usize) {
        self.run("freeze", node).await;
    }

    pub async fn thaw(&self, node: usize) {
        self.run("thaw", node).await;
    }

    pub async fn kill(&self, node: usize) {
        self.run("kill", node).await;
    }

    /// Returns when it listens.
    pub async fn start(&self, node: usize) {
        self.run("start", node).await;
    }

    async fn run(&self, verb: &'static str, node: usize) {
        let mut command = Command::new(&self.script);
        command.args([verb, &node.to_string()]);
        let done = tokio::task::spawn_blocking(move || command.status()).await;
        let status = done.unwrap().unwrap();
        assert!(status.success(), "{verb} node {node}: {status}");
    }
}
