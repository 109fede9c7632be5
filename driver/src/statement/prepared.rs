//! A statement that servers know.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use bytes::Bytes;
use tokio::sync::OwnedMutexGuard;

use crate::clock::deadlines::Tick;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Features;
use crate::frame::response::{Described, Prepared as Told};
use crate::value::{Column, ToRow};

use super::TableName;
use super::Verb;
use super::renewal::Renewals;

/// A statement that servers know by an id. Cheap to clone; all clones see it when it has to be prepared again.
#[derive(Clone)]
pub struct Prepared(Arc<Inner>);

struct Inner {
    text: Arc<str>,
    verb: Verb,
    markers: Arc<[Column]>,
    /// For each component of the partition key the marker that gives it. Empty if the values do not tell it.
    key: Box<[u16]>,
    /// Keyspace and table, as far as markers or columns tell.
    table: Option<TableName>,
    /// Whether it is about a log of changes of ScyllaDB, whose keys are tokens already.
    cdc_log: bool,
    lwt: bool,
    current: ArcSwap<Known>,
    /// How the columns of the last answer were described.
    seen: ArcSwapOption<Described>,
    renewals: Renewals,
}

/// What servers said last when it was prepared.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) id: Bytes,
    /// The id of the columns, if servers give them any.
    pub(crate) result_id: Bytes,
    pub(crate) columns: Arc<[Column]>,
}

/// What a request was sent with, where results have ids: its answer may leave these columns out, whatever servers have
/// said in between.
pub(crate) type Sent = Option<Arc<Known>>;

/// An id that no server has given to a statement.
const UNKNOWN: Bytes = Bytes::from_static(&[0; 16]);

/// The end of the names of ScyllaDB's logs of changes: the only tables with another partitioner.
const CDC_LOG: &str = "_scylla_cdc_log";

impl Known {
    /// Whether answers may leave the columns out.
    pub(crate) fn may_skip(&self) -> bool {
        !self.result_id.is_empty() && !self.columns.is_empty()
    }
}

impl Prepared {
    pub(crate) fn new(text: Arc<str>, told: Told) -> Prepared {
        let column = told.markers.first().or(told.result.columns.first());
        let table = column.map(|c| TableName::new(c.keyspace.clone(), c.table.clone()));
        let cdc_log = table.as_ref().is_some_and(|t| t.table().ends_with(CDC_LOG));
        let verb = Verb::of(&text);
        // Cassandra does not say it.
        let lwt = told.lwt || (verb == Verb::Write && super::text::has_condition(&text));
        Prepared(Arc::new(Inner {
            verb,
            text,
            markers: told.markers,
            key: told.partition_key.into(),
            table,
            cdc_log,
            lwt,
            current: ArcSwap::from_pointee(Known {
                id: told.id,
                result_id: told.result_id,
                columns: told.result.columns,
            }),
            seen: ArcSwapOption::empty(),
            renewals: Renewals::default(),
        }))
    }

    /// The turn to prepare it again on `node`, and until when an answer of `node` that it does not know the statement may
    /// be older than the last time.
    pub(crate) async fn turn(&self, node: SocketAddr) -> OwnedMutexGuard<Option<Tick>> {
        self.0.renewals.turn(node).await
    }

    /// A server has prepared it again. False if its markers are others than those that values were encoded for: then
    /// no server is to take it for what it knows now, and each execution asks anew whether the old markers are back.
    pub(crate) fn renew(&self, told: Told) -> bool {
        let same = self
            .0
            .markers
            .iter()
            .map(|m| &m.ty)
            .eq(told.markers.iter().map(|m| &m.ty));
        self.0.current.store(Arc::new(Known {
            id: if same { told.id } else { UNKNOWN },
            result_id: told.result_id,
            columns: told.result.columns,
        }));
        same
    }

    pub(crate) fn shared_text(&self) -> &Arc<str> {
        &self.0.text
    }

    /// An answer says that the columns are others than those `sent`.
    #[cold]
    pub(crate) fn learn(&self, sent: &Arc<Known>, result_id: &Bytes, columns: &Arc<[Column]>) {
        let known = Known {
            id: sent.id.clone(),
            result_id: result_id.clone(),
            columns: Arc::clone(columns),
        };
        // What servers have said since then is newer.
        self.0.current.compare_and_swap(sent, Arc::new(known));
    }

    /// What a request is to be sent with; `None` where results have no ids, so that answers tell their columns.
    #[inline]
    pub(crate) fn to_send(&self, features: &Features) -> Sent {
        let has_ids = features.has_result_ids();
        has_ids.then(|| self.0.current.load_full())
    }

    #[inline]
    pub(crate) fn known(&self) -> Guard<Arc<Known>> {
        self.0.current.load()
    }

    #[inline]
    pub(crate) fn seen(&self) -> Guard<Option<Arc<Described>>> {
        self.0.seen.load()
    }

    pub(crate) fn see(&self, described: Described) {
        self.0.seen.store(Some(Arc::new(described)));
    }

    pub(crate) fn is_cdc_log(&self) -> bool {
        self.0.cdc_log
    }

    pub(crate) fn verb(&self) -> Verb {
        self.0.verb
    }

    /// Whether both are the same statement, not only of the same text.
    pub(crate) fn is(&self, other: &Prepared) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The CQL text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The bind markers, in order.
    pub fn markers(&self) -> &Arc<[Column]> {
        &self.0.markers
    }

    /// The columns of the rows that it returns, as far as servers said; empty for a write.
    pub fn columns(&self) -> Arc<[Column]> {
        self.0.current.load().columns.clone()
    }

    /// The keyspace and the table that it is about, if it has bind markers or returns rows.
    pub fn table(&self) -> Option<(&str, &str)> {
        let table = self.0.table.as_ref()?;
        Some((table.keyspace(), table.table()))
    }

    #[inline]
    pub(crate) fn table_name(&self) -> Option<&TableName> {
        self.0.table.as_ref()
    }

    /// For each component of the partition key the place of the marker that gives it. Empty if the values do not
    /// tell the partition.
    pub fn partition_key(&self) -> &[u16] {
        &self.0.key
    }

    /// Whether it is a conditional write.
    pub fn is_lwt(&self) -> bool {
        self.0.lwt
    }

    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        self.0.verb == Verb::Read
    }

    /// Encodes `values` as the markers need them: `[value]`s, one behind the other, and their number.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] names the marker, its type and the Rust type that does not suit it.
    pub fn encode(&self, values: &impl ToRow) -> Result<(Vec<u8>, u16)> {
        values
            .check(&self.0.markers)
            .map_err(|e| Error::new(ErrorKind::Encode(e)).of_statement(&self.0.text))?;
        // A guess, so that it grows at most once: a length and a number of eight bytes each.
        let mut out = Vec::with_capacity(self.0.markers.len() * 12);
        let count = values.write_row(&self.0.markers, &mut out);
        Ok((out, count))
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("text", &self.0.text)
            .field("lwt", &self.0.lwt)
            .finish_non_exhaustive()
    }
}
