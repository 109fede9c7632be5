//! May it be sorted so?

use super::flags::{Asc, Desc, Where};
use super::partition::{OnePartition, Partition};

/// A state that has an order: all partition key columns are filtered.
pub trait Orderable {}

impl<P: Partition, C, X, L> Orderable for Where<P, C, X, L> where P::Sum: OnePartition {}

/// As declared.
pub struct Natural;

/// Against the declared order.
pub struct Reversed;

/// A direction against the declared one, `D`.
pub trait Against<D> {
    /// `Natural` or `Reversed`.
    type Out: Way;
}

impl Against<Asc> for Asc {
    type Out = Natural;
}

impl Against<Desc> for Desc {
    type Out = Natural;
}

impl Against<Desc> for Asc {
    type Out = Reversed;
}

impl Against<Asc> for Desc {
    type Out = Reversed;
}

/// Which way a partition is read.
pub trait Way {
    /// Whether it is read backwards.
    const REVERSED: bool;
}

impl Way for Natural {
    const REVERSED: bool = false;
}

impl Way for Reversed {
    const REVERSED: bool = true;
}

/// A pair of ways that are the same.
#[diagnostic::on_unimplemented(
    message = "the columns of `.order_by(..)` go different ways",
    label = "all as declared, or all reversed",
    note = "the server keeps rows in the declared order and can only read it forwards or backwards"
)]
pub trait SameWay {}
impl SameWay for (Natural, Natural) {}
impl SameWay for (Reversed, Reversed) {}
