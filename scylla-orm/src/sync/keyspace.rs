//! Creating and dropping keyspaces: what users await.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use scylla_orm_driver::topology::KeyspaceInfo;

use crate::connection::{On, Session};
use crate::cql::identifier;
use crate::error::{Error, ErrorKind, Result};

use super::{Replication, run};

/// Creates a keyspace, unless it is there, and then waits until all nodes know it. Awaiting it gives a [`KeyspaceReport`].
/// One that is there is not changed, also if it is replicated in another way; the report says so.
///
/// # Errors
/// [`NoSession`](ErrorKind::NoSession), and [`Driver`](ErrorKind::Driver) for what the server refuses, such as a data
/// centre that it does not have.
///
/// # Cancel safety
/// Dropping it does not undo what the server was asked to do.
#[derive(Debug)]
#[must_use = "nothing is done unless it is awaited"]
pub struct CreateKeyspace<'s> {
    name: String,
    replication: Replication,
    durable_writes: bool,
    tablets: Option<bool>,
    on: On<'s>,
}

impl<'s> CreateKeyspace<'s> {
    pub(super) fn new(name: String, replication: Replication) -> Self {
        CreateKeyspace {
            name,
            replication,
            durable_writes: true,
            tablets: None,
            on: On::Ambient,
        }
    }

    /// Whether writes go through the commit log; true unless said otherwise. Without it, a node that stops loses what
    /// it had in memory.
    pub fn durable_writes(mut self, on: bool) -> Self {
        self.durable_writes = on;
        self
    }

    /// ScyllaDB only: whether its tables are spread as tablets or as ranges of tokens, instead of the server's choice.
    /// Cassandra does not know this option and refuses it.
    pub fn tablets(mut self, on: bool) -> Self {
        self.tablets = Some(on);
        self
    }

    /// Runs on this session, instead of the one in scope.
    pub fn on<'t>(self, session: &'t Session) -> CreateKeyspace<'t> {
        CreateKeyspace {
            name: self.name,
            replication: self.replication,
            durable_writes: self.durable_writes,
            tablets: self.tablets,
            on: On::Given(session),
        }
    }

    fn cql(&self) -> String {
        let (name, replication) = (identifier(&self.name), &self.replication);
        let mut cql =
            format!("CREATE KEYSPACE IF NOT EXISTS {name} WITH replication = {replication}");
        if !self.durable_writes {
            cql += " AND durable_writes = false";
        }
        if let Some(on) = self.tablets {
            cql += &format!(" AND tablets = {{'enabled': {on}}}");
        }
        cql
    }

    async fn create(self) -> Result<KeyspaceReport> {
        let session = self.on.session()?;
        let driver = session.driver();
        // ScyllaDB answers as if it had created one that was there, so the answer alone cannot tell.
        let mut found = driver.describe_keyspace(&self.name).await?;
        let mut created = false;
        if found.is_none() {
            created = run::change(driver, &self.cql()).await?;
            driver.await_schema_agreement().await?;
            found = driver.describe_keyspace(&self.name).await?;
        }
        let differences = found.map_or_else(Vec::new, |found| self.differences(&found));
        Ok(KeyspaceReport {
            keyspace: self.name,
            created,
            differences,
        })
    }

    /// How a keyspace differs from what is asked for.
    fn differences(&self, found: &KeyspaceInfo) -> Vec<String> {
        let mut differences = Vec::new();
        if !self.replication.is(&found.strategy) {
            let map = map(&found.replication);
            let wanted = &self.replication;
            differences.push(format!("it is replicated by {map}, and not by {wanted}"));
        }
        if self.durable_writes != found.durable_writes {
            let found = found.durable_writes;
            differences.push(format!("its durable_writes is {found}"));
        }
        differences
    }
}

impl<'s> IntoFuture for CreateKeyspace<'s> {
    type Output = Result<KeyspaceReport>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 's>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.create())
    }
}

/// What creating a keyspace did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyspaceReport {
    /// The keyspace's name.
    pub keyspace: String,
    /// Whether it was created; else it was there. If several create it at the same moment, more than one may say so.
    pub created: bool,
    /// How one that was there differs from what was asked for. It was left as it is.
    pub differences: Vec<String>,
}

