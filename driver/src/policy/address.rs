//! Where a node is connected to, if not where the cluster says.

mod ec2;
mod table;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use uuid::Uuid;

use crate::policy::Shared;

pub use ec2::Ec2MultiRegion;
pub use table::Table;

/// Says where a node is connected to, if not where the cluster says that it listens.
///
/// It is asked for the nodes that the cluster tells of, whenever that is read, and not for contact points: those are where
/// you say that they are. The node that tells is connected to already, so its address stays as well.
///
/// # Examples
/// All nodes behind one gateway, each at a port of its own:
/// ```
/// use std::net::SocketAddr;
///
/// use scylla_orm_driver::policy::address::{AddressTranslator, Listens, Translated};
///
/// #[derive(Debug)]
/// struct Gateway;
///
/// impl AddressTranslator for Gateway {
///     fn translate<'a>(&'a self, node: Listens<'a>) -> Translated<'a> {
///         let last = node.address.ip().to_string().rsplit('.').next().and_then(|n| n.parse::<u16>().ok());
///         let at = SocketAddr::from(([192, 0, 2, 1], 20_000 + last.unwrap_or_default()));
///         Box::pin(std::future::ready(at))
///     }
/// }
///
/// let builder = scylla_orm_driver::Session::builder().address_translator(Gateway);
/// ```
pub trait AddressTranslator: fmt::Debug + Send + Sync + 'static {
    /// Where `node` is connected to. The driver puts a deadline on it and uses what the cluster says if it is over.
    fn translate<'a>(&'a self, node: Listens<'a>) -> Translated<'a>;
}

/// Where a node is connected to, soon.
pub type Translated<'a> = BoxFuture<'a, SocketAddr>;

/// A node as the cluster tells of it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Listens<'a> {
    /// Where it listens for clients, as it says.
    pub address: SocketAddr,
    /// Its identity.
    pub host_id: Uuid,
    /// Its data centre.
    pub datacenter: &'a str,
    /// Its rack.
    pub rack: &'a str,
}

impl<'a> Listens<'a> {
    /// A node in a place without a name. For tests of translators.
    pub fn at(address: SocketAddr) -> Listens<'a> {
        Listens {
            address,
            host_id: Uuid::nil(),
            datacenter: "",
            rack: "",
        }
    }
}

/// Nodes are connected to where the cluster says: what a session does unless it is told otherwise.
///
/// # Examples
/// ```
/// use scylla_orm_driver::policy::address::{AddressTranslator, Identity, Listens};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let says = "10.0.0.1:9042".parse()?;
/// assert_eq!(Identity.translate(Listens::at(says)).await, says);
/// # Ok::<(), std::net::AddrParseError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Identity;

impl AddressTranslator for Identity {
    fn translate<'a>(&'a self, node: Listens<'a>) -> Translated<'a> {
        Box::pin(std::future::ready(node.address))
    }
}

impl<P: AddressTranslator> From<P> for Shared<dyn AddressTranslator> {
    fn from(policy: P) -> Self {
        Shared::of(Arc::new(policy))
    }
}
