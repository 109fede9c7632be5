//! A statement that servers know.

use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::value::{Column, ToRow};

/// A statement that servers know by an id. Cheap to clone; all clones see it when it has to be prepared again.
#[derive(Clone)]
pub struct Prepared(Arc<Inner>);

struct Inner {
    text: Arc<str>,
    markers: Arc<[Column]>,
    /// For each component of the partition key the marker that gives it. Empty if the values do not tell it.
    key: Box<[u16]>,
    lwt: bool,
    current: ArcSwap<Known>,
    seen: ArcSwapOption<Layout>,
}

/// What servers said last when it was prepared.
pub(crate) struct Known {
    pub(crate) id: Bytes,
    pub(crate) columns: Arc<[Column]>,
}

/// The columns of the last answer, with the bytes that described them. Answers describe their columns each time, so
/// that a table altered in between is never misread; equal bytes need no second reading.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) bytes: Box<[u8]>,
    pub(crate) columns: Arc<[Column]>,
}

impl Prepared {
    pub(crate) fn new(text: Arc<str>, told: crate::frame::response::Prepared) -> Prepared {
        Prepared(Arc::new(Inner {
            text,
            markers: told.markers,
            key: told.partition_key.into(),
            lwt: told.lwt,
            current: ArcSwap::from_pointee(Known {
                id: told.id,
                columns: told.result.columns,
            }),
            seen: ArcSwapOption::empty(),
        }))
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
        let column = self.0.markers.first()?;
        Some((&column.keyspace, &column.table))
    }

    /// For each component of the partition key the place of the marker that gives it. Empty if the values do not
    /// tell the partition.
    pub fn partition_key(&self) -> &[u16] {
        &self.0.key
    }

    /// Whether it is a conditional write. Only ScyllaDB says so.
    pub fn is_lwt(&self) -> bool {
        self.0.lwt
    }

    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        !self.0.lwt && super::Verb::of(&self.0.text) == super::Verb::Read
    }

    /// Encodes `values` as the markers need them: `[value]`s, one behind the other, and their number.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] names the marker, its type and the Rust type that does not suit it.
    pub fn encode(&self, values: &impl ToRow) -> Result<(Vec<u8>, u16)> {
        values
            .check(&self.0.markers)
            .map_err(|e| Error::new(ErrorKind::Encode(e)).of_statement(&self.0.text))?;
        let mut out = Vec::new();
        let count = values.write_row(&mut out);
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
