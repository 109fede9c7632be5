//! The first connection: contact points, until one tells what the cluster is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::clock::deadlines::Deadlines;
use crate::cluster::approach::{Candidate, Found, Search};
use crate::cluster::control::Control;
use crate::cluster::listen::NodeChannel;
use crate::cluster::pauses::Pauses;
use crate::cluster::schema::{Follower, follow};
use crate::cluster::{Cluster, Settings, State, tablets};
use crate::conn::Dialer;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::profile::Profile;
use crate::topology::Topology;

/// The pause after the first round that failed, when a cluster is waited for.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest such pause.
const LAST_PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn open(mut settings: Settings) -> Result<Arc<Cluster>> {
    check(&settings)?;
    let since = Instant::now();
    let dialer = Arc::new(Dialer {
        connector: settings.connector.clone(),
        deadlines: Deadlines::new(settings.clock.clone()),
        config: Arc::new(settings.conn.clone()),
        counters: Arc::default(),
    });
    let Found {
        link,
        told,
        begun,
        mut rest,
    } = search(&settings, &dialer, since).await?;
    let datacenter = &mut settings.locality.datacenter;
    datacenter.get_or_insert_with(|| told.datacenter.clone());
    let overtaken = rest.iter().filter(|other| other.begun < begun);
    let overtaken = overtaken.map(|other| other.address).collect();
    let (commands, inbox) = mpsc::channel(64);
    let (news, told_of_tablets) = mpsc::channel(tablets::WAITING);
    let profiles: Vec<Profile> = settings.profile.iter().cloned().collect();
    let cluster = Arc::new(Cluster {
        schema: Follower::new(settings.schema.clone()),
        nodes: NodeChannel::default(),
        gone: Mutex::default(),
        settings,
        name: told.cluster.clone(),
        since,
        overtaken,
        dialer,
        state: ArcSwap::from_pointee(State::default()),
        commands,
        news,
        writing: Mutex::default(),
        profiles: Mutex::new(profiles),
        translated: Mutex::default(),
        complaints: Mutex::default(),
        closed: watch::Sender::new(false),
    });
    cluster.follow_profiles();
    cluster.publish(told, &mut rest);
    tokio::spawn(tablets::learn(cluster.clone(), told_of_tablets));
    tokio::spawn(Control::new(cluster.clone(), link, inbox, rest).run());
    if !cluster.schema.is_off() {
        tokio::spawn(follow(cluster.clone()));
    }
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

/// Rounds over all contact points: one, or as many as there is time for if a cluster is waited for that is starting.
async fn search(settings: &Settings, dialer: &Arc<Dialer>, since: Instant) -> Result<Found> {
    let deadline = since + settings.wait.unwrap_or(settings.connect_deadline);
    let search = Search {
        settings,
        dialer,
        cluster: None,
        deadline,
    };
    let mut pauses = Pauses::new(FIRST_PAUSE, LAST_PAUSE);
    for round in 1.. {
        let points = settings.points.iter().cloned().map(Candidate::Point);
        let error = match search.first(points.collect()).await {
            Ok(found) => match exists(settings, &found.told.topology) {
                Ok(()) => return Ok(found),
                Err(error) => error,
            },
            Err(error) => error,
        };
        let pause = pauses.next();
        let over = settings.wait.is_none() || Instant::now() + pause >= deadline;
        if over || !passes(&error) || settings.points.is_empty() {
            return Err(error);
        }
        tracing::info!(round, ?pause, %error, "the cluster does not answer yet: trying again");
        tokio::time::sleep(pause).await;
    }
    Err(ErrorKind::NoContactPoint.into())
}

/// Whether it may be better in a while, when the cluster has started.
fn passes(error: &Error) -> bool {
    let kind = error.kind();
    // A data centre whose nodes have not joined yet is among the settings.
    matches!(kind, ErrorKind::NoContactPoint | ErrorKind::Settings { .. })
}

/// A misspelt data centre would make every node a remote one.
fn exists(settings: &Settings, topology: &Topology) -> Result<()> {
    let Some(datacenter) = &settings.locality.datacenter else {
        return Ok(());
    };
    let mut names: Vec<&str> = topology.nodes().iter().map(|n| &*n.datacenter).collect();
    if names.contains(&&**datacenter) {
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
