//! What a statement returned.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::response::{Metadata, Prefix, Prepared, Rows, SchemaChange};
use crate::statement::Prepared as Statement;
use crate::value::{At, CellError, Cells, Column, FromRow};

/// What a statement returned: a page of rows, or that it is done. Rows lie as they came; reading them as a Rust type
/// checks the columns once, then goes straight through the bytes.
#[derive(Debug)]
pub struct Answer {
    content: Content,
    /// Rare, so that the answer stays small.
    prefix: Option<Box<Prefix>>,
    node: SocketAddr,
    shard: Option<u16>,
    /// Whose answer it is, for errors to name.
    statement: Option<Statement>,
}

#[derive(Debug)]
pub(super) enum Content {
    Void,
    Rows(Rows),
    Schema(Box<SchemaChange>),
    /// Never handed out: the answer to PREPARE.
    Prepared(Box<Prepared>),
}

impl Answer {
    pub(super) fn new(
        content: Content,
        prefix: Option<Box<Prefix>>,
        node: SocketAddr,
        shard: Option<u16>,
    ) -> Answer {
        Answer {
            content,
            prefix,
            node,
            shard,
            statement: None,
        }
    }

    /// Says whose answer it is.
    pub(super) fn of(mut self, statement: Option<Statement>) -> Answer {
        self.statement = statement;
        self
    }

    pub(super) fn into_content(self) -> Content {
        self.content
    }

    /// The page of rows; `None` for a statement that returns none.
    pub fn rows(&self) -> Option<&Rows> {
        match &self.content {
            Content::Rows(rows) => Some(rows),
            _ => None,
        }
    }

    /// The page of rows, taken out; an empty one for a statement that returns none.
    pub fn into_rows(self) -> Rows {
        match self.content {
            Content::Rows(rows) => rows,
            _ => Rows {
                metadata: Metadata::new(Arc::default()),
                count: 0,
                body: Bytes::new(),
            },
        }
    }

    /// The columns of the rows; none for a statement that returns no rows.
    pub fn columns(&self) -> &Arc<[Column]> {
        static NONE: LazyLock<Arc<[Column]>> = LazyLock::new(Arc::default);
        self.rows().map_or(&*NONE, |rows| &rows.metadata.columns)
    }

    /// How many rows this page has.
    pub fn count(&self) -> usize {
        self.rows().map_or(0, |rows| rows.count)
    }

    /// The cells of all rows of this page, one behind the other.
    pub fn cells(&self) -> Cells<'_> {
        Cells::new(self.rows().map_or(&[], |rows| &rows.body))
    }

    /// Where the next page begins; `None` if this is the last. A page may be empty and not be the last.
    pub fn paging_state(&self) -> Option<&Bytes> {
        self.rows()?.metadata.paging_state.as_ref()
    }

    /// The rows of this page, read as `T`: a tuple in the order of the columns, a [`Row`](crate::value::Row), or what
    /// was derived.
    ///
    /// # Errors
    /// [`ErrorKind::Columns`] if the columns do not suit `T`.
    pub fn rows_as<'f, T: FromRow<'f>>(&'f self) -> Result<TypedRows<'f, T>> {
        Ok(TypedRows {
            answer: self,
            plan: self.plan::<T>()?,
            cells: self.cells(),
            at: 0,
            row: PhantomData,
        })
    }

    /// All rows of this page, read as `T`.
    ///
    /// # Errors
    /// [`ErrorKind::Columns`] if the columns do not suit `T`, [`ErrorKind::Decode`] if a cell does not.
    pub fn all_as<'f, T: FromRow<'f>>(&'f self) -> Result<Vec<T>> {
        let mut all = Vec::with_capacity(self.count());
        self.each_as(|row| all.push(row))?;
        Ok(all)
    }

    /// Hands all rows of this page, read as `T`, to `to`: those before one that cannot be read, too.
    pub(super) fn each_as<'f, T: FromRow<'f>>(&'f self, to: impl FnMut(T)) -> Result<()> {
        let plan = self.plan::<T>()?;
        T::read_each(&plan, &mut self.cells(), self.count(), to).map_err(|at| self.unreadable(at))
    }

    /// The first row of this page, read as `T`; `None` if it has none.
    ///
    /// # Errors
    /// [`ErrorKind::Columns`] if the columns do not suit `T`, [`ErrorKind::Decode`] if a cell does not.
    pub fn first_as<'f, T: FromRow<'f>>(&'f self) -> Result<Option<T>> {
        self.rows_as()?.next().transpose()
    }

    /// What a statement of DDL changed.
    pub fn schema_change(&self) -> Option<&SchemaChange> {
        match &self.content {
            Content::Schema(change) => Some(change),
            _ => None,
        }
    }

    /// What the server warns of.
    pub fn warnings(&self) -> &[String] {
        self.prefix.as_ref().map_or(&[], |prefix| &prefix.warnings)
    }

    /// Where the server recorded how it executed the statement, if [`tracing`](crate::statement::Options::tracing)
    /// was asked for.
    pub fn tracing_id(&self) -> Option<Uuid> {
        self.prefix.as_ref()?.tracing
    }

    /// What the server added outside of the protocol.
    pub fn payload(&self) -> &[(String, Option<Bytes>)] {
        self.prefix.as_ref().map_or(&[], |prefix| &prefix.payload)
    }

    pub(super) fn prefix(&self) -> Option<&Prefix> {
        self.prefix.as_deref()
    }

    /// The node that answered.
    pub fn node(&self) -> SocketAddr {
        self.node
    }

    /// The shard of the connection that the answer came by.
    pub fn shard(&self) -> Option<u16> {
        self.shard
    }

    pub(super) fn plan<'f, T: FromRow<'f>>(&self) -> Result<T::Plan> {
        T::plan(self.columns()).map_err(|e| self.place(ErrorKind::Columns(e)))
    }

    #[cold]
    pub(super) fn unreadable(&self, at: At) -> Error {
        let name = self.columns().get(usize::from(at.column));
        self.place(ErrorKind::Decode(CellError {
            column: name.map_or_else(|| "?".into(), |c| c.name.clone()),
            row: at.row,
            fault: at.fault,
        }))
    }

    fn place(&self, kind: ErrorKind) -> Error {
        let error = Error::new(kind).at(self.node, self.shard);
        match &self.statement {
            Some(statement) => error.of_statement(statement.shared_text()),
            None => error,
        }
    }
}

/// The rows of a page, read one by one. After an error it is at its end: the place of the next row is not known.
#[derive(Debug)]
pub struct TypedRows<'f, T: FromRow<'f>> {
    answer: &'f Answer,
    plan: T::Plan,
    cells: Cells<'f>,
    at: usize,
    row: PhantomData<fn() -> T>,
}

impl<'f, T: FromRow<'f>> Iterator for TypedRows<'f, T> {
    type Item = Result<T>;

    #[inline]
    fn next(&mut self) -> Option<Result<T>> {
        if self.at >= self.answer.count() {
            return None;
        }
        let row = self.at;
        self.at += 1;
        match T::read(&self.plan, &mut self.cells) {
            Ok(value) => Some(Ok(value)),
            Err((column, fault)) => {
                self.at = usize::MAX;
                Some(Err(self.answer.unreadable(At { row, column, fault })))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.answer.count().saturating_sub(self.at);
        (0, Some(left))
    }
}
