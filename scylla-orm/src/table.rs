//! What is known of a table or view at compile time. Derived by `#[derive(Model)]`; the verbs are in
//! [`Model`](crate::model::Model).

use scylla_orm_driver::value::{Cells, Fault, Field};

mod definition;
mod row;
mod storage;
mod variants;

pub use definition::{ColumnDef, Kind, ModelId, TableDef};
pub use row::NamedRow;
pub use storage::{CqlOf, Frozen, Plain, Storage, Whole};
pub use variants::CqlEnum;

/// A table or a view, and the struct that holds one of its rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "add `#[derive(Model)]` to the struct"
)]
pub trait Table: Sized + Send + 'static {
    /// The state of a query that filters nothing yet; see [`Where`](crate::rules::Where).
    type Start;

    /// The primary key's columns: a tuple, or `One<K>`.
    type Key;

    /// The clustering columns with their declared order.
    type Order;

    /// Names, types and roles of the columns.
    #[doc(hidden)]
    fn definition() -> &'static TableDef;

    /// Reads a row whose cells stand in the order of the fields; a fault comes with the index of its column.
    #[doc(hidden)]
    fn from_row(cells: &mut Cells<'_>) -> Result<Self, (u16, Fault)>;

    /// Appends the bytes of one column, without their length; false, with nothing appended, is null.
    #[doc(hidden)]
    fn cell(&self, index: u8, out: &mut Vec<u8>) -> bool;
}

/// A table that can be written, unlike a view.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a materialized view: it can only be read",
    label = "views are written by the server",
    note = "write to the table that the view is made of"
)]
pub trait Writable: Table {}

/// A table without counters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a counter table: its rows are not inserted, nor written together with those of others",
    label = "neither INSERT nor a batch with other writes for counters",
    note = "use `.update(..)` with `.inc(..)` or `.dec(..)`, several of them in `Batch::counters()`: a counter that is not \
            there counts from 0"
)]
pub trait NoCounters {}

/// A table of counters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no counters",
    label = "not a counter table",
    note = "a batch of counters has updates of counter tables only"
)]
pub trait Counting {}

/// A column of a model. Derived, on an empty struct named like the field, so that errors read well.
pub trait Column: 'static {
    /// The model that has it.
    type Model: Table;

    /// The field's type.
    type Field: Field;

    /// How its values are stored: [`Plain`], or [`Whole`] if it is declared `frozen`.
    type Store: Storage;

    /// Its role, one of the types in [`rules`](crate::rules).
    type Kind;

    /// Its place among the columns of the model.
    const INDEX: u8;
}

/// The type of a column's values: the field's, without `Option`.
pub type ValueOf<K> = <<K as Column>::Field as Field>::Value;

/// A column of the model `M`. Derived, one impl per column: a blanket impl would turn the message into a plain type
/// mismatch.
#[diagnostic::on_unimplemented(
    message = "this is not a column of `{M}`",
    label = "a column of another model"
)]
pub trait ColumnOf<M>: Column {}