impl fmt::Display for KeyspaceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.created { "created" } else { "is there" };
        write!(f, "{}: {what}", identifier(&self.keyspace))?;
        super::plan::lines(f, "=", &self.differences)
    }
}

/// Drops a keyspace with all its tables and their data, if it is there. It must be allowed by name:
///
/// ```no_run
/// # use scylla_orm::prelude::*;
/// # async fn run(session: &Session, name: &str) -> scylla_orm::Result<()> {
/// drop_keyspace(name).allow_drop("climate_test").on(session).await?;
/// # Ok(())
/// # }
/// ```
///
/// Awaiting it says whether it was there.
///
/// # Errors
/// [`DropNotAllowed`](ErrorKind::DropNotAllowed) if the keyspace is not the one that may be dropped; then nothing is
/// sent. [`NoSession`](ErrorKind::NoSession), and [`Driver`](ErrorKind::Driver) for what the server refuses.
///
/// # Cancel safety
/// Dropping it does not undo what the server was asked to do.
#[derive(Debug)]
#[must_use = "nothing is done unless it is awaited"]
pub struct DropKeyspace<'s> {
    name: String,
    allowed: Option<String>,
    on: On<'s>,
}

impl<'s> DropKeyspace<'s> {
    pub(super) fn new(name: String) -> Self {
        DropKeyspace {
            name,
            allowed: None,
            on: On::Ambient,
        }
    }

    /// Allows it for the keyspace of this name, and no other.
    pub fn allow_drop(mut self, keyspace: impl Into<String>) -> Self {
        self.allowed = Some(keyspace.into());
        self
    }

    /// Runs on this session, instead of the one in scope.
    pub fn on<'t>(self, session: &'t Session) -> DropKeyspace<'t> {
        DropKeyspace {
            name: self.name,
            allowed: self.allowed,
            on: On::Given(session),
        }
    }

    async fn drop(self) -> Result<bool> {
        if self.allowed.as_deref() != Some(&*self.name) {
            return Err(Error::new(ErrorKind::DropNotAllowed {
                keyspace: self.name.into(),
            }));
        }
        let session = self.on.session()?;
        let cql = format!("DROP KEYSPACE IF EXISTS {}", identifier(&self.name));
        let dropped = run::change(session.driver(), &cql).await?;
        session.driver().await_schema_agreement().await?;
        Ok(dropped)
    }
}

impl<'s> IntoFuture for DropKeyspace<'s> {
    type Output = Result<bool>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 's>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.drop())
    }
}

/// A map as CQL writes it.
fn map(entries: &BTreeMap<String, String>) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(name, value)| format!("'{name}': '{value}'"))
        .collect();
    format!("{{{}}}", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_is_told() {
        let check = |create: CreateKeyspace<'_>, expected: &str| assert_eq!(create.cql(), expected);
        let create = |name: &str| CreateKeyspace::new(name.to_owned(), Replication::simple(1));
        let replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
        check(
            create("climate"),
            &format!("CREATE KEYSPACE IF NOT EXISTS climate WITH replication = {replication}"),
        );
        check(
            create("Shop").durable_writes(false).tablets(true),
            &format!(
                "CREATE KEYSPACE IF NOT EXISTS \"Shop\" WITH replication = {replication} \
                 AND durable_writes = false AND tablets = {{'enabled': true}}"
            ),
        );
    }

    #[tokio::test]
    async fn drops_only_what_it_may() {
        let check = async |drop: DropKeyspace<'static>, expected: &str| {
            assert_eq!(drop.await.unwrap_err().to_string(), expected);
        };
        let drop = || DropKeyspace::new("climate".to_owned());
        let refused = "keyspace `climate` is not dropped: all its tables and their data would be lost; allow it by \
                       `.allow_drop(..)` with the name of the keyspace";
        check(drop(), refused).await;
        check(drop().allow_drop("climate_test"), refused).await;
        check(
            drop().allow_drop("climate"),
            &Error::new(ErrorKind::NoSession).to_string(),
        )
        .await;
    }
}
