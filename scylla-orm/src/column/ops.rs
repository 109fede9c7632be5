//! Which operators a type has. No message names the column: the error underlines it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use scylla_orm_driver::value::Counter;

use crate::table::Frozen;

/// Can be compared as a whole.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` cannot be compared with `.eq(..)` or `.is_in(..)`",
    label = "not comparable as a whole",
    note = "a collection is compared as a whole only if `#[cql(frozen)]`; use `.contains(..)`. A counter cannot be filtered"
)]
pub trait EqOps {}

/// Has an order.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no order",
    label = "`gt`, `ge`, `lt`, `le` need an ordered type"
)]
pub trait RangeOps {}

/// Is text.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no `.like(..)`",
    label = "only text columns have it"
)]
pub trait TextOps {}

/// Has elements.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is not a collection",
    label = "`.contains(..)` needs a list, set or map"
)]
pub trait ContainsOps {
    /// Its elements; for a map, its values.
    type Item;
}

/// Is a set.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is not a set",
    label = "`.add(..)` needs a set; lists have `.append(..)`, maps `.put(..)`, counters `.inc(..)`"
)]
pub trait SetOps {
    /// Its elements.
    type Item;
}

/// Is a list.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is not a list",
    label = "`.append(..)`, `.prepend(..)`, `.set_at(..)` need a list; sets have `.add(..)`, maps `.put(..)`"
)]
pub trait ListOps {
    /// Its elements.
    type Item;
}

/// Is a map.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is not a map",
    label = "needs a map"
)]
pub trait MapOps {
    /// Its keys.
    type Key;
    /// Its values.
    type Item;
}

/// Has elements or keys that can be removed.
#[diagnostic::on_unimplemented(
    message = "nothing can be removed from a column of type `{Self}`",
    label = "`.remove(..)` needs a list, a set, or the keys of a map"
)]
pub trait RemoveOps {
    /// What is removed.
    type Item;
}

/// Is a counter.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is not a counter",
    label = "`.inc(..)` and `.dec(..)` need a `Counter`",
    note = "other columns are set: read the value, then `.set(..)` with `.only_if(..)`"
)]
pub trait CounterOps {}

/// Can be set.
#[diagnostic::on_unimplemented(
    message = "a counter cannot be set",
    label = "counters have only `.inc(..)` and `.dec(..)`"
)]
pub trait SetValue {}

impl TextOps for String {}
impl TextOps for Box<str> {}
impl TextOps for std::sync::Arc<str> {}
impl CounterOps for Counter {}

impl<T> EqOps for Frozen<T> {}
impl<T> SetValue for Frozen<T> {}
impl<T: ContainsOps> ContainsOps for Frozen<T> {
    type Item = T::Item;
}

impl<T> SetValue for Vec<T> {}
impl<T> ContainsOps for Vec<T> {
    type Item = T;
}
impl<T> ListOps for Vec<T> {
    type Item = T;
}
impl<T> RemoveOps for Vec<T> {
    type Item = T;
}

macro_rules! sets {
    ($($set:ident)*) => { $(
        impl<T> SetValue for $set<T> {}
        impl<T> ContainsOps for $set<T> {
            type Item = T;
        }
        impl<T> SetOps for $set<T> {
            type Item = T;
        }
        impl<T> RemoveOps for $set<T> {
            type Item = T;
        }
    )* };
}
sets!(HashSet BTreeSet);

macro_rules! maps {
    ($($map:ident)*) => { $(
        impl<K, V> SetValue for $map<K, V> {}
        impl<K, V> ContainsOps for $map<K, V> {
            type Item = V;
        }
        impl<K, V> MapOps for $map<K, V> {
            type Key = K;
            type Item = V;
        }
        impl<K, V> RemoveOps for $map<K, V> {
            type Item = K;
        }
    )* };
}
maps!(HashMap BTreeMap);

macro_rules! tuples {
    ($($($t:ident)+;)+) => { $(
        impl<$($t),+> EqOps for ($($t,)+) {}
        impl<$($t),+> RangeOps for ($($t,)+) {}
        impl<$($t),+> SetValue for ($($t,)+) {}
    )+ };
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
