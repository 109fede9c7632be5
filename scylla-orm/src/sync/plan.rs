//! A plan: what would be added, what is refused, what is left alone.

use std::fmt;

use scylla_orm_driver::value::Type;

use super::Refusal;

/// What a table needs to become what its model says. Shown as text, it is one line per item.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// The model's name.
    pub model: &'static str,
    /// The table, with its keyspace, as CQL writes it.
    pub table: String,
    /// What would be done, in this order; each loses nothing. If anything is refused, nothing is done.
    pub steps: Vec<Step>,
    /// What cannot be made what the model says.
    pub refused: Vec<Refusal>,
    /// What the model does not know.
    pub untouched: Vec<Untouched>,
}

impl Plan {
    /// Whether the table has all that the model needs: nothing to do, and nothing refused.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.refused.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan {
            model,
            table,
            steps,
            refused,
            untouched,
        } = self;
        write!(f, "{table}: ")?;
        match (steps.len(), refused.len()) {
            (0, 0) => write!(f, "has all that `{model}` needs")?,
            (1, 0) => f.write_str("1 step")?,
            (n, 0) => write!(f, "{n} steps")?,
            (_, n) => write!(f, "{n} refused, so nothing is done")?,
        }
        lines(f, "+", steps)?;
        lines(f, "x", refused)?;
        lines(f, "=", untouched)
    }
}

/// One line per item, with a sign before it.
pub(super) fn lines(
    f: &mut fmt::Formatter<'_>,
    sign: &str,
    items: &[impl fmt::Display],
) -> fmt::Result {
    items
        .iter()
        .try_for_each(|item| write!(f, "\n  {sign} {item}"))
}

/// One statement that adds something. Shown as text, it is the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The table itself.
    CreateTable {
        /// The statement.
        cql: String,
    },
    /// Columns that it lacks.
    AddColumns {
        /// Their names.
        columns: Vec<&'static str>,
        /// The statement.
        cql: String,
    },
    /// An index that it lacks.
    CreateIndex {
        /// The column that it is on.
        column: &'static str,
        /// The statement.
        cql: String,
    },
}

impl Step {
    /// The statement.
    pub fn cql(&self) -> &str {
        match self {
            Step::CreateTable { cql }
            | Step::AddColumns { cql, .. }
            | Step::CreateIndex { cql, .. } => cql,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cql())
    }
}

/// Something of the table that the model does not know. It is never changed or dropped.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Untouched {
    /// A column.
    Column {
        /// Its name.
        name: String,
        /// Its type.
        ty: Type,
    },
    /// An index.
    Index {
        /// Its name.
        name: String,
        /// What it is on, in CQL.
        target: String,
    },
}

impl fmt::Display for Untouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Untouched::Column { name, ty } => {
                write!(f, "column `{name}` ({ty}) is not in the model: left alone")
            }
            Untouched::Index { name, target } => {
                write!(
                    f,
                    "index `{name}` on {target} is not in the model: left alone"
                )
            }
        }
    }
}
