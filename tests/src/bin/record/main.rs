//! Records what an Apache Cassandra answers, as test data for the driver's codec.
//!
//! ```console
//! CASSANDRA_YAML=tests/src/bin/record/cassandra.yaml tests/cassandra/run cargo run -p tests --bin record -- 5.0.7
//! ```
//!
//! Runs each [`script`] on a connection of its own, in each [`mode`], and
//! writes the requests and the answers as they were on the wire to `driver/tests/recordings/`: one file for each
//! mode and script. What the scripts need of the server's configuration is in `cassandra.yaml` beside this file.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

mod client;
mod mode;
mod script;
mod tape;
mod text;
mod wire;

use client::Client;
use tape::Tape;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [release, only @ ..] = arguments.as_slice() else {
        eprintln!(
            "usage: tests/cassandra/run cargo run -p tests --bin record -- RELEASE [SCRIPT…]"
        );
        std::process::exit(2);
    };
    let node = node()?;
    wait_for_the_superuser(node)?;
    for (name, script) in script::ALL {
        if !only.is_empty() && !only.iter().any(|wanted| wanted == name) {
            continue;
        }
        for mode in mode::all().into_iter().filter(|mode| mode.takes(name)) {
            let tape = Tape::new(release, mode);
            let mut client = Client::connect(node, mode, tape)?;
            script(&mut client)?;
            let path = client.into_tape().save(&folder(), name)?;
            println!("{}", path.display());
        }
    }
    Ok(())
}

/// A new server makes its first user some time after it listens.
fn wait_for_the_superuser(node: SocketAddr) -> io::Result<()> {
    let enter = || Client::connect(node, mode::PLAIN, Tape::new("", mode::PLAIN))?.enter();
    for _ in 0..60 {
        if enter().is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    enter()
}

/// The first node of the cluster that `tests/cassandra/run` has started.
fn node() -> io::Result<SocketAddr> {
    let nodes = tests::target::addresses().unwrap_or_default();
    let first = nodes.split(',').next().unwrap_or_default();
    first
        .parse()
        .map_err(|_| io::Error::other("SCYLLA_ORM_TARGET names no address"))
}

fn folder() -> PathBuf {
    tests::source::root().join("driver/tests/recordings")
}
