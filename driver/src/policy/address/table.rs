//! Addresses by a table.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::{AddressTranslator, Listens, Translated};

/// Addresses by a table; nodes that are not in it are connected to where the cluster says.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::address::Table;
///
/// let tunnels = Table::new([
///     ("10.0.0.1:9042".parse()?, "127.0.0.1:19042".parse()?),
///     ("10.0.0.2:9042".parse()?, "127.0.0.1:29042".parse()?),
/// ]);
/// let builder = Session::builder().address_translator(tunnels);
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table(HashMap<SocketAddr, SocketAddr>);

impl Table {
    /// Pairs of what the cluster says and where that is.
    pub fn new(pairs: impl IntoIterator<Item = (SocketAddr, SocketAddr)>) -> Table {
        Table(pairs.into_iter().collect())
    }
}

impl AddressTranslator for Table {
    fn translate<'a>(&'a self, node: Listens<'a>) -> Translated<'a> {
        let to = self.0.get(&node.address).copied().unwrap_or(node.address);
        Box::pin(std::future::ready(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn translates_what_is_in_it() {
        let at = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let table = Table::new([(at(1), at(2))]);
        for (from, to) in [(1, 2), (2, 2), (3, 3)] {
            assert_eq!(table.translate(Listens::at(at(from))).await, at(to));
        }
    }
}
