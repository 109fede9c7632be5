//! The embedded cluster as a program: for cqlsh, for clients in other languages, for a look by hand.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program for the terminal"
)]

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
#[cfg(feature = "tls")]
use scylla_orm_embedded::Tls;
use scylla_orm_embedded::{Cluster, ClusterBuilder, Flavor};

/// A CQL cluster in memory, for development and tests. It listens until Ctrl-C or SIGTERM and keeps
/// nothing, unless --snapshot names a directory.
///
/// When it accepts clients it prints one line, "listening on " and the contact points with commas between them.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Nodes of the data centre datacenter1
    #[arg(long, default_value_t = 1, conflicts_with = "datacenters")]
    nodes: usize,
    /// A data centre and its nodes, as NAME=NODES; may be given several times, in the place of --nodes
    #[arg(long = "datacenter", value_name = "NAME=NODES", value_parser = datacenter)]
    datacenters: Vec<(String, usize)>,
    /// Racks over which the nodes of each data centre are spread in turn
    #[arg(long, value_name = "RACK,…", value_delimiter = ',')]
    racks: Vec<String>,
    /// Shards of each node, if it is ScyllaDB that is imitated
    #[arg(long, default_value_t = 2)]
    shards: u16,
    /// Ranges of the ring that each node owns
    #[arg(long, default_value_t = 16)]
    num_tokens: u16,
    /// Which server to imitate
    #[arg(long, value_enum, default_value = "scylla")]
    flavor: Imitated,
    /// Address of the first node; the others follow it one by one
    #[arg(long, default_value_t = Ipv4Addr::LOCALHOST)]
    address: Ipv4Addr,
    /// Port of all nodes; 0 is any free one
    #[arg(long, default_value_t = 9042)]
    port: u16,
    /// What clients have to give; nothing is asked without it
    #[arg(long, value_name = "USER:PASSWORD", value_parser = credentials)]
    credentials: Option<(String, String)>,
    /// Clients have to say who they are; the superuser is cassandra with the password cassandra, unless --credentials
    /// names another
    #[arg(long)]
    authentication: bool,
    /// Roles may do only what was granted to them; clients have to say who they are
    #[arg(long)]
    authorization: bool,
    /// Whether keyspaces that do not say it have tablets, if it is ScyllaDB that is imitated
    #[arg(long)]
    tablets: bool,
    /// Speak TLS; the certificate that clients have to trust is written to this file
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "CA_FILE")]
    tls: Option<PathBuf>,
    /// Clients have to show a certificate: one, with its key behind it, is written to this file
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE", requires = "tls")]
    client_certificate: Option<PathBuf>,
    /// Directory of a snapshot to begin with, if there is one, and to write when asked to stop
    #[arg(long, value_name = "DIRECTORY")]
    snapshot: Option<PathBuf>,
    /// CQL to run before clients are told
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Imitated {
    Scylla,
    Cassandra,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: &Args) -> Result<(), Box<dyn Error>> {
    let asked_to_stop = signals()?;
    let cluster = args.cluster().start().await?;
    if let Some(directory) = args.snapshot.as_deref().filter(|d| d.exists()) {
        cluster.load_snapshot(directory)?;
    }
    if let Some(path) = &args.script {
        let file = |e: &dyn Error| format!("{}: {e}", path.display());
        let cql = std::fs::read_to_string(path).map_err(|e| file(&e))?;
        cluster.run_script(&cql).map_err(|e| file(&e))?;
    }
    #[cfg(feature = "tls")]
    args.write_certificates(&cluster)?;
    println!("listening on {}", cluster.contact_points().join(","));
    asked_to_stop.await;
    if let Some(directory) = &args.snapshot {
        cluster.save_snapshot(directory)?;
    }
    cluster.stop().await;
    Ok(())
}

impl Args {
    fn cluster(&self) -> ClusterBuilder {
        let flavor = match self.flavor {
            Imitated::Scylla => Flavor::Scylla,
            Imitated::Cassandra => Flavor::Cassandra,
        };
        let datacenters = self.datacenters.iter();
        let builder = Cluster::builder()
            .flavor(flavor)
            .nodes(self.nodes)
            .datacenters(datacenters.map(|(name, nodes)| (name.as_str(), *nodes)))
            .racks(self.racks.iter().map(String::as_str))
            .shards(self.shards)
            .num_tokens(self.num_tokens)
            .address(self.address)
            .port(self.port)
            .tablets(self.tablets)
            .authentication(self.authentication)
            .authorization(self.authorization);
        #[cfg(feature = "tls")]
        let builder = match (&self.tls, &self.client_certificate) {
            (None, _) => builder,
            (Some(_), None) => builder.tls(Tls::new()),
            (Some(_), Some(_)) => builder.tls(Tls::new().client_certificates()),
        };
        match &self.credentials {
            Some((user, password)) => builder.credentials(user, password),
            None => builder,
        }
    }
}

#[cfg(feature = "tls")]
impl Args {
    fn write_certificates(&self, cluster: &Cluster) -> std::io::Result<()> {
        if let (Some(path), Some(pem)) = (&self.tls, cluster.ca_certificate_pem()) {
            std::fs::write(path, pem)?;
        }
        if let (Some(path), Some(identity)) = (
            &self.client_certificate,
            cluster.client_certificate("client"),
        ) {
            std::fs::write(path, identity.certificate_pem + &identity.key_pem)?;
        }
        Ok(())
    }
}

/// Ends with Ctrl-C, or with SIGTERM, by which supervisors and `kill` end a program; from the call on neither is lost.
#[cfg(unix)]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal the program ends with its process, as any other.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn datacenter(text: &str) -> Result<(String, usize), String> {
    let (name, nodes) = text
        .split_once('=')
        .ok_or("it is written NAME=NODES, as eu=3")?;
    let nodes = nodes.parse().map_err(|e| format!("nodes: {e}"))?;
    Ok((name.to_owned(), nodes))
}

fn credentials(text: &str) -> Result<(String, String), String> {
    let (user, password) = text.split_once(':').ok_or("it is written USER:PASSWORD")?;
    Ok((user.to_owned(), password.to_owned()))
}
