//! Some nodes in turn, and no others.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;

use super::{LoadBalancing, Nodes, Request, Visit};
use crate::policy::distance::HostDistance;
use crate::socket::Resolver;
use crate::topology::Node;

/// Some nodes in turn, and no others: those are neither asked nor connected to.
///
/// Meant for tests, and for networks in which only some nodes can be reached. Day to day [`DcAware`](super::DcAware) is
/// what you want: it knows fallbacks.
///
/// # Examples
/// ```
/// use std::net::Ipv4Addr;
///
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::balancing::WhiteList;
///
/// let hosts = [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)];
/// let builder = Session::builder().load_balancing(WhiteList::new(hosts));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhiteList(Vec<Host>);

/// A node, by its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// At this address, whatever its port.
    Ip(IpAddr),
    /// At this address and port.
    Socket(SocketAddr),
}

impl WhiteList {
    /// The nodes at these addresses.
    pub fn new(hosts: impl IntoIterator<Item = impl Into<Host>>) -> WhiteList {
        WhiteList(hosts.into_iter().map(Into::into).collect())
    }

    /// The nodes of these names, or addresses, which are looked up once, here.
    ///
    /// # Errors
    /// If a name cannot be resolved.
    pub async fn resolve(
        names: impl IntoIterator<Item = impl AsRef<str>>,
        resolver: &impl Resolver,
    ) -> io::Result<WhiteList> {
        let mut hosts = Vec::new();
        for name in names {
            let found = resolver.resolve(name.as_ref(), 0).await?;
            hosts.extend(found.iter().map(|at| Host::Ip(at.ip())));
        }
        Ok(WhiteList(hosts))
    }

    fn has(&self, node: &Node) -> bool {
        self.0.iter().any(|host| match host {
            Host::Ip(ip) => *ip == node.address.ip(),
            Host::Socket(address) => *address == node.address,
        })
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Host {
        Host::Ip(ip)
    }
}

impl From<std::net::Ipv4Addr> for Host {
    fn from(ip: std::net::Ipv4Addr) -> Host {
        Host::Ip(ip.into())
    }
}

impl From<std::net::Ipv6Addr> for Host {
    fn from(ip: std::net::Ipv6Addr) -> Host {
        Host::Ip(ip.into())
    }
}

impl From<SocketAddr> for Host {
    fn from(address: SocketAddr) -> Host {
        Host::Socket(address)
    }
}

impl LoadBalancing for WhiteList {
    fn distance(&self, node: u16, nodes: &Nodes<'_>) -> HostDistance {
        match nodes.at(node).is_some_and(|node| self.has(node)) {
            true => HostDistance::Local,
            false => HostDistance::Ignored,
        }
    }

    fn plan(
        &self,
        request: &Request<'_>,
        nodes: &Nodes<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        nodes
            .in_turn(request.turn, |node| {
                nodes.at(node).is_some_and(|node| self.has(node))
            })
            .try_for_each(visit)
    }
}
