//! How far nodes are for all policies together: those of the session and of the profiles that it knows.

use std::sync::PoisonError;

use tokio::sync::{mpsc, watch};

use crate::cluster::Cluster;
use crate::cluster::control::Command;
use crate::policy::balancing::Nodes;
use crate::policy::distance::HostDistance;
use crate::policy::profile::Profile;

impl Cluster {
    /// How far a node is as the session itself sees it.
    pub(super) fn distance(&self, at: u16, nodes: &Nodes<'_>) -> HostDistance {
        match (&self.settings.load_balancing, nodes.at(at)) {
            (Some(policy), _) => policy.distance(at, nodes),
            (None, Some(node)) => nodes.here().distance(node),
            (None, None) => HostDistance::Ignored,
        }
    }

    /// For each node the nearest that any policy says: whether to connect to it, and how often.
    pub(super) fn reach(&self, nodes: &Nodes<'_>) -> Vec<HostDistance> {
        let profiles = self.profiles.lock();
        let profiles = profiles.unwrap_or_else(PoisonError::into_inner).clone();
        let settings: Vec<_> = profiles.iter().map(Profile::settings).collect();
        let others = || settings.iter().filter_map(|s| s.load_balancing.as_ref());
        let of_session = |at| match self.distance(at, nodes) {
            // Without a policy it is a setting of its own.
            HostDistance::Remote
                if self.settings.load_balancing.is_none() && !self.settings.remote =>
            {
                HostDistance::Ignored
            }
            distance => distance,
        };
        let nearest = |at| {
            let others = others().map(|policy| policy.distance(at, nodes));
            others.fold(of_session(at), HostDistance::min)
        };
        nodes.places().map(nearest).collect()
    }

    /// From now on the load balancing of `profile` counts too.
    pub(crate) fn add_profile(&self, profile: &Profile) {
        let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        if !profiles.contains(profile) {
            profiles.push(profile.clone());
            self.follow(profile);
        }
    }

    /// Follows the changes of those that were there from the beginning.
    pub(super) fn follow_profiles(&self) {
        let profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.iter().for_each(|profile| self.follow(profile));
    }

    fn follow(&self, profile: &Profile) {
        let (changes, closed) = (profile.changes(), self.closed.subscribe());
        tokio::spawn(follow(changes, closed, self.commands.clone()));
    }
}

/// Asks for a reading of the topology after each change of a profile, until the session closes.
async fn follow(
    mut changes: watch::Receiver<()>,
    mut closed: watch::Receiver<bool>,
    commands: mpsc::Sender<Command>,
) {
    loop {
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            changed = changes.changed() => match changed {
                // If as many wait already, one of them will do.
                Ok(()) => _ = commands.try_send(Command::Look),
                Err(_) => return,
            },
        }
    }
}
