//! The order of `.order_by(..)`.

use std::marker::PhantomData;

use crate::rules::{Against, SameWay, Way};
use crate::table::Column;

/// A column and a direction: `Post::CREATED.asc()`.
pub struct Order<K, D>(PhantomData<fn() -> (K, D)>);

impl<K, D> Order<K, D> {
    pub(crate) fn new() -> Self {
        Order(PhantomData)
    }
}

impl<K, D> Clone for Order<K, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, D> Copy for Order<K, D> {}

impl<K: Column, D> std::fmt::Debug for Order<K, D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        super::Col::<K>::NEW.fmt(f)
    }
}

/// An order that a partition can be read in. `L` are the model's clustering columns with their declared order.
#[diagnostic::on_unimplemented(
    message = "`.order_by(..)` takes the clustering columns of the model in key order",
    label = "not the first clustering columns",
    note = "the server keeps the rows of a partition in that order and can only read it forwards or backwards"
)]
pub trait OrderBy<L> {
    /// Whether the partition is read backwards.
    const REVERSED: bool;
}

impl<K, D: Against<Declared>, Declared, T> OrderBy<((K, Declared), T)> for Order<K, D> {
    const REVERSED: bool = <D::Out as Way>::REVERSED;
}

/// Neighbours must go the same way; `$rest` closes the list of the declared order.
macro_rules! orders {
    ($(($first:ident $way:ident $declared:ident) $(($k:ident $d:ident $dd:ident $before:ident))+, $list:ty;)+) => { $(
        impl<$first, $way: Against<$declared>, $declared, $($k, $d: Against<$dd>, $dd,)+ T> OrderBy<$list>
            for (Order<$first, $way>, $(Order<$k, $d>),+)
        where
            $(($before::Out, $d::Out): SameWay),+
        {
            const REVERSED: bool = <$way::Out as Way>::REVERSED;
        }
    )+ };
}
orders! {
    (K0 D0 E0) (K1 D1 E1 D0), ((K0, E0), ((K1, E1), T));
    (K0 D0 E0) (K1 D1 E1 D0) (K2 D2 E2 D1), ((K0, E0), ((K1, E1), ((K2, E2), T)));
    (K0 D0 E0) (K1 D1 E1 D0) (K2 D2 E2 D1) (K3 D3 E3 D2), ((K0, E0), ((K1, E1), ((K2, E2), ((K3, E3), T))));
    (K0 D0 E0) (K1 D1 E1 D0) (K2 D2 E2 D1) (K3 D3 E3 D2) (K4 D4 E4 D3),
        ((K0, E0), ((K1, E1), ((K2, E2), ((K3, E3), ((K4, E4), T)))));
}
