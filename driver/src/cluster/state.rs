//! What the session knows at one moment: immutable, replaced whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use arc_swap::ArcSwap;

use crate::cluster::aim::Aim;
use crate::cluster::member::Member;
use crate::conn::Conn;
use crate::error::{Attempt, Error, ErrorKind};
use crate::frame::Consistency;
use crate::policy::balancing::LoadBalancing;
use crate::policy::distance::Locality;
use crate::policy::routing::Routing;
use crate::routing::{self, Distance, Tablets, Wish};
use crate::statement::{TableName, Target};
use crate::token::Token;
use crate::topology::Topology;

/// The nodes at one moment. The three lists go together: one place in each per node.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) topology: Topology,
    pub(crate) members: Vec<Arc<Member>>,
    pub(crate) distances: Vec<Distance>,
    /// What is known of tablets, with nodes as places in the lists above. Grows while the state stays.
    pub(crate) tablets: Arc<ArcSwap<Tablets>>,
    pub(crate) routing: Routing,
    /// Where the session is.
    pub(crate) here: Locality,
    /// The session is closed: there are no nodes any more.
    pub(crate) closed: bool,
    /// Where the next request begins that may go to any node.
    pub(crate) turn: AtomicUsize,
}

/// What decides where a request goes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Route<'a> {
    pub(crate) table: Option<&'a TableName>,
    pub(crate) token: Option<Token>,
    /// See [`Wish::stable`].
    pub(crate) stable: bool,
    /// Whether nodes of other data centres may be asked.
    pub(crate) remote: bool,
    /// Where among the nodes it begins if no replica is known. By default each request begins at another node, and
    /// those to one partition at the same.
    pub(crate) start: Option<usize>,
    /// How many replicas must answer.
    pub(crate) consistency: Consistency,
    /// The node that it names itself.
    pub(crate) target: Option<Target>,
    /// What says where it goes, instead of the rules of [`routing`].
    pub(crate) policy: Option<&'a dyn LoadBalancing>,
}

impl Route<'_> {
    /// Whether something else than the rules of [`routing`] says where it goes.
    #[inline]
    fn is_chosen(&self) -> bool {
        self.policy.is_some() || self.target.is_some()
    }
}

impl State {
    pub(crate) fn closed() -> State {
        State {
            closed: true,
            ..State::default()
        }
    }

    /// The best connection for a request. Allocates nothing.
    #[inline]
    pub(crate) fn first(&self, route: &Route<'_>) -> Option<Arc<Conn>> {
        if route.is_chosen() {
            return self.first_chosen(route);
        }
        let known = self.tablets.load();
        let aim = self.aim(route, &known);
        let wish = self.wish(route, &aim);
        let node = routing::first(&wish, &self.distances, |n| self.load(n, &aim))?;
        self.target_of(node, route, &wish, &aim)
    }

    /// All nodes that a request may go to, the best first.
    pub(crate) fn plan(&self, route: &Route<'_>) -> Vec<u16> {
        if route.is_chosen() {
            return self.plan_chosen(route);
        }
        let known = self.tablets.load();
        let aim = self.aim(route, &known);
        let wish = self.wish(route, &aim);
        routing::plan(&wish, &self.distances, |n| self.load(n, &aim))
    }

    /// The connection for a request to a node, if it has one.
    pub(crate) fn target(&self, node: u16, route: &Route<'_>) -> Option<Arc<Conn>> {
        let known = self.tablets.load();
        let aim = self.aim(route, &known);
        self.target_of(node, route, &self.wish(route, &aim), &aim)
    }

    fn target_of(
        &self,
        node: u16,
        route: &Route<'_>,
        wish: &Wish<'_>,
        aim: &Aim<'_>,
    ) -> Option<Arc<Conn>> {
        let member = self.members.get(usize::from(node))?;
        let conn = match self.named(member, route) {
            Some(conn) => conn,
            None => self.unnamed(node, member, wish, aim)?,
        };
        member.count(&conn, aim.reached(node, member, &conn));
        Some(conn)
    }

    #[inline]
    fn unnamed(
        &self,
        node: u16,
        member: &Member,
        wish: &Wish<'_>,
        aim: &Aim<'_>,
    ) -> Option<Arc<Conn>> {
        match self.routing {
            Routing::ShardAware => member.pick(aim.shard(node, member)),
            Routing::TokenAware => {
                let turn = self.turn.fetch_add(1, Relaxed);
                member.pick_in_turn(turn)
            }
            Routing::RoundRobin => {
                let round = wish.start.checked_div(self.members.len()).unwrap_or(0);
                member.pick_in_turn(round)
            }
        }
    }

    /// The connection to the shard that a request names on this node.
    #[inline]
    fn named(&self, member: &Member, route: &Route<'_>) -> Option<Arc<Conn>> {
        let target = route.target.filter(|t| t.host_id == member.host_id)?;
        member.pick(Some(target.shard?))
    }

    #[inline]
    fn wish<'a>(&self, route: &Route<'_>, aim: &Aim<'a>) -> Wish<'a> {
        let in_turn = self.routing == Routing::RoundRobin;
        Wish {
            replicas: match in_turn {
                true => &[],
                false => aim.replicas,
            },
            turn: aim.turn(),
            stable: route.stable,
            remote: route.remote,
            start: match (route.start, route.token) {
                (Some(start), _) => start,
                (None, Some(token)) if !in_turn => {
                    usize::try_from(token.0.unsigned_abs()).unwrap_or(0)
                }
                (None, _) => self.turn.fetch_add(1, Relaxed),
            },
        }
    }

    #[inline]
    pub(super) fn load(&self, node: u16, aim: &Aim<'_>) -> Option<u32> {
        let member = self.members.get(usize::from(node))?;
        member.load(aim.shard(node, member))
    }

    /// No node has an open connection.
    pub(crate) fn is_cut_off(&self) -> bool {
        !self.closed && !self.members.iter().any(|member| member.is_up())
    }

    /// Why a node that has no connection has none.
    pub(crate) fn absence(&self, node: u16) -> Option<Attempt> {
        let member = self.members.get(usize::from(node))?;
        let target = member.address().to_string();
        Some(Attempt::new(target, None, member.absence()))
    }

    /// A connection to the node of `conn` that is another one.
    pub(crate) fn sibling(&self, conn: &Arc<Conn>, route: &Route<'_>) -> Option<Arc<Conn>> {
        let of_node = |m: &&Arc<Member>| m.address() == conn.address();
        let (node, member) = (0..).zip(&self.members).find(|(_, m)| of_node(m))?;
        let known = self.tablets.load();
        let other = member.pick(self.aim(route, &known).shard(node, member))?;
        (!Arc::ptr_eq(&other, conn)).then_some(other)
    }

    /// The error when no node has a connection; each node says why.
    pub(crate) fn no_host(&self) -> Error {
        if self.closed {
            return ErrorKind::Closed.into();
        }
        let nodes = (0..).zip(&self.members).filter(|(_, m)| m.pool.is_some());
        let attempts = nodes.filter_map(|(at, _)| self.absence(at)).collect();
        Error::new(ErrorKind::NoHost).after(attempts)
    }
}
