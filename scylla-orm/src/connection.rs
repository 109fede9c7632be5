//! The user's session over the driver's, and which session a query runs on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use scylla_orm_driver::session::{Answer, ContactPoint};
use scylla_orm_driver::value::ToRow;
use tokio::task::futures::TaskLocalFuture;

use crate::error::Result;

mod ambient;
mod builder;
mod cache;
mod slots;
mod statement;
mod statements;

pub(crate) use ambient::{Lease, On};
pub use builder::SessionBuilder;
pub(crate) use statement::{Held, Statement};
pub(crate) use statements::Key;

/// A session with a cluster, as the mapper uses it: the driver's session, and the prepared statements of the models.
/// Cheap to clone; all clones are the same session.
///
/// Which session a statement runs on, is looked up when it is first polled:
///
/// 1. the one that it names, `.on(&session)`;
/// 2. else the one [in scope](Session::scope) of the task;
/// 3. else the [default](Session::set_default).
///
/// ```no_run
/// # use scylla_orm::prelude::*;
/// # #[derive(Model)]
/// # #[cql(keyspace = "blog")]
/// # struct Post { #[cql(partition_key)] id: i32 }
/// # async fn run() -> scylla_orm::Result<()> {
/// let session = Session::connect(["127.0.0.1:9042"]).await?;
/// session.set_default()?;
/// let post = Post::get(7).await?;
/// # drop(post);
/// session.close().await
/// # }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    driver: scylla_orm_driver::Session,
    keyspace: Option<Box<str>>,
    statements: statements::Statements,
}

impl Session {
    /// Settings of a session that is to be opened.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// Connects to the cluster that one of `points` belongs to, with the settings that
    /// [`builder`](Session::builder) has at first.
    ///
    /// # Errors
    /// As [`SessionBuilder::connect`].
    pub async fn connect(
        points: impl IntoIterator<Item = impl Into<ContactPoint>>,
    ) -> Result<Session> {
        Session::builder().contact_points(points).connect().await
    }

    /// A session over one of the driver that is open already. `keyspace` is where the tables of models are that say
    /// none.
    pub fn over(driver: scylla_orm_driver::Session, keyspace: Option<&str>) -> Session {
        Session(Arc::new(Inner {
            driver,
            keyspace: keyspace.map(Into::into),
            statements: statements::Statements::default(),
        }))
    }

    /// The driver's session beneath, for everything that is no matter of models.
    pub fn driver(&self) -> &scylla_orm_driver::Session {
        &self.0.driver
    }

    /// Where the tables of models are that say none.
    pub fn keyspace(&self) -> Option<&str> {
        self.0.keyspace.as_deref()
    }

    /// Makes it the session of all statements of the process that name none and have none in scope.
    ///
    /// # Errors
    /// [`ErrorKind::DefaultAlreadySet`](crate::error::ErrorKind::DefaultAlreadySet): there is one default, and it
    /// stays.
    pub fn set_default(&self) -> Result<()> {
        ambient::set_default(self)
    }

    /// Runs a future in which every statement that names no session uses this one.
    ///
    /// It holds for this task. One that is *spawned* inside does not inherit it, and would use the default: hand it
    /// [`Session::current`], or wrap its future in a scope of its own.
    ///
    /// ```no_run
    /// # use scylla_orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[cql(keyspace = "blog")]
    /// # struct Post { #[cql(partition_key)] id: i32 }
    /// # async fn run(session: Session) -> scylla_orm::Result<()> {
    /// session.scope(async {
    ///     Post::get(7).await?;
    ///     let here = Session::current()?;
    ///     let task = tokio::spawn(async move { Post::get(8).on(&here).await });
    ///     # task.await.ok();
    ///     Ok(())
    /// }).await
    /// # }
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> TaskLocalFuture<Session, F> {
        ambient::scope(self, future)
    }

    /// The session that a statement without `.on(..)` would use here: the one in scope, or the default.
    ///
    /// # Errors
    /// [`ErrorKind::NoSession`](crate::error::ErrorKind::NoSession) if there is neither.
    pub fn current() -> Result<Session> {
        On::Ambient.session()
    }

    /// Executes CQL as it is written, with values for its bind markers: a tuple, or `()`. Say `keyspace.table` in it,
    /// since no connection has a keyspace of its own. After a change of the schema it waits until all nodes know it.
    ///
    /// # Errors
    /// [`ErrorKind::Driver`](crate::error::ErrorKind::Driver): what the server says; or that the values do not suit
    /// the markers.
    ///
    /// # Cancel safety
    /// It can be dropped at any moment; a write may still happen.
    pub async fn execute(
        &self,
        statement: impl Into<scylla_orm_driver::statement::Statement>,
        values: impl ToRow,
    ) -> Result<Answer> {
        Ok(self.0.driver.query(statement, values).await?)
    }

    /// Waits until each node of the local data centre has a connection to each of its shards. False if that is not
    /// so after `timeout`.
    pub async fn wait_ready(&self, timeout: Duration) -> bool {
        self.0.driver.wait_ready(timeout).await
    }

    /// Closes the session and all its clones: new requests are refused, those in flight finish or meet their
    /// deadline, then each connection is closed in order. Closing twice does nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Driver`](crate::error::ErrorKind::Driver) if the driver reports any; today it does not.
    pub async fn close(&self) -> Result<()> {
        Ok(self.0.driver.close().await?)
    }

    /// The statement of a model, if it was prepared before.
    #[inline]
    pub(crate) fn statement(&self, key: Key<'_>) -> Option<Held<'_>> {
        self.0.statements.find(key)
    }

    /// Keeps a statement. If one was kept for this key in the meantime, that one stays, and is returned.
    pub(crate) fn keep(&self, key: Key<'_>, statement: Statement) -> Arc<Statement> {
        self.0.statements.keep(key, Arc::new(statement))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("keyspace", &self.keyspace())
            .field("driver", &self.0.driver)
            .finish()
    }
}
