//! The user's session over the driver's, and which session a query runs on.

/// A session with a cluster, as the mapper uses it. Cheap to clone; all clones are the same session.
#[derive(Debug, Clone)]
pub struct Session {
    driver: scylla_orm_driver::Session,
}

impl Session {
    /// The driver's session beneath.
    pub fn driver(&self) -> &scylla_orm_driver::Session {
        &self.driver
    }
}

/// Which session a statement runs on. It is looked up at the first poll, not where the query is built.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum On<'s> {
    /// The one in scope, or the default.
    #[default]
    Ambient,
    /// This one.
    Given(&'s Session),
}
