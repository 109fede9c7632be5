//! Settings of a session that is to be opened.

use std::time::Duration;

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::session::ContactPoint;

use crate::error::Result;

use super::Session;

/// Settings of a session that is to be opened. Each method replaces one setting; [`connect`](SessionBuilder::connect)
/// opens the session.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is opened before `connect`"]
pub struct SessionBuilder {
    driver: scylla_orm_driver::SessionBuilder,
    keyspace: Option<Box<str>>,
}

impl SessionBuilder {
    /// Servers to begin with, `host:port` or addresses, tried one after another in this order; the others are learned
    /// from the first that answers. Adds to those given before.
    pub fn contact_points(self, points: impl IntoIterator<Item = impl Into<ContactPoint>>) -> Self {
        self.driver(|driver| driver.contact_points(points))
    }

    /// The keyspace of the models that say none. It is written out in each of their statements; no connection is
    /// switched to it by USE.
    pub fn keyspace(mut self, name: impl Into<Box<str>>) -> Self {
        self.keyspace = Some(name.into());
        self
    }

    /// The data centre whose nodes are asked. By default that of the contact point that answers first.
    pub fn local_datacenter(self, name: impl Into<Box<str>>) -> Self {
        self.driver(|driver| driver.local_datacenter(name))
    }

    /// User and password for servers that ask for them. They are sent as they are: use TLS where that matters.
    pub fn credentials(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.driver(|driver| driver.credentials(user, password))
    }

    /// How many replicas must answer, unless a statement says otherwise. `LOCAL_QUORUM` by default.
    pub fn consistency(self, level: Consistency) -> Self {
        self.driver(|driver| driver.consistency(level))
    }

    /// Which replicas agree on the conditions of a write, unless it says otherwise: `Serial` or `LocalSerial`. By
    /// default the server's choice, `SERIAL`.
    pub fn serial_consistency(self, level: Consistency) -> Self {
        self.driver(|driver| driver.serial_consistency(level))
    }

    /// How many rows are fetched at a time, unless a query says otherwise. 5,000 by default.
    pub fn page_size(self, rows: u32) -> Self {
        self.driver(|driver| driver.page_size(rows))
    }

    /// How long a request may take, all its attempts together, unless a statement says otherwise. 10 s by default.
    pub fn request_timeout(self, timeout: Duration) -> Self {
        self.driver(|driver| driver.request_timeout(timeout))
    }

    /// How long each step of opening a connection may take. 5 s by default.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.driver(|driver| driver.connect_timeout(timeout))
    }

    /// Speaks TLS with the servers: see [`driver::socket::tls`](scylla_orm_driver::socket::tls). Behind the crate's feature
    /// `tls`.
    #[cfg(feature = "tls")]
    pub fn tls(self, tls: scylla_orm_driver::socket::tls::Tls) -> Self {
        self.driver(|driver| driver.tls(tls))
    }

    /// Any other setting of the driver: `.driver(|driver| driver.local_rack("r1"))`.
    pub fn driver(
        mut self,
        set: impl FnOnce(scylla_orm_driver::SessionBuilder) -> scylla_orm_driver::SessionBuilder,
    ) -> Self {
        self.driver = set(self.driver);
        self
    }

    /// Opens the session: resolves when each node of the local data centre that can be reached has a connection to
    /// each of its shards, or after half a second, if at least one node has one by then; the rest is connected behind
    /// it.
    ///
    /// # Errors
    /// [`ErrorKind::Driver`](crate::error::ErrorKind::Driver) if no contact point can be used, and why, for each of
    /// them; if the credentials are refused; if a setting makes no sense.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    ///
    /// # Cancel safety
    /// What was opened is closed in order.
    pub async fn connect(self) -> Result<Session> {
        let driver = self.driver.connect().await?;
        Ok(Session::over(driver, self.keyspace.as_deref()))
    }
}
