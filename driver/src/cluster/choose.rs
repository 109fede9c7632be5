//! The nodes of a request that names one, or that a load balancing policy sends.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::cluster::State;
use crate::cluster::aim::Aim;
use crate::cluster::state::Route;
use crate::conn::{Conn, SILENT};
use crate::policy::balancing::{LoadBalancing, Nodes, Request};
use crate::statement::Target;

impl State {
    /// The best connection for such a request.
    #[cold]
    pub(super) fn first_chosen(&self, route: &Route<'_>) -> Option<Arc<Conn>> {
        if let Some(target) = route.target {
            let place = self.place(&target);
            let conn = place.and_then(|place| self.target(place, route));
            if conn.is_some() || target.only {
                return conn;
            }
        }
        let anyhow = Route {
            target: None,
            ..*route
        };
        let Some(policy) = route.policy else {
            return self.first(&anyhow);
        };
        // A silent node only if all are, as without a policy.
        let known = self.tablets.load();
        let aim = self.aim(&anyhow, &known);
        let (mut found, mut silent) = (None, None);
        let _ = self.visit(policy, &anyhow, &aim, |node| {
            match self.load(node, &aim) {
                Some(load) if load < SILENT => found = Some(node),
                Some(_) => silent = silent.or(Some(node)),
                None => {}
            }
            match found {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        });
        self.target(found.or(silent)?, &anyhow)
    }

    /// All nodes that such a request may go to, the best first.
    pub(super) fn plan_chosen(&self, route: &Route<'_>) -> Vec<u16> {
        let mut plan = Vec::new();
        if let Some(target) = route.target {
            plan.extend(self.place(&target));
            if target.only {
                return plan;
            }
        }
        let anyhow = Route {
            target: None,
            ..*route
        };
        match route.policy {
            None => plan.extend(self.plan(&anyhow)),
            Some(policy) => {
                let known = self.tablets.load();
                let aim = self.aim(&anyhow, &known);
                let _ = self.visit(policy, &anyhow, &aim, |node| {
                    plan.push(node);
                    ControlFlow::Continue(())
                });
            }
        }
        let mut seen = vec![false; self.members.len()];
        plan.retain(|node| {
            seen.get_mut(usize::from(*node))
                .is_some_and(|seen| !std::mem::replace(seen, true))
        });
        plan
    }

    fn visit(
        &self,
        policy: &dyn LoadBalancing,
        route: &Route<'_>,
        aim: &Aim<'_>,
        mut visit: impl FnMut(u16) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let load = |node| self.load(node, aim);
        let nodes = Nodes::new(self.topology.nodes(), &self.here, &load);
        let request = Request {
            keyspace: route.table.map(|table| table.keyspace()),
            token: route.token,
            replicas: aim.replicas,
            consistency: route.consistency,
            stable: route.stable,
            turn: self.turn.fetch_add(1, Relaxed),
        };
        policy.plan(&request, &nodes, &mut visit)
    }

    fn place(&self, target: &Target) -> Option<u16> {
        let at = self
            .members
            .iter()
            .position(|m| m.host_id == target.host_id)?;
        u16::try_from(at).ok()
    }
}
