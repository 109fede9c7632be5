//! Statements: text with options, prepared ones, batches of them.

mod batch;
mod options;
mod prepared;
mod renewal;
mod table;
mod text;

pub use batch::{Batch, BatchKind};
pub use options::{More, Options, Target};
pub use prepared::Prepared;
pub use text::Statement;

pub(crate) use batch::{BatchStatement, Entry};
pub(crate) use prepared::{Known, Sent};
pub(crate) use table::TableName;
pub(crate) use text::Verb;
