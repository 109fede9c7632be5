//! What a sync did.

use std::fmt;

use super::plan::lines;
use super::{Step, Untouched};

/// What a sync did. Shown as text, it is one line per item.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The table, with its keyspace, as CQL writes it.
    pub table: String,
    /// What was done, in this order. What another process did meanwhile is not among it, unless both created the table
    /// at the same moment.
    pub applied: Vec<Step>,
    /// What of the table the model does not know; it was left alone.
    pub untouched: Vec<Untouched>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.table)?;
        match self.applied.len() {
            0 => f.write_str("nothing to do")?,
            1 => f.write_str("1 step done")?,
            n => write!(f, "{n} steps done")?,
        }
        lines(f, "+", &self.applied)?;
        lines(f, "=", &self.untouched)
    }
}
