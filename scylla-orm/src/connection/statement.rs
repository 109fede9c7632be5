//! A prepared statement of a model, and what is known of it.

use std::ops::Deref;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use scylla_orm_driver::statement::Prepared;
use scylla_orm_driver::value::Column;

/// A prepared statement of a model, checked against it. It stays while the session lives; what preparing it again
/// changes lies inside.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) prepared: Prepared,
    /// How many values it takes.
    pub(crate) values: u16,
    /// Whether it may be sent again when it is not known whether it was executed.
    pub(crate) idempotent: bool,
    /// Whether its answers have columns of the model, to be checked.
    pub(crate) has_columns: bool,
    /// For a conditional write: the answer has the same columns always, those of the old row, null if there is none
    /// (ScyllaDB); else they differ from answer to answer (Cassandra).
    pub(crate) in_full: bool,
    checked: Checked,
}

/// A statement that was found: borrowed from a session that outlives the request, or counted.
#[derive(Debug)]
pub(crate) enum Held<'s> {
    Lent(&'s Arc<Statement>),
    Shared(Arc<Statement>),
}

impl Statement {
    /// Of `prepared`, with [`values`](Statement::values) and nothing else to say of it.
    pub(crate) fn new(prepared: Prepared, values: u16) -> Self {
        Statement {
            prepared,
            values,
            idempotent: false,
            has_columns: false,
            in_full: false,
            checked: Checked::default(),
        }
    }

    /// Whether an answer's columns are those that were [accepted](Statement::accept). They are described by every
    /// answer, because the table may have been altered in between.
    #[inline]
    pub(crate) fn accepts(&self, columns: &Arc<[Column]>) -> bool {
        std::ptr::eq(
            self.checked.at.load(Ordering::Relaxed),
            columns.as_ptr().cast_mut(),
        )
    }

    /// Answers with these columns suit the model.
    pub(crate) fn accept(&self, columns: &Arc<[Column]>) {
        let mut kept = self
            .checked
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *kept = Some(columns.clone());
        self.checked
            .at
            .store(columns.as_ptr().cast_mut(), Ordering::Relaxed);
    }
}

/// The columns that were checked last. The driver hands out the same ones for as long as answers describe them by the
/// same bytes, so that comparing addresses is enough.
#[derive(Debug, Default)]
struct Checked {
    at: AtomicPtr<Column>,
    /// Keeps the address from being used again.
    kept: Mutex<Option<Arc<[Column]>>>,
}

impl Held<'_> {
    /// The same, whatever becomes of the session.
    pub(crate) fn into_shared(self) -> Arc<Statement> {
        match self {
            Held::Lent(statement) => statement.clone(),
            Held::Shared(statement) => statement,
        }
    }
}

impl Deref for Held<'_> {
    type Target = Statement;

    #[inline]
    fn deref(&self) -> &Statement {
        match self {
            Held::Lent(statement) => statement,
            Held::Shared(statement) => statement,
        }
    }
}
