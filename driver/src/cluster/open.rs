//! The first connection: contact points one after another, until one tells what the cluster is.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{mpsc, watch};

use crate::clock::deadlines::Deadlines;
use crate::cluster::control::{Control, Link};
use crate::cluster::discover::Discovered;
use crate::cluster::{Cluster, ContactPoint, Settings, State};
use crate::conn::Dialer;
use crate::error::{Attempt, Error, ErrorKind, Result};
use crate::topology::Topology;

/// The next contact point is tried this long after the one before, if that has not failed earlier.
const STAGGER: Duration = Duration::from_millis(250);

pub(super) async fn open(mut settings: Settings) -> Result<Arc<Cluster>> {
    check(&settings)?;
    let dialer = Arc::new(Dialer {
        connector: settings.connector.clone(),
        deadlines: Deadlines::new(settings.clock.clone()),
        config: Arc::new(settings.conn.clone()),
        counters: Arc::default(),
    });
    let candidates = settings.points.iter().cloned().map(Candidate::Point);
    let (link, found) = first(&settings, &dialer, candidates.collect()).await?;
    match &settings.locality.datacenter {
        Some(name) => exists(name, &found.topology)?,
        None => settings.locality.datacenter = Some(found.datacenter),
    }
    let (commands, inbox) = mpsc::channel(64);
    let cluster = Arc::new(Cluster {
        settings,
        dialer,
        state: ArcSwap::from_pointee(State::default()),
        commands,
        closed: watch::Sender::new(false),
    });
    cluster.publish(found.topology);
    tokio::spawn(Control::new(cluster.clone(), link, inbox).run());
    Ok(cluster)
}

/// What is wrong without asking anybody.
fn check(settings: &Settings) -> Result<()> {
    match settings.points.iter().find(|p| p.parts().is_none()) {
        None => Ok(()),
        Some(point) => Err(ErrorKind::Settings {
            what: format!("contact point `{point}` is not `host`, `host:port` or `[IPv6]:port`")
                .into(),
        }
        .into()),
    }
}

/// A misspelt data centre would make every node a remote one.
fn exists(datacenter: &str, topology: &Topology) -> Result<()> {
    let mut names: Vec<&str> = topology.nodes().iter().map(|n| &*n.datacenter).collect();
    if names.contains(&datacenter) {
        return Ok(());
    }
    names.sort_unstable();
    names.dedup();
    let what = format!(
        "no node is in the local data centre `{datacenter}`; the cluster has {}",
        names.join(", ")
    );
    Err(ErrorKind::Settings { what: what.into() }.into())
}

/// Somebody to try.
pub(super) enum Candidate {
    Point(ContactPoint),
    Address(SocketAddr),
}

/// What came of trying somebody.
enum Outcome {
    Found(Box<(Link, Discovered)>),
    /// A name and its addresses.
    Addresses(Vec<SocketAddr>),
    Failed(Attempt),
}

/// The first candidate that answers, each tried a while after the one before or when that has failed. The others are
/// given up then: what they have begun closes itself in order.
///
/// # Errors
/// Each candidate says why it cannot be used.
pub(super) async fn first(
    settings: &Settings,
    dialer: &Arc<Dialer>,
    mut waiting: VecDeque<Candidate>,
) -> Result<(Link, Discovered)> {
    let mut begun = FuturesUnordered::new();
    let mut failed = Vec::new();
    loop {
        if let Some(candidate) = waiting.pop_front() {
            begun.push(try_one(settings, dialer, candidate));
        }
        let outcome = match waiting.is_empty() {
            true => begun.next().await,
            false => match tokio::time::timeout(STAGGER, begun.next()).await {
                Ok(outcome) => outcome,
                Err(_) => continue,
            },
        };
        match outcome {
            Some(Outcome::Found(found)) => return Ok(*found),
            Some(Outcome::Failed(attempt)) => failed.push(attempt),
            // They take the place of their name.
            Some(Outcome::Addresses(addresses)) => addresses
                .into_iter()
                .rev()
                .for_each(|address| waiting.push_front(Candidate::Address(address))),
            None => return Err(nobody(failed)),
        }
    }
}

/// Why no contact point can be used. Credentials that one refuses are refused by all.
fn nobody(attempts: Vec<Attempt>) -> Error {
    let auth = attempts
        .iter()
        .find(|a| matches!(a.kind, ErrorKind::Auth { .. }));
    let kind = auth.map_or(ErrorKind::NoContactPoint, |a| a.kind.clone());
    Error::new(kind).after(attempts)
}

async fn try_one(settings: &Settings, dialer: &Arc<Dialer>, candidate: Candidate) -> Outcome {
    let failed = |target: String, kind| {
        Outcome::Failed(Attempt {
            target: target.into(),
            shard: None,
            kind,
        })
    };
    match candidate {
        Candidate::Point(point) => match resolve(settings, &point).await {
            Ok(addresses) => Outcome::Addresses(addresses),
            Err(reason) => failed(point.to_string(), ErrorKind::Connect { reason }),
        },
        Candidate::Address(address) => {
            match Link::open(dialer, address, settings.metadata_timeout).await {
                Ok(found) => Outcome::Found(Box::new(found)),
                Err(error) => failed(address.to_string(), error.kind().clone()),
            }
        }
    }
}

async fn resolve(settings: &Settings, point: &ContactPoint) -> Result<Vec<SocketAddr>, Box<str>> {
    let (host, port) = point.parts().ok_or("it is not a host and a port")?;
    let resolving = settings.resolver.resolve(host, port);
    let resolved = tokio::time::timeout(settings.conn.connect_timeout, resolving)
        .await
        .map_err(|_| format!("the name `{host}` was not resolved in time"))?
        .map_err(|error| format!("the name `{host}` cannot be resolved: {error}"))?;
    match resolved.as_slice() {
        [] => Err(format!("the name `{host}` has no address").into()),
        _ => Ok(resolved),
    }
}
