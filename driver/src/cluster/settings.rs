//! What a session's builder decides about the cluster.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::cluster::{ContactPoint, SchemaSettings};
use crate::conn::config::ConnConfig;
use crate::policy::Shared;
use crate::policy::address::AddressTranslator;
use crate::policy::balancing::LoadBalancing;
use crate::policy::distance::Locality;
use crate::policy::profile::Profile;
use crate::policy::routing::Routing;
use crate::pool::config::PoolConfig;
use crate::socket::{Connector, Resolver};

/// What a session's builder decides about the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) points: Vec<ContactPoint>,
    /// The data centre is filled in when the first contact point has answered.
    pub(crate) locality: Locality,
    pub(crate) routing: Routing,
    /// Whom to ask and to connect to, instead of the rules of [`routing`](crate::routing).
    pub(crate) load_balancing: Option<Shared<dyn LoadBalancing>>,
    /// The session's profile, whose load balancing counts too.
    pub(crate) profile: Option<Profile>,
    /// Whether nodes of other data centres are connected to, and asked when no local one can be.
    pub(crate) remote: bool,
    /// Where nodes are connected to, if not where the cluster says.
    pub(crate) translator: Option<Shared<dyn AddressTranslator>>,
    pub(crate) conn: ConnConfig,
    pub(crate) pool: PoolConfig,
    /// The deadline of each question about the cluster itself.
    pub(crate) metadata_timeout: Duration,
    /// The deadline of the first answer, all contact points together.
    pub(crate) connect_deadline: Duration,
    /// How long the cluster may take to answer at all; until then the contact points are tried again and again.
    pub(crate) wait: Option<Duration>,
    /// How often the topology is read when nothing asks for it; `None`: never.
    pub(crate) refresh_interval: Option<Duration>,
    pub(crate) schema: SchemaSettings,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) clock: Arc<dyn Clock>,
}
