//! The first connection: contact points one after another, until one tells what the cluster is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
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
    });
    let (link, found) = first(&settings, &dialer).await?;
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
        next: AtomicUsize::new(0),
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

/// The first contact point that answers. The others are given up: what they have begun closes itself in order.
async fn first(settings: &Settings, dialer: &Arc<Dialer>) -> Result<(Link, Discovered)> {
    let mut waiting = settings.points.iter();
    let mut begun = FuturesUnordered::new();
    let mut failed = Vec::new();
    begun.extend(
        waiting
            .next()
            .map(|point| try_point(settings, dialer, point)),
    );
    while !begun.is_empty() {
        let next = tokio::time::timeout(STAGGER, begun.next());
        let result = match waiting.len() {
            0 => begun.next().await,
            _ => next.await.unwrap_or(None),
        };
        match result {
            Some(Ok(found)) => return Ok(found),
            Some(Err(mut attempts)) => failed.append(&mut attempts),
            None => {}
        }
        begun.extend(
            waiting
                .next()
                .map(|point| try_point(settings, dialer, point)),
        );
    }
    Err(nobody(failed))
}

/// Why no contact point can be used. Credentials that one refuses are refused by all.
pub(super) fn nobody(attempts: Vec<Attempt>) -> Error {
    let auth = attempts
        .iter()
        .find(|a| matches!(a.kind, ErrorKind::Auth { .. }));
    let kind = auth.map_or(ErrorKind::NoContactPoint, |a| a.kind.clone());
    Error::new(kind).after(attempts)
}

/// Tries all addresses of a contact point, one after another.
pub(super) async fn try_point(
    settings: &Settings,
    dialer: &Arc<Dialer>,
    point: &ContactPoint,
) -> Result<(Link, Discovered), Vec<Attempt>> {
    let attempt = |target: String, kind| Attempt {
        target: target.into(),
        shard: None,
        kind,
    };
    let addresses = resolve(settings, point)
        .await
        .map_err(|reason| vec![attempt(point.to_string(), ErrorKind::Connect { reason })])?;
    let mut failed = Vec::new();
    for address in addresses {
        match Link::open(dialer, address, settings.metadata_timeout).await {
            Ok(found) => return Ok(found),
            Err(error) => failed.push(attempt(address.to_string(), error.kind().clone())),
        }
    }
    Err(failed)
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
