//! The schema as the session knows it: read when somebody asks for it, or from the beginning, and kept in step from then
//! on.
//!
//! ```text
//!  schema events ─┐                                         ┌─▶ who waits
//!  own DDL ───────┼─▶ Due: keyspaces, or all ─▶ follow ─────┴─▶ Schema (replaced whole)
//!  other version ─┤   one burst, one reading    asks the node of the control connection, or another
//!  refresh ───────┘
//! ```
//!
//! An event can be lost, and servers do not tell all changes. So each reading of the topology looks at what the node
//! calls its schema: another version than the one that was read whole is reason to read it whole again.

mod due;
mod follow;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::cluster::ask::Asker;
use crate::error::{ErrorKind, Result};
use crate::topology::{KeyspaceInfo, Schema};

use due::{Due, Work};

pub(super) use follow::follow;

/// Whether a session knows the schema: keyspaces, tables, columns, types, indexes, views, functions, aggregates. How
/// keyspaces are replicated it knows in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SchemaMetadata {
    /// Never: [`Session::schema`](crate::session::Session::schema) is an error.
    Off,
    /// It is read when it is asked for first, and kept in step from then on.
    #[default]
    OnDemand,
    /// It is read right after the session is connected, behind it, and kept in step from then on.
    AtConnect,
}

/// What a session's builder decides about the schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct SchemaSettings {
    pub(crate) mode: SchemaMetadata,
    /// The keyspaces that are read; empty: all but the system's own.
    pub(crate) keyspaces: BTreeSet<String>,
}

impl SchemaSettings {
    /// Whether a keyspace is among those that are read.
    fn wants(&self, keyspace: &str) -> bool {
        match self.keyspaces.is_empty() {
            true => keyspace != "system" && !keyspace.starts_with("system_"),
            false => self.keyspaces.contains(keyspace),
        }
    }
}

/// What is known of the schema, and what is to be read.
#[derive(Debug)]
pub(super) struct Follower {
    settings: SchemaSettings,
    known: ArcSwapOption<Schema>,
    due: Mutex<Due>,
    /// Wakes the task.
    wake: Notify,
    /// The control connection.
    asker: Mutex<Option<Asker>>,
    /// What was wrong with rows when they were read last.
    complaints: Mutex<BTreeSet<Box<str>>>,
}

impl Follower {
    pub(super) fn new(settings: SchemaSettings) -> Follower {
        let mut due = Due::default();
        if settings.mode == SchemaMetadata::AtConnect {
            due.add(Work::All);
            due.schedule.now();
        }
        Follower {
            settings,
            known: ArcSwapOption::empty(),
            due: Mutex::new(due),
            wake: Notify::new(),
            asker: Mutex::default(),
            complaints: Mutex::default(),
        }
    }

    pub(super) fn is_off(&self) -> bool {
        self.settings.mode == SchemaMetadata::Off
    }

    /// Whether it is known, so that there is something to be kept in step.
    pub(super) fn is_known(&self) -> bool {
        self.known.load().is_some()
    }

    /// A control connection was opened, and its node calls its schema that.
    pub(super) fn linked(&self, asker: &Asker, version: Option<Uuid>) {
        *self.asker.lock().unwrap_or_else(PoisonError::into_inner) = Some(asker.clone());
        self.seen(version);
    }

    /// A node calls its schema that.
    pub(super) fn seen(&self, version: Option<Uuid>) {
        let known = self.known.load();
        if known
            .as_ref()
            .is_some_and(|known| known.version() != version)
        {
            self.soon(Work::All);
        }
    }

    /// An event tells of a change.
    pub(super) fn changed(&self, keyspace: &str) {
        if self.is_known() && self.settings.wants(keyspace) {
            self.soon(Work::Keyspaces(BTreeSet::from([keyspace.to_owned()])));
        }
    }

    fn soon(&self, work: Work) {
        let mut due = self.due();
        due.add(work);
        due.schedule.event();
        drop(due);
        self.wake.notify_one();
    }

    /// What is to be read now, for somebody who waits.
    fn now(&self, work: Work) -> oneshot::Receiver<Result<Arc<Schema>>> {
        let (reply, answer) = oneshot::channel();
        let mut due = self.due();
        due.add(work);
        due.waiting.push(reply);
        due.schedule.now();
        drop(due);
        self.wake.notify_one();
        answer
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says once what is wrong with the rows, and again when it has been right in between.
    fn complain(&self, complaints: Vec<Box<str>>) {
        let complaints: BTreeSet<Box<str>> = complaints.into_iter().collect();
        let mut last = self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for complaint in complaints.difference(&last) {
            tracing::warn!("{complaint}: ignored");
        }
        *last = complaints;
    }
}

impl Cluster {
    /// The schema as it is known; it is read if it is not.
    pub(crate) async fn schema(&self) -> Result<Arc<Schema>> {
        match self.schema.known.load_full() {
            Some(known) => Ok(known),
            None => self.refresh_schema().await,
        }
    }

    /// Reads all of it anew.
    pub(crate) async fn refresh_schema(&self) -> Result<Arc<Schema>> {
        self.read_schema(Work::All).await
    }

    /// Reads one keyspace anew.
    pub(crate) async fn refresh_keyspace(&self, name: &str) -> Result<Option<Arc<KeyspaceInfo>>> {
        let work = match self.schema.settings.wants(name) {
            true if self.schema.is_known() => Work::Keyspaces(BTreeSet::from([name.to_owned()])),
            _ => Work::All,
        };
        let schema = self.read_schema(work).await?;
        Ok(schema.keyspace(name).cloned())
    }

    /// Reads a keyspace anew if the schema is followed: this session has changed it.
    pub(crate) async fn settle_schema(&self, keyspace: &str) -> Result<()> {
        if self.schema.is_known() && self.schema.settings.wants(keyspace) {
            self.refresh_keyspace(keyspace).await?;
        }
        Ok(())
    }

    async fn read_schema(&self, work: Work) -> Result<Arc<Schema>> {
        if self.schema.is_off() {
            let what =
                "the session does not read the schema: see `SessionBuilder::schema_metadata`";
            return Err(ErrorKind::Unsupported { what: what.into() }.into());
        }
        let mut closed = self.closed.subscribe();
        let answer = self.schema.now(work);
        tokio::select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => Err(ErrorKind::Closed.into()),
            answer = answer => answer.unwrap_or_else(|_| Err(ErrorKind::Closed.into())),
        }
    }
}
