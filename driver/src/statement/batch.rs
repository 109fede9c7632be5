//! Writes that are sent as one.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::value::ToRow;

use super::{Options, Prepared};

/// How a batch is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BatchKind {
    /// All or, at some later moment, all: the batch is written to a log first if it has several partitions.
    #[default]
    Logged,
    /// Without a log. For writes to one partition, which are atomic anyway.
    Unlogged,
    /// Updates of counters.
    Counter,
}

/// INSERTs, UPDATEs and DELETEs that are sent as one, with one write time.
///
/// Meant for one partition. It is routed by the first of its statements whose values tell the partition.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    kind: BatchKind,
    entries: Vec<Entry>,
    options: Options,
}

/// One statement of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) statement: BatchStatement,
    /// Encoded `[value]`s, one behind the other.
    pub(crate) values: Vec<u8>,
    pub(crate) count: u16,
}

#[derive(Debug, Clone)]
pub(crate) enum BatchStatement {
    Text(Arc<str>),
    Prepared(Prepared),
}

impl Batch {
    /// An empty batch.
    pub fn new(kind: BatchKind) -> Batch {
        Batch {
            kind,
            ..Batch::default()
        }
    }

    /// Adds a statement with its values.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] if the values do not suit the statement. The batch is then as it was.
    pub fn push(&mut self, statement: &Prepared, values: impl ToRow) -> Result<&mut Batch> {
        let (values, count) = statement.encode(&values)?;
        Ok(self.push_encoded(statement.clone(), values, count))
    }

    /// Adds a statement whose values are encoded `[value]`s, one behind the other.
    pub fn push_encoded(&mut self, statement: Prepared, values: Vec<u8>, count: u16) -> &mut Batch {
        self.entries.push(Entry {
            statement: BatchStatement::Prepared(statement),
            values,
            count,
        });
        self
    }

    /// Adds a statement without values.
    pub fn push_text(&mut self, text: impl Into<Arc<str>>) -> &mut Batch {
        self.entries.push(Entry {
            statement: BatchStatement::Text(text.into()),
            values: Vec::new(),
            count: 0,
        });
        self
    }

    /// Executes it as `options` say.
    pub fn with(mut self, options: Options) -> Batch {
        self.options = options;
        self
    }

    /// How it is to be executed.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What it is.
    pub fn kind(&self) -> BatchKind {
        self.kind
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The protocol counts the statements of a batch in two bytes.
    pub(crate) fn check(&self) -> Result<()> {
        let statements = self.entries.len();
        if statements > usize::from(u16::MAX) {
            return Err(Error::new(ErrorKind::BatchTooLong { statements }));
        }
        Ok(())
    }
}
